/**
 * What every page of the desk gains from JavaScript: times in the reader's zone, icons, copying, and forms that are sent once.
 * Without it the same pages work, only plainer.
 */
import { t } from "../shared/i18n.js";
import { dress, tellTimes } from "./dress.js";

const EVERY_MINUTE = 60_000;

dress(document);
setInterval(() => tellTimes(), EVERY_MINUTE);

for (const button of document.querySelectorAll("[data-copy]")) offerCopy(/** @type {HTMLButtonElement} */ (button));

document.addEventListener("submit", sendOnce);
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus());

/** @param {HTMLButtonElement} button copies the text of the element that `data-copy` names */
function offerCopy(button) {
  const source = document.getElementById(button.dataset.copy || "");
  if (!navigator.clipboard || !source) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.textContent || "");
    button.textContent = t("Copied");
  });
}

/** A second click on a button, while the first is on its way, must not send twice. @param {SubmitEvent} event */
function sendOnce(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  // The page may come back from the browser's history as it was left.
  window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
}

/** Menus are plain <details>; a click elsewhere or Escape closes them. */
function closeMenus(/** @type {Event | undefined} */ event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!(event && event.target instanceof Node && menu.contains(event.target))) menu.removeAttribute("open");
  }
}
