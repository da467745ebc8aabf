// @ts-check
// What the page knows, as signals. Components read it; sync.js and actions.js
// write it.

import { computed, signal } from './html.js';
import { draft } from './drafts.js';
import { compare } from './order.js';
import { place } from './route.js';
import { Timeline } from './timeline.js';

/** Who we are; null as long as nobody has signed in. */
export const me = signal(/** @type {Api.Session | null} */ (null));

/** The server, as it describes itself. */
export const server = signal(/** @type {Api.Server | null} */ (null));

/** Up to which event, of which log, everything has been handled. */
export const position = { epoch: '', seq: 0 };

/** The state of the live connection, when it tries again, and what the server said when it closed it. */
export const connection = signal(/** @type {{state: import('./live.js').State, retryAt: number, why: string}} */ ({ state: 'connecting', retryAt: 0, why: '' }));

/** Whether the rooms are known, from the server or from the cache. */
export const ready = signal(false);

/** What changes of a room with each message: who shows the rest of it need not follow. */
const passing = /** @type {const} */ (['head', 'read', 'unread', 'mentions', 'first']);

/** A RoomState is a room and what we know of what was said in it. */
export class RoomState {
  /** @param {Api.Room} info */
  constructor(info) {
    this.id = info.id;
    this.info = signal(info);
    /** What lasts of it: the same as long as only what passes is another. */
    this.about = computed(lasting(() => this.info.value));
    /** The first message that is unread; 0 if none is. */
    this.unreadFrom = computed(() => this.info.value.unread ? this.info.value.first ?? 0 : 0);
    this.timeline = new Timeline();
    /** What the room is called: "#tea", or the nick of the other. */
    this.label = computed(() => this.about.value.with?.nick ?? this.about.value.name ?? '');
    /** The list that it stands in; none for one that is only looked into. */
    this.list = computed(() => this.direct ? 'directs' : this.about.value.joined === false ? '' : 'channels');
    /** Whether it is the one that is shown. */
    this.here = computed(/** @returns {boolean} */ () => current.value === this);
    /** Counts the changes of the timeline: who shows it reads this. */
    this.changes = signal(0);
    /** Who is typing: nick to when it is over. */
    this.typing = signal(/** @type {Map<string, number>} */ (new Map()));
    /** The people in it; null until they are asked for. */
    this.people = signal(/** @type {Api.Person[] | null} */ (null));
    /** Where "new" begins while the room is shown: seq of the first unread message. */
    this.firstUnread = signal(0);
    /** Whether it stays unread for as long as it is shown, as somebody wants. */
    this.kept = false;
    /** What is being written here answers this message, or changes that one; 0 if none. */
    this.reply = signal(0);
    this.edit = signal(0);
    /** Whether something is written here and not sent. */
    this.drafted = signal(Boolean(draft(info.id).text));
    /** Whether its messages are those of an earlier time, of which changes may have been missed. */
    this.stale = false;
    /** Up to which event the server has counted what is unread. */
    this.counted = info.head;
    /** What happened while pages are on their way, to be done to those as well; null if none are. */
    this.meanwhile = /** @type {Api.Event[] | null} */ (null);
    /** Why its messages can't be shown; empty if they can. */
    this.trouble = signal('');
    /** Whether somebody looks at its end just now; a list that shows it puts its own answer here. */
    this.watched = () => false;
    /** @type {ReturnType<typeof setTimeout> | undefined} the timer by which the server is told what was read */
    this.telling = undefined;
  }

  /** change replaces some of what the server tells of the room. What is the same is nobody's news. @param {Partial<Api.Room>} change */
  change(change) {
    const before = this.info.peek(), after = { ...before, ...change };
    if (JSON.stringify(after) !== JSON.stringify(before)) this.info.value = after;
  }

  /** changed tells those who show the timeline. */
  changed() { this.changes.value++; }

  get direct() { return Boolean(this.about.value.direct || this.about.value.with); }

  get title() { return this.label.value; }

  /** may reports whether we are allowed something, as "pin". @param {string} what */
  may(what) { return this.about.value.may?.includes(what) ?? false; }
}

/** differ reports whether something of one that lasts is another. @param {Api.Room} one @param {Api.Room} other */
function differ(one, other) {
  for (const key of /** @type {(keyof Api.Room)[]} */ (Object.keys(one))) {
    if (one[key] !== other[key] && !passing.includes(/** @type {any} */ (key))) return true;
  }
  return false;
}

/**
 * lasting gives a room without following what passes: as long as nothing else
 * has changed, it is the same.
 * @param {() => Api.Room} info
 * @returns {() => Omit<Api.Room, typeof passing[number]>}
 */
function lasting(info) {
  /** @type {Api.Room | undefined} */
  let last;
  return () => {
    const now = info();
    if (!last || differ(last, now) || differ(now, last)) last = now;
    return last;
  };
}

/** The rooms that we are in or look into, by id. */
export const rooms = signal(/** @type {Map<number, RoomState>} */ (new Map()));

/** Who is here, by id: people we share a room with. It is changed in place, and tells so: a copy for each that comes and goes would cost the more the more there are. */
export const presence = {
  all: /** @type {Map<number, 'here' | 'away' | 'gone'>} */ (new Map()),
  changes: signal(0),

  /** @returns {ReadonlyMap<number, 'here' | 'away' | 'gone'>} */
  get value() {
    this.changes.value; // who shows it, is told
    return this.all;
  },

  /** told takes over whether people are here. @param {Iterable<[number, 'here' | 'away' | 'gone']>} news */
  told(news) {
    for (const [id, state] of news) this.all.set(id, state);
    this.changes.value++;
  },

  /** forget is for when we are somebody else. */
  forget() {
    this.all.clear();
    this.changes.value++;
  },
};

/** put adds a room or changes what is known of it. @param {Api.Room} info */
export function put(info) { return putAll([info])[0]; }

/** joined is a room that we are in, as the server tells of it: what it leaves out is nothing. @param {Api.Room} info @returns {Api.Room} */
export const joined = (info) => ({ read: undefined, unread: 0, mentions: 0, first: undefined, ...info, joined: true });

/** putAll does so with many at once. @param {Api.Room[]} infos */
export function putAll(infos) {
  const all = new Map(rooms.peek()), { size } = all;
  const states = infos.map((info) => {
    const known = all.get(info.id);
    if (known) known.change(info);
    const room = known ?? new RoomState(info);
    all.set(info.id, room);
    return room;
  });
  if (all.size > size) rooms.value = all;
  return states;
}

/** remove forgets a room. @param {number} id */
export function remove(id) {
  const all = new Map(rooms.peek());
  if (all.delete(id)) rooms.value = all;
}

/** @param {string} a @param {string} b */
export function sameName(a, b) {
  return a.replace(/^#/, '').normalize('NFC').toLowerCase() === b.replace(/^#/, '').normalize('NFC').toLowerCase();
}

/** roomNamed returns the room of a name, with or without its #. @param {string} name */
function roomNamed(name) {
  for (const room of rooms.value.values()) {
    if (room.list.value !== 'directs' && sameName(room.title, name)) return room;
  }
  return null;
}

/** directWith returns the conversation with somebody. @param {string} nick */
export function directWith(nick) {
  for (const room of rooms.value.values()) {
    if (room.list.value === 'directs' && sameName(room.title, nick)) return room;
  }
  return null;
}

/** The room that the address tells; null if we don't know it, or there is none. */
export const current = computed(() => {
  const { kind, name } = place.value;
  if (kind === 'home') return null;
  return kind === 'direct' ? directWith(name) : roomNamed(name);
});

/** byName orders rooms as a list shows them. @param {RoomState} a @param {RoomState} b */
const byName = (a, b) => compare(a.title, b.title);

/** of lists the rooms of a list. What else becomes of a room does not make it anew. @param {string} list */
const of = (list) => [...rooms.value.values()].filter((room) => room.list.value === list);

/** The rooms of the list that have a name. */
export const channels = computed(() => of('channels').sort(byName));

/** The direct conversations, the one with the last event first. */
export const directs = computed(() => of('directs').sort((a, b) => b.info.value.head - a.info.value.head));

/** What is on its way, of all rooms. */
export const outgoing = signal(/** @type {import('./outbox.js').Entry[]} */ ([]));

/** Messages that are not shown, as they are about to be deleted. */
export const doomed = signal(/** @type {Set<number>} */ (new Set()));

/** Messages that others answer and that are not in the timeline; null as long as they are not there. */
export const quotes = signal(/** @type {Map<number, Api.Event | null>} */ (new Map()));

/** A conversation that is shown beside its room: all that answers one message. */
export class ThreadState {
  /** @param {RoomState} room @param {number} root seq of the message that began it */
  constructor(room, root) {
    this.room = room;
    this.root = root;
    this.timeline = new Timeline();
    this.changes = signal(0);
    this.trouble = signal('');
    /** What happened while replies are on their way, to be done to those as well; null if none are. */
    this.meanwhile = /** @type {Api.Event[] | null} */ (null);
  }

  /** The first reply that is known, if there are more before it; 0 if there are none. */
  get earlier() {
    const last = this.timeline.runs.at(-1);
    return last?.older ? last.items[0]?.seq ?? 0 : 0;
  }
}

/** The conversation that is shown beside its room, if there is one. */
export const thread = signal(/** @type {ThreadState | null} */ (null));

/** What the screen reader is told: news of the room that is shown. */
export const announcement = signal('');

let tally = { rooms: 0, mentions: 0 };

/** How many rooms have something unread, and how often we are mentioned in all: the same as long as both are. */
export const unread = computed(() => {
  let count = 0, mentions = 0;
  for (const room of rooms.value.values()) {
    const info = room.info.value;
    if (info.unread) count++;
    mentions += info.mentions ?? 0;
    if (info.with) mentions += info.unread ?? 0;
  }
  if (count !== tally.rooms || mentions !== tally.mentions) tally = { rooms: count, mentions };
  return tally;
});
