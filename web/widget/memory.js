/**
 * What a reload may find: the chat's token, and how far it was read, in this tab's sessionStorage; never a text. Other tabs
 * of the same site are asked for their token, so that all of them show one chat.
 */
import { page } from "../shared/page.js";

const KEY = `livesupport:${page.site?.id}`;
const TIP = `${KEY}:tip`;
const SIBLINGS_ANSWER_WITHIN = 300; // ms

/** @type {string | null} */
let token = null;

/** Whether this tab can keep the token; without it a reload ends the chat. */
export const survivesReload = (() => {
  try {
    token = sessionStorage.getItem(KEY);
    return true;
  } catch {
    return false;
  }
})();

const siblings = "BroadcastChannel" in self ? new BroadcastChannel(KEY) : null;

/** The token of the chat that is going on, or null. */
export const recall = () => token;

/** Keeps a token; with null it is forgotten. */
export function remember(/** @type {string | null} */ value) {
  const isNews = value && value !== token;
  token = value;
  if (isNews) siblings?.postMessage({ token });
  if (!survivesReload) return;
  if (token) return sessionStorage.setItem(KEY, token);
  sessionStorage.removeItem(KEY);
  sessionStorage.removeItem(TIP);
}

/** Keeps the place of the last line that was here, so that a server which lost its memory can tell what nobody holds. */
export function rememberTip(/** @type {{epoch: number, seq: number}} */ { epoch, seq }) {
  if (survivesReload && token) sessionStorage.setItem(TIP, JSON.stringify({ epoch, seq }));
}

/** That place, or null. */
export function recallTip() {
  return JSON.parse((survivesReload && sessionStorage.getItem(TIP)) || "null");
}

/**
 * Asks the other tabs for a chat that is going on; resolves when one answers, or after 300 ms.
 * @param {() => void} onLater a sibling has begun a chat since; `recall()` knows its token
 */
export async function askSiblings(onLater) {
  let isLater = false;
  await new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    siblings?.addEventListener("message", ({ data }) => {
      if (data.asks && token) siblings.postMessage({ token });
      if (!data.token || token) return;
      remember(data.token);
      if (isLater) onLater();
      resolve();
    });
    if (token || !siblings) return resolve();
    siblings.postMessage({ asks: true });
    setTimeout(resolve, SIBLINGS_ANSWER_WITHIN);
  });
  isLater = true;
}
