import assert from 'node:assert/strict';
import test from 'node:test';
import { qr } from '../qr.js';

const draw = (grid) => grid.map((row) => row.map((dark) => (dark ? '#' : '.')).join(''));

test('a code has the size of the smallest version that holds the text', () => {
  assert.equal(qr('x'.repeat(17)).length, 21);
  assert.equal(qr('x'.repeat(18)).length, 25);
  assert.equal(qr('x'.repeat(230)).length, 53);
  assert.throws(() => qr('x'.repeat(231)), RangeError);
});

test('finders, timing and format are where readers look for them', () => {
  const rows = draw(qr('hubbub'));
  assert.ok(rows[0].startsWith('#######.') && rows[0].endsWith('.#######'));
  assert.equal(rows[6].slice(7, 14), '.#.#.#.');
  assert.equal(rows[13][8], '#'); // always dark (§7.9.1)
  const format = [0, 1, 2, 3, 4, 5, 7].map((x) => rows[8][x]).join('');
  assert.equal(format, '###.###'); // L with mask 000 is 111011111000100
});

// A reader has read this one.
const hubbub = `
#######...#.#.#######
#.....#.....#.#.....#
#.###.#.#.#...#.###.#
#.###.#.....#.#.###.#
#.###.#..#.##.#.###.#
#.....#..###..#.....#
#######.#.#.#.#######
........#.#..........
###.#####.#.###...#..
.#.##..##.##.#.#....#
..#..###..##.###.####
####.#..#..###.##..#.
...##.#..###.###.....
........##....##.#.##
#######.##..#...#..##
#.....#.#.#...###..##
#.###.#.#.#.#.#.#..##
#.###.#...##.#.###.#.
#.###.#.#..#.####...#
#.....#.##.###.....#.
#######.##.#.#####.##
`;

test('a code is the one that was read once', () => {
  assert.deepEqual(draw(qr('hubbub')), hubbub.trim().split('\n'));
});
