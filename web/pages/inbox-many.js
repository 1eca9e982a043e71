/**
 * Choosing tickets, doing one thing to all of them, and ten seconds to take it back.
 */
import { n, t } from "../shared/i18n.js";
import { reload } from "./inbox-list.js";
import { tell } from "./toasts.js";

const UNDO_SECONDS = 10;

const form = /** @type {HTMLFormElement} */ (document.getElementById("many"));
let busy = false;

const boxes = () => /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("#list input[name=tickets]")]);
const all = () => /** @type {HTMLInputElement | null} */ (document.getElementById("choose-all"));

/** The numbers of the chosen tickets. */
export function chosenNumbers() {
  return boxes().filter((box) => box.checked).map((box) => box.value);
}

/** Chooses the ticket of this row, or chooses it no longer. */
export function chooseHere(/** @type {HTMLTableRowElement | null} */ row) {
  const box = row?.querySelector("input");
  if (!box) return;
  box.checked = !box.checked;
  count();
}

/** Listens to boxes and buttons. */
export function watchChoice() {
  document.addEventListener("change", (event) => {
    const box = /** @type {HTMLInputElement} */ (event.target);
    if (box.id === "choose-all") for (const one of boxes()) one.checked = box.checked;
    if (box.id === "choose-all" || box.name === "tickets") count();
  });
  document.addEventListener("inbox:drawn", count);
  document.getElementById("choose-none")?.addEventListener("click", none);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act(/** @type {HTMLButtonElement | null} */ (event.submitter));
  });
  count();
}

function none() {
  for (const box of boxes()) box.checked = false;
  count();
}

function count() {
  const chosen = chosenNumbers().length;
  /** @type {HTMLElement} */ (document.getElementById("chosen")).textContent =
    chosen ? n("{count} chosen", "{count} chosen", chosen) : "";
  const box = all();
  if (!box) return;
  box.hidden = false;
  box.checked = chosen > 0 && chosen === boxes().length;
  box.indeterminate = chosen > 0 && !box.checked;
}

/** @param {HTMLButtonElement | null} button */
async function act(button) {
  if (busy || !chosenNumbers().length) return;
  busy = true;
  const answer = await send("/inbox/many", new FormData(form, button));
  busy = false;
  delete form.dataset.sent;
  if (!answer) return;
  if (answer.problem) return tell(answer.problem);
  for (const menu of form.querySelectorAll("details")) menu.open = false;
  /** @type {HTMLInputElement} */ (form.elements.namedItem("tag")).value = "";
  tell(answer.words, answer.undo && { label: t("Undo"), seconds: UNDO_SECONDS, run: () => undo(answer.undo) });
  await reload();
}

async function undo(/** @type {string} */ name) {
  const body = new FormData();
  body.set("undo", name);
  const answer = await send("/inbox/undo", body);
  if (answer) tell(answer.words);
  await reload();
}

/** @param {string} address @param {FormData} data @returns {Promise<any>} null: it was not done, and the page says so */
async function send(address, data) {
  try {
    const body = new URLSearchParams(/** @type {any} */ (data));
    const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.ok) return await answer.json();
    if (answer.status === 422) return { problem: (await answer.json()).problem || t("That could not be done.") };
    if (answer.status === 401) tell(t("You are signed out. Load the page to sign in."));
    else if (answer.status === 404) tell(t("It is too late to undo that."));
    else tell(t("Nothing was changed. Please try again in a minute."));
  } catch {
    tell(t("There is no connection. Nothing was changed."));
  }
  return null;
}
