import assert from 'node:assert/strict';
import test from 'node:test';

globalThis.location = /** @type {any} */ ({ pathname: '/', hash: '', href: 'http://localhost/' });
const { effect } = await import('../html.js');
const { RoomState, put, unread } = await import('../store.js');

/** Counts how often who reads something is told that it is another. */
function told(read) {
  let count = -1; // the first time it is only read
  effect(() => { read(); count++; });
  return () => count;
}

test('who shows what lasts of a room does not follow each message', () => {
  const room = new RoomState({ id: 1, name: '#tea', members: 2, head: 2 });
  const about = told(() => room.about.value);
  room.change({ head: 3, unread: 1, mentions: 1, first: 3 });
  room.change({ head: 4, read: 4, unread: 0, mentions: 0, first: undefined });
  assert.equal(about(), 0);
  room.change({ topic: 'green or black?' });
  room.change({ topic: undefined });
  room.change({ head: 5, members: 3 });
  assert.equal(about(), 3);
  assert.equal(room.about.value.members, 3);
});

test('the first unread message is known as long as something is unread', () => {
  const room = new RoomState({ id: 1, name: '#tea', members: 2, head: 9, unread: 2, first: 8 });
  assert.equal(room.unreadFrom.value, 8);
  room.change({ unread: 0 });
  assert.equal(room.unreadFrom.value, 0);
});

test('the count of what is unread is told only when it is another', () => {
  const room = put({ id: 1, name: '#tea', members: 2, head: 2 });
  const counted = told(() => unread.value);
  room.change({ head: 3, unread: 1, first: 3 });
  room.change({ head: 4, unread: 2 });
  assert.deepEqual([counted(), unread.value], [1, { rooms: 1, mentions: 0 }]);
  room.change({ head: 5, unread: 3, mentions: 1 });
  room.change({ unread: 0, mentions: 0 });
  assert.deepEqual([counted(), unread.value], [3, { rooms: 0, mentions: 0 }]);
});
