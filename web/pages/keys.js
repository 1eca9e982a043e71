/**
 * Keys of the desk's pages. Single letters work when no field has the focus, and can be switched off; they are matched by
 * their place on the keyboard (`event.code`), so a Georgian or Persian layout changes nothing.
 */
import { t } from "../shared/i18n.js";
import { openList } from "./command-list.js";
import { lettersOn } from "./letters.js";

/**
 * @typedef {object} Command
 * @property {string} label
 * @property {string} codes physical keys, one or two in a row
 * @property {string} keys how they are written in the list
 * @property {() => void} run
 */

const SECOND_KEY_WITHIN = 1500; // ms between the two keys of "G C"

/** Listens to the whole page. @param {Command[]} commands @returns {() => void} opens the list of them all */
export function listenToKeys(commands) {
  const all = [...commands, ...PLACES];
  let first = { code: "", at: 0 };
  addEventListener("keydown", (event) => {
    const { code, key, ctrlKey, metaKey, altKey, repeat, isComposing, defaultPrevented, target } = event;
    if (altKey || repeat || isComposing || defaultPrevented || document.querySelector("dialog[open]")) return;
    if ((ctrlKey || metaKey) && !event.shiftKey && code === "KeyK") return act(event, () => openList(all));
    if (ctrlKey || metaKey || !lettersOn() || isField(target)) return;
    if (key === "?") return act(event, () => openList(all));
    if (event.shiftKey) return;
    const both = Date.now() - first.at < SECOND_KEY_WITHIN ? `${first.code} ${code}` : "";
    first = { code, at: Date.now() };
    const pressed = all.find(({ codes }) => codes === both) ?? all.find(({ codes }) => codes === code);
    if (pressed) act(event, pressed.run);
  });
  return () => openList(all);
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
