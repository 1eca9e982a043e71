/**
 * Proof of work, for an address that has started many chats of late: a little computing in place of a puzzle for the person.
 * Loaded when the server asks for it.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";

const SLICE = 256; // tries at once; between two slices the page can do other things

/**
 * Adds the proof to a start, and says beside the button what is going on.
 * @param {string} challenge @param {number} bits what the server asks for
 * @param {{proof?: string}} start @param {import("./form.js").StartForm} form
 * @returns {Promise<boolean>} false where the browser cannot: over plain http it has no `crypto.subtle`
 */
export async function prove(challenge, bits, start, form) {
  if (!crypto.subtle) return false;
  const note = h("p", { class: "hint", role: "status" }, t("Checking that you are a person …"));
  form.submit.before(note);
  start.proof = await search(challenge, bits);
  note.remove();
  return true;
}

/** @param {string} challenge @param {number} bits at most 32 */
async function search(challenge, bits) {
  const encoder = new TextEncoder();
  for (let first = 0; ; first += SLICE) {
    const proofs = Array.from({ length: SLICE }, (_, index) => String(first + index));
    const digests = await Promise.all(
      proofs.map((proof) => crypto.subtle.digest("SHA-256", encoder.encode(`${challenge}:${proof}`))));
    const found = digests.findIndex((digest) => Math.clz32(new DataView(digest).getUint32(0)) >= bits);
    if (found >= 0) return proofs[found];
  }
}
