/**
 * Short calm notices in the corner, and words for those who listen instead of look.
 */
import { fill, h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";

const SHOWN = 8000; // ms; a notice with something to do stays until it is answered

const place = /** @type {HTMLElement} */ (document.getElementById("notices"));
const speaker = /** @type {HTMLElement} */ (document.getElementById("speaker"));

/**
 * Shows a notice.
 * @param {string} text
 * @param {{label?: string, run?: () => void, tone?: "attention" | "saved"}} [options] `label` and `run`: one thing to do about it
 */
export function notice(text, { label, run, tone } = {}) {
  const card = h("div", { class: `toast ${tone ?? ""}` },
    h("p", { dir: "auto" }, text),
    label && h("button", { class: "button", type: "button", on: { click: () => (run?.(), card.remove()) } }, label),
    h("button", { class: "button bare square", type: "button", "aria-label": t("Dismiss"), on: { click: () => card.remove() } },
      icon("close")));
  place.append(card);
  if (!label) setTimeout(() => card.remove(), SHOWN);
}

/** Says something to screen readers only, once. */
export function say(text) {
  // The same words twice are news twice: an emptied region is read again.
  fill(speaker);
  setTimeout(() => fill(speaker, text), 50);
}
