/**
 * Why the server did not do what was asked. Loaded when that happens.
 */
import { n, t } from "../shared/i18n.js";
import { wrong } from "./words.js";

/** @param {string} code a RefusalCode @param {number} [seconds] when to try again */
export function refusal(code, seconds = 0) {
  switch (code) {
    case "bad_topic": return t("This topic is no longer offered. Please choose another.");
    case "bad_text": return t("This text cannot be sent.");
    case "too_fast": case "proof_needed": return tooFast(seconds);
    case "chat_full": return t("This chat is full. Save it as a request to go on.");
    case "memory_full": case "not_open": return t("Nobody can take a chat right now. Leave a request and we will answer.");
    case "blocked": return t("This chat was closed by our team. Please use another way to reach us.");
    case "not_saved": return t("Not saved. The chat goes on; please try again.");
    case "visitor_refused": return t("You declined. The chat is not saved.");
    case "ended": return t("The chat has ended.");
    case "not_restored": return t("Our server restarted and could not bring this chat back. Only this screen still shows it.");
    case "shutting_down": return t("Our server restarts. Please try again in a minute.");
    default: return wrong(code) || t("That did not work. Please try again.");
  }
}

/** @param {number} seconds */
function tooFast(seconds) {
  const [minutes, whole] = [Math.ceil(seconds / 60), Math.ceil(seconds) || 1];
  return seconds > 90
    ? n("Too many tries. Please come back in {count} minute.", "Too many tries. Please come back in {count} minutes.", minutes)
    : n("Too fast. Please try again in {count} second.", "Too fast. Please try again in {count} seconds.", whole);
}
