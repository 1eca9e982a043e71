/**
 * The live wall for supervisors: how many wait and since when, who is there, what runs. Counts and names of agents only;
 * to read a chat one joins it, and its visitor is told.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { span } from "../shared/time.js";
import { button, iconButton } from "./buttons.js";
import { keyed, live, now, redraw } from "./drawing.js";
import { chatStatusWords, serviceWords, statusWords } from "./words.js";

/**
 * @param {{join: (chat: string) => void, open: (chat: string) => void, back: () => void}} actions
 * @returns {{element: HTMLElement, update: (desk: import("./desk.js").Desk) => void}}
 */
export function createWall({ join, open, back }) {
  const tiles = h("dl", { class: "tiles" });
  const topics = table(t("Topics"), [t("Topic"), t("State"), t("Waiting"), t("Longest wait"), t("Active")]);
  const agents = table(t("Agents"), [t("Name"), t("State"), t("Chats")]);
  const chats = table(t("Chats"), [t("Agent"), t("Topic"), t("State"), t("Age"), ""]);
  const element = h("section", { class: "wall", "aria-label": t("Live wall") },
    h("header", { class: "wall-head" },
      iconButton("back", t("Back to the chats"), back),
      h("h2", { tabIndex: -1 }, t("Live wall"))),
    tiles, topics.element, agents.element, chats.element,
    h("p", { class: "hint" }, t("No names and no words of visitors here. Whoever joins a chat is announced to its visitor.")));

  function update(desk) {
    const { wall } = desk;
    if (!wall) return;
    const at = desk.wallAt;
    redraw(tiles, [wall.waiting, wall.longest_wait, wall.seats, wall.active], () => [
      tile(t("Waiting"), wall.waiting, wall.waiting ? "waiting" : ""),
      tile(t("Longest wait"), wall.waiting ? running(wall.longest_wait, at) : "–", wall.waiting ? "waiting" : ""),
      tile(t("Seats"), wall.seats, wall.seats ? "" : "attention"),
      tile(t("Active chats"), wall.active, ""),
    ]);
    topics.fill(wall.topics, ({ name, site }) => `${site}/${name}`, (topic) => [
      h("bdi", {}, topic.name || topic.site), serviceWords(topic.state), topic.waiting || "–",
      topic.waiting ? running(topic.longest_wait, at) : "–", topic.active || "–",
    ], t("No topics yet."));
    agents.fill(wall.agents, ({ name }) => name, ({ name, status, load, capacity }) => [
      h("bdi", {}, name), h("span", { class: `status ${status}` }, h("span", { class: "light" }), statusWords(status)),
      h("span", { dir: "ltr" }, `${load} / ${capacity}`),
    ], t("No agents yet."));
    chats.fill(wall.chats, ({ chat }) => chat, (chat) => [
      h("bdi", {}, chat.agent || "–"), h("bdi", {}, chat.topic || "–"), chatStatusWords(chat.status),
      running(chat.age, at), joinButton(chat, desk),
    ], t("No chats right now."));
  }

  function joinButton({ chat }, desk) {
    const [words, run] = desk.chats.has(chat) ? [t("Open"), open] : [t("Join"), join];
    return button(words, () => run(chat), { kind: "small" });
  }
  return { element, update };
}

const running = (seconds, at) => live(() => span(seconds + now() - at));

function tile(/** @type {string} */ name, /** @type {any} */ value, /** @type {string} */ tone) {
  return h("div", { class: `tile ${tone}` }, h("dt", {}, name), h("dd", { class: "figures" }, value));
}

const headCell = (/** @type {string} */ head) => (head ? h("th", { scope: "col" }, head) : h("td", {}));

/** A table whose rows stay in place while their cells change. */
function table(/** @type {string} */ title, /** @type {string[]} */ heads) {
  const body = h("tbody", {});
  const empty = h("p", { class: "empty" });
  const element = h("section", { class: "wall-part" },
    h("h3", {}, title),
    h("div", { class: "wall-scroll" },
      h("table", { "aria-label": title }, h("thead", {}, h("tr", {}, heads.map(headCell))), body)),
    empty);
  return {
    element,
    fill(items, key, cells, nothing) {
      const draw = (row, item) => redraw(row, item, () => cells(item).map((cell) => h("td", {}, cell)));
      keyed(body, items, key, () => h("tr", {}), draw);
      element.firstElementChild.nextElementSibling.hidden = items.length === 0;
      empty.hidden = items.length > 0;
      empty.textContent = nothing;
    },
  };
}
