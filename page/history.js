// @ts-check
// Pages of history: of a room, and of a conversation in it. What happens while
// one is on its way is done to it as well, so that it meets what is live without
// a gap.

import { get, query } from './api.js';
import { record } from './apply.js';
import * as cache from './cache.js';
import { said } from './rows.js';
import { ThreadState, me, thread } from './store.js';
import { Timeline } from './timeline.js';

/** @typedef {import('./api.js').Problem} Problem */
/** @typedef {import('./store.js').RoomState} RoomState */

const page = 50, replies = 100; // messages that are asked for at once

/**
 * fetchPage asks for a page of a room's history and puts it into the timeline,
 * with what happened meanwhile.
 * @param {RoomState} room
 * @param {{before?: number, after?: number, around?: number}} where
 * @returns {Promise<import('./timeline.js').Run | null>} null if it could not be had
 */
async function fetchPage(room, where) {
  const meanwhile = room.meanwhile ??= [];
  try {
    /** @type {Api.Page} */
    const { messages, before, after } = await get(`/rooms/${room.id}/messages${query({ ...where, limit: page })}`);
    if (room.stale) room.timeline = new Timeline();
    room.stale = false;
    const edge = { before: where.before, after: where.after, older: where.after ? true : before !== undefined, newer: where.before ? true : after !== undefined };
    const run = room.timeline.insert(messages, edge);
    room.timeline.trim(where.before ?? where.after ?? 0);
    for (const event of meanwhile) record(room.timeline, event, me.peek()?.user ?? 0);
    room.trouble.value = '';
    return run;
  } catch (problem) {
    if (!(/** @type {Problem} */ (problem).passing)) room.trouble.value = /** @type {Problem} */ (problem).message;
    return null;
  } finally {
    if (room.meanwhile === meanwhile) room.meanwhile = null;
    room.changed();
    cache.save(room.id);
  }
}

/** @type {Map<string, Promise<import('./timeline.js').Run | null>>} pages that are on their way */
const asked = new Map();

/** once asks for a page, unless it is on its way. @param {RoomState} room @param {{before?: number, after?: number, around?: number}} where */
function once(room, where) {
  const key = room.id + query(where);
  let answer = asked.get(key);
  if (!answer) {
    const before = [...asked].findLast(([other]) => other.startsWith(room.id + '?') || other === String(room.id))?.[1];
    answer = Promise.resolve(before).then(() => fetchPage(room, where)).finally(() => asked.delete(key)); // one after the other, so that "meanwhile" is one time
    asked.set(key, answer);
  }
  return answer;
}

/** loadNewest asks for the last messages. @param {RoomState} room */
export const loadNewest = (room) => once(room, {});

/** loadOlder asks for what is before a message. @param {RoomState} room @param {number} before */
export const loadOlder = (room, before) => once(room, { before });

/** loadNewer asks for what is after a message. @param {RoomState} room @param {number} after */
export const loadNewer = (room, after) => once(room, { after });

/** loadAround asks for a message and what surrounds it. @param {RoomState} room @param {number} around */
export const loadAround = (room, around) => once(room, { around });

/** openThread shows the conversation that a message began. @param {RoomState} room @param {number} root */
export async function openThread(room, root) {
  const shown = thread.value = new ThreadState(room, root);
  const begin = (/** @type {Api.Event} */ item) => shown.timeline.insert([item], { older: false, newer: true });
  const near = room.timeline.find(root);
  if (near) begin(near);
  const load = async () => {
    /** @type {[Api.Page, Api.Event | null]} */
    const [answer, far] = await Promise.all([fetchReplies(root), near ? null : get(`/messages/${root}`)]);
    if (far) begin(far);
    insertReplies(shown, answer);
  };
  await meeting(shown, load).catch((problem) => { shown.trouble.value = problem.message; });
}

/**
 * loadEarlier asks for replies before those that are known. It rejects with a
 * Problem.
 * @param {ThreadState} shown
 */
export async function loadEarlier(shown) {
  const before = shown.earlier;
  if (!before || shown.meanwhile) return;
  await meeting(shown, async () => insertReplies(shown, await fetchReplies(shown.root, before), before));
}

/** fetchReplies asks for the last replies, or the last before one. @param {number} root @param {number} [before] @returns {Promise<Api.Page>} */
const fetchReplies = (root, before) => get(`/messages/${root}/thread${query({ before, limit: replies })}`);

/** insertReplies adds a page of replies; where there are none before, it borders on the message that began it all. @param {ThreadState} shown @param {Api.Page} page @param {number} [before] */
function insertReplies({ root, timeline }, { messages, before: more }, before) {
  timeline.insert(messages, { older: true, newer: Boolean(before), before, after: more ? undefined : root });
}

/** meeting does what happens while replies are on their way to those as well. @param {ThreadState} shown @param {() => Promise<void>} load */
async function meeting(shown, load) {
  const meanwhile = shown.meanwhile = /** @type {Api.Event[]} */ ([]);
  try {
    await load();
    for (const event of meanwhile) record(shown.timeline, event, me.peek()?.user ?? 0);
  } finally {
    shown.meanwhile = null;
    shown.changes.value++;
  }
}

/** inThread does an event to the conversation that is shown. @param {Api.Event} event */
export function inThread(event) {
  const shown = thread.peek(), user = me.peek()?.user ?? 0;
  if (!shown || shown.room.id !== event.room) return;
  const belongs = said(event) ? (event.thread ?? event.target) === shown.root : Boolean(event.target);
  if (!belongs) return;
  shown.meanwhile?.push(event);
  if (record(shown.timeline, event, user)) shown.changes.value++;
}
