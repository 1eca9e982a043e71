/**
 * The reader's language: texts are written in English and looked up in the strings that came with the page.
 */
import { page } from "./page.js";

/** The language of the page, as a BCP 47 tag. */
export const language = page.language || "en";

const strings = page.strings || {};
const plurals = new Intl.PluralRules(language);
const numbers = new Intl.NumberFormat(language);

/**
 * A text in the reader's language.
 * @param {string} text English, with `{placeholders}`
 * @param {Record<string, string | number>} [values] what stands in their places
 */
export function t(text, values) {
  return fillIn(strings[text] || text, values);
}

/**
 * A text that counts.
 * @param {string} one English for one
 * @param {string} many English for several; `{count}` is the number
 * @param {number} count
 * @param {Record<string, string | number>} [values]
 */
export function n(one, many, count, values) {
  return fillIn(form(strings[one], count) || (count === 1 ? one : many), { count, ...values });
}

/** gettext numbers the forms one, few, many; the last one is for everything else. */
function form(/** @type {string[] | undefined} */ forms, /** @type {number} */ count) {
  if (!forms) return "";
  const index = ["one", "few", "many"].indexOf(plurals.select(count));
  return forms[index < 0 ? forms.length - 1 : Math.min(index, forms.length - 1)];
}

/** @param {string} text @param {Record<string, string | number>} [values] */
function fillIn(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? numbers.format(value) : isolate(value);
  });
}

/** A name in the other writing direction must not turn the sentence around it: it is wrapped in a bidi isolate. */
function isolate(/** @type {string} */ value) {
  const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufefc]/.test(value);
  return page.dir === "rtl" || rightToLeft ? `\u2068${value}\u2069` : value;
}
