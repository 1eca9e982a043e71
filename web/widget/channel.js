/**
 * After a chat was saved as a request, or one was left without a chat: where to send the answer. Nothing of the request goes to an
 * address before the person has opened the link that is sent there.
 */
import { fill, h } from "../shared/dom.js";
import { language, t } from "../shared/i18n.js";
import { last } from "./memory.js";
import { session } from "./session.js";

/** The question about one request, wherever it stands now: what was typed and what came of it stay. */
let asked = { about: /** @type {string | null} */ (null), form: /** @type {any} */ (null) };

/**
 * The question, as a form; nothing for who is signed in, and answered there.
 * @param {Record<string, string>} [proof] that the person has asked: the token of the last chat, or the `request` that was left
 */
export function askChannel(proof = { token: last ?? "" }) {
  const about = Object.values(proof).join();
  if (asked.about !== about) asked = { about, form: question(proof) };
  return session() ? "" : asked.form;
}

/** @param {Record<string, string>} proof */
function question(proof) {
  const email = h("input", { class: "input", type: "email", id: "channel-email", dir: "ltr", required: true, autocomplete: "email" });
  const error = h("span", { class: "error", role: "alert", id: "channel-error", hidden: true });
  email.setAttribute("aria-describedby", error.id);
  const button = h("button", { class: "button", type: "submit" }, t("Answer me by e-mail"));
  const form = h("form", { class: "field", novalidate: true, on: { submit } },
    h("label", { htmlFor: email.id }, t("Where shall we send the answer?")), email, error, button);
  return form;

  async function submit(/** @type {SubmitEvent} */ event) {
    event.preventDefault();
    button.disabled = true;
    const problem = await send({ ...proof, email: email.value }).catch(() => t("This cannot be reached right now. Please try again."));
    button.disabled = false;
    error.textContent = problem;
    error.hidden = !problem;
    email.setAttribute("aria-invalid", String(Boolean(problem)));
    if (!problem) fill(form, h("p", { role: "status" }, t("We have sent a link to {email}. Open it within 24 hours; the answer then goes there.", { email: email.value })));
  }
}

/** Sends it; what is wrong, or "". @param {Record<string, string>} choice */
async function send(choice) {
  const answer = await fetch(`/requests/channel?lang=${language}`, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams(choice),
  });
  if (answer.ok) return "";
  if (answer.status === 409) return t("This request is answered elsewhere already.");
  const { errors = [] } = await answer.json();
  return errors[0]?.detail ?? t("That did not work. Please try again.");
}
