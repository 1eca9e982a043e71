/**
 * The parts of a ticket's page that the server draws anew, when something was sent or somebody else was faster. The page is
 * asked for as a whole and its regions are changed for the new ones; what one writes stays where it is.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { dress } from "./dress.js";

const REGIONS = ["head", "notices", "entries", "beside"];

/** @type {Array<(fresh: Document) => void>} */
const listeners = [];

/** Calls `listener` whenever regions have changed; it gets the fresh page without them, for they are in this one now. */
export function onChange(/** @type {(fresh: Document) => void} */ listener) {
  listeners.push(listener);
}

/**
 * Asks for the page again, because something has changed. What somebody is filling in beside the thread is left alone.
 * @returns {Promise<boolean>} false: it could not be had now
 */
export async function refresh() {
  try {
    const answer = await fetch(location.pathname + location.search);
    const fresh = await read(answer);
    if (answer.ok) show(fresh, (region) => region.contains(document.activeElement) && isField(document.activeElement));
    else if (answer.status === 404) tell(t("This ticket is no longer yours to see."));
    return answer.status < 429;
  } catch {
    return false;
  }
}

/**
 * Sends a form in the background and shows what came of it.
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} [submitter]
 * @returns {Promise<boolean>} whether it was done; if not, the page says why
 */
export async function send(form, submitter = null) {
  try {
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form, submitter)));
    const answer = await fetch(location.pathname + location.search, { method: "POST", body });
    if (answer.ok && new URL(answer.url).pathname !== location.pathname) {
      location.assign(answer.url);
      return true;
    }
    if (answer.status === 401) tell(t("You are signed out. Sign in in another tab, then send again; your text is kept here."));
    else if (!answer.ok && answer.status !== 409 && answer.status !== 422) tell(t("Nothing was changed. Please try again in a minute."));
    else show(await read(answer));
    return answer.ok;
  } catch {
    tell(t("There is no connection. Your text is kept; please try again."));
    return false;
  }
}

/** @param {Response} answer */
async function read(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** @param {Document} fresh @param {(region: Element) => boolean} [keeps] */
function show(fresh, keeps = () => false) {
  const focused = document.activeElement?.id;
  for (const id of REGIONS) {
    const old = document.getElementById(id);
    const now = fresh.getElementById(id);
    if (!old || !now || keeps(old)) continue;
    keepFolds(old, now);
    document.adoptNode(now);
    dress(now);
    old.replaceWith(now);
  }
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  for (const listener of listeners) listener(fresh);
  const problem = fresh.querySelector("#end .error");
  if (problem) tell(problem.textContent || "");
}

/** What somebody has folded away or opened stays so. @param {Element} old @param {Element} now */
function keepFolds(old, now) {
  for (const fold of /** @type {NodeListOf<HTMLDetailsElement>} */ (old.querySelectorAll("details[id]"))) {
    const same = /** @type {HTMLDetailsElement | null} */ (now.querySelector(`#${CSS.escape(fold.id)}`));
    if (same && !same.querySelector("[aria-invalid], [name=sure]")) same.open = fold.open;
  }
}

/** Says something above the thread. */
export function tell(/** @type {string} */ words) {
  document.getElementById("notices")?.replaceChildren(
    h("p", { class: "notice", role: "alert" }, icon("alert"), h("span", {}, words)));
}

const isField = (/** @type {Element | null} */ element) => element?.matches("input, select, textarea") ?? false;
