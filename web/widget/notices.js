/**
 * What needs the visitor's attention above the composer: a countdown, a question, a lost connection. Data first, then nodes.
 */
import { arrange, h } from "../shared/dom.js";
import { n, t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import "../shared/more-icons.js";
import { CloseCode } from "../shared/close-codes.js";
import { span } from "../shared/time.js";
import { session } from "./session.js";

/**
 * @typedef {object} Notice
 * @property {string} icon
 * @property {string} text
 * @property {"" | "waiting" | "attention" | "saved"} [tone]
 * @property {number | null} [seconds] counted down beside the text
 * @property {boolean} [asksChannel] how to be answered
 * @property {[string, string, string?][]} [buttons] label, the name of the act, and how it looks; the likely one first
 * @property {string} [dismiss] the name of the act that puts the notice away
 */

/**
 * Everything that is to be said now, the most urgent last (nearest to the composer). Pure.
 * @param {any} state the panel's state
 * @returns {Notice[]}
 */
export function notices({ chat, connection, isLost, problem, image, confirmErase, forgetful, restoring, writing, asksChannel }) {
  const info = chat.info ?? {};
  const isOver = info.status === "ended" || chat.erased;
  if (writing) return isOver || info.status !== "active" ? [] : [hasCome(info)];
  if (confirmErase && !isOver) return [confirmation(info)];
  /** @type {(Notice | false | null | undefined)[]} */
  const all = [
    forgetful && !isOver && {
      icon: "alert", text: t("Your browser keeps nothing for us: a reload ends this chat."), dismiss: "noteRead",
    },
    !isOver && aboutAgent(info),
    !isOver && aboutTime(info),
    info.ask_wait && {
      icon: "clock", tone: "waiting", text: t("Nobody is free yet. Do you want to keep waiting?"),
      buttons: [[t("Keep waiting"), "keepWaiting"], [t("Make it a request"), "save"], fullForm(), [t("Try later"), "leave"]],
    },
    !isOver && aboutSaving(info),
    !isOver && info.ticket && asksChannel && !session() && {
      icon: "save", tone: "saved", text: t("Saved as request #{number}.", { number: info.ticket }), asksChannel, dismiss: "channelRead",
    },
    image && {
      icon: "image", text: t("Chats carry text only. Save this chat as a request to attach an image."), dismiss: "imageRead",
      buttons: info.ticket ? [] : [[t("Save as request"), "save"]],
    },
    problem && { icon: "alert", tone: "attention", text: problem, dismiss: "problemRead" },
    Boolean(info.missing) && { icon: "alert", tone: "waiting", text: lost(info.missing) },
    restoring && { icon: "offline", tone: "waiting", text: t("Our server restarted. We are bringing your chat back.") },
    aboutConnection(connection, isLost),
  ];
  return /** @type {Notice[]} */ (all.filter(Boolean));
}

/** The whole form of a request, filled in as far as it is known; the place in the line is kept until it is sent. */
function fullForm() {
  return /** @type {[string, string]} */ ([t("Answer by e-mail, add files"), "more"]);
}

/** @param {number} count */
function lost(count) {
  return n("{count} line was lost with our server and is missing here.",
    "{count} lines were lost with our server and are missing here.", count);
}

/** Said to somebody who writes a request while they wait. @param {any} info @returns {Notice} */
function hasCome({ agent = "" }) {
  return { icon: "chat", text: t("{name} is here.", { name: agent }), buttons: [[t("Back to the chat"), "back"]] };
}

/** Asked alone, so that nothing stands between the question and its answers. @param {any} info @returns {Notice} */
function confirmation({ ticket }) {
  return {
    icon: "erase", tone: "attention",
    text: ticket
      ? t("End the chat and erase it? Request #{number} is kept.", { number: ticket })
      : t("End the chat and erase it, at once and for good?"),
    buttons: [[t("End and erase"), "erase", "danger"], [t("Go back"), "keep"]],
  };
}

/** @param {any} info @returns {Notice | false} */
function aboutAgent({ agent_gone: gone, agent_lost: lost, agent = "" }) {
  if (lost) {
    return {
      icon: "offline", tone: "attention", text: t("Our agent lost the connection and nobody else is free."),
      buttons: [[t("Keep waiting"), "keepWaiting"], [t("Save as request"), "save"], [t("End and erase"), "askErase"]],
    };
  }
  const text = t("{name} is reconnecting. Please hold on.", { name: agent });
  return Boolean(gone) && { icon: "offline", tone: "waiting", text };
}

/** @param {any} info @returns {Notice | false} */
function aboutTime({ ending_in: endingIn, ending_by: name = "", idle_in: idle, too_old_in: old, ticket }) {
  const soon = { icon: "clock", tone: /** @type {"waiting"} */ ("waiting") };
  if (endingIn !== undefined) {
    const text = t("{name} is ending the chat.", { name });
    return { ...soon, text, seconds: endingIn, buttons: [[t("I am not finished"), "undoEnd"]] };
  }
  if (idle !== undefined) return { ...soon, text: t("Still there? Without a new message the chat ends."), seconds: idle };
  if (old === undefined) return false;
  const text = t("This chat soon reaches the longest time a chat may take.");
  return { ...soon, text, seconds: old, buttons: ticket ? [] : [[t("Save as request"), "save"]] };
}

/** @param {any} info @returns {Notice | false} */
function aboutSaving({ armed_in: armed, asked_in: asked, armed_by: name = "" }) {
  const refuse = /** @type {[string, string]} */ ([t("Refuse"), "refuse"]);
  if (armed !== undefined) {
    const text = t("{name} is saving this chat as a request.", { name });
    return { icon: "save", tone: "saved", text, seconds: armed, buttons: [[t("Save now"), "save"], refuse] };
  }
  if (asked === undefined) return false;
  const text = t("{name} would like to save this chat as a request.", { name });
  return { icon: "save", tone: "saved", text, seconds: asked, buttons: [[t("Save as request"), "save"], refuse] };
}

/** @param {import("../shared/connection.js").ConnectionState} connection @param {boolean} isLost @returns {Notice | false} */
function aboutConnection({ state, code }, isLost) {
  const off = { icon: "offline", tone: /** @type {"attention"} */ ("attention") };
  if (state === "closed") {
    const tooMuch = t("Too much came from here at once, so the connection was closed.");
    const text = code === CloseCode.TOO_FAST ? tooMuch : t("The connection was closed.");
    return { ...off, text, buttons: [[t("Connect again"), "connect"]] };
  }
  const text = t("Connection lost. Your text is kept; we are trying again.");
  return isLost && { ...off, text, buttons: [[t("Try now"), "connect"]] };
}

/**
 * How things stand for somebody who waits: their place, and what else there is to know; nothing for everybody else.
 * @param {any} state the panel's state
 * @returns {[string, string]}
 */
export function waiting({ chat: { info, erased }, writing }) {
  const waits = !erased && (info?.status === "waiting" || info?.status === "offered") && !info.agent_lost;
  if (!waits) return ["", ""];
  const below = writing ? "" : t("You can already write more below.");
  return [place(info), info.overtaken ? t("A reconnected visitor was placed ahead of you.") : below];
}

/** The place in the line and the wait, as far as they are known. */
function place(/** @type {any} */ { position, wait, status }) {
  if (status === "offered") return t("Ringing somebody for you.");
  if (position === null || position === undefined) return t("Looking for somebody who is free.");
  const where = position === 1 ? t("You are next.") : t("You are number {position} in line.", { position });
  return [where, waits(wait)].filter(Boolean).join(" ");
}

/** @param {string} [bucket] */
function waits(bucket) {
  switch (bucket) {
    case "under_1": return t("Less than a minute.");
    case "1_to_3": return t("1–3 minutes.");
    case "3_to_5": return t("3–5 minutes.");
    case "5_to_10": return t("5–10 minutes.");
    case "over_10": return t("More than 10 minutes.");
    default: return "";
  }
}

/**
 * Brings the notices in `zone` up to date, and returns the words of the new ones. One that is there already keeps its node,
 * so that a button does not vanish under a finger; only its countdown is set anew.
 * @param {HTMLElement} zone
 * @param {Notice[]} list
 * @param {number} since when the durations were counted from, in seconds of `performance.now()`
 * @param {(name: string) => void} act carries out what a button says
 */
export function drawNotices(zone, list, since, act) {
  const old = new Map([...zone.children].map((node) => [/** @type {HTMLElement} */ (node).dataset.key, node]));
  const nodes = list.map(({ seconds, ...notice }) => {
    const key = JSON.stringify(notice);
    const node = old.get(key) ?? draw(notice, key, act);
    const timer = /** @type {HTMLElement | null} */ (node.querySelector(".countdown"));
    if (timer) timer.dataset.until = String(since + (seconds ?? 0));
    if (timer) timer.hidden = seconds === undefined || seconds === null;
    return node;
  });
  const fresh = nodes.filter((node) => node.parentNode !== zone);
  arrange(zone, nodes);
  tickCountdowns();
  return fresh.map((node) => node.querySelector("p")?.textContent ?? "");
}

/** @param {Notice} notice @param {string} key @param {(name: string) => void} act */
function draw({ icon: sign, text, tone = "", asksChannel, buttons = [], dismiss = "" }, key, act) {
  const button = (/** @type {string} */ look, /** @type {string} */ name, /** @type {any[]} */ ...content) =>
    h("button", { class: `button ${look}`, type: "button", on: { click: () => act(name) } }, content);
  return h("div", { class: `notice ${tone}`, data: { key } },
    icon(sign), h("p", {}, text, " ", countdown()),
    dismiss && button("bare square", dismiss, icon("close"), h("span", { class: "unseen" }, t("Put away"))),
    asksChannel && channel(),
    buttons.length > 0 && h("div", { class: "buttons" },
      buttons.map(([label, name, look], i) => button(look ?? (i === 0 ? "primary" : ""), name, label))));
}

/** How to be answered; its module comes when there is something to answer. @param {Record<string, string>} [proof] */
export function channel(proof) {
  const place = h("div");
  import("./channel.js").then(({ askChannel }) => place.replaceWith(askChannel(proof)));
  return place;
}

/** Seconds left until `until`, in the clock of `performance.now()`; silent for screen readers, who were told at the start. */
export function countdown(until = 0) {
  return h("span", { class: "figures countdown", role: "timer", data: { until } });
}

/** Brings all countdowns on the page up to date. */
function tickCountdowns() {
  for (const timer of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".countdown"))) {
    timer.textContent = span(Number(timer.dataset.until) - performance.now() / 1000);
  }
}

setInterval(tickCountdowns, 500);
