// @ts-check
// What is written and not sent yet, by room: kept at each keystroke.

import { keep } from './settings.js';

/** @typedef {{text: string, reply?: number}} Draft */

const prefix = 'hubbub.draft.';

/** @param {number | string} room @returns {Draft} */
export function draft(room) {
  try {
    return JSON.parse(localStorage.getItem(prefix + room) ?? 'null') ?? { text: '' };
  } catch {
    return { text: '' };
  }
}

/** @param {number | string} room @param {Draft} draft */
export function keepDraft(room, draft) { keep(prefix + room, draft.text || draft.reply ? draft : undefined); }

/** forget removes all of them. */
export function forget() {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(prefix)) keep(name, undefined);
  } catch { /* where it is forbidden, none were kept */ }
}
