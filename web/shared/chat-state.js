/**
 * One chat as a page sees it: a pure reducer from frames (and a few words of the page's own) to a small value.
 * It touches neither socket nor document nor clock: `now` is handed in, in seconds of any steady clock.
 *
 *   let chat = newChat("visitor");
 *   chat = reduce(chat, frame, now);                                       // every push of the server, unknown ones too
 *   chat = reduce(chat, { t: "own", id, text, ref }, now);                 // the page says something: shown as sending
 *   chat = reduce(chat, { t: "resend", id }, now);                         // one message again; without id: all unsent
 *   chat = reduce(chat, { t: "discard", id }, now);                        // give up a message that was not sent
 *   chat = reduce(chat, { t: "look" }, now);                               // everything received was seen by the reader
 *   chat = reduce(chat, { t: "tick" }, now);                               // at `nextTick(chat)`: expire what is old
 */

const ACK_WITHIN = 10;
const TYPING_SHOWN = 6;

/**
 * @typedef {import("./protocol.js").Line} Line
 * @typedef {import("./protocol.js").Frame} Frame
 *
 * @typedef {object} Own A message of this page that the server has not acknowledged.
 * @property {string} id
 * @property {"say" | "note"} kind
 * @property {string} text
 * @property {number} ref
 * @property {number} since when it was last sent
 * @property {"sending" | "unsent" | "refused"} status `unsent`: no acknowledgement in 10 s
 * @property {string} [code] the RefusalCode of a refused one
 *
 * @typedef {object} ChatState
 * @property {"visitor" | "agent"} me which side this page is
 * @property {string} chat the chat's id, "" until it is known
 * @property {Line[]} lines in order of (epoch, seq), each once
 * @property {any[]} notes private notes (agents only), in order of their seq
 * @property {Own[]} own in the order they were written
 * @property {{epoch: number, seq: number, seal?: string}} tip the last line before which nothing is missing: for the hello
 * @property {boolean} gap a line is missing: reconnect, the hello's tip brings it
 * @property {number} seen seq of the last line that the reader has seen
 * @property {{received: number, seen: number}} peer how far the other side has received and seen
 * @property {number | null} typingUntil the other side is typing, until then
 * @property {any} info the latest `chat` push: the chat's small state, or null
 * @property {number} infoAt when it came; see `remaining`
 * @property {string | null} erased the EndReason once the server has forgotten the chat
 */

/**
 * @param {"visitor" | "agent"} me
 * @param {string} [chat]
 * @returns {ChatState}
 */
export function newChat(me, chat = "") {
  return {
    me, chat, lines: [], notes: [], own: [], tip: { epoch: 0, seq: 0 }, gap: false, seen: 0,
    peer: { received: 0, seen: 0 }, typingUntil: null, info: null, infoAt: 0, erased: null,
  };
}

/**
 * The state after a frame. Frames of another chat and kinds it does not know change nothing: the same object comes back.
 * @param {ChatState} state
 * @param {Frame} frame
 * @param {number} now seconds
 * @returns {ChatState}
 */
export function reduce(state, frame, now) {
  const change = changes[frame.t];
  if (!change || (frame.chat && state.chat && frame.chat !== state.chat)) return state;
  return { ...state, ...change(state, frame, now) };
}

/** What a message line of this side has reached: "sent", "delivered" (the other page has it) or "seen". */
export function delivery(/** @type {ChatState} */ { peer }, /** @type {Line} */ line) {
  if (line.seq <= peer.seen) return "seen";
  return line.seq <= peer.received ? "delivered" : "sent";
}

/**
 * The lines to be shown. A message that was sent again because its line was lost with the server may have two: the first counts.
 * @param {ChatState} state
 */
export function shownLines({ lines }) {
  const name = (/** @type {any} */ { by, agent, id }) => `${by} ${agent} ${id}`;
  const first = new Map([...lines].reverse().map((line) => [name(line), line]));
  return lines.filter((line) => !line.id || first.get(name(line)) === line);
}

/** How many messages of the other side the reader has not seen. */
export function unread(/** @type {ChatState} */ state) {
  const { me, seen } = state;
  return shownLines(state).filter((line) => isSpeech(line) && line.by !== me && line.seq > seen).length;
}

/** Whether a line is something that a person said; the others tell what happened to the chat. */
export function isSpeech(/** @type {Line} */ { kind }) {
  return kind === "message" || kind === "opened";
}

/** Seconds left of a countdown in the state push (`armed_in`, `erases_in` …), never below 0; null when it does not run. */
export function remaining(/** @type {ChatState} */ { info, infoAt }, /** @type {string} */ field, /** @type {number} */ now) {
  const left = info?.[field];
  return left === null || left === undefined ? null : Math.max(0, infoAt + left - now);
}

/** Messages to send again, with the same ids, after a reconnect; `reduce(…, {t: "resend"})` goes with it. */
export function toResend(/** @type {ChatState} */ { own }) {
  return own.filter((message) => message.status !== "refused");
}

/** When the next `tick` is due, in the clock of `now`; null when nothing expires. */
export function nextTick(/** @type {ChatState} */ { own, typingUntil }) {
  const deadlines = own.filter((message) => message.status === "sending").map((message) => message.since + ACK_WITHIN);
  if (typingUntil !== null) deadlines.push(typingUntil);
  return deadlines.length ? Math.min(...deadlines) : null;
}

/** @type {Record<string, (state: ChatState, frame: Frame, now: number) => Partial<ChatState>>} */
const changes = {
  line(state, line) {
    const { chat = "", ...place } = addLines(state, [/** @type {any} */ (line)]);
    const spoke = isSpeech(/** @type {any} */ (line)) && line.by !== state.me;
    return { ...place, chat: state.chat || chat, ...(spoke && { typingUntil: null }) };
  },

  lines(state, { chat, reset }) {
    return { chat: state.chat || chat, ...(reset && { lines: [], gap: false, tip: { epoch: 0, seq: 0 } }) };
  },

  note(state, note) {
    if (state.notes.some((known) => place(known) === place(note))) return {};
    const notes = [...state.notes, note].sort(byPlace);
    return { notes, own: state.own.filter((message) => message.id !== note.id) };
  },

  typing(state, { by, on = true }, now) {
    return by === state.me ? {} : { typingUntil: on ? now + TYPING_SHOWN : null };
  },

  receipt(state, { by, received, seen }) {
    if (by === state.me) return { seen: Math.max(state.seen, seen) };
    return { peer: { received: Math.max(state.peer.received, received), seen: Math.max(state.peer.seen, seen) } };
  },

  chat(state, info, now) {
    const quiet = info.status !== "active" || info.agent_gone || info.visitor_gone || info.agent !== state.info?.agent;
    return { chat: info.chat, info, infoAt: now, erased: null, ...(quiet && { typingUntil: null }) };
  },

  erased(state, { reason }) {
    return { erased: reason, typingUntil: null };
  },

  refused(state, { ref, code }) {
    return { own: state.own.map((mine) => (mine.ref === ref ? { ...mine, status: "refused", code } : mine)) };
  },

  own(state, { id, text, ref, kind = "say" }, now) {
    return { own: [...state.own, { id, kind, text, ref, since: now, status: "sending" }] };
  },

  resend(state, { id }, now) {
    const again = new Set(id ? [id] : toResend(state).map((message) => message.id));
    return { own: state.own.map((mine) => (again.has(mine.id) ? { ...mine, since: now, status: "sending" } : mine)) };
  },

  discard(state, { id }) {
    return { own: state.own.filter((message) => message.id !== id) };
  },

  look(state) {
    return { seen: state.tip.seq };
  },

  tick(state, _, now) {
    const late = (/** @type {Own} */ mine) => mine.status === "sending" && now >= mine.since + ACK_WITHIN;
    return {
      own: state.own.some(late) ? state.own.map((mine) => (late(mine) ? { ...mine, status: "unsent" } : mine)) : state.own,
      typingUntil: state.typingUntil !== null && now >= state.typingUntil ? null : state.typingUntil,
    };
  },
};

/**
 * Puts lines in their places, each once, and takes those messages from `own` that are acknowledged by them.
 * @param {ChatState} state
 * @param {Line[]} fresh
 * @returns {Partial<ChatState>}
 */
function addLines({ lines, own, me, tip }, fresh) {
  const known = new Set(lines.map(place));
  const added = fresh.filter((line) => !known.has(place(line)));
  if (!added.length) return {};
  const acknowledged = new Set(added.filter((line) => line.by === me && line.id).map((line) => line.id));
  const all = [...lines, ...added].sort(byPlace);
  const last = unbroken(all, tip);
  return {
    chat: added[0].chat,
    lines: all,
    own: acknowledged.size ? own.filter((message) => !acknowledged.has(message.id)) : own,
    gap: byPlace(last, /** @type {Line} */ (all.at(-1))) !== 0,
    tip: last === tip ? tip : { epoch: last.epoch, seq: last.seq, ...(last.seal && { seal: last.seal }) },
  };
}

const place = (/** @type {{epoch: number, seq: number}} */ { epoch, seq }) => `${epoch}.${seq}`;

/** @param {{epoch: number, seq: number}} a @param {{epoch: number, seq: number}} b */
const byPlace = (a, b) => a.epoch - b.epoch || a.seq - b.seq;

/**
 * The last line before which nothing is missing, from `tip` on: numbers of one epoch follow one another.
 * @param {Line[]} lines
 * @param {Line | {epoch: number, seq: number}} tip
 */
function unbroken(lines, tip) {
  let last = tip;
  for (const line of lines) {
    if (byPlace(line, last) > 0 && (line.epoch !== last.epoch || line.seq === last.seq + 1)) last = line;
  }
  return /** @type {Line} */ (last);
}
