/**
 * Short calm notices in the corner, and words for those who listen instead of look.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { button, iconButton } from "./buttons.js";

const SHOWN = 8000; // ms; a notice with something to do stays until it is answered
const SPOKEN = 2000; // ms

const place = /** @type {HTMLElement} */ (document.getElementById("notices"));
const speaker = /** @type {HTMLElement} */ (document.getElementById("speaker"));

/**
 * Shows a notice.
 * @param {string} text
 * @param {{label?: string, run?: () => void, quote?: string}} [options] one thing to do about it, and words to be read with it
 * @returns {() => void} takes it away
 */
export function notice(text, { label, run, quote } = {}) {
  const card = h("div", { class: "toast" },
    h("p", { dir: "auto" }, text),
    quote && h("blockquote", { dir: "auto" }, quote),
    label && button(label, () => (run?.(), card.remove())),
    iconButton("close", t("Dismiss"), () => card.remove()));
  place.append(card);
  if (!label) setTimeout(() => card.remove(), SHOWN);
  return () => card.remove();
}

/** Says something to screen readers only, once; what was said does not stay to be found by who reads the page later. */
export function say(/** @type {string} */ text) {
  const words = h("span", {}, text);
  speaker.append(words);
  setTimeout(() => words.remove(), SPOKEN);
}
