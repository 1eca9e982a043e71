/**
 * A chat that rings for this agent: the question, how long the visitor has waited, and a ring that empties. Whoever opens it,
 * or begins to answer, takes it.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { span } from "../shared/time.js";
import { button } from "./buttons.js";
import { live, now } from "./drawing.js";
import { languageName } from "./visitor-card.js";

const SVG = "http://www.w3.org/2000/svg";
const RADIUS = 20;
const ROUND = 2 * Math.PI * RADIUS;

/**
 * @param {any} offer with `at` and `until` on the page's clock
 * @param {{accept: (chat: string) => void, answer: (chat: string, text: string) => void, decline: (chat: string) => void}} acts
 *   `answer` gets what was typed so far
 * @returns {HTMLElement}
 */
export function offerCard(offer, { accept, answer, decline }) {
  const take = h("button", { class: "button primary", type: "button", on: { click: () => accept(offer.chat) } },
    t("Accept"), h("kbd", {}, "A"));
  const pass = button(t("Decline"), () => decline(offer.chat), { kind: "bare" });
  const heading = h("h2", { id: `offer-${offer.chat}` }, headingWords(offer));
  const words = t("Answer to take the chat");
  const box = h("textarea", {
    class: "input", rows: 1, dir: "auto", "aria-label": words, placeholder: words, autocomplete: "off",
    on: { input: ({ isComposing }) => isComposing || answer(offer.chat, box.value) },
  });
  const open = ({ target }) => target.closest("button, textarea") || String(getSelection()) || accept(offer.chat);
  return h("li", { class: "offer", "aria-labelledby": heading.id, on: { click: open } },
    h("div", { class: "offer-top" }, countdownRing(offer), h("div", {}, heading, facts(offer))),
    h("blockquote", { class: "question", dir: "auto" }, offer.question),
    offer.note && h("p", { class: "offer-note" }, icon("note"), h("span", { dir: "auto" }, offer.note)),
    box,
    h("div", { class: "offer-buttons" }, take, pass));
}

function headingWords({ from_agent: from, returning }) {
  if (from) return t("{name} hands you a chat", { name: from });
  return returning ? t("A visitor is back in the queue") : t("A visitor is waiting");
}

function facts({ topic, language, waited, at }) {
  return h("p", { class: "facts" },
    live(() => t("waiting {time}", { time: span(waited + now() - at) })),
    topic && h("span", {}, h("bdi", {}, topic)),
    language && h("span", {}, languageName(language)));
}

/** Seconds left, inside a ring that empties with them. */
function countdownRing({ until, expires_in: lasts }) {
  const left = h("span", { class: "ring-left", "aria-hidden": "true" }, live(() => `${Math.max(0, Math.ceil(until - now()))}`));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("aria-hidden", "true");
  svg.append(circle("track"), emptying(circle("rest"), lasts, until));
  return h("div", { class: "ring" }, svg, left);
}

function circle(/** @type {string} */ name) {
  const node = document.createElementNS(SVG, "circle");
  for (const [key, value] of Object.entries({ class: name, cx: 24, cy: 24, r: RADIUS })) node.setAttribute(key, String(value));
  return node;
}

/** The ring tells a duration, so it also moves for those who asked for less motion, second by second instead of smoothly. */
function emptying(node, lasts, until) {
  node.style.strokeDasharray = `${ROUND}`;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  node.animate([{ strokeDashoffset: 0 }, { strokeDashoffset: -ROUND }], {
    duration: Math.max(1, (until - now()) * 1000),
    fill: "forwards",
    easing: calm ? `steps(${Math.max(1, Math.ceil(lasts))})` : "linear",
  });
  return node;
}
