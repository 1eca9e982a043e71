/**
 * Keys of the desk's pages. Single letters work when no field has the focus, and can be switched off; they are matched by
 * their place on the keyboard (`event.code`), so a Georgian or Persian layout changes nothing.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";

/**
 * @typedef {object} Command
 * @property {string} label
 * @property {string} codes physical keys, one or two in a row
 * @property {string} keys how they are written in the list
 * @property {() => void} run
 */

const LETTERS_OFF = "livesupport.letters-off"; // the console has the same switch
const SECOND_KEY_WITHIN = 1500; // ms between the two keys of "G C"

/** Listens to the whole page. @param {Command[]} commands */
export function listenToKeys(commands) {
  const all = [...commands, ...PLACES];
  let first = { code: "", at: 0 };
  addEventListener("keydown", (event) => {
    const { code, key, ctrlKey, metaKey, altKey, repeat, isComposing, defaultPrevented, target } = event;
    if (ctrlKey || metaKey || altKey || repeat || isComposing || defaultPrevented) return;
    if (!lettersOn() || isField(target) || document.querySelector("dialog[open]")) return;
    if (key === "?") return act(event, () => openList(all));
    if (event.shiftKey) return;
    const both = Date.now() - first.at < SECOND_KEY_WITHIN ? `${first.code} ${code}` : "";
    first = { code, at: Date.now() };
    const pressed = all.find(({ codes }) => codes === both) ?? all.find(({ codes }) => codes === code);
    if (pressed) act(event, pressed.run);
  });
}

/** @param {Event} event @param {() => void} run */
function act(event, run) {
  event.preventDefault();
  run();
}

/** @type {Command[]} */
const PLACES = [
  { label: t("Go to the chats"), codes: "KeyG KeyC", keys: "G C", run: () => location.assign("/console") },
  { label: t("Go to the inbox"), codes: "KeyG KeyT", keys: "G T", run: () => location.assign("/inbox") },
];

const isField = (/** @type {EventTarget | null} */ target) =>
  target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

function lettersOn() {
  try {
    return localStorage.getItem(LETTERS_OFF) !== "yes";
  } catch {
    return true;
  }
}

function switchLetters(/** @type {boolean} */ on) {
  try {
    localStorage.setItem(LETTERS_OFF, on ? "no" : "yes");
  } catch {
    // Storage is denied: letters stay on.
  }
}

/** The list of all keys, with the switch for single letters. @param {Command[]} commands */
export function openList(commands) {
  const title = h("h2", { id: "keys-title", tabIndex: -1, autofocus: true }, t("Keyboard shortcuts"));
  const close = h("button", { class: "button bare square", type: "button", "aria-label": t("Close"),
    on: { click: () => dialog.close() } }, icon("close"));
  const rows = [...commands, { keys: "Ctrl Enter", label: t("Send what you are writing") }, { keys: "?", label: t("This list") }];
  const dialog = h("dialog", { class: "dialog keys-dialog", "aria-labelledby": "keys-title", on: { close: () => dialog.remove() } },
    h("header", {}, title, close),
    h("dl", { class: "keys" }, rows.map(({ keys, label }) => h("div", {},
      h("dt", {}, keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, label)))),
    h("label", { class: "check" },
      h("input", { type: "checkbox", checked: lettersOn(), on: { change: (event) => switchLetters(event.target.checked) } }),
      t("Single letters act when no field has the focus")));
  document.body.append(dialog);
  dialog.showModal();
}
