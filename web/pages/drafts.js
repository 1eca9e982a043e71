/**
 * Drafts of those who ask: in this tab's sessionStorage, where there is one, until they are sent or their person signs out.
 */

/** @param {`request:${string}` | `reply:${string}`} name @returns {import("../shared/request-form.js").Keeper} */
export function keeper(name) {
  const key = `livesupport:${name}`;
  try {
    sessionStorage.setItem(`${key}:try`, "");
    sessionStorage.removeItem(`${key}:try`);
  } catch {
    return null;
  }
  return {
    read: () => JSON.parse(sessionStorage.getItem(key) ?? "null"),
    write: (draft) => sessionStorage.setItem(key, JSON.stringify(draft)),
    clear: () => sessionStorage.removeItem(key),
  };
}

/** Takes all of them away. */
export function forgetDrafts() {
  try {
    for (const key of Object.keys(sessionStorage)) if (/^livesupport:(request|reply):/.test(key)) sessionStorage.removeItem(key);
  } catch {
    // Where nothing can be kept, nothing is.
  }
}
