import assert from 'node:assert/strict';
import test from 'node:test';
import { newID } from '../id.js';
import { Outbox } from '../outbox.js';

const entry = (id, more = {}) => ({ id, room: 1, by: 7, nick: 'ola', time: 0, text: id, action: false, reply: 0, files: [], state: 'waiting', error: '', ...more });
const refusal = (code) => Object.assign(new Error(`refused: ${code}`), { code });

/** An outbox whose server answers by answer(command, attempt). */
function make(answer, seq) {
  const sent = [], kept = new Map();
  let waits = 0, changes = 0;
  const outbox = new Outbox({
    handled: (seq) => seq === 5,
    send: async (command) => {
      sent.push(command.id);
      const problem = answer(command, sent.length);
      if (problem) throw problem;
      return { type: 'ack', seq: seq?.(command) ?? 9 };
    },
    keep: (id, value) => value ? kept.set(id, value) : kept.delete(id),
    changed: () => { changes++; },
    wait: async () => { waits++; },
  });
  return { outbox, sent, kept, waits: () => waits, changes: () => changes, states: () => outbox.entries.map(({ id, state }) => `${id} ${state}`) };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('what is written is sent in that order', async () => {
  const { outbox, sent, states } = make(() => null);
  for (const id of ['a', 'b', 'c']) outbox.add(entry(id));
  await settled();
  assert.deepEqual(sent, ['a', 'b', 'c']);
  assert.deepEqual(states(), ['a sent', 'b sent', 'c sent']);
});

test('without a connection everything waits, and goes later under the same ids', async () => {
  let away = true;
  const { outbox, sent, kept, states } = make(() => away ? refusal('offline') : null);
  outbox.add(entry('a'));
  outbox.add(entry('b'));
  await settled();
  assert.deepEqual(states(), ['a waiting', 'b waiting']);
  assert.deepEqual([...kept.keys()], ['a', 'b']);
  away = false;
  await outbox.flush();
  assert.deepEqual(sent, ['a', 'a', 'b']);
  assert.deepEqual(states(), ['a sent', 'b sent']);
});

test('a refusal does not hold up the next, and can be tried again', async () => {
  let refuse = true;
  const { outbox, kept, states } = make((command) => command.id === 'a' && refuse ? refusal('forbidden') : null);
  outbox.add(entry('a'));
  outbox.add(entry('b'));
  await settled();
  assert.deepEqual(states(), ['a failed', 'b sent']);
  assert.equal(kept.get('a').error, 'refused: forbidden');
  refuse = false;
  outbox.retry('a');
  await settled();
  assert.deepEqual(states(), ['a sent', 'b sent']);
});

test('after "too many" it waits and tries the same again', async () => {
  const { outbox, sent, waits } = make((command, attempt) => attempt < 3 ? refusal('too-many') : null);
  outbox.add(entry('a'));
  await settled();
  assert.deepEqual([sent, waits()], [['a', 'a', 'a'], 2]);
});

test('what an earlier page left comes first, and what it sent is left to the log', async () => {
  const { outbox, states } = make(() => refusal('offline'));
  outbox.add(entry('new', { time: 9 }));
  await settled();
  outbox.restore([entry('later', { time: 2, state: 'sending' }), entry('done', { state: 'sent' }), entry('early', { time: 1 }), entry('bad', { time: 3, state: 'failed' }), entry('new')]);
  assert.deepEqual(states(), ['early waiting', 'later waiting', 'bad failed', 'new waiting']);
});

test('what was sent is not kept, even if nothing more is heard of it', async () => {
  const { outbox, kept, states } = make((command) => command.id === 'b' ? refusal('forbidden') : null);
  outbox.add(entry('a'));
  outbox.add(entry('b'));
  assert.deepEqual([...kept.keys()], ['a', 'b']);
  await settled();
  assert.deepEqual(states(), ['a sent', 'b failed']);
  assert.deepEqual([...kept.keys()], ['b']);
});

test('what is in the log is removed', async () => {
  const { outbox, kept, states } = make(() => null);
  outbox.add(entry('a'));
  outbox.remove('a');
  assert.deepEqual([states(), kept.size], [[], 0]);
});

test('an answer that comes after its event changes nothing', async () => {
  const { outbox, kept, changes } = make(() => null);
  outbox.add(entry('a'));
  outbox.remove('a');
  const before = changes();
  await settled();
  assert.deepEqual([changes(), kept.size], [before, 0]);
});

test('client ids differ, and are as the server wants them', () => {
  const ids = new Set(Array.from({ length: 1000 }, newID));
  assert.equal(ids.size, 1000);
  for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
});

test('what was in the log already is not waited for', async () => {
  const { outbox, states } = make(() => null, (command) => command.id === 'before' ? 5 : 9);
  outbox.add(entry('before'));
  outbox.add(entry('now'));
  await settled();
  assert.deepEqual(states(), ['now sent']);
});

test('what is emptied while it waits is not sent', async () => {
  const { outbox, sent, kept } = make(() => {
    outbox.empty();
    return refusal('too-many');
  });
  outbox.add(entry('a'));
  await settled();
  assert.deepEqual([sent, [...kept.keys()]], [['a'], ['a']]);
});
