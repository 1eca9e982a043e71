/**
 * The inbox: choosing and doing, keys, and the list kept up to date. Without it the same list works by links and forms.
 */
import { t } from "../shared/i18n.js";
import { rows } from "./inbox-list.js";
import { followNews } from "./inbox-live.js";
import { chosenNumbers, chooseHere, watchChoice } from "./inbox-many.js";
import { listenToKeys } from "./keys.js";
import { keepList } from "./last-list.js";

watchChoice();
followNews();

/** @type {import("./keys.js").Command[]} */
const commands = [
  { label: t("Next ticket"), codes: "KeyJ", keys: "J", run: () => move(1) },
  { label: t("Previous ticket"), codes: "KeyK", keys: "K", run: () => move(-1) },
  { label: t("Open the ticket"), codes: "KeyO", keys: "Enter", run: () => here()?.click() },
  { label: t("Choose or unchoose the ticket"), codes: "KeyX", keys: "X", run: () => chooseHere(here()?.closest("tr") ?? null) },
  { label: t("Assign the chosen tickets to me"), codes: "KeyI", keys: "I", run: () => press("assign:me") },
  { label: t("Solve the chosen tickets"), codes: "KeyE", keys: "E", run: () => press("status:solved") },
  { label: t("Search"), codes: "Slash", keys: "/", run: focusSearch },
];
const openList = listenToKeys(commands);
document.getElementById("keys")?.addEventListener("click", openList);
addEventListener("pagehide", () => keepList([...rows().keys()]));

const links = () => /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("#list .subject a")]);

/** The ticket that has the focus. @returns {HTMLAnchorElement | null} */
function here() {
  return document.activeElement?.closest("tr")?.querySelector(".subject a") ?? null;
}

/** @param {number} by */
function move(by) {
  const all = links();
  const at = all.indexOf(/** @type {any} */ (here()));
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Presses the button that does this to the chosen tickets; the one that has the focus counts when none is chosen. */
function press(/** @type {string} */ deed) {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("many"));
  if (!chosenNumbers().length) chooseHere(here()?.closest("tr") ?? null);
  if (chosenNumbers().length) form.requestSubmit(form.querySelector(`button[value="${deed}"]`));
}

function focusSearch() {
  const box = /** @type {HTMLInputElement} */ (document.getElementById("q"));
  box.focus();
  box.select();
}
