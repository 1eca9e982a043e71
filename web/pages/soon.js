/**
 * Asking the server anew because of news: not for each of them, but never later than a moment after the first.
 */
const AGAIN = 5_000; // ms until a question that failed is put again

/**
 * @param {() => Promise<boolean>} run puts the question; false when it could not be put now. Only one is on its way at a time
 * @param {number} wait ms in which news are gathered, counted from the first of them
 * @returns {() => void} tells that there is something to ask
 */
export function soon(run, wait) {
  let timer = 0; // of the question that waits or is on its way
  let wantsMore = false;
  return ask;

  function ask() {
    if (timer) wantsMore = true;
    else plan(wait);
  }

  function plan(/** @type {number} */ ms) {
    timer = setTimeout(go, ms);
  }

  async function go() {
    wantsMore = false;
    const done = await run();
    timer = 0;
    if (!done) plan(AGAIN);
    else if (wantsMore) plan(wait);
  }
}
