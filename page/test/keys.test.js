import assert from 'node:assert/strict';
import test from 'node:test';
import { wanted } from '../keys.js';

const press = (key, held = {}, tagName = 'DIV') => wanted({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, target: { tagName }, ...held });

test('keys ask for what the help says', () => {
  assert.equal(press('k', { ctrlKey: true }, 'TEXTAREA'), 'switch');
  assert.equal(press('F', { ctrlKey: true, shiftKey: true }), 'search');
  assert.equal(press('/', { ctrlKey: true }), 'help');
  assert.equal(press(',', { ctrlKey: true }), 'settings');
  assert.equal(press('ArrowUp', { altKey: true }), 'previous');
  assert.equal(press('ArrowDown', { altKey: true }), 'next');
  assert.equal(press('ArrowDown', { altKey: true, shiftKey: true }), 'unread');
});

test('what is typed asks for nothing', () => {
  assert.equal(press('?'), 'help');
  for (const tag of ['INPUT', 'TEXTAREA', 'SELECT']) assert.equal(press('?', { shiftKey: true }, tag), null, tag);
  for (const key of ['k', '/', ',', 'ArrowUp', 'f']) assert.equal(press(key), null, key);
  assert.equal(press('k', { ctrlKey: true, altKey: true }), null); // AltGr on some keyboards
});
