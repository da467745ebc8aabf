// @ts-check
// The service worker: it has the page at hand without a connection, and shows
// what is pushed while no page is open. It keeps files of the page only, and
// nothing of the API: what was said is kept by cache.js.

/** Which files are kept; the server writes it here, so each version is a worker of its own. */
const version = '';

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const mine = `page-${version}`;
const patience = 4000; // milliseconds that the server has before the kept page is shown

scope.addEventListener('install', (event) => event.waitUntil(install()));
scope.addEventListener('activate', (event) => event.waitUntil(activate()));
scope.addEventListener('fetch', (event) => {
  const answer = respond(event.request);
  if (answer) event.respondWith(answer);
});
scope.addEventListener('push', (event) => event.waitUntil(pushed(event.data)));
scope.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data?.link ?? '/'));
});
scope.addEventListener('pushsubscriptionchange', (event) => /** @type {ExtendableEvent} */ (event).waitUntil(renew(/** @type {any} */ (event).oldSubscription)));

/** install fetches all files of this version; without one of them it is not installed, and tried again later. */
async function install() {
  const cache = await caches.open(mine);
  const list = await fetch(`/page/${version}/files.json`);
  if (!list.ok) throw new Error(`the list of files: HTTP ${list.status}`);
  const { files } = await list.json();
  await cache.addAll([
    new Request('/', { headers: { Accept: 'text/html' } }), // others than browsers get text there
    ...files.map((/** @type {string} */ name) => `/page/${version}/${name}`),
  ]);
  await scope.skipWaiting();
}

/** activate drops old versions, but not the last: pages that are open may still be of it. */
async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith('page-') && name !== mine);
  await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
  await scope.clients.claim();
}

/**
 * respond returns the answer to a request that is this worker's to answer.
 * @param {Request} request
 * @returns {Promise<Response> | null}
 */
function respond(request) {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return null;
  if (pathname.startsWith('/page/')) return caches.match(request).then((kept) => kept ?? fetch(request));
  if (request.mode === 'navigate' && !/^\/(api|files|page|\.well-known)(\/|$)/.test(pathname)) return navigate(request);
  return null;
}

/** navigate asks the server for the page, and shows the kept one if it does not answer soon. @param {Request} request */
async function navigate(request) {
  const kept = await caches.match('/', { cacheName: mine, ignoreVary: true });
  if (!kept) return fetch(request);
  try {
    return await fetch(request, { signal: AbortSignal.timeout(patience) });
  } catch {
    return kept;
  }
}

/**
 * pushed shows a message that was pushed. Where a page is in sight, it shows it.
 * @param {PushMessageData | null} data
 */
async function pushed(data) {
  const said = read(data);
  if (!said) return;
  const pages = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  if (pages.some((page) => page.visibilityState === 'visible')) return;
  await scope.registration.showNotification(said.name ? `${said.nick} · ${said.name}` : said.nick, {
    body: said.text, tag: `room-${said.room}`, data: { link: said.link }, icon: '/page/icon-192.png', badge: '/page/badge-96.png',
  });
}

/**
 * read returns what a push holds; null if that is nothing to show.
 * @param {PushMessageData | null} data
 * @returns {{room: number, name: string, nick: string, text: string, link: string} | null}
 */
function read(data) {
  try {
    const { room, name, nick, text, link } = data?.json();
    return { room: Number(room), name: String(name ?? ''), nick: String(nick), text: String(text), link: String(link) };
  } catch {
    return null;
  }
}

/** show brings a page to the front, at an address of this server. @param {string} link */
async function show(link) {
  const { origin, pathname, search } = new URL(link, location.origin);
  const address = origin === location.origin ? pathname + search : '/';
  const [page] = await scope.clients.matchAll({ type: 'window' });
  if (!page) return scope.clients.openWindow(address);
  page.postMessage({ go: address });
  return page.focus();
}

/** renew subscribes anew where the browser has ended a subscription. @param {PushSubscription | null} [old] */
async function renew(old) {
  const { push } = await fetch('/api/v1/server').then((response) => response.json());
  if (!push) return;
  const fresh = await scope.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: push.key });
  const tell = (/** @type {string} */ method, /** @type {unknown} */ body) => fetch('/api/v1/push/subscription', {
    method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  if (old) await tell('DELETE', { endpoint: old.endpoint });
  await tell('PUT', fresh.toJSON());
}
