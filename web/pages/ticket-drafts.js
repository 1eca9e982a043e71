/**
 * Drafts: what stands in a box is kept on the server a moment after the last key, and once more when the page is left.
 */
import { t } from "../shared/i18n.js";
import { h } from "../shared/dom.js";

const AFTER = 800; // ms of rest

export class DraftKeeper {
  /** @param {HTMLFormElement} form its `data-writes` names the kind of the draft */
  constructor(form) {
    this.form = form;
    this.box = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
    this.status = h("span", { class: "hint draft-state", role: "status" });
    form.querySelector(".row")?.prepend(this.status);
    this.kept = this.#content;
    this.timer = 0;
    this.saving = Promise.resolve();
    this.box.addEventListener("input", () => this.#later());
    form.addEventListener("uploads", () => this.#later());
    addEventListener("pagehide", () => this.#leave());
  }

  /** Waits until nothing is on its way to the server, and sends nothing more: the form itself is about to be sent. */
  async settle() {
    clearTimeout(this.timer);
    await this.saving;
  }

  /** Keeps what stands in the box by now. @returns {Promise<boolean>} whether the server has it */
  async keep() {
    await this.settle();
    await this.#save();
    return this.#content === this.kept;
  }

  /** The form was sent, or filled anew from what the server keeps. */
  forget() {
    clearTimeout(this.timer);
    this.kept = this.#content;
    this.status.textContent = "";
  }

  get #content() {
    const files = /** @type {HTMLInputElement | null} */ (this.form.querySelector("input[name=files]"))?.value ?? "";
    return new URLSearchParams({ kind: this.form.dataset.writes ?? "", text: this.box.value, files }).toString();
  }

  #later() {
    clearTimeout(this.timer);
    this.status.textContent = "";
    this.timer = setTimeout(() => (this.saving = this.saving.then(() => this.#save())), AFTER);
  }

  async #save() {
    const content = this.#content;
    if (content === this.kept) return;
    try {
      const answer = await fetch(`${location.pathname}/draft`, { method: "POST", body: new URLSearchParams(content) });
      if (!answer.ok) throw new Error("not kept");
      this.kept = content;
      this.status.textContent = t("Draft kept");
    } catch {
      this.status.textContent = t("The draft is only in this window so far.");
      this.timer = setTimeout(() => (this.saving = this.saving.then(() => this.#save())), AFTER * 5);
    }
  }

  #leave() {
    const content = this.#content;
    if (content !== this.kept) navigator.sendBeacon(`${location.pathname}/draft`, new URLSearchParams(content));
  }
}
