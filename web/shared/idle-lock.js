/**
 * Locks an agent's session after a while in which nobody has touched any of its pages: the server forgets the session until
 * the password is given again. Pages of one browser tell each other of every sign of life.
 */

const form = /** @type {HTMLFormElement} */ (document.getElementById("idle-lock"));
const limit = Number(form.dataset.seconds) * 1000;
const siblings = new BroadcastChannel("livesupport-idle");
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];
const TELL_EVERY = 1000; // milliseconds between two words to the siblings, and between two looks

let last = Date.now();
let told = 0;

for (const sign of SIGNS) addEventListener(sign, notice, { passive: true });
siblings.addEventListener("message", () => (last = Date.now()));
setInterval(look, TELL_EVERY);

function notice() {
  last = Date.now();
  if (last - told < TELL_EVERY) return;
  told = last;
  siblings.postMessage("alive");
}

/** A page that slept, as on a closed laptop, is locked at its first look: the clock has gone on. */
function look() {
  if (Date.now() - last < limit) return;
  /** @type {HTMLInputElement} */ (form.elements.namedItem("next")).value = location.pathname;
  form.submit();
}
