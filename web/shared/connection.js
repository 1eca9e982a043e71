/**
 * A socket that comes back: it says hello, hears frames, and after a loss tries again for as long as the page lives.
 * A line that is dead without a word is found by a ping. Only a 44xx code ends it. What is lost in between is asked for by the
 * hello (its tip), not remembered here.
 */
import { SUBPROTOCOL, mayReturn } from "./protocol.js";

const STEPS = [0.5, 1, 2, 4, 8, 15]; // seconds before each try; the last one for ever
const JITTER = 0.3;
const ANSWER_WITHIN = 10; // seconds of silence after a frame that has an answer: the connection is dead
const QUIET = 45; // seconds without a frame after which the other end is asked whether it is there

/**
 * Seconds to wait before the next try.
 * @param {number} tries how many have failed so far, from 0
 * @param {number} random from 0 to 1
 */
export function backoff(tries, random) {
  return STEPS[Math.min(tries, STEPS.length - 1)] * (1 + JITTER * (2 * random - 1));
}

/** A frame; a sealed one also keeps its very text, for `records.js`. */
function read(/** @type {string} */ raw) {
  const frame = JSON.parse(raw);
  return frame.seal ? { ...frame, raw } : frame;
}

/**
 * @typedef {object} ConnectionState
 * @property {"connecting" | "open" | "waiting" | "closed"} state `open`: the server has welcomed us. `waiting`: lost, the
 *   next try comes by itself. `closed`: for good, by `close()` or by a 44xx code
 * @property {number} [code] the close code that led to `waiting` or `closed`
 * @property {number} [tries] failed tries since it was last open
 */

/** One connection to `/ws/visitor` or `/ws/agent`. Nothing happens before `start()`. */
export class Connection {
  /** @type {ConnectionState} */
  state = { state: "closed" };

  /**
   * @param {object} options
   * @param {string} options.path of the socket on this origin
   * @param {() => import("./protocol.js").Frame} options.hello makes the first frame of every new socket (with its tip)
   * @param {(frame: import("./protocol.js").Frame) => void} options.onFrame hears every frame, `welcome` included
   * @param {(state: ConnectionState) => void} options.onState hears every change; `open` comes before the welcome frame
   */
  constructor({ path, hello, onFrame, onState }) {
    this.url = new URL(path, location.href);
    this.url.protocol = this.url.protocol.replace("http", "ws");
    this.hello = hello;
    this.onFrame = onFrame;
    this.onState = onState;
    this.tries = 0;
    this.resumeAfter = null;
    this.asked = false;
    addEventListener("online", () => this.restart());
    addEventListener("pageshow", (event) => event.persisted && this.restart());
    document.addEventListener("visibilitychange", () => document.hidden || this.retry());
  }

  /** Connects; does nothing when it is connected or trying already. */
  start() {
    if (this.state.state === "closed") this.#connect();
  }

  /**
   * Sends a frame now.
   * @param {import("./protocol.js").Frame} frame
   * @param {{answered?: boolean}} [options] `answered`: the server answers this frame, so 10 s of silence mean a dead line
   * @returns {boolean} false when there is no open connection; the frame is not kept then
   */
  send(frame, { answered = false } = {}) {
    if (this.state.state !== "open") return false;
    this.#write(frame, answered);
    return true;
  }

  /** Tries at once when it waits for its next try; asks for a sign of life when it is open. */
  retry() {
    if (this.state.state === "waiting") this.#connect();
    else if (this.pings) this.send({ t: "ping" }, { answered: true });
  }

  /** Drops the socket and makes a new one: after a gap in the lines, or when the network has changed. */
  restart() {
    if (this.state.state !== "closed") this.#connect();
  }

  /** Ends the connection for good. `start()` makes a new one. */
  close() {
    this.#drop();
    this.#tell({ state: "closed" });
  }

  #connect() {
    this.#drop();
    this.#tell({ state: "connecting", tries: this.tries });
    const socket = new WebSocket(this.url, SUBPROTOCOL);
    this.socket = socket;
    this.#expectAnswer();
    // A socket that was dropped may still call back; only the present one is listened to.
    socket.onopen = () => socket === this.socket && this.#write(this.hello(), true);
    socket.onmessage = (event) => socket === this.socket && this.#hear(read(event.data));
    socket.onclose = (event) => socket === this.socket && this.#lost(event.code);
  }

  /** @param {import("./protocol.js").Frame} frame */
  #hear(frame) {
    this.asked = false;
    this.#listen(QUIET, () => this.retry());
    if (frame.t === "welcome") {
      this.pings = frame.commands?.includes("ping");
      this.tries = 0;
      this.resumeAfter = null;
      this.#tell({ state: "open" });
    }
    if (frame.t === "going_away") this.resumeAfter = frame.resume_after;
    this.onFrame(frame);
  }

  /** @param {number} code */
  #lost(code) {
    this.#drop();
    if (!mayReturn(code)) return this.#tell({ state: "closed", code });
    const wait = this.resumeAfter ?? backoff(this.tries, Math.random());
    this.resumeAfter = null;
    this.tries += 1;
    this.next = setTimeout(() => this.#connect(), wait * 1000);
    this.#tell({ state: "waiting", code, tries: this.tries });
  }

  #write(/** @type {object} */ frame, /** @type {boolean} */ answered) {
    this.socket?.send(JSON.stringify(frame));
    if (answered) this.#expectAnswer();
  }

  #expectAnswer() {
    if (this.asked) return;
    this.asked = true;
    this.#listen(ANSWER_WITHIN, () => this.#lost(1006));
  }

  /** @param {number} seconds of silence, after which it acts @param {() => void} act */
  #listen(seconds, act) {
    clearTimeout(this.silence);
    this.silence = setTimeout(act, seconds * 1000);
  }

  #drop() {
    clearTimeout(this.next);
    clearTimeout(this.silence);
    this.asked = false;
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  /** @param {ConnectionState} state */
  #tell(state) {
    this.state = state;
    this.onState(state);
  }
}
