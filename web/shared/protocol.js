/**
 * The browser's side of the wire (livesupport/chat/frames.py, commands.py, pushes.py): close codes, ids, shapes.
 * Frames are plain objects told apart by `t`; fields with default values are left out.
 */

export const SUBPROTOCOL = "livesupport.v1";

/** Whether a client may come back by itself after this code; only 44xx says no. */
export function mayReturn(/** @type {number} */ code) {
  return code < 4400 || code > 4499;
}

/** A client id: 128 random bits in base64url. It names a message for ever, also when it is sent again. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The length that the server counts: Unicode code points, not UTF-16 units. */
export function codePoints(/** @type {string} */ text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * @typedef {"visitor" | "agent" | "server"} Party
 * @typedef {{t: string, [field: string]: any}} Frame
 *
 * @typedef {object} Line One line of a chat.
 * @property {string} chat
 * @property {number} epoch
 * @property {number} seq
 * @property {number} at Unix seconds
 * @property {string} kind a LineKind
 * @property {Party} by
 * @property {string} [name]
 * @property {string} [text]
 * @property {string} [id] the client id of a message
 * @property {string} [other]
 * @property {string} [seal]
 * @property {string} [raw] the very text of the frame
 */
