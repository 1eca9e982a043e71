/**
 * The person for whom the host page's own site vouches: signed in, told of answers, given what they ask here, taken along
 * into My requests. Loaded when a page says who is there.
 */
import { AnswerNotices } from "../shared/answer-notice.js";
import { fill, h } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { n, t } from "../shared/i18n.js";
import { follow } from "../shared/news.js";
import { page } from "../shared/page.js";
import { weekday } from "../shared/time.js";
import * as host from "./host.js";
import { last } from "./memory.js";
import { call, keepSession, session } from "./session.js";

/** How many of the person's requests have an answer that was not opened. */
export let unread = 0;

/** The requests that were given to the person already. @type {Set<string>} */
const claimed = new Set();
const list = h("button", { class: "button bare", type: "button", on: { click: () => visit("/requests") } });
const card = h("div");
/** Those that the person wanted to be reminded of. */
const reminders = h("ul", { class: "reminders", "aria-label": t("Reminders") });
const place = h("div", { class: "person", hidden: true }, list, card, reminders);
const notices = new AnswerNotices({ place: card, call, open, onTold });
let onChange = () => {};
let said = "";
/** @type {ReturnType<typeof follow> | undefined} */
let news;

/**
 * Signs the person in with what their site has signed (docs/embed.md).
 * @param {Record<string, unknown>} user
 * @param {HTMLElement} before what the notices stand above
 * @param {() => void} changed hears that `unread` has changed
 */
export async function signIn(user, before, changed) {
  const word = new URLSearchParams({ site: page.site.id });
  for (const [name, value] of Object.entries(user)) word.set(name, String(value));
  if (said === String(word)) return; // the same word again, from the next page of the site
  said = String(word);
  onChange = changed;
  const answer = await fetch("/requests/session", { method: "POST", body: word }).catch(() => null);
  const began = answer?.ok && (await answer.json().catch(() => null));
  if (said !== String(word)) return began && end(began.session); // the person is gone, or it is somebody else, by now
  if (!began) {
    said = "";
    return host.tell("error", { code: answer ? "not_signed_in" : "unreachable" });
  }
  forget();
  keepSession(began.session);
  wear();
  before.before(place);
  place.hidden = false;
  await notices.refresh();
  news = follow(() => notices.refresh(), { who: "requester", token: session });
}

/** Signs them out, here and on the server. */
export function signOut() {
  said = "";
  if (session()) end(session());
  forget();
}

function end(/** @type {string} */ secret) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${secret}` };
  fetch("/requests/sign-out", { method: "POST", headers, keepalive: true }).catch(() => {});
}

/**
 * What was asked in this panel belongs to the person who asked.
 * @param {string} number of the request
 * @param {string} request the id it was left under; empty: it was a chat
 */
export async function claim(number, request) {
  if (!session() || !(request || last) || claimed.has(number)) return;
  claimed.add(number);
  const body = new URLSearchParams(request ? { request } : { token: last ?? "" });
  const answer = await call("/requests/claim", { method: "POST", body }).catch(() => null);
  if (!answer?.ok) claimed.delete(number);
}

function forget() {
  news?.close();
  keepSession("");
  notices.clear();
  claimed.clear();
  place.hidden = true;
  onTold({ unread: 0, later: [] });
}

function onTold(/** @type {Pick<import("../shared/answer-notice.js").Told, "unread" | "later">} */ told) {
  unread = told.unread;
  fill(reminders, told.later.map(reminder));
  list.textContent = unread ? `${t("My requests")} · ${n("{count} new answer", "{count} new answers", unread)}` : t("My requests");
  onChange();
}

/** An answer that the person has put off: when they are told of it again, and how they are not. */
function reminder(/** @type {import("../shared/answer-notice.js").Notice} */ { id, number, subject, due_at: due }) {
  const cancel = async () => {
    await call(`/requests/notices/${id}`, { method: "POST", body: new URLSearchParams({ deed: "dismiss" }) }).catch(() => null);
    await notices.refresh();
  };
  const words = ["#", number, " ", h("bdi", {}, subject)];
  return h("li", {}, icon("clock"), h("p", {}, words, h("span", { class: "hint" }, weekday(due))),
    h("button", { class: "button bare", type: "button", on: { click: cancel } }, t("Cancel reminder")));
}

function open(/** @type {string} */ number) {
  return h("button", { type: "button", on: { click: () => visit(`/requests/${number}`) } });
}

/** Opens a page of ours in a tab of its own, where the person is signed in as well; no address holds the secret. */
function visit(/** @type {string} */ next) {
  const field = (/** @type {string} */ name, /** @type {string} */ value) => h("input", { type: "hidden", name, value });
  const form = h("form", { method: "post", action: "/requests/enter", target: "_blank", rel: "noopener", hidden: true },
    field("session", session()), field("next", next));
  document.body.append(form);
  form.submit();
  form.remove();
}

/** The styles of what stands here; the panel itself does without them. */
function wear() {
  for (const file of ["../shared/answer-notice.css", "./person.css"]) {
    const { href } = new URL(file, import.meta.url);
    if (!document.querySelector(`link[href="${href}"]`)) document.head.append(h("link", { rel: "stylesheet", href }));
  }
}
