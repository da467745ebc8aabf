// @ts-check
// Lines that begin with a slash: what they ask for.

/**
 * What a line asks for: to say something, a command to the server, something
 * that the page does, or it was not understood.
 * @typedef {{say: string, action: boolean}
 *   | {command: Api.Command, then?: 'go'}
 *   | {open: string[]}
 *   | {wrong: 'unknown' | 'usage', name: string}} Request
 */

/** The commands, each with what follows it; in [brackets] what may be left out. */
export const commands = {
  me: 'text',
  join: '#room [key]',
  leave: '[#room]',
  topic: 'text',
  msg: 'nick text',
  nick: 'nick',
  invite: 'nick',
  kick: 'nick [reason]',
  mute: 'nick [10m] [reason]',
  unmute: 'nick',
  ban: 'nick [1d] [reason]',
  unban: 'nick',
  away: '[reason]',
  back: '',
  shrug: '[text]',
  help: '',
};

/** @typedef {keyof typeof commands} Name */

/** Other words for the same, as people know them from elsewhere. @type {Record<string, Name>} */
const also = { j: 'join', part: 'leave', query: 'msg', dm: 'msg', w: 'msg', silence: 'mute' };

const units = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** duration returns milliseconds for "10m"; 0 if it is none. @param {string} text */
export function duration(text) {
  const match = /^(\d{1,4})([smhdw])$/.exec(text);
  return match ? Number(match[1]) * units[/** @type {keyof typeof units} */ (match[2])] * 1000 : 0;
}

/**
 * parse reads what was typed.
 * @param {string} text
 * @param {number} room the id of the room it was typed in
 * @param {number} now milliseconds
 * @returns {Request}
 */
export function parse(text, room, now) {
  const match = /^\/([a-z]+)(?:\s+|$)/i.exec(text);
  if (text.startsWith('//')) return { say: text.slice(1), action: false };
  if (!match) return { say: text, action: false };
  const typed = match[1].toLowerCase();
  const name = also[typed] ?? typed;
  if (!Object.hasOwn(commands, name)) return { wrong: 'unknown', name: typed };
  const rest = text.slice(match[0].length).trim();
  return readers[/** @type {Name} */ (name)](rest, room, now) ?? { wrong: 'usage', name };
}

/** @param {string} rest @returns {[string, string]} the first word, and what follows */
function split(rest) {
  const match = /^(\S+)\s*([\s\S]*)$/.exec(rest);
  return match ? [match[1], match[2]] : ['', ''];
}

/** @param {string} word a nick, with or without the @ before it */
const person = (word) => word.replace(/^@/, '');

/** about makes the reader of a command about a person in the room. @param {string} op */
const about = (op) => (/** @type {string} */ rest, /** @type {number} */ room) => {
  const [nick, text] = split(rest);
  return nick ? { command: { op, room, nick: person(nick), text: text || undefined } } : null;
};

/** lasting is about, for a time that may be given. @param {string} op */
const lasting = (op) => (/** @type {string} */ rest, /** @type {number} */ room, /** @type {number} */ now) => {
  const [nick, more] = split(rest);
  if (!nick) return null;
  const [first, reason] = split(more);
  const time = duration(first);
  return { command: { op, room, nick: person(nick), until: time ? now + time : undefined, text: (time ? reason : more) || undefined } };
};

/** @type {Record<Name, (rest: string, room: number, now: number) => Request | null>} */
const readers = {
  me: (rest) => rest ? { say: rest, action: true } : null,
  shrug: (rest) => ({ say: `${rest} ¯\\\\\\_(ツ)\\_/¯`.trim(), action: false }),
  join: (rest) => {
    const [name, key] = split(rest);
    return name ? { command: { op: 'join', to: name.startsWith('#') ? name : '#' + name, key: key || undefined }, then: 'go' } : null;
  },
  leave: (rest, room) => ({ command: rest ? { op: 'leave', to: rest.startsWith('#') ? rest : '#' + rest } : { op: 'leave', room } }),
  topic: (rest, room) => ({ command: { op: 'topic', room, text: rest } }),
  nick: (rest) => rest && !/\s/.test(rest) ? { command: { op: 'nick', name: rest } } : null,
  msg: (rest) => {
    const [nick, text] = split(rest);
    if (!nick) return null;
    const to = '@' + person(nick);
    return { command: text ? { op: 'say', to, text } : { op: 'direct', nick: person(nick) }, then: 'go' };
  },
  invite: about('invite'),
  kick: about('kick'),
  mute: lasting('mute'),
  unmute: about('unmute'),
  ban: lasting('ban'),
  unban: about('unban'),
  away: (rest) => ({ command: { op: 'away', text: rest || undefined } }),
  back: () => ({ command: { op: 'back' } }),
  help: () => ({ open: ['shortcuts'] }),
};
