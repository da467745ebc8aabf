// @ts-check
// Addresses: which room and message the path tells, and what stands over it,
// which the hash tells ("#settings/look").

import { signal } from './html.js';

/**
 * @typedef {object} Place
 * @property {'home' | 'room' | 'direct'} kind
 * @property {string} name the room without its #, or the nick
 * @property {number} message to show, 0 for the newest
 */

/** First words of a path that are no room's; such a room has /r/ before it. */
const reserved = new Set(['api', 'page', 'files', 'r', 'd', 'sw.js', 'manifest.webmanifest', 'robots.txt', 'favicon.ico', '.well-known']);

/** @type {Place} */
const home = { kind: 'home', name: '', message: 0 };

/**
 * parse reads a path.
 * @param {string} path
 * @returns {Place}
 */
export function parse(path) {
  const words = path.split('/').filter(Boolean).map(decode);
  if (words.length === 0) return home;
  if (words[0] === 'd' && words[1]) return { kind: 'direct', name: words[1], message: number(words[2]) };
  if (words[0] === 'r' && words[1]) return { kind: 'room', name: words[1], message: number(words[2]) };
  if (reserved.has(words[0])) return home;
  return { kind: 'room', name: words[0], message: number(words[1]) };
}

/** @param {string} word */
function decode(word) {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** @param {string | undefined} word */
function number(word) { return word && /^\d{1,15}$/.test(word) ? Number(word) : 0; }

/**
 * roomPath returns the address of a room or of a message in it.
 * @param {{name?: string, with?: {nick: string}}} room
 * @param {number} [message]
 */
export function roomPath(room, message) {
  const suffix = message ? `/${message}` : '';
  if (room.with) return `/d/${encodeURIComponent(room.with.nick)}${suffix}`;
  const name = (room.name ?? '').replace(/^#/, '');
  return (reserved.has(name) ? '/r/' : '/') + encodeURIComponent(name) + suffix;
}

/** The place that is shown. */
export const place = signal(/** @type {Place} */ (home));

/** What stands over it: the words of the hash, as ["settings", "look"]. */
export const over = signal(/** @type {string[]} */ ([]));

function read() {
  const now = parse(location.pathname), old = place.peek();
  if (now.kind !== old.kind || now.name !== old.name || now.message !== old.message) place.value = now;
  const words = location.hash.slice(1).split('/').filter(Boolean).map(decode), shown = over.peek();
  if (words.length !== shown.length || words.some((word, i) => word !== shown[i])) over.value = words;
}

/** go shows another address. @param {string} address @param {boolean} [replace] leaves no way back */
export function go(address, replace = false) {
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  read();
}

/** open puts something over the place: open('settings', 'look'). @param {...(string | number)} words */
export function open(...words) { go('#' + words.map((word) => encodeURIComponent(word)).join('/')); }

/** close takes away what stands over the place. */
export function close() { if (over.peek().length) go(location.pathname + location.search); }

/** follow obeys the address, and the links that are clicked. */
export function follow() {
  read();
  window.addEventListener('popstate', read);
  window.addEventListener('hashchange', read);
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || !ours(link, event)) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  });
}

/**
 * ours reports whether a click leads to another place of this page.
 * @param {HTMLAnchorElement} link
 * @param {MouseEvent} event
 */
function ours(link, event) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false;
  if (link.origin !== location.origin || link.target || link.hasAttribute('download')) return false;
  return link.pathname === '/' || parse(link.pathname).kind !== 'home';
}
