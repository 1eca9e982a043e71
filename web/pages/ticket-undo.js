/**
 * The seconds in which a reply can be taken back, counted. The server says how many are left, so no clock has to agree.
 */
import { n } from "../shared/i18n.js";

/** Begins to count wherever a reply still waits. @param {() => void} over called when one has gone out */
export function countDown(over) {
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.undo:not([data-counts])"))) {
    form.dataset.counts = "yes";
    const ends = performance.now() + Number(form.dataset.seconds) * 1000;
    const words = /** @type {HTMLElement} */ (form.querySelector(".when"));
    const tick = () => {
      const left = Math.ceil((ends - performance.now()) / 1000);
      if (!form.isConnected) return clearInterval(timer);
      if (left > 0) words.textContent = n("Sent in {count} second.", "Sent in {count} seconds.", left);
      else {
        clearInterval(timer);
        form.remove();
        over();
      }
    };
    const timer = setInterval(tick, 250);
    tick();
  }
}
