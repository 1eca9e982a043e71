/**
 * My requests, with JavaScript: what is shown stays up to date, new answers are announced, and a reply is sent without leaving
 * the page, so that nothing typed is lost when the network is.
 */
import { AnswerNotices } from "../shared/answer-notice.js";
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { follow } from "../shared/news.js";
import { page } from "../shared/page.js";
import { forgetDrafts, keeper } from "./drafts.js";
import { dress } from "./dress.js";

/** What of the page a newer one of the same address replaces. */
const LIVE = "[data-live]";
/** Milliseconds after which a page that was to be left is still here: the address was a download, or that of a mail program. */
const STAYED = 10_000;

tellZone();
const replyForm = /** @type {HTMLFormElement | null} */ (document.getElementById("end"));
if (replyForm) sendInBackground(replyForm);
if (page.requester) followNews();
document.querySelector("form.who")?.addEventListener("submit", forgetDrafts);

/** A day is filtered as the reader counts it. */
function tellZone() {
  const field = /** @type {HTMLInputElement | null} */ (document.getElementById("zone"));
  if (field) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}

// ── News ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function followNews() {
  const place = /** @type {HTMLElement} */ (document.getElementById("notice"));
  const notices = new AnswerNotices({ place, call: fetch.bind(window), open: (number) => h("a", { href: `/requests/${number}` }) });
  let isOld = false;
  let isLeft = false;
  const renewWhenSeen = async () => {
    if (isLeft) return; // asked for once more, a request would count as read by whoever goes elsewhere
    if (isOld && !document.hidden) {
      isOld = false;
      await renew();
    }
    await notices.refresh();
  };
  notices.refresh();
  document.addEventListener("visibilitychange", renewWhenSeen);
  window.addEventListener("beforeunload", () => {
    isLeft = true;
    setTimeout(() => {
      isLeft = false;
      renewWhenSeen();
    }, STAYED);
  });
  follow(
    ({ t: kind }) => {
      isOld ||= ["requests_changed", "missed"].includes(kind);
      renewWhenSeen();
    },
    { who: "requester" },
  );
}

/** Asks for this page again. What cannot be had now stays as it is; the next news tries again. */
async function renew() {
  const answer = await fetch(location.href).catch(() => null);
  if (answer?.ok) show(await answer.text(), LIVE);
}

/**
 * Puts the parts of a newer page in the place of those that are here. Whoever was on a link there stays on it, and an answer
 * that was new when the page was opened stays new for as long as one looks at it.
 */
function show(/** @type {string} */ html, /** @type {string} */ parts) {
  const newer = new DOMParser().parseFromString(html, "text/html");
  for (const old of document.querySelectorAll(parts)) {
    const part = newer.getElementById(old.id);
    if (!part || part.innerHTML === old.innerHTML) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
    for (const fresh of old.querySelectorAll(".fresh")) part.querySelector(`#${fresh.id}`)?.replaceWith(fresh);
    old.replaceWith(part);
    dress(part);
    if (focused) /** @type {HTMLElement | null} */ (part.querySelector(`[href="${CSS.escape(focused)}"]`))?.focus();
  }
}

// ── Replying ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** @param {HTMLFormElement} form */
function sendInBackground(form) {
  const status = h("p", { class: "notice", role: "alert", hidden: true });
  form.append(status);
  const kept = keepWriting(form).catch(() => ({ draft: null, files: [] })); // without its module, files go the plain way
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { draft, files } = await kept;
    if (form.ariaBusy) return;
    if (files.some((one) => one.busy)) return say(status, t("Files are still on their way. Please wait a moment."));
    form.ariaBusy = "true";
    const body = new FormData(form, event.submitter);
    const answer = await fetch(location.pathname + location.search, { method: "POST", body }).catch(() => null);
    form.ariaBusy = null;
    delete form.dataset.sent;
    if (!answer) return say(status, t("There is no connection. Your text is kept; try again in a moment."));
    if (answer.ok) draft?.clear();
    await follows(answer, status);
  });
}

/** Files go as soon as they are chosen, and what is written outlives a reload. @param {HTMLFormElement} form */
async function keepWriting(form) {
  const { bringBack, enhance } = await import("../shared/uploads.js");
  const draft = keeper(`reply:${form.dataset.draft}`);
  restore(form, draft?.read(), bringBack);
  const files = enhance(form);
  const write = () => draft?.write(draftOf(form, files));
  for (const type of ["input", "uploads"]) form.addEventListener(type, write);
  write(); // what was typed before this module came
  return { draft, files };
}

/**
 * What a reload must not lose. What names the form is kept too: a reply that was sent before, and perhaps arrived, is then
 * not a second one.
 * @param {HTMLFormElement} form @param {import("../shared/uploads.js").Uploads[]} files
 */
function draftOf(form, [files]) {
  const { once, text } = /** @type {any} */ (form.elements);
  return { once: once.value, text: text.value, ...files.kept };
}

/** @param {HTMLFormElement} form @param {any} draft @param {typeof import("../shared/uploads.js").bringBack} bringBack */
function restore(form, draft, bringBack) {
  const { once, text } = /** @type {any} */ (form.elements);
  if (!draft || text.value) return;
  once.value = draft.once;
  text.value = draft.text;
  bringBack(form, draft);
}

/** What came of it: another request that goes on from this one, this one as it is now, or what is wrong. */
async function follows(/** @type {Response} */ answer, /** @type {HTMLElement} */ status) {
  const { pathname, href } = new URL(answer.url);
  if (pathname !== location.pathname) return location.assign(href);
  if (!answer.headers.get("content-type")?.startsWith("text/html") || (!answer.ok && answer.status < 400)) {
    return say(status, t("That did not work. Please try again."));
  }
  show(await answer.text(), `${LIVE}, #end`);
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("end"));
  if (form && !form.contains(status)) sendInBackground(form);
  else if (!answer.ok) say(status, t("That did not work. Please try again."));
}

function say(/** @type {HTMLElement} */ status, /** @type {string} */ words) {
  status.textContent = words;
  status.hidden = false;
}
