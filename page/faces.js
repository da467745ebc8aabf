// @ts-check
// The pictures of people, by id. Who is shown and not known is asked for a moment
// later, together with others; what changes then, signals tell. They are kept for
// the next visit, which shows them at once.

import { effect, signal } from './html.js';
import { get } from './api.js';
import { keep } from './settings.js';
import { connection, me } from './store.js';

const together = 50; // people that the server tells of at once
const soon = 250; // milliseconds: what they said comes first
const most = 300; // pictures that are kept

const name = 'hubbub.faces';

/** @returns {[number, string][]} */
function kept() {
  try {
    return JSON.parse(localStorage.getItem(name) ?? '[]');
  } catch {
    return [];
  }
}

/** Where pictures are fetched, by whose they are; '' of who has none. */
export const faces = signal(new Map(kept()));

/** @type {Map<string, number>} who is called so */
const named = new Map();
/** @type {Set<number>} whose picture is as it was told in this session */
const known = new Set();
/** @type {Set<number>} who is to be asked for */
const wanted = new Set();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** face returns where somebody's picture is fetched, '' as long as there is none. Who shows it is told of another. @param {number} id 0 for nobody @returns {string} */
export function face(id) {
  if (id && !known.has(id)) {
    wanted.add(id);
    timer ??= setTimeout(ask, soon);
  }
  return faces.value.get(id) ?? '';
}

/** called returns who has been met under a nick, or we ourselves; 0 if nobody. @param {string} nick */
export const called = (nick) => me.value?.nick === nick ? me.value.user : named.get(nick) ?? 0;

async function ask() {
  const ids = [...wanted].slice(0, together);
  for (const id of ids) wanted.delete(id);
  try {
    if (!me.peek()) return;
    const { people } = await get(`/people?ids=${ids}`);
    const told = new Map(people.map((/** @type {Api.Person} */ person) => [person.id, person]));
    meet(ids.map((id) => told.get(id) ?? { id, nick: '' }));
  } catch { /* whoever is still shown then is asked for when there is a connection again */ } finally {
    timer = wanted.size ? setTimeout(ask, soon) : undefined;
  }
}

/** meet takes over the pictures of people as the server tells of them. @param {Api.Person[]} people */
export function meet(people) {
  let fresh = false; // somebody who is shown by their nick may have a picture now
  for (const { id, nick, picture } of people) {
    fresh ||= Boolean(nick && picture && named.get(nick) !== id);
    if (nick) named.set(nick, id);
  }
  learn(people.map(({ id, picture = '' }) => [id, picture]));
  if (fresh) faces.value = new Map(faces.peek());
}

/** learn takes over where pictures are. @param {[number, string][]} news */
export function learn(news) {
  const all = new Map(faces.peek());
  for (const [id, at] of news) {
    if (!id) continue; // nobody's
    known.add(id);
    all.set(id, at);
  }
  if (news.every(([id, at]) => !id || faces.peek().get(id) === at)) return;
  faces.value = all;
  keep(name, [...all].filter(([, at]) => at).slice(-most));
}

/** follow asks again after a time without a connection, and forgets all when somebody else comes. */
export function follow() {
  let last = 0;
  effect(() => {
    const user = me.value?.user ?? 0;
    if (last && user !== last) {
      known.clear();
      faces.value = new Map();
      keep(name, undefined);
    }
    last = user;
  });
  effect(() => { if (connection.value.state === 'online') known.clear(); });
}
