// @ts-check
// What follows somebody from browser to browser: kept on the server as private
// properties of theirs, changed here at once, and sent when there is a
// connection.

import { effect, signal } from './html.js';
import { get, put } from './api.js';
import { learn } from './faces.js';
import { parse } from './attention.js';
import { connection, me } from './store.js';
import { keep, set, settings } from './settings.js';

/** @typedef {import('./attention.js').Preferences} Preferences */
/** @typedef {import('./settings.js').Settings} Settings */

/** The settings that are the person's; others are the browser's. */
const shared = /** @type {const} */ (['theme', 'language', 'enterSends', 'comings', 'density', 'clock']);

/** Which of the properties are changed here and not sent yet; kept, so that closing the page loses nothing. */
const unsent = 'hubbub.unsent';
const local = 'hubbub.notify';

/** @param {string} name @returns {any} */
function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? 'null');
  } catch {
    return null;
  }
}

/** What somebody wants to be told of. */
export const preferences = signal(parse(JSON.stringify(stored(local) ?? {})));

/** Something that tells of oneself, as others see it; null until it is known. */
export const status = signal(/** @type {string | null} */ (null));

/** change sets some of the settings, here and for all browsers. @param {Partial<Settings>} part */
export function change(part) {
  set(part);
  mark('settings');
}

/** prefer sets what somebody wants to be told of. @param {Partial<Preferences>} part */
export function prefer(part) {
  preferences.value = { ...preferences.peek(), ...part };
  keep(local, preferences.peek());
  mark('notify');
}

/** @returns {string[]} */
const waiting = () => stored(unsent) ?? [];

/** @param {'settings' | 'notify'} name */
function mark(name) {
  keep(unsent, [...new Set([...waiting(), name])]);
  clearTimeout(timer);
  timer = setTimeout(sync, 500); // several changes in a row are sent as one
}
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** value returns what is kept under a name. @param {string} name */
function value(name) {
  if (name === 'notify') return JSON.stringify(preferences.peek());
  const all = settings.peek();
  return JSON.stringify(Object.fromEntries(shared.map((one) => [one, all[one]])));
}

/** sync sends what was changed here, then takes over what was changed elsewhere. */
async function sync() {
  if (!me.peek()) return;
  try {
    for (const name of waiting()) {
      const sent = value(name);
      await put(`/me/properties/${name}`, { value: sent, private: true });
      if (value(name) === sent) keep(unsent, waiting().filter((one) => one !== name));
    }
    const { properties } = await get('/me/properties');
    for (const [name, text] of Object.entries(properties ?? {})) take(name, String(text));
    status.value ??= '';
  } catch { /* when the connection is back, again */ }
}

/**
 * take uses a property as the server has it, unless it was changed here since.
 * @param {string} name
 * @param {string} text
 */
export function take(name, text) {
  if (name === 'status') status.value = text;
  if (name === 'avatar') learn([[me.peek()?.user ?? 0, text.startsWith('/files/') ? text : '']]);
  if (waiting().includes(name)) return;
  if (name === 'notify') {
    preferences.value = parse(text);
    keep(local, preferences.peek());
  }
  if (name === 'settings') set(known(text));
}

/** known returns the settings in a text that are of the kind that they have here. @param {string} text @returns {Partial<Settings>} */
export function known(text) {
  let read;
  try {
    read = JSON.parse(text) ?? {};
  } catch {
    read = {};
  }
  const now = settings.peek();
  return Object.fromEntries(shared.filter((name) => typeof read[name] === typeof now[name]).map((name) => [name, read[name]]));
}

/** forget is for when somebody logs out: what they wanted is not the next one's. */
function forget() {
  preferences.value = {};
  status.value = null;
  keep(local, undefined);
  keep(unsent, undefined);
}

/** follow keeps both sides the same whenever there is a connection. */
export function follow() {
  let last = 0;
  effect(() => {
    const user = me.value?.user ?? 0;
    if (last && user !== last) forget();
    last = user;
  });
  effect(() => { if (connection.value.state === 'online') sync(); });
}
