// @ts-check
// Keys that work anywhere on the page. Each has Ctrl, or Cmd on a Mac, or Alt,
// but for "?", which counts only where nothing is being typed.

import { go, open, over, roomPath } from './route.js';
import { channels, current, directs, me } from './store.js';

/** Whether this is a Mac, where Cmd is what Ctrl is elsewhere. */
const mac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

/** What the keys do, for the help: each with the keys as they are called. */
export const shortcuts = /** @type {const} */ ([
  ['switch', ['Mod', 'K']],
  ['search', ['Mod', 'Shift', 'F']],
  ['help', ['Mod', '/']],
  ['previous', ['Alt', '↑']],
  ['next', ['Alt', '↓']],
  ['unread', ['Alt', 'Shift', '↓']],
  ['settings', ['Mod', ',']],
  ['close', ['Esc']],
]);

/**
 * wanted tells what a key press asks for.
 * @param {KeyboardEvent} event
 * @returns {'switch' | 'search' | 'help' | 'settings' | 'previous' | 'next' | 'unread' | null}
 */
export function wanted({ key, ctrlKey, metaKey, altKey, shiftKey, target }) {
  const command = (mac ? metaKey && !ctrlKey : ctrlKey && !metaKey) && !altKey;
  if (command && !shiftKey && key.toLowerCase() === 'k') return 'switch';
  if (command && shiftKey && key.toLowerCase() === 'f') return 'search';
  if (command && key === '/') return 'help';
  if (command && key === ',') return 'settings';
  if (altKey && !ctrlKey && !metaKey && key === 'ArrowUp') return 'previous';
  if (altKey && !ctrlKey && !metaKey && key === 'ArrowDown') return shiftKey ? 'unread' : 'next';
  if (key === '?' && !ctrlKey && !metaKey && !altKey && !typing(target)) return 'help';
  return null;
}

/** typing reports whether keys are letters there. @param {EventTarget | null} target */
function typing(target) {
  const element = /** @type {HTMLElement | null} */ (target);
  return Boolean(element?.isContentEditable || /^(input|textarea|select)$/i.test(element?.tagName ?? ''));
}

/** beside returns the room that many before or after the one that is shown. @param {number} by @param {boolean} unreadOnly */
function beside(by, unreadOnly) {
  const all = [...channels.peek(), ...directs.peek()];
  const at = all.findIndex((room) => room === current.peek());
  for (let step = 1; step <= all.length; step++) {
    const room = all.at((at + by * step) % all.length);
    if (room && (!unreadOnly || room.info.peek().unread)) return room;
  }
  return null;
}

/** @param {'previous' | 'next' | 'unread'} way */
function move(way) {
  const room = beside(way === 'previous' ? -1 : 1, way === 'unread');
  if (room) go(roomPath(room.info.peek()));
}

/** follow obeys the keys. */
export function follow() {
  document.addEventListener('keydown', (event) => {
    const what = me.peek() && !event.defaultPrevented ? wanted(event) : null;
    if (!what) return;
    const inDialog = Boolean(document.querySelector('dialog[open]'));
    if (what === 'previous' || what === 'next' || what === 'unread') {
      if (inDialog) return;
      move(what);
    } else {
      const overlay = what === 'help' ? 'shortcuts' : what;
      if (over.peek()[0] === overlay) return event.preventDefault();
      open(overlay);
    }
    event.preventDefault();
  });
}

/** keyName is what a key is called on this keyboard. @param {string} key */
export function keyName(key) {
  if (key === 'Mod') return mac ? '⌘' : 'Ctrl';
  return mac && key === 'Alt' ? '⌥' : key;
}
