// @ts-check
// Telling somebody who looks elsewhere that there is something new: a
// notification, a sound if that is wanted, and a mark on the page's icon.

import { effect } from './html.js';
import { disturbs } from './attention.js';
import { t } from './i18n.js';
import { preferences } from './preferences.js';
import { go, roomPath } from './route.js';
import { said } from './rows.js';
import { settings } from './settings.js';
import { current, me, rooms, unread } from './store.js';
import { mentions, summary } from './text.js';

/** @typedef {import('./store.js').RoomState} RoomState */

/** Notifications that are shown, by room. @type {Map<number, Notification>} */
const open = new Map();

/**
 * tell notifies of a message, where its reader wants that and does not see it.
 * @param {RoomState} room
 * @param {Api.Event} event
 */
export function tell(room, event) {
  const nick = me.peek()?.nick ?? '', text = event.text ?? '';
  const seen = document.visibilityState === 'visible' && document.hasFocus() && room === current.peek();
  if (seen || !said(event)) return;
  const message = { room: room.id, direct: Boolean(room.info.peek().with), mentioned: mentions(text, nick), text };
  if (!disturbs(preferences.peek(), message, new Date())) return;
  if (settings.peek().sound) chime();
  if (document.visibilityState === 'hidden') notify(room, event);
}

/** notify shows one notification a room: the next message takes the place of the last. @param {RoomState} room @param {Api.Event} event */
function notify(room, event) {
  if (!('Notification' in globalThis) || Notification.permission !== 'granted') return;
  const info = room.info.peek(), nick = event.nick ?? '';
  const body = summary(event.text ?? '') || t('notify.file');
  const title = info.with ? nick : `${nick} · ${room.title}`;
  const options = { body, tag: `room-${room.id}`, icon: '/page/icon-192.png', badge: '/page/badge-96.png', data: { link: roomPath(info, event.seq) } };
  try {
    const shown = new Notification(title, options);
    open.set(room.id, shown);
    shown.onclick = () => {
      window.focus();
      go(options.data.link);
      shown.close();
    };
  } catch { // phones let service workers only show them
    navigator.serviceWorker?.ready.then((registration) => registration.showNotification(title, options));
  }
}

/** chime is a short sound of two tones, made here. */
function chime() {
  const audio = new AudioContext(), volume = audio.createGain(), now = audio.currentTime;
  volume.connect(audio.destination);
  volume.gain.setValueAtTime(0.06, now);
  volume.gain.exponentialRampToValueAtTime(0.001, now + 0.5);
  for (const [pitch, start] of [[660, 0], [880, 0.12]]) {
    const tone = audio.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(volume);
    tone.start(now + start);
    tone.stop(now + 0.5);
  }
  setTimeout(() => audio.close(), 800);
}

/** withdraw takes away what is shown of a room that has been read. @param {number} room */
async function withdraw(room) {
  open.get(room)?.close();
  open.delete(room);
  const registration = await navigator.serviceWorker?.getRegistration('/');
  for (const shown of await registration?.getNotifications({ tag: `room-${room}` }) ?? []) shown.close();
}

/** icon is the page's icon, with a mark if there is something unread. @param {'' | 'unread' | 'mention'} mark */
function icon(mark) {
  const colour = mark === 'mention' ? '#d9480f' : '#8fd9c8';
  const dot = mark && `<circle cx="50" cy="14" r="13" fill="${colour}" stroke="#fff" stroke-width="3"/>`;
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="15" fill="#0b6b5d"/><path d="M15 18h24v15H26l-7 7v-7h-4z" fill="#fbfaf8"/><path d="M44 26h5v15h-4v7l-7-7H28l4-4h12z" fill="#8fd9c8"/>${dot}</svg>`;
  return 'data:image/svg+xml,' + encodeURIComponent(picture);
}

/** follow marks the icon, and takes notifications away once their room is read. */
export function follow() {
  let shown = ''; // a browser loads its icon anew even if it is the same
  effect(() => {
    const { rooms: count, mentions: mentioned } = unread.value;
    const mark = mentioned ? 'mention' : count ? 'unread' : '';
    if (mark !== shown) document.querySelector('link[rel=icon]')?.setAttribute('href', icon(mark));
    shown = mark;
    const badge = /** @type {any} */ (navigator);
    badge.setAppBadge?.(mentioned).catch(() => {});
  });
  /** @type {Set<number>} */
  let before = new Set();
  effect(() => {
    const now = new Set([...rooms.value.values()].filter((room) => room.info.value.unread).map((room) => room.id));
    for (const id of before) if (!now.has(id)) withdraw(id);
    before = now;
  });
}
