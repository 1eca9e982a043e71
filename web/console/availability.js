/**
 * The largest switch of the console: available, away or offline, and what that comes to right now.
 */
import { span } from "../shared/time.js";
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { page } from "../shared/page.js";
import { live, now, redraw } from "./drawing.js";
import { loadWords, statusWords } from "./words.js";

const REMEMBERED = `livesupport.intent.${page.me?.id}`;
const INTENTS = ["available", "away", "offline"];

/** What the agent last wanted on this computer, for a server that has just started; undefined when that is not known. */
export function rememberedIntent() {
  try {
    return INTENTS.find((intent) => intent === localStorage.getItem(REMEMBERED));
  } catch {
    return undefined;
  }
}

/** Keeps the agent's wish over a reload. */
export function rememberIntent(/** @type {string} */ intent) {
  try {
    localStorage.setItem(REMEMBERED, intent);
  } catch {
    // Storage is denied: the server remembers as long as it runs.
  }
}

/**
 * @param {(intent: "available" | "away" | "offline") => void} choose
 * @returns {{element: HTMLElement, update: (desk: import("./desk.js").Desk, online: boolean) => void}}
 */
export function createAvailability(choose) {
  const words = { available: t("Available"), away: t("Away"), offline: t("Offline") };
  const buttons = Object.entries(words).map(([intent, label]) =>
    h("button", {
      type: "button", class: `intent ${intent}`, "aria-pressed": "false", data: { intent },
      on: { click: () => choose(/** @type {any} */ (intent)) },
    }, h("span", { class: "light" }), label));
  const state = h("p", { class: "state" });
  const element = h("section", { class: "availability", "aria-label": t("Your availability") },
    h("div", { class: "intents", role: "group", "aria-label": t("Your availability") }, buttons), state);

  function update(desk, online) {
    const { me } = desk;
    element.dataset.status = online && me ? me.status : "reconnecting";
    // Without a connection nobody is available, whatever was chosen.
    for (const button of buttons) button.setAttribute("aria-pressed", String(online && me?.intent === button.dataset.intent));
    redraw(state, { me, online }, () => stateWords(me, online));
  }
  return { element, update };
}

/** What the switch comes to: whether new chats ring here, and how many seats are taken. */
function stateWords(me, online) {
  if (!me || !online) return [t("Not connected")];
  const seats = h("span", { class: "seats" }, loadWords(me));
  if (me.status === "busy") return [icon("chat"), h("span", {}, t("Busy – no new chats")), seats];
  if (me.status === "wrap_up") {
    return [icon("clock"), live(() => t("Wrap-up – next chat in {time}", { time: span(me.until - now()) })), seats];
  }
  if (me.status === "available") return [icon("bell"), h("span", {}, t("New chats ring here")), seats];
  if (me.status === "away") return [icon("clock"), h("span", {}, t("No new chats")), seats];
  return [h("span", {}, statusWords(me.status)), seats];
}
