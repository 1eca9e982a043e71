/**
 * Turns the news in a push into what a person notices: a sound, a notification, a calm notice, a chat that opens.
 */
import { t } from "../shared/i18n.js";
import * as attention from "./attention.js";
import { notice, say } from "./notices.js";
import { endWords, refusalWords } from "./words.js";

/**
 * @param {import("./desk.js").News} news
 * @param {import("./console.js").Console} app
 */
export function tellNews(news, app) {
  told[news.what](news, app);
}

const told = {
  offered({ chat }, app) {
    say(t("A visitor is waiting"));
    attention.announceOffer(chat, () => app.take(chat));
  },

  withdrawn({ chat, frame }, { actions }) {
    attention.withdraw(chat);
    if (frame.reason === "accepted") return;
    const begun = actions.takeBegun(chat);
    if (frame.reason === "taken" && frame.by) notice(t("{name} was faster and has the chat.", { name: frame.by }));
    if (begun) notice(t("The offer was withdrawn."), rescue(begun));
    else if (frame.reason === "withdrawn" && !actions.wanted("accept", chat)) say(t("The offer was withdrawn."));
  },

  opened({ chat }, app) {
    attention.withdraw(chat);
    const begun = app.actions.takeBegun(chat);
    if (app.actions.accepting === chat || begun) app.open(chat, begun);
    app.actions.accepting = "";
  },

  kept({ lost, chat }, { actions }) {
    if (actions.wanted("withdraw", chat)) return;
    notice(t("{name} did not take the chat. It stays with you.", { name: lost.info.transfer_to }));
  },

  message({ chat }, app) {
    if (chat === app.selected && document.hasFocus()) return;
    attention.chime();
    attention.announceMessage(chat, () => app.open(chat));
  },

  erased({ lost, frame }, app) {
    const { info } = lost;
    const { name } = info.visitor;
    const about = { reason: endWords(frame.reason), name, number: `#${info.ticket}` };
    const what = info.ticket
      ? t("{reason}. The chat with {name} is erased, ticket {number} stays.", about)
      : t("{reason}. The chat with {name} is erased.", about);
    drop(lost, what, app);
  },

  released({ lost, chat }, app) {
    const { info } = lost;
    drop(lost, info.mine === false ? "" : releasedWords(info, chat, app.actions), app);
  },

  outdated({ lost }, app) {
    const { name } = lost.info.visitor;
    drop(lost, t("There was no connection for 10 minutes. The copy of the chat with {name} is erased here.", { name }), app);
  },

  refused({ frame }, { actions }) {
    const asked = actions.asked.get(frame.ref);
    const isMessage = frame.ref && !asked; // its own bubble says so
    if (isMessage || frame.code === "not_saved") return;
    notice(refusalWords(frame));
  },
};

function releasedWords({ visitor: { name }, transfer_to: other }, chat, actions) {
  if (other) return t("{other} has the chat with {name} now.", { other, name });
  if (actions.wanted("requeue", chat)) return t("The chat with {name} is back in the queue.", { name });
  if (actions.wanted("transfer", chat)) return t("The chat with {name} was handed over.", { name });
  return t("The chat with {name} is no longer with you.", { name });
}

/** Takes a chat out of the page. What the agent has written and the server did not take is not lost with it. */
function drop(lost, words, app) {
  const drafts = app.conversations.drop(lost.chat);
  attention.withdraw(lost.chat);
  const unsent = [...lost.own.map(({ text }) => text), ...drafts].join("\n\n");
  if (words) notice(words, unsent ? rescue(unsent) : {});
  leaveEmptyView(app);
}

/** For a notice: an agent's own words, to be read and copied. */
function rescue(/** @type {string} */ quote) {
  return { quote, label: t("Copy your unsent text"), run: () => navigator.clipboard?.writeText(quote) };
}

/** On a phone an empty conversation is a dead end. */
function leaveEmptyView(app) {
  if (!app.selected && ["chat", "card"].includes(app.views.current)) app.show("people");
}
