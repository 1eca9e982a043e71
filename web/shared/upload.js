/**
 * One file on its way to the server, beside the form that it belongs to (`POST /files`).
 */
import { t } from "./i18n.js";

/** A secret of this page: whoever shows it may send or remove the files that were uploaded with it. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

/** Why a file has not arrived, in words; `again` says whether trying again makes sense. */
export class NotUploaded extends Error {
  constructor(/** @type {string} */ message, /** @type {boolean} */ again) {
    super(message);
    this.again = again;
  }
}

/**
 * Sends a file.
 * @param {Blob} file
 * @param {string} name
 * @param {string} key
 * @param {(part: number) => void} onProgress from 0 to 1
 * @returns {{done: Promise<{id: string, name: string, size: number}>, cancel: () => void}} `done` is rejected with
 *   `NotUploaded`, and never settles after `cancel`
 */
export function upload(file, name, key, onProgress) {
  const request = new XMLHttpRequest(); // fetch cannot tell how much has been sent
  const done = new Promise((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => (request.status === 201 ? resolve(JSON.parse(request.responseText)) : reject(refusal(request)));
    request.onerror = () => reject(new NotUploaded(t("The connection broke. Your text is kept."), true));
  });
  request.open("POST", "/files");
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("Upload-Key", key);
  request.setRequestHeader("Upload-Name", encodeURIComponent(name.slice(-300)));
  request.send(file);
  return { done, cancel: () => request.abort() };
}

/** Tells the server that an uploaded file is not wanted any more; if it does not hear that, it forgets it in a day. */
export function discard(/** @type {string} */ id, /** @type {string} */ key) {
  fetch(`/files/${id}`, { method: "DELETE", headers: { Accept: "application/json", "Upload-Key": key } }).catch(() => {});
}

/** @param {XMLHttpRequest} request */
function refusal(request) {
  const again = request.status === 408 || request.status === 429 || request.status >= 500;
  return new NotUploaded(sentence(request.responseText) || t("This file could not be taken."), again);
}

/** What the server says is wrong (RFC 9457). */
function sentence(/** @type {string} */ answer) {
  try {
    const problem = JSON.parse(answer);
    return problem.errors?.[0]?.detail || problem.detail;
  } catch {
    return ""; // a proxy answered, not we
  }
}
