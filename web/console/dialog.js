/**
 * Dialogs: the browser's own `<dialog>`, which keeps the focus inside, closes on Escape and gives the focus back.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { button, iconButton } from "./buttons.js";

/**
 * Opens a modal dialog; it leaves the page when it closes.
 * @param {object} options
 * @param {string} options.title
 * @param {string} [options.className]
 * @param {(close: () => void) => any[]} options.body makes what stands under the title
 * @param {() => void} [options.onClose]
 * @returns {() => void} closes it
 */
export function openDialog({ title, className = "", body, onClose }) {
  const close = () => dialog.close();
  const heading = h("h2", { id: `dialog-${++opened}`, tabIndex: -1 }, title);
  const dialog = h("dialog", { class: `dialog ${className}`, "aria-labelledby": heading.id, on: { close: gone } });
  dialog.append(
    h("header", {}, heading,
      iconButton("close", t("Close"), close)),
    ...body(close).flat().filter(Boolean),
  );
  function gone() {
    dialog.remove();
    onClose?.();
  }
  // Something has to be focused first: what the body names, else the title, so that it is read out.
  if (!dialog.querySelector("[autofocus]")) heading.setAttribute("autofocus", "");
  document.body.append(dialog);
  dialog.showModal();
  return close;
}

let opened = 0;

/** Whether a dialog is open: keys and rings leave it alone. */
export function dialogIsOpen() {
  return document.querySelector("dialog[open]") !== null;
}

/**
 * Asks before something that cannot be undone.
 * @param {{title: string, text: string, yes: string, run: () => void}} question
 */
export function confirmFirst({ title, text, yes, run }) {
  openDialog({
    title,
    className: "small",
    body: (close) => [
      h("p", {}, text),
      h("footer", {},
        button(t("Cancel"), close, { autofocus: true }),
        button(yes, () => (close(), run()), { kind: "danger" })),
    ],
  });
}
