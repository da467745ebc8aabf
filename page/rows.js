// @ts-check
// The rows of a timeline: items become messages of one author in a row, days,
// the line before what is new, and who came and went.

import { nextDay, startOfDay } from './time.js';

/** @typedef {import('./timeline.js').Item} Item */
/** @typedef {import('./outbox.js').Entry} Entry */

/**
 * @typedef {{kind: 'day', key: string, time: number}
 *   | {kind: 'new', key: string}
 *   | {kind: 'beginning' | 'older' | 'newer', key: string}
 *   | {kind: 'said', key: string, item: Item, head: boolean}
 *   | {kind: 'pending', key: string, entry: Entry, head: boolean}
 *   | {kind: 'happened', key: string, items: Item[]}} Row
 *   head: the author and the time stand above it
 */

const together = 5 * 60_000; // milliseconds: what one person says within is shown as one

/** said reports whether an item is what somebody wrote. @param {Item} item */
export const said = (item) => item.kind === 'message' || item.kind === 'action' || item.kind === 'notice';

const comings = new Set(['joined', 'left', 'nick']);

/** The other kinds that a timeline shows. */
const shown = new Set([...comings, 'topic', 'kicked', 'room-created', 'room-renamed', 'room-archived', 'room-restored', 'rank', 'rules', 'pinned', 'unpinned', 'muted', 'unmuted', 'banned', 'unbanned', 'invited', 'key', 'limit']);

/** visible reports whether a timeline shows an item. @param {Item} item @param {boolean} withComings */
export function visible(item, withComings) {
  return said(item) || (shown.has(item.kind) && (withComings || !comings.has(item.kind)));
}

/** same reports whether two rows of one key show the same. @param {Row} a @param {Row} b */
export function same(a, b) {
  if (a.kind === 'said' && b.kind === 'said') return a.item === b.item && a.head === b.head && !a.item.replies;
  if (a.kind === 'pending' && b.kind === 'pending') return a.entry === b.entry && a.head === b.head;
  if (a.kind === 'happened' && b.kind === 'happened') return a.items.length === b.items.length && a.items.every((item, i) => item === b.items[i]);
  return a.kind === b.kind && a.kind !== 'day'; // "today" is another day tomorrow, as is "last reply 14:05"; the rest is as its key says
}

/**
 * rows lays out a run.
 * @param {import('./timeline.js').Run} run
 * @param {object} options
 * @param {number} options.firstUnread seq before which "new" stands; 0 for nowhere
 * @param {boolean} options.comings who comes and goes is shown
 * @param {Entry[]} options.pending what is on its way, in order
 * @param {(item: Item) => boolean} [options.hidden]
 * @returns {Row[]}
 */
export function rows(run, { firstUnread, comings: withComings, pending, hidden }) {
  const layout = new Layout(firstUnread);
  layout.rows.push(run.older ? { kind: 'older', key: 'older' } : { kind: 'beginning', key: 'beginning' });
  for (const item of run.items) {
    if (visible(item, withComings) && !hidden?.(item)) layout.add(item);
  }
  if (run.newer) layout.rows.push({ kind: 'newer', key: 'newer' });
  else for (const entry of pending) layout.addPending(entry);
  return layout.rows;
}

/** The rows of items as they were last laid out: one that is the same again need not be made again, nor measured. @type {WeakMap<Item, Extract<Row, {kind: 'said'}>>} */
const made = new WeakMap();

/** row returns the row of what somebody said. @param {Item} item @param {boolean} head */
function row(item, head) {
  const before = made.get(item);
  if (before?.head === head) return before;
  /** @type {Extract<Row, {kind: 'said'}>} */
  const row = { kind: 'said', key: `m${item.seq}`, item, head };
  made.set(item, row);
  return row;
}

class Layout {
  /** @param {number} firstUnread */
  constructor(firstUnread) {
    /** @type {Row[]} */
    this.rows = [];
    this.firstUnread = firstUnread;
    this.midnight = 0; // when the day of the last row ends
    this.author = 0; // of the last row, 0 if the next begins anew
    this.time = 0; // of the last row
  }

  /** turn begins another day if the time is in one. @param {number} time */
  turn(time) {
    if (time < this.midnight) return;
    this.midnight = nextDay(time);
    this.rows.push({ kind: 'day', key: `d${startOfDay(time)}`, time });
    this.author = 0;
  }

  /** head reports whether the author stands above the next row. @param {number} by @param {number} time @param {boolean} alone */
  head(by, time, alone) {
    const head = alone || by !== this.author || time - this.time > together;
    this.author = by;
    this.time = time;
    return head;
  }

  /** @param {Item} item */
  add(item) {
    this.turn(item.time);
    if (this.firstUnread && item.seq >= this.firstUnread) {
      this.rows.push({ kind: 'new', key: 'new' });
      this.firstUnread = 0;
      this.author = 0;
    }
    if (said(item)) {
      this.rows.push(row(item, this.head(item.by ?? 0, item.time, Boolean(item.target) || item.kind === 'action')));
    } else {
      this.happened(item);
    }
  }

  /** happened adds to who came and went, or a row. @param {Item} item */
  happened(item) {
    this.author = 0;
    const last = this.rows.at(-1);
    if (last?.kind === 'happened' && comings.has(item.kind) && comings.has(last.items[0].kind)) last.items.push(item);
    else this.rows.push({ kind: 'happened', key: `h${item.seq}`, items: [item] });
  }

  /** @param {Entry} entry */
  addPending(entry) {
    this.turn(entry.time);
    this.rows.push({ kind: 'pending', key: `p${entry.id}`, entry, head: this.head(entry.by, entry.time, Boolean(entry.reply) || entry.action) });
  }
}
