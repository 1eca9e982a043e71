/**
 * Makes elements without parsing any HTML: text becomes text nodes, so nothing that people write can become markup.
 */

/**
 * An element.
 * @param {string} tag
 * @param {Record<string, any>} [props] `class`, `on: {click: fn}`, `data: {key: value}`; a property that the element has as
 *   such (`value`, `disabled`, `hidden`, `textContent` …) is set, anything else becomes an attribute; null, undefined and
 *   false leave an attribute out
 * @param {...any} children nodes, texts, numbers, arrays of these; null, undefined, false and "" are left out
 * @returns {any} the element
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(element, name, value);
  append(element, children);
  return element;
}

/** Puts children (as for `h`) in the place of all that `element` holds. */
export function fill(/** @type {Element} */ element, /** @type {any[]} */ ...children) {
  element.replaceChildren();
  append(element, children);
}

/**
 * Makes `nodes` the children of `parent`, in this order. Those that stay are not moved, so focus and selection survive.
 * @param {Element} parent
 * @param {Node[]} nodes
 */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  let next = parent.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
}

/** @param {any} element @param {string} name @param {any} value */
function set(element, name, value) {
  if (name === "class") element.className = value || "";
  else if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
  else if (name === "data") Object.assign(element.dataset, value);
  else if (properties.has(name)) element[name] = value ?? "";
  else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
}

const properties = new Set(["value", "checked", "disabled", "hidden", "textContent", "htmlFor", "tabIndex", "required"]);

/** @param {Element} element @param {any[]} children */
function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false && child !== "") element.append(child);
  }
}
