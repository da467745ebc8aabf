// @ts-check
// Whether a message is worth disturbing somebody: the same rules as the server's
// (package notify), for what the page shows itself.

/**
 * What somebody wants to be told of, as it is kept on the server.
 * @typedef {'all' | 'mentions' | 'nothing'} Level
 * @typedef {object} Preferences
 * @property {Level} [level] where a room has none of its own; mentions if there is none
 * @property {Record<string, Level>} [rooms] by id
 * @property {string[]} [keywords] words that count as a mention
 * @property {{from: string, to: string, zone?: string} | null} [quiet] times of day, "22:00"
 * @property {boolean} [silent] nothing at all, until that is taken back
 */

/** Levels from the quietest. */
export const levels = /** @type {const} */ (['nothing', 'mentions', 'all']);

const maxKeywords = 50, maxKeyword = 64; // of those bytes, as the server has it

/**
 * parse reads preferences that were kept; what is no such thing is left out. What
 * is not known here stays: others may have set it.
 * @param {string | undefined} text
 * @returns {Preferences}
 */
export function parse(text) {
  let read;
  try {
    read = JSON.parse(text || '{}');
  } catch {
    return {};
  }
  if (!read || typeof read !== 'object') return {};
  const level = (/** @type {unknown} */ value) => levels.includes(/** @type {Level} */ (value));
  return {
    ...read,
    level: level(read.level) ? read.level : undefined,
    rooms: Object.fromEntries(Object.entries(read.rooms ?? {}).filter(([, value]) => level(value))),
    keywords: Array.isArray(read.keywords) ? words(read.keywords.join(',')) : [],
    quiet: minutes(read.quiet?.from) >= 0 && minutes(read.quiet?.to) >= 0 ? read.quiet : null,
    silent: read.silent === true || undefined,
  };
}

/** words returns the keywords of a text that has commas between them. @param {string} text */
export function words(text) {
  const all = text.split(/[,\n]/).map((word) => cut(word.trim())).filter(Boolean);
  return [...new Set(all)].slice(0, maxKeywords);
}

/** cut returns as much of a word as may be kept. @param {string} word */
function cut(word) {
  let bytes = 0;
  return [...word].filter((letter) => (bytes += new TextEncoder().encode(letter).length) <= maxKeyword).join('');
}

/** minutes returns the minutes of "22:30" since midnight; -1 if it is no time of day. @param {string | undefined} time */
export function minutes(time) {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time ?? '');
  return match ? Number(match[1]) * 60 + Number(match[2]) : -1;
}

/**
 * isQuiet reports whether a moment is within the quiet hours, which may go over
 * midnight.
 * @param {Preferences['quiet']} quiet
 * @param {Date} now
 */
export function isQuiet(quiet, now) {
  const from = minutes(quiet?.from), to = minutes(quiet?.to);
  if (from < 0 || to < 0 || from === to) return false;
  const time = timeIn(now, quiet?.zone);
  return from < to ? from <= time && time < to : time >= from || time < to;
}

/** timeIn returns the minutes since midnight in a time zone; here, if there is none of that name. @param {Date} now @param {string} [zone] */
function timeIn(now, zone) {
  try {
    const text = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).format(now);
    return minutes(text);
  } catch {
    return now.getHours() * 60 + now.getMinutes();
  }
}

/** hasWord reports whether one of the words is in a text, as a word. @param {string} text @param {string[]} wanted */
export function hasWord(text, wanted) {
  const found = ` ${plain(text)} `;
  return wanted.map(plain).some((word) => word !== '' && found.includes(` ${word} `));
}

/** plain returns the words of a text and nothing else. @param {string} text */
function plain(text) { return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim(); }

/**
 * levelOf returns what counts in a room.
 * @param {Preferences} preferences
 * @param {number} room
 * @returns {Level}
 */
function levelOf(preferences, room) { return preferences.rooms?.[room] ?? preferences.level ?? 'mentions'; }

/**
 * disturbs reports whether somebody wants to be told of a message now.
 * @param {Preferences} preferences
 * @param {{room: number, direct: boolean, mentioned: boolean, text: string}} message
 * @param {Date} now
 */
export function disturbs(preferences, { room, direct, mentioned, text }, now) {
  const level = levelOf(preferences, room);
  if (preferences.silent || level === 'nothing' || isQuiet(preferences.quiet, now)) return false;
  return level === 'all' || direct || mentioned || hasWord(text, preferences.keywords ?? []);
}
