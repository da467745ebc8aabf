import assert from 'node:assert/strict';
import test from 'node:test';
import { best, fold, score } from '../fuzzy.js';
import { spent } from './spent.js';

const rooms = ['#lobby', '#general', '#dev-ops', '#deploys', '#Łódź', '#random', '#design'];
const find = (query) => best(query, rooms, (room) => room, 10);

test('an exact name comes first, then beginnings of words, then letters inside', () => {
  assert.deepEqual(find('ops'), ['#dev-ops']);
  assert.deepEqual(find('de').slice(0, 3), ['#design', '#dev-ops', '#deploys']);
  assert.equal(find('random')[0], '#random');
  assert.deepEqual(find('bby'), ['#lobby']);
});

test('letters may stand apart, if the first begins a word', () => {
  assert.deepEqual(find('dops'), ['#dev-ops']);
  assert.deepEqual(find('dpl'), ['#deploys']);
  assert.deepEqual(find('ybb'), []);
  assert.equal(score('eo', 'dev-ops'), 0);
});

test('accents, case and the sign before a name do not matter', () => {
  assert.deepEqual(find('#lodz'), ['#Łódź']);
  assert.equal(fold('ZAŻÓŁĆ'), 'zazolc');
  for (const text of ['İstanbul', '👩‍🚀 x', 'ß', 'ﬁ', 'é́']) assert.equal(fold(text).length, text.length, text);
});

test('nothing typed leaves the order as it is', () => {
  assert.deepEqual(find(''), rooms);
  assert.equal(best('', rooms, (room) => room, 3).length, 3);
});

test('a long name and a long query take no time', () => {
  const start = spent();
  score('a'.repeat(5000), 'a '.repeat(50_000));
  score('ab'.repeat(40), 'a-'.repeat(50_000));
  assert.ok(spent() - start < 2000);
});
