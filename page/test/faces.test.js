import assert from 'node:assert/strict';
import test from 'node:test';
import { me } from '../store.js';
import { called, face, faces, learn, meet } from '../faces.js';

const asked = [];
let answer = () => ({ people: [] });
globalThis.fetch = async (path) => {
  asked.push(path);
  return { ok: true, status: 200, headers: new Headers(), json: async () => answer() };
};

test('who is shown is asked for once, together with others', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  me.value = /** @type {any} */ ({ user: 1, nick: 'otter' });
  answer = () => ({ people: [{ id: 3, nick: 'stoat', picture: '/files/a/picture.jpg' }] });
  assert.equal(face(3) + face(4) + face(3), '');
  assert.deepEqual(asked, []);
  t.mock.timers.runAll();
  assert.deepEqual(asked, ['/api/v1/people?ids=3,4']);
});

test('what was answered is known then, also that there is none', async () => {
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(face(3), '/files/a/picture.jpg');
  assert.equal(face(4), '');
  assert.equal(called('stoat'), 3);
  assert.equal(called('otter'), 1);
  assert.equal(asked.length, 1);
});

test('another picture is shown at once, and one that is gone no more', () => {
  learn([[3, '/files/b/picture.jpg']]);
  assert.equal(face(3), '/files/b/picture.jpg');
  learn([[3, '']]);
  assert.equal(face(3), '');
});

test('who is shown by the nick is shown anew when they are met', () => {
  faces.value = new Map([[9, '/files/c/picture.jpg']]);
  const before = faces.value;
  meet([{ id: 9, nick: 'badger', picture: '/files/c/picture.jpg' }]);
  assert.notEqual(faces.value, before);
  assert.equal(called('badger'), 9);
  const then = faces.value;
  meet([{ id: 9, nick: 'badger', picture: '/files/c/picture.jpg' }]);
  assert.equal(faces.value, then);
});
