/**
 * Short words about what was just done, at the bottom of a page, for some seconds; with a button if there is a way back.
 */
import { h } from "../shared/dom.js";

const SECONDS = 6;

/**
 * Says something.
 * @param {string} words
 * @param {{label: string, run: () => void, seconds?: number} | ""} [deed] what can be done about it
 */
export function tell(words, deed = "") {
  const place = document.getElementById("toasts");
  const toast = h("div", { class: "toast" }, h("span", { dir: "auto" }, words));
  if (deed) {
    const button = h("button", { class: "button", type: "button", on: { click: () => { toast.remove(); deed.run(); } } }, deed.label);
    toast.append(button);
    if (deed.seconds) toast.append(h("span", { class: "time-left", "aria-hidden": "true" }));
  }
  place?.replaceChildren(toast);
  setTimeout(() => toast.remove(), ((deed && deed.seconds) || SECONDS) * 1000);
}
