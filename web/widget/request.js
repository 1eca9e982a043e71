/**
 * A new request in the panel: the same steps and the same form as the page /requests/new, fetched from there, one after another.
 * What is typed stays in the memory of this page, and nowhere else. Loaded when somebody wants more than the quick form.
 */
import { fill, h } from "../shared/dom.js";
import { language, t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import "../shared/more-icons.js";
import { page } from "../shared/page.js";
import { RequestForm } from "../shared/request-form.js";
import { moment } from "../shared/time.js";
import * as host from "./host.js";
import { call } from "./session.js";

/** Where the person is; leaving for the quick form and coming back finds it as it was. @type {Steps | null} */
let steps = null;

/**
 * Shows the steps in place of the quick form.
 * @param {import("./view.js").View} view
 * @param {string} address of the page that the person is on
 */
export function show(view, address) {
  const { name, phone, question, topic } = view.form.values;
  steps ??= new Steps(address, keep);
  steps.known = { name, phone, message: question, topic: topic ? String(topic) : "" };
  function keep(/** @type {string} */ words) {
    view.kept = words;
    view.update(view.state);
  }
  const back = () => {
    if (steps?.isSent) steps = null;
    keep("");
    fill(view.main, view.form.element);
    view.form.focus();
  };
  const button = h("button", { class: "button bare", type: "button", on: { click: back } }, icon("back"), t("Back"));
  fill(view.main, h("div", { class: "start" }, h("p", {}, button), steps.element));
  steps.begin();
}

class Steps {
  isSent = false;
  /** What is known already. @type {Record<string, string>} */
  known = {};

  /** @param {string} address @param {(words: string) => void} keep says where the words are now, for the data line */
  constructor(address, keep) {
    this.address = address;
    this.keep = keep;
    this.element = h("div", { on: { click: (/** @type {any} */ event) => this.#follow(event), submit: this.#send.bind(this) } });
  }

  /** Fetches the first step, or goes on where the person was. */
  begin() {
    if (this.form) this.form.prefill(this.known);
    else if (!this.element.hasChildNodes()) this.go(`/requests/new?site=${encodeURIComponent(page.site.id)}&lang=${language}`);
  }

  /** Goes to a step. @param {string} address @param {RequestInit} [init] */
  async go(address, init) {
    try {
      const answer = await call(address, init);
      this.#draw(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      const again = { class: "button", type: "button", on: { click: () => this.go(address, init) } };
      fill(this.element, h("p", { class: "problem", role: "alert" }, t("This cannot be reached right now.")),
        h("button", again, t("Try again")));
    }
  }

  #draw(/** @type {Document} */ step) {
    for (const link of step.querySelectorAll("link[rel=stylesheet][href*='/shared/']")) wear(link.getAttribute("href") ?? "");
    const content = step.querySelector("[data-request]") ?? h("p", { role: "alert" }, step.querySelector("h1")?.textContent);
    dress(content);
    fill(this.element, document.adoptNode(content));
    const form = /** @type {HTMLFormElement | null} */ (this.element.querySelector("form.request"));
    this.form = form && new RequestForm(form, { keeper: null, page: this.address, call, onSent: (next) => this.#sent(next) });
    this.form?.prefill(this.known);
    const number = content.getAttribute("data-number");
    if (number) this.#isTicket(number);
    this.element.querySelector("h1")?.focus();
  }

  #sent(/** @type {string} */ next) {
    this.isSent = true;
    this.keep(t("Kept for 24 hours, until you open the link in our mail."));
    this.go(next);
  }

  #isTicket(/** @type {string} */ number) {
    this.keep(t("Saved as request #{number}.", { number }));
    host.tell("ticket", { number });
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
