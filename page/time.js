// @ts-check
// Times as people read them, in the language that is shown.

import { language, t } from './i18n.js';
import { settings } from './settings.js';

/** @type {Map<string, Intl.DateTimeFormat>} making one is slow, so each is made once */
const formats = new Map();

/** @type {Record<string, Intl.DateTimeFormatOptions>} by the setting of the clock */
const hours = { '': {}, 12: { hourCycle: 'h12' }, 24: { hourCycle: 'h23' } };

/** Languages of browsers in which the time of day is hours, a colon and minutes; with AM or PM behind it, or without. @type {Record<string, '12' | '24' | undefined>} */
const plain = { en: '12', 'en-US': '12', 'en-GB': '24', pl: '24', 'pl-PL': '24', de: '24', 'de-DE': '24', fr: '24', 'fr-FR': '24' };

/** locale is the language of times: in an English page those are as the browser's owner is used to. */
const locale = () => language.value === 'en' ? globalThis.navigator?.language : language.value;

/**
 * written returns a time of day without AM or PM, and those, where that takes no
 * formatter: the first one takes the browser tens of milliseconds, within the first
 * picture of the page.
 * @param {number} time
 * @returns {[string, string] | null}
 */
function written(time) {
  const usual = plain[locale() ?? ''], wished = settings.value.clock || usual;
  if (!usual || (wished === '12' && usual === '24')) return null;
  const at = new Date(time), hour = at.getHours();
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return wished === '24' ? [`${two(hour)}:${two(at.getMinutes())}`, ''] : [`${two(hour % 12 || 12)}:${two(at.getMinutes())}`, hour < 12 ? ' AM' : ' PM'];
}

/** @param {string} name @param {Intl.DateTimeFormatOptions} options */
function format(name, options) {
  const { clock } = settings.value;
  const key = locale() + clock + name;
  let found = formats.get(key);
  if (!found) formats.set(key, found = new Intl.DateTimeFormat(locale(), { ...options, ...hours[clock] }));
  return found;
}

/** clock returns the time of day, "14:05". @param {number} time */
export const clock = (time) => written(time)?.join('') ?? format('clock', { hour: '2-digit', minute: '2-digit' }).format(time);

/** hands returns it without "AM" or "PM", where it stands beside another. @param {number} time */
export const hands = (time) => written(time)?.[0] ?? format('clock', { hour: '2-digit', minute: '2-digit' }).formatToParts(time).filter(({ type }) => type !== 'dayPeriod').map(({ value }) => value).join('').trim();

/** full returns the day and the time of day. @param {number} time */
export const full = (time) => format('full', { dateStyle: 'full', timeStyle: 'short' }).format(time);

/** startOfDay returns when the day of a time began here. @param {number} time */
export function startOfDay(time) { return new Date(time).setHours(0, 0, 0, 0); }

/** nextDay returns when the day of a time ends here: not always 24 hours after it began. @param {number} time */
export function nextDay(time) {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

/** day returns the day of a time: today, yesterday, or its name. @param {number} time @param {number} [now] */
export function day(time, now = Date.now()) {
  const start = startOfDay(time);
  if (start === startOfDay(now)) return t('time.today');
  if (nextDay(time) === startOfDay(now)) return t('time.yesterday');
  const thisYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return thisYear
    ? format('day', { weekday: 'long', day: 'numeric', month: 'long' }).format(time)
    : format('year', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(time);
}

/** when returns the time of day if it was today, and else the day too, shortly. @param {number} time */
export function when(time) {
  if (startOfDay(time) === startOfDay(Date.now())) return clock(time);
  return format('when', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(time);
}

/** size returns a number of bytes, "1.5 MB". @param {number} bytes */
export function size(bytes) {
  const units = /** @type {const} */ (['byte', 'kilobyte', 'megabyte', 'gigabyte']);
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 3);
  return (bytes / 1000 ** power).toLocaleString(language.value, { style: 'unit', unit: units[power], unitDisplay: power ? 'short' : 'long', maximumFractionDigits: power > 1 ? 1 : 0 });
}
