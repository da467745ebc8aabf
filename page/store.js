// @ts-check
// What the page knows, as signals. Components read it; sync.js and actions.js
// write it.

import { computed, signal } from './html.js';
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

/** A RoomState is a room and what we know of what was said in it. */
export class RoomState {
  /** @param {Api.Room} info */
  constructor(info) {
    this.id = info.id;
    this.info = signal(info);
    this.timeline = new Timeline();
    /** What the room is called: "#tea", or the nick of the other. */
    this.label = computed(() => this.info.value.with?.nick ?? this.info.value.name ?? '');
    /** The list that it stands in; none for one that is only looked into. */
    this.list = computed(() => this.direct ? 'directs' : this.info.value.joined === false ? '' : 'channels');
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
    /** What is being written here answers this message, or changes that one; 0 if none. */
    this.reply = signal(0);
    this.edit = signal(0);
    /** Whether its messages are those of an earlier time, of which changes may have been missed. */
    this.stale = false;
    /** Up to which event the server has counted what is unread. */
    this.counted = info.head;
    /** What happened while pages are on their way, to be done to those as well; null if none are. */
    this.meanwhile = /** @type {Api.Event[] | null} */ (null);
    /** Why its messages can't be shown; empty if they can. */
    this.trouble = signal('');
  }

  /** change replaces some of what the server tells of the room. @param {Partial<Api.Room>} change */
  change(change) { this.info.value = { ...this.info.peek(), ...change }; }

  /** changed tells those who show the timeline. */
  changed() { this.changes.value++; }

  get direct() { return Boolean(this.info.value.direct || this.info.value.with); }

  get title() { return this.label.value; }

  /** may reports whether we are allowed something, as "pin". @param {string} what */
  may(what) { return this.info.value.may?.includes(what) ?? false; }
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

/** @type {Intl.Collator | undefined} made when there is something to sort, as that takes tens of milliseconds */
let collator;

/** byName orders rooms as a list shows them. @param {RoomState} a @param {RoomState} b */
function byName(a, b) {
  collator ??= new Intl.Collator();
  return collator.compare(a.title, b.title);
}

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

/** How many rooms have something unread, and how often we are mentioned in all. */
export const unread = computed(() => {
  let count = 0, mentions = 0;
  for (const room of rooms.value.values()) {
    const info = room.info.value;
    if (info.unread) count++;
    mentions += info.mentions ?? 0;
    if (info.with) mentions += info.unread ?? 0;
  }
  return { rooms: count, mentions };
});
