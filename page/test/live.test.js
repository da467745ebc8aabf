import assert from 'node:assert/strict';
import test from 'node:test';
import { Live, backoff } from '../live.js';

test('attempts become rarer, never all at once, and at most half a minute apart', () => {
  assert.equal(backoff(1, 0), 250);
  assert.equal(backoff(1, 1), 500);
  assert.equal(backoff(4, 1), 4000);
  assert.equal(backoff(100, 1), 30_000);
  for (let failures = 1; failures < 20; failures++) assert.ok(backoff(failures + 1, 0) >= backoff(failures, 0));
});

/** browse gives a test what a Live finds in a browser, and returns the sockets that it opens. */
function browse(context) {
  const sockets = [];
  const ears = { addEventListener() {}, removeEventListener() {} };
  class WebSocket {
    constructor() { sockets.push(this); }
    send() {}
    close() {}
  }
  const things = { WebSocket, window: ears, document: { ...ears, visibilityState: 'visible' }, location: { href: 'http://localhost/' }, navigator: { onLine: true } };
  for (const [name, value] of Object.entries(things)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    context.after(() => before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]);
  }
  return sockets;
}

test('the patience with a connection that failed does not end the next', (context) => {
  const sockets = browse(context);
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const states = [];
  const live = new Live({ position: () => null, message() {}, state: (state) => states.push(state), login() {}, unwelcome() {} });
  live.start();
  sockets[0].onclose({ code: 1006 });
  context.mock.timers.tick(500);
  assert.equal(sockets.length, 2);
  sockets[1].onmessage({ data: '{"type":"welcome"}' });
  context.mock.timers.tick(25_000);
  assert.deepEqual([sockets.length, states.at(-1)], [2, 'online']);
  context.mock.timers.tick(5000); // a ping goes out
  context.mock.timers.tick(10_000); // and nothing comes back
  assert.equal(states.at(-1), 'waiting');
  live.end();
});
