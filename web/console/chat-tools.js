/**
 * What can be done with a chat: the buttons in its head and the menu beside them.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { createMenu } from "./buttons.js";
import { confirmFirst } from "./dialog.js";
import { openTransfer } from "./transfer-dialog.js";

/**
 * @param {import("../shared/chat-state.js").ChatState} chat
 * @param {import("./console.js").Console} app
 * @returns {HTMLElement[]}
 */
export function chatTools(chat, app) {
  return chat.info.mine === false ? supervisorTools(chat, app) : agentTools(chat, app);
}

function supervisorTools({ chat }, { actions }) {
  return [
    tool("person", t("Take over"), () => actions.takeOver(chat)),
    tool("close", t("Stop reading"), () => actions.leave(chat)),
  ];
}

function agentTools({ chat, info }, app) {
  const { actions } = app;
  if (info.awaited) return []; // the server does not know the chat until the visitor is back
  return [
    maySave(info) && tool("save", t("Save as ticket"), () => actions.convert(chat), "T"),
    !info.transfer_to && tool("transfer", t("Hand over"), () => openTransfer(chat, app)),
    info.ending_in === undefined && tool("erase", t("End"), () => actions.end(chat), "E"),
    createMenu(t("More"), icon("more"), [
      { label: t("Put back in the queue"), icon: "retry", run: () => requeue(chat, actions) },
      { label: info.pinned ? t("Unpin") : t("Keep open when quiet"), icon: "pin", run: () => actions.pin(chat, !info.pinned) },
      { label: t("Block visitor"), icon: "lock", danger: true, run: () => block(chat, actions) },
    ]),
  ];
}

/** Whether the agent may ask for the saving now. */
export function maySave({ ticket, refused, saving, armed_in: armed, asked_in: asked }) {
  return !ticket && !refused && !saving && armed === undefined && asked === undefined;
}

function tool(/** @type {string} */ sign, /** @type {string} */ label, /** @type {() => void} */ run, key = "") {
  return h("button", { class: "button tool", type: "button", title: key ? `${label} (${key})` : label, on: { click: run } },
    icon(sign), h("span", { class: "tool-label" }, label));
}

function requeue(chat, actions) {
  confirmFirst({
    title: t("Put this chat back in the queue?"),
    text: t("The visitor goes to the head of the queue. The next agent sees the whole conversation and your notes."),
    yes: t("Put back"),
    run: () => actions.requeue(chat),
  });
}

function block(chat, actions) {
  confirmFirst({
    title: t("Block this visitor?"),
    text: t("The chat ends and is erased at once. New chats from the same address or phone are refused for a day."),
    yes: t("Block and erase"),
    run: () => actions.block(chat),
  });
}
