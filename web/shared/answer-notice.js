/**
 * Answer notifications: a card says that a request was answered until its requester opens it, puts it off or puts it away.
 * What was decided is kept by the server, so all tabs show the same; whoever draws this asks it to `refresh` when there is news.
 */
import { ago } from "./ago.js";
import { fill, h } from "./dom.js";
import { n, t } from "./i18n.js";
import { icon } from "./icons.js";
import "./more-icons.js";
import { timeElement } from "./time.js";

/** @typedef {{id: number, number: string, subject: string, author: string, excerpt: string, at: number, due_at: number}} Notice */
/** @typedef {{now: Notice[], later: Notice[], again_in: number | null, unread: number}} Told */

/** Milliseconds by which a due notice is asked for a little late rather than a little early. */
const LATE = 300;
/** The longest that a browser's timer can wait. */
const LONGEST = 2 ** 31 - 1;

export class AnswerNotices {
  #place;
  #call;
  #open;
  #onTold;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  /** @type {Notice | undefined} */
  #shown;
  #asked = 0;
  #heard = 0;

  /**
   * @param {object} parts
   * @param {HTMLElement} parts.place holds the card
   * @param {(path: string, options?: RequestInit) => Promise<Response>} parts.call fetches as the person who is signed in
   * @param {(number: string) => any} parts.open the element that opens a request, without its words
   * @param {(told: Told) => void} [parts.onTold] hears what the server said
   */
  constructor({ place, call, open, onTold = () => {} }) {
    this.#place = place;
    this.#call = call;
    this.#open = open;
    this.#onTold = onTold;
    place.setAttribute("role", "status");
  }

  /** Asks the server what there is to tell, now and when the next one is due. */
  async refresh() {
    const question = ++this.#asked;
    const answer = await this.#call("/requests/notices").catch(() => null);
    if (!answer?.ok) return;
    /** @type {Told} */
    const told = await answer.json();
    if (question < this.#heard) return; // a later question was answered sooner
    this.#heard = question;
    clearTimeout(this.#again);
    if (told.again_in !== null) {
      this.#again = setTimeout(() => this.refresh(), Math.min(told.again_in * 1000 + LATE, LONGEST));
    }
    this.#draw(told.now);
    this.#onTold(told);
  }

  /** Takes the card away, when nobody is signed in any more. */
  clear() {
    clearTimeout(this.#again);
    this.#heard = ++this.#asked;
    this.#draw([]);
  }

  /** A card that is there already keeps its place: no button vanishes under a finger. @param {Notice[]} all */
  #draw(all) {
    const [first] = all;
    const more = all.length - 1;
    if (first?.id !== this.#shown?.id) this.#replace(first);
    const rest = this.#place.querySelector(".rest");
    if (rest) rest.textContent = more > 0 ? n("{count} more answer waits.", "{count} more answers wait.", more) : "";
  }

  /** A newer answer of the same request finds the menu as it was. @param {Notice | undefined} notice */
  #replace(notice) {
    const isChoosing = notice?.number === this.#shown?.number && this.#place.querySelector("details")?.open;
    this.#shown = notice;
    fill(this.#place, notice && this.#card(notice));
    if (isChoosing) /** @type {HTMLDetailsElement} */ (this.#place.querySelector("details")).open = true;
  }

  /** @param {Notice} notice */
  #card(notice) {
    const problem = h("p", { class: "problem", role: "alert", hidden: true });
    const act = async (/** @type {Record<string, string>} */ deed) => {
      const body = new URLSearchParams(deed);
      const headers = { Accept: "application/json" };
      const answer = await this.#call(`/requests/notices/${notice.id}`, { method: "POST", body, headers }).catch(() => null);
      problem.hidden = Boolean(answer?.ok);
      problem.textContent = problem.hidden ? "" : t("That did not work. Please try again.");
      if (answer?.ok) await this.refresh();
    };
    const open = this.#open(notice.number);
    open.classList.add("button", "primary");
    open.append(t("Open"));
    return h("section", { class: "answer-notice", "aria-label": t("New answer") },
      h("p", { class: "head" }, icon("bell"), h("b", {}, t("New answer")), h("span", { class: "figures" }, `#${notice.number}`),
        timeElement(notice.at, ago(notice.at))),
      h("p", { class: "subject", dir: "auto" }, notice.subject),
      h("p", { class: "excerpt", dir: "auto" }, h("bdi", {}, notice.author), ": ", notice.excerpt),
      h("div", { class: "buttons" }, open, later(act),
        h("button", { class: "button bare", type: "button", on: { click: () => act({ deed: "dismiss" }) } }, t("Dismiss"))),
      h("p", { class: "hint" }, t("If you dismiss it, the request stays unread in your list."), " ", h("span", { class: "rest" })),
      problem);
  }
}

/** When to be reminded. @param {(deed: Record<string, string>) => void} act */
function later(act) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  const choice = (/** @type {string} */ delay, /** @type {string} */ label) =>
    h("button", { class: "button bare", type: "button", on: { click: () => act({ deed: "later", delay, zone }) } }, label);
  return h("details", { class: "menu" },
    h("summary", { class: "button" }, icon("clock"), t("Remind me later")),
    h("div", { class: "choices" },
      choice("quarter", t("In 15 minutes")), choice("hour", t("In 1 hour")), choice("tomorrow", t("Tomorrow at 9:00"))));
}
