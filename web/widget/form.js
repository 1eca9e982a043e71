/**
 * The form before a chat, and, when nobody can answer, the same form as a request. Whatever was typed stays.
 */
import { fill, h } from "../shared/dom.js";
import { n, t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { page } from "../shared/page.js";
import { codePoints } from "../shared/protocol.js";
import { availability, wrong } from "./words.js";

/** @typedef {"name" | "phone" | "topic" | "question"} FieldName */

export class StartForm {
  /**
   * @param {object} options
   * @param {(values: Record<string, any>, mode: "chat" | "request") => void} options.onSubmit gets values that look right
   * @param {() => void} options.onMode the person would rather leave a request, or chat after all
   * @param {() => void} options.onMore they have more to say than fits in here
   */
  constructor({ onSubmit, onMode, onMore }) {
    this.onSubmit = onSubmit;
    this.limits = { name: 80, phone: 32, question: 500 };
    /** @type {"chat" | "request"} */
    this.mode = "chat";
    this.errors = {};
    this.inputs = {
      name: h("input", { class: "input", autocomplete: "name", dir: "auto" }),
      phone: h("input", { class: "input", type: "tel", autocomplete: "tel", dir: "ltr" }),
      topic: h("select", { class: "input", on: { change: () => this.#again() } }),
      question: h("textarea", { class: "input", rows: 3, dir: "auto", autocomplete: "off", on: { input: () => this.#count() } }),
    };
    this.intro = h("div", { class: "intro" });
    this.count = h("span", { class: "hint" });
    this.problem = h("p", { class: "problem", role: "alert", hidden: true });
    this.submit = h("button", { class: "button primary", type: "submit" });
    this.other = h("button", { class: "button bare", type: "button", on: { click: onMode } });
    this.more = h("button", { class: "button", type: "button", on: { click: onMore } }, t("Answer by e-mail, add files"));
    const { name, phone, topic, question } = this.inputs;
    this.element = h("form", { class: "start", novalidate: true, on: { submit: this.#submit.bind(this) } },
      this.intro,
      h("div", { class: "pair" }, this.#field("name", t("Your name"), name), this.#field("phone", t("Phone"), phone)),
      this.#field("topic", t("Topic"), topic),
      this.#field("question", t("Your question"), question, this.count),
      this.problem, this.submit, this.more, this.other);
  }

  /**
   * Shows the form as the service allows: a chat where the site (and the chosen topic) is open, else a request.
   * @param {any} service the latest `service` push
   * @param {"chat" | "request"} wish what the person would like
   */
  show(service, wish) {
    Object.assign(this, { service, wish });
    this.#topics(service.topics ?? []);
    const topic = service.topics?.find((/** @type {any} */ each) => String(each.id) === this.inputs.topic.value);
    const state = topic?.state ?? service.state;
    this.mode = state === "open" && wish === "chat" ? "chat" : "request";
    const isRequest = this.mode === "request";
    this.more.hidden = !isRequest;
    this.submit.textContent = this.submit.disabled ? t("One moment") : isRequest ? t("Send request") : t("Start chat");
    this.other.hidden = state !== "open";
    this.other.textContent = isRequest ? t("Chat instead") : t("Leave a request instead");
    this.#introduce(isRequest, topic && wish === "chat" ? availability(topic) : "");
    this.#count();
  }

  /** @param {boolean} isRequest @param {string} why */
  #introduce(isRequest, why) {
    if (this.introduced === `${isRequest} ${why}`) return;
    this.introduced = `${isRequest} ${why}`;
    fill(this.intro,
      h("h2", { tabIndex: -1 }, isRequest ? t("Leave a request") : page.site.greeting || t("Ask us. A person answers.")),
      isRequest && [h("p", {}, why, " ", t("Write to us and we will answer.")), contacts()]);
  }

  /** What is written in it. */
  get values() {
    const values = Object.fromEntries(Object.entries(this.inputs).map(([name, input]) => [name, input.value.trim()]));
    return { ...values, topic: Number(values.topic) || undefined };
  }

  /** Writes into it; fields that are not named stay as they are. */
  write(/** @type {Record<string, unknown>} */ values) {
    for (const [name, value] of Object.entries(values)) {
      if (Object.hasOwn(this.inputs, name)) this.inputs[/** @type {FieldName} */ (name)].value = value ?? "";
    }
    // The topics may come later than the wish for one of them.
    if ("topic" in values) this.wished = String(values.topic);
    this.#again();
    this.#count();
  }

  #again() {
    if (this.service) this.show(this.service, this.wish);
  }

  /** Shows what is wrong, beside the field when it is known. */
  fail(/** @type {string} */ message, /** @type {string} */ field = "") {
    this.busy(false);
    if (Object.hasOwn(this.errors, field)) {
      this.#mark(/** @type {FieldName} */ (field), message);
      this.inputs[/** @type {FieldName} */ (field)].focus();
    } else {
      this.problem.textContent = message;
      this.problem.hidden = false;
    }
  }

  /** While an answer is awaited. */
  busy(/** @type {boolean} */ on) {
    this.submit.disabled = on;
    this.#again();
  }

  /** Puts the cursor where the next thing is to be written. */
  focus() {
    const { name, phone, question } = this.inputs;
    ([name, phone, question].find((input) => !input.value) ?? question).focus();
  }

  /** @param {FieldName} name @param {string} label @param {HTMLElement} input @param {HTMLElement} [hint] */
  #field(name, label, input, hint) {
    const error = h("span", { class: "error", id: `${name}-error`, hidden: true });
    this.errors = { ...this.errors, [name]: error };
    input.id = name;
    input.setAttribute("aria-describedby", error.id);
    return h("div", { class: "field", data: { field: name } }, h("label", { htmlFor: name }, label), input, error, hint);
  }

  /** @param {{id: number, name: string, state: string}[]} topics */
  #topics(topics) {
    const { topic } = this.inputs;
    const offered = JSON.stringify(topics);
    if (this.offered === offered) return;
    this.offered = offered;
    const chosen = topic.value || this.wished;
    const option = (/** @type {any} */ { id, name, state }) =>
      h("option", { value: id }, state === "open" ? name : t("{topic} (request only)", { topic: name }));
    fill(topic, h("option", { value: "" }, t("Choose a topic")), topics.map(option));
    topic.value = topics.some((each) => String(each.id) === chosen) ? chosen : "";
    this.element.querySelector("[data-field=topic]").hidden = !topics.length;
    this.asksTopic = topics.length > 0;
  }

  #count() {
    const left = this.limits.question - codePoints(this.inputs.question.value.trim());
    this.count.hidden = left > 100;
    this.count.textContent = left < 0 ? t("This is too long.") : n("{count} character left", "{count} characters left", left);
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    const values = this.values;
    const found = this.#check(values);
    this.problem.hidden = true;
    for (const name of /** @type {FieldName[]} */ (Object.keys(this.errors))) this.#mark(name, found[name] ?? "");
    const [first] = Object.keys(found);
    if (first) return this.inputs[/** @type {FieldName} */ (first)].focus();
    this.busy(true);
    this.onSubmit(values, this.mode);
  }

  /** @param {Record<string, any>} values @returns {Record<string, string>} what is wrong, in the order of the fields */
  #check({ name, phone, topic, question }) {
    const { limits } = this;
    const digits = phone.replace(/\P{Nd}/gu, "").length;
    /** @type {Record<string, string | false>} */
    const checks = {
      name: !name ? wrong("bad_name") : codePoints(name) > limits.name && wrong("too_long"),
      phone: !phone ? t("Please give a phone number, so that we can call you back.")
        : (digits < 3 || codePoints(phone) > limits.phone) && wrong("bad_phone"),
      topic: Boolean(this.asksTopic) && !topic && t("Please choose a topic."),
      question: !question ? wrong("bad_question") : codePoints(question) > limits.question && wrong("too_long"),
    };
    return Object.fromEntries(Object.entries(checks).filter(([, problem]) => problem));
  }

  /** @param {FieldName} name @param {string} message */
  #mark(name, message) {
    const error = /** @type {Record<string, HTMLElement>} */ (this.errors)[name];
    fill(error, message && [icon("alert"), h("span", {}, message)]);
    error.hidden = !message;
    this.inputs[name].setAttribute("aria-invalid", String(Boolean(message)));
  }
}

/** The other ways to reach the people of this site. Their module comes when there are any. */
export function contacts() {
  const place = h("div");
  if (page.site.contacts?.length) import("./contacts.js").then(({ list }) => place.replaceWith(list(page.site.contacts)));
  return place;
}
