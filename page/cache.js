// @ts-check
// What is kept for the next start, and for reading without a connection: the
// rooms, the last messages of each, and up to which event they are complete.

import * as db from './db.js';
import * as drafts from './drafts.js';
import { me, position, rooms, server } from './store.js';

const tail = 60; // items of a room
const delay = 1000; // milliseconds, so that a burst is one write

/** @typedef {{me: Api.Session, server: Api.Server | null, epoch: string, seq: number}} Facts */
/** @typedef {{info: Api.Room, items: import('./timeline.js').Item[], older: boolean, stale: boolean}} Kept */

/** @type {Set<number>} the rooms to write, or to forget */
const dirty = new Set();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * save writes a room soon, or forgets it if it is none of ours any more, together
 * with all that changed, so that what is kept is of one moment.
 * @param {number} id
 */
export function save(id) {
  dirty.add(id);
  timer ??= setTimeout(() => idle(flush), delay);
}

/** idle does something once there is nothing else to do: with many rooms it takes long. @param {() => void} work */
const idle = (work) => 'requestIdleCallback' in globalThis ? requestIdleCallback(work, { timeout: delay }) : work();

function flush() {
  timer = undefined;
  const session = me.peek();
  if (!session) return;
  /** @type {Facts} */
  const facts = { me: session, server: server.peek(), ...position };
  /** @type {Parameters<typeof db.write>[0]} */
  const changes = [{ store: 'facts', key: 'now', value: facts }];
  for (const id of dirty) changes.push({ store: 'rooms', key: id, value: kept(rooms.peek().get(id)) });
  dirty.clear();
  db.write(changes);
}

/** @param {import('./store.js').RoomState | undefined} room @returns {Kept | undefined} */
function kept(room) {
  if (!room) return undefined;
  const run = room.stale ? room.timeline.runs.at(-1) : room.timeline.live;
  const items = run?.items.slice(-tail) ?? [];
  return { info: room.info.peek(), items, older: Boolean(run && (run.older || run.items.length > tail)), stale: room.stale };
}

/** load returns what was kept; null if nothing was. @returns {Promise<{facts: Facts, rooms: Kept[]} | null>} */
export async function load() {
  const [[facts], rooms] = await db.read(['facts', 'rooms']);
  return facts ? { facts, rooms } : null;
}

/** forget removes everything, drafts too: somebody has logged out, or somebody else has signed in. */
export function forget() {
  drafts.forget();
  return forgetRead(['rooms', 'facts', 'outbox']);
}

/**
 * forgetRead removes what others wrote, and leaves what somebody has written and
 * not sent: they may come back.
 * @param {db.StoreName[]} stores
 */
export function forgetRead(stores = ['rooms', 'facts']) {
  clearTimeout(timer);
  timer = undefined;
  dirty.clear();
  return db.clear(stores);
}
