// @ts-check
// What the document came with: who we are, the rooms, and what was said last in
// one of them. The server writes it there for whom it knows by a cookie. The live
// connection goes on from there.

import { batch } from './html.js';
import * as cache from './cache.js';
import * as drafts from './drafts.js';
import { meet } from './people.js';
import { go, place, roomPath } from './route.js';
import { joined, me, position, putAll, ready, rooms, server } from './store.js';

/** opened takes over what there is, and tells whether there is anything. */
export function opened() {
  const element = document.getElementById('opening');
  if (!element) return false;
  element.remove();
  open(JSON.parse(element.textContent ?? ''));
  keep();
  cache.load().then((kept) => kept && recall(kept));
  return true;
}

/** @param {Api.Opening} opening */
function open({ session, server: about, rooms: infos, all, room: id, page }) {
  drafts.claim(session.user);
  batch(() => {
    me.value = session;
    server.value = about;
    Object.assign(position, { epoch: session.epoch, seq: session.seq });
    meet(putAll(infos.map(joined)));
    ready.value = all;
  });
  const shown = rooms.peek().get(id ?? 0);
  if (!shown || !page) return;
  shown.timeline.insert(page.messages, { older: page.before !== undefined, newer: page.after !== undefined });
  if (place.peek().kind === 'home') go(roomPath(shown.info.peek()) + location.hash, true);
}

/** keep has all rooms written to the cache. */
function keep() {
  for (const id of rooms.peek().keys()) cache.save(id);
}

/**
 * recall takes over what is kept of rooms that the document did not tell of. What
 * may have changed there since is asked for when it is shown.
 * @param {{facts: cache.Facts, rooms: cache.Kept[]}} kept
 */
function recall({ facts, rooms: all }) {
  if (facts.me.user !== me.peek()?.user) cache.forget(); // of somebody else
  else if (facts.epoch !== position.epoch) cache.forgetRead(); // of another log
  else batch(() => all.forEach(restore));
  keep();
}

/** restore takes over a room. @param {cache.Kept} kept */
function restore({ info, items, older, stale }) {
  const known = rooms.peek().get(info.id);
  if (!known && ready.peek()) return; // we have left it since
  const [room] = known ? [known] : putAll([info]);
  if (room.timeline.runs.length || !items.length) return;
  room.stale = stale || room.info.peek().head !== info.head;
  room.timeline.insert(items, { older, newer: room.stale });
  room.changed();
}
