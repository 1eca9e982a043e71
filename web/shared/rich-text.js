/**
 * What people wrote, drawn: links become links (http, https, mailto only), a lone emoji is larger, a wall of text folds.
 */
import { h } from "./dom.js";
import { n, t } from "./i18n.js";

const LINK = /\bhttps?:\/\/[^\s<>"']+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;
const LONE_EMOJI =
  /^(?:\p{RI}{2}|\p{Extended_Pictographic}(?:\ufe0f|\p{EMod})?(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{EMod})?)*)$/u;
const FOLD_LINES = 14;
const FOLD_LENGTH = 900;

/**
 * A block of user text.
 * @param {string} text
 * @param {{hosts?: boolean}} [options] `hosts`: show where a link really leads (for agents)
 * @returns {HTMLElement} `<div dir="auto" class="text">`; newlines are kept by `white-space: pre-wrap`
 */
export function richText(text, { hosts = false } = {}) {
  const block = h("div", { class: "text", dir: "auto" }, ...linked(text, hosts));
  if (LONE_EMOJI.test(text.trim())) block.classList.add("emoji");
  const lines = text.split("\n").length;
  return lines > FOLD_LINES || text.length > FOLD_LENGTH ? folded(block, lines) : block;
}

/** @param {string} text @param {boolean} hosts @returns {any[]} texts and links */
function linked(text, hosts) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(/[).,;:!?\]}»”’]+$/u, "");
    const url = safeUrl(address);
    if (!url) continue;
    parts.push(text.slice(from, match.index), link(address, url), hosts && url.host && h("span", { class: "host" }, url.host));
    from = match.index + address.length;
  }
  return [...parts, text.slice(from)];
}

/** @param {string} address @returns {URL | null} */
function safeUrl(address) {
  const href = /^https?:/i.test(address) ? address : `mailto:${address}`;
  try {
    return new URL(href);
  } catch {
    return null;
  }
}

/** @param {string} address @param {URL} url */
function link(address, url) {
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", dir: "ltr" }, address);
}

/** @param {HTMLElement} block @param {number} lines */
function folded(block, lines) {
  block.classList.add("folded");
  const button = h("button", { class: "unfold", type: "button", "aria-expanded": "false", on: { click: unfold } },
    lines > FOLD_LINES ? n("Show all {count} line", "Show all {count} lines", lines) : t("Show all"));
  function unfold() {
    block.classList.remove("folded");
    button.remove();
  }
  return h("div", {}, block, button);
}
