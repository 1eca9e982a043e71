/**
 * A ticket's page: Ctrl+Enter sends, and what was typed is not lost by leaving the page.
 */
const boxes = /** @type {NodeListOf<HTMLTextAreaElement>} */ (document.querySelectorAll(".answer textarea"));
let sending = false;

for (const box of boxes) {
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) box.form?.requestSubmit();
  });
  box.form?.addEventListener("submit", () => {
    sending = true;
  });
}

window.addEventListener("beforeunload", (event) => {
  if (!sending && [...boxes].some((box) => box.value.trim() !== box.defaultValue.trim())) event.preventDefault();
});
