/**
 * The open conversations, side by side as far as they fit. The selected one is always in sight; the others keep their
 * places, and the one that was looked at longest ago gives way.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { ChatPanel } from "./chat-panel.js";

const NARROWEST = 25; // rem of one conversation

/**
 * Which chats stand side by side. Pure.
 * @param {string[]} shown those that stood there before
 * @param {string[]} open all open chats, in their order
 * @param {string[]} recent open chats, the one looked at last first; its first is the selected one
 * @param {number} places how many fit
 * @returns {string[]} in the order of `open`
 */
export function arrange(shown, open, recent, places) {
  const wanted = new Set(recent.slice(0, 1));
  const byRecency = [...shown].sort((a, b) => rank(recent, a) - rank(recent, b));
  for (const chat of [...byRecency, ...recent, ...open]) {
    if (wanted.size >= places) break;
    if (open.includes(chat)) wanted.add(chat);
  }
  return open.filter((chat) => wanted.has(chat));
}

const rank = (list, item) => (list.includes(item) ? list.indexOf(item) : list.length);

export class Conversations {
  /** @param {import("./console.js").Console} app */
  constructor(app) {
    this.app = app;
    /** @type {Map<string, ChatPanel>} */
    this.panels = new Map();
    this.recent = [];
    this.shown = [];
    this.places = 1;
    this.empty = h("div", { class: "nothing-open" }, h("p", {}, t("No chat is open.")));
    this.element = h("div", { class: "conversations", id: "conversations" }, this.empty);
    new ResizeObserver(([{ contentRect }]) => {
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
      this.places = Math.max(1, Math.floor(contentRect.width / (NARROWEST * rem)));
      app.changed();
    }).observe(this.element);
  }

  /** The chat that keys and buttons speak about. */
  get selected() {
    return this.recent[0] ?? "";
  }

  get panel() {
    return this.panels.get(this.selected);
  }

  select(/** @type {string} */ chat) {
    this.recent = [chat, ...this.recent.filter((other) => other !== chat)];
  }

  /** Forgets a chat and everything that is drawn of it; answers with the texts that were typed there and not sent. */
  drop(/** @type {string} */ chat) {
    const panel = this.panels.get(chat);
    panel?.element.remove();
    this.panels.delete(chat);
    this.recent = this.recent.filter((other) => other !== chat);
    return panel?.drafts ?? [];
  }

  update(desk) {
    const chats = [...desk.mine, ...desk.readAlong];
    const open = chats.map(({ chat }) => chat);
    this.recent = this.recent.filter((chat) => open.includes(chat));
    if (!this.recent.length && open.length) this.select(open[0]);
    this.shown = arrange(this.shown, open, this.recent, this.places);
    for (const chat of chats) this.#draw(chat, desk);
    this.empty.hidden = open.length > 0;
  }

  #draw(chat, desk) {
    const { chat: id } = chat;
    if (!this.panels.has(id)) {
      this.panels.set(id, new ChatPanel(chat, this.app));
      this.element.append(this.panels.get(id).element);
    }
    const panel = this.panels.get(id);
    panel.element.hidden = !this.shown.includes(id);
    const busy = this.app.actions.pending.concerns(id);
    panel.update(chat, { selected: id === this.selected, failed: desk.notSaved.has(id), busy });
  }
}
