// @ts-check
// What somebody has set for this browser: kept in its local storage, in the
// same form for every tab.

import { effect, signal } from './html.js';

/**
 * @typedef {object} Settings
 * @property {'system' | 'light' | 'dark'} theme
 * @property {string} language "" is the browser's
 * @property {boolean} enterSends if not, Ctrl-Enter does
 * @property {boolean} comings who comes and goes is shown
 * @property {'roomy' | 'compact'} density the space between messages
 * @property {'' | '12' | '24'} clock "" is as usual in the language
 * @property {boolean} sound for what one is told of
 */

/** @type {Settings} */
const defaults = { theme: 'system', language: '', enterSends: true, comings: true, density: 'roomy', clock: '', sound: false };

const key = 'hubbub.settings';

/** @returns {Settings} */
function load() {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(key) ?? '{}') };
  } catch {
    return defaults;
  }
}

export const settings = signal(load());

/** set changes some of the settings. @param {Partial<Settings>} change */
export function set(change) {
  settings.value = { ...settings.peek(), ...change };
  keep(key, settings.peek());
}

/**
 * keep writes a value to the local storage; where that is full or forbidden,
 * it lasts as long as the page.
 * @param {string} name
 * @param {unknown} value undefined removes it
 */
export function keep(name, value) {
  try {
    if (value === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch { /* see above */ }
}

/** follow obeys the settings, also those that another tab changes. */
export function follow() {
  window.addEventListener('storage', (event) => {
    if (event.key === key) settings.value = load();
  });
  effect(() => {
    const { theme } = settings.value;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  });
  effect(() => { document.documentElement.dataset.density = settings.value.density; });
}
