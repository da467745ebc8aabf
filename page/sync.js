// @ts-check
// Keeps the store as the server has it: the live connection's messages come
// in here.

import { batch } from './html.js';
import { get } from './api.js';
import { Live } from './live.js';
import { connection, me, put, ready, remove, rooms, server } from './store.js';

/** Up to which event everything has been handled. */
let epoch = '', seq = 0;

export const live = new Live({
  position: () => seq && epoch ? { epoch, after: seq } : null,
  message: receive,
  state: (state, retryAt, why) => { connection.value = { state, retryAt, why }; },
  login: () => { me.value = null; },
});

/** begin learns who we are, and comes in if we are somebody. */
export async function begin() {
  const [description, session] = await Promise.all([get('/server'), get('/session').catch(nobody)]);
  server.value = description;
  if (session?.user) enter(session);
}

/** nobody takes the refusal for the answer that nobody is signed in. @param {any} problem */
function nobody(problem) {
  if (problem.status === 401) return null;
  throw problem;
}

/** enter goes live as somebody. @param {Api.Session} session */
export function enter(session) {
  me.value = session;
  live.start();
}

/** @param {Api.Message} message */
function receive(message) {
  batch(() => {
    if (message.type === 'welcome') welcome(message);
    if (message.type === 'entered' && message.room) put({ ...message.room, joined: true });
    if (message.type === 'exited' && message.room) remove(message.room.id);
  });
}

/** @param {Api.Message} message */
function welcome(message) {
  epoch = message.epoch ?? '';
  seq = message.seq ?? 0;
  const ids = new Set(message.rooms?.map((room) => room.id));
  for (const id of rooms.peek().keys()) if (!ids.has(id)) remove(id);
  for (const room of message.rooms ?? []) put({ ...room, joined: true });
  ready.value = true;
}
