import assert from 'node:assert/strict';
import test from 'node:test';
import { rows, same } from '../rows.js';
import { spent } from './spent.js';

const noon = new Date(2026, 10, 27, 12).getTime(), minute = 60_000;
const item = (seq, by, time, more = {}) => ({ seq, prev: 0, room: 1, kind: 'message', by, nick: `n${by}`, time, text: '', ...more });
const lay = (items, more = {}) => rows({ items, older: false, newer: false }, { firstUnread: 0, comings: true, pending: [], ...more });
const shape = (all) => all.map((row) => row.kind === 'said' ? `${row.head ? 'H' : '-'}${row.item.seq}` : row.kind === 'happened' ? `h${row.items.length}` : row.kind).join(' ');

test('what one person says soon after is below one head', () => {
  assert.equal(shape(lay([item(1, 1, noon), item(2, 1, noon + minute), item(3, 2, noon + minute), item(4, 2, noon + 10 * minute)])), 'beginning day H1 -2 H3 H4');
});

test('each day begins with its rule, also where a day has not 24 hours', () => {
  const days = [27, 28, 29].map((day, i) => item(i + 1, 1, new Date(2026, 9, day - 3, 0, 0, 1).getTime()));
  assert.equal(shape(lay(days)), 'beginning day H1 day H2 day H3');
});

test('what is new stands below a rule', () => {
  assert.equal(shape(lay([item(1, 1, noon), item(5, 1, noon)], { firstUnread: 3 })), 'beginning day H1 new H5');
});

test('who comes and goes is told together, or not at all', () => {
  const items = [item(1, 1, noon, { kind: 'joined' }), item(2, 2, noon, { kind: 'left' }), item(3, 2, noon, { kind: 'topic' }), item(4, 1, noon)];
  assert.equal(shape(lay(items)), 'beginning day h2 h1 H4');
  assert.equal(shape(lay(items, { comings: false })), 'beginning day h1 H4');
});

test('what changes messages is no row', () => {
  assert.equal(shape(lay([item(1, 1, noon), item(2, 1, noon, { kind: 'reacted' }), item(3, 1, noon, { kind: 'edited' })])), 'beginning day H1');
});

test('what is on its way is last, and only below what is newest', () => {
  const pending = [{ id: 'a', by: 1, time: noon + minute, action: false, reply: 0 }];
  assert.equal(shape(lay([item(1, 1, noon)], { pending })), 'beginning day H1 pending');
  assert.equal(shape(rows({ items: [item(1, 1, noon)], older: true, newer: true }, { firstUnread: 0, comings: true, pending })), 'older day H1 newer');
});

test('a row that is laid out again is the same row, until what it shows is another', () => {
  const items = [item(1, 1, noon), item(2, 1, noon), item(3, 2, noon, { kind: 'joined' }), item(4, 3, noon, { replies: { count: 1, last: 9, time: noon } })];
  const before = lay(items), equal = (after) => before.map((row, i) => same(row, after[i]));
  const day = false, replied = false; // what tells of today is told anew, as a day may have passed
  assert.deepEqual(equal(lay([...items, item(5, 3, noon)])), [true, day, true, true, true, replied]);
  assert.equal(lay(items)[2], before[2]);
  items[1] = { ...items[1], edited: true };
  assert.deepEqual(equal(lay(items)), [true, day, true, false, true, replied]);
  assert.equal(same(before[4], lay([...items.slice(0, 3), item(6, 4, noon, { kind: 'left' })])[4]), false);
  assert.equal(same(before[3], lay(items.slice(1))[2]), false); // its author stands above it now
  const pending = { id: 'a', by: 1, time: noon, action: false, reply: 0, state: 'sending' };
  const [onItsWay, still, failed] = [pending, pending, { ...pending, state: 'failed' }].map((entry) => /** @type {any} */ (lay([], { pending: [entry] }).at(-1)));
  assert.deepEqual([same(onItsWay, still), same(onItsWay, failed)], [true, false]);
});

test('a hundred thousand rows are laid out in a moment, each with a key of its own', () => {
  const items = Array.from({ length: 100_000 }, (_, i) => item(i + 1, i % 3, noon + i * minute));
  const start = spent();
  const all = lay(items);
  assert.ok(spent() - start < 4000);
  assert.equal(new Set(all.map((row) => row.key)).size, all.length);
});
