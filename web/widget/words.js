/**
 * What the visitor reads about the state of things: short, kind, and true.
 */
import { n, t } from "../shared/i18n.js";
import { clock, weekday } from "../shared/time.js";

/** What happened in the chat; null for lines that need no words. */
export function describe(/** @type {import("../shared/protocol.js").Line} */ { kind, name = "", other = "" }) {
  switch (kind) {
    case "assigned": return t("{name} is here.", { name });
    case "transferred": return t("{name} transferred you to {other}.", { name, other });
    case "requeued": return t("{name} had to leave. You are first in line again, and nothing you wrote is lost.", { name });
    case "joined": return t("{name}, a supervisor, joined and reads along.", { name });
    case "left": return t("{name}, a supervisor, left.", { name });
    case "took_over": return t("{name} took over from here.", { name });
    case "armed": return t("{name} asked to save this chat as a request.", { name });
    case "refused": return t("You declined. The chat is not saved.");
    case "converted": return t("Saved as request #{number}.", { number: other });
    default: return null;
  }
}

/** Whether somebody can answer, for the header. */
export function availability(/** @type {any} */ service) {
  switch (service?.state) {
    case "open": return t("We are here.");
    case "busy_full": return t("All of us are busy right now.");
    case "no_agents": return t("Nobody is free right now.");
    case "closed_hours": return opening(service) || t("We are closed.");
    default: return "";
  }
}

/** "Closed – opens Monday 09:00 your time." The moment is counted from a duration, so a wrong clock does not matter. */
function opening(/** @type {any} */ { opens_in: seconds }) {
  if (seconds === undefined || seconds === null) return "";
  return t("Closed – opens {when} your time.", { when: weekday(Date.now() / 1000 + seconds) });
}

/** What is wrong with a field of the form; "" for other codes. */
export function wrong(/** @type {string} */ code) {
  switch (code) {
    case "bad_name": return t("Please tell us your name.");
    case "bad_phone": return t("We cannot read this phone number. Check the digits, or begin with + and the country code.");
    case "bad_question": return t("Please write your question in a few words.");
    case "too_long": return t("This is too long.");
    default: return "";
  }
}

/**
 * The data line: where the words are now. Always shown, always true.
 * @param {object} about
 * @param {any} about.welcome the server's welcome, or null
 * @param {import("../shared/chat-state.js").ChatState} about.chat
 * @param {boolean} about.request a request is being written
 * @param {string} about.requested the number of a request that was left
 */
export function dataLine({ welcome, chat, request, requested }) {
  const ticket = chat.info?.ticket;
  if (requested) return t("Saved as request #{number}.", { number: requested });
  if (request) return t("Saved only when you send it.");
  if (chat.erased && ticket) return t("The chat is erased. Request #{number} is kept.", { number: ticket });
  if (chat.erased) return chat.lines.length ? t("Erased. Only this screen still shows it.") : t("Erased.");
  if (ticket) return saved(chat, ticket);
  if (!welcome) return t("Nothing is saved.");
  if (chat.info?.save_in) {
    return n("Not saved – erased within {count} minute, unless saved as a request.",
      "Not saved – erased within {count} minutes, unless saved as a request.", Math.ceil(chat.info.save_in / 60));
  }
  const count = Math.ceil(welcome.grace / 60);
  return welcome.convert === "recorded"
    ? n("Erased within {count} minute of leaving; our team may save it as a request.",
        "Erased within {count} minutes of leaving; our team may save it as a request.", count)
    : n("Not saved – erased within {count} minute of leaving, unless saved as a request.",
        "Not saved – erased within {count} minutes of leaving, unless saved as a request.", count);
}

/** @param {import("../shared/chat-state.js").ChatState} chat @param {string} number */
function saved({ lines }, number) {
  const line = lines.findLast((known) => known.kind === "converted");
  if (!line) return t("Saved as request #{number}.", { number });
  return t("Saved as request #{number} at {time}.", { number, time: clock(line.at) });
}
