/**
 * What a box for a letter gains: a toolbar for Markdown, a preview, ready answers, and Ctrl+Enter.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { page } from "../shared/page.js";
import { attachCanned } from "./ticket-canned.js";

/** @param {HTMLFormElement} form */
export function equip(form) {
  const box = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
  const openCanned = attachCanned(box);
  const sheet = h("div", { class: "rich preview", hidden: true, "aria-live": "polite" });
  const bar = h("div", { class: "toolbar", role: "toolbar", "aria-label": t("Formatting") },
    tool("bold", t("Bold"), () => wrap(box, "**")),
    tool("italic", t("Italic"), () => wrap(box, "*")),
    tool("link", t("Link"), () => link(box)),
    tool("list", t("List"), () => prefix(box, "- ")),
    tool("quote", t("Quote"), () => prefix(box, "> ")),
    tool("code", t("Code"), () => wrap(box, "`")),
    page.canned.length > 0 && tool("canned", t("Ready answers"), openCanned),
    h("button", { class: "button bare", type: "button", "aria-pressed": "false", on: { click: toggle } }, t("Preview")));
  box.before(bar);
  box.after(sheet);

  async function toggle(/** @type {Event} */ event) {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    const on = sheet.hidden && Boolean(box.value.trim());
    if (on && !(await draw(sheet, box.value))) return;
    sheet.hidden = !on;
    box.hidden = on;
    button.setAttribute("aria-pressed", String(on));
    if (!on) box.focus();
  }

  form.addEventListener("submit", () => !sheet.hidden && /** @type {HTMLElement} */ (bar.lastChild).click());
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) form.requestSubmit();
  });
  bar.addEventListener("keydown", (event) => walk(bar, event));
}

/** @param {string} name @param {string} label @param {() => void} run */
function tool(name, label, run) {
  return h("button", { class: "button bare square", type: "button", "aria-label": label, title: label, on: { click: run } }, icon(name));
}

/** The server draws it, as it will draw the letter. @param {HTMLElement} sheet @param {string} text */
async function draw(sheet, text) {
  try {
    const answer = await fetch("/tickets/preview", { method: "POST", body: new URLSearchParams({ text }) });
    if (!answer.ok) return false;
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
    sheet.replaceChildren(...drawn.body.childNodes);
    return true;
  } catch {
    return false;
  }
}

/** Puts a mark around what is selected. @param {HTMLTextAreaElement} box @param {string} mark */
function wrap(box, mark) {
  const { selectionStart: start, selectionEnd: end } = box;
  insert(box, `${mark}${box.value.slice(start, end)}${mark}`);
  box.setSelectionRange(start + mark.length, end + mark.length);
}

/** What is selected becomes the words of a link, and the address is left to be typed. @param {HTMLTextAreaElement} box */
function link(box) {
  const words = box.value.slice(box.selectionStart, box.selectionEnd) || t("words");
  const start = box.selectionStart + words.length + 3;
  insert(box, `[${words}](https://)`);
  box.setSelectionRange(start, start + "https://".length);
}

/** Puts a mark before each line that is selected. @param {HTMLTextAreaElement} box @param {string} mark */
function prefix(box, mark) {
  const start = box.value.lastIndexOf("\n", box.selectionStart - 1) + 1;
  const lines = box.value.slice(start, box.selectionEnd).split("\n");
  box.setSelectionRange(start, box.selectionEnd);
  insert(box, lines.map((line) => mark + line).join("\n"));
}

/** @param {HTMLTextAreaElement} box @param {string} text */
function insert(box, text) {
  box.focus();
  box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Arrow keys go from tool to tool. @param {HTMLElement} bar @param {KeyboardEvent} event */
function walk(bar, event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tools = [...bar.querySelectorAll("button")];
  const turn = document.documentElement.dir === "rtl" ? -step : step;
  const place = tools.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  tools[(place + turn + tools.length) % tools.length].focus();
}
