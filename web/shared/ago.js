/**
 * How long ago something was, in the reader's language.
 */
import { t } from "./i18n.js";
import { day, known, locale } from "./time.js";

/** "4 min ago" under a day, else the date. `at` and `now`: Unix seconds. */
export function ago(/** @type {number} */ at, now = Date.now() / 1000) {
  const minutes = Math.max(0, Math.round((now - at) / 60));
  if (minutes === 0) return t("just now");
  if (minutes >= 1440) return day(at);
  const [count, unit] = minutes < 60 ? [minutes, "minute"] : [Math.round(minutes / 60), "hour"];
  if (!known) return `${count} ${unit === "minute" ? "წთ" : "სთ"} წინ`;
  const format = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "always" });
  return format.format(-count, /** @type {any} */ (unit));
}
