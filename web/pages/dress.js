/**
 * What markup of the server gains in the browser: icons are drawn, times told in the reader's zone. Also for parts of a page
 * that are fetched later.
 */
import { ago, until } from "../shared/ago.js";
import "../shared/more-icons.js";
import { icon } from "../shared/icons.js";
import { clock, moment } from "../shared/time.js";

/** @param {ParentNode} root the page, or a part that is new in it */
export function dress(root) {
  for (const place of root.querySelectorAll("[data-icon]")) {
    place.replaceWith(icon(/** @type {HTMLElement} */ (place).dataset.icon || ""));
  }
  tellTimes(root);
}

/** The server writes UTC; here it becomes "4 min ago" or the date, with the exact moment on hover. */
export function tellTimes(/** @type {ParentNode} */ root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const at = Date.parse(/** @type {HTMLTimeElement} */ (time).dateTime) / 1000;
    const toCome = at > Date.now() / 1000 + 60;
    if (time.hasAttribute("data-due")) time.textContent = until(at);
    else time.textContent = time.hasAttribute("data-clock") ? clock(at) : toCome ? moment(at) : ago(at);
    time.setAttribute("title", moment(at));
  }
}
