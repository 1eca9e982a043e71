/**
 * One conversation: its head with what can be done, strips for what is special, the lines, and the box to answer in.
 */
import { unread } from "../shared/chat-state.js";
import { Composer } from "../shared/composer.js";
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { MessageList } from "../shared/message-list.js";
import { iconButton } from "./buttons.js";
import { attachCanned } from "./canned.js";
import { createBanners } from "./chat-banners.js";
import { chatTools, maySave } from "./chat-tools.js";
import { redraw } from "./drawing.js";
import { notice } from "./notices.js";
import { describe, refusalWords } from "./words.js";

export class ChatPanel {
  /**
   * @param {import("../shared/chat-state.js").ChatState} chat
   * @param {import("./console.js").Console} app
   */
  constructor(chat, app) {
    this.id = chat.chat;
    this.app = app;
    this.mode = "say";
    this.title = h("h2", { class: "chat-name", tabIndex: -1 });
    this.about = h("p", { class: "chat-about" });
    this.tools = h("div", { class: "chat-tools" });
    this.banners = createBanners(app.actions);
    this.messages = this.#messageList(chat);
    this.status = h("p", { class: "typing-line", role: "status" });
    this.reply = this.#composer("say", t("Write an answer, / for ready ones"));
    this.note = this.#composer("note", t("Write a note"));
    this.modes = this.#modeButtons();
    this.noteLabel = h("p", { class: "note-label" }, icon("lock"), t("Only agents see this"));
    this.foot = h("div", { class: "chat-foot" }, this.modes, this.noteLabel, this.reply.element, this.note.element);
    this.element = h("section", { class: "chat", data: { chat: this.id }, on: { focusin: () => app.select(this.id) } },
      this.#head(), this.banners.element, this.messages.element, this.status, this.foot);
    this.element.addEventListener("pointerdown", () => app.select(this.id));
    this.setMode("say");
  }

  #head() {
    const back = iconButton("back", t("Back to the list"), () => this.app.show("people"), "narrow-only");
    const card = iconButton("person", t("About the visitor"), () => this.app.show("card"), "narrow-only");
    return h("header", { class: "chat-head" }, back, h("div", { class: "chat-who" }, this.title, this.about), card, this.tools);
  }

  #messageList(chat) {
    const { actions, desk } = this.app;
    return new MessageList({
      label: t("Conversation with {name}", { name: chat.info.visitor.name }),
      describe,
      hosts: true,
      self: desk.welcome?.name,
      onRetry: (id) => actions.retry(this.id, id),
      onDiscard: (id) => actions.discard(this.id, id),
      refusal: (code) => refusalWords({ t: "refused", code }),
    });
  }

  #composer(/** @type {"say" | "note"} */ kind, /** @type {string} */ label) {
    const { actions, desk, canned } = this.app;
    const composer = new Composer({
      label,
      limit: desk.welcome?.limits.text ?? 2000,
      send: kind === "say" ? t("Send") : t("Add note"),
      onSend: (text) => {
        actions.write(kind, this.id, text);
        if (kind === "note") this.setMode("say", true);
      },
      onTyping: kind === "say" ? (on) => actions.typing(this.id, on) : undefined,
      onImage: () => notice(t("Chats carry text only. Save the chat as a ticket to work with files.")),
      onInput: (text) => menu?.look(text),
      onKey: (event) => menu?.key(event) || this.#leaves(event),
    });
    const menu = kind === "say" ? attachCanned(composer, canned, () => this.#cannedValues()) : null;
    return composer;
  }

  /** What ready answers may name. */
  #cannedValues() {
    const { desk } = this.app;
    return { name: desk.chats.get(this.id)?.info.visitor.name ?? "", agent: desk.welcome?.name ?? "" };
  }

  #modeButtons() {
    const choice = (mode, words, sign, key) => h("button", {
      class: "mode", type: "button", data: { mode }, on: { click: () => this.setMode(mode, true) },
    }, icon(sign), words, h("kbd", {}, key));
    return h("div", { class: "modes", role: "group", "aria-label": t("What you write") },
      choice("say", t("Answer"), "chat", "R"), choice("note", t("Private note"), "note", "N"));
  }

  /** Answers or notes; each keeps its own draft. */
  setMode(/** @type {"say" | "note"} */ mode, focus = false) {
    this.mode = mode;
    this.foot.classList.toggle("noting", mode === "note");
    this.reply.element.hidden = mode !== "say";
    this.note.element.hidden = this.noteLabel.hidden = mode !== "note";
    for (const button of this.modes.children) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    if (focus) this.focus();
  }

  /** Escape leaves the box, so that single letters act again. */
  #leaves(/** @type {KeyboardEvent} */ { key }) {
    if (key !== "Escape") return false;
    this.title.focus();
    return true;
  }

  /** Puts the cursor where one answers. */
  focus() {
    if (this.foot.hidden) this.title.focus();
    else (this.mode === "say" ? this.reply : this.note).focus();
  }

  /** Whether the newest line can be read right now. */
  get inSight() {
    return this.element.offsetParent !== null && this.messages.stuck;
  }

  /** What was typed and not sent: an answer, a note. */
  get drafts() {
    return [this.reply.text.trim(), this.note.text.trim()].filter(Boolean);
  }

  /**
   * @param {import("../shared/chat-state.js").ChatState} chat
   * @param {{selected: boolean, failed: boolean, busy: boolean}} view
   */
  update(chat, { selected, failed, busy }) {
    this.tools.ariaBusy = String(busy);
    if (chat === this.drawn?.chat && selected === this.drawn.selected && failed === this.drawn.failed) return;
    this.drawn = { chat, selected, failed };
    const { info } = chat;
    const fresh = unread(chat);
    this.element.classList.toggle("selected", selected);
    this.element.setAttribute("aria-label", t("Chat with {name}", { name: info.visitor.name }));
    redraw(this.title, [info.visitor.name, fresh], () => [
      h("bdi", {}, info.visitor.name), fresh > 0 && h("span", { class: "unread" }, fresh)]);
    redraw(this.about, aboutFacts(info), () => aboutWords(info));
    redraw(this.tools, toolFacts(info), () => chatTools(chat, this.app));
    this.banners.update(chat, failed);
    this.messages.update(chat);
    redraw(this.status, chat.typingUntil !== null, () => chat.typingUntil === null ? [] : [
      h("span", { class: "typing", "aria-hidden": "true" }, h("i", {}), h("i", {}), h("i", {})),
      t("{name} is typing …", { name: info.visitor.name })]);
    this.foot.hidden = info.mine === false;
  }
}

/** What the buttons of the head depend on. */
function toolFacts(info) {
  return [info.awaited, info.mine, maySave(info), info.ending_in !== undefined, info.transfer_to, info.pinned];
}

/** What the line under the name depends on. */
function aboutFacts({ topic, inactive, pinned, supervisors, mine, agent, visitor }) {
  return [topic, inactive, pinned, supervisors, mine, agent, visitor.name_is_agents];
}

function aboutWords({ topic, inactive, pinned, supervisors, mine, agent, visitor }) {
  return [
    visitor.name_is_agents && h("span", { class: "chip attention" }, icon("alert"), t("Same name as a colleague")),
    topic && h("bdi", {}, topic),
    mine === false && agent && h("span", {}, t("with {name}", { name: agent })),
    inactive && h("span", { class: "chip", title: t("Quiet for long: it takes no seat.") }, icon("clock"), t("Inactive")),
    pinned && h("span", { class: "chip" }, icon("pin"), t("Pinned")),
    supervisors?.length && mine !== false &&
      h("span", { class: "chip waiting" }, icon("person"), t("{name} reads along", { name: supervisors.join(", ") })),
  ];
}
