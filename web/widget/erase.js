/**
 * Sees to it that the server erases a chat which the page shows no more: now, or as soon as it can be reached, also from the next
 * page of this tab. Loaded when the host page says that the person is gone.
 */
import { Connection } from "../shared/connection.js";
import { page } from "../shared/page.js";
import * as host from "./host.js";
import { unwant, unwanted } from "./memory.js";

/** @type {Connection | undefined} */
let connection;

/** Begins with the chat that memory.js holds as unwanted. */
export function erase() {
  connection?.close();
  connection = new Connection({ path: page.socket, hello, onFrame, onState: () => {} });
  connection.start();
}

function hello() {
  return { t: "hello", site: page.site.id, token: unwanted };
}

function onFrame(/** @type {any} */ { t, token, resumed, restoring, reason, code }) {
  if (t === "token") unwant(token);
  // A server that was restarted may get the chat back from its agent; then there is something to erase.
  if ((t === "welcome" && resumed) || t === "chat") connection?.send({ t: "end" }, { answered: true });
  if (t === "erased") host.tell("end", { reason });
  if (t === "erased" || code === "not_restored" || (t === "welcome" && !resumed && !restoring)) {
    unwant(null);
    connection?.close();
  }
}
