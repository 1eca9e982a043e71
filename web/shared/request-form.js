/**
 * What the form of a new request gains from JavaScript: it is checked while one writes, by the rules that the server goes by and
 * with its sentences; the text is kept; and it is sent without leaving the page. Without it the same form works, only plainer.
 */
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import "./more-icons.js";
import { bringBack, enhance as enhanceUploads } from "./uploads.js";

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */

/**
 * Where a draft is kept; null: nowhere but on the page.
 * @typedef {{read(): any, write(draft: any): void, clear(): void} | null} Keeper
 */

export class RequestForm {
  /**
   * @param {HTMLFormElement} form of templates/request_new.html
   * @param {object} options
   * @param {(next: string) => void} options.onSent gets the address at which it goes on
   * @param {Keeper} options.keeper
   * @param {string} [options.page] where the person was when they asked
   * @param {typeof fetch} [options.call] fetches as the person who is signed in, where cookies do not do that
   */
  constructor(form, { onSent, keeper, page = "", call = (path, init) => fetch(path, init) }) {
    this.form = form;
    this.onSent = onSent;
    this.keeper = keeper;
    this.call = call;
    this.news = /** @type {HTMLElement} */ (form.querySelector("[data-news]"));
    this.submit = /** @type {HTMLButtonElement} */ (form.querySelector(".sending button"));
    form.noValidate = true;
    if (!this.#field("page").value) this.#field("page").value = page.slice(0, 2000);
    this.#restore();
    [this.uploads] = enhanceUploads(form);
    this.#offerDiagnostics();
    this.#chooseAnswer();
    form.addEventListener("input", (event) => this.#changed(/** @type {any} */ (event.target)));
    form.addEventListener("uploads", () => this.#keep());
    form.addEventListener("submit", (event) => this.#send(event));
  }

  /** Writes into fields that are still empty. @param {Record<string, string>} values by name */
  prefill(values) {
    for (const [name, value] of Object.entries(values)) {
      const field = this.#field(name);
      if (field && value && !field.value) field.value = value;
    }
  }

  /** Puts the cursor where the next thing is to be written. */
  focus() {
    (this.#fields.find((field) => field.required && !field.value) ?? this.submit).focus();
  }

  get #fields() {
    const fields = /** @type {Field[]} */ ([...this.form.elements]);
    return fields.filter((field) => field.name && field.type !== "hidden" && field.type !== "file");
  }

  /** @param {string} name @returns {any} */
  #field(name) {
    return this.form.elements.namedItem(name);
  }

  // ── Checking ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #changed(/** @type {Field} */ field) {
    if (field.name === "answer_by") this.#chooseAnswer();
    if (field.name === "diagnose") this.#agree();
    if (field.getAttribute("aria-invalid") === "true") this.#mark(field.name, wrong(field));
    this.#keep();
  }

  /** Marks what is wrong; the first of it gets the cursor. */
  #check() {
    const found = this.#fields.filter((field) => {
      if (field.disabled) return false;
      const problem = wrong(field);
      if (document.getElementById(`${field.name}-problem`)) this.#mark(field.name, problem);
      return problem;
    });
    found[0]?.focus();
    return !found.length;
  }

  /** @param {string} name @param {string} problem @returns {boolean} false when the page has no place for it */
  #mark(name, problem) {
    const place = document.getElementById(`${name}-problem`);
    if (!place) return false;
    place.hidden = !problem;
    const words = place.querySelector(".words");
    if (words) words.textContent = problem;
    document.getElementById(name)?.setAttribute("aria-invalid", String(Boolean(problem)));
    return true;
  }

  /** An address is asked for only by whom it is needed. */
  #chooseAnswer() {
    const byAccount = this.form.querySelector("[name=answer_by][value=account]");
    if (!byAccount) return;
    const isNeeded = !(/** @type {HTMLInputElement} */ (byAccount).checked);
    const place = /** @type {HTMLElement} */ (this.form.querySelector("[data-for=email]"));
    place.hidden = !isNeeded;
    this.#field("email").required = isNeeded;
    this.#field("email").disabled = !isNeeded;
  }

  // ── Technical details ──────────────────────────────────────────────────────────────────────────────────────────────

  /** What would be added is shown before; it is sent only when the box is ticked. */
  #offerDiagnostics() {
    const place = /** @type {HTMLElement} */ (this.form.querySelector("[data-diagnose]"));
    const list = /** @type {HTMLElement} */ (place.querySelector("dl"));
    for (const [name, label, value] of diagnostics(this.#field("page").value)) {
      if (!value) continue;
      list.append(h("dt", {}, label), h("dd", { dir: "auto" }, value));
      place.append(h("input", { type: "hidden", name: `about-${name}`, value }));
    }
    place.hidden = false;
    this.#agree();
  }

  #agree() {
    for (const field of this.form.querySelectorAll("[name^=about-]")) {
      /** @type {HTMLInputElement} */ (field).disabled = !this.#field("diagnose").checked;
    }
  }

  // ── Keeping ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #keep() {
    if (!this.keeper) return;
    const values = this.#fields.filter(isKept).map((field) => [field.type === "radio" ? `${field.name}=` : field.name, stateOf(field)]);
    this.keeper.write({ stamp: this.#field("stamp").value, values, ...this.uploads?.kept });
  }

  /** The stamp comes back too: what was sent before a reload, and perhaps arrived, is then not a second request. */
  #restore() {
    const kept = /** @type {HTMLElement} */ (this.form.querySelector("[data-kept]"));
    kept.hidden = !this.keeper;
    const draft = this.keeper?.read();
    if (!draft || this.form.parentElement?.querySelector("[data-summary]")) return;
    this.#field("stamp").value = draft.stamp;
    for (const [name, state] of draft.values) {
      const isRadio = name.endsWith("=");
      for (const field of this.#fields.filter((one) => one.name === (isRadio ? name.slice(0, -1) : name))) {
        if (isRadio || field.type === "checkbox") /** @type {HTMLInputElement} */ (field).checked = state === (isRadio ? field.value : true);
        else field.value = state;
      }
    }
    bringBack(this.form, draft);
  }

  // ── Sending ────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #send(/** @type {SubmitEvent} */ event) {
    if (event.defaultPrevented) return; // files are still on their way
    event.preventDefault();
    if (this.submit.disabled || !this.#check()) return;
    this.#busy(true);
    try {
      await this.#post();
    } catch {
      this.#say(t("Connection lost. Your text is kept; please send it again in a moment."));
    }
    this.#busy(false);
  }

  async #post() {
    const answer = await this.call(this.form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams(/** @type {any} */ (new FormData(this.form))),
    });
    const said = await answer.json().catch(() => ({}));
    if (said.stamp) this.#field("stamp").value = said.stamp;
    if (answer.ok) {
      this.keeper?.clear();
      this.onSent(said.next);
    } else if (said.bits && !this.#field("proof").value && (await this.#prove(said))) {
      await this.#post();
      this.#field("proof").value = "";
    } else {
      this.#keep();
      this.#refused(said.problems ?? {});
    }
  }

  /** @param {{challenge: string, bits: number}} asked */
  async #prove({ challenge, bits }) {
    const { canWork, search } = await import("./work.js");
    if (!canWork) return false;
    this.#say(t("Checking that you are a person …"), true);
    this.#field("proof").value = await search(challenge, bits);
    return true;
  }

  /** @param {Record<string, string>} problems by field */
  #refused(problems) {
    const names = Object.keys(problems);
    const elsewhere = names.filter((name) => !this.#mark(name, problems[name])).map((name) => problems[name]);
    if (names.includes("website")) this.form.querySelector(".trap")?.classList.add("sprung");
    this.#say(elsewhere.join(" ") || (names.length ? "" : t("That did not work. Please try again.")));
    const first = this.#fields.find((field) => names.includes(field.name));
    first?.focus();
  }

  #busy(/** @type {boolean} */ on) {
    this.submit.disabled = on;
    if (on) this.words = this.submit.textContent ?? "";
    this.submit.textContent = on ? t("One moment") : this.words ?? "";
  }

  #say(/** @type {string} */ words, isCalm = false) {
    this.news.hidden = !words;
    this.news.classList.toggle("calm", isCalm);
    this.news.replaceChildren(...(words ? [icon(isCalm ? "clock" : "alert"), h("span", {}, words)] : []));
  }
}

/** What is wrong with a field, in the server's words; "" for nothing. */
function wrong(/** @type {Field} */ field) {
  const { validity, dataset } = field;
  const longest = Number(dataset.longest) || Infinity;
  if (field.required && !field.value.trim()) return dataset.missing ?? "";
  if (validity.valueMissing) return dataset.missing ?? "";
  const length = [...field.value.trim()].length;
  if (length > longest) return t("This is too long: at most {limit} characters.", { limit: longest });
  return validity.valid ? "" : (dataset.wrong ?? t("This cannot be taken."));
}

/** @param {string} page @returns {[string, string, string][]} name, label, value */
function diagnostics(page) {
  const { browser, system } = agent(navigator.userAgent);
  const size = `${screen.width} × ${screen.height}, ${innerWidth} × ${innerHeight}, ${devicePixelRatio}`;
  return [
    ["browser", t("Browser"), browser],
    ["system", t("System"), system],
    ["screen", t("Screen, window, scale"), size],
    ["page", t("Page"), page.slice(0, 300)],
    ["language", t("Language"), navigator.languages.join(", ")],
    ["zone", t("Time zone"), Intl.DateTimeFormat().resolvedOptions().timeZone],
  ];
}

/** "Firefox 140" and "Windows NT 10.0" of what browsers say of themselves. @param {string} text */
function agent(text) {
  const brand = /(Edg|OPR|Firefox|Chrome|Version)\/([\d.]+)/;
  const found = text.match(/(Edg|OPR)\/([\d.]+)/) ?? text.match(brand);
  /** @type {Record<string, string>} */
  const names = { Edg: "Edge", OPR: "Opera", Version: "Safari" };
  const browser = found ? `${names[found[1]] ?? found[1]} ${found[2]}` : text.slice(0, 100);
  return { browser, system: text.match(/\(([^)]*)\)/)?.[1] ?? "" };
}

/** Whether it holds something else than what the server has put there, and puts there again. */
function isKept(/** @type {Field} */ field) {
  if (field instanceof HTMLSelectElement) {
    return field.value !== ([...field.options].find((option) => option.defaultSelected) ?? field.options[0]).value;
  }
  if (field instanceof HTMLInputElement && field.type === "radio") return field.checked && !field.defaultChecked;
  if (field instanceof HTMLInputElement && field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.name !== "website" && field.value !== field.defaultValue;
}

function stateOf(/** @type {Field} */ field) {
  return field.type === "checkbox" ? /** @type {HTMLInputElement} */ (field).checked : field.value;
}
