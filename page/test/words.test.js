import assert from 'node:assert/strict';
import test from 'node:test';
import en from '../words/en.js';
import pl from '../words/pl.js';
import { choose, fill } from '../i18n.js';

const names = (wording) => new Set(Object.values(typeof wording === 'string' ? [wording] : wording).flatMap((text) => text.match(/\{\w+\}/g) ?? []));

test('every language has every word, with the same values in it', () => {
  assert.deepEqual(Object.keys(pl).sort(), Object.keys(en).sort());
  for (const word of Object.keys(en)) assert.deepEqual([...names(pl[word])].sort(), [...names(en[word])].sort(), word);
});

test('every form that a language needs is there', () => {
  for (const [tag, words] of Object.entries({ en, pl })) {
    const needed = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.sort();
    for (const [word, wording] of Object.entries(words)) {
      if (typeof wording !== 'string') assert.deepEqual(Object.keys(wording).sort(), needed, `${tag} ${word}`);
    }
  }
});

test('the number chooses the form', () => {
  const rules = new Intl.PluralRules('pl');
  const say = (n) => fill({ one: '{n} plik', few: '{n} pliki', many: '{n} plików', other: '{n} pliku' }, { n }, rules, 'pl');
  assert.deepEqual([1, 2, 5, 12, 22, 25].map(say), ['1 plik', '2 pliki', '5 plików', '12 plików', '22 pliki', '25 plików']);
});

test('numbers are written as the language does', () => {
  const rules = new Intl.PluralRules('en');
  const say = (n, tag) => fill('{n}', { n }, rules, tag);
  assert.deepEqual([0, 999, 1000, 12345, 1.5, -3].map((n) => say(n, 'en')), ['0', '999', '1,000', '12,345', '1.5', '-3']);
  assert.equal(say(1.5, 'pl'), '1,5');
});

test('what is wished comes before what the browser says, and English last', () => {
  assert.equal(choose('pl', ['en-GB']), 'pl');
  assert.equal(choose('', ['de', 'pl-PL', 'en']), 'pl');
  assert.equal(choose('', ['de']), 'en');
  assert.equal(choose('xx', []), 'en');
});
