import assert from 'node:assert/strict';
import test from 'node:test';
import { Timeline } from '../timeline.js';

const items = (...seqs) => seqs.map((seq) => ({ seq, prev: 0, room: 1, time: seq, kind: 'message' }));
const shape = (timeline) => timeline.runs.map((run) => [run.items.map((item) => item.seq), run.older, run.newer]);

test('pages before and after border on what is known', () => {
  const timeline = new Timeline();
  timeline.insert(items(10, 12), { older: true, newer: true });
  timeline.insert(items(6, 8), { older: true, newer: true, before: 10 });
  timeline.insert(items(15), { older: true, newer: false, after: 12 });
  assert.deepEqual(shape(timeline), [[[6, 8, 10, 12, 15], true, false]]);
});

test('a page elsewhere is a run of its own, until a page joins the two', () => {
  const timeline = new Timeline();
  timeline.insert(items(50, 51), { older: true, newer: false });
  timeline.insert(items(10, 11), { older: true, newer: true });
  assert.deepEqual(shape(timeline), [[[10, 11], true, true], [[50, 51], true, false]]);
  timeline.insert(items(12, 50), { older: true, newer: true, after: 11 });
  assert.deepEqual(shape(timeline), [[[10, 11, 12, 50, 51], true, false]]);
});

test('an empty page tells that there is no more', () => {
  const timeline = new Timeline();
  timeline.insert(items(5), { older: true, newer: false });
  timeline.insert([], { older: false, newer: true, before: 5 });
  assert.deepEqual(shape(timeline), [[[5], false, false]]);
});

test('what happens is added once, and only where now is known', () => {
  const timeline = new Timeline();
  assert.equal(timeline.append(items(3)[0]), false);
  timeline.insert(items(1, 2), { older: false, newer: false });
  assert.equal(timeline.append(items(3)[0]), true);
  assert.equal(timeline.append(items(3)[0]), false);
  assert.deepEqual(shape(timeline), [[[1, 2, 3], false, false]]);
});

test('after a break, the newest page mends the run or begins another', () => {
  const timeline = new Timeline();
  timeline.insert(items(1, 2), { older: false, newer: false });
  timeline.break();
  assert.equal(timeline.live, null);
  timeline.insert(items(2, 3), { older: true, newer: false });
  assert.deepEqual(shape(timeline), [[[1, 2, 3], false, false]]);
  timeline.break();
  timeline.insert(items(8, 9), { older: true, newer: false });
  assert.deepEqual(shape(timeline), [[[1, 2, 3], false, true], [[8, 9], true, false]]);
});

test('an update replaces the item, and tells whether it did', () => {
  const timeline = new Timeline();
  timeline.insert(items(1, 2), { older: false, newer: false });
  const before = timeline.find(2);
  assert.equal(timeline.update(2, (item) => ({ ...item, text: 'b' })), true);
  assert.equal(timeline.find(2).text, 'b');
  assert.equal(before.text, undefined);
  assert.equal(timeline.update(7, (item) => ({ ...item })), false);
});

test('much is trimmed to what is around a message, and the newest stay', () => {
  const all = Array.from({ length: 5000 }, (_, i) => i + 1);
  const ends = (timeline) => timeline.runs.map((run) => [run.items[0].seq, run.items.at(-1).seq, run.older, run.newer]);
  const fresh = () => {
    const timeline = new Timeline();
    timeline.insert(items(...all), { older: false, newer: false });
    return timeline;
  };
  const middle = fresh();
  assert.equal(middle.trim(2500), true);
  assert.deepEqual(ends(middle), [[1500, 3499, true, true], [4901, 5000, true, false]]);
  middle.insert(items(...all.slice(3499)), { older: true, newer: false, after: 3499 });
  assert.deepEqual(ends(middle), [[1500, 5000, true, false]], 'a page joins them again');
  const first = fresh();
  first.trim(1);
  assert.deepEqual(ends(first), [[1, 2000, false, true], [4901, 5000, true, false]]);
  const last = fresh();
  last.trim(5000);
  assert.deepEqual(ends(last), [[3001, 5000, true, false]]);
  assert.equal(last.trim(5000), false);
  assert.equal(last.append(items(5001)[0]), true);
});
