/**
 * The box one writes in: grows to five lines, Enter sends, Shift+Enter breaks the line, what is typed is never lost.
 */
import { h } from "./dom.js";
import { n, t } from "./i18n.js";
import { icon } from "./icons.js";
import { codePoints } from "./protocol.js";

const TYPING_EVERY = 3000; // ms
const WARN_BEFORE = 100; // code points left when the counter appears

export class Composer {
  /**
   * @param {object} options
   * @param {string} options.label the accessible name, also shown in the empty box
   * @param {number} options.limit code points
   * @param {(text: string) => boolean | void} options.onSend gets the trimmed text; false keeps it in the box
   * @param {(on: boolean) => void} [options.onTyping] at most every 3 s while typing, and once when it stops
   * @param {(text: string) => void} [options.onInput] after every change made by the person
   * @param {(event: KeyboardEvent) => boolean | void} [options.onKey] first look at a key; true: it is dealt with
   * @param {() => void} [options.onImage] an image was pasted or dropped
   * @param {string} [options.send] the label of the button
   */
  constructor(options) {
    this.options = options;
    this.limit = options.limit;
    this.typedAt = -TYPING_EVERY;
    this.input = h("textarea", {
      class: "input", rows: 1, dir: "auto", "aria-label": options.label, placeholder: options.label, enterkeyhint: "send",
      autocomplete: "off", on: {
        input: () => this.#changed(), keydown: this.#key.bind(this), blur: () => this.#blurred(), paste: this.#paste.bind(this),
      },
    });
    this.count = h("div", { class: "count", role: "status", hidden: true });
    const send = { type: "submit", "aria-label": options.send ?? t("Send") };
    this.button = h("button", { class: "button primary square", ...send }, icon("send"));
    /** Put this into the page. */
    this.element = h("form", { class: "composer", on: { submit: this.#submit.bind(this) } },
      this.count, this.input, this.button);
    this.#measure();
  }

  /** What stands in the box. */
  get text() {
    return this.input.value;
  }

  /** Sets the text without telling anybody. */
  set text(text) {
    this.input.value = text;
    this.#measure();
  }

  /** Puts `text` in the place of the selection, as if it was typed. */
  insert(/** @type {string} */ text) {
    this.input.setRangeText(text, this.input.selectionStart, this.input.selectionEnd, "end");
    this.#changed();
  }

  /** Changes the words in the empty box and its accessible name. */
  label(/** @type {string} */ text) {
    this.input.placeholder = text;
    this.input.setAttribute("aria-label", text);
  }

  /** Allows or forbids sending; one may go on writing. */
  enable(/** @type {boolean} */ on) {
    this.disabled = !on;
    this.#measure();
  }

  focus() {
    this.input.focus();
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const text = this.text.trim();
    if (this.disabled || !text || codePoints(text) > this.limit) return;
    if (this.options.onSend(text) === false) return;
    this.text = "";
    this.typedAt = -TYPING_EVERY; // the message itself says that typing has ended
    this.options.onInput?.("");
  }

  #changed() {
    this.#measure();
    this.options.onInput?.(this.text);
    const now = performance.now();
    if (!this.text) this.#stopTyping();
    else if (now - this.typedAt >= TYPING_EVERY) {
      this.typedAt = now;
      this.options.onTyping?.(true);
    }
  }

  #blurred() {
    if (!this.text) this.#stopTyping();
  }

  #stopTyping() {
    if (this.typedAt < 0) return;
    this.typedAt = -TYPING_EVERY;
    this.options.onTyping?.(false);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // While an input method composes a word, Enter belongs to it; 229 is how Safari says so.
    if (event.isComposing || event.keyCode === 229 || this.options.onKey?.(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || event.clipboardData?.getData("text")) return;
    event.preventDefault();
    this.options.onImage?.();
  }

  /** Height, counter and button follow the text. */
  #measure() {
    this.input.style.blockSize = "auto";
    if (this.input.scrollHeight) this.input.style.blockSize = `${this.input.scrollHeight + 2}px`; // 2: its borders
    const left = this.limit - codePoints(this.text.trim());
    this.count.hidden = left > WARN_BEFORE;
    this.count.classList.toggle("over", left < 0);
    this.count.textContent = this.count.hidden ? "" : left < 0
      ? n("{count} character too many", "{count} characters too many", -left)
      : n("{count} character left", "{count} characters left", left);
    this.button.disabled = Boolean(this.disabled) || left < 0 || !this.text.trim();
  }
}
