// @ts-check
// What is written and not sent yet, by room: kept at each keystroke.

import { keep } from './settings.js';

/** @typedef {{text: string, reply?: number}} Draft */

const prefix = 'hubbub.draft.';

/** Whose they are while nobody is signed in. */
const author = 'hubbub.author';

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

/** leaveTo keeps them for somebody whose session has ended. @param {number} user */
export function leaveTo(user) { keep(author, user); }

/** claim is for when somebody comes in: they find their own ones, and nobody else's. @param {number} user */
export function claim(user) {
  let owner;
  try {
    owner = localStorage.getItem(author);
  } catch { /* where it is forbidden, none were kept */ }
  if (owner && owner !== String(user)) forget();
  keep(author, undefined);
}

/** forget removes all of them. */
export function forget() {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(prefix)) keep(name, undefined);
  } catch { /* where it is forbidden, none were kept */ }
}
