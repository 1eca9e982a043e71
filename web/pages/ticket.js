/**
 * A ticket's page: everything is sent in the background and shown at once, what is typed is kept as a draft, colleagues are
 * seen, and keys do the usual deeds. Without this module the same forms work, one page at a time.
 */
import { t } from "../shared/i18n.js";
import { page } from "../shared/page.js";
import { enhance } from "../shared/uploads.js";
import { listenToKeys } from "./keys.js";
import { lastList } from "./last-list.js";
import { DraftKeeper } from "./ticket-drafts.js";
import { followTicket } from "./ticket-people.js";
import { onChange, refresh, send, tell } from "./ticket-regions.js";
import { countDown } from "./ticket-undo.js";
import { equip } from "./ticket-writing.js";

const forms = /** @type {HTMLFormElement[]} */ ([...document.querySelectorAll("form[data-writes]")]);
const uploads = enhance();
const drafts = new Map(forms.map((form) => [form, new DraftKeeper(form)]));
const tellDrafting = followTicket();

const boxOf = (/** @type {HTMLFormElement} */ form) => /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
const field = (/** @type {string} */ selector, /** @type {ParentNode} */ root = document) =>
  /** @type {HTMLInputElement | null} */ (root.querySelector(selector));

for (const form of forms) {
  equip(form);
  boxOf(form).addEventListener("input", () => tellDrafting(forms.some((one) => boxOf(one).value.trim())));
}
countDown(refresh);
offerPrint();
leadBack();

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("action")) return; // ours send to their own page
  event.preventDefault();
  await drafts.get(form)?.settle();
  const done = form.matches(".undo") ? await takeBack(form) : await send(form, event.submitter);
  delete form.dataset.sent;
  if (done && drafts.has(form)) empty(form);
});

/** What was sent comes before what has been begun since, which the server therefore has to know; until then nothing is typed. */
async function takeBack(/** @type {HTMLFormElement} */ undo) {
  const boxes = forms.map(boxOf);
  for (const box of boxes) box.readOnly = true;
  const kept = await Promise.all([...drafts.values()].map((one) => one.keep()));
  const isKept = kept.every(Boolean);
  if (!isKept) tell(t("There is no connection. Your text is kept; please try again."));
  const done = isKept && (await send(undo));
  for (const box of boxes) box.readOnly = false;
  return done;
}

/** A letter has gone out. */
function empty(/** @type {HTMLFormElement} */ form) {
  boxOf(form).value = "";
  for (const one of uploads) if (one.form === form) one.clear();
  drafts.get(form)?.forget();
  tellDrafting(forms.some((one) => boxOf(one).value.trim()));
}

onChange((fresh) => {
  countDown(refresh);
  offerPrint();
  leadBack();
  if (fresh.getElementById("end")?.dataset.answerable !== document.getElementById("end")?.dataset.answerable) location.reload();
  const asksToRead = document.querySelector("#notices [role=alert]") !== null;
  for (const form of forms) takeOver(form, fresh, asksToRead);
});

/**
 * What the server says about a form: what was seen of the requester's messages, which counts while nothing is being written
 * and after the page has said that there is something to read; and the draft that a reply has become that was taken back, before
 * what stands in the box.
 * @param {HTMLFormElement} form @param {Document} fresh @param {boolean} asksToRead
 */
function takeOver(form, fresh, asksToRead) {
  const box = boxOf(form);
  const seen = field("input[name=seen]", form);
  const newest = field(`#${form.id} input[name=seen]`, fresh);
  if (seen && newest && (asksToRead || !box.value.trim())) seen.value = newest.value;
  const kept = /** @type {HTMLTextAreaElement | null} */ (fresh.getElementById(box.id));
  const begun = box.value.trim() ? box.value : "";
  if (!kept?.value.endsWith(begun) || kept.value === begun || document.activeElement === box) return;
  const files = `#${form.id} input[name=files]`;
  if (field(files, fresh)?.value !== field(files)?.value) location.reload(); // they are listed anew
  box.value = kept.value;
  drafts.get(form)?.forget();
}

function offerPrint() {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-print]"))) {
    button.hidden = false;
    button.onclick = () => print();
  }
}

const submit = (/** @type {string} */ selector) => () => /** @type {HTMLFormElement | null} */ (document.querySelector(selector))?.requestSubmit();

listenToKeys([
  { label: t("Write a reply"), codes: "KeyR", keys: "R", run: () => document.getElementById("reply")?.focus() },
  { label: t("Write an internal note"), codes: "KeyN", keys: "N", run: openNote },
  { label: t("Solve"), codes: "KeyE", keys: "E", run: submit("#solve-form") },
  { label: t("Assign to me"), codes: "KeyI", keys: "I", run: submit("#assign-form") },
  { label: t("Take the last reply back"), codes: "KeyZ", keys: "Z", run: submit("form.undo:has(button)") },
  { label: t("Next ticket"), codes: "KeyJ", keys: "J", run: () => goOn(1) },
  { label: t("Previous ticket"), codes: "KeyK", keys: "K", run: () => goOn(-1) },
  { label: t("Search"), codes: "Slash", keys: "/", run: () => location.assign("/inbox#q") },
]);

/** To the next ticket of the list from which this one was opened; from its ends back to it. @param {number} by */
function goOn(by) {
  const { href, numbers } = lastList(page.number);
  const next = numbers[numbers.indexOf(page.number) + by];
  location.assign(next ? `/tickets/${next}` : href);
}

/** The way back leads to that list. */
function leadBack() {
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("#head .back"));
  if (link) link.href = lastList(page.number).href;
}

function openNote() {
  /** @type {HTMLDetailsElement} */ (document.getElementById("note-box")).open = true;
  document.getElementById("note")?.focus();
}
