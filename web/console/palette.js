/**
 * The palette (Ctrl+K): open chats and every command, found by a few letters.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { openDialog } from "./dialog.js";

const SHOWN = 9;

/**
 * @param {import("./console.js").Console} app
 * @param {import("./commands.js").Command[]} commands
 */
export function openPalette(app, commands) {
  const chats = [...app.desk.mine, ...app.desk.readAlong].map(({ chat, info }) => (
    { label: t("Chat with {name}", { name: info.visitor.name }), run: () => app.open(chat) }));
  const all = [...chats, ...commands.filter(({ when }) => when?.() ?? true)];
  const list = h("ul", { class: "found", id: "found", role: "listbox", "aria-label": t("Commands") });
  const input = h("input", {
    class: "input", type: "text", autocomplete: "off", autofocus: true, placeholder: t("Find a command"),
    role: "combobox", "aria-label": t("Find a command"), "aria-controls": "found", "aria-expanded": "true",
    "aria-autocomplete": "list", on: { input: () => search(), keydown: key },
  });
  let found = all;
  let chosen = 0;
  const close = openDialog({ title: t("Find a command"), className: "palette", body: () => [input, list] });
  search();

  function search() {
    const word = input.value.trim().toLowerCase();
    found = all.filter(({ label }) => label.toLowerCase().includes(word)).slice(0, SHOWN);
    choose(0);
  }

  function choose(/** @type {number} */ index) {
    chosen = index;
    list.replaceChildren(...found.map(({ label, keys = "" }, i) =>
      h("li", { id: `found-${i}`, role: "option", "aria-selected": String(i === chosen), on: { click: () => run(i) } },
        h("span", { dir: "auto" }, label), keys && h("span", {}, keys.split(" ").map((each) => h("kbd", {}, each))))));
    if (found.length) input.setAttribute("aria-activedescendant", `found-${chosen}`);
    else input.removeAttribute("aria-activedescendant");
  }

  function key(event) {
    if (event.isComposing || !found.length) return;
    const moves = { ArrowDown: 1, ArrowUp: found.length - 1 };
    if (moves[event.key]) choose((chosen + moves[event.key]) % found.length);
    else if (event.key === "Enter") run(chosen);
    else return;
    event.preventDefault();
  }

  function run(/** @type {number} */ index) {
    const { run: act } = found[index];
    close();
    act();
  }
}
