/**
 * A button that unfolds a few more buttons. Closes on Escape, on a choice, and when the focus or a click goes elsewhere.
 */
import { h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";

/**
 * @param {string} label the button's name
 * @param {any} face what the button shows
 * @param {Array<{label: string, icon?: string, danger?: boolean, pressed?: () => boolean, run: () => void} | HTMLElement>} items
 * @returns {HTMLElement}
 */
export function createMenu(label, face, items, className = "bare square") {
  const list = h("div", { class: "menu-list", hidden: true }, items.map((item) => (item instanceof Node ? item : entry(item))));
  const button = h("button", { class: `button ${className}`, type: "button", "aria-label": label, title: label, "aria-expanded": "false",
    on: { click: () => toggle(list.hidden) } }, face);
  const element = h("div", { class: "menu", on: { focusout: away, keydown: escape } }, button, list);

  function entry({ label: words, icon: sign, danger, run }) {
    return h("button", { class: `menu-item ${danger ? "danger" : ""}`, type: "button", on: { click: () => (toggle(false), run()) } },
      sign && icon(sign), words);
  }

  function toggle(open) {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) list.querySelector("button")?.focus();
  }

  function away({ relatedTarget }) {
    if (!element.contains(relatedTarget)) toggle(false);
  }

  function escape(event) {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    toggle(false);
    button.focus();
  }
  return element;
}
