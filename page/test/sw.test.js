import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';

const source = readFileSync(new URL('../sw.js', import.meta.url), 'utf8').replace("const version = ''", "const version = 'new'");
const origin = 'https://chat.example.org';

/** worker runs sw.js with what a browser gives it: caches by name, the network, and pages that are open. */
function worker({ kept = {}, network = async () => { throw new TypeError('offline'); }, pages = [] } = {}) {
  const listeners = {}, shown = [], opened = [], deleted = [], added = {};
  const key = (request) => new URL(typeof request === 'string' ? request : request.url, origin).pathname;
  const caches = {
    open: async (name) => ({ addAll: async (all) => { added[name] = all.map(key); } }),
    match: async (request, { cacheName } = {}) => Object.entries(kept).filter(([name]) => !cacheName || name === cacheName).map(([, files]) => files[key(request)]).find(Boolean),
    keys: async () => Object.keys(kept),
    delete: async (name) => deleted.push(name),
  };
  const scope = {
    addEventListener: (type, listener) => { listeners[type] = listener; },
    skipWaiting: async () => {},
    clients: { matchAll: async () => pages, claim: async () => {}, openWindow: async (address) => opened.push(address) },
    registration: { showNotification: async (title, options) => shown.push({ title, ...options }) },
  };
  class Request { constructor(url, options) { Object.assign(this, { url, ...options }); } }
  vm.runInNewContext(source, { self: scope, caches, fetch: network, location: { origin }, URL, Request, AbortSignal, console });
  const lasting = async (type, event) => {
    let work;
    listeners[type]({ ...event, waitUntil: (promise) => { work = promise; } });
    await work;
  };
  const fetch = (path, request = {}) => {
    let answer = null;
    listeners.fetch({ request: { method: 'GET', mode: 'cors', url: new URL(path, origin).href, ...request }, respondWith: (promise) => { answer = promise; } });
    return answer;
  };
  return { lasting, fetch, shown, opened, deleted, added };
}

test('it keeps the index and all files of its version', async () => {
  const list = { ok: true, json: async () => ({ files: ['app.js', 'ui/shell.js'] }) };
  const { lasting, added } = worker({ network: async (path) => (assert.equal(path, '/page/new/files.json'), list) });
  await lasting('install');
  assert.deepEqual([...added['page-new']], ['/', '/page/new/app.js', '/page/new/ui/shell.js']);
});

test('it is not installed without the list of files', async () => {
  const { lasting } = worker({ network: async () => ({ ok: false, status: 404 }) });
  await assert.rejects(lasting('install'), /404/);
});

test('of old versions the last is spared, for pages that are open', async () => {
  const { lasting, deleted } = worker({ kept: { 'page-a': {}, other: {}, 'page-b': {}, 'page-new': {} } });
  await lasting('activate');
  assert.deepEqual(deleted, ['page-a']);
});

test('the API, uploads, other sites and what changes something are not its business', () => {
  const { fetch } = worker();
  for (const path of ['/api/v1/rooms', '/files/12/a.png', 'https://elsewhere.example/page/app.js']) assert.equal(fetch(path), null, path);
  assert.equal(fetch('/page/new/app.js', { method: 'POST' }), null);
  for (const path of ['/api', '/api/v1/oidc/start', '/files/12/a.png']) assert.equal(fetch(path, { mode: 'navigate' }), null, path);
});

test('files of the page come from what is kept, and else from the server', async () => {
  const { fetch } = worker({ kept: { 'page-old': { '/page/old/app.js': 'old' } }, network: async () => 'fetched' });
  assert.equal(await fetch('/page/old/app.js'), 'old');
  assert.equal(await fetch('/page/new/app.js'), 'fetched');
});

test('the page comes from the server, and from what is kept if that does not answer', async () => {
  const kept = { 'page-new': { '/': 'kept' }, 'page-old': { '/': 'old' } };
  assert.equal(await worker({ kept, network: async () => 'fresh' }).fetch('/lobby', { mode: 'navigate' }), 'fresh');
  assert.equal(await worker({ kept }).fetch('/lobby/812', { mode: 'navigate' }), 'kept');
});

const push = (value) => ({ data: { json: () => value } });
const message = { room: 12, name: '#tea', nick: 'otter', text: 'the kettle', link: '/tea/812' };

test('a message that is pushed is shown, once for each room', async () => {
  const { lasting, shown } = worker();
  await lasting('push', push(message));
  await lasting('push', push({ ...message, name: '' }));
  assert.deepEqual(shown.map(({ title, body, tag }) => [title, body, tag]), [['otter · #tea', 'the kettle', 'room-12'], ['otter', 'the kettle', 'room-12']]);
});

test('nothing is shown of what is no message, or while a page is in sight', async () => {
  const hidden = worker(), visible = worker({ pages: [{ visibilityState: 'visible' }] });
  await hidden.lasting('push', { data: null });
  await hidden.lasting('push', { data: { json: () => { throw new SyntaxError('no JSON'); } } });
  await visible.lasting('push', push(message));
  assert.deepEqual([...hidden.shown, ...visible.shown], []);
});

test('a notification leads to its message, in a page that is open or in a new one, and never elsewhere', async () => {
  const sent = [], focused = [];
  const page = { visibilityState: 'hidden', postMessage: (what) => sent.push(what.go), focus: async () => focused.push(1) };
  const click = (link) => ({ notification: { close: () => {}, data: { link } } });
  await worker({ pages: [page] }).lasting('notificationclick', click('/tea/812'));
  const alone = worker();
  await alone.lasting('notificationclick', click('/tea/812'));
  await alone.lasting('notificationclick', click('https://elsewhere.example/'));
  await alone.lasting('notificationclick', click('//elsewhere.example/tea'));
  assert.deepEqual([sent, focused, alone.opened], [['/tea/812'], [1], ['/tea/812', '/', '/']]);
});
