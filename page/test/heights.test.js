import assert from 'node:assert/strict';
import test from 'node:test';
import { Heights } from '../heights.js';

const rows = (...keys) => keys.map((key) => ({ key, kind: 'said', head: true }));

test('rows begin where those before them end', () => {
  const heights = new Heights();
  heights.lay(rows('a', 'b', 'c'));
  const guess = heights.offset(1);
  assert.equal(heights.measured('a', 100), true);
  assert.equal(heights.measured('a', 100.2), false);
  heights.lay(rows('a', 'b', 'c'));
  assert.deepEqual([heights.offset(0), heights.offset(1), heights.offset(2)], [0, 100, 100 + guess]);
  assert.deepEqual([heights.at(-5), heights.at(0), heights.at(99), heights.at(100), heights.at(1e9)], [0, 0, 0, 1, 2]);
  assert.deepEqual([heights.index('c'), heights.index('z'), heights.index('')], [2, -1, -1]);
});

test('fewer rows than before leave nothing behind', () => {
  const heights = new Heights();
  heights.lay(rows('a', 'b', 'c', 'd'));
  const before = heights.total;
  heights.lay(rows('a'));
  assert.ok(heights.total < before);
  assert.equal(heights.at(1e9), 0);
  heights.lay([]);
  assert.equal(heights.at(10), 0);
});

test('heights of rows that are long gone are forgotten', () => {
  const heights = new Heights();
  for (let i = 0; i < 20_000; i += 100) {
    const here = rows(...Array.from({ length: 100 }, (_, n) => `m${i + n}`));
    heights.lay(here);
    for (const { key } of here) heights.measured(key, 50);
    heights.lay(here);
    assert.equal(heights.offset(100), 5000, 'what is there is known');
  }
  assert.ok(heights.known.size <= 1300, `${heights.known.size} are known`);
});
