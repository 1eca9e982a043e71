/**
 * Our one set of icons: 20 px grid, 1.5 px stroke, drawn in the colour of the text beside them.
 * They are ornaments: the word stands beside them or in the button's `aria-label`.
 */

/** @type {Record<string, string>} path data by name; `desk-icons.js` adds those that the panel has no use for */
export const PATHS = {
  alert: "M10 6.5v4M10 13.5h.01M10 2.5 18 16.5H2Z",
  chat: "M3 4.5h14v9.5H9l-4 3v-3H3Z",
  check: "M4 10.5 8 14.5 16 5.5",
  checks: "M1.5 10.5l4 4 8-9M9.5 14.5l1 0 8-9",
  clock: "M10 2.5a7.5 7.5 0 1 0 .01 0ZM10 6v4l2.5 2",
  close: "M5 5l10 10M15 5 5 15",
  down: "M10 3.5V14M5.5 9.5 10 14l4.5-4.5M4 17h12",
  erase: "M8 16.5 3.5 12 11.5 4l5 5-7.5 7.5ZM7.5 8l5 5M9 16.5h8",
  image: "M3 4h14v12H3ZM3 14l4-4 3 3 3-3 4 4M7 7.5h.01",
  inbox: "M3 11 5 4h10l2 7v5H3ZM3 11h4l1 2h4l1-2h4",
  lock: "M5 9h10v8H5ZM7 9V6.5a3 3 0 0 1 6 0V9",
  more: "M4 10a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M9.5 10a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0M15 10a.5.5 0 1 0 1 0 .5.5 0 1 0-1 0",
  note: "M4 3h12v9l-5 5H4ZM16 12h-5v5M7 7h6M7 10h3",
  offline: "M2.5 8a11 11 0 0 1 15 0M5.5 11.5a6.5 6.5 0 0 1 9 0M10 15.5h.01M3.5 3.5l13 13",
  save: "M4 3h12v14l-6-4-6 4Z",
  send: "M3 4 17.5 10 3 16l2-6ZM5 10h6",
  thumbDown: "M3 11h3V3H3ZM6 11l3.5 6.5c1.5 0 2-1 2-2V12H16a1 1 0 0 0 1-1.2L15.5 4a1 1 0 0 0-1-1H6",
  thumbUp: "M3 9h3v8H3ZM6 9l3.5-6.5c1.5 0 2 1 2 2V8H16a1 1 0 0 1 1 1.2L15.5 16a1 1 0 0 1-1 1H6",
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
