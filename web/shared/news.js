/**
 * The news of `/ws/news`: that a ticket has changed, without its content. A page that hears of it asks the server again.
 */
import { Connection } from "./connection.js";

/**
 * Follows the news for as long as the page lives; lost connections come back by themselves.
 * @param {(news: import("./protocol.js").Frame) => void} hear hears `ticket_changed`, `requests_changed` and `people`, and
 *   `missed` when something may have changed before the connection was there, since the page was made or the last one was lost
 * @param {object} [options]
 * @param {"agent" | "requester"} [options.who] as whom the page is signed in
 * @param {() => string} [options.token] a requester's secret, for a page in another site's frame, which has no cookies
 * @param {(state: import("./connection.js").ConnectionState) => void} [options.onState] `closed` with 4401: signed out
 * @returns {{watch(number: string, doing: "viewing" | "drafting" | "left"): void, close(): void}} `watch` tells colleagues
 *   what this page does with a ticket, and is told again after a loss
 */
export function follow(hear, { who = "agent", token, onState = () => {} } = {}) {
  /** @type {Map<string, string>} */
  const watched = new Map();
  let isFirst = true;
  const connection = new Connection({ path: "/ws/news", hello, onFrame, onState });
  connection.start();
  return { watch, close: () => connection.close() };

  function hello() {
    return { t: "hello", who, ...(token && { token: token() }), ...(isFirst && { age: performance.now() / 1000 }) };
  }

  function onFrame(/** @type {import("./protocol.js").Frame} */ frame) {
    if (frame.t !== "welcome") return hear(frame);
    for (const [number, doing] of watched) connection.send({ t: "watch", number, doing });
    isFirst = false;
    if (frame.missed) hear({ t: "missed" });
  }

  function watch(/** @type {string} */ number, /** @type {"viewing" | "drafting" | "left"} */ doing) {
    if (watched.get(number) === doing) return;
    if (doing === "left") watched.delete(number);
    else watched.set(number, doing);
    connection.send({ t: "watch", number, doing });
  }
}
