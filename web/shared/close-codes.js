/**
 * Why the server closes sockets: `CloseCode` of livesupport/chat/frames.py, by the same names.
 */

/** Why the server closed a socket. */
export const CloseCode = Object.freeze({
  GOING_AWAY: 1001,
  UNSUPPORTED: 1003,
  TOO_BIG: 1009,
  RESTART: 1012,
  TRY_LATER: 1013,
  MALFORMED: 4400,
  NOT_SIGNED_IN: 4401,
  FORBIDDEN: 4403,
  TOO_FAST: 4429,
  SLOW_READER: 4508,
});
