/**
 * Ready answers in a letter: `/` at the beginning of a line opens a list, the next letters filter it, Enter puts the text in.
 */
import { filled, matching } from "../shared/canned.js";
import { h } from "../shared/dom.js";
import { n, t } from "../shared/i18n.js";
import { page } from "../shared/page.js";

const BEGUN = /(?:^|\n)(\/\S*)$/;
let lists = 0;

/**
 * Adds the list to a box.
 * @param {HTMLTextAreaElement} box
 * @returns {() => void} opens the list with all of them
 */
export function attachCanned(box) {
  const id = `canned-${++lists}`;
  const list = h("ul", { class: "canned", id, role: "listbox", "aria-label": t("Ready answers"), hidden: true });
  const said = h("span", { class: "unseen", role: "status" });
  box.after(list, said);
  box.setAttribute("aria-controls", id);
  box.setAttribute("aria-haspopup", "listbox");
  /** @type {Array<{shortcut: string, text: string}>} */
  let found = [];
  let chosen = 0;
  let from = 0; // where the text goes

  function look() {
    const begun = BEGUN.exec(box.value.slice(0, box.selectionStart));
    from = begun ? box.selectionStart - begun[1].length : box.selectionStart;
    offer(begun ? matching(page.canned, begun[1]) : []);
  }

  function offer(/** @type {typeof found} */ replies) {
    found = replies;
    chosen = 0;
    if (list.hidden && found.length) said.textContent = n("{count} ready answer", "{count} ready answers", found.length);
    draw();
  }

  function draw() {
    list.hidden = found.length === 0;
    list.replaceChildren(...found.map(({ shortcut, text }, index) =>
      h("li", { id: `${id}-${index}`, role: "option", "aria-selected": String(index === chosen),
        on: { pointerdown: (event) => (event.preventDefault(), put(index)) } },
        h("b", {}, `/${shortcut}`), h("span", { dir: "auto" }, filled(text, page.variables)))));
    if (list.hidden) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", `${id}-${chosen}`);
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function put(/** @type {number} */ index) {
    const text = filled(found[index].text, page.variables);
    found = [];
    draw();
    box.focus();
    box.setRangeText(text, from, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowDown: () => (chosen = (chosen + 1) % found.length),
    ArrowUp: () => (chosen = (chosen + found.length - 1) % found.length),
    Enter: () => put(chosen),
    Tab: () => put(chosen),
    Escape: () => (found = []),
  };

  box.addEventListener("input", look);
  box.addEventListener("blur", () => offer([]));
  box.addEventListener("keydown", (event) => {
    if (list.hidden || !keys[event.key] || event.shiftKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
    draw();
  });
  return () => {
    box.focus();
    from = box.selectionStart;
    offer(page.canned);
  };
}
