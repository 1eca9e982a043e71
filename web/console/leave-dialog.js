/**
 * Signing out or going offline with open chats: nobody is left alone, so each chat is handed over, put back or ended first.
 * After a minute the server puts back whoever is left.
 */
import { h } from "../shared/dom.js";
import { n, t } from "../shared/i18n.js";
import { button } from "./buttons.js";
import { openDialog } from "./dialog.js";
import { keyed, redraw } from "./drawing.js";
import { targetsOf } from "./transfer-dialog.js";

/**
 * @param {import("./console.js").Console} app
 * @param {{title: string, yes: string, finish: () => void}} options `yes`: the button; `finish` runs once no chat is left
 */
export function openLeaving(app, { title, yes, finish }) {
  const { desk, actions } = app;
  let leaving = false;
  const rows = h("ul", { class: "leaving" });
  const go = h("button", { class: "button primary", autofocus: true }, yes);
  const progress = h("p", { class: "hint", role: "status" });
  const form = h("form", { on: { submit } }, rows, progress);
  const stop = app.onDraw(draw);
  const close = openDialog({
    title,
    body: (shut) => {
      form.append(h("footer", {}, button(t("Stay"), shut), go));
      return [h("p", {}, t("You have open chats. What should happen to them?")), form];
    },
    onClose: () => {
      stop();
      if (leaving && desk.mine.length) actions.setIntent("away"); // stays after all, and is given time
    },
  });
  draw();

  function submit(event) {
    event.preventDefault();
    leaving = true;
    actions.depart();
    for (const chat of desk.mine) if (!onItsWay(chat.info)) part(chat.chat, form.elements.namedItem(chat.chat).value);
    draw();
  }

  function part(chat, choice) {
    if (choice === "requeue") actions.requeue(chat);
    else if (choice === "end") actions.end(chat);
    else actions.transfer(chat, targetsOf(desk, desk.chats.get(chat).info).find(({ key }) => key === choice)?.to ?? {}, "");
  }

  function draw() {
    const { mine } = desk;
    if (!mine.length) {
      close();
      finish();
      return;
    }
    keyed(rows, mine, ({ chat }) => chat, () => h("li", {}), (row, chat) => drawRow(row, chat, desk));
    redraw(progress, [leaving, mine.length], () => [
      leaving && n("Waiting for {count} chat …", "Waiting for {count} chats …", mine.length)]);
    go.disabled = mine.every(({ info }) => onItsWay(info));
  }
}

const onItsWay = ({ transfer_to: target, ending_in: ending }) => Boolean(target) || ending !== undefined;

function drawRow(row, { chat, info }, desk) {
  const targets = targetsOf(desk, info).filter(({ open }) => open);
  const facts = [info.visitor.name, info.transfer_to, info.ending_in !== undefined, targets.map(({ key }) => key)];
  redraw(row, facts, () => [
    h("label", { htmlFor: `leave-${chat}` }, h("bdi", {}, info.visitor.name)),
    onItsWay(info)
      ? h("span", { class: "about" }, info.transfer_to ? t("Offered to {name}", { name: info.transfer_to }) : t("Ending …"))
      : h("select", { class: "input", id: `leave-${chat}`, name: chat },
        h("option", { value: "requeue" }, t("Put back in the queue")),
        h("option", { value: "end" }, t("End the chat")),
        targets.map(({ key, name }) => h("option", { value: key }, t("Hand over to {name}", { name })))),
  ]);
}
