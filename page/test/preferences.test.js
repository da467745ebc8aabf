import assert from 'node:assert/strict';
import test from 'node:test';

const kept = new Map();
globalThis.localStorage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value), removeItem: (name) => kept.delete(name) };

const { change, known, prefer, preferences, take } = await import('../preferences.js');
const { settings } = await import('../settings.js');

test('settings from elsewhere are taken if they are of their kind', () => {
  assert.deepEqual(known('{"theme":"dark","enterSends":"yes","clock":24,"sound":true,"unknown":1}'), { theme: 'dark' });
  for (const text of ['', 'null', '[]', '3', '{']) assert.deepEqual(known(text), {}, text);
});

test('what was changed here and not sent yet is not taken back', () => {
  take('settings', '{"theme":"light"}');
  assert.equal(settings.value.theme, 'light');
  change({ theme: 'dark' });
  take('settings', '{"theme":"light"}');
  assert.equal(settings.value.theme, 'dark');
  take('notify', '{"level":"all"}');
  assert.equal(preferences.value.level, 'all');
  prefer({ level: 'nothing' });
  take('notify', '{"level":"all"}');
  assert.equal(preferences.value.level, 'nothing');
});

test('what is not sent yet outlives the page', () => {
  assert.deepEqual(JSON.parse(kept.get('hubbub.unsent')), ['settings', 'notify']);
  assert.equal(JSON.parse(kept.get('hubbub.notify')).level, 'nothing');
});
