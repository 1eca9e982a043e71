/**
 * The first column: what rings, the agent's own chats with unread marks, chats read along, and who waits.
 */
import { isSpeech, unread } from "../shared/chat-state.js";
import { h } from "../shared/dom.js";
import { n, t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { span } from "../shared/time.js";
import { button } from "./buttons.js";
import { keyed, live, now, redraw } from "./drawing.js";
import { offerCard } from "./offer-card.js";
import { languageName } from "./visitor-card.js";

/**
 * @param {{accept: (chat: string) => void, answer: (chat: string, text: string) => void, decline: (chat: string) => void,
 *   open: (chat: string) => void, becomeAvailable: () => void}} actions
 * @returns {{offers: HTMLElement, lists: HTMLElement,
 *   update: (desk: import("./desk.js").Desk, selected: string, online: boolean,
 *     pending: import("./pending.js").Pending) => void}}
 */
export function createPeopleList(actions) {
  const offers = h("ol", { class: "offers", "aria-label": t("Offered to you") });
  const mine = section(t("Your chats"));
  const along = section(t("Reading along"));
  const waiting = section(t("Waiting"));
  const lists = h("div", { class: "lists" }, mine.element, along.element, waiting.element);

  function update(desk, selected, online, pending) {
    const markBusy = (item, { chat }) => (item.ariaBusy = String(pending.concerns(chat)));
    keyed(offers, [...desk.offers.values()], (offer) => offer.chat, (offer) => offerCard(offer, actions), markBusy);
    offers.hidden = desk.offers.size === 0;
    drawChats(mine, desk.mine, desk, selected, actions.open, 1);
    drawChats(along, desk.readAlong, desk, selected, actions.open, desk.mine.length + 1);
    along.element.hidden = desk.readAlong.length === 0;
    mine.explain(desk.mine.length === 0 && noChats(online && desk.me, actions.becomeAvailable));
    const others = desk.queue.filter(({ chat }) => !desk.offers.has(chat));
    drawWaiting(waiting, others, desk.queueAt, actions.accept);
    others.forEach((entry, index) => markBusy(waiting.list.children[index], entry));
    waiting.explain(others.length === 0 && [online ? t("Nobody is waiting.") : t("Not connected")]);
  }
  return { offers, lists, update };
}

/** A heading with a count, a list, and the sentence for an empty list. */
function section(/** @type {string} */ title) {
  const count = h("span", { class: "count-badge" });
  const list = h("ol", {});
  const empty = h("div", { class: "empty", hidden: true });
  const element = h("section", { class: "people", "aria-label": title }, h("h2", {}, title, " ", count), list, empty);
  return {
    element,
    list,
    count: (/** @type {number} */ number) => (count.textContent = number ? String(number) : ""),
    explain(/** @type {any[] | false} */ words) {
      empty.hidden = !words;
      redraw(empty, words ? words.map(String) : null, () => words || []);
    },
  };
}

function noChats(me, becomeAvailable) {
  if (!me) return [t("No open chats.")];
  if (me.intent === "available") return [t("No open chats. New ones ring here.")];
  return [
    t("No open chats."), " ",
    h("button", { class: "link", type: "button", on: { click: becomeAvailable } }, t("Become available")),
  ];
}

function drawChats({ list, count }, chats, desk, selected, open, firstSlot) {
  count(chats.length);
  const slots = new Map(chats.map((chat, index) => [chat.chat, firstSlot + index]));
  keyed(list, chats, ({ chat }) => chat, ({ chat }) => {
    const button = h("button", { class: "person", type: "button", on: { click: () => open(chat) } });
    return h("li", {}, button);
  }, (item, chat) => {
    const button = item.firstElementChild;
    if (chat.chat === selected) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    drawPerson(button, chat, desk, slots.get(chat.chat));
  });
}

function drawPerson(button, chat, desk, slot) {
  const { info, typingUntil } = chat;
  const fresh = unread(chat);
  const said = chat.lines.findLast(isSpeech);
  const asked = openQuestion(chat);
  const state = stateWords(info);
  const typing = typingUntil !== null;
  button.classList.toggle("fresh", fresh > 0);
  redraw(button, [info.visitor.name, fresh, said?.seq, asked?.seq, state, typing, slot], () => [
    h("span", { class: "slot", "aria-hidden": "true" }, slot <= 9 ? slot : ""),
    h("bdi", { class: "name" }, info.visitor.name),
    asked && h("span", { class: "since" }, since(desk.onPageClock(asked.at))),
    h("span", { class: "preview", dir: "auto" }, typing ? t("is typing …") : (said?.text ?? "").slice(0, 120)),
    fresh > 0 && h("span", { class: "unread" }, h("span", { "aria-hidden": "true" }, fresh),
      h("span", { class: "unseen" }, n("{count} new message", "{count} new messages", fresh))),
    state && h("span", { class: `chip ${state.tone}` }, icon(state.icon), h("bdi", {}, state.words)),
  ]);
}

/** The first line of the visitor that nobody has answered: somebody waits since then. */
function openQuestion({ lines }) {
  const said = lines.filter(isSpeech);
  const answered = said.findLastIndex((line) => line.by === "agent");
  return said[answered + 1];
}

/** Counts up. `from` is a moment of the page's own clock. */
function since(/** @type {number} */ from) {
  return live(() => span(now() - from));
}

/** The one thing about a chat that its row should tell. */
function stateWords(info) {
  const isSaving = info.saving || info.armed_in !== undefined || info.asked_in !== undefined;
  if (info.visitor_gone) return { tone: "waiting", icon: "offline", words: t("Disconnected") };
  if (info.ending_in !== undefined) return { tone: "waiting", icon: "clock", words: t("Ending") };
  if (isSaving) return { tone: "saved", icon: "save", words: t("Saving") };
  if (info.transfer_to) return { tone: "waiting", icon: "transfer", words: t("Handing over") };
  if (info.ticket) return { tone: "saved", icon: "ticket", words: `#${info.ticket}` };
  return info.inactive ? { tone: "", icon: "clock", words: t("Inactive") } : null;
}

function drawWaiting({ list, count }, entries, at, accept) {
  count(entries.length);
  keyed(list, entries, ({ chat }) => chat, () => h("li", {}), (item, entry) => {
    item.className = `waiting-entry ${entry.escalated ? "escalated" : ""}`;
    item.from = at - entry.waited; // told anew with every change of the queue, while the row stays as it is
    redraw(item, { ...entry, waited: 0 }, () => [
      h("p", { class: "question", dir: "auto" }, entry.question || t("A visitor")),
      h("p", { class: "facts" },
        h("span", { class: "since" }, live(() => span(now() - item.from))),
        entry.topic && h("span", {}, h("bdi", {}, entry.topic)),
        entry.language && h("span", {}, languageName(entry.language)),
        entry.returning && h("span", { class: "chip" }, icon("retry"), t("Returning"))),
      entry.escalated && h("p", { class: "chip waiting" }, icon("alert"), t("Nobody answered – please take it")),
      entry.may_pull && button(t("Take this chat"), () => accept(entry.chat)),
    ]);
  });
}
