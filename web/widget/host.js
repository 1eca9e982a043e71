/**
 * The line to the loader on the customer's page: exact origin both ways, and nothing of what is said goes over it.
 */
import { page } from "../shared/page.js";

const address = new URLSearchParams(location.hash.slice(1));
const origin = address.get("origin") ?? "";
const isFramed = parent !== window && page.origins?.includes(origin);

/** The theme that the page asks for: "light", "dark" or "". */
export const theme = address.get("theme") ?? "";

/** Tells the host page. `type` is an event of the script API, or "loaded" and "close" for the loader itself. */
export function tell(/** @type {string} */ type, /** @type {unknown} */ detail) {
  if (isFramed) parent.postMessage({ livesupport: 1, type, detail }, origin);
}

/** What it was told last, by event. @type {Record<string, unknown>} */
const told = { unread: 0 };

/** Tells the host page how things stand, each thing only when it has changed. @param {Record<string, unknown>} news by event */
export function tellNews(news) {
  for (const [type, value] of Object.entries(news)) {
    if (told[type] === value) continue;
    told[type] = value;
    if (value !== undefined) tell(type, value);
  }
}

/**
 * Hears the host page: `handlers[type](message)`. Other windows, origins and kinds of message are ignored.
 * @param {Record<string, (message: any) => void>} handlers
 */
export function listen(handlers) {
  addEventListener("message", ({ data, source, origin: from }) => {
    if (!isFramed || source !== parent || from !== origin || data?.livesupport !== 1) return;
    if (Object.hasOwn(handlers, data.type)) handlers[data.type](data);
  });
  tell("loaded");
}
