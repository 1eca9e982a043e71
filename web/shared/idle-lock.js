/**
 * Locks an agent's session after a while in which nobody has touched any of its pages: the server forgets the session until
 * the password is given again.
 */
import { silence } from "./signs-of-life.js";

const form = /** @type {HTMLFormElement} */ (document.getElementById("idle-lock"));
const limit = Number(form.dataset.seconds) * 1000;
const LOOK_EVERY = 1000; // milliseconds

setInterval(look, LOOK_EVERY);

/** A page that slept, as on a closed laptop, is locked at its first look. */
function look() {
  if (silence() < limit) return;
  /** @type {HTMLInputElement} */ (form.elements.namedItem("next")).value = location.pathname + location.search;
  form.submit();
}
