/**
 * A new request in the panel: the same steps and the same form as the page /requests/new, fetched from there, one after another.
 * What is typed stays in the memory of this page, and nowhere else. Loaded when somebody wants more than the quick form.
 */
import { fill, h } from "../shared/dom.js";
import { language, t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import "../shared/more-icons.js";
import { page } from "../shared/page.js";
import { moment } from "../shared/time.js";
import * as host from "./host.js";
import { ownWords } from "./own-words.js";
import { call } from "./session.js";

/**
 * Shows the steps in place of the quick form, filled in with what is known. They stay in `view.steps`: leaving them and coming back
 * finds everything as it was.
 * @param {import("./view.js").View} view
 */
export function show(view) {
  const { chat, hostPage, wantsForm } = view.state;
  /** @type {Steps} */
  const steps = view.steps?.isOf(chat.chat) ? view.steps : new Steps(view, hostPage);
  view.steps = steps;
  steps.chat ||= chat.chat;
  const { name, phone, question, topic } = view.form.values;
  const message = chat.info && !wantsForm ? ownWords(chat, view.composer.text) : question;
  const back = () => {
    if (steps.isSent) view.steps = null;
    view.act("back");
  };
  const button = h("button", { class: "button bare", type: "button", on: { click: back } }, icon("back"), t("Back"));
  fill(view.main, h("div", { class: "start" }, h("p", {}, button), steps.element));
  steps.begin({ name, phone, message, topic: topic ? String(topic) : "" });
}

class Steps {
  isSent = false;
  /** Where the words are now, for the data line. */
  kept = "";
  /** What is known already. @type {Record<string, string>} */
  known = {};
  /** What was typed, of all forms so far: who chooses another one need not type it again. @type {any} */
  draft = null;
  problem = h("div", { role: "alert" });
  content = h("div");

  /** The chat that they are about, if there was one. */
  chat = "";

  /** @param {import("./view.js").View} view @param {string} address of the host page */
  constructor(view, address) {
    this.view = view;
    this.address = address;
    const on = { click: (/** @type {any} */ event) => this.#follow(event), submit: this.#send.bind(this) };
    this.element = h("div", { on }, this.problem, this.content);
  }

  /** Whether they may be shown beside this chat: words of one are not for the next. */
  isOf(/** @type {string} */ chat) {
    return this.isSent || !this.chat || !chat || this.chat === chat;
  }

  /** Fetches the first step, or goes on where the person was. @param {Record<string, string>} known */
  begin(known) {
    this.known = known;
    if (this.form) this.form.prefill(known);
    else if (!this.content.hasChildNodes()) this.go(`/requests/new?site=${encodeURIComponent(page.site.id)}&lang=${language}`);
  }

  /** Goes to a step; where that fails, the present one stays. @param {string} address @param {RequestInit} [init] */
  async go(address, init) {
    let problem = t("This cannot be reached right now.");
    try {
      const answer = await call(address, init);
      const step = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (step.querySelector("[data-request]")) return await this.#draw(step);
      problem = step.querySelector("h1")?.textContent || problem;
    } catch {
      // said below
    }
    const again = h("button", { class: "button", type: "button", on: { click: () => this.go(address, init) } }, t("Try again"));
    const words = [icon("alert"), h("p", {}, problem), h("div", { class: "buttons" }, again)];
    fill(this.problem, h("div", { class: "notice attention" }, words));
    this.problem.scrollIntoView({ block: "nearest" });
  }

  /** The form's own modules come with the first form: choosing what it is about does not wait for them. */
  async #draw(/** @type {Document} */ step) {
    const form = /** @type {HTMLFormElement | null} */ (step.querySelector("form.request"));
    const module = form && (await import("../shared/request-form.js"));
    for (const link of step.querySelectorAll("link[rel=stylesheet][href*='/shared/']")) wear(link.getAttribute("href") ?? "");
    const content = /** @type {Element} */ (step.querySelector("[data-request]"));
    dress(content);
    fill(this.problem);
    fill(this.content, document.adoptNode(content));
    const options = { keeper: form && this.#keeper(form), page: this.address, call, onSent: (/** @type {string} */ next) => this.#sent(next) };
    this.form = module && new module.RequestForm(form, options);
    this.form?.prefill(this.known);
    for (const promise of content.querySelectorAll("[data-kept]")) promise.remove(); // a reload does lose it here
    const number = content.getAttribute("data-number");
    if (number) this.#isTicket(number);
    content.querySelector("h1")?.focus();
  }

  /** Keeps what this form has, and of the others what it does not ask. @param {HTMLFormElement} form */
  #keeper(form) {
    const isOfOthers = (/** @type {[string, any]} */ [name]) => !form.elements.namedItem(name.replace("=", ""));
    return {
      read: () => this.draft,
      write: (/** @type {any} */ draft) => {
        const others = (this.draft?.values ?? []).filter(isOfOthers);
        this.draft = { ...draft, values: [...others, ...draft.values] };
      },
      clear: () => (this.draft = null),
    };
  }

  #sent(/** @type {string} */ next) {
    this.isSent = true;
    this.#keep(t("Kept for 24 hours, until you open the link in our mail."));
    this.view.act("sent");
    this.go(next);
  }

  #isTicket(/** @type {string} */ number) {
    this.#keep(t("Saved as request #{number}.", { number }));
    host.tell("ticket", { number });
  }

  #keep(/** @type {string} */ words) {
    this.kept = words;
    this.view.update(this.view.state);
  }

  /** The steps stay in here; other pages open in a tab of their own. */
  #follow(/** @type {MouseEvent} */ event) {
    const link = /** @type {HTMLAnchorElement | null} */ (/** @type {Element} */ (event.target).closest("a[href]"));
    if (!link) return;
    const url = new URL(link.href);
    if (url.origin === location.origin && url.pathname === "/requests/new") {
      event.preventDefault();
      this.go(link.href);
    } else link.target = "_blank";
  }

  /** A form that is not the request itself: the link once more, to this address. */
  #send(/** @type {SubmitEvent} */ event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (event.defaultPrevented || form === this.form?.form) return;
    event.preventDefault();
    this.go(form.action, { method: "POST", body: new URLSearchParams(/** @type {any} */ (new FormData(form, event.submitter))) });
  }
}

/** A style sheet that the step needs, once. @param {string} href */
function wear(href) {
  const known = [...document.styleSheets].some((sheet) => sheet.href?.endsWith(href));
  if (!known && !/\/(tokens|base)\.css$/.test(href)) document.head.append(h("link", { rel: "stylesheet", href }));
}

/** Icons and times, which on a page of its own the page's module draws. */
function dress(/** @type {Element} */ content) {
  for (const place of content.querySelectorAll("[data-icon]")) place.replaceWith(icon(place.getAttribute("data-icon") ?? ""));
  for (const time of content.querySelectorAll("time")) time.textContent = moment(Date.parse(time.dateTime) / 1000);
}
