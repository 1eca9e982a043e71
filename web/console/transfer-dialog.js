/**
 * Handing a chat to a colleague or to a topic, with a private note. Where nobody is, it suggests a ticket instead.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { openDialog } from "./dialog.js";
import { button } from "./buttons.js";
import { keyed, redraw } from "./drawing.js";
import { maySave } from "./chat-tools.js";
import { loadWords, serviceWords } from "./words.js";

/**
 * @param {string} id the chat
 * @param {import("./console.js").Console} app
 */
export function openTransfer(id, app) {
  const { desk, actions } = app;
  const { info } = desk.chats.get(id) ?? {};
  if (!info) return;
  const list = h("fieldset", { class: "targets", "aria-label": t("To whom") });
  const note = h("textarea", { class: "input", id: "transfer-note", rows: 3, maxlength: 2000, dir: "auto" });
  const noteField = h("div", { class: "field" }, h("label", { htmlFor: "transfer-note" }, t("Private note")), note,
    h("p", { class: "hint" }, t("Only agents see this. The next one sees the whole conversation as well.")));
  const explain = h("p", { class: "explain", role: "status" });
  const send = h("button", { class: "button primary" }, t("Hand over"));
  const save = button(t("Save as ticket instead"), () => (actions.convert(id), close()), { kind: "primary" });
  const form = h("form", { class: "transfer-form", on: { submit, change: draw } }, list, noteField, explain);
  const stop = app.onDraw(draw);
  const close = openDialog({
    title: t("Hand over the chat with {name}", { name: info.visitor.name }),
    className: "transfer",
    onClose: stop,
    body: (shut) => {
      form.append(h("footer", {}, button(t("Cancel"), shut), send, save));
      return [form];
    },
  });
  draw();

  /** Colleagues come and go while one decides. */
  function draw() {
    const chat = desk.chats.get(id);
    if (!chat) {
      close();
      return;
    }
    const targets = targetsOf(desk, chat.info);
    keyed(list, targets, ({ key }) => key, targetRow, drawTarget);
    const open = targets.some((target) => target.open) && (chosen(targets)?.open ?? true);
    list.hidden = targets.length === 0;
    noteField.hidden = send.hidden = !open;
    save.hidden = open || !maySave(chat.info);
    redraw(explain, [targets.length > 0, open], () => open ? [] : [targets.length
      ? t("Nobody is there now. Save the chat as a ticket, and it will be found in the inbox.")
      : t("No colleague can take a chat right now.")]);
  }

  function chosen(targets) {
    return targets.find(({ key }) => key === new FormData(form).get("target"));
  }

  function submit(event) {
    event.preventDefault();
    const target = chosen(targetsOf(desk, desk.chats.get(id).info));
    if (target?.open && actions.transfer(id, target.to, note.value.trim())) close();
  }
}

/**
 * Whom this chat can be handed to: colleagues who can take it now, and the site's other topics, with or without anybody there.
 * @returns {Array<{key: string, name: string, about: string, to: {agent?: number, topic?: number}, open: boolean}>}
 */
export function targetsOf({ team, welcome }, info) {
  const agents = team.agents.filter(({ id, routable }) => routable && id !== welcome?.id).map((agent) => (
    { key: `agent-${agent.id}`, name: agent.name, about: loadWords(agent), to: { agent: agent.id }, open: true }));
  const topics = team.topics.filter(({ site, name }) => site === info.site && name !== info.topic).map((topic) => ({
    key: `topic-${topic.id}`, name: topic.name, about: t("Topic – {state}", { state: serviceWords(topic.state) }),
    to: { topic: topic.id }, open: topic.state === "open" || topic.state === "busy_full" }));
  return [...agents, ...topics];
}

function targetRow({ key }) {
  const radio = h("input", { type: "radio", name: "target", value: key, required: true });
  return h("label", { class: "target" }, radio, h("span", { class: "who" }));
}

function drawTarget(row, { name, about, open }) {
  row.classList.toggle("shut", !open);
  redraw(row.lastElementChild, [name, about], () => [h("bdi", { class: "name" }, name), h("span", { class: "about" }, about)]);
}
