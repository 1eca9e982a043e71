/**
 * Ready answers: which of them fit what somebody types, and what stands in their places.
 */

const SHOWN = 8;

/**
 * The ready answers that fit what follows a slash: shortcuts that begin with it first, then those that contain it anywhere.
 * @param {Array<{shortcut: string, text: string}>} canned
 * @param {string} typed the slash and the letters after it; anything else fits nothing
 */
export function matching(canned, typed) {
  if (!/^\/\S*$/.test(typed)) return [];
  const word = typed.slice(1).toLowerCase();
  const begins = ({ shortcut }) => shortcut.toLowerCase().startsWith(word);
  const contains = ({ shortcut, text }) => shortcut.toLowerCase().includes(word) || text.toLowerCase().includes(word);
  return [...canned.filter(begins), ...canned.filter((reply) => !begins(reply) && contains(reply))].slice(0, SHOWN);
}

/**
 * Puts values in the places of `{{name}}` and the like. Nothing else is done with what stands between braces: a name that
 * nobody knows stays as it is, and what is put in is not looked at again.
 * @param {string} text
 * @param {Record<string, string>} values
 */
export function filled(text, values) {
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name) => (Object.hasOwn(values, name) ? values[name] : whole));
}
