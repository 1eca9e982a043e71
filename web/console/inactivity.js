/**
 * Whether the agent has been in front of the console for a while and has touched nothing. A page that is out of sight tells
 * nothing about its agent, who may work elsewhere: only time in sight counts.
 */
import { silence } from "../shared/signs-of-life.js";

const LOOK_EVERY = 1000; // milliseconds

/**
 * Looks for as long as the page lives.
 * @param {number} seconds
 * @param {() => void} act called at every look while nobody has touched anything for so long
 */
export function watchInactivity(seconds, act) {
  let shownAt = Date.now();
  document.addEventListener("visibilitychange", () => (shownAt = Date.now()));
  setInterval(() => {
    if (!document.hidden && Math.min(silence(), Date.now() - shownAt) >= seconds * 1000) act();
  }, LOOK_EVERY);
}
