/**
 * The list as the server draws it: asked for again as a whole, or row by row, and put in the place of what is shown.
 */
import { t } from "../shared/i18n.js";
import { dress } from "./dress.js";
import { tell } from "./toasts.js";

const PATIENCE = 300; // ms before a list that is on its way is shown as waiting

/** @returns {Map<string, HTMLTableRowElement>} the rows by the numbers of their tickets */
export function rows(root = /** @type {ParentNode} */ (document)) {
  const found = /** @type {NodeListOf<HTMLTableRowElement>} */ (root.querySelectorAll("#list tr[data-number]"));
  return new Map([...found].map((row) => [row.dataset.number || "", row]));
}

/**
 * The page as the server would draw it now.
 * @param {string[]} [numbers] only the rows of these tickets, if they belong here
 * @returns {Promise<Document | null>} null: it could not be had
 */
export async function ask(numbers) {
  const address = new URL(location.href);
  if (numbers) {
    address.searchParams.delete("cursor");
    address.searchParams.set("numbers", numbers.join(" "));
  }
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (answer.ok) return new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.status === 401) tell(t("You are signed out. Load the page to sign in."));
  } catch {
    // Who needs it asks again.
  }
  return null;
}

/** Shows the list as it is now, and says so when that does not work. The focus stays on the same ticket. */
export async function reload() {
  const list = /** @type {HTMLElement} */ (document.getElementById("list"));
  const waiting = setTimeout(() => list.classList.add("waiting"), PATIENCE);
  const fresh = await ask();
  clearTimeout(waiting);
  list.classList.remove("waiting");
  if (!fresh) return tell(t("The list could not be loaded."), { label: t("Try again"), run: reload });
  const focused = document.activeElement?.closest("tr")?.id;
  put(fresh, "list");
  put(fresh, "views");
  if (focused) /** @type {HTMLElement | null} */ (document.querySelector(`#${focused} .subject a`))?.focus();
  document.dispatchEvent(new Event("inbox:drawn"));
}

/** Puts the fresh part of this id in the place of the shown one. */
export function put(/** @type {Document} */ fresh, /** @type {string} */ id) {
  const now = fresh.getElementById(id);
  if (!now) return;
  document.adoptNode(now);
  dress(now);
  document.getElementById(id)?.replaceWith(now);
}
