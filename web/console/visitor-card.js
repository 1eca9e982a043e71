/**
 * What the visitor has told, beside the conversation: name, phone, question, page, language, local time.
 */
import { h } from "../shared/dom.js";
import { language, t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { clock, timeElement } from "../shared/time.js";
import { iconButton } from "./buttons.js";
import { live, redraw } from "./drawing.js";

/** A language by its name in the reader's own language; the tag itself where the browser does not know it. */
export function languageName(/** @type {string} */ tag) {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/**
 * @param {() => void} back on a phone: returns to the conversation
 * @returns {{element: HTMLElement, update: (chat: import("../shared/chat-state.js").ChatState | undefined) => void}}
 */
export function createVisitorCard(back) {
  const body = h("div", { class: "visitor-body" });
  const element = h("aside", { class: "visitor", "aria-label": t("Visitor") },
    h("header", { class: "visitor-head" },
      iconButton("back", t("Back to the conversation"), back, "narrow-only"),
      h("h2", {}, t("Visitor"))),
    body);

  function update(chat) {
    const info = chat?.info;
    redraw(body, info ? shown(info) : null, () => (info ? card(info) : [nobody()]));
  }
  return { element, update };
}

const nobody = () => h("p", { class: "empty" }, t("Open a chat to see who it is."));

/** What the card depends on. */
function shown({ visitor, topic, site, agent, mine, supervisors, ticket }) {
  return [visitor, topic, site, agent, mine, supervisors, ticket];
}

function card(info) {
  const { visitor } = info;
  return [
    h("p", { class: "visitor-name" }, h("bdi", {}, visitor.name)),
    visitor.name_is_agents &&
      h("p", { class: "chip attention" }, icon("alert"), t("Same name as a colleague – this is the visitor")),
    h("a", { class: "phone", href: `tel:${visitor.phone}` }, icon("phone"), h("bdi", { dir: "ltr" }, visitor.phone)),
    h("dl", { class: "visitor-facts" },
      fact(t("Question"), h("div", { class: "said", dir: "auto" }, visitor.question)),
      visitor.page && fact(t("Page"), pageLink(visitor.page)),
      visitor.language && fact(t("Language"), languageName(visitor.language)),
      visitor.utc_offset !== undefined && fact(t("Local time"), localTime(visitor.utc_offset)),
      info.topic && fact(t("Topic"), h("bdi", {}, info.topic)),
      fact(t("Site"), h("bdi", {}, info.site)),
      fact(t("Began"), timeElement(info.started_at)),
      info.mine === false && info.agent && fact(t("Served by"), h("bdi", {}, info.agent)),
      info.supervisors?.length && fact(t("Reads along"), h("bdi", {}, info.supervisors.join(", ")))),
    dataLine(info.ticket),
  ];
}

function fact(/** @type {string} */ name, /** @type {any} */ value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}

/** Only web addresses become links, and the host that they really lead to stands on a line of its own. */
function pageLink(/** @type {string} */ address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return h("span", { dir: "ltr" }, address);
  }
  if (!/^https?:$/.test(url.protocol)) return h("span", { dir: "ltr" }, address);
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", dir: "ltr", title: url.href },
    h("b", {}, url.host), h("span", {}, url.pathname === "/" ? "" : url.pathname));
}

/** The visitor's own time of day, and how far it is from the agent's. */
function localTime(/** @type {number} */ offset) {
  const shift = offset + new Date().getTimezoneOffset();
  return live(() => clock(Date.now() / 1000 + shift * 60));
}

function dataLine(/** @type {string | undefined} */ ticket) {
  if (!ticket) {
    return h("p", { class: "data-line" }, icon("erase"), t("Not saved. Erased after the end, unless you save it as a ticket."));
  }
  return h("p", { class: "data-line saved" }, icon("ticket"),
    h("a", { href: `/tickets/${ticket}`, target: "_blank" }, t("Saved as ticket {number}", { number: `#${ticket}` })));
}
