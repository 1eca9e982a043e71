/**
 * Files for a form: chosen, dropped or pasted, uploaded at once with a progress bar, removed again; the form then sends their
 * ids in its field `files`. Without this module the same form has a plain file field and sends the files with itself.
 */
import { h } from "./dom.js";
import { n, t } from "./i18n.js";
import { icon } from "./icons.js";
import "./more-icons.js";
import { thumbnail } from "./thumbnail.js";
import { discard, newKey, upload } from "./upload.js";

const AT_ONCE = 3;
const MEGABYTE = 1024 * 1024;

/**
 * @typedef {object} Item a file in the list
 * @property {Blob | null} file null: it was uploaded before this page
 * @property {string} name
 * @property {number} size
 * @property {string} id empty until it has arrived
 * @property {"waiting" | "going" | "there" | "failed" | "refused"} state
 * @property {() => void} cancel
 * @property {any} element
 * @property {any} bar
 * @property {any} word
 * @property {any} retry
 */

/** Brings all file fields (`templates/_uploads.html`) of a page to life. */
export function enhance(/** @type {ParentNode} */ root = document) {
  return [...root.querySelectorAll("[data-uploads]")].map((place) => new Uploads(/** @type {HTMLElement} */ (place)));
}

/**
 * Has the files of a form begin with those that were uploaded before; to be called before `enhance`.
 * @param {HTMLFormElement} form
 * @param {{files?: string, staged?: object[]}} kept what `Uploads.kept` has told
 */
export function bringBack(form, { files, staged }) {
  const place = /** @type {HTMLElement | null} */ (form.querySelector("[data-uploads]"));
  if (!place || !staged?.length) return;
  /** @type {HTMLInputElement} */ (place.querySelector("input[type=hidden]")).defaultValue = files ?? "";
  place.dataset.staged = JSON.stringify(staged);
}

/** @type {Uploads[]} those of this page */
const all = [];

export class Uploads {
  /**
   * @param {HTMLElement} place holds a hidden field and a file field; `data-most`, `data-bytes` and `data-staged` (JSON)
   */
  constructor(place) {
    this.place = place;
    this.most = Number(place.dataset.most);
    this.bytes = Number(place.dataset.bytes);
    this.field = /** @type {HTMLInputElement} */ (place.querySelector("input[type=hidden]"));
    this.input = /** @type {HTMLInputElement} */ (place.querySelector("input[type=file]"));
    this.form = /** @type {HTMLFormElement} */ (this.input.form);
    this.field.value = this.field.defaultValue; // a reloaded page may have been filled in by the browser
    this.key = this.field.value.split(" ")[0] || newKey();
    /** @type {Item[]} */
    this.items = [];
    this.#draw();
    this.#listen();
    all.push(this);
    for (const one of JSON.parse(place.dataset.staged || "[]")) this.#show({ ...one, file: null, state: "there" });
  }

  /** Whether files are still on their way. */
  get busy() {
    return this.items.some((item) => item.state === "waiting" || item.state === "going");
  }

  /** What a draft has to keep of them. */
  get kept() {
    return { files: this.field.value, staged: this.items.filter((item) => item.id).map(({ id, name, size }) => ({ id, name, size })) };
  }

  /** Adds files, as many as are allowed. @param {Iterable<File>} files */
  add(files) {
    for (const file of files) {
      if (this.#countable.length >= this.most) {
        this.#say(n("At most {count} file goes with one message.", "At most {count} files go with one message.", this.most));
        break;
      }
      this.#show({ file, name: nameOf(file), size: file.size, id: "", state: "waiting" });
    }
    this.#goOn();
  }

  /** Forgets all files, after the form was sent without leaving the page. */
  clear() {
    for (const item of this.items) item.element.remove();
    this.items = [];
    this.key = newKey();
    this.#say("");
    this.#changed();
  }

  get #countable() {
    return this.items.filter((item) => item.state !== "refused");
  }

  // ── What one sees ──────────────────────────────────────────────────────────────────────────────────────────────────

  #draw() {
    const choose = h("button", { class: "button", type: "button", on: { click: () => this.input.click() } },
      icon("clip"), t("Add files"));
    this.list = h("ul", { class: "upload-list", hidden: true });
    this.status = h("p", { class: "hint", role: "status" });
    this.area = h("div", { class: "upload-area" }, choose, h("span", { class: "hint" }, t("or drop them here, or paste a screenshot")));
    this.input.hidden = true;
    this.input.removeAttribute("name"); // the form sends ids instead
    this.place.querySelector(".upload-before")?.remove();
    this.input.before(this.list, this.area, this.status);
    const label = this.place.querySelector("label");
    if (label) choose.setAttribute("aria-describedby", label.id ||= `${this.input.id}-label`);
  }

  /** @param {any} item a new one for the list */
  #show(item) {
    const remove = h("button", { class: "button bare square", type: "button", "aria-label": t("Remove {name}", { name: item.name }),
      on: { click: () => this.#remove(item) } }, icon("close"));
    item.retry = h("button", { class: "button bare", type: "button", hidden: true, on: { click: () => this.#again(item) } },
      icon("retry"), t("Try again"));
    item.bar = h("progress", { max: 1, value: 0, "aria-label": item.name });
    item.word = h("span", { class: "upload-word" });
    const picture = h("span", { class: "upload-picture" }, icon("clip"));
    item.element = h("li", { class: "upload" }, picture,
      h("span", { class: "upload-what" }, h("bdi", { class: "upload-name" }, item.name), item.bar, item.word), item.retry, remove);
    item.cancel = () => {};
    this.items.push(item);
    this.list.append(item.element);
    if (item.file) thumbnail(item.file).then((image) => image && picture.replaceChildren(image));
    if (item.file && item.file.size > this.bytes) this.#refuse(item, tooLarge(this.bytes));
    else this.#become(item, item.state);
  }

  /** @param {Item} item @param {Item["state"]} state @param {string} [why] */
  #become(item, state, why) {
    item.state = state;
    item.bar.hidden = state !== "waiting" && state !== "going";
    item.word.textContent = why ?? (state === "there" ? amount(item.size) : "");
    item.word.hidden = !item.word.textContent;
    item.retry.hidden = state !== "failed";
    item.element.classList.toggle("wrong", state === "failed" || state === "refused");
    this.#changed();
  }

  #refuse(/** @type {Item} */ item, /** @type {string} */ why) {
    this.#become(item, "refused", why);
    this.#say(`${item.name}: ${why}`);
  }

  #changed() {
    const ids = this.items.filter((item) => item.id).map((item) => item.id);
    this.field.value = ids.length ? [this.key, ...ids].join(" ") : "";
    this.list.hidden = !this.items.length;
    this.place.dispatchEvent(new CustomEvent("uploads", { bubbles: true }));
  }

  #say(/** @type {string} */ words) {
    this.status.textContent = words;
  }

  // ── On the way ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Begins with the next ones that wait. */
  #goOn() {
    for (const item of this.items) {
      if (this.items.filter((one) => one.state === "going").length >= AT_ONCE) return;
      if (item.state === "waiting") this.#send(item);
    }
  }

  /** @param {Item} item */
  async #send(item) {
    this.#become(item, "going");
    const way = upload(/** @type {Blob} */ (item.file), item.name, this.key, (part) => (item.bar.value = part));
    item.cancel = way.cancel;
    try {
      const { id, name, size } = await way.done;
      Object.assign(item, { id, name, size });
      item.element.querySelector(".upload-name").textContent = name;
      this.#become(item, "there");
      this.#say(t("{name} is attached.", { name }));
    } catch (/** @type {any} */ problem) {
      if (problem.again) this.#become(item, "failed", problem.message);
      else this.#refuse(item, problem.message);
    }
    this.#goOn();
  }

  #again(/** @type {Item} */ item) {
    item.bar.value = 0;
    this.#become(item, "waiting");
    this.#goOn();
  }

  #remove(/** @type {Item} */ item) {
    item.cancel();
    if (item.id) discard(item.id, this.key);
    const place = this.items.indexOf(item);
    this.items.splice(place, 1);
    const next = this.items[Math.min(place, this.items.length - 1)];
    (next ? next.element : this.area).querySelector("button:not([hidden])").focus();
    item.element.remove();
    this.#say("");
    this.#changed();
    this.#goOn();
  }

  // ── What one does ──────────────────────────────────────────────────────────────────────────────────────────────────

  #listen() {
    this.input.addEventListener("change", () => {
      this.add([...(this.input.files ?? [])]);
      this.input.value = "";
    });
    this.form.addEventListener("paste", (event) => this.#pasted(event));
    this.form.addEventListener("submit", (event) => this.#hold(event), { capture: true });
    window.addEventListener("online", () => this.items.forEach((item) => item.state === "failed" && this.#again(item)));
  }

  /** A screenshot in the clipboard becomes a file; text with a picture of itself (from an office program) stays text. */
  #pasted(/** @type {ClipboardEvent} */ event) {
    const files = event.clipboardData?.files ?? [];
    if (!files.length || event.clipboardData?.types.includes("text/plain")) return;
    event.preventDefault();
    this.add(files);
  }

  /** Shows that a file may be dropped here. */
  invite(/** @type {boolean} */ on) {
    this.area.classList.toggle("over", on);
  }

  /** Whether one can see it: some forms are folded away. */
  get isVisible() {
    return this.area.getClientRects().length > 0;
  }

  /** The form waits until its files have arrived. @param {SubmitEvent} event */
  #hold(event) {
    const failed = this.items.find((item) => item.state === "failed");
    if (!this.busy && !failed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (failed) {
      this.#say(t("One file has not arrived. Try again or remove it."));
      failed.retry.focus();
      return;
    }
    this.#say(t("One moment: your files are on their way."));
    const go = () => {
      if (this.busy) return;
      this.place.removeEventListener("uploads", go);
      if (this.items.every((item) => item.state === "there")) this.form.requestSubmit(event.submitter);
    };
    this.place.addEventListener("uploads", go);
  }
}

for (const type of ["dragover", "dragleave", "drop"]) window.addEventListener(type, (event) => dragged(/** @type {DragEvent} */ (event)));

/** Anywhere in the window: a file that misses its form must not take the place of the page, and of what is typed. */
function dragged(/** @type {DragEvent} */ event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  const under = event.target instanceof Node ? event.target : null;
  const place = all.find((one) => one.form.contains(under)) ?? all.find((one) => one.isVisible);
  const isLeaving = event.type === "drop" || (event.type === "dragleave" && event.relatedTarget === null);
  for (const one of all) one.invite(one === place && !isLeaving);
  if (event.type === "drop") place?.add(event.dataTransfer.files);
}

/** A pasted picture has no name of its own. */
function nameOf(/** @type {File} */ file) {
  if (file.name && !/^image\.\w+$/.test(file.name)) return file.name;
  return `${t("Screenshot")} ${new Date().toTimeString().slice(0, 8).replaceAll(":", ".")}.${file.type.split("/")[1] || "png"}`;
}

function tooLarge(/** @type {number} */ bytes) {
  const size = Math.max(1, Math.floor(bytes / MEGABYTE));
  return t("This file is larger than {size} MB. Send a smaller one, or write where it can be found.", { size });
}

/** A size as people read it. */
function amount(/** @type {number} */ size) {
  if (size < MEGABYTE) return t("{size} KB", { size: Math.max(1, Math.round(size / 1024)) });
  return t("{size} MB", { size: Math.round((size / MEGABYTE) * 10) / 10 });
}
