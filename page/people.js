// @ts-check
// Who is here, and who is in a room: from signals and events as they come, and
// from lists that are asked for. What was heard while a list was on its way is
// newer than the list.

import { get, query } from './api.js';
import { learn, meet as meetFaces } from './faces.js';
import { presence, rooms } from './store.js';

/** @typedef {import('./store.js').RoomState} RoomState */
/** @typedef {'here' | 'away' | 'gone'} Presence */

const page = 500, most = 5000; // people that are asked for at once, and in all

/**
 * A Question is a list that is on its way.
 * @typedef {{room: RoomState, heard: Set<number>, events: Api.Event[]}} Question
 */

/** @type {Set<Question>} */
const questions = new Set();

/** tell takes over whether people are here. @param {[number, Presence][]} news by id */
function tell(news) {
  presence.told(news);
  for (const { heard } of questions) for (const [id] of news) heard.add(id);
}

/** seen tells whether somebody is here, as it is kept. @param {Api.Person} person @returns {[number, Presence]} */
const seen = (person) => [person.id, !person.here ? 'gone' : person.away ? 'away' : 'here'];

/** @type {Record<string, Presence | undefined>} what a signal tells, by its kind */
const told = { online: 'here', back: 'here', away: 'away', offline: 'gone' };

/** signalled takes over what a signal tells of somebody. @param {Api.Signal} signal */
export function signalled({ kind, user, text = '' }) {
  const state = told[kind];
  if (state) tell([[user, state]]);
  if (kind === 'picture') learn([[user, text]]);
  if (kind === 'status') for (const { people } of rooms.peek().values()) {
    if (people.peek()) people.value = people.peek()?.map((one) => one.id === user ? { ...one, status: text } : one) ?? null;
  }
}

/** meet takes over whether those are here with whom we talk directly. @param {RoomState[]} rooms */
export function meet(rooms) {
  const all = rooms.flatMap((room) => room.info.peek().with ?? []);
  if (all.length) tell(all.map(seen));
}

/** inPeople does an event to the list of a room's people, where it is known or on its way. @param {RoomState} room @param {Api.Event} event */
export function inPeople(room, event) {
  for (const question of questions) if (question.room === room) question.events.push(event);
  const people = room.people.peek();
  const next = people && change(people, event);
  if (next !== people) room.people.value = next;
}

/** change does an event to a list of people. To do it twice is to do it once. @param {Api.Person[]} people @param {Api.Event} event */
export function change(people, event) {
  const subject = event.kind === 'kicked' || event.kind === 'rank' ? event.user : event.by;
  const rest = () => people.filter((person) => person.id !== subject);
  const now = (/** @type {Partial<Api.Person>} */ part) => people.map((person) => person.id === subject ? { ...person, ...part } : person);
  switch (event.kind) {
    case 'joined': return [...rest(), { id: event.by ?? 0, nick: event.nick ?? '', here: true }];
    case 'left':
    case 'kicked': return rest();
    case 'nick': return now({ nick: event.subject ?? '' });
    case 'rank': return now({ rank: /** @type {Api.Rank} */ (event.level) });
    default: return people;
  }
}

/** loadPeople asks who is in a room. It rejects with a Problem. @param {RoomState} room */
export async function loadPeople(room) {
  /** @type {Question} */
  const question = { room, heard: new Set(), events: [] };
  questions.add(question);
  try {
    const people = await list(room.id);
    meetFaces(people);
    room.people.value = question.events.reduce(change, people);
    presence.told(people.filter(({ id }) => !question.heard.has(id)).map(seen));
  } finally {
    questions.delete(question);
  }
}

/** @param {number} room @returns {Promise<Api.Person[]>} */
async function list(room) {
  const people = [];
  let after;
  do {
    const answer = await get(`/rooms/${room}/members${query({ after, limit: page })}`);
    people.push(...answer.people);
    after = answer.next;
  } while (after && people.length < most);
  return people;
}
