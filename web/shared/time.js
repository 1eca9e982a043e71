/**
 * Times and dates as the reader writes them, in the reader's zone. Chrome's Intl knows no Georgian and would silently
 * answer in English, so Georgian is written from a table of the Unicode CLDR.
 * `at` is always Unix seconds; durations are seconds.
 */
import { h } from "./dom.js";
import { language } from "./i18n.js";

// The reader's own region decides between 14:02 and 2:02 PM when it fits the language of the page.
export const locale = navigator.language.split("-")[0] === language.split("-")[0] ? navigator.language : language;
/** Whether Intl can write it. */
export const known = Intl.DateTimeFormat.supportedLocalesOf(locale).length > 0 || !language.startsWith("ka");

/** "14:02" */
export function clock(/** @type {number} */ at) {
  return write(at, { hour: "numeric", minute: "2-digit" }, (time) => hoursMinutes(time));
}

/** "Mon, 3 November" */
export function day(/** @type {number} */ at) {
  return write(at, { weekday: "short", day: "numeric", month: "long" }, georgianDay);
}

/** "3 November 2026, 14:02" */
export function moment(/** @type {number} */ at) {
  return write(at, { dateStyle: "long", timeStyle: "short" }, (time) => {
    return `${time.getDate()} ${MONTHS[time.getMonth()]}, ${time.getFullYear()}, ${hoursMinutes(time)}`;
  });
}

/** "Monday 09:00" within the next six days, else with the date: when something in the future happens. */
export function weekday(/** @type {number} */ at, now = Date.now() / 1000) {
  if (at - now > 6 * 86400) return `${day(at)}, ${clock(at)}`;
  return `${write(at, { weekday: "long" }, (time) => DAYS[time.getDay()])} ${clock(at)}`;
}

/** "1:23", for countdowns and waiting times. */
export function span(/** @type {number} */ seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** `<time>` with the exact moment on hover; shows `text`, or the clock. */
export function timeElement(/** @type {number} */ at, text = clock(at)) {
  return h("time", { datetime: new Date(at * 1000).toISOString(), title: moment(at) }, text);
}

/** @param {number} at @param {Intl.DateTimeFormatOptions} options @param {(time: Date) => string} georgian */
function write(at, options, georgian) {
  const time = new Date(at * 1000);
  return known ? new Intl.DateTimeFormat(locale, options).format(time) : georgian(time);
}

const hoursMinutes = (/** @type {Date} */ time) =>
  [time.getHours(), time.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");

const georgianDay = (/** @type {Date} */ time) =>
  `${DAYS[time.getDay()].slice(0, 3)}, ${time.getDate()} ${MONTHS[time.getMonth()]}`;

const MONTHS = "იანვარი თებერვალი მარტი აპრილი მაისი ივნისი ივლისი აგვისტო სექტემბერი ოქტომბერი ნოემბერი დეკემბერი".split(" ");
const DAYS = "კვირა ორშაბათი სამშაბათი ოთხშაბათი ხუთშაბათი პარასკევი შაბათი".split(" ");
