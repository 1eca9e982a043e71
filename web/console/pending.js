/**
 * Commands that were sent and whose effect is not to be seen yet. A command is done when the page sees what it was to bring
 * about, or was refused; one that stays without effect for 10 s was not done, whatever became of its connection. Pure.
 */
import { maySave } from "./chat-tools.js";

const DONE_WITHIN = 10; // seconds

/**
 * @typedef {import("../shared/protocol.js").Frame} Frame
 * @typedef {object} Asked
 * @property {Frame} frame
 * @property {number} until
 * @property {(() => void) | null} close takes back what the person was told of it; null: nothing was told yet
 */

const infoOf = (desk, chat) => desk.chats.get(chat)?.info;

/** What each command brings about. Without the chat there is nothing left that it could do. */
const effects = {
  intent: ({ intent }, { me }) => me?.intent === intent,
  depart: (_, { me }) => me?.intent === "away",
  accept: ({ chat }, desk) => Boolean(infoOf(desk, chat)) && infoOf(desk, chat).mine !== false,
  join: ({ chat }, desk) => Boolean(infoOf(desk, chat)),
  decline: ({ chat }, desk) => !desk.offers.has(chat),
  take_over: inChat((info) => info.mine !== false),
  transfer: inChat((info) => Boolean(info.transfer_to)),
  withdraw: inChat((info) => !info.transfer_to),
  convert: inChat((info) => !maySave(info)),
  end: inChat((info) => info.ending_in !== undefined),
  undo_end: inChat((info) => info.ending_in === undefined),
  pin: inChat((info, { on }) => Boolean(info.pinned) === on),
  requeue: inChat(() => false),
  leave: inChat(() => false),
  block: inChat(() => false),
};

function inChat(/** @type {(info: any, frame: Frame) => boolean} */ isDone) {
  return (/** @type {Frame} */ frame, /** @type {import("./desk.js").Desk} */ desk) => {
    const info = infoOf(desk, frame.chat);
    return !info || isDone(info, frame);
  };
}

export class Pending {
  /** @type {Map<number, Asked>} by the command's `ref` */
  asked = new Map();

  /** A command was sent. What was told of an earlier attempt is outdated. */
  add(/** @type {number} */ ref, /** @type {Frame} */ frame, /** @type {number} */ now) {
    for (const [earlier, { frame: { t, chat } }] of this.asked) if (frame.t === t && frame.chat === chat) this.drop(earlier);
    this.asked.set(ref, { frame, until: now + DONE_WITHIN, close: null });
  }

  /** Whether this very command is on its way. */
  has(/** @type {Frame} */ frame) {
    const words = JSON.stringify(frame);
    return [...this.asked.values()].some((asked) => !asked.close && JSON.stringify(asked.frame) === words);
  }

  /** Whether a command about this chat is on its way; without a chat: about the agent. */
  concerns(/** @type {string | undefined} */ chat) {
    return [...this.asked.values()].some(({ frame, close }) => !close && frame.chat === chat);
  }

  /** It was refused, or is given up. */
  drop(/** @type {number} */ ref) {
    this.asked.get(ref)?.close?.();
    this.asked.delete(ref);
  }

  /** Forgets the commands whose effects are to be seen. */
  settle(/** @type {import("./desk.js").Desk} */ desk) {
    for (const [ref, { frame }] of this.asked) if (effects[frame.t](frame, desk)) this.drop(ref);
  }

  /** Tells of each command that was not done in time: once, by `tell`, which answers with a way to take that back. */
  expire(/** @type {number} */ now, /** @type {(frame: Frame) => () => void} */ tell) {
    for (const asked of this.asked.values()) if (!asked.close && now >= asked.until) asked.close = tell(asked.frame);
  }

  /** When the next command is overdue; Infinity when none is on its way. */
  get due() {
    return Math.min(Infinity, ...[...this.asked.values()].filter(({ close }) => !close).map(({ until }) => until));
  }
}
