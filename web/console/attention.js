/**
 * How the console calls a human who looks elsewhere: sound, title, favicon dot, badge and desktop notifications.
 *
 * Nothing that a visitor said, and no name, ever leaves the page this way: a notification lies on a screen that others see.
 */
import { t } from "../shared/i18n.js";
import * as sound from "./sound.js";

const title = document.title;
const favicon = /** @type {HTMLLinkElement | null} */ (document.querySelector("link[rel=icon]"));
const quietIcon = favicon?.href ?? "";
const callingIcon = new URL("./icon-dot.svg", import.meta.url).href;
let ringing = { why: "", stop: () => {} };
let onlyVoice = !navigator.locks;
let lockAsked = false;
let told = 0;
const notes = new Map();

/** Lets the page sound as soon as it is touched, and again after the browser has silenced it; one tab speaks for all. */
export function wakeByTouch(changed) {
  const touched = async () => {
    if (!sound.blocked()) return;
    await sound.unlock();
    becomeTheVoice(changed);
    changed();
  };
  // Not at "pointerdown": the hint that goes away then would move the button that is being pressed.
  for (const kind of ["click", "keydown"]) addEventListener(kind, touched, { capture: true });
}

/** Of several tabs that may sound, one does: the lock is held until the tab closes, then the next one gets it. */
function becomeTheVoice(changed) {
  if (lockAsked || !navigator.locks) return;
  lockAsked = true;
  navigator.locks.request("livesupport-voice", () => {
    onlyVoice = true;
    changed();
    return new Promise(() => {});
  });
}

/** Asks for desktop notifications; called from the agent's first click on "Available", never at page load. */
export async function askToNotify() {
  if ("Notification" in globalThis && Notification.permission === "default") await Notification.requestPermission();
}

/**
 * Shows how much waits for the agent.
 * @param {{offers: string[], escalated: string[], unread: number}} waiting chats that ring, chats that ring louder because
 *   nobody took them, and messages that are only counted
 */
export function showWaiting({ offers, escalated, unread }) {
  const count = offers.length + escalated.length + unread;
  if (count !== told) mark(count);
  told = count;
  ring(escalated.length ? "escalated" : offers.length ? "offer" : "", [...escalated, ...offers]);
}

function mark(/** @type {number} */ count) {
  document.title = count ? `(${count}) ${title}` : title;
  favicon?.setAttribute("href", count ? callingIcon : quietIcon);
  navigator.setAppBadge?.(count).catch(() => {}); // 0 takes it away
}

/** Rings anew when somebody else is to be answered, or when sounds have become possible; falls silent when nobody is. */
function ring(tune, chats) {
  const why = tune && onlyVoice ? [tune, sound.isMuted(), sound.blocked(), ...chats].join(" ") : "";
  if (why === ringing.why) return;
  ringing.stop();
  ringing = { why, stop: why ? sound.ring(tune) : () => {} };
}

/** A soft sound for a message in a chat that the agent does not look at. */
export function chime() {
  if (onlyVoice) sound.play("message");
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
