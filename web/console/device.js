/**
 * The agent's device: its screen stays awake while a chat is open, and a phone that hides the page is asked about it after.
 */
import { n, t } from "../shared/i18n.js";
import { notice } from "./notices.js";

let lock = null;
let open = 0;

/** Tells how many chats are open; keeps the screen awake while there is one and the page is in sight. */
export async function keepAwake(/** @type {number} */ chats) {
  open = chats;
  if (!chats) {
    await lock?.release();
    lock = null;
  } else if (!document.hidden && navigator.wakeLock && (!lock || lock.released)) {
    lock = await navigator.wakeLock.request("screen").catch(() => null); // a low battery may refuse
  }
}

/**
 * A phone takes the network from a hidden page. Whoever comes back to open chats is offered to hand them over.
 * @param {() => void} handOver
 */
export function watchHiding(handOver) {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    keepAwake(open);
    if (!open || !matchMedia("(hover: none) and (pointer: coarse)").matches) return;
    notice(n("{count} chat was open while this page was hidden.", "{count} chats were open while this page was hidden.", open), {
      label: t("Hand over"),
      run: handOver,
    });
  });
}
