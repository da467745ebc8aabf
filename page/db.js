// @ts-check
// The browser's database: one store of rooms, one of facts, one of what is to
// be sent. Where there is none (a private window may forbid it), everything
// works, but is forgotten with the page.

/** @typedef {'rooms' | 'facts' | 'outbox'} StoreName */

const name = 'hubbub', version = 1;

/** @type {Promise<IDBDatabase | null> | undefined} */
let opened;

/** @returns {Promise<IDBDatabase | null>} */
function open() {
  opened ??= new Promise((resolve) => {
    if (!('indexedDB' in globalThis)) return resolve(null);
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      for (const store of ['rooms', 'facts', 'outbox']) request.result.createObjectStore(store);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = () => resolve(null);
  });
  return opened;
}

/**
 * write puts and removes several values at once, or none of them.
 * @param {{store: StoreName, key: IDBValidKey, value?: unknown}[]} changes a value that is undefined is removed
 */
export async function write(changes) {
  const database = await open();
  if (!database || !changes.length) return;
  const names = [...new Set(changes.map((change) => change.store))];
  await new Promise((resolve) => {
    const transaction = database.transaction(names, 'readwrite');
    transaction.oncomplete = transaction.onerror = transaction.onabort = resolve; // a full disk is no reason to stop
    for (const { store, key, value } of changes) {
      if (value === undefined) transaction.objectStore(store).delete(key);
      else transaction.objectStore(store).put(value, key);
    }
  });
}

/**
 * read returns all values of the stores, each in the order of its keys.
 * @param {StoreName[]} names
 * @returns {Promise<any[][]>}
 */
export async function read(names) {
  const database = await open();
  if (!database) return names.map(() => []);
  return new Promise((resolve) => {
    const transaction = database.transaction(names, 'readonly');
    const requests = names.map((store) => transaction.objectStore(store).getAll());
    transaction.oncomplete = () => resolve(requests.map((request) => request.result));
    transaction.onerror = transaction.onabort = () => resolve(names.map(() => []));
  });
}

/** clear forgets all that is in some stores. @param {StoreName[]} names */
export async function clear(names) {
  const database = await open();
  if (!database) return;
  await new Promise((resolve) => {
    const transaction = database.transaction(names, 'readwrite');
    transaction.oncomplete = transaction.onerror = transaction.onabort = resolve;
    for (const store of names) transaction.objectStore(store).clear();
  });
}
