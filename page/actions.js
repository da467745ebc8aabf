// @ts-check
// What people do: each asks the server, and shows why if that fails.

import { get } from './api.js';
import { t } from './i18n.js';
import { newID } from './id.js';
import { go, open, roomPath } from './route.js';
import { spelled } from './emoji.js';
import { commands, parse } from './slash.js';
import { directWith, doomed, me, quotes } from './store.js';
import { outbox, send } from './sync.js';
import { confirm } from './ui/dialog.js';
import { toast, trouble } from './ui/toast.js';

/** @typedef {import('./store.js').RoomState} RoomState */
/** @typedef {import('./timeline.js').Item} Item */

/** ask sends a command and shows what went wrong. @param {Api.Command} command @returns {Promise<any>} null if it failed */
export async function ask(command) {
  try {
    return await send(command);
  } catch (problem) {
    trouble(problem);
    return null;
  }
}

/**
 * submit does what a line asks for: most say something.
 * @param {RoomState} room
 * @param {string} text
 * @param {{reply?: number, files?: Api.File[]}} [with_]
 * @returns {Promise<boolean>} whether the line was understood, and may go
 */
export async function submit(room, text, { reply = 0, files = [] } = {}) {
  const request = parse(text, room.id, Date.now());
  if ('wrong' in request) {
    toast(request.wrong === 'unknown' ? t('composer.unknown', { name: request.name }) : t('composer.usage', { usage: `/${request.name} ${commands[/** @type {keyof typeof commands} */ (request.name)]}` }), { kind: 'trouble' });
    return false;
  }
  if ('open' in request) open(...request.open);
  else if ('command' in request) return obey(request);
  else say(room, request.say, { action: request.action, reply, files });
  return true;
}

/** obey sends a command that was typed, and goes where it leads. @param {{command: Api.Command, then?: string}} request */
async function obey({ command, then }) {
  if (!await ask(command)) return false;
  if (then !== 'go') return true;
  const nick = command.to?.startsWith('@') ? command.to.slice(1) : command.nick;
  go(nick ? roomPath({ with: { nick } }) : roomPath({ name: command.to }));
  return true;
}

/**
 * say puts something into the outbox.
 * @param {RoomState} room
 * @param {string} text
 * @param {{action: boolean, reply: number, files: Api.File[]}} more
 */
export function say(room, text, { action, reply, files }) {
  const who = me.peek();
  if (!who) return;
  outbox.add({ id: newID(), room: room.id, by: who.user, nick: who.nick, time: Date.now(), text: written(text), action, reply, files, state: 'waiting', error: '' });
}

/** written is text as it is sent: the server makes one space of a tab, which would end the indentation of code. @param {string} text */
const written = (text) => spelled(text).replaceAll('\t', '    ');

/** edit changes what was said. @param {number} target @param {string} text */
export const edit = (target, text) => ask({ op: 'edit', target, text: written(text) });

const grace = 5; // seconds in which a deletion can be undone

/** @type {Map<number, ReturnType<typeof setTimeout>>} deletions that can be undone */
const deletions = new Map();

/** remove deletes a message, if nobody undoes that soon. @param {Item} item */
export function remove(item) {
  const { seq } = item;
  doomed.value = new Set(doomed.peek()).add(seq);
  deletions.set(seq, setTimeout(() => destroy(seq), grace * 1000));
  toast(t('message.deletedNow'), { seconds: grace, action: t('toast.undo'), run: () => spare(seq) });
}

/** @param {number} seq */
async function destroy(seq) {
  deletions.delete(seq);
  await ask({ op: 'delete', target: seq });
  spare(seq); // the event has come, or the message stays
}

/** @param {number} seq */
function spare(seq) {
  clearTimeout(deletions.get(seq));
  deletions.delete(seq);
  const rest = new Set(doomed.peek());
  rest.delete(seq);
  doomed.value = rest;
}

/** hurry does what can't be undone any more, as the page is about to go. */
export function hurry() { for (const seq of [...deletions.keys()]) destroy(seq); }

/** react adds our reaction, or takes it back. @param {Item} item @param {string} emoji */
export function react(item, emoji) {
  const mine = item.reactions?.some((reaction) => reaction.emoji === emoji && reaction.mine);
  return ask({ op: mine ? 'unreact' : 'react', target: item.seq, text: emoji });
}

/** pin pins a message, or takes the pin away. @param {RoomState} room @param {Item} item */
export function pin(room, item) {
  return ask({ op: room.info.peek().pins?.includes(item.seq) ? 'unpin' : 'pin', target: item.seq });
}

/** unread marks a message and all after it as not read. @param {RoomState} room @param {Item} item */
export async function unread(room, item) {
  room.kept = true;
  if (await ask({ op: 'unread', room: room.id, target: item.seq })) room.firstUnread.value = item.seq;
  else room.kept = false;
}

/** report tells the admins of a message. @param {Item} item */
export async function report(item) {
  const why = await confirm({ title: t('message.report'), text: t('message.reportText', { nick: item.nick ?? '' }), confirm: t('message.reportSend'), ask: { label: t('message.reportWhy') } });
  if (why !== null && await ask({ op: 'report', target: item.seq, text: why })) toast(t('message.reported'));
}

/** dropPreview takes away what is shown of a link. @param {Item} item @param {string} url */
export const dropPreview = (item, url) => ask({ op: 'unpreview', target: item.seq, name: url });

/** copyText copies what somebody wrote. @param {Item} item */
export async function copyText(item) {
  await copy(item.text ?? '');
  toast(t('message.textCopied'));
}

/** copyLink copies the address of a message. @param {RoomState} room @param {Item} item */
export async function copyLink(room, item) {
  await copy(new URL(roomPath(room.info.peek(), item.seq), location.href).href);
  toast(t('message.linkCopied'));
}

/**
 * copy puts a text on the clipboard, also where the page came without TLS and
 * browsers don't offer it.
 * @param {string} text
 */
export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  const host = document.querySelector('dialog[open]') ?? document.body;
  const before = document.activeElement;
  host.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
}

/** join comes into a room by its name. @param {string} name */
export const join = (name) => ask({ op: 'join', to: name.startsWith('#') ? name : '#' + name });

/** talk opens the direct conversation with somebody. @param {string} nick */
export async function talk(nick) {
  if (directWith(nick) || await ask({ op: 'direct', nick })) go(roomPath({ with: { nick } }));
}

/** showThread opens the conversation that a message is in, beside the room. @param {Item} item */
export const showThread = (item) => open('thread', item.thread ?? item.target ?? item.seq);

/**
 * quoted returns the message of a number, or asks for it; null as long as it is
 * not there, or if it can't be had.
 * @param {RoomState} room
 * @param {number} seq
 * @returns {Item | null}
 */
export function quoted(room, seq) {
  const near = room.timeline.find(seq);
  if (near) return near;
  if (!quotes.value.has(seq)) {
    quotes.peek().set(seq, null);
    get(`/messages/${seq}`).then((item) => { quotes.value = new Map(quotes.peek()).set(seq, item); }, () => {});
  }
  return quotes.value.get(seq) ?? null;
}
