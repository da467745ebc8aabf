// @ts-check
// Completion: what is being typed before the caret, and what it may become.

import { fold } from './fuzzy.js';

/**
 * @typedef {{kind: 'nick' | 'room' | 'emoji' | 'command', start: number, end: number, query: string}} Wish
 * @typedef {{insert: string, label: string, aside?: string}} Choice
 */

const wishes = /(?:^|[\s(])(?:@([\p{L}\p{N}_][\p{L}\p{M}\p{N}\-_.']*)?|#([\p{L}\p{N}\-_.]*)|:([a-z0-9_+-]{2,}))$/u;

/**
 * wish returns what is being typed before the caret; null if it is nothing that
 * can be completed.
 * @param {string} text
 * @param {number} caret
 * @returns {Wish | null}
 */
export function wish(text, caret) {
  const before = text.slice(Math.max(0, caret - 80), caret);
  const command = caret < 40 && /^\/([a-z]*)$/.exec(before);
  if (command) return { kind: 'command', start: 0, end: caret, query: command[1] };
  const match = wishes.exec(before);
  if (!match) return null;
  const typed = match[0].trimStart().replace(/^\(/, '');
  const kind = typed[0] === '@' ? 'nick' : typed[0] === '#' ? 'room' : 'emoji';
  return { kind, start: caret - typed.length, end: caret, query: typed.slice(1) };
}

/**
 * matching returns the names that a query may mean: those that begin with it,
 * then those in which a later word does, each in the order given.
 * @template T
 * @param {T[]} all
 * @param {(one: T) => string} name
 * @param {string} query
 * @param {number} [most]
 * @returns {T[]}
 */
export function matching(all, name, query, most = 8) {
  const wanted = fold(query);
  const first = [], second = [];
  for (const one of all) {
    const folded = fold(name(one));
    if (folded.startsWith(wanted)) first.push(one);
    else if (folded.split(/[-_.\s]/).some((part) => part.startsWith(wanted))) second.push(one);
    if (first.length >= most) break;
  }
  return [...first, ...second].slice(0, most);
}

/**
 * insert puts a choice where the wish was typed.
 * @param {string} text
 * @param {Wish} wish
 * @param {string} choice
 * @returns {{text: string, caret: number}}
 */
export function insert(text, wish, choice) {
  const rest = text.slice(wish.end);
  const gap = /^\s/.test(rest) ? '' : ' ';
  return { text: text.slice(0, wish.start) + choice + gap + rest, caret: wish.start + choice.length + 1 };
}
