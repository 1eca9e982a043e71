/**
 * When anybody last touched one of the agent's pages in this browser. Pages tell each other of every sign of life.
 */
const siblings = new BroadcastChannel("livesupport-idle");
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];
const TELL_EVERY = 1000; // milliseconds between two words to the siblings

let last = Date.now();
let told = 0;

for (const sign of SIGNS) addEventListener(sign, notice, { passive: true });
siblings.addEventListener("message", () => (last = Date.now()));

function notice() {
  last = Date.now();
  if (last - told < TELL_EVERY) return;
  told = last;
  siblings.postMessage("alive");
}

/** Milliseconds since the last sign of life. The computer's own clock counts: it goes on while a laptop is closed. */
export function silence() {
  return Date.now() - last;
}
