/**
 * Proof of work: a little computing in place of a puzzle for the person. Loaded when the server asks for it.
 */
const SLICE = 256; // tries at once; between two slices the page can do other things

/** Whether this browser can: over plain http it has no `crypto.subtle`, except on the machine itself. */
export const canWork = Boolean(globalThis.crypto?.subtle);

/**
 * What, put after the challenge and a colon, has a SHA-256 that begins with so many zero bits.
 * @param {string} challenge
 * @param {number} bits at most 32
 */
export async function search(challenge, bits) {
  const encoder = new TextEncoder();
  for (let first = 0; ; first += SLICE) {
    const proofs = Array.from({ length: SLICE }, (_, index) => String(first + index));
    const digests = await Promise.all(
      proofs.map((proof) => crypto.subtle.digest("SHA-256", encoder.encode(`${challenge}:${proof}`))));
    const found = digests.findIndex((digest) => Math.clz32(new DataView(digest).getUint32(0)) >= bits);
    if (found >= 0) return proofs[found];
  }
}
