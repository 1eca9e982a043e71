/**
 * Buttons: with a word, with an icon alone, and one that unfolds a few more.
 */
import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

/**
 * A button with a word on it.
 * @param {string} words
 * @param {() => void} run
 * @param {{kind?: string, sign?: string, [attribute: string]: any}} [options] `kind`: classes beside `button`; `sign`: an icon
 */
export function button(words, run, { kind = "", sign = "", ...attributes } = {}) {
  return h("button", { class: `button ${kind}`, type: "button", ...attributes, on: { click: run } }, sign && icon(sign), words);
}

/**
 * A square button with an icon; `label` is its name.
 * @param {string} sign
 * @param {string} label
 * @param {() => void} run
 * @param {string} [kind] further classes
 */
export function iconButton(sign, label, run, kind = "") {
  const named = { "aria-label": label, title: label };
  return h("button", { class: `button bare square ${kind}`, type: "button", ...named, on: { click: run } }, icon(sign));
}

/**
 * A button that unfolds a few more. It closes on Escape, on a choice, and when the focus goes elsewhere.
 * @param {string} label the button's name
 * @param {Node} face what it shows
 * @param {Array<{label: string, icon: string, danger?: boolean, run: () => void} | HTMLElement>} items
 * @returns {HTMLElement}
 */
export function createMenu(label, face, items) {
  const list = h("div", { class: "menu-list", hidden: true }, items.map((item) => (item instanceof Node ? item : entry(item))));
  const opener = h("button", {
    class: "button bare square", type: "button", "aria-label": label, title: label, "aria-expanded": "false",
    on: { click: () => toggle(list.hidden) },
  }, face);
  const element = h("div", { class: "menu", on: { focusout: away, keydown: escape } }, opener, list);

  function entry({ label: words, icon: sign, danger, run }) {
    const choose = () => {
      toggle(false);
      run();
    };
    const kind = danger ? "menu-item danger" : "menu-item";
    return h("button", { class: kind, type: "button", on: { click: choose } }, icon(sign), words);
  }

  function toggle(open) {
    list.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) list.querySelector("button")?.focus();
  }

  function away({ relatedTarget }) {
    if (!element.contains(relatedTarget)) toggle(false);
  }

  function escape(event) {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    toggle(false);
    opener.focus();
  }
  return element;
}
