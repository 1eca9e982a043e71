/**
 * The panel: what the visitor does becomes commands, what the server says becomes the state, and the state is drawn.
 */
import { newChat, nextTick, reduce, toResend, unread } from "../shared/chat-state.js";
import { Connection } from "../shared/connection.js";
import { language, t } from "../shared/i18n.js";
import { page } from "../shared/page.js";
import { newId } from "../shared/protocol.js";
import * as host from "./host.js";
import { askSiblings, giveUp, recall, recallTip, remember, rememberTip, survivesReload, unwanted } from "./memory.js";
import { View, screenOf } from "./view.js";

const RECEIPT_AFTER = 300; // ms; receipts are cumulative, so a burst of lines needs one
const LOST_AFTER = 1500; // ms; most losses are over before anybody needs to know

/** What begins anew with each chat. */
const fresh = {
  wish: "chat", wantsForm: false, requested: "", request: "", asksChannel: true, problem: "", image: false, confirmErase: false, rated: false, hadAgent: false,
  restoring: false,
};

/** Everything that is drawn. What people say lives here, in the memory of this page, and nowhere else. */
const state = {
  ...fresh,
  chat: newChat("visitor"),
  connection: /** @type {import("../shared/connection.js").ConnectionState} */ ({ state: "connecting" }),
  welcome: /** @type {any} */ (null),
  service: /** @type {any} */ (null),
  isLost: false,
  hostPage: "",
  writing: false, // the full form of a request
  forgetful: !survivesReload,
  isOpen: parent === window,
};

/** The start or request that has no answer yet; after a reconnect it is sent again under the same id. @type {any} */
let pending = null;
let lastRef = 0;
let isLeaving = false;
/** "End and erase" was sent and is not confirmed: whatever becomes of the connection, the text must not stay. */
let isErasing = false;
/** Whom the host page vouches for. @type {any} */
let user = null;
/** @type {typeof import("./person.js") | null} */
let person = null;
/** Chats that this page has left behind: what is still told of them is not for it. */
const left = new Set();
let receipt = { received: 0, seen: 0 };
/** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */
const timers = {};

const now = () => performance.now() / 1000;
const connection = new Connection({ path: page.socket, hello, onFrame: hear, onState });
const view = new View(act, { onSubmit, onSend: say, onTyping });

// ── what the server says ────────────────────────────────────────────────────────────────────────────────────────────

function hello() {
  const { tip } = state.chat;
  const token = recall();
  const remembered = recallTip();
  return {
    t: "hello", site: page.site.id, language, hidden: document.hidden, mobile: matchMedia("(pointer: coarse)").matches,
    ...(token && { token }), ...(tip.seq > 0 && { tip }), ...(token && remembered && { remembered }),
  };
}

function onState(/** @type {import("../shared/connection.js").ConnectionState} */ connected) {
  state.connection = connected;
  if (connected.state !== "open") timers.lost ??= setTimeout(onLost, LOST_AFTER);
  else {
    clearTimeout(timers.lost);
    timers.lost = undefined;
    state.isLost = false;
  }
  update();
}

function onLost() {
  state.isLost = true;
  update();
}

function hear(/** @type {import("../shared/protocol.js").Frame} */ frame) {
  if (frame.chat && left.has(frame.chat)) return;
  const before = state.chat;
  state.chat = reduce(before, frame, now());
  hears[frame.t]?.(frame, before);
  if (state.chat.gap && !before.gap) connection.restart();
  update();
}

/** @type {Record<string, (frame: any, before: import("../shared/chat-state.js").ChatState) => void>} */
const hears = {
  welcome(welcome) {
    state.welcome = welcome;
    view.form.limits = welcome.limits;
    view.composer.limit = welcome.limits.text;
    receipt = { received: 0, seen: 0 };
    state.restoring = Boolean(welcome.restoring);
    if (isErasing) eraseAgain(welcome);
    else if (recall() && !welcome.resumed && !welcome.restoring) chatIsGone();
    else if (welcome.resumed) resend();
    ask();
  },

  service(service) {
    state.service = service;
  },

  token: remember,

  /** The server has lost its memory: it gets back what this page holds, which after a reload is nothing. */
  async wanted({ chat, after = 0 }) {
    const { recordsOf } = await import("../shared/records.js");
    connection.send(recordsOf({ ...state.chat, chat }, after));
  },

  chat({ status }, before) {
    if (state.restoring) resend();
    state.restoring = false;
    pending = pending?.t === "start" ? null : pending;
    view.form.busy(false);
    if (!before.info && status !== "ended") host.tell("start");
    if (state.chat.info.ticket && !before.info?.ticket) host.tell("ticket", { number: state.chat.info.ticket });
  },

  line({ kind, by }) {
    rememberTip(state.chat.tip);
    fetchTheRest();
    if (kind === "message" && by === "agent") host.tell("message", { by });
  },

  erased({ reason }, before) {
    isErasing = false;
    remember(null);
    host.tell("end", { reason });
    state.hadAgent = before.lines.some((line) => line.kind === "assigned");
    if (reason === "visitor_erased") forget(before);
  },

  requested({ id, ticket }) {
    if (id !== pending?.id) return;
    pending = null;
    Object.assign(state, { requested: ticket, request: id });
    view.form.busy(false);
    view.form.write({ question: "" });
    host.tell("ticket", { number: ticket });
  },

  async refused({ ref, code, field, retry_after: seconds, challenge, bits }) {
    const mine = state.chat.own.find((message) => message.ref === ref);
    if (code === "not_restored") return chatIsGone();
    const asked = ref && ref === pending?.ref && pending;
    if (asked && bits && await (await import("./proof.js")).prove(challenge, bits, asked, view.form)) return ask();
    if (asked) pending = null;
    if (mine && code === "too_fast") setTimeout(act, seconds * 1000, "retry", mine.id);
    host.tell("error", { code });
    const { refusal } = await import("./refusals.js");
    view.refusal = refusal;
    if (asked) view.form.fail(refusal(code, seconds), field);
    else if (!mine) state.problem = refusal(code, seconds);
    update();
  },
};

/** What a chat may need later. Its own server may be gone by then, and the next one may be a newer program with other files. */
function fetchTheRest() {
  const rest = ["./after.js", "./erase.js", "./menu.js", "./notices.js", "./own-words.js", "./refusals.js"];
  for (const name of ["../shared/records.js", ...rest]) import(name);
}

/** The server does not know the chat any more: it lost its memory and nobody held enough, or this page was away for too long. */
function chatIsGone() {
  remember(null);
  const { restoring } = state;
  state.restoring = false;
  if (state.chat.info) state.chat = reduce(state.chat, { t: "erased", reason: restoring ? "lost" : "gone" }, now());
  else view.form.fail(restoring ? t("Our server was restarted and the chat is gone.") : t("Your last chat is over and was erased."));
}

/** Says it once more to a server that has the chat still. Any other has nothing to erase, and gets nothing back either. */
function eraseAgain(/** @type {{resumed?: boolean, restoring?: boolean}} */ { resumed, restoring }) {
  if (resumed) return end();
  hears.erased({ reason: "visitor_erased" }, state.chat);
  if (restoring) connection.restart();
}

/** "End and erase" means this page, too. @param {import("../shared/chat-state.js").ChatState} before */
function forget({ chat, info }) {
  left.add(chat);
  state.chat = { ...newChat("visitor"), erased: "visitor_erased", info: { ticket: info?.ticket } };
  state.confirmErase = false;
  view.composer.text = "";
  view.renewList();
  if (isLeaving) anew();
  else wipe();
}

/** Nothing that was typed stays. */
function wipe() {
  state.writing = false;
  view.steps = null;
  view.composer.text = "";
  view.form.write({ name: "", phone: "", topic: "", question: "" });
}

/** For the host page the chat is over, wherever it stands: this page forgets it now, the server as soon as it can be told. */
async function drop() {
  giveUp();
  pending = null;
  isErasing = false;
  anew();
  wipe();
  view.form.busy(false);
  connection.restart();
  update();
  await finish();
}

async function finish() {
  if (unwanted) (await import("./erase.js")).erase();
}

function resend() {
  for (const message of toResend(state.chat)) sendMessage(message);
  state.chat = reduce(state.chat, { t: "resend" }, now());
}

// ── what the visitor does ───────────────────────────────────────────────────────────────────────────────────────────

/** @param {Record<string, any>} values @param {"chat" | "request"} mode */
function onSubmit({ name, phone, topic, question }, mode) {
  if (mode === "chat" && state.wantsForm) anew();
  const about = { id: newId(), name, phone, question, topic, page: state.hostPage, language, ref: ++lastRef };
  pending = mode === "chat" ? { t: "start", ...about, utc_offset: -new Date().getTimezoneOffset() } : { t: "request", ...about };
  ask();
}

function ask() {
  if (pending) connection.send(pending, { answered: true });
}

function say(/** @type {string} */ text) {
  const message = { id: newId(), text, ref: ++lastRef };
  state.chat = reduce(state.chat, { t: "own", ...message }, now());
  sendMessage(message);
  update();
}

function sendMessage(/** @type {{id: string, text: string, ref: number}} */ { id, text, ref }) {
  connection.send({ t: "say", id, text, ref }, { answered: true });
}

function onTyping(/** @type {boolean} */ on) {
  connection.send(on ? { t: "typing" } : { t: "typing", on });
}

/** A command that is answered by the next state of the chat, or refused. @param {string} name */
function command(name) {
  const isSent = connection.send({ t: name, ref: ++lastRef }, { answered: true });
  state.problem = isSent ? "" : t("There is no connection right now. Please try again in a moment.");
  return isSent;
}

function end() {
  isErasing = command("end") || isErasing;
}

/** Back to the form; what was typed in it stays. */
function anew() {
  left.add(state.chat.chat);
  remember(null);
  receipt = { received: 0, seen: 0 };
  Object.assign(state, fresh, { chat: newChat("visitor") });
  isLeaving = false;
  view.renewList();
}

/** Sets fields of the state as an act. @param {Partial<typeof state>} fields */
const set = (fields) => () => Object.assign(state, fields);

/** @type {Record<string, (detail?: any) => void>} */
const acts = {
  save: () => command("save"),
  refuse: () => command("refuse"),
  undoEnd: () => command("undo_end"),
  keepWaiting: () => connection.send({ t: "keep_waiting" }),
  leave: () => ((isLeaving = true), end()),
  askErase: set({ confirmErase: true }),
  keep: set({ confirmErase: false }),
  erase: () => ((isLeaving = false), end()),
  image: set({ image: true }),
  imageRead: set({ image: false }),
  problemRead: set({ problem: "" }),
  noteRead: set({ forgetful: false }),
  channelRead: set({ asksChannel: false }),
  mode: () => (state.wish = view.form.mode === "chat" ? "request" : "chat"),
  anew,
  async request() {
    const { ownWords } = await import("./own-words.js");
    view.form.write({ question: ownWords(state.chat, view.composer.text) });
    Object.assign(state, { wantsForm: true, wish: "request" });
    update();
  },
  more: set({ writing: true }),
  back: set({ writing: false }),
  unreachable() {
    Object.assign(state, { writing: false, problem: t("This cannot be reached right now.") });
    view.form.fail(state.problem);
  },
  /** Whoever wrote the request while they waited leaves the line now. */
  sent() {
    view.form.write({ question: "" });
    if (/waiting|offered/.test(state.chat.info?.status)) acts.leave();
  },
  async copy() {
    const { saveCopy } = await import("./after.js");
    saveCopy(state);
  },
  rate(good) {
    state.rated = connection.send({ t: "rate", good });
    host.tell("rating", { good });
  },
  connect: () => (state.connection.state === "closed" ? connection.start() : connection.restart()),
  retry(id) {
    state.chat = reduce(state.chat, { t: "resend", id }, now());
    const message = state.chat.own.find((mine) => mine.id === id);
    if (message) sendMessage(message);
  },
  discard: (id) => (state.chat = reduce(state.chat, { t: "discard", id }, now())),
  close: () => host.tell("close"),
};

/** Carries out what the visitor has chosen, and shows what came of it. @param {string} name @param {any} [detail] */
function act(name, detail) {
  acts[name](detail);
  update();
}

// ── what follows from the state ─────────────────────────────────────────────────────────────────────────────────────

function update() {
  look();
  const ticket = state.requested || state.chat.info?.ticket;
  if (ticket) person?.claim(ticket, state.request);
  view.update(state);
  view.showTyping(state.chat.typingUntil === null ? null : (state.chat.info?.agent ?? ""));
  tellHost();
  clearTimeout(timers.tick);
  const due = nextTick(state.chat);
  if (due !== null) timers.tick = setTimeout(tick, Math.max(0, due - now()) * 1000 + 20);
}

function tick() {
  state.chat = reduce(state.chat, { t: "tick" }, now());
  update();
}

/** What is in sight of somebody who is here counts as seen. */
function look() {
  if (state.isOpen && !state.writing && !document.hidden && document.hasFocus()) state.chat = reduce(state.chat, { t: "look" }, now());
  const { tip, seen } = state.chat;
  if (tip.seq !== receipt.received || seen !== receipt.seen) timers.receipt ??= setTimeout(sendReceipt, RECEIPT_AFTER);
}

function sendReceipt() {
  timers.receipt = undefined;
  const { tip, seen, info, erased } = state.chat;
  if (info && !erased && connection.send({ t: "receipt", received: tip.seq, seen })) receipt = { received: tip.seq, seen };
}

function tellHost() {
  const { info } = state.chat;
  const screen = screenOf({ ...state, writing: false });
  const withoutChat = state.service?.state === "open" ? "idle" : "offline";
  const inChat = screen === "over" ? "ended" : info?.status === "active" ? "active" : "queued";
  // Before the server has said whether the chat of the former page goes on, the loader shall go by what it knows.
  const isKnown = info || (state.service && !recall());
  host.tellNews({
    ...(isKnown && { state: screen === "chat" || screen === "over" ? inChat : withoutChat }),
    position: screen === "chat" ? info.position : undefined,
    unread: unread(state.chat) + (person?.unread ?? 0),
  });
}

/** Somebody is there for whom the page's own site vouches. @param {Record<string, unknown>} vouched */
async function meet(vouched) {
  user = vouched;
  person = await import("./person.js");
  if (user === vouched) await person.signIn(user, view.top, update);
}

function wear(/** @type {string} */ theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

// ── beginning ───────────────────────────────────────────────────────────────────────────────────────────────────────

document.documentElement.style.setProperty("--accent", page.site.accent);
document.documentElement.style.setProperty("--accent-ink", page.site.accentInk);
wear(host.theme);
addEventListener("focus", update);
addEventListener("keydown", ({ key, isComposing }) => {
  if (key === "Escape" && !isComposing && !view.closeMenu()) host.tell("close");
});
document.addEventListener("visibilitychange", () => {
  connection.send({ t: "visibility", hidden: document.hidden });
  update();
});

host.listen({
  open({ page: address, focus }) {
    state.hostPage = address ?? "";
    state.isOpen = true;
    update();
    if (focus) view.focus();
  },
  close() {
    state.isOpen = false;
    if (["over", "requested"].includes(screenOf(state))) anew();
    update();
  },
  ask({ text }) {
    if (state.chat.info) view.composer.insert(String(text));
    else view.form.write({ question: text });
  },
  user({ user }) {
    view.form.write({ ...user });
    if (user?.sig) meet(user);
  },
  reset() {
    user = null;
    person?.signOut();
    drop();
  },
  theme: ({ theme }) => wear(theme),
  end: drop,
});

update();
finish();
await askSiblings(() => connection.restart());
connection.start();
