/**
 * The session of the person for whom the host page's own site vouches. Browsers give a frame of another site no cookies, so its
 * secret is in the memory of this page, and gone with it.
 */
let secret = "";

/** The secret; empty when nobody is signed in. */
export const session = () => secret;

/** Keeps the secret of a new session, or with "" forgets it. */
export function keepSession(/** @type {string} */ value) {
  secret = value;
}

/**
 * Fetches as the person who is signed in, or as nobody in particular.
 * @type {typeof fetch}
 */
export function call(path, init = {}) {
  const headers = { ...init.headers, ...(secret && { Authorization: `Bearer ${secret}` }) };
  return fetch(path, { ...init, headers });
}
