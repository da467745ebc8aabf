import assert from 'node:assert/strict';
import test from 'node:test';
import { change, signalled } from '../people.js';
import { presence } from '../store.js';

const people = [{ id: 1, nick: 'otter' }, { id: 2, nick: 'ferret' }];
const nicks = (list) => list.map(({ nick }) => nick);

test('who comes and goes is in the list, and not in it', () => {
  assert.deepEqual(nicks(change(people, { kind: 'joined', by: 3, nick: 'stoat' })), ['otter', 'ferret', 'stoat']);
  assert.deepEqual(nicks(change(people, { kind: 'left', by: 1 })), ['ferret']);
  assert.deepEqual(nicks(change(people, { kind: 'kicked', by: 1, user: 2 })), ['otter']);
  assert.deepEqual(nicks(change(people, { kind: 'nick', by: 1, subject: 'badger' })), ['badger', 'ferret']);
  assert.equal(change(people, { kind: 'rank', by: 1, user: 2, level: 'voice' })[1].rank, 'voice');
});

test('to do it twice is to do it once, and what is no coming changes nothing', () => {
  const joined = { kind: 'joined', by: 3, nick: 'stoat' };
  assert.deepEqual(change(change(people, joined), joined), change(people, joined));
  assert.equal(change(people, { kind: 'message', by: 1 }), people);
});

test('who comes and goes is told by what shows it, however many there are', () => {
  let told = 0;
  const end = presence.changes.subscribe(() => { told++; });
  const all = presence.value;
  for (let user = 1; user <= 10_000; user++) signalled({ kind: 'online', user });
  signalled({ kind: 'away', user: 7 });
  signalled({ kind: 'typing', user: 8 });
  end();
  assert.equal(told, 1 + 10_001);
  assert.equal(presence.value, all); // and no copy of it
  assert.deepEqual([all.size, all.get(7), all.get(8)], [10_000, 'away', 'here']);
  presence.forget();
  assert.equal(presence.value.size, 0);
});
