/**
 * Our one set of icons: 20 px grid, 1.5 px stroke, drawn in the colour of the text beside them.
 * They are ornaments: the word stands beside them or in the button's `aria-label`.
 */

/** @type {Record<string, string>} path data by name; `more-icons.js` adds the rest */
export const PATHS = {
  alert: "M10 6.5v4M10 13.5h.01M10 2.5 18 16.5H2Z",
  check: "M4 10.5 8 14.5 16 5.5",
  checks: "M1.5 10.5l4 4 8-9M9.5 14.5l1 0 8-9",
  clock: "M10 2.5a7.5 7.5 0 1 0 .01 0ZM10 6v4l2.5 2",
  close: "M5 5l10 10M15 5 5 15",
  down: "M10 3.5V14M5.5 9.5 10 14l4.5-4.5M4 17h12",
  lock: "M5 9h10v8H5ZM7 9V6.5a3 3 0 0 1 6 0V9",
  more: "M4 10a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M9.5 10a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M15 10a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0",
  send: "M3 4 17.5 10 3 16l2-6ZM5 10h6",
};

/** Those that point along the text, and turn with it. */
export const TURNING = new Set(["send"]);
const SVG = "http://www.w3.org/2000/svg";

/** One icon as an SVG element. */
export function icon(/** @type {string} */ name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", TURNING.has(name) ? "icon turns" : "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
