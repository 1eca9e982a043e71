/**
 * How the console calls a human who looks elsewhere: sound, title, favicon dot, badge and desktop notifications.
 *
 * Nothing that a visitor said, and no name, ever leaves the page this way: a notification lies on a screen that others see.
 */
import { t } from "../shared/i18n.js";
import { play, unlock } from "./sound.js";

const RING_EVERY = 3000; // ms between two rings of an offer that is still open

const title = document.title;
const favicon = /** @type {HTMLLinkElement | null} */ (document.querySelector("link[rel=icon]"));
const quietIcon = favicon?.href ?? "";
const callingIcon = new URL("./icon-dot.svg", import.meta.url).href;
let ringing = null;
let onlyVoice = !navigator.locks;
let lockAsked = false;
const notes = new Map();

/** Lets the page sound from the first touch on, and makes one tab of several the voice of all. */
export function wakeWithFirstTouch(changed) {
  const touched = async () => {
    await unlock();
    if (navigator.locks && !lockAsked) {
      lockAsked = true;
      // Held until this tab closes; then the next tab that was touched takes over.
      navigator.locks.request("livesupport-voice", () => {
        onlyVoice = true;
        return new Promise(() => {});
      });
    }
    changed();
  };
  // Not at "pointerdown": the hint that goes away then would move the button that is being pressed.
  for (const kind of ["click", "keydown"]) addEventListener(kind, touched, { once: true, capture: true });
}

/** Asks for desktop notifications; called from the agent's first click on "Available", never at page load. */
export async function askToNotify() {
  if ("Notification" in globalThis && Notification.permission === "default") await Notification.requestPermission();
}

/** Shows how much waits for the agent, all in numbers: `offers` ring, `escalated` ring louder, `unread` are only counted. */
export function showWaiting({ offers, escalated, unread }) {
  const count = offers + escalated + unread;
  document.title = count ? `(${count}) ${title}` : title;
  favicon?.setAttribute("href", count ? callingIcon : quietIcon);
  if (count) navigator.setAppBadge?.(count).catch(() => {});
  else navigator.clearAppBadge?.().catch(() => {});
  ring(escalated ? "escalated" : offers ? "offer" : null);
}

function ring(tune) {
  if (ringing?.tune === tune) return;
  clearInterval(ringing?.timer);
  ringing = null;
  if (!tune) return;
  const once = () => onlyVoice && play(tune);
  once();
  ringing = { tune, timer: setInterval(once, RING_EVERY) };
}

/** A soft sound for a message in a chat that the agent does not look at. */
export function chime() {
  if (onlyVoice) play("message");
}

/** Tells an agent who looks elsewhere that a chat is offered, without saying anything about it. */
export function announceOffer(chat, open) {
  notify(chat, t("A visitor is waiting"), t("Open the console to answer."), open);
}

/** Tells an agent who looks elsewhere that one of the open chats has a new message. */
export function announceMessage(chat, open) {
  notify(chat, t("New message"), t("In one of your open chats."), open);
}

function notify(chat, heading, body, open) {
  if (document.hasFocus() || !("Notification" in globalThis) || Notification.permission !== "granted") return;
  try {
    const note = new Notification(heading, { body, tag: chat, icon: callingIcon });
    note.onclick = () => {
      focus();
      open();
      note.close();
    };
    notes.set(chat, note);
  } catch {
    // Phones offer notifications to service workers only; sound and title still call.
  }
}

/** The chat is answered or gone: its notification goes too. */
export function withdraw(chat) {
  notes.get(chat)?.close();
  notes.delete(chat);
}
