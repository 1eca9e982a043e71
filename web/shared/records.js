/**
 * What a page gives back when the server has lost a chat: the exact texts of the frames that it heard. To the page a record
 * is opaque; only the server can tell whether it is genuine.
 */
const PAGE_BYTES = 24 * 1024;

/**
 * One page of records for a `records` command.
 * @param {import("./chat-state.js").ChatState} chat
 * @param {number} after how many of them the server has already
 */
export function recordsOf({ chat, lines, notes }, after) {
  const all = [...lines.map((line) => ["lines", line.raw]), ...notes.map((note) => ["notes", note.raw])].filter(([, raw]) => raw);
  const page = { t: "records", chat, lines: /** @type {string[]} */ ([]), notes: /** @type {string[]} */ ([]), last: true };
  let size = 0;
  for (const [kind, raw] of all.slice(after)) {
    size += new TextEncoder().encode(JSON.stringify(raw)).length;
    if (size > PAGE_BYTES && page.lines.length + page.notes.length > 0) return { ...page, last: false };
    page[/** @type {"lines" | "notes"} */ (kind)].push(raw);
  }
  return page;
}
