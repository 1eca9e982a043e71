/**
 * The panel's page: header, data line, and below them the form or the chat. It draws a state and knows nothing of sockets.
 */
import { Composer } from "../shared/composer.js";
import { fill, h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { MessageList } from "../shared/message-list.js";
import { page } from "../shared/page.js";
import { StartForm, contacts } from "./form.js";
import { availability, dataLine, describe } from "./words.js";

/** @typedef {"loading" | "unreachable" | "restoring" | "form" | "steps" | "chat" | "over" | "requested"} Screen */

/** Which screen a state is shown on. @param {any} state @returns {Screen} */
export function screenOf({ chat, service, connection, requested, wantsForm, restoring, writing }) {
  if (writing) return "steps";
  if (requested) return "requested";
  if (!wantsForm && (chat.erased || chat.info?.status === "ended")) return "over";
  if (!wantsForm && chat.info) return "chat";
  if (restoring) return "restoring";
  if (service) return "form";
  return connection.tries || connection.state === "closed" ? "unreachable" : "loading";
}

export class View {
  /** The words for a refused message; their module comes with the first refusal. @type {((code: string) => string) | null} */
  refusal = null;

  /** The full form of a request, once somebody has opened it; leaving it and coming back finds it as it was. @type {any} */
  steps = null;

  /**
   * @param {(name: string, detail?: any) => void} act carries out what a button says
   * @param {Record<string, any>} hears `onSubmit`, `onSend`, `onTyping` for form and composer
   */
  constructor(act, { onSubmit, onSend, onTyping }) {
    this.act = act;
    this.form = new StartForm({ onSubmit, onMode: () => act("mode"), onMore: () => act("more") });
    this.composer = new Composer({ label: t("Write a message"), limit: 2000, onSend, onTyping, onImage: () => act("image") });
    this.subtitle = h("p", { class: "subtitle" });
    this.choices = h("div", { class: "choices" });
    this.menu = h("details", { class: "menu", on: { toggle: () => this.menu.open && this.#fillMenu() } },
      h("summary", { class: "button bare square", "aria-label": t("More") }, icon("more")), this.choices);
    const close = { type: "button", "aria-label": t("Close"), on: { click: () => act("close") } };
    this.closer = h("button", { class: "button bare square", ...close }, icon("close"));
    this.data = h("p", { class: "data" });
    this.status = h("p", { class: "unseen", role: "status" });
    this.top = h("div", { class: "top" });
    this.main = h("div", { class: "main" });
    this.typing = h("p", { class: "typing-line", hidden: true });
    this.notices = h("div", { class: "notices" });
    const brand = h("div", { class: "brand" }, h("h1", { id: "title" }, page.site.name), this.subtitle);
    this.renewList();
    document.body.append(h("div", { class: "panel", role: "dialog", "aria-modal": "false", "aria-labelledby": "title" },
      h("header", {}, brand, this.menu, this.closer),
      this.data, this.status, this.top, this.main, this.typing, this.notices, this.composer.element));
  }

  /** A new list for a new chat. */
  renewList() {
    this.list = new MessageList({
      describe, refusal: (code) => this.refusal?.(code) ?? "", label: t("Conversation"), peer: page.site.name,
      onRetry: (id) => this.act("retry", id), onDiscard: (id) => this.act("discard", id),
    });
    this.key = this.screen = "";
  }

  /** Shows the state. */
  update(/** @type {any} */ state) {
    this.state = state;
    const screen = screenOf(state);
    if (screen === "form") this.form.show(state.service, state.wish);
    if (screen === "chat" || screen === "over") this.list.update(state.chat);
    const { erased, info } = state.chat;
    const key = screen === "over" ? [screen, erased, info?.ticket, info?.save_in].join() : screen;
    if (key !== this.key) this.#enter(screen, key);
    this.#header(state.chat.info ?? {});
    this.#dataLine();
    if (screen === "form") this.#stand(state.isLost ? t("Connection lost. Your text is kept; we are trying again.") : "");
    this.#notices();
    this.composer.enable(screen === "chat");
  }

  /** Tells a screen reader; the same words are said once. */
  say(/** @type {string} */ words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  /** Puts the cursor where the visitor goes on. */
  focus() {
    if (this.screen === "form") this.form.focus();
    else if (this.screen === "chat") this.composer.focus();
    else (this.main.querySelector("h2") ?? this.closer).focus();
  }

  /** @param {Screen} screen @param {string} key */
  async #enter(screen, key) {
    const hadFocus = document.hasFocus() && (screen !== this.screen || this.main.contains(document.activeElement));
    Object.assign(this, { screen, key });
    this.composer.element.hidden = this.menu.hidden = screen !== "chat";
    this.menu.open = false;
    if (screen === "chat") fill(this.main, this.list.element);
    else if (screen === "form") fill(this.main, this.form.element);
    else if (screen === "loading") fill(this.main, skeleton());
    else if (screen === "unreachable") fill(this.main, this.#unreachable());
    else if (screen === "restoring") fill(this.main, this.#restoring());
    else if (screen === "steps") await import("./request.js").then(({ show }) => show(this), () => this.act("unreachable"));
    else {
      const { afterwards } = await import("./after.js");
      const hasLines = screen === "over" && this.state.chat.lines.length > 0;
      if (this.key === key) fill(this.main, hasLines && this.list.element, afterwards(this.state, this.act));
    }
    if (screen === "chat" || screen === "over") this.list.toEnd();
    if (hadFocus && this.state.isOpen) this.focus();
  }

  /** @param {any} info */
  #header({ agent, agent_gone: gone, status, supervisors = [] }) {
    const who = gone ? t("{name} is reconnecting", { name: agent }) : t("You are talking with {name}", { name: agent });
    const watching = supervisors.map((/** @type {string} */ name) => t("{name} reads along", { name }));
    const inChat = status === "active" ? [who, ...watching].join(" · ") : "";
    this.subtitle.textContent = this.screen === "chat" ? inChat : availability(this.state.service);
    this.closer.hidden = parent === window;
  }

  #dataLine() {
    const isSteps = this.screen === "steps";
    const request = isSteps || (this.screen === "form" && this.form.mode === "request");
    const words = (isSteps && this.steps?.kept) || dataLine({ ...this.state, request });
    if (this.data.textContent !== words) fill(this.data, icon("lock"), h("span", {}, words));
  }

  /** How things stand: a lost connection while there is no chat yet, the place in the line while waiting. */
  #stand(/** @type {string} */ words, hint = "") {
    this.top.hidden = !words;
    if (this.top.textContent === words + hint) return;
    const text = h("div", {}, h("p", { class: "place" }, words), hint && h("p", { class: "hint" }, hint));
    fill(this.top, h("span", { class: "pulse" }), text);
    this.say(words);
  }

  /** Their module comes when the first chat begins, so that the form does not wait for it. */
  async #notices() {
    if (this.screen !== "chat" && !this.hadChat) return;
    this.hadChat = true;
    const { notices, drawNotices, waiting } = await import("./notices.js");
    if (this.screen !== "form") this.#stand(...waiting(this.state));
    const news = drawNotices(this.notices, notices(this.state), this.state.chat.infoAt, this.act);
    if (news.length) this.say(news.join(" "));
    // The cursor goes to the harmless answer.
    if (news.length && this.state.confirmErase) this.notices.querySelector(".buttons > :last-child").focus();
  }

  /** Shows who is typing, or nobody. */
  showTyping(/** @type {string | null} */ name) {
    const isNews = this.typing.hidden && name !== null;
    this.typing.hidden = name === null;
    if (!isNews || name === null) return;
    const words = t("{name} is typing", { name: name || page.site.name });
    fill(this.typing, h("span", { class: "typing", "aria-hidden": "true" }, h("i"), h("i"), h("i")), words);
    this.say(words);
    if (this.list?.stuck) this.list.toEnd();
  }

  async #fillMenu() {
    const { choices } = await import("./menu.js");
    fill(this.choices, choices(this.state, (name) => {
      this.closeMenu();
      this.act(name);
    }));
  }

  /** Closes the menu; false when it was not open. */
  closeMenu() {
    const wasOpen = this.menu.open;
    this.menu.open = false;
    if (wasOpen) this.menu.firstChild.focus();
    return wasOpen;
  }

  /** This page is new and has nothing to give back, but an agent's page may: that takes as long as that page is away. */
  #restoring() {
    return h("div", { class: "start" }, h("h2", { tabIndex: -1 }, t("One moment, please")),
      h("p", {}, t("Our server restarted. We are bringing your chat back.")),
      h("button", { class: "button", type: "button", on: { click: () => this.act("anew") } }, t("New chat")));
  }

  #unreachable() {
    return h("div", { class: "start" }, h("h2", { tabIndex: -1 }, t("The chat cannot be reached right now")),
      h("p", {}, t("We keep trying by ourselves.")), contacts(),
      h("button", { class: "button primary", type: "button", on: { click: () => this.act("connect") } }, t("Try now")));
  }
}

/** Shown only when the answer takes longer than 300 ms (the style sheet waits). */
function skeleton() {
  return h("div", { class: "skeleton", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
}
