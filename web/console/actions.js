/**
 * What the agent does, as commands to the server. Messages are kept until they are acknowledged. Everything else is simply not
 * done while the connection is lost, and says so; where no effect is seen in 10 s, it says that too.
 */
import { toResend } from "../shared/chat-state.js";
import { t } from "../shared/i18n.js";
import { newId } from "../shared/protocol.js";
import { recordsOf } from "../shared/records.js";
import { now } from "./drawing.js";
import { notice } from "./notices.js";
import { Pending } from "./pending.js";
import { commandWords } from "./words.js";

const RECEIPTS_AFTER = 300; // ms

export class Actions {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("../shared/connection.js").Connection} connection
   * @param {() => void} changed
   */
  constructor(desk, connection, changed) {
    this.desk = desk;
    this.connection = connection;
    this.changed = changed;
    this.ref = 0;
    /** @type {Map<number, {t: string, chat?: string}>} what was asked under which ref, to tell its outcome */
    this.asked = new Map();
    this.pending = new Pending();
    /** @type {Map<string, string>} the last receipt of each chat */
    this.told = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.receipts = undefined;
    /** The chat that this page has just accepted, to be opened when it comes. */
    this.accepting = "";
    /** @type {Map<string, string>} answers that were begun before the chat was here */
    this.begun = new Map();
  }

  /** Sends a command that is answered by a push, unless it is on its way; false (and a notice) without a connection. */
  ask(frame) {
    if (this.pending.has(frame)) return true;
    const ref = ++this.ref;
    this.asked.set(ref, { t: frame.t, chat: frame.chat });
    this.asked.delete(ref - 100);
    if (!this.connection.send({ ...frame, ref }, { answered: true })) {
      notice(t("No connection yet. Please try again when it is back."));
      return false;
    }
    this.pending.add(ref, frame, now());
    this.changed();
    return true;
  }

  /** Something was heard: some commands are done now, or refused. */
  settle(frame) {
    if (frame.t === "refused") this.pending.drop(frame.ref);
    this.pending.settle(this.desk);
  }

  /** Says what was not done in time. */
  expire() {
    this.pending.expire(now(), (frame) => {
      const name = this.desk.chats.get(frame.chat)?.info?.visitor.name;
      const what = commandWords(frame.t);
      const words = name ? t("Not done: {what} ({name}).", { what, name }) : t("Not done: {what}.", { what });
      return notice(words, { label: t("Try again"), run: () => this.ask(frame) });
    });
  }

  /** Whether this page has lately asked for this, so that its outcome is no surprise. */
  wanted(/** @type {string} */ kind, /** @type {string} */ chat) {
    return [...this.asked.values()].some((frame) => frame.t === kind && frame.chat === chat);
  }

  setIntent(intent) {
    return this.ask({ t: "intent", intent });
  }

  /** No new chats from now on; what is open after a minute goes back to the queue. */
  depart() {
    return this.desk.welcome?.commands.includes("depart") ? this.ask({ t: "depart" }) : this.setIntent("away");
  }

  accept(chat) {
    this.accepting = chat;
    return this.ask({ t: "accept", chat });
  }

  /** Whoever begins to answer an offer takes it. */
  answer(chat, text) {
    this.begun.set(chat, text);
    this.accept(chat);
  }

  /** What was begun as an answer to an offer, once. */
  takeBegun(/** @type {string} */ chat) {
    const text = this.begun.get(chat) ?? "";
    this.begun.delete(chat);
    return text;
  }

  decline(chat) {
    return this.ask({ t: "decline", chat });
  }

  /** Sends a message (`say`) or a private note (`note`); shown at once, kept until the server has it. */
  write(kind, chat, text) {
    const frame = { chat, id: newId(), text, ref: ++this.ref };
    this.desk.tell(chat, { t: "own", kind, ...frame }, now());
    if (!this.#isAwaited(chat)) this.connection.send({ t: kind, ...frame }, { answered: true });
    this.changed();
  }

  /** A server that lost its memory does not know the chat before the visitor is back; `resendAll` comes then. */
  #isAwaited(/** @type {string} */ chat) {
    return this.desk.chats.get(chat)?.info?.awaited;
  }

  /** Sends one message again, under the id that it has. */
  retry(chat, id) {
    this.desk.tell(chat, { t: "resend", id }, now());
    const own = this.desk.chats.get(chat)?.own.find((message) => message.id === id);
    if (own && !this.#isAwaited(chat)) this.#sendAgain(chat, own);
    this.changed();
  }

  discard(chat, id) {
    this.desk.tell(chat, { t: "discard", id }, now());
    this.changed();
  }

  /** The server knows the chat again: whatever has no acknowledgement goes once more, under the same ids. */
  resendAll(/** @type {string} */ chat) {
    this.told.delete(chat);
    const unsent = toResend(this.desk.chats.get(chat));
    if (!unsent.length) return;
    this.desk.tell(chat, { t: "resend" }, now());
    for (const own of unsent) this.#sendAgain(chat, own);
  }

  /** Gives a server that has lost its memory what this page holds of a chat. */
  giveBack(/** @type {string} */ chat, after = 0) {
    const state = this.desk.chats.get(chat);
    if (state) this.connection.send(recordsOf(state, after));
  }

  #sendAgain(chat, { kind, id, text, ref }) {
    this.connection.send({ t: kind, chat, id, text, ref }, { answered: true });
  }

  typing(chat, on) {
    this.connection.send({ t: "typing", chat, on });
  }

  /** Tells soon how far each own chat was received and seen: receipts are cumulative, so a burst of lines needs one. */
  planReceipts() {
    this.receipts ??= setTimeout(() => this.#sendReceipts(), RECEIPTS_AFTER);
  }

  #sendReceipts() {
    this.receipts = undefined;
    for (const { chat, tip, seen } of this.desk.mine.filter((each) => each.tip.seq > 0)) {
      const receipt = { t: "receipt", chat, received: tip.seq, seen };
      const words = `${tip.seq} ${seen}`;
      if (this.told.get(chat) !== words && this.connection.send(receipt)) this.told.set(chat, words);
    }
  }

  transfer(chat, target, note) {
    return this.ask({ t: "transfer", chat, ...target, note });
  }

  withdraw(chat) {
    return this.ask({ t: "withdraw", chat });
  }

  requeue(chat) {
    return this.ask({ t: "requeue", chat });
  }

  convert(chat) {
    this.desk.notSaved.delete(chat);
    return this.ask({ t: "convert", chat });
  }

  end(chat) {
    return this.ask({ t: "end", chat });
  }

  undoEnd(chat) {
    return this.ask({ t: "undo_end", chat });
  }

  pin(chat, on) {
    return this.ask({ t: "pin", chat, on });
  }

  block(chat) {
    return this.ask({ t: "block", chat });
  }

  join(chat) {
    this.accepting = chat;
    return this.ask({ t: "join", chat });
  }

  takeOver(chat) {
    return this.ask({ t: "take_over", chat });
  }

  leave(chat) {
    return this.ask({ t: "leave", chat });
  }

  watchWall(on) {
    return this.connection.send({ t: "wall", on, ref: ++this.ref }, { answered: on });
  }
}
