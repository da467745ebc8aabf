import assert from 'node:assert/strict';
import test from 'node:test';
import { insert, matching, wish } from '../complete.js';
import { search, spelled } from '../emoji.js';

test('what is typed before the caret can be completed', () => {
  for (const [text, kind, query] of [
    ['@ol', 'nick', 'ol'], ['hi @', 'nick', ''], ['(@j', 'nick', 'j'], ['#te', 'room', 'te'], ['so #', 'room', ''],
    [':ta', 'emoji', 'ta'], ['/jo', 'command', 'jo'], ['/', 'command', ''],
  ]) {
    const found = wish(text, text.length);
    assert.deepEqual([found?.kind, found?.query], [kind, query], text);
  }
  for (const text of ['mail@', 'a#b', ':t', '12:30', 'x /jo', '/join x', '', 'http://a']) assert.equal(wish(text, text.length), null, text);
});

test('the choice replaces what was typed, and the caret is after it', () => {
  const text = 'hi @ol there', found = wish(text, 6);
  assert.deepEqual(insert(text, found, '@ola'), { text: 'hi @ola there', caret: 8 });
  assert.deepEqual(insert('@ol', wish('@ol', 3), '@ola'), { text: '@ola ', caret: 5 });
});

test('names that begin so come first, whatever their accents', () => {
  const names = ['kasia-ola', 'Óla', 'jan', 'ola'];
  assert.deepEqual(matching(names, (name) => name, 'ol'), ['Óla', 'ola', 'kasia-ola']);
  assert.deepEqual(matching(['Łukasz'], (name) => name, 'luk'), ['Łukasz']);
  assert.equal(matching(names, (name) => name, '', 2).length, 2);
});

test('emoji are found by name, and spelled ones become them, but not in code', () => {
  assert.equal(search('tad')[0].emoji, '🎉');
  assert.equal(spelled('yes :tada: 12:30:45 :nosuch: `:tada:` a:tada:b'), 'yes 🎉 12:30:45 :nosuch: `:tada:` a:tada:b');
  assert.equal(spelled('```\n:tada:\n``` :+1:'), '```\n:tada:\n``` 👍');
});
