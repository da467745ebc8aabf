// @ts-check
// Words: every text that people read comes from words/, by language. English
// is always there; others are fetched when they are wanted.

import { effect, signal } from './html.js';
import { settings } from './settings.js';
import en from './words/en.js';

/** @typedef {keyof typeof en} Word */
/** @typedef {string | Partial<Record<Intl.LDMLPluralRule, string>>} Wording */

/** The languages, as each calls itself. */
export const languages = { en: 'English', pl: 'Polski' };

/** @type {Record<string, () => Promise<{default: Record<string, Wording>}>>} */
const others = { pl: () => import('./words/pl.js') };

/** The language that is shown. */
export const language = signal('en');

/** @type {Record<string, Wording>} */
let words = en;
let plurals = new Intl.PluralRules('en');

/**
 * choose returns the first of the wished languages that we speak.
 * @param {string} wish "" if there is none
 * @param {readonly string[]} browser
 */
export function choose(wish, browser) {
  for (const tag of [wish, ...browser]) {
    const short = tag.slice(0, 2).toLowerCase();
    if (short in languages) return short;
  }
  return 'en';
}

/** speak changes the language. @param {string} tag */
export async function speak(tag) {
  words = tag in others ? (await others[tag]()).default : en;
  plurals = new Intl.PluralRules(tag);
  document.documentElement.lang = tag;
  language.value = tag;
}

/** follow obeys the setting; what it returns is done when the first language is there. */
export async function follow() {
  const wish = () => choose(settings.value.language, navigator.languages);
  await speak(wish()).catch(() => {});
  effect(() => {
    const tag = wish();
    if (tag !== language.peek()) speak(tag).catch(() => {});
  });
}

/**
 * t returns a text in the language that is shown. {name} in it stands for that
 * value; where it has several forms, n chooses one.
 * @param {Word} word
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(word, values) {
  const tag = language.value; // so that who shows it follows the language
  return fill(words[word] ?? en[word] ?? word, values, plurals, tag);
}

/**
 * fill puts values into a wording.
 * @param {Wording} wording
 * @param {Record<string, string | number> | undefined} values
 * @param {Intl.PluralRules} rules
 * @param {string} tag
 */
export function fill(wording, values, rules, tag) {
  const text = typeof wording === 'string' ? wording : wording[rules.select(Number(values?.n ?? 0))] ?? wording.other ?? '';
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (all, name) => {
    const value = values[name];
    return typeof value === 'number' ? number(value, tag) : value ?? all;
  });
}

/** number writes a number as a language does. The first that is grouped takes the browser tens of milliseconds. @param {number} value @param {string} tag */
function number(value, tag) {
  return Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : value.toLocaleString(tag);
}
