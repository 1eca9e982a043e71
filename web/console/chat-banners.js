/**
 * What is special about a chat right now, one strip each under its head: a visitor who vanished, a saving under way, an
 * ending that can be undone. A strip says what happens next by itself, and what the agent can do about it.
 */
import { remaining } from "../shared/chat-state.js";
import { h } from "../shared/dom.js";
import { n, t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { span } from "../shared/time.js";
import { button } from "./buttons.js";
import { keyed, live, now, redraw } from "./drawing.js";
import { say } from "./notices.js";

/**
 * @typedef {object} Banner
 * @property {string} key
 * @property {"waiting" | "attention" | "saved" | ""} tone
 * @property {string} icon
 * @property {(left: string) => string} words with the time left, where there is a countdown
 * @property {string} [countdown] the field of the chat's state that counts down
 * @property {string} [href] makes the words a link
 * @property {{label: string, run: () => void}} [act]
 */

/**
 * The strips that a chat needs now, the most urgent first.
 * @param {import("../shared/chat-state.js").ChatState} chat
 * @param {boolean} failed its last saving failed
 * @param {import("./actions.js").Actions} actions
 * @returns {Banner[]}
 */
export function bannersOf(chat, failed, actions) {
  const { info, chat: id } = chat;
  if (info.awaited) return [{ key: "awaited", tone: "waiting", icon: "offline", words: () => t("Waiting for the visitor to reconnect.") }];
  return [...saving(info, failed, id, actions), ...leaving(info, id, actions), ...standing(info, id, actions)];
}

function saving(info, failed, id, actions) {
  const list = [];
  const again = { label: t("Try again"), run: () => actions.convert(id) };
  if (failed && !info.saving) {
    list.push({ key: "failed", tone: "attention", icon: "alert", words: () => t("Not saved. The chat goes on – try again."),
      act: again });
  }
  if (info.saving) list.push({ key: "saving", tone: "saved", icon: "save", words: () => t("Saving as a ticket …") });
  if (info.armed_in !== undefined) {
    list.push({ key: "armed", tone: "saved", icon: "save", countdown: "armed_in",
      words: (left) => t("Saves as a ticket in {time}. The visitor sees this and may decline.", { time: left }) });
  }
  if (info.asked_in !== undefined) {
    list.push({ key: "asked", tone: "saved", icon: "save", countdown: "asked_in",
      words: (left) => t("The visitor is asked to allow the saving. {time} left.", { time: left }) });
  }
  if (info.ticket) {
    list.push({ key: "ticket", tone: "saved", icon: "ticket", href: `/tickets/${info.ticket}`,
      words: () => t("Saved as ticket {number}", { number: `#${info.ticket}` }) });
  } else if (info.refused) {
    list.push({ key: "refused", tone: "", icon: "lock",
      words: () => t("The visitor declined to have this chat saved. Only the visitor can save it now.") });
  }
  return list;
}

function leaving(info, id, actions) {
  const list = [];
  const save = { label: t("Save as ticket"), run: () => actions.convert(id) };
  if (info.visitor_gone && info.erases_in !== undefined) {
    const words = (left) => info.ticket
      ? t("The visitor is disconnected. The chat erases in {time}, the ticket stays.", { time: left })
      : t("The visitor is disconnected. Erases in {time} – save it as a ticket?", { time: left });
    list.push({ key: "gone", tone: "waiting", icon: "offline", countdown: "erases_in", words,
      act: info.ticket || info.refused ? undefined : save });
  } else if (info.visitor_gone) {
    list.push({ key: "gone", tone: "waiting", icon: "offline", words: () => t("The visitor is disconnected.") });
  }
  if (info.ending_in !== undefined) {
    list.push({ key: "ending", tone: "waiting", icon: "clock", countdown: "ending_in",
      words: (left) => t("Ends in {time}, unless the visitor types.", { time: left }),
      act: { label: t("Undo"), run: () => actions.undoEnd(id) } });
  }
  return list;
}

function standing(info, id, actions) {
  const list = [];
  if (info.mine === false) {
    list.push({ key: "along", tone: "", icon: "person", words: () => t("You read along. The visitor was told.") });
  }
  if (info.missing) {
    list.push({ key: "missing", tone: "waiting", icon: "alert",
      words: () => n("{count} line was lost with the server.", "{count} lines were lost with the server.", info.missing) });
  }
  if (info.transfer_to) {
    list.push({ key: "transfer", tone: "waiting", icon: "transfer",
      words: () => t("Offered to {name}. The chat stays yours until it is accepted.", { name: info.transfer_to }),
      act: { label: t("Take back"), run: () => actions.withdraw(id) } });
  }
  if (info.idle_in !== undefined) {
    list.push({ key: "idle", tone: "waiting", icon: "clock", countdown: "idle_in",
      words: (left) => t("Both sides are quiet. Ends and erases in {time}.", { time: left }),
      act: info.pinned ? undefined : { label: t("Keep open"), run: () => actions.pin(id, true) } });
  }
  if (info.too_old_in !== undefined) {
    list.push({ key: "old", tone: "attention", icon: "clock", countdown: "too_old_in",
      words: (left) => t("This chat reaches its maximum age in {time} and is erased then.", { time: left }) });
  }
  return list;
}

/**
 * @param {import("./actions.js").Actions} actions
 * @returns {{element: HTMLElement, update: (chat: import("../shared/chat-state.js").ChatState, failed: boolean) => void}}
 */
export function createBanners(actions) {
  const element = h("ul", { class: "banners", "aria-label": t("About this chat") });
  /** @type {import("../shared/chat-state.js").ChatState} */
  let current;

  function update(chat, failed) {
    current = chat;
    const banners = bannersOf(chat, failed, actions);
    element.hidden = banners.length === 0;
    keyed(element, banners, ({ key }) => key, announced, draw);
  }

  function announced(banner) {
    say(banner.words(left(banner)));
    return h("li", {});
  }

  const left = ({ countdown }) => (countdown ? span(remaining(current, countdown, now()) ?? 0) : "");

  function draw(item, banner) {
    item.className = `banner ${banner.tone}`;
    const facts = [banner.key, banner.words("0:00"), banner.act?.label];
    redraw(item, facts, () => [
      icon(banner.icon),
      banner.href ? h("a", { href: banner.href, target: "_blank" }, banner.words("")) : live(() => banner.words(left(banner))),
      banner.act && button(banner.act.label, banner.act.run, { kind: "small" }),
    ]);
  }
  return { element, update };
}
