/**
 * The tools in the page's head: the live wall, sounds, the list of keys; and a sign-out that leaves no visitor alone.
 */
import { fill, h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { askToNotify } from "./attention.js";
import { createMenu, iconButton } from "./buttons.js";
import { redraw } from "./drawing.js";
import { notice } from "./notices.js";
import { isMuted, play, setMuted, unlock } from "./sound.js";

/** @param {import("./console.js").Console} app */
export function createTools(app) {
  const wall = h("button", {
    class: "button bare place", type: "button", "aria-label": t("Live wall"),
    on: { click: () => app.show(onWall(app) ? "people" : "wall") },
  }, icon("wall"), h("span", {}, t("Live wall")));
  const face = h("span", { class: "face" });
  const mute = h("button", { class: "menu-item", type: "button", on: { click: () => (setMuted(!isMuted()), app.changed()) } });
  const sounds = createMenu(t("Sounds and notifications"), face, [
    mute,
    { label: t("Test the sound"), icon: "bell", run: test },
    { label: t("Allow desktop notifications"), icon: "alert", run: allow },
  ]);
  const keys = iconButton("keyboard", t("Keyboard shortcuts"), () => app.openShortcuts(), "keys-button");
  fill(/** @type {Element} */ (document.getElementById("tools")), app.supervises && wall, sounds, keys);
  for (const place of document.querySelectorAll("[data-icon]")) {
    place.replaceWith(icon(/** @type {HTMLElement} */ (place).dataset.icon ?? ""));
  }
  document.querySelector("form[action='/logout']")?.addEventListener("submit", (event) => {
    event.preventDefault();
    app.signOut();
  });

  function update() {
    wall.setAttribute("aria-pressed", String(onWall(app)));
    redraw(face, isMuted(), () => [icon(isMuted() ? "mute" : "sound")]);
    redraw(mute, isMuted(), () => [icon(isMuted() ? "sound" : "mute"), isMuted() ? t("Sounds on") : t("Mute all sounds")]);
  }
  return { update };
}

const onWall = ({ views }) => views.current === "wall";

async function test() {
  await unlock();
  play("offer", { evenMuted: true });
}

async function allow() {
  await askToNotify();
  const granted = "Notification" in globalThis && Notification.permission === "granted";
  notice(granted ? t("Notifications are on. They never show what visitors say.")
    : t("The browser blocks notifications for this page. Its settings can change that."));
}
