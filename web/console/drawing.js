/**
 * Three small ways to keep the page in step with what it knows: lists by key, parts that change rarely, and times that run.
 */
import { fill, h } from "../shared/dom.js";

/** Now, in seconds of a clock that never jumps: the `now` of every countdown and of the chat reducer. */
export function now() {
  return performance.now() / 1000;
}

/**
 * Keeps one child of `parent` per item, in the items' order; a child that stays keeps its focus.
 * @template T
 * @param {Element} parent
 * @param {T[]} items
 * @param {(item: T) => string | number} key
 * @param {(item: T) => HTMLElement} make
 * @param {(node: any, item: T) => void} draw called for new and for known children
 */
export function keyed(parent, items, key, make, draw) {
  const keys = items.map((item) => String(key(item)));
  const known = new Map([...parent.children].map((/** @type {any} */ node) => [node.dataset.key, node]));
  for (const [id, node] of known) if (!keys.includes(id)) node.remove();
  let place = parent.firstElementChild;
  items.forEach((item, index) => {
    const node = known.get(keys[index]) ?? make(item);
    node.dataset.key = keys[index];
    draw(node, item);
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  });
}

const drawn = new WeakMap();

/**
 * Fills `node` anew only when `facts` (plain data) are others than last time, so that focus and selection inside survive.
 * @param {Element} node @param {any} facts @param {() => any[]} children
 */
export function redraw(node, facts, children) {
  const signature = JSON.stringify(facts);
  if (drawn.get(node) === signature) return;
  drawn.set(node, signature);
  fill(node, ...children());
}

const running = new Map();

/** A `<span>` whose text is asked for again every half second for as long as it is in the page. */
export function live(/** @type {() => string} */ text) {
  const node = h("span", { class: "figures" }, text());
  running.set(node, text);
  return node;
}

setInterval(() => {
  for (const [node, text] of running) {
    if (!node.isConnected) running.delete(node);
    else if (node.textContent !== text()) node.textContent = text();
  }
}, 500);
