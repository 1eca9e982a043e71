/**
 * The console's sounds, made by WebAudio: nothing to load, nothing to license.
 *
 * A browser lets a page sound only after a person has touched it; until then `blocked()` is true and the page says so.
 */

const MUTED = "livesupport.muted";

/** What each sound plays: [frequency in Hz, start in s, length in s], quiet sine tones with soft edges. */
const TUNES = {
  offer: [[659.3, 0, 0.16], [880, 0.17, 0.32]],
  escalated: [[880, 0, 0.12], [659.3, 0.15, 0.12], [880, 0.3, 0.12], [1174.7, 0.45, 0.3]],
  message: [[784, 0, 0.12]],
};
const RING_EVERY = 3; // seconds
const RING_FOR = 30;
const LOUDNESS = { offer: 0.22, escalated: 0.3, message: 0.08 };

let context = null;
let muted = readMuted();

function readMuted() {
  try {
    return localStorage.getItem(MUTED) === "yes";
  } catch {
    return false;
  }
}

/** Whether the agent has switched sounds off on this computer. */
export function isMuted() {
  return muted;
}

/** Switches all sounds off or on, and remembers it on this computer. */
export function setMuted(value) {
  muted = value;
  try {
    localStorage.setItem(MUTED, value ? "yes" : "no");
  } catch {
    // Storage is denied: the choice lasts as long as the page.
  }
}

/** To be called from a click or a key: from then on the browser lets the page sound. Resolves when it does. */
export async function unlock() {
  context ??= globalThis.AudioContext ? new AudioContext() : null;
  if (context?.state === "suspended") await context.resume();
}

/** Whether the browser still forbids this page to sound. */
export function blocked() {
  return !context || context.state !== "running";
}

/** Plays one of the tunes once, unless sounds are off or the browser forbids them; `evenMuted` is for a test of the sound. */
export function play(name, { evenMuted = false } = {}) {
  if ((!muted || evenMuted) && !blocked()) tune(name, context.currentTime, context.destination);
}

/**
 * Plays a tune again and again, for half a minute at most. All of it is planned at once on the audio clock, because the
 * timers of a page in the background hardly run.
 * @returns {() => void} stops it
 */
export function ring(name) {
  if (muted || blocked()) return () => {};
  const all = new GainNode(context);
  all.connect(context.destination);
  for (let at = 0; at < RING_FOR; at += RING_EVERY) tune(name, context.currentTime + at, all);
  return () => all.disconnect();
}

function tune(name, at, output) {
  for (const [frequency, start, length] of TUNES[name]) tone(frequency, at + start, length, LOUDNESS[name], output);
}

function tone(frequency, start, length, loudness, output) {
  const oscillator = new OscillatorNode(context, { type: "sine", frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loudness, start + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + length);
  oscillator.connect(gain).connect(output);
  oscillator.start(start);
  oscillator.stop(start + length);
}
