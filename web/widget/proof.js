/**
 * Proof of work, for an address that has started many chats of late. Loaded when the server asks for it.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { canWork, search } from "../shared/work.js";

/**
 * Adds the proof to a start, and says beside the button what is going on.
 * @param {string} challenge @param {number} bits what the server asks for
 * @param {{proof?: string}} start @param {import("./form.js").StartForm} form
 * @returns {Promise<boolean>} false where the browser cannot
 */
export async function prove(challenge, bits, start, form) {
  if (!canWork) return false;
  const note = h("p", { class: "hint", role: "status" }, t("Checking that you are a person …"));
  form.submit.before(note);
  start.proof = await search(challenge, bits);
  note.remove();
  return true;
}
