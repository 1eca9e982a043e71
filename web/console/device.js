/**
 * The agent's device: its screen stays awake while a chat is open, and a phone that hides the page is asked about it after.
 */
import { n, t } from "../shared/i18n.js";
import { notice } from "./notices.js";

const LONG = 10_000; // ms of a hidden page after which the visitors may have noticed

/** @type {WakeLockSentinel | null} */
let lock = null;
let isAsking = false;
let open = 0;
let hiddenSince = 0;

/** Tells how many chats are open; keeps the screen awake while there is one and the page is in sight. */
export async function keepAwake(/** @type {number} */ chats) {
  open = chats;
  if (isAsking || !navigator.wakeLock) return;
  isAsking = true;
  if (!open) await letSleep();
  else if (!document.hidden && (!lock || lock.released)) {
    lock = await navigator.wakeLock.request("screen").catch(() => null); // a low battery may refuse
    if (!open) await letSleep();
  }
  isAsking = false;
}

async function letSleep() {
  await lock?.release();
  lock = null;
}

/**
 * A phone takes the network from a hidden page. Whoever comes back to open chats is offered to hand them over.
 * @param {() => void} handOver
 */
export function watchHiding(handOver) {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      hiddenSince = Date.now();
      return;
    }
    keepAwake(open);
    const isPhone = matchMedia("(hover: none) and (pointer: coarse)").matches;
    if (!open || !isPhone || Date.now() - hiddenSince < LONG) return;
    const words = n("{count} chat was open while this page was hidden.",
      "{count} chats were open while this page was hidden.", open);
    notice(words, { label: t("Hand over"), run: handOver });
  });
}
