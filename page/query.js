// @ts-check
// What is typed into the search: which words to mark in what was found, and
// what may come next.

import { fold } from './fuzzy.js';

/** The operators, each with whether what follows it is chosen from a list. */
export const operators = /** @type {const} */ ({ 'from:': 'nick', 'in:': 'room', 'has:': 'trait', 'before:': 'day', 'after:': 'day' });

const tokens = /(-?)(?:(from|in|has|before|after):)?(?:"([^"]*)"?|(\S+))/gi;

/**
 * terms returns the words and phrases that are looked for, without operators and
 * without what is excluded.
 * @param {string} query
 * @returns {string[]}
 */
export function terms(query) {
  const found = [];
  for (const [, not, operator, phrase, word] of query.matchAll(tokens)) {
    const term = (phrase ?? word).replace(/\*$/, '').trim();
    if (!not && !operator && term) found.push(term);
  }
  return found;
}

/**
 * marked cuts a text where terms are in it: words only where one begins so, as
 * the server finds them. Every second part is a term.
 * @param {string} text
 * @param {string[]} words
 * @returns {string[]}
 */
export function marked(text, words) {
  const folded = fold(text);
  const wanted = words.map(fold).filter(Boolean).sort((a, b) => b.length - a.length);
  const parts = [];
  let begin = 0;
  for (let at = 0; at < folded.length;) {
    const term = startsWord(folded, at) ? wanted.find((one) => folded.startsWith(one, at)) : undefined;
    if (term) {
      parts.push(text.slice(begin, at), text.slice(at, at + term.length));
      begin = at += term.length;
    } else {
      at++;
    }
  }
  return [...parts, text.slice(begin)];
}

/** @param {string} text @param {number} at */
function startsWord(text, at) { return at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]); }

const around = 180; // characters of a result

/** excerpt returns what surrounds the first term of a long text. @param {string} text @param {string[]} words */
export function excerpt(text, words) {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= around) return line;
  const first = marked(line, words)[0].length;
  const start = first === line.length ? 0 : Math.max(0, first - around / 3);
  return (start > 0 ? '…' : '') + line.slice(start, start + around) + (start + around < line.length ? '…' : '');
}

/**
 * A Hint is a continuation of what is typed: the whole query with it, and what is
 * shown of it.
 * @typedef {{query: string, label: string, kind: 'operator' | 'nick' | 'room' | 'trait' | 'day'}} Hint
 */

/**
 * hints returns how the last word may go on.
 * @param {string} query
 * @param {{nicks: string[], rooms: string[], today: string}} known today as 2026-11-27
 * @returns {Hint[]}
 */
export function hints(query, { nicks, rooms, today }) {
  const last = /(-?)(\S*)$/.exec(query);
  const not = last?.[1] ?? '', word = last?.[2].toLowerCase() ?? '';
  const head = query.slice(0, query.length - (last?.[0].length ?? 0)) + not;
  const operator = /** @type {keyof typeof operators | undefined} */ (Object.keys(operators).find((one) => word.startsWith(one)));
  if (!operator) {
    return Object.keys(operators).filter((one) => one.startsWith(word)).map((one) => ({ query: head + one, label: one, kind: 'operator' }));
  }
  const kind = operators[operator], typed = fold(word.slice(operator.length).replace(/^[#@]/, ''));
  const values = { nick: nicks, room: rooms, trait: ['file', 'picture', 'link', 'reaction'], day: [today] }[kind];
  return values
    .filter((value) => fold(value.replace(/^#/, '')).startsWith(typed))
    .slice(0, 8)
    .map((value) => ({ query: `${head}${operator}${value} `, label: value, kind }));
}
