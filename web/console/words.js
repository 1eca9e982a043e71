/**
 * What the console calls things: states, events of a chat, reasons and refusals, in words for an agent.
 */
import { n, t } from "../shared/i18n.js";

/** An agent's derived availability. */
export function statusWords(/** @type {string} */ status) {
  const words = {
    available: t("Available"), busy: t("Busy"), wrap_up: t("Wrap-up"), away: t("Away"), reconnecting: t("Reconnecting"),
    offline: t("Offline"),
  };
  return words[status] ?? status;
}

/** Where a running chat stands, for the wall. */
export function chatStatusWords(/** @type {string} */ status) {
  return { waiting: t("Waiting"), offered: t("Ringing"), active: t("Talking"), ended: t("Ended") }[status] ?? status;
}

/** Whether a topic takes new chats. */
export function serviceWords(/** @type {string} */ state) {
  const words = {
    open: t("Open"), busy_full: t("Queue is full"), no_agents: t("Nobody is available"), closed_hours: t("Closed"),
  };
  return words[state] ?? state;
}

/** "2 of 3 chats" */
export function loadWords({ load, capacity }) {
  return n("{load} of {count} chat", "{load} of {count} chats", capacity, { load });
}

/** The sentence for a line that nobody said; null hides it. */
export function describe(/** @type {import("../shared/protocol.js").Line} */ { kind, name = "", other = "" }) {
  const sentences = {
    assigned: () => t("{name} took the chat", { name }),
    transferred: () => t("{name} handed the chat to {other}", { name, other }),
    requeued: () => (name ? t("Back in the queue; it was with {name}", { name }) : t("Back in the queue")),
    joined: () => t("{name} reads along", { name }),
    left: () => t("{name} no longer reads along", { name }),
    took_over: () => t("{name} took the chat over", { name }),
    armed: () => t("{name} asked to save the chat as a ticket", { name }),
    refused: () => t("The visitor declined to have the chat saved"),
    converted: () => t("Saved as ticket {number}", { number: `#${other}` }),
    ended: () => endWords(other),
  };
  return sentences[kind]?.() ?? null;
}

/** What a command is called, by its tag. */
export function commandWords(/** @type {string} */ tag) {
  const words = {
    accept: t("Accept the chat"), decline: t("Decline"), transfer: t("Hand over the chat"), withdraw: t("Take back"),
    requeue: t("Put back in the queue"), convert: t("Save as ticket"), end: t("End the chat"),
    undo_end: t("Do not end the chat"), pin: t("Keep open when quiet"), block: t("Block visitor"), join: t("Join"), take_over: t("Take over"),
    leave: t("Stop reading"), intent: t("Change your availability"), depart: t("Change your availability"),
  };
  return words[tag] ?? tag;
}

/** Why a chat is over. */
export function endWords(/** @type {string} */ reason) {
  const words = {
    visitor_erased: t("The visitor ended the chat and had it erased"),
    visitor_left: t("The visitor left"),
    agent_ended: t("The chat was ended"),
    idle_timeout: t("The chat ended because both sides were quiet"),
    queue_abandoned: t("The visitor stopped waiting"),
    queue_to_ticket: t("The visitor left a request instead of waiting"),
    agent_lost: t("The chat ended because no agent was left"),
    converted_and_ended: t("The chat was saved as a ticket and ended"),
    blocked: t("The visitor was blocked"),
    too_old: t("The chat reached its maximum age"),
    waited_too_long: t("The visitor had waited too long"),
  };
  return words[reason] ?? t("The chat is over");
}

/** Why the server did not do what the agent asked, and what to do now. */
export function refusalWords(/** @type {import("../shared/protocol.js").Frame} */ { code, by = "", retry_after: wait }) {
  const words = {
    bad_text: () => t("This text cannot be sent. Please change it."),
    too_long: () => t("This text is too long. Please split it."),
    too_fast: () => wait
      ? t("Too much at once. Try again in {seconds} s.", { seconds: Math.ceil(wait) })
      : t("Too much at once."),
    chat_full: () => t("This chat is full. Save it as a ticket to go on."),
    memory_full: () => t("The server has no room for more chats. Save what matters as tickets."),
    no_such_chat: () => t("This chat is gone."),
    not_your_chat: () => t("This chat belongs to somebody else now."),
    already_taken: () => (by ? t("{name} was faster and has the chat.", { name: by }) : t("Somebody else has taken the chat.")),
    ended: () => t("This chat has ended."),
    not_routable: () => t("Nobody there can take the chat right now. The chat stays with you."),
    not_allowed: () => t("Your account may not do this."),
    visitor_refused: () => t("The visitor declined the saving. Only the visitor can save this chat now."),
    already_saved: () => t("This chat is saved already."),
    not_saved: () => t("Not saved. The chat goes on – try again."),
    busy_chats: () => t("You still have open chats. Hand them over, put them back or end them first."),
    shutting_down: () => t("The server is about to restart. Try again in a moment."),
  };
  return words[code]?.() ?? t("That did not work. Please try again.");
}
