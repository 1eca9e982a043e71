/**
 * What the server tells a page about itself: the JSON in `<script type="application/json" id="page">`.
 */

/** @type {Record<string, any>} `language`, `dir`, `strings`, `version` and what the page's own template adds. */
export const page = JSON.parse(document.getElementById("page")?.textContent || "{}");
