/**
 * Draws a chat's lines: bubbles grouped by author, ticks, messages that were not sent, and what happened in between.
 * It keeps one node per line and changes only what changed, so 500 lines stay cheap.
 */
import { delivery, isSpeech, shownLines } from "./chat-state.js";
import { arrange, h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { richText } from "./rich-text.js";
import { timeElement } from "./time.js";

const GROUP_WITHIN = 180; // seconds between two messages of one author that stand together
const NEAR_END = 80; // px from the end that still count as reading the newest line

/**
 * @typedef {import("./chat-state.js").ChatState} ChatState
 * @typedef {import("./protocol.js").Line} Line
 *
 * @typedef {object} Entry One thing in the list.
 * @property {string} key the same before and after a message is acknowledged
 * @property {"event" | "message" | "note"} type
 * @property {boolean} [mine]
 * @property {boolean} [first] of its group: shows who speaks
 * @property {boolean} [last] of its group: shows the time
 * @property {string} [status] under own messages: "sending", "unsent", "refused", "sent", "delivered", "seen"
 * @property {number} at
 * @property {string} text
 * @property {string} [name]
 * @property {string} [id] of a message that is not acknowledged
 * @property {string} [code] why it was refused
 */

/**
 * What the list shows, in order. Pure; exported for tests.
 * @param {ChatState} state
 * @param {(line: Line) => string | null} describe
 * @param {string} [self] the reader's own name, where several people may speak on this side
 * @returns {Entry[]}
 */
export function entries(state, describe, self) {
  /** @type {Entry[]} */
  const spoken = shownLines(state).flatMap((line) => entryOf(state, line, describe, self) ?? []);
  const notes = state.notes.map((note) => ({
    key: `note:${note.id ?? note.seq}`, type: /** @type {"note"} */ ("note"), at: note.at, text: note.text, name: note.name,
  }));
  // Notes have numbers of their own, so only the server's clock can put them between the lines. The sort is stable.
  const ordered = notes.length ? [...spoken, ...notes].sort((a, b) => a.at - b.at) : spoken;
  const unsent = state.own.map((mine) => ({
    key: `${mine.kind === "note" ? "note" : state.me}:${mine.id}`, type: mine.kind === "note" ? "note" : "message",
    mine: true, at: ordered.at(-1)?.at ?? 0, text: mine.text, id: mine.id, status: mine.status, code: mine.code,
  }));
  return withTicks(grouped(/** @type {Entry[]} */ ([...ordered, ...unsent])));
}

/**
 * @param {ChatState} state
 * @param {Line} line
 * @param {(line: Line) => string | null} describe
 * @param {string} [self]
 * @returns {Entry | null}
 */
function entryOf(state, line, describe, self) {
  const place = `${line.epoch}.${line.seq}`;
  if (!isSpeech(line)) {
    const text = describe(line);
    return text ? { key: place, type: "event", at: line.at, text } : null;
  }
  const mine = line.by === state.me;
  return {
    key: line.id ? `${line.by}:${line.id}` : place, type: "message", mine, at: line.at, text: line.text ?? "",
    // An own message needs no name, unless a colleague wrote it before the chat was handed over.
    name: mine && (!self || line.name === self) ? undefined : line.name, status: mine ? delivery(state, line) : undefined,
  };
}

/** @param {Entry[]} list */
function grouped(list) {
  const together = (/** @type {Entry} */ a, /** @type {Entry | undefined} */ b) =>
    b && a.type === b.type && a.mine === b.mine && a.name === b.name && Math.abs(b.at - a.at) < GROUP_WITHIN;
  return list.map((entry, i) => ({
    ...entry, first: !(i > 0 && together(list[i - 1], entry)), last: !together(entry, list[i + 1]),
  }));
}

/** Ticks stand under the last own message and under any that is not sent yet. @param {Entry[]} list */
function withTicks(list) {
  const settled = (/** @type {Entry} */ entry) => entry.mine && ["sent", "delivered", "seen"].includes(entry.status ?? "");
  const newest = list.findLast(settled);
  return list.map((entry) => (settled(entry) && entry !== newest ? { ...entry, status: undefined } : entry));
}

export class MessageList {
  /**
   * @param {object} options
   * @param {(line: Line) => string | null} options.describe the words for a line that nobody said; null hides it
   * @param {(id: string) => void} options.onRetry the person wants a message sent again
   * @param {(id: string) => void} [options.onDiscard] the person gives up a message that was not sent
   * @param {(code: string) => string} [options.refusal] the words for a RefusalCode
   * @param {string} options.label the accessible name of the log
   * @param {string} [options.self] the reader's own name, where colleagues may have written on the same side before
   * @param {string} [options.peer] what the other side is called when a line has no name
   * @param {boolean} [options.hosts] show where links lead (agents)
   */
  constructor(options) {
    this.options = options;
    /** @type {Map<string, {node: HTMLElement, meta: HTMLElement | null, drawn: string}>} */
    this.drawn = new Map();
    this.stuck = true;
    this.lastTop = 0;
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": options.label, tabIndex: 0 });
    this.jump = h("button", { class: "jump button", type: "button", hidden: true, on: { click: () => this.toEnd() } },
      icon("down"), t("New messages"));
    /** Put this into the page; it fills its place and scrolls inside. */
    this.element = h("div", { class: "messages" }, this.log, this.jump);
    this.log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.stuck && this.toEnd()).observe(this.log);
  }

  /** Shows this state; keeps the reader's place unless the newest line was in sight or is the reader's own. */
  update(/** @type {ChatState} */ state) {
    const list = entries(state, this.options.describe, this.options.self);
    const fresh = list.filter((entry) => !this.drawn.has(entry.key));
    const follow = this.stuck || fresh.some((entry) => entry.status === "sending");
    this.log.setAttribute("aria-busy", String(fresh.length > 5)); // a whole history is not read out
    this.#draw(list);
    this.log.setAttribute("aria-busy", "false");
    if (follow) this.toEnd();
    else if (fresh.some((entry) => entry.type === "message" && !entry.mine)) this.jump.hidden = false;
  }

  /** Scrolls to the newest line. */
  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
    this.jump.hidden = true;
    this.stuck = true;
  }

  /** Only a scroll towards the beginning lets go of the end: a list that shrinks, or grows, is not a wish to read back. */
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    const isNear = scrollHeight - scrollTop - clientHeight < NEAR_END;
    this.stuck = isNear || (this.stuck && scrollTop >= this.lastTop);
    this.lastTop = scrollTop;
    if (this.stuck) this.jump.hidden = true;
  }

  /** @param {Entry[]} list */
  #draw(list) {
    const keys = new Set(list.map((entry) => entry.key));
    for (const key of this.drawn.keys()) if (!keys.has(key)) this.drawn.delete(key);
    arrange(this.log, list.map((entry) => this.#node(entry)));
  }

  /** The node of an entry. Its text never changes, so a selection or an unfolded text survives a new tick. */
  #node(/** @type {Entry} */ entry) {
    const drawn = JSON.stringify(entry);
    const known = this.drawn.get(entry.key);
    if (known?.drawn === drawn) return known.node;
    const node = known?.node ?? this.#body(entry);
    const { type, mine, first, last } = entry;
    node.className = ["entry", type, mine && "mine", first && "first", last && "last"].filter(Boolean).join(" ");
    known?.meta?.remove();
    const meta = this.#meta(entry);
    if (meta) node.append(meta);
    this.drawn.set(entry.key, { node, meta, drawn });
    return node;
  }

  /** @param {Entry} entry */
  #body(entry) {
    const { type, text, at } = entry;
    if (type === "event") return h("div", {}, h("span", { dir: "auto" }, text), " ", timeElement(at));
    return h("div", {}, this.#author(entry), h("div", { class: "bubble" }, richText(text, { hosts: this.options.hosts })));
  }

  /** Shown on the first of a group; the reader's own name is for screen readers only. @param {Entry} entry */
  #author({ mine, type, name = "" }) {
    if (type === "note") return h("div", { class: "author" }, icon("note"), t("Private note"), name && h("bdi", {}, name));
    return h("div", { class: mine && !name ? "unseen" : "author", dir: "auto" }, name || (mine ? t("You") : this.options.peer));
  }

  /** The time of a group, and how far an own message has come. @param {Entry} entry */
  #meta({ type, last, status = "", at, id, code = "" }) {
    const spoken = type === "message" || type === "note";
    if (!spoken || !(last || status)) return null;
    const failed = status === "unsent" || status === "refused";
    const time = last && status !== "sending" && !failed && timeElement(at);
    return h("div", { class: `meta ${status}` }, time, failed ? this.#failure(id ?? "", code) : tick(status));
  }

  /** @param {string} id @param {string} code */
  #failure(id, code) {
    const { onRetry, onDiscard, refusal } = this.options;
    const button = (/** @type {string} */ label, /** @type {(id: string) => void} */ act) =>
      h("button", { class: "link", type: "button", on: { click: () => act(id) } }, label);
    return [
      icon("alert"), h("span", {}, (code && refusal?.(code)) || t("Not sent")),
      button(t("Try again"), onRetry), onDiscard && button(t("Remove"), onDiscard),
    ];
  }
}

/** @param {string} status */
function tick(status) {
  if (status === "sending") return [icon("clock"), t("Sending")];
  if (status === "sent") return [icon("check"), t("Sent")];
  if (status === "delivered") return [icon("checks"), t("Delivered")];
  return status === "seen" && [icon("checks"), t("Seen")];
}
