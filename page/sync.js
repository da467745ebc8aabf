// @ts-check
// Keeps the store as the server has it: who we are is settled here, and the live
// connection's messages come in here.

/** @typedef {import('./store.js').RoomState} RoomState */

import { batch } from './html.js';
import { Problem, get, post } from './api.js';
import { apply } from './apply.js';
import * as cache from './cache.js';
import * as db from './db.js';
import * as drafts from './drafts.js';
import { inThread, loadNewest, openThread } from './history.js';
import { t } from './i18n.js';
import { Live } from './live.js';
import { tell } from './notices.js';
import { opened } from './opening.js';
import { Outbox } from './outbox.js';
import { inPeople, meet, signalled } from './people.js';
import { take } from './preferences.js';
import { go, place } from './route.js';
import { announcement, connection, current, joined, me, outgoing, position, presence, put, putAll, quotes, ready, remove, rooms, server, thread } from './store.js';
import { summary } from './text.js';
import { said } from './rows.js';
import { Timeline } from './timeline.js';

export const live = new Live({
  position: () => position.seq && position.epoch ? { epoch: position.epoch, after: position.seq } : null,
  message: (message) => batch(() => receive(message)),
  state: (state, retryAt, why) => {
    connection.value = { state, retryAt, why };
    if (state === 'online') outbox.flush();
  },
  login: () => end(),
  unwelcome: () => { check().catch(() => {}); }, // without an answer, the next attempt will do
});

export const outbox = new Outbox({
  send: (command) => send(command),
  handled: (seq) => seq <= position.seq,
  keep: (id, value) => { db.write([{ store: 'outbox', key: id, value }]); },
  changed: () => { showing ??= setTimeout(showOutgoing, grace); },
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
});

const grace = 40; // milliseconds in which most of what is sent has arrived: it is shown once, as said, and not before that as on its way

/** @type {ReturnType<typeof setTimeout> | undefined} */
let showing;

/** showOutgoing shows what is on its way. */
function showOutgoing() {
  showing = undefined;
  const { entries } = outbox;
  if (entries.length || outgoing.peek().length) outgoing.value = entries;
}

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
 * begin learns who we are: from the document, if the server knew it; or else from
 * the cache at once, then from the server, which is asked before the cache has
 * opened.
 * @param {() => void} stranger told where nobody has been before
 */
export async function begin(stranger) {
  if (opened()) return revive();
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
  const answers = Promise.all([get('/server'), whoWeAre()]);
  answers.catch(() => {}); // until somebody waits for it, a failure is nobody's
  return answers;
}

/** confirm takes what the server answered. @param {ReturnType<typeof ask>} answers */
async function confirm(answers) {
  const [description, session] = await answers;
  server.value = description;
  if (session?.user) enter(session);
  else if (me.peek()) await end();
}

/** check ends the session here if it has ended on the server. */
async function check() {
  const session = await whoWeAre();
  if (!session?.user && me.peek()) await end();
}

/** whoWeAre asks the server as whom it knows us. @returns {Promise<Api.Session | null>} */
const whoWeAre = () => get('/session').catch(nobody);

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
    Object.assign(position, { epoch: facts.epoch, seq: facts.seq });
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

/** revive goes live, and takes over what we have written and not sent; what somebody else has is forgotten. */
function revive() {
  live.start();
  db.read(['outbox']).then(([entries]) => {
    const user = me.peek()?.user;
    if (!user) return;
    db.write(entries.filter((entry) => entry.by !== user).map(({ id }) => ({ store: 'outbox', key: id })));
    outbox.restore(entries.filter((entry) => entry.by === user));
    if (live.online) outbox.flush();
  });
}

/** enter goes live as somebody. @param {Api.Session} session */
export function enter(session) {
  makeWay(session.user);
  drafts.claim(session.user);
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

/** leave is nobody again, as we want to be. */
export async function leave() {
  live.end();
  forget();
  me.value = null;
  await cache.forget();
  await describe();
}

/** end is nobody again, as the server does not know us any more: who comes back finds what they have not sent. */
async function end() {
  const user = me.peek()?.user ?? 0;
  live.end();
  forget();
  me.value = null;
  drafts.leaveTo(user);
  await cache.forgetRead();
  await describe();
}

/** describe asks what the server is now: who was the first may have become the owner. */
async function describe() {
  await get('/server').then((about) => { server.value = about; }, () => {});
}

/** forget empties the store. */
function forget() {
  batch(() => {
    Object.assign(position, { epoch: '', seq: 0 });
    rooms.value = new Map();
    presence.forget();
    thread.value = null;
    quotes.value = new Map();
    outbox.empty();
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
  const another = position.epoch && position.epoch !== message.epoch;
  if (another) forgetMessages();
  position.epoch = message.epoch ?? '';
  if (fresh) position.seq = message.seq ?? 0;
  become(message);
  const ids = new Set(message.rooms?.map((room) => room.id));
  for (const id of rooms.peek().keys()) if (!ids.has(id)) forgetRoom(id);
  const infos = message.rooms ?? [];
  const before = infos.map(({ id }) => rooms.peek().get(id)?.info.peek());
  const states = putAll(infos.map(joined));
  for (const [i, room] of states.entries()) {
    const known = before[i], { head } = infos[i];
    room.counted = head;
    if (fresh && known && known.head !== head) doubt(room);
    if (known !== room.info.peek()) cache.save(room.id);
  }
  meet(states);
  ready.value = true;
  const shown = current.peek(), beside = thread.peek();
  if (beside && (another || beside.room.stale || beside.trouble.peek())) openThread(beside.room, beside.root);
  if (shown && (shown.stale || !shown.timeline.live)) loadNewest(shown); // the second where it could not be had before, or the log is another
}

/** become takes over whom the server says that we are; if it is who we were, nobody is told. @param {Api.Message} message */
function become({ user, nick, role }) {
  const session = me.peek();
  if (!session || (user === session.user && nick === session.nick && role === session.role)) return;
  me.value = { ...session, user: user ?? session.user, nick: nick ?? session.nick, role };
}

/** doubt tells that changes of what is known may have been missed. @param {RoomState} room */
function doubt(room) {
  room.stale = true;
  room.timeline.break();
}

/** forgetMessages is for when the log is another: their numbers mean nothing now. */
function forgetMessages() {
  quotes.value = new Map();
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
  cache.save(room.id);
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
  cache.save(id);
}

/** happen handles an event. @param {Api.Event} event */
function happen(event) {
  if (event.seq <= position.seq) return; // seen before the connection was cut
  position.seq = event.seq;
  const session = me.peek();
  if (!session) return;
  if (event.client && event.by === session.user) outbox.remove(event.client);
  const room = rooms.peek().get(event.room);
  if (!room) return inInbox(event);
  room.meanwhile?.push(event);
  const outcome = apply(room.timeline, room.info.peek(), event, session, room.counted);
  if (outcome.news && !room.kept && room.watched()) see(room, event.seq, outcome.info);
  room.change(outcome.info);
  if (outcome.changed) room.changed();
  if (outcome.ask) refresh(room);
  if (said(event)) quiet(room, event.nick ?? '');
  if (event.kind === 'nick' && event.by === session.user && event.subject) me.value = { ...session, nick: event.subject };
  inPeople(room, event);
  inThread(event);
  inQuotes(event);
  if (outcome.news) news(room, event);
  cache.save(room.id);
}

const tellAfter = 100; // milliseconds after which the server is told what was read: what comes meanwhile is told with it

/** see counts what comes while somebody looks as read, before anything lights up for it. @param {RoomState} room @param {number} seq @param {Partial<Api.Room>} info */
function see(room, seq, info) {
  Object.assign(info, { read: Math.max(seq, room.info.peek().read ?? 0), unread: 0, mentions: 0, first: undefined });
  room.telling ??= setTimeout(() => {
    room.telling = undefined;
    if (!room.kept) tellRead(room);
  }, tellAfter);
}

/** tellRead tells the server up to where a room has been read. @param {RoomState} room */
function tellRead(room) {
  send({ op: 'read', room: room.id, target: room.info.peek().read }).catch(() => {}); // the next one will do
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
  if (event.kind === 'read' && event.about) marked(event.about, event.target ?? 0, event.level === 'unread');
  if (event.kind === 'nick' && event.by === session.user && event.subject) me.value = { ...session, nick: event.subject };
  if (event.kind === 'property' && event.subject) take(event.subject, event.text ?? '');
  if (event.kind === 'role' && event.user === session.user) me.value = { ...session, role: /** @type {Api.Role} */ (event.level) };
}

/**
 * marked takes over that we have read a room, here or elsewhere.
 * @param {number} id
 * @param {number} read
 * @param {boolean} back no more than that, though it was marked before
 */
function marked(id, read, back) {
  const room = rooms.peek().get(id);
  if (!room) return;
  const info = room.info.peek();
  room.kept = back;
  if (read <= (info.read ?? 0) && !back) return;
  if (!back && (read >= info.head || !info.unread)) room.change({ read, unread: 0, mentions: 0, first: undefined });
  else {
    room.change({ read });
    refresh(room);
  }
  cache.save(id);
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
  signalled(signal);
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

/** markRead tells that everything of a room up to now has been read. @param {RoomState} room */
export function markRead(room) {
  if (room.kept) return;
  const info = room.info.peek();
  const last = room.timeline.live?.items.at(-1)?.seq ?? 0;
  const upTo = Math.max(last, info.unread ? info.head : 0);
  if (!upTo || upTo <= (info.read ?? 0) || (!info.unread && !info.mentions)) return;
  room.change({ read: upTo, unread: 0, mentions: 0, first: undefined });
  tellRead(room);
}

/** settle chooses a room to show where the address tells none. */
export function settle() {
  if (place.peek().kind !== 'home') return;
  const all = [...rooms.peek().values()].filter((room) => !room.info.peek().with);
  return all.find((room) => room.info.peek().unread) ?? all.find((room) => room.info.peek().name === '#lobby') ?? all[0];
}
