/**
 * The page of a new request: the draft is the person's own and stays in this tab until it is sent.
 */
import { RequestForm } from "../shared/request-form.js";

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form.request"));
if (form) {
  const kept = keeper(`livesupport:request:${form.dataset.draft}`);
  new RequestForm(form, { keeper: kept, onSent: (next) => location.assign(next), page: cameFrom() });
}

/** Where the person was before; the steps of the form itself say nothing. */
function cameFrom() {
  return document.referrer.startsWith(`${location.origin}/requests/`) ? "" : document.referrer;
}

/** In this tab's sessionStorage, where there is one. @param {string} key @returns {import("../shared/request-form.js").Keeper} */
function keeper(key) {
  try {
    sessionStorage.setItem(`${key}:try`, "");
    sessionStorage.removeItem(`${key}:try`);
  } catch {
    return null;
  }
  return {
    read: () => JSON.parse(sessionStorage.getItem(key) ?? "null"),
    write: (draft) => sessionStorage.setItem(key, JSON.stringify(draft)),
    clear: () => sessionStorage.removeItem(key),
  };
}
