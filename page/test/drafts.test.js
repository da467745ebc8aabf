import assert from 'node:assert/strict';
import test from 'node:test';

/** What a browser's local storage does, as far as drafts need it: its keys are properties. */
class LocalStorage {
  getItem(name) { return this[name] ?? null; }
  setItem(name, value) { this[name] = String(value); }
  removeItem(name) { delete this[name]; }
}

test('drafts are kept by room, and can be forgotten', async (context) => {
  globalThis.localStorage = new LocalStorage();
  context.after(() => delete globalThis.localStorage);
  const { draft, forget, keepDraft } = await import('../drafts.js');
  keepDraft(1, { text: 'to one', reply: 5 });
  keepDraft('2.7', { text: 'to a thread' });
  localStorage.setItem('hubbub.settings', '{}');
  assert.deepEqual([draft(1), draft('2.7'), draft(3)], [{ text: 'to one', reply: 5 }, { text: 'to a thread' }, { text: '' }]);
  forget();
  assert.deepEqual([draft(1), draft('2.7')], [{ text: '' }, { text: '' }]);
  assert.deepEqual(Object.keys(localStorage), ['hubbub.settings']);
});

test('who comes back finds their drafts, and who comes instead finds none', async (context) => {
  globalThis.localStorage = new LocalStorage();
  context.after(() => delete globalThis.localStorage);
  const { claim, draft, keepDraft, leaveTo } = await import('../drafts.js');
  keepDraft(1, { text: 'to one' });
  leaveTo(7);
  claim(7);
  assert.deepEqual(draft(1), { text: 'to one' });
  leaveTo(7);
  claim(8);
  assert.deepEqual([draft(1), Object.keys(localStorage)], [{ text: '' }, []]);
});
