/**
 * The agent's console: joins the desk (what is known), the connection (what is heard) and the parts of the page (what is seen).
 */
import { nextTick } from "../shared/chat-state.js";
import { Connection } from "../shared/connection.js";
import "../shared/more-icons.js";
import { CloseCode } from "../shared/close-codes.js";
import { page } from "../shared/page.js";
import { t } from "../shared/i18n.js";
import { Actions } from "./actions.js";
import * as attention from "./attention.js";
import { createAvailability, rememberedIntent, rememberIntent } from "./availability.js";
import { commandsOf } from "./commands.js";
import { Conversations } from "./conversations.js";
import { Desk } from "./desk.js";
import { keepAwake, watchHiding } from "./device.js";
import { now } from "./drawing.js";
import { watchInactivity } from "./inactivity.js";
import { listenToKeys, openShortcutList } from "./keyboard.js";
import { openLeaving } from "./leave-dialog.js";
import { tellNews } from "./news.js";
import { openPalette } from "./palette.js";
import { followMyTurn } from "./my-turn.js";
import { createPeopleList } from "./people-list.js";
import * as sound from "./sound.js";
import { createTools } from "./tools.js";
import { createTopBanner } from "./top-banner.js";
import { Views } from "./views.js";
import { createVisitorCard } from "./visitor-card.js";
import { createWall } from "./wall.js";

export class Console {
  desk = new Desk();
  canned = page.canned ?? [];
  wasOpen = false;
  drawing = false;
  /** The agent was set to away for having touched nothing. */
  inactive = false;
  /** The server is telling which copies are outdated: until it is done, nothing is drawn. */
  sorting = false;
  tick = 0;
  /** @type {Set<() => void>} */
  drawers = new Set();

  constructor(/** @type {HTMLElement} */ main) {
    this.main = main;
    this.connection = new Connection({
      path: page.socket,
      hello: () => ({ t: "hello", intent: rememberedIntent(), tips: this.desk.tips(), ended: this.desk.ended }),
      onFrame: (frame) => this.#hear(frame),
      onState: (link) => this.#linked(link),
    });
    this.actions = new Actions(this.desk, this.connection, () => this.changed());
    this.commands = commandsOf(this);
    this.views = new Views(main, (view, was) => this.#viewed(view, was));
    this.#build();
    listenToKeys(this, this.commands);
    if (page.idle_away) watchInactivity(page.idle_away, () => this.#isInactive());
    watchHiding(() => this.#partThen(t("Hand over your chats"), t("Hand over"), () => {}));
    attention.wakeByTouch(() => this.changed());
    for (const type of ["focus", "blur"]) addEventListener(type, () => this.changed());
    document.addEventListener("visibilitychange", () => this.changed());
    addEventListener("hashchange", () => this.#follow());
    this.changed();
    this.connection.start();
  }

  // ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #build() {
    this.availability = createAvailability((intent) => this.setIntent(intent));
    this.people = createPeopleList({
      accept: (chat) => this.actions.accept(chat),
      answer: (chat, text) => this.actions.answer(chat, text),
      decline: (chat) => this.actions.decline(chat),
      open: (chat) => this.open(chat),
      becomeAvailable: () => this.setIntent("available"),
    });
    this.conversations = new Conversations(this);
    this.card = createVisitorCard(() => this.show("chat"));
    this.wall = createWall({
      join: (chat) => this.actions.join(chat),
      open: (chat) => this.open(chat),
      back: () => this.show("chat"),
    });
    this.tools = createTools(this);
    this.banner = createTopBanner(this.main.querySelector(".top-banner"), {
      retry: () => (this.connection.state.state === "closed" ? this.connection.start() : this.connection.retry()),
      comeBack: () => this.setIntent("available"),
    });
    this.main.querySelector(".side").append(this.availability.element, this.people.offers, this.people.lists);
    this.main.append(this.conversations.element, this.card.element, this.wall.element);
  }

  /** Something is different: draws everything once, when the present work is done. */
  changed() {
    if (this.drawing || this.sorting) return;
    this.drawing = true;
    queueMicrotask(() => {
      this.drawing = false;
      this.#draw();
    });
  }

  /** Calls `draw` with every drawing, for dialogs; the answer stops it. */
  onDraw(/** @type {() => void} */ draw) {
    this.drawers.add(draw);
    return () => this.drawers.delete(draw);
  }

  #draw() {
    const { desk, connection, actions } = this;
    const online = connection.state.state === "open";
    document.body.dataset.link = online ? "up" : "down";
    this.availability.update(desk, online);
    this.availability.element.ariaBusy = String(actions.pending.concerns(undefined));
    this.conversations.update(desk);
    this.#look();
    this.people.update(desk, this.selected, online, actions.pending);
    this.card.update(desk.chats.get(this.selected));
    this.wall.element.hidden = this.views.current !== "wall";
    this.wall.update(desk);
    this.tools.update(this);
    const { wasOpen, inactive } = this;
    this.banner.update({ link: connection.state, wasOpen, me: desk.me, inactive, silent: this.#silent() });
    const escalated = desk.queue.filter((entry) => entry.escalated && entry.may_pull).map(({ chat }) => chat);
    attention.showWaiting({ offers: [...desk.offers.keys()], escalated, unread: desk.unread });
    keepAwake(desk.mine.length);
    for (const draw of [...this.drawers]) draw();
    actions.planReceipts();
    this.#planTick();
  }

  /** The lines of the selected chat count as seen while a person really has them in sight. */
  #look() {
    const { panel } = this.conversations;
    if (!panel || !document.hasFocus() || document.hidden || !panel.inSight) return;
    const { seen, tip } = this.desk.chats.get(panel.id);
    if (seen >= tip.seq) return;
    this.desk.tell(panel.id, { t: "look" }, now());
    this.changed();
  }

  #silent() {
    return this.desk.me?.intent === "available" && sound.blocked() && !sound.isMuted();
  }

  /** Without a push change: messages and commands that get no answer, people who stop typing, chats that nobody brings back. */
  #planTick() {
    clearTimeout(this.tick);
    const ticks = [...this.desk.chats.values()].map((chat) => nextTick(chat) ?? Infinity);
    const due = Math.min(this.desk.due, this.actions.pending.due, ...ticks);
    if (due === Infinity) return;
    this.tick = setTimeout(() => {
      for (const chat of this.desk.chats.keys()) this.desk.tell(chat, { t: "tick" }, now());
      for (const news of this.desk.expire(now())) tellNews(news, this);
      this.actions.expire();
      this.changed();
    }, Math.max(0, due - now()) * 1000 + 10);
  }

  // ── the server ───────────────────────────────────────────────────────────────────────────────────────────────────

  #hear(frame) {
    const isBack = frame.t === "chat" && this.desk.awaited.has(frame.chat);
    if (frame.t === "me") rememberIntent(frame.intent);
    for (const news of this.desk.hear(frame, now())) tellNews(news, this);
    this.actions.settle(frame);
    this.sorting &&= ["welcome", "erased", "released"].includes(frame.t);
    if (frame.t === "welcome") this.#welcomed();
    if (frame.t === "wanted") this.actions.giveBack(frame.chat, frame.after);
    if (isBack) this.actions.resendAll(frame.chat);
    if (this.desk.chats.get(frame.chat)?.gap) this.connection.restart();
    this.#follow();
    this.changed();
  }

  /** The page of a ticket leads to the chat with its requester: it is opened as soon as the agent has it. */
  #follow() {
    const chat = new URLSearchParams(location.hash.slice(1)).get("chat");
    if (!chat || !this.desk.chats.has(chat)) return;
    history.replaceState(null, "", location.pathname + location.search);
    this.open(chat);
  }

  #welcomed() {
    this.wasOpen = true;
    if (this.views.current === "wall") this.actions.watchWall(true);
  }

  #linked({ state, code }) {
    // Whoever may not come back keeps nothing of what visitors said.
    if (state === "closed" && (code === CloseCode.NOT_SIGNED_IN || code === CloseCode.FORBIDDEN)) {
      for (const chat of this.desk.chats.keys()) this.conversations.drop(chat);
      this.desk.clear();
    }
    this.sorting = state === "open";
    if (!this.sorting) this.desk.alone(now());
    this.changed();
  }

  // ── the agent ────────────────────────────────────────────────────────────────────────────────────────────────────

  get selected() {
    return this.conversations.selected;
  }

  get supervises() {
    return page.me.role !== "agent";
  }

  /** Nobody is here, as far as this page can see: new chats go to others, until the agent says otherwise. */
  #isInactive() {
    if (this.desk.me?.intent !== "available" || this.connection.state.state !== "open") return;
    this.inactive = true;
    this.actions.setIntent("away");
  }

  setIntent(intent) {
    this.inactive = false;
    if (intent === "available") attention.askToNotify();
    if (intent === "offline" && this.desk.mine.length) {
      this.#partThen(t("Go offline"), t("Go offline"), () => this.actions.setIntent("offline"));
    } else this.actions.setIntent(intent);
  }

  /** Signs out, once no visitor would be left alone. */
  signOut() {
    const form = /** @type {HTMLFormElement} */ (document.querySelector("form[action='/logout']"));
    const leave = () => form.submit();
    if (this.desk.mine.length) this.#partThen(t("Sign out"), t("Sign out"), leave);
    else leave();
  }

  #partThen(title, yes, finish) {
    openLeaving(this, { title, yes, finish });
  }

  /** Makes a chat the one that keys and buttons speak about. */
  select(/** @type {string} */ chat) {
    if (chat === this.selected || !this.desk.chats.has(chat)) return;
    this.conversations.select(chat);
    this.changed();
  }

  /** Brings a chat into sight, ready for an answer; `begun`: the beginning of one. */
  open(/** @type {string} */ chat, begun = "") {
    if (!this.desk.chats.has(chat)) return;
    this.select(chat);
    this.show("chat");
    queueMicrotask(() => {
      this.conversations.panel?.focus();
      if (begun) this.conversations.panel?.reply.insert(begun);
    });
  }

  /** Takes a chat that rings; one that does not ring any more is only looked for. */
  take(/** @type {string} */ chat) {
    if (this.desk.offers.has(chat)) this.actions.accept(chat);
    else this.show("people");
  }

  openSlot(/** @type {number} */ number) {
    const chat = [...this.desk.mine, ...this.desk.readAlong][number - 1];
    if (chat) this.open(chat.chat);
  }

  /** The next or previous of the agent's chats. */
  step(/** @type {number} */ by) {
    const chats = [...this.desk.mine, ...this.desk.readAlong].map(({ chat }) => chat);
    if (!chats.length) return;
    const at = chats.indexOf(this.selected);
    this.select(chats[(at + by + chats.length) % chats.length]);
  }

  write(/** @type {"say" | "note"} */ mode) {
    this.show("chat");
    this.conversations.panel?.setMode(mode, true);
  }

  /** Which part a narrow page shows; the wall takes the place of the conversations on every page. */
  show(/** @type {import("./views.js").View} */ view) {
    this.views.show(view);
  }

  #viewed(view, was) {
    if (view === "wall" || was === "wall") this.actions.watchWall(view === "wall");
    this.changed();
  }

  goToChats() {
    this.show("people");
    /** @type {HTMLElement | null} */ (this.people.lists.querySelector("button"))?.focus();
  }

  goToInbox() {
    location.assign("/inbox");
  }

  openPalette() {
    openPalette(this, this.commands);
  }

  openShortcuts() {
    openShortcutList(this.commands);
  }
}

followMyTurn();
new Console(/** @type {HTMLElement} */ (document.getElementById("main")));
