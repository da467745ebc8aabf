// @ts-check
// How high the rows of a list are, and where each begins: as measured, and by
// a guess where a row has not been in the document yet.

const guesses = /** @type {Record<string, number>} */ ({ day: 40, new: 32, beginning: 96, older: 240, newer: 240, happened: 28 });
const firstGuess = 60, nextGuess = 28; // pixels, of a message with its author above it and without
const padding = 16; // pixels below the last row
const spare = 1000; // heights that are kept of rows that are no more, beside as many as there are rows

export class Heights {
  constructor() {
    /** @type {Map<string, number>} as measured, by key */
    this.known = new Map();
    /** @type {{key: string, kind: string, head?: boolean}[]} */
    this.rows = [];
    this.starts = new Float64Array(1); // where each row begins, and the last ends
    this.stale = false; // whether a height is known that starts does not tell yet
  }

  /** The height of all. */
  get total() { return this.starts[this.rows.length] + padding; }

  /** lay takes the rows as they are now. @param {{key: string, kind: string, head?: boolean}[]} rows */
  lay(rows) {
    if (rows === this.rows && !this.stale) return;
    this.stale = false;
    this.rows = rows;
    if (this.starts.length <= rows.length) this.starts = new Float64Array(Math.ceil(rows.length * 1.5) + 1);
    let sum = 0;
    for (let i = 0; i < rows.length; i++) {
      this.starts[i] = sum;
      const row = rows[i];
      sum += this.known.get(row.key) ?? guesses[row.kind] ?? (row.head ? firstGuess : nextGuess);
    }
    this.starts[rows.length] = sum;
    if (this.known.size > 2 * rows.length + spare) this.known = new Map(rows.flatMap(({ key }) => this.known.has(key) ? [[key, this.known.get(key) ?? 0]] : []));
  }

  /** measured takes the height of a row, and tells whether it was not known. @param {string} key @param {number} height */
  measured(key, height) {
    const before = this.known.get(key);
    if (before !== undefined && Math.abs(before - height) < 0.5) return false;
    this.known.set(key, height);
    this.stale = true;
    return true;
  }

  /** forget is for when all are higher or lower, as the width is another. */
  forget() {
    this.known.clear();
    this.stale = true;
  }

  /** offset returns where a row begins. @param {number} index */
  offset(index) { return this.starts[Math.max(0, Math.min(index, this.rows.length))]; }

  /** at returns the index of the row that covers a position. @param {number} position */
  at(position) {
    let low = 0, high = this.rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= position) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  /** index returns that of a key, or -1. @param {string} key */
  index(key) { return key ? this.rows.findIndex((row) => row.key === key) : -1; }
}
