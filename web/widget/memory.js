/**
 * What a reload may find: the chat's token, and how far it was read, in this tab's sessionStorage; never a text. Tabs of the
 * same site tell each other their token, so that all of them show one chat, and know the newest: older ones open it no more.
 */
import { page } from "../shared/page.js";

const KEY = `livesupport:${page.site?.id}`;
const TIP = `${KEY}:tip`;
const UNWANTED = `${KEY}:erase`;
/** Milliseconds. */
const SIBLINGS_ANSWER_WITHIN = 300;

/** @typedef {{token: string, chat?: string}} Held a token, and what it opens if this page has heard of that */

/** @type {BroadcastChannel | undefined} */
let siblings;
/** @type {Storage | undefined} */
let storage;
// A browser may deny a frame the second of them, or both.
try {
  siblings = new BroadcastChannel(KEY);
  storage = sessionStorage;
} catch {}

/** Whether this tab can keep the token; without it a reload ends the chat. */
export const survivesReload = Boolean(storage);

const kept = storage?.getItem(KEY);
/** @type {Held | null} */
let held = kept ? { token: kept } : null;

/** The token of the chat that is going on, if there is one. */
export const recall = () => held?.token;

/** Keeps a token, and tells the other tabs; with null it is forgotten. */
export function remember(/** @type {Held | null} */ value) {
  if (value && value.token !== recall()) siblings?.postMessage(value);
  keep(value);
}

/** The token of the last chat, also when it is over: whose chat was saved may say how to be answered. */
export let last = kept;

function keep(/** @type {Held | null} */ value) {
  held = value;
  last = recall() ?? last;
  store(KEY, recall());
  if (!held) store(TIP);
}

function store(/** @type {string} */ key, /** @type {string | null} */ value = "") {
  if (value) storage?.setItem(key, value);
  else storage?.removeItem(key);
}

/** The token of a chat that is in no page any more, and is erased as soon as its server can be told (`erase.js`). */
export let unwanted = storage?.getItem(UNWANTED);

/** Keeps it; with null the chat is erased. */
export function unwant(/** @type {string | null | undefined} */ token) {
  unwanted = token;
  store(UNWANTED, token);
}

/** Nobody may go on with the chat of this page; its token is unwanted. */
export function giveUp() {
  unwant(recall() ?? unwanted);
  remember(null);
  last = null;
}

/** Keeps the place of the last line that was here, so that a server which lost its memory can tell what nobody holds. */
export function rememberTip(/** @type {{epoch: number, seq: number}} */ { epoch, seq }) {
  if (held) store(TIP, JSON.stringify({ epoch, seq }));
}

/** That place, or null. */
export function recallTip() {
  return JSON.parse(storage?.getItem(TIP) || "null");
}

/**
 * Asks the other tabs for a chat that is going on, or for a newer token of this one; resolves at once when there is a token, or
 * when one of them answers, or after 300 ms. A page in one chat is not drawn into another.
 * @param {() => void} onFirst called when a page that knew of no chat has learned of one
 * @returns {Promise<void>}
 */
export function askSiblings(onFirst) {
  return new Promise((resolve) => {
    siblings?.addEventListener("message", ({ data }) => {
      if (data.asks && held) siblings?.postMessage(held);
      if (!data.token || unwanted || (held?.chat && held.chat !== data.chat)) return;
      const isFirst = !held;
      keep(data);
      if (isFirst) onFirst();
      resolve();
    });
    siblings?.postMessage({ asks: true });
    setTimeout(resolve, held ? 0 : SIBLINGS_ANSWER_WITHIN);
  });
}
