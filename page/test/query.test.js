import assert from 'node:assert/strict';
import test from 'node:test';
import { excerpt, hints, marked, terms } from '../query.js';

test('what is looked for are words and phrases, no operators and nothing excluded', () => {
  assert.deepEqual(terms('tea from:otter "green  leaf" -black -"no milk" in:#lobby before:2026-01-31 pot*'), ['tea', 'green  leaf', 'pot']);
  assert.deepEqual(terms(''), []);
  assert.deepEqual(terms('"open phrase'), ['open phrase']);
});

test('terms are marked where a word begins with them, whatever their case and accents', () => {
  assert.deepEqual(marked('Herbata i HERBATNIKI, superherbata', ['herbat']), ['', 'Herbat', 'a i ', 'HERBAT', 'NIKI, superherbata']);
  assert.deepEqual(marked('Łódź', ['lodz']), ['', 'Łódź', '']);
  assert.deepEqual(marked('no such', ['tea']), ['no such']);
  assert.deepEqual(marked('', ['tea']), ['']);
});

test('of several terms the longest is marked, and the parts make the text again', () => {
  assert.deepEqual(marked('teapot tea', ['tea', 'teapot']), ['', 'teapot', ' ', 'tea', '']);
  const text = '<b>tea</b> & (tea) 👩‍🚀tea';
  assert.equal(marked(text, ['tea']).join(''), text);
});

test('a long text is shown around its first term', () => {
  const text = 'x '.repeat(300) + 'kettle ' + 'y '.repeat(300);
  const shown = excerpt(text, ['kettle']);
  assert.ok(shown.startsWith('…') && shown.endsWith('…') && shown.includes('kettle') && shown.length < 190);
  assert.equal(excerpt('short', ['x']), 'short');
  assert.ok(excerpt(text, ['nothing']).startsWith('x x'));
});

const known = { nicks: ['otter', 'Ola'], rooms: ['#lobby', '#tea'], today: '2026-11-27' };
const labels = (query) => hints(query, known).map((hint) => hint.label);

test('hints tell the operators, then what they take', () => {
  assert.deepEqual(labels(''), ['from:', 'in:', 'has:', 'before:', 'after:']);
  assert.deepEqual(labels('tea fr'), ['from:']);
  assert.deepEqual(labels('tea from:o'), ['otter', 'Ola']);
  assert.deepEqual(labels('in:#t'), ['#tea']);
  assert.deepEqual(labels('-has:'), ['file', 'picture', 'link', 'reaction']);
  assert.deepEqual(labels('after:'), ['2026-11-27']);
  assert.deepEqual(labels('tea'), []);
});

test('a hint goes on where the word began', () => {
  assert.equal(hints('tea from:ot', known)[0].query, 'tea from:otter ');
  assert.equal(hints('tea -fr', known)[0].query, 'tea -from:');
  assert.equal(hints('tea ', known)[0].query, 'tea from:');
});
