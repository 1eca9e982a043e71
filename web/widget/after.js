/**
 * What comes after a chat: why it ended, saving it while that is possible, a copy, a mark for how it was, and what next.
 * Loaded when it is needed.
 */
import { isSpeech } from "../shared/chat-state.js";
import { fill, h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import "../shared/more-icons.js";
import { page } from "../shared/page.js";
import { channel, countdown } from "./notices.js";
import { dataLine, describe } from "./words.js";

/**
 * The card under a chat that is over, or the confirmation of a request that was left.
 * @param {any} state
 * @param {(name: string, detail?: any) => void} act
 */
export function afterwards(state, act) {
  const { chat, requested } = state;
  const ticket = requested || chat.info?.ticket;
  const serves = (/** @type {any} */ { kind }) => kind === "assigned" || kind === "took_over";
  const agent = chat.lines.findLast(serves)?.name ?? "";
  const reason = chat.erased ?? chat.info?.reason ?? "";
  const saveIn = chat.erased || ticket ? null : chat.info?.save_in;
  const button = (/** @type {string} */ sign, /** @type {string} */ label, /** @type {string} */ name, tone = "") =>
    h("button", { class: `button ${tone}`, type: "button", on: { click: () => act(name) } }, icon(sign), label);
  return h("section", { class: "after" },
    h("h2", { tabIndex: -1 }, requested ? t("Your request is saved") : ending(reason, agent)),
    reason === "visitor_erased" && h("p", {}, t("Nothing of it is left, neither with us nor on this page.")),
    requested && h("p", {}, t("Its number is #{number}. We will answer as soon as we can.", { number: requested })),
    !requested && ticket && h("p", {}, t("Your request #{number} is kept; we will answer it.", { number: ticket })),
    ticket && channel(requested ? { request: state.request } : undefined),
    saveIn && h("p", { class: "hint" }, t("It can be saved as a request for"), " ", countdown(chat.infoAt + saveIn)),
    (agent || state.hadAgent) && rating(state, act),
    h("div", { class: "buttons" },
      saveIn && button("save", t("Save as request"), "save", "primary"),
      !saveIn && !ticket && reason !== "visitor_erased" && button("inbox", t("Leave a request"), "request", "primary"),
      chat.lines.length > 0 && button("down", t("Save a copy"), "copy"),
      button("chat", requested ? t("Back") : t("New chat"), "anew")));
}

/** Why a chat ended. */
function ending(/** @type {string} */ reason, agent = "") {
  switch (reason) {
    case "visitor_erased": return t("You ended the chat.");
    case "visitor_left": return t("The chat ended because this page was away for too long.");
    case "agent_ended": return agent ? t("{name} ended the chat.", { name: agent }) : t("The chat has ended.");
    case "idle_timeout": return t("The chat ended because nobody wrote for a while.");
    case "queue_abandoned": return t("You left the line.");
    case "queue_to_ticket": return t("You left the line. Your question is saved as a request.");
    case "agent_lost": return t("Our agent lost the connection and nobody else was free.");
    case "converted_and_ended": return t("The chat is saved as a request and has ended.");
    case "blocked": return t("Our team closed this chat.");
    case "too_old": return t("The chat reached the longest time a chat may take.");
    case "waited_too_long": return t("Nobody became free in time. We are sorry.");
    case "lost": return t("Our server was restarted and the chat is gone.");
    default: return t("The chat has ended.");
  }
}

/** Counted, and tied to nobody. @param {any} state @param {(name: string, detail?: any) => void} act */
function rating(state, act) {
  const box = h("div", { class: "rating", role: "group", "aria-label": t("How was it?") });
  const rate = (/** @type {boolean} */ good) => {
    act("rate", good);
    thank();
  };
  const thank = () => fill(box, h("p", { role: "status" }, t("Thank you. It is counted, and tied to nobody.")));
  const thumb = (/** @type {string} */ sign, /** @type {string} */ label, /** @type {boolean} */ good) => {
    const name = { "aria-label": label, title: label };
    return h("button", { class: "button square", type: "button", ...name, on: { click: () => rate(good) } }, icon(sign));
  };
  if (state.rated) thank();
  else fill(box, h("span", {}, t("How was it?")), thumb("thumbUp", t("Good"), true), thumb("thumbDown", t("Not good"), false));
  return box;
}

/** Writes the conversation into a file on the visitor's own device. */
export function saveCopy(/** @type {any} */ state) {
  const { lines } = state.chat;
  const told = lines.map((/** @type {any} */ line) => {
    const words = isSpeech(line) ? `${line.name || page.site.name}: ${line.text}` : describe(line) ?? ending(line.other);
    return words && `${withOffset(line.at)}  ${words}`;
  });
  const text = [page.site.name, dataLine(state), "", ...told.filter(Boolean), ""].join("\r\n");
  const file = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
  const day = withOffset(lines[0]?.at ?? Date.now() / 1000).slice(0, 10);
  h("a", { href: file, download: `chat-${day}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(file), 10000);
}

/** "2026-11-03 14:02:05 +04:00", for files: the same in every language. */
function withOffset(/** @type {number} */ at) {
  const offset = -new Date(at * 1000).getTimezoneOffset();
  const local = new Date((at + offset * 60) * 1000).toISOString();
  const two = (/** @type {number} */ number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${offset < 0 ? "-" : "+"}${two(offset / 60)}:${two(offset % 60)}`;
}
