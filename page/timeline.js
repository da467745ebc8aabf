// @ts-check
// A timeline is what is known of a room's messages: runs without a gap inside,
// in the order of seq. Pages join runs; what is live extends the last one.

/**
 * An Item is a message, or something that happened in the room.
 * @typedef {Api.Event} Item
 */

/**
 * A Run has no gap between its items. older and newer tell whether there is more
 * before and after it on the server.
 * @typedef {{items: Item[], older: boolean, newer: boolean}} Run
 */

/**
 * position returns the index of the first item whose seq is at least the one given.
 * @param {Item[]} items
 * @param {number} seq
 */
export function position(items, seq) {
  let low = 0, high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle].seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

const much = 3000, keep = 2000, tail = 100; // items of a run: from how many on it is trimmed, to how many, and how many newest stay

export class Timeline {
  constructor() {
    /** @type {Run[]} in order */
    this.runs = [];
  }

  /** The run that goes up to now; null if none does. @returns {Run | null} */
  get live() {
    const last = this.runs.at(-1);
    return last && !last.newer ? last : null;
  }

  /** runAt returns the run that holds a seq. @param {number} seq @returns {Run | null} */
  runAt(seq) {
    return this.runs.find((run) => run.items.length > 0 && run.items[0].seq <= seq && seq <= run.items[run.items.length - 1].seq) ?? null;
  }

  /** find returns the item of a seq. @param {number} seq @returns {Item | null} */
  find(seq) {
    for (const { items } of this.runs) {
      const item = items[position(items, seq)];
      if (item?.seq === seq) return item;
    }
    return null;
  }

  /**
   * insert adds a page, and joins it with what it overlaps or borders on.
   * @param {Item[]} items in order
   * @param {{older: boolean, newer: boolean, before?: number, after?: number}} edge
   *   whether there is more on each side, and the seq that the page was asked
   *   before or after, which it therefore borders on
   * @returns {Run}
   */
  insert(items, edge) {
    const from = edge.after ?? items[0]?.seq ?? edge.before ?? 0;
    const to = edge.before ?? items.at(-1)?.seq ?? edge.after ?? 0;
    /** @type {Run} */
    let joined = { items, older: edge.older, newer: edge.newer };
    const apart = [];
    for (const run of this.runs) {
      const first = run.items[0]?.seq ?? 0, last = run.items.at(-1)?.seq ?? 0;
      if (run.items.length > 0 && (last < from || first > to)) apart.push(run);
      else joined = join(run, joined);
    }
    const start = joined.items[0]?.seq ?? 0;
    const index = apart.findIndex((run) => (run.items[0]?.seq ?? 0) > start);
    apart.splice(index < 0 ? apart.length : index, 0, joined);
    this.runs = apart;
    return joined;
  }

  /**
   * append adds what just happened, if the run that goes up to now is known.
   * @param {Item} item
   * @returns {boolean} whether anything changed
   */
  append(item) {
    const { live } = this;
    if (!live) return false;
    const last = live.items.at(-1);
    if (last && last.seq >= item.seq) return false;
    live.items.push(item);
    return true;
  }

  /**
   * update replaces an item by what change makes of it.
   * @param {number} seq
   * @param {(item: Item) => Item} change
   * @returns {boolean} whether it is known, and changed
   */
  update(seq, change) {
    for (const { items } of this.runs) {
      const index = position(items, seq);
      if (items[index]?.seq !== seq) continue;
      const next = change(items[index]);
      const changed = next !== items[index];
      items[index] = next;
      return changed;
    }
    return false;
  }

  /**
   * trim forgets what is far from a message where very much is known around it,
   * so that a list that somebody scrolls through all day costs no more than at
   * first. It is asked for again when it is wanted. What is newest stays, as a
   * run of its own.
   * @param {number} seq
   * @returns {boolean} whether anything was forgotten
   */
  trim(seq) {
    const run = this.runAt(seq);
    if (!run || run.items.length <= much) return false;
    const { items, older, newer } = run, { length } = items;
    const from = Math.max(0, Math.min(position(items, seq) - keep / 2, length - keep));
    const to = !newer && length - from - keep <= tail ? length : from + keep;
    const kept = [{ items: items.slice(from, to), older: older || from > 0, newer: newer || to < length }];
    if (!newer && to < length) kept.push({ items: items.slice(-tail), older: true, newer: false });
    this.runs.splice(this.runs.indexOf(run), 1, ...kept);
    return true;
  }

  /** break tells that events may have been missed since the last one known. */
  break() {
    const { live } = this;
    if (live) live.newer = true;
  }
}

/**
 * join makes one run of two; where both have an item, the second's is taken.
 * @param {Run} known
 * @param {Run} fresh
 * @returns {Run}
 */
function join(known, fresh) {
  const a = known.items, b = fresh.items;
  const first = !b.length || (a.length && a[0].seq < b[0].seq) ? known : fresh;
  const last = !b.length || (a.length && a[a.length - 1].seq > b[b.length - 1].seq) ? known : fresh;
  return {
    items: merge(a, b),
    older: a.length && b.length && a[0].seq === b[0].seq || !b.length ? known.older && fresh.older : first.older,
    newer: a.length && b.length && a[a.length - 1].seq === b[b.length - 1].seq || !b.length ? known.newer && fresh.newer : last.newer,
  };
}

/** @param {Item[]} a @param {Item[]} b @returns {Item[]} */
function merge(a, b) {
  if (!a.length || (b.length && b[b.length - 1].seq < a[0].seq)) return [...b, ...a];
  if (!b.length || a[a.length - 1].seq < b[0].seq) return [...a, ...b];
  const all = new Map(a.map((item) => [item.seq, item]));
  for (const item of b) all.set(item.seq, item);
  return [...all.values()].sort((x, y) => x.seq - y.seq);
}
