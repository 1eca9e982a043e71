/**
 * Who else has this ticket before them, and the news of it: when something has changed, the page is asked for again.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { follow } from "../shared/news.js";
import { page } from "../shared/page.js";
import { soon } from "./soon.js";
import { refresh } from "./ticket-regions.js";

const GATHER = 250; // ms: one deed may tell of several changes

/**
 * Follows the ticket of this page.
 * @returns {(drafting: boolean) => void} tells colleagues whether one is writing
 */
export function followTicket() {
  const place = /** @type {HTMLElement} */ (document.getElementById("people"));
  const ask = soon(refresh, GATHER);
  const news = follow((frame) => {
    if (frame.t === "people" && frame.number === page.number) show(place, frame);
    else if (frame.t === "missed" || frame.number === page.number) ask();
  });
  news.watch(page.number, "viewing");
  // No news tell of the chats of somebody who asked; whoever comes back to the page sees whether one goes on.
  document.addEventListener("visibilitychange", () => document.hidden || ask());
  return (drafting) => news.watch(page.number, drafting ? "drafting" : "viewing");
}

/** @param {HTMLElement} place @param {any} people */
function show(place, { viewing = [], drafting = [] }) {
  place.hidden = !viewing.length && !drafting.length;
  place.replaceChildren(
    ...drafting.map((name) => h("span", { class: "person-here writes" }, icon("note"), t("{name} is writing an answer", { name }))),
    ...viewing.map((name) => h("span", { class: "person-here" }, icon("person"), t("{name} is reading this", { name }))));
}
