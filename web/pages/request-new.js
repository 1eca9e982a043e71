/**
 * The page of a new request: the draft is the person's own and stays in this tab until it is sent.
 */
import { RequestForm } from "../shared/request-form.js";
import { keeper } from "./drafts.js";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form.request"));
if (form) {
  new RequestForm(form, {
    keeper: keeper(`request:${form.dataset.draft}`),
    onSent: (next) => location.assign(next),
    page: cameFrom(),
  });
}

/** Where the person was before, without what an address may carry besides; the pages for requests say nothing. */
function cameFrom() {
  if (!document.referrer) return "";
  const { origin, pathname } = new URL(document.referrer);
  return origin === location.origin && /^\/requests(\/|$)/.test(pathname) ? "" : origin + pathname;
}
