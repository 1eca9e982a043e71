/**
 * The list from which a ticket was opened, for as long as the tab lives: where it is, and which tickets stand in it.
 */
const KEY = "livesupport.list";

/** @param {string[]} numbers of the tickets that this list shows */
export function keepList(numbers) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ href: location.pathname + location.search, numbers }));
  } catch {
    // Storage is denied: the way back leads to the whole inbox.
  }
}

/** @returns {{href: string, numbers: string[]}} the list that holds this ticket, else the whole inbox */
export function lastList(/** @type {string} */ number) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
    if (kept.numbers?.includes(number)) return kept;
  } catch {
    // As if there were none.
  }
  return { href: "/inbox", numbers: [] };
}
