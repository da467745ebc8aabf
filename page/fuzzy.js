// @ts-check
// Fuzzy matching: the letters of what is typed, in their order, anywhere in a
// name. Beginnings of words and letters in a row count for more.

/** fold makes letters equal that differ in case or accents alone, one for one. @param {string} text */
export function fold(text) {
  return Array.from(text, (letter) => {
    const plain = letter.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    return plain === 'ł' ? 'l' : plain.length === letter.length ? plain : letter.toLowerCase().slice(0, letter.length);
  }).join('');
}

const longest = 80; // letters of a name that are looked at

/**
 * score rates how well a name fits: the higher the better, and 0 if it does not
 * have all letters of the query.
 * @param {string} query folded
 * @param {string} name
 */
export function score(query, name) {
  if (!query) return 1;
  const text = fold(name).slice(0, longest);
  if (text === query) return 1000;
  const at = text.indexOf(query);
  if (at >= 0) return (startsWord(text, at) ? 600 : 300) - at - text.length / 100;
  return scattered(query, text);
}

/** @param {string} text @param {number} at */
function startsWord(text, at) { return at === 0 || /[\s\-_./#@]/.test(text[at - 1]); }

/**
 * scattered rates letters that stand apart; the first letter has to begin a
 * word, else almost anything fits.
 * @param {string} query
 * @param {string} text
 */
function scattered(query, text) {
  let best = 0;
  for (let start = text.indexOf(query[0]); start >= 0; start = text.indexOf(query[0], start + 1)) {
    if (startsWord(text, start)) best = Math.max(best, from(query, text, start));
  }
  return best;
}

/** @param {string} query @param {string} text @param {number} start where its first letter is */
function from(query, text, start) {
  let points = 100, last = start;
  for (const letter of query.slice(1)) {
    const next = text.indexOf(letter, last + 1);
    if (next < 0) return 0;
    if (next !== last + 1) points -= startsWord(text, next) ? 1 : 3 + Math.min(next - last, 10);
    last = next;
  }
  return Math.max(points - start, 1);
}

/**
 * best returns those that fit, the best first; of equals those that come first.
 * @template T
 * @param {string} query as it was typed
 * @param {T[]} all the more likely before the less
 * @param {(one: T) => string} name
 * @param {number} most
 * @returns {T[]}
 */
export function best(query, all, name, most) {
  const wanted = fold(query.trim().replace(/^[#@]/, ''));
  return all
    .map((one, rank) => ({ one, rank, points: score(wanted, name(one).replace(/^[#@]/, '')) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || a.rank - b.rank)
    .slice(0, most)
    .map(({ one }) => one);
}
