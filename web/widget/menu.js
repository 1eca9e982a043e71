/**
 * What can be done with a chat at any time: save it, keep a copy, end and erase it. Loaded when the menu is opened.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import "../shared/more-icons.js";

/** The choices; `act` carries out one. @param {any} state @param {(name: string) => void} act */
export function choices(state, act) {
  const choice = (/** @type {string} */ sign, /** @type {string} */ label, /** @type {string} */ name, tone = "") =>
    h("button", { class: `button bare ${tone}`, type: "button", on: { click: () => act(name) } }, icon(sign), label);
  const { info } = state.chat;
  return [
    !info?.ticket && choice("save", t("Save as request"), "save"),
    (info?.status === "waiting" || info?.status === "offered") && choice("inbox", t("Answer by e-mail, add files"), "more"),
    choice("down", t("Save a copy"), "copy"),
    choice("erase", t("End and erase"), "askErase", "danger"),
    h("a", { class: "button bare", href: "/privacy", target: "_blank", rel: "noopener" }, icon("lock"), t("Privacy")),
  ];
}
