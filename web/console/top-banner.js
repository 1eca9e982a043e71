/**
 * The strip over the whole console: no connection, signed out, away after missed offers or for having touched nothing, sounds
 * that the browser holds back.
 */
import { h } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { icon } from "../shared/icons.js";
import { CloseCode } from "../shared/close-codes.js";
import { button } from "./buttons.js";
import { redraw } from "./drawing.js";

/**
 * @param {HTMLElement} element with `role=alert`: what appears in it is read out at once
 * @param {{retry: () => void, comeBack: () => void}} actions
 */
export function createTopBanner(element, { retry, comeBack }) {
  /**
   * @param {object} facts
   * @param {import("../shared/connection.js").ConnectionState} facts.link
   * @param {boolean} facts.wasOpen
   * @param {any} facts.me
   * @param {boolean} facts.inactive
   * @param {boolean} facts.silent
   */
  function update({ link, wasOpen, me, inactive, silent }) {
    const banner = linkBanner(link, wasOpen, retry) ?? awayBanner(me, inactive, comeBack) ?? silentBanner(silent);
    element.className = `top-banner ${banner?.tone ?? ""}`;
    redraw(element, banner && [banner.words, banner.label], () => banner ? [
      icon(banner.icon), h("p", {}, banner.words),
      banner.href && h("a", { class: "button", href: banner.href }, banner.label),
      banner.run && button(banner.label, banner.run),
    ] : []);
  }
  return { update };
}

function linkBanner({ state, code }, wasOpen, retry) {
  if (state === "closed" && code) return endedBanner(code, retry);
  if (state === "open" || !wasOpen) return null;
  return {
    tone: "attention", icon: "offline", words: t("Connection lost. Your text is kept; we are trying again."),
    label: t("Try now"), run: retry,
  };
}

/** The server has ended the connection for good and said why. */
function endedBanner(code, retry) {
  const signIn = { tone: "attention", icon: "lock", label: t("Sign in"), href: "/login" };
  if (code === CloseCode.NOT_SIGNED_IN) return { ...signIn, words: t("You are signed out. Sign in to go on.") };
  if (code === CloseCode.FORBIDDEN) return { ...signIn, words: t("This account may not use the console any more.") };
  if (code === CloseCode.TOO_FAST) {
    const words = t("Too much was sent at once, so the server hung up.");
    return { tone: "attention", icon: "alert", words, label: t("Connect again"), run: retry };
  }
  const words = t("This page does not fit the server any more. Please load it again.");
  return { tone: "attention", icon: "alert", words, label: t("Reload"), run: () => location.reload() };
}

function awayBanner(me, inactive, comeBack) {
  if (me?.intent !== "away" || !(me.missed || inactive)) return null;
  const words = me.missed
    ? t("You are away because two offers in a row were missed. New chats go to others.")
    : t("You are away because nothing was touched here for a while. New chats go to others.");
  return { tone: "waiting", icon: "clock", label: t("I am back"), run: comeBack, words };
}

function silentBanner(silent) {
  return silent ? { tone: "", icon: "mute", words: t("Click anywhere so that the browser lets new chats ring.") } : null;
}
