/**
 * How long ago something was, or how soon it will be, in the reader's language.
 */
import { t } from "./i18n.js";
import { day, known, locale, weekday } from "./time.js";

const A_WHILE = 90; // seconds by which two clocks may differ: what has just been said is not in the future

/** "4 min ago" under a day, else the date; what is still to come, by its day: "Monday 09:00". `at` and `now`: Unix seconds. */
export function ago(/** @type {number} */ at, now = Date.now() / 1000) {
  if (at - now > A_WHILE) return weekday(at, now);
  const minutes = Math.max(0, Math.round((now - at) / 60));
  if (minutes === 0) return t("just now");
  if (minutes >= 1440) return day(at);
  const [count, unit] = minutes < 60 ? [minutes, "minute"] : [Math.round(minutes / 60), "hour"];
  if (!known) return `${count} ${unit === "minute" ? "წთ" : "სთ"} წინ`;
  const format = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "always" });
  return format.format(-count, /** @type {any} */ (unit));
}

/** "in 4 min" under two days, else the date; of what is over, how long ago that was. `at` and `now`: Unix seconds. */
export function until(/** @type {number} */ at, now = Date.now() / 1000) {
  const minutes = Math.ceil((at - now) / 60);
  if (minutes <= 0) return ago(at, now);
  if (minutes >= 2880) return day(at);
  const [count, unit] = minutes < 60 ? [minutes, "minute"] : [Math.round(minutes / 60), "hour"];
  if (!known) return `${count} ${unit === "minute" ? "წუთში" : "საათში"}`;
  const format = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "always" });
  return format.format(count, /** @type {any} */ (unit));
}
