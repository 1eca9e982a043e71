/**
 * Keeps the list true while one looks at it. A row that is shown is redrawn in its place; what is new is only announced, so
 * that nothing jumps under the pointer; what no longer belongs here stays, pale, until the list is drawn anew.
 */
import { h } from "../shared/dom.js";
import { n, t } from "../shared/i18n.js";
import { follow } from "../shared/news.js";
import { dress } from "./dress.js";
import { ask, put, reload, rows } from "./inbox-list.js";
import { soon } from "./soon.js";

const GATHER = 400; // ms: a deed may tell of many tickets
const MOST = 50; // numbers in one question

/** @type {Set<string>} tickets of which something was heard */
const heard = new Set();
/** @type {Set<string>} tickets that belong here and are not shown */
const arrived = new Set();
let missed = false; // news, of tickets that nobody can name
const plan = soon(look, GATHER);

/** Begins to listen. */
export function followNews() {
  follow((news) => {
    if (news.t === "ticket_changed") heard.add(news.number);
    else if (news.t === "missed") missed = true;
    else return;
    plan();
  });
  document.addEventListener("visibilitychange", plan);
  document.addEventListener("inbox:drawn", () => {
    arrived.clear();
    announce();
  });
}

/** A page that nobody sees asks when it is seen again. @returns {Promise<boolean>} false: it has to be asked again */
async function look() {
  if (document.hidden || !(missed || heard.size)) return true;
  const done = missed ? await catchUp() : await askFor([...heard].slice(0, MOST));
  if (done && (missed || heard.size)) plan();
  return done;
}

/** The whole page shows what has arrived meanwhile; the rows that are no longer on it are asked for by their numbers. */
async function catchUp() {
  missed = false;
  const fresh = await ask();
  missed ||= !fresh;
  if (!fresh) return false;
  const now = rows(fresh);
  for (const number of rows().keys()) if (!now.has(number)) heard.add(number);
  show([...now.keys()], fresh);
  return true;
}

/** @param {string[]} numbers */
async function askFor(numbers) {
  for (const number of numbers) heard.delete(number); // before: there may be news of them while the answer is on its way
  const fresh = await ask(numbers);
  if (fresh) show(numbers, fresh);
  else for (const number of numbers) heard.add(number);
  return fresh !== null;
}

/** @param {string[]} numbers what was asked for @param {Document} fresh the rows of those that belong here */
function show(numbers, fresh) {
  const shown = rows();
  const now = rows(fresh);
  for (const number of numbers) {
    const old = shown.get(number);
    const row = now.get(number);
    if (old && row) redraw(old, row);
    else if (old) fade(old);
    else if (row) arrived.add(number);
    else arrived.delete(number);
  }
  put(fresh, "views");
  announce();
}

/**
 * What `data-version` says is another after every change, and when a promise comes near or is broken.
 * @param {HTMLTableRowElement} old @param {HTMLTableRowElement} row
 */
function redraw(old, row) {
  if (old.dataset.version === row.dataset.version) return;
  const was = old.querySelector("input")?.checked;
  const focused = old.contains(document.activeElement) ? document.activeElement?.tagName : "";
  dress(row);
  old.replaceChildren(...[...row.children].map((cell) => document.adoptNode(cell)));
  old.dataset.version = row.dataset.version;
  old.className = "fresh-row";
  const box = old.querySelector("input");
  if (box && was) box.checked = true;
  if (focused) /** @type {HTMLElement | null} */ (old.querySelector(focused.toLowerCase()))?.focus();
}

/** @param {HTMLTableRowElement} row */
function fade(row) {
  if (row.classList.contains("gone")) return;
  row.className = "gone";
  row.querySelector(".subject")?.append(h("span", { class: "unseen" }, t("No longer in this list")));
}

/** Says how many more there are. On a later page nobody waits for them. */
function announce() {
  const place = /** @type {HTMLElement} */ (document.getElementById("fresh"));
  const count = new URLSearchParams(location.search).has("cursor") ? 0 : arrived.size;
  if (!count) return place.replaceChildren();
  const words = n("{count} new ticket", "{count} new tickets", count);
  place.replaceChildren(h("button", { class: "button", type: "button", on: { click: reload } }, words, " · ", t("Show")));
}
