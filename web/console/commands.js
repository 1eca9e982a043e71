/**
 * Everything that the console can do by a key, in one table: the keyboard acts on it, the list shows it, the palette finds it.
 */
import { t } from "../shared/i18n.js";
import { maySave } from "./chat-tools.js";
import { openTransfer } from "./transfer-dialog.js";

/**
 * @typedef {object} Command
 * @property {string} label
 * @property {string} [codes] physical keys (`event.code`), one or two in a row, so that every keyboard layout works
 * @property {string} [keys] how the key is written in the list
 * @property {() => boolean} [when] whether it makes sense now
 * @property {() => void} run
 */

/** @param {import("./console.js").Console} app @returns {Command[]} */
export function commandsOf(app) {
  const { actions, desk } = app;
  const info = () => desk.chats.get(app.selected)?.info;
  const serving = () => Boolean(info()) && info().mine !== false;
  const firstOffer = () => desk.offers.keys().next().value;
  const takeable = () => desk.queue.find(({ may_pull: may }) => may)?.chat;
  const intent = (/** @type {any} */ wish) => () => app.setIntent(wish);
  return [
    { label: t("Accept the offered chat"), codes: "KeyA", keys: "A", when: () => desk.offers.size > 0,
      run: () => actions.accept(firstOffer()) },
    { label: t("Take the next waiting chat"), codes: "KeyI", keys: "I", when: () => Boolean(takeable()),
      run: () => actions.accept(takeable()) },
    { label: t("Next chat"), codes: "KeyJ", keys: "J", run: () => app.step(1) },
    { label: t("Previous chat"), codes: "KeyK", keys: "K", run: () => app.step(-1) },
    { label: t("Open the chat"), codes: "KeyO", keys: "O", when: () => Boolean(info()), run: () => app.open(app.selected) },
    { label: t("Answer"), codes: "KeyR", keys: "R", when: serving, run: () => app.write("say") },
    { label: t("Private note"), codes: "KeyN", keys: "N", when: serving, run: () => app.write("note") },
    { label: t("Save as ticket"), codes: "KeyT", keys: "T", when: () => serving() && maySave(info()),
      run: () => actions.convert(app.selected) },
    { label: t("End the chat"), codes: "KeyE", keys: "E", when: () => serving() && info().ending_in === undefined,
      run: () => actions.end(app.selected) },
    { label: t("Hand over the chat"), codes: "KeyH", keys: "H", when: serving, run: () => openTransfer(app.selected, app) },
    { label: t("Go to the chats"), codes: "KeyG KeyC", keys: "G C", run: () => app.goToChats() },
    { label: t("Go to the inbox"), codes: "KeyG KeyT", keys: "G T", run: () => app.goToInbox() },
    { label: t("Live wall"), codes: "KeyG KeyW", keys: "G W", when: () => app.supervises, run: () => app.show("wall") },
    { label: t("Find a command"), codes: "Slash", keys: "/", run: () => app.openPalette() },
    { label: t("Keyboard shortcuts"), keys: "?", run: () => app.openShortcuts() },
    { label: t("Set me to available"), run: intent("available") },
    { label: t("Set me to away"), run: intent("away") },
    { label: t("Set me to offline"), run: intent("offline") },
    { label: t("Sign out"), run: () => app.signOut() },
  ];
}
