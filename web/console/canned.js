/**
 * Ready answers: `/` at the beginning of an answer opens a list, the next letters filter it, Enter puts the text in.
 */
import { filled, matching } from "../shared/canned.js";
import { h } from "../shared/dom.js";
import { n, t } from "../shared/i18n.js";
import { say } from "./notices.js";

let lists = 0;

/**
 * Adds the list to a composer. A text box of several lines may not be called a combobox, so the list is also announced.
 * @param {import("../shared/composer.js").Composer} composer
 * @param {Array<{shortcut: string, text: string}>} canned
 * @param {() => Record<string, string>} values what stands in the places of `{{name}}` and the like
 * @returns {{look: (text: string) => void, key: (event: KeyboardEvent) => boolean}} to be called on input and on keys
 */
export function attachCanned(composer, canned, values) {
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
      h("b", {}, `/${shortcut}`), h("span", { dir: "auto" }, filled(text, values())));
  }

  function put(index) {
    const text = filled(found[index].text, values());
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
