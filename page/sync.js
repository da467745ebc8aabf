// @ts-check
// Keeps the store as the server has it: the live connection's messages come in
// here, pages of history are asked for here, and both meet without a gap.

import { batch, untracked } from './html.js';
import { Problem, get, post, query } from './api.js';
import { apply, record } from './apply.js';
import * as cache from './cache.js';
import * as db from './db.js';
import { t } from './i18n.js';
import { Live } from './live.js';
import { tell } from './notices.js';
import { Outbox } from './outbox.js';
import { take } from './preferences.js';
import { go, place } from './route.js';
import { RoomState, ThreadState, announcement, connection, current, me, outgoing, presence, put, putAll, quotes, ready, remove, rooms, server, thread } from './store.js';
import { summary } from './text.js';
import { said } from './rows.js';
import { Timeline } from './timeline.js';

/** Up to which event everything has been handled. */
let epoch = '', seq = 0;

const page = 50; // messages that are asked for at once

export const live = new Live({
  position: () => seq && epoch ? { epoch, after: seq } : null,
  message: (message) => batch(() => receive(message)),
  state: (state, retryAt, why) => {
    connection.value = { state, retryAt, why };
    if (state === 'online') outbox.flush();
  },
  login: () => leave(),
});

export const outbox = new Outbox({
  send: (command) => send(command),
  keep: (id, value) => { db.write([{ store: 'outbox', key: id, value }]); },
  changed: (entries) => { outgoing.value = entries; },
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
});

/**
 * send asks the server for something, and resolves when it is done. It rejects
 * with a Problem.
 * @param {Api.Command} command
 * @returns {Promise<any>}
 */
export function send(command) {
  if (live.online) return live.send(command);
  if (live.ended) return post('/commands', command);
  return Promise.reject(new Problem(0, 'offline', t('connection.away')));
}

/**
 * begin learns who we are: from the cache at once, then from the server, which
 * is asked before the cache has opened.
 * @param {() => void} stranger told where nobody has been before
 */
export async function begin(stranger) {
  const answers = ask();
  const kept = await cache.load();
  if (kept) {
    restore(kept);
    confirm(answers).catch(() => {}); // without a connection, what is kept will do
    return;
  }
  stranger();
  await confirm(answers);
}

/** ask asks the server what it is and who we are. @returns {Promise<[Api.Server, Api.Session | null]>} */
function ask() {
  const answers = Promise.all([get('/server'), get('/session').catch(nobody)]);
  answers.catch(() => {}); // until somebody waits for it, a failure is nobody's
  return answers;
}

/** confirm takes what the server answered. @param {ReturnType<typeof ask>} answers */
async function confirm(answers) {
  const [description, session] = await answers;
  server.value = description;
  if (session?.user) enter(session);
  else if (me.peek()) await leave();
}

/** nobody takes the refusal for the answer that nobody is signed in. @param {Problem} problem */
function nobody(problem) {
  if (problem.status === 401) return null;
  throw problem;
}

/** @param {{facts: cache.Facts, rooms: cache.Kept[]}} kept */
function restore({ facts, rooms: all }) {
  batch(() => {
    me.value = facts.me;
    server.value = facts.server;
    ({ epoch, seq } = facts);
    const states = putAll(all.map(({ info }) => info));
    for (const [i, { items, older, stale }] of all.entries()) {
      const room = states[i];
      room.stale = stale;
      if (items.length) room.timeline.insert(items, { older, newer: stale });
    }
    ready.value = true;
  });
  revive();
}

/** revive goes live, and takes over what waits to be sent. */
function revive() {
  live.start();
  db.read(['outbox']).then(([entries]) => {
    outbox.restore(entries.filter((entry) => entry.by === me.peek()?.user));
    if (live.online) outbox.flush();
  });
}

/** enter goes live as somebody. @param {Api.Session} session */
export function enter(session) {
  makeWay(session.user);
  me.value = session;
  revive();
}

/** makeWay forgets what is here of somebody else. @param {number} user */
function makeWay(user) {
  const before = me.peek();
  if (!before || before.user === user) return;
  forget();
  cache.forget(); // the database does one after the other: what is kept from now on stays
}

/** leave is nobody again: the server does not know us any more. */
export async function leave() {
  live.end();
  forget();
  me.value = null;
  await cache.forget();
  await get('/server').then((about) => { server.value = about; }, () => {}); // who was the first may have become the owner
}

/** forget empties the store. */
function forget() {
  batch(() => {
    epoch = '';
    seq = 0;
    rooms.value = new Map();
    presence.value = new Map();
    thread.value = null;
    quotes.value = new Map();
    outbox.entries = [];
    outgoing.value = [];
    ready.value = false;
  });
}

/** @param {Api.Message} message */
function receive(message) {
  switch (message.type) {
    case 'welcome':
      return welcome(message);
    case 'event':
      return message.event && happen(message.event);
    case 'events':
      return message.events?.forEach((event) => happen(event));
    case 'entered':
      return message.room && enterRoom(message.room);
    case 'exited':
      return message.room && exitRoom(message.room.id);
    case 'signal':
      return message.signal && notice(message.signal);
  }
}

/** @param {Api.Message} message */
function welcome(message) {
  const fresh = !message.resumed;
  if (message.user) makeWay(message.user);
  if (epoch && epoch !== message.epoch) forgetMessages();
  epoch = message.epoch ?? '';
  if (fresh) seq = message.seq ?? 0;
  const session = me.peek();
  if (session) me.value = { ...session, user: message.user ?? session.user, nick: message.nick ?? session.nick, role: message.role };
  const ids = new Set(message.rooms?.map((room) => room.id));
  for (const id of rooms.peek().keys()) if (!ids.has(id)) forgetRoom(id);
  const infos = message.rooms ?? [];
  const before = infos.map(({ id }) => rooms.peek().get(id)?.info.peek());
  const states = putAll(infos.map((info) => ({ read: undefined, unread: 0, mentions: 0, first: undefined, ...info, joined: true })));
  for (const [i, room] of states.entries()) {
    const known = before[i], { head } = infos[i];
    room.counted = head;
    if (fresh && known && known.head !== head) doubt(room);
    if (JSON.stringify(known) !== JSON.stringify(room.info.peek())) saveRoom(room.id);
  }
  meet(states);
  ready.value = true;
  const shown = current.peek(), beside = thread.peek();
  if (beside && (beside.room.stale || beside.trouble.peek())) openThread(beside.room, beside.root);
  if (shown && (shown.stale || !shown.timeline.live)) loadNewest(shown); // the second where it could not be had before, or the log is another
}

/** meet takes over whether those are here with whom we talk directly. @param {RoomState[]} states */
function meet(states) {
  const all = states.flatMap((room) => room.info.peek().with ?? []);
  if (all.length) presence.value = new Map([...presence.peek(), ...all.map(seen)]);
}

/** seen tells whether somebody is here, as it is kept. @param {Api.Person} person @returns {[number, 'here' | 'away' | 'gone']} */
const seen = (person) => [person.id, !person.here ? 'gone' : person.away ? 'away' : 'here'];

/** doubt tells that changes of what is known may have been missed. @param {RoomState} room */
function doubt(room) {
  room.stale = true;
  room.timeline.break();
}

/** forgetMessages is for when the log is another: their numbers mean nothing now. */
function forgetMessages() {
  for (const room of rooms.peek().values()) {
    room.timeline = new Timeline();
    room.changed();
  }
}

/** @param {Api.Room} info */
function enterRoom(info) {
  const room = put({ ...info, joined: true });
  meet([room]);
  room.counted = info.head;
  if (room.timeline.runs.length) doubt(room);
  saveRoom(room.id);
  if (current.peek() === room) loadNewest(room);
}

/** @param {number} id */
function exitRoom(id) {
  const shown = current.peek();
  forgetRoom(id);
  if (shown?.id === id) go('/', true);
}

/** @param {number} id */
function forgetRoom(id) {
  remove(id);
  saveRoom(id);
}

/** saveRoom keeps a room for the next start, soon. @param {number} id */
function saveRoom(id) {
  cache.save(id, () => {
    const session = me.peek();
    return session ? { me: session, server: server.peek(), epoch, seq } : null;
  }, (id) => rooms.peek().get(id));
}

/** happen handles an event. @param {Api.Event} event */
function happen(event) {
  if (event.seq <= seq) return; // seen before the connection was cut
  seq = event.seq;
  const session = me.peek();
  if (!session) return;
  if (event.client && event.by === session.user) outbox.remove(event.client);
  const room = rooms.peek().get(event.room);
  if (!room) return inInbox(event);
  room.meanwhile?.push(event);
  const outcome = apply(room.timeline, room.info.peek(), event, session, room.counted);
  room.change(outcome.info);
  if (outcome.changed) room.changed();
  if (outcome.ask) refresh(room);
  if (said(event)) quiet(room, event.nick ?? '');
  if (event.kind === 'nick' && event.by === session.user && event.subject) me.value = { ...session, nick: event.subject };
  inPeople(room, event);
  inThread(event);
  inQuotes(event);
  if (outcome.news) news(room, event);
  saveRoom(room.id);
}

/** inThread does an event to the conversation that is shown. @param {Api.Event} event */
function inThread(event) {
  const shown = thread.peek(), user = me.peek()?.user ?? 0;
  if (!shown || shown.room.id !== event.room) return;
  const belongs = said(event) ? (event.thread ?? event.target) === shown.root : Boolean(event.target);
  if (belongs && record(shown.timeline, event, user)) shown.changes.value++;
}

/** inQuotes forgets a quote that is another now: it is asked for anew. @param {Api.Event} event */
function inQuotes(event) {
  if ((event.kind !== 'edited' && event.kind !== 'deleted') || !event.target) return;
  const rest = new Map(quotes.peek());
  if (rest.delete(event.target)) quotes.value = rest;
}

/** news handles what somebody else said. @param {RoomState} room @param {Api.Event} event */
function news(room, event) {
  tell(room, event);
  if (room !== current.peek()) return;
  announcement.value = t('message.announce', { nick: event.nick ?? '', text: summary(event.text ?? '') });
  if (document.visibilityState === 'hidden' && !room.firstUnread.peek()) room.firstUnread.value = event.seq;
}

/** inInbox handles what is for us alone. @param {Api.Event} event */
function inInbox(event) {
  const session = me.peek();
  if (!session) return;
  if (event.kind === 'read' && event.about) marked(event.about, event.target ?? 0);
  if (event.kind === 'nick' && event.by === session.user && event.subject) me.value = { ...session, nick: event.subject };
  if (event.kind === 'property' && event.subject) take(event.subject, event.text ?? '');
  if (event.kind === 'role' && event.user === session.user) me.value = { ...session, role: /** @type {Api.Role} */ (event.level) };
}

/** marked takes over that we have read a room, here or elsewhere. @param {number} id @param {number} read */
function marked(id, read) {
  const room = rooms.peek().get(id);
  if (!room) return;
  const info = room.info.peek();
  if (read <= (info.read ?? 0)) return;
  if (read >= info.head || !info.unread) room.change({ read, unread: 0, mentions: 0, first: undefined });
  else {
    room.change({ read });
    refresh(room);
  }
  saveRoom(id);
}

/** inPeople keeps the list of a room's people as it is, where it is known. @param {RoomState} room @param {Api.Event} event */
function inPeople(room, event) {
  const people = room.people.peek();
  if (!people) return;
  const subject = event.kind === 'kicked' || event.kind === 'rank' ? event.user : event.by;
  const rest = () => people.filter((person) => person.id !== subject);
  if (event.kind === 'joined') room.people.value = [...rest(), { id: event.by ?? 0, nick: event.nick ?? '', here: true }];
  if (event.kind === 'left' || event.kind === 'kicked') room.people.value = rest();
  if (event.kind === 'nick') room.people.value = people.map((person) => person.id === subject ? { ...person, nick: event.subject ?? '' } : person);
  if (event.kind === 'rank') room.people.value = people.map((person) => person.id === subject ? { ...person, rank: /** @type {Api.Rank} */ (event.level) } : person);
}

/** refresh asks for a room anew. @param {RoomState} room */
async function refresh(room) {
  try {
    const info = await get(`/rooms/${room.id}`);
    room.counted = Math.max(room.counted, info.head);
    put({ read: undefined, unread: 0, mentions: 0, first: undefined, ...info });
  } catch { /* the next welcome tells it */ }
}

const typingLasts = 7000; // milliseconds without another word of it

/** notice handles what is true for a moment. @param {Api.Signal} signal */
function notice(signal) {
  if (signal.kind === 'typing') return typing(signal);
  const state = signal.kind === 'offline' ? 'gone' : signal.kind === 'away' ? 'away' : signal.kind === 'online' || signal.kind === 'back' ? 'here' : null;
  if (state) presence.value = new Map(presence.peek()).set(signal.user, state);
}

/** @param {Api.Signal} signal */
function typing({ room: id, user, nick, text }) {
  const room = rooms.peek().get(id ?? 0);
  if (!room || user === me.peek()?.user) return;
  quiet(room, nick);
  if (text === 'done' || text === 'paused') return;
  const until = Date.now() + typingLasts;
  room.typing.value = new Map(room.typing.peek()).set(nick, until);
  setTimeout(() => room.typing.peek().get(nick) === until && quiet(room, nick), typingLasts);
}

/** quiet takes somebody from those who are typing. @param {RoomState} room @param {string} nick */
function quiet(room, nick) {
  if (!room.typing.peek().has(nick)) return;
  const typing = new Map(room.typing.peek());
  typing.delete(nick);
  room.typing.value = typing;
}

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
    saveRoom(room.id);
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

/** loadPeople asks who is in a room. @param {RoomState} room */
export async function loadPeople(room) {
  /** @type {Api.Person[]} */
  const people = [];
  let after;
  do {
    const answer = await get(`/rooms/${room.id}/members${query({ after, limit: 500 })}`);
    people.push(...answer.people);
    after = answer.next;
  } while (after && people.length < 5000);
  room.people.value = people;
  presence.value = new Map([...untracked(() => presence.value), ...people.map(seen)]);
}

/** openThread shows the conversation that a message began. @param {RoomState} room @param {number} root */
export async function openThread(room, root) {
  const shown = thread.value = new ThreadState(room, root);
  const begin = (/** @type {Api.Event} */ item) => shown.timeline.insert([item], { older: false, newer: true });
  const near = room.timeline.find(root);
  if (near) begin(near);
  try {
    /** @type {[Api.Page, Api.Event | null]} */
    const [{ messages }, far] = await Promise.all([get(`/messages/${root}/thread${query({ limit: 200 })}`), near ? null : get(`/messages/${root}`)]);
    if (far) begin(far);
    shown.timeline.insert(messages, { older: true, newer: false, after: root });
  } catch (problem) {
    shown.trouble.value = /** @type {Error} */ (problem).message;
  }
  shown.changes.value++;
}

/** markRead tells that everything of a room up to now has been read. @param {RoomState} room */
export function markRead(room) {
  const info = room.info.peek();
  const last = room.timeline.live?.items.at(-1)?.seq ?? 0;
  const upTo = Math.max(last, info.unread ? info.head : 0);
  if (!upTo || upTo <= (info.read ?? 0) || (!info.unread && !info.mentions)) return;
  room.change({ read: upTo, unread: 0, mentions: 0, first: undefined });
  send({ op: 'read', room: room.id, target: upTo }).catch(() => {}); // the next one will do
}

/** settle chooses a room to show where the address tells none. */
export function settle() {
  if (place.peek().kind !== 'home') return;
  const all = [...rooms.peek().values()].filter((room) => !room.info.peek().with);
  return all.find((room) => room.info.peek().unread) ?? all.find((room) => room.info.peek().name === '#lobby') ?? all[0];
}
