/**
 * What the console knows: it hears the server's pushes and answers with the news in them. No socket, no document.
 */
import { isSpeech, newChat, reduce, unread } from "../shared/chat-state.js";

/**
 * @typedef {import("../shared/protocol.js").Frame} Frame
 * @typedef {import("../shared/chat-state.js").ChatState} ChatState
 *
 * @typedef {object} News Something that a person should notice.
 * @property {"offered" | "withdrawn" | "opened" | "kept" | "message" | "erased" | "released" | "outdated" | "refused"} what
 * @property {string} [chat]
 * @property {ChatState} [lost] the copy that was just dropped; for `kept`, what it was before
 * @property {Frame} [frame]
 */

const KEPT_FOR = 180; // seconds: the longest absence that a visitor is granted
const ALONE_FOR = 600; // seconds without a connection, after which no server would ask for a copy any more
const MOST_ENDED = 200; // the server takes no more

/** The agent's desk: own availability, the team, who waits, what rings, and every open chat. */
export class Desk {
  welcome = null;
  me = null;
  team = { agents: [], topics: [] };
  /** @type {any[]} */
  queue = [];
  queueAt = 0;
  /** @type {Map<string, any>} offers that ring, each with `until` */
  offers = new Map();
  /** @type {Map<string, ChatState>} in the order in which they came */
  chats = new Map();
  wall = null;
  wallAt = 0;
  /** @type {Set<string>} chats whose last saving failed */
  notSaved = new Set();
  /** @type {Map<string, number>} chats that the server has not named since it came back → until when they are kept */
  awaited = new Map();
  /** Until when the copies are kept without a connection. */
  aloneUntil = Infinity;
  /** @type {string[]} ids of chats that this page saw ending: nobody may bring them back */
  ended = [];
  /** How far the page's clock is ahead of the server's: a guess by the computer's own clock until the first line comes. */
  ahead = performance.now() / 1000 - Date.now() / 1000;

  /**
   * Takes in one push.
   * @param {Frame} frame
   * @param {number} now seconds
   * @returns {News[]}
   */
  hear(frame, now) {
    return this[`on_${frame.t}`]?.(frame, now) ?? this.#change(frame, now);
  }

  /** A word of the page's own about one chat (see chat-state.js): `own`, `resend`, `discard`, `look`. */
  tell(/** @type {string} */ chat, /** @type {Frame} */ frame, /** @type {number} */ now) {
    const state = this.chats.get(chat);
    if (state) this.chats.set(chat, reduce(state, frame, now));
  }

  /** Forgets everything that people said: the session is over. */
  clear() {
    this.chats.clear();
    this.offers.clear();
    this.queue = [];
    this.notSaved.clear();
    this.awaited.clear();
  }

  /** A moment that the server named (Unix seconds), on the page's own clock. */
  onPageClock(/** @type {number} */ at) {
    return at + this.ahead;
  }

  /** The open chats that this agent serves, and those that this supervisor reads along. */
  get mine() {
    return this.#shown().filter(({ info }) => info.mine !== false);
  }

  get readAlong() {
    return this.#shown().filter(({ info }) => info.mine === false);
  }

  /** Messages in own chats that the agent has not seen. */
  get unread() {
    return this.mine.reduce((sum, chat) => sum + unread(chat), 0);
  }

  /** When `expire` has something to do, as far as anybody knows; Infinity when nothing is kept. */
  get due() {
    return Math.min(...this.awaited.values(), this.chats.size || this.queue.length ? this.aloneUntil : Infinity);
  }

  /** Up to where each chat is held here, for the hello. */
  tips() {
    return Object.fromEntries(this.#shown().map(({ chat, tip }) => [chat, tip]));
  }

  #shown() {
    return [...this.chats.values()].filter(({ info }) => info);
  }

  /** The connection is lost, or still is: nothing rings here, and what visitors said is not kept for ever. */
  alone(/** @type {number} */ now) {
    this.offers.clear();
    this.aloneUntil = Math.min(this.aloneUntil, now + ALONE_FOR);
  }

  on_welcome(frame, now) {
    this.welcome = frame;
    this.aloneUntil = Infinity;
    this.offers.clear(); // those that still ring are told again
    for (const [id, state] of this.chats) {
      this.awaited.set(id, now + KEPT_FOR);
      if (state.info) this.chats.set(id, { ...state, info: { ...state.info, awaited: true } });
    }
    return [];
  }

  /** Drops the chats whose visitors have not come back to a server that lost its memory, and all after a long time alone. */
  expire(/** @type {number} */ now) {
    if (now >= this.aloneUntil) {
      this.queue = [];
      return [...this.chats.keys()].flatMap((chat) => this.#drop("outdated", { t: "erased", chat }));
    }
    const late = [...this.awaited].filter(([, until]) => now >= until).map(([chat]) => chat);
    return late.flatMap((chat) => this.#drop("erased", { t: "erased", chat, reason: "visitor_left" }));
  }

  on_me(frame, now) {
    this.me = { ...frame, until: frame.wrap_up_in === undefined ? null : now + frame.wrap_up_in };
    return [];
  }

  on_team(frame) {
    this.team = frame;
    return [];
  }

  on_queue(frame, now) {
    this.queue = frame.waiting;
    this.queueAt = now;
    return [];
  }

  on_wall(frame, now) {
    this.wall = frame;
    this.wallAt = now;
    return [];
  }

  on_offer(frame, now) {
    const known = this.offers.has(frame.chat);
    this.offers.set(frame.chat, { ...frame, at: now, until: now + frame.expires_in });
    return known ? [] : [{ what: "offered", chat: frame.chat }];
  }

  on_offer_closed(frame) {
    this.offers.delete(frame.chat);
    return [{ what: "withdrawn", chat: frame.chat, frame }];
  }

  on_chat(frame, now) {
    const state = this.chats.get(frame.chat) ?? newChat("agent", frame.chat);
    const isNew = !state.info;
    this.awaited.delete(frame.chat);
    this.offers.delete(frame.chat);
    if (frame.saving || frame.ticket || frame.armed_in !== undefined) this.notSaved.delete(frame.chat);
    this.chats.set(frame.chat, reduce(state, frame, now));
    if (isNew) return [{ what: "opened", chat: frame.chat }];
    return state.info.transfer_to && !frame.transfer_to ? [{ what: "kept", chat: frame.chat, lost: state }] : [];
  }

  on_lines(frame, now) {
    const state = this.chats.get(frame.chat) ?? newChat("agent", frame.chat);
    this.chats.set(frame.chat, reduce(state, frame, now));
    return [];
  }

  on_erased(frame) {
    this.offers.delete(frame.chat);
    this.ended = [...this.ended.slice(1 - MOST_ENDED), frame.chat];
    return this.#drop("erased", frame);
  }

  on_released(frame) {
    return this.#drop("released", frame);
  }

  on_refused(frame, now) {
    if (frame.code === "not_saved" && frame.chat) this.notSaved.add(frame.chat);
    for (const [id, state] of this.chats) this.chats.set(id, reduce(state, frame, now));
    return [{ what: "refused", chat: frame.chat, frame }];
  }

  #change(frame, now) {
    const state = this.chats.get(frame.chat);
    if (!state) return [];
    this.chats.set(frame.chat, reduce(state, frame, now));
    if (frame.t === "line") this.ahead = now - frame.at;
    return frame.t === "line" && isSpeech(/** @type {any} */ (frame)) && frame.by === "visitor"
      ? [{ what: "message", chat: frame.chat }]
      : [];
  }

  #drop(what, frame) {
    const lost = this.chats.get(frame.chat);
    this.chats.delete(frame.chat);
    this.notSaved.delete(frame.chat);
    this.awaited.delete(frame.chat);
    return lost ? [{ what, chat: frame.chat, lost, frame }] : [];
  }
}
