/**
 * Keys. Single letters work when no field has the focus, and can be switched off; they are matched by their place on the
 * keyboard (`event.code`), so a Georgian or Persian layout changes nothing. While an input method composes, no key is ours.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { dialogIsOpen, openDialog } from "./dialog.js";

const LETTERS_OFF = "livesupport.letters-off";
const SECOND_KEY_WITHIN = 1500; // ms between the two keys of "G C"

let first = { code: "", at: 0 };

/** Whether single letters do anything on this computer. */
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

/**
 * Listens to the whole page.
 * @param {import("./console.js").Console} app
 * @param {import("./commands.js").Command[]} commands
 */
export function listenToKeys(app, commands) {
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || dialogIsOpen()) return;
    const act = chord(event, app) ?? letter(event, commands, app);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** Keys with Ctrl, ⌘ or Alt work everywhere, also while one writes. */
function chord({ code, ctrlKey, metaKey, altKey, shiftKey }, app) {
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && code === "KeyK") return () => app.openPalette();
  const slot = altKey && !ctrlKey && !metaKey && /^Digit([1-9])$/.exec(code);
  return slot ? () => app.openSlot(Number(slot[1])) : null;
}

function letter(event, commands, app) {
  const { code, key, ctrlKey, metaKey, altKey, repeat, target } = event;
  if (ctrlKey || metaKey || altKey || repeat || !lettersOn() || isField(target)) return null;
  if (key === "?") return () => app.openShortcuts();
  if (event.shiftKey) return null;
  const both = Date.now() - first.at < SECOND_KEY_WITHIN ? `${first.code} ${code}` : "";
  first = { code, at: Date.now() };
  const pressed = commands.find(({ codes }) => codes && codes === both) ?? commands.find(({ codes }) => codes === code);
  return pressed && (pressed.when?.() ?? true) ? pressed.run : null;
}

const isField = (target) => target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;

/** The list of all keys, with the switch for single letters. */
export function openShortcutList(/** @type {import("./commands.js").Command[]} */ commands) {
  const listed = [
    ...commands.filter(({ keys }) => keys),
    { keys: "Alt 1…9", label: t("Open one of your chats") },
    { keys: "Ctrl K", label: t("Find a command") },
    { keys: "Enter", label: t("Send") },
    { keys: "Shift Enter", label: t("New line") },
    { keys: "/", label: t("Ready answers, at the beginning of an answer") },
    { keys: "Esc", label: t("Close, or leave the box") },
  ];
  openDialog({
    title: t("Keyboard shortcuts"),
    className: "shortcuts",
    body: () => [
      h("dl", { class: "keys" }, listed.map(({ keys = "", label }) => h("div", {},
        h("dt", {}, keys.split(" ").map((key) => h("kbd", {}, key))), h("dd", {}, label)))),
      h("label", { class: "check" },
        h("input", { type: "checkbox", checked: lettersOn(), on: { change: ({ target }) => switchLetters(target.checked) } }),
        t("Single letters act when no field has the focus")),
    ],
  });
}
