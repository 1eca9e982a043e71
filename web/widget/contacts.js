/**
 * Other ways to reach the people of a site: telephones, addresses and their hours.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";

/** @param {{label: string, value: string, hours: string}[]} contacts */
export function list(contacts) {
  return h("ul", { class: "contacts", "aria-label": t("Other ways to reach us") }, contacts.map(({ label, value, hours }) =>
    h("li", {}, label && h("span", {}, label), way(value), hours && h("span", { class: "hint" }, hours))));
}

/** A telephone number or an e-mail address can be followed, anything else is only read. @param {string} value */
function way(value) {
  const scheme = value.includes("@") ? "mailto:" : /^\+?[\d\s()-]+$/.test(value) ? "tel:" : "";
  const text = h("bdi", { dir: scheme ? "ltr" : "auto" }, value);
  return scheme ? h("a", { href: scheme + value.replace(/[\s()]/g, ""), rel: "noopener noreferrer" }, text) : text;
}
