/**
 * Which part of the console is in sight: on a narrow page one at a time, and the device's Back button returns from it.
 */

/** @typedef {"people" | "chat" | "card" | "wall"} View */

const DEPTH = { people: 0, chat: 1, wall: 1, card: 2 };
const narrow = matchMedia("(width < 56.25em)");

export class Views {
  /**
   * @param {HTMLElement} main carries the view as `data-view`
   * @param {(view: View, was: View) => void} changed
   */
  constructor(main, changed) {
    this.main = main;
    this.changed = changed;
    this.pushed = 0; // entries of ours in the browser's history
    main.dataset.view = "people";
    addEventListener("popstate", ({ state }) => {
      this.pushed = state?.depth ?? 0;
      this.#set(state?.view ?? "people");
    });
  }

  /** @returns {View} */
  get current() {
    return /** @type {View} */ (this.main.dataset.view);
  }

  show(/** @type {View} */ view) {
    const steps = DEPTH[view] - DEPTH[this.current];
    if (steps < 0 && this.pushed >= -steps) {
      history.go(steps); // and `popstate` shows it
      return;
    }
    if (narrow.matches && steps > 0) history.pushState({ view, depth: ++this.pushed }, "");
    this.#set(view);
  }

  #set(/** @type {View} */ view) {
    const was = this.current;
    if (was === view) return;
    this.main.dataset.view = view;
    this.changed(view, was);
  }
}
