/**
 * What the pages of administration gain from JavaScript: a preview that follows the form, and more rows for questions.
 * Without it the same forms work, with a fixed number of spare rows.
 */

const form = /** @type {HTMLFormElement | null} */ (document.getElementById("properties"));
const preview = document.getElementById("preview");
if (form && preview) {
  form.addEventListener("input", () => show(form, preview));
  show(form, preview);
}

const more = document.getElementById("add-question");
if (more) {
  more.hidden = false;
  more.addEventListener("click", () => addQuestion(more));
}

/** Draws name, greeting and colour as visitors will see them. @param {HTMLFormElement} form @param {HTMLElement} preview */
function show(form, preview) {
  for (const place of preview.querySelectorAll("[data-show]")) {
    const typed = /** @type {HTMLInputElement} */ (form.elements.namedItem(/** @type {HTMLElement} */ (place).dataset.show || ""));
    if (typed.value.trim()) place.textContent = typed.value;
  }
  const accent = /** @type {HTMLInputElement} */ (form.elements.namedItem("accent")).value;
  preview.style.setProperty("--preview-accent", accent);
  const { ink, ratio } = inkOn(accent);
  preview.style.setProperty("--preview-ink", ink === "white" ? "#ffffff" : "#000000");
  const [name, number] = document.querySelectorAll("#contrast b");
  if (!number) return;
  name.textContent = /** @type {HTMLElement} */ (name).dataset[ink] || "";
  number.textContent = ratio.toFixed(1);
}

/**
 * Black or white, whichever can be read better on a colour, and its contrast: the server's own rule (WCAG 2.2).
 * @param {string} colour @returns {{ink: "white" | "black", ratio: number}}
 */
function inkOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((place) => linear(parseInt(colour.slice(place, place + 2), 16) / 255));
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const white = 1.05 / (light + 0.05);
  const black = (light + 0.05) / 0.05;
  return white >= black ? { ink: "white", ratio: white } : { ink: "black", ratio: black };
}

/** @param {number} channel */
function linear(channel) {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

/** Adds a copy of the last row, emptied. @param {HTMLElement} button */
function addQuestion(button) {
  const rows = document.querySelectorAll(".question");
  const last = rows[rows.length - 1];
  const fresh = /** @type {HTMLElement} */ (last.cloneNode(true));
  for (const field of fresh.querySelectorAll("input, textarea")) /** @type {HTMLInputElement} */ (field).value = "";
  last.after(fresh);
  /** @type {HTMLElement} */ (fresh.querySelector("input:not([type=hidden])")).focus();
  button.scrollIntoView({ block: "nearest" });
}
