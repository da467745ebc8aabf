import assert from 'node:assert/strict';
import test from 'node:test';
import { parse, roomPath } from '../route.js';

test('a path tells the room and the message', () => {
  for (const [path, kind, name, message] of [
    ['/', 'home', '', 0],
    ['/lobby', 'room', 'lobby', 0],
    ['/lobby/812', 'room', 'lobby', 812],
    ['/lobby/nonsense', 'room', 'lobby', 0],
    ['/r/api/7', 'room', 'api', 7],
    ['/api', 'home', '', 0],
    ['/d/ola', 'direct', 'ola', 0],
    ['/d/ola/9', 'direct', 'ola', 9],
    ['/caf%C3%A9', 'room', 'café', 0],
    ['/%E0%A4%A', 'room', '%E0%A4%A', 0],
    ['/lobby/99999999999999999999', 'room', 'lobby', 0],
  ]) assert.deepEqual(parse(path), { kind, name, message }, path);
});

test('the address of a room leads back to it', () => {
  for (const name of ['#lobby', '#api', '#r', '#d', '#page', '#café', '#a/b', '#100%', '#.well-known', '#files']) {
    const place = parse(roomPath({ name }, 5));
    assert.deepEqual(place, { kind: 'room', name: name.slice(1), message: 5 });
  }
  assert.equal(parse(roomPath({ with: { nick: 'ola.k' } })).name, 'ola.k');
});
