import assert from 'node:assert/strict';
import test from 'node:test';
import { disturbs, hasWord, isQuiet, minutes, parse, words } from '../attention.js';

const noon = new Date('2026-11-27T12:00:00Z');
const message = { room: 7, direct: false, mentioned: false, text: 'the deploy is done' };

test('mentions and direct messages disturb, other messages do not, if nothing is set', () => {
  assert.equal(disturbs({}, message, noon), false);
  assert.equal(disturbs({}, { ...message, mentioned: true }, noon), true);
  assert.equal(disturbs({}, { ...message, direct: true }, noon), true);
});

test('who wants silence is told nothing, and what is not known here stays', () => {
  assert.equal(disturbs({ level: 'all', silent: true }, message, noon), false);
  const kept = parse('{"level":"all","silent":true,"later":{"a":1}}');
  assert.deepEqual([kept.silent, /** @type {any} */ (kept).later], [true, { a: 1 }]);
  assert.equal(parse('{"silent":"yes"}').silent, undefined);
});

test('a room has its own level', () => {
  assert.equal(disturbs({ level: 'all', rooms: { 7: 'nothing' } }, { ...message, mentioned: true }, noon), false);
  assert.equal(disturbs({ level: 'nothing', rooms: { 7: 'all' } }, message, noon), true);
  assert.equal(disturbs({ level: 'nothing' }, { ...message, direct: true }, noon), false);
});

test('keywords count as mentions, as whole words', () => {
  assert.equal(disturbs({ keywords: ['Deploy'] }, message, noon), true);
  assert.equal(hasWord('undeployed', ['deploy']), false);
  assert.equal(hasWord('on-call, now!', ['on-call']), true);
  assert.equal(hasWord('zażółć', ['ZAŻÓŁĆ']), true);
  for (const word of ['', '!!', ' ']) assert.equal(hasWord('!! any  thing !!', [word]), false);
});

test('quiet hours go over midnight, in their own time zone', () => {
  const quiet = { from: '22:00', to: '07:00', zone: 'Europe/Warsaw' };
  assert.equal(isQuiet(quiet, new Date('2026-11-27T21:00:00Z')), true); // 22:00 there
  assert.equal(isQuiet(quiet, new Date('2026-11-27T20:59:00Z')), false);
  assert.equal(isQuiet(quiet, new Date('2026-11-27T05:59:00Z')), true);
  assert.equal(isQuiet(quiet, new Date('2026-11-27T06:00:00Z')), false);
  assert.equal(isQuiet({ from: '09:00', to: '17:00', zone: 'UTC' }, noon), true);
  assert.equal(isQuiet({ from: '09:00', to: '09:00', zone: 'UTC' }, noon), false);
  assert.equal(isQuiet(null, noon), false);
  assert.equal(disturbs({ level: 'all', quiet }, message, new Date('2026-11-27T23:00:00Z')), false);
});

test('times of day are read strictly', () => {
  assert.deepEqual(['00:00', '7:05', '23:59', '24:00', '1:5', '', 'x'].map(minutes), [0, 425, 1439, -1, -1, -1, -1]);
});

test('what was kept and is no preferences is left out', () => {
  for (const text of ['null', '[]', '{', '3', '', '{"level":"loud","rooms":{"1":"x"},"keywords":5,"quiet":{"from":"25:00","to":"1:00"}}']) {
    const read = parse(text);
    assert.equal(disturbs(read, { ...message, mentioned: true }, noon), true, text);
    assert.equal(disturbs(read, message, noon), false, text);
  }
  assert.deepEqual(parse('{"level":"all","rooms":{"7":"nothing"},"keywords":["a"],"quiet":{"from":"22:00","to":"7:00"}}'),
    { level: 'all', rooms: { 7: 'nothing' }, keywords: ['a'], quiet: { from: '22:00', to: '7:00' }, silent: undefined });
});

test('keywords are few, short and not repeated', () => {
  assert.deepEqual(words(' a, b ,a,,\nc'), ['a', 'b', 'c']);
  assert.equal(words(Array.from({ length: 99 }, (_, i) => `w${i}`).join(',')).length, 50);
  assert.equal(words('x'.repeat(100))[0].length, 64);
  assert.equal(words('ż'.repeat(100))[0].length, 32);
});
