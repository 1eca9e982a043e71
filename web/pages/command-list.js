/**
 * Everything a page can do by a key, to be looked up and done: "?" and Ctrl+K open it. What is typed finds commands, and can be
 * searched for among the tickets.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { lettersOn, switchLetters } from "./letters.js";

/** @param {import("./keys.js").Command[]} commands */
export function openList(commands) {
  const input = h("input", { class: "input", type: "text", autocomplete: "off", autofocus: true, placeholder: t("Find a command"),
    "aria-label": t("Find a command"), maxLength: 200, on: { input: draw } });
  const close = h("button", { class: "button bare square", type: "button", "aria-label": t("Close"),
    on: { click: () => dialog.close() } }, icon("close"));
  const list = h("ul", { class: "keys" });
  const dialog = h("dialog", { class: "dialog keys-dialog", "aria-label": t("Keyboard shortcuts"),
    on: { close: () => dialog.remove(), keydown: key } },
    h("header", {}, input, close), list,
    h("p", { class: "hint" }, h("span", { dir: "ltr" }, h("kbd", {}, "Ctrl"), " ", h("kbd", {}, "Enter")), " ", t("Send what you are writing")),
    h("label", { class: "check" },
      h("input", { type: "checkbox", checked: lettersOn(), on: { change: (event) => switchLetters(event.target.checked) } }),
      t("Single letters act when no field has the focus")));
  document.body.append(dialog);
  dialog.showModal();
  draw();

  function draw() {
    const words = input.value.trim();
    const found = commands.filter(({ label }) => label.toLowerCase().includes(words.toLowerCase()));
    list.replaceChildren(...[...found, ...(words ? [search(words)] : [])].map(({ label, keys, run }) => h("li", {},
      h("button", { type: "button", on: { click: () => { dialog.close(); run(); } } }, h("span", { dir: "auto" }, label),
        h("span", { dir: "ltr" }, keys.split(" ").filter(Boolean).map((each) => h("kbd", {}, each)))))));
  }

  /** Enter does the first that was found; the arrows go from one to the next. @param {KeyboardEvent} event */
  function key(event) {
    const stops = /** @type {HTMLElement[]} */ ([input, ...list.querySelectorAll("button")]);
    const by = { ArrowDown: 1, ArrowUp: stops.length - 1 }[event.key];
    const at = stops.indexOf(/** @type {any} */ (document.activeElement));
    if (event.isComposing || at < 0) return;
    if (by) stops[(at + by) % stops.length].focus();
    else if (event.key === "Enter" && at === 0) stops[1]?.click();
    else return;
    event.preventDefault();
  }
}

const search = (/** @type {string} */ words) => ({
  label: t("Search the tickets for “{words}”", { words }), keys: "", codes: "",
  run: () => location.assign(`/inbox?${new URLSearchParams({ status: "all", q: words })}`),
});
