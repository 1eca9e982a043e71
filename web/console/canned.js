/**
 * Ready answers: `/` at the beginning of an answer opens a list, the next letters filter it, Enter puts the text in.
 */
import { h } from "../shared/dom.js";
import { n, t } from "../shared/i18n.js";
import { say } from "./notices.js";

const SHOWN = 8;
let lists = 0;

/**
 * The ready answers that fit what follows the slash: shortcuts that begin with it first, then those that contain it anywhere.
 * @param {Array<{shortcut: string, text: string}>} canned
 * @param {string} typed the whole box
 */
export function matching(canned, typed) {
  if (!/^\/\S*$/.test(typed)) return [];
  const word = typed.slice(1).toLowerCase();
  const begins = ({ shortcut }) => shortcut.toLowerCase().startsWith(word);
  const contains = ({ shortcut, text }) => shortcut.toLowerCase().includes(word) || text.toLowerCase().includes(word);
  return [...canned.filter(begins), ...canned.filter((reply) => !begins(reply) && contains(reply))].slice(0, SHOWN);
}

/**
 * Adds the list to a composer. A text box of several lines may not be called a combobox, so the list is also announced.
 * @param {import("../shared/composer.js").Composer} composer
 * @param {Array<{shortcut: string, text: string}>} canned
 * @returns {{look: (text: string) => void, key: (event: KeyboardEvent) => boolean}} to be called on input and on keys
 */
export function attachCanned(composer, canned) {
  const id = `canned-${++lists}`;
  const list = h("ul", { class: "canned", id, role: "listbox", "aria-label": t("Ready answers"), hidden: true });
  composer.element.prepend(list);
  const { input } = composer;
  input.setAttribute("aria-controls", id);
  input.setAttribute("aria-haspopup", "listbox");
  input.setAttribute("aria-autocomplete", "list");
  let found = [];
  let chosen = 0;

  function look(text) {
    found = matching(canned, text);
    chosen = 0;
    draw();
  }

  function draw() {
    if (list.hidden && found.length) say(n("{count} ready answer", "{count} ready answers", found.length));
    list.hidden = found.length === 0;
    list.replaceChildren(...found.map(option));
    if (list.hidden) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${id}-${chosen}`);
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function option({ shortcut, text }, index) {
    return h("li", { id: `${id}-${index}`, role: "option", "aria-selected": String(index === chosen),
      on: { pointerdown: (event) => (event.preventDefault(), put(index)) } },
      h("b", {}, `/${shortcut}`), h("span", { dir: "auto" }, text));
  }

  function put(index) {
    const { text } = found[index];
    found = [];
    draw();
    input.select();
    composer.insert(text);
  }

  const keys = {
    ArrowDown: () => (chosen = (chosen + 1) % found.length),
    ArrowUp: () => (chosen = (chosen + found.length - 1) % found.length),
    Enter: () => put(chosen),
    Tab: () => put(chosen),
    Escape: () => (found = []),
  };

  function key(event) {
    if (list.hidden || !keys[event.key] || event.shiftKey) return false;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
    draw();
    return true;
  }
  return { look, key };
}
