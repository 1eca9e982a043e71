/**
 * After a chat was saved as a request: where to send the answer. Nothing of the request goes to an address before the person has
 * opened the link that is sent there.
 */
import { fill, h } from "../shared/dom.js";
import { language, t } from "../shared/i18n.js";
import { last } from "./memory.js";

/** The question, as a form. */
export function askChannel() {
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
    const problem = await send(email.value).catch(() => t("This cannot be reached right now. Please try again."));
    button.disabled = false;
    error.textContent = problem;
    error.hidden = !problem;
    email.setAttribute("aria-invalid", String(Boolean(problem)));
    if (!problem) fill(form, h("p", { role: "status" }, t("We have sent a link to {email}. Open it within 24 hours; the answer then goes there.", { email: email.value })));
  }
}

/** Sends it; what is wrong, or "". @param {string} email */
async function send(email) {
  const answer = await fetch(`/requests/channel?lang=${language}`, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ token: last ?? "", email }),
  });
  if (answer.ok) return "";
  if (answer.status === 409) return t("This request is answered elsewhere already.");
  const { errors = [] } = await answer.json();
  return errors[0]?.detail ?? t("That did not work. Please try again.");
}
