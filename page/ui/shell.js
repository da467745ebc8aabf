// @ts-check
// The frame: the list of rooms, the room, a pane beside it, and what lies over
// them.

import { html, useCallback, useEffect, useSignalEffect, useState } from '../html.js';
import { t } from '../i18n.js';
import { over, place } from '../route.js';
import { announcement, connection, current, me, server, unread } from '../store.js';
import { live } from '../sync.js';
import { Questions } from './dialog.js';
import { Lazy } from './lazy.js';
import { MenuHost } from './menu.js';
import { Overlay } from './overlays.js';
import { Rooms } from './rooms.js';
import { Room } from './room.js';
import { Toasts } from './toast.js';

/** signIn is fetched for who is not signed in. */
export const signIn = () => import('./signin.js');

/** Shell is the whole page. */
export function Shell() {
  if (!me.value) return html`<${Lazy} load=${signIn} /><${Toasts} />`;
  return html`<${Frame} /><${Overlay} /><${Questions} /><${Toasts} /><${Announcer} />`;
}

function Frame() {
  const [drawer, setDrawer] = useState(false);
  const onClose = useCallback(() => setDrawer(false), []);
  const room = current.value;
  const pane = beside(room, over.value);
  useSignalEffect(() => { document.title = title(); });
  useEffect(() => setDrawer(false), [place.value]);
  return html`
    <a class="skip" href="#messages" onClick=${toMessages}>${t('app.skip')}</a>
    <div class="shell ${drawer ? 'drawer-open' : ''} ${pane ? 'with-pane' : ''}" onKeyDown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape') setDrawer(false); }}>
      <${Rooms} onClose=${onClose} />
      ${drawer && html`<div class="drawer-veil" onClick=${onClose}></div>`}
      <main class="room" id="room">
        <${Connection} />
        <${Room} room=${room} drawer=${drawer} onDrawer=${() => setDrawer(true)} />
        <${MenuHost} />
      </main>
      ${pane}
    </div>`;
}

/** The panes, each fetched when it is first wanted. */
const panes = { thread: () => import('./thread.js'), people: () => import('./people.js'), pins: () => import('./pins.js'), search: () => import('./search.js') };

/** beside is the pane that the hash names. @param {import('../store.js').RoomState | null} room @param {string[]} words */
function beside(room, [name, word]) {
  if (name === 'search') return html`<${Lazy} load=${panes.search} words=${word ? [word] : []} />`;
  if (!room) return null;
  switch (name) {
    case 'thread': return Number(word) > 0 ? html`<${Lazy} load=${panes.thread} room=${room} root=${Number(word)} />` : null;
    case 'people': return html`<${Lazy} load=${panes.people} room=${room} />`;
    case 'pins': return html`<${Lazy} load=${panes.pins} room=${room} />`;
    default: return null;
  }
}

/** title is what the browser calls the page: what is unread comes first. */
function title() {
  const { rooms, mentions } = unread.value;
  const mark = mentions ? `(${mentions}) ` : rooms ? '• ' : '';
  return [mark + (current.value?.title ?? ''), server.value?.name ?? 'hubbub'].filter(Boolean).join(' – ');
}

/** Announcer reads what is new aloud, where somebody has it read aloud. */
function Announcer() {
  return html`<div class="unseen" aria-live="polite" role="log" aria-relevant="additions">${announcement.value && html`<p key=${announcement.value}>${announcement.value}</p>`}</div>`;
}

/** toMessages moves the focus, and leaves the hash alone: it is for what lies over the room. @param {Event} event */
function toMessages(event) {
  event.preventDefault();
  document.getElementById('messages')?.focus();
}

/** Connection tells calmly that there is none. */
function Connection() {
  const { state, why } = connection.value;
  const [patient, setPatient] = useState(false);
  const away = state !== 'online';
  useEffect(() => {
    if (!away) return setPatient(false);
    const timer = setTimeout(() => setPatient(true), 1500); // most interruptions are over sooner
    return () => clearTimeout(timer);
  }, [away]);
  if (!away || !patient) return null;
  return html`
    <div class="status-line" role="status">
      <span>${why || t(`connection.${state}`)}</span>
      ${state !== 'connecting' && html`<button type="button" class="link-button" onClick=${() => state === 'ended' ? live.start() : live.connect()}>${t('connection.retry')}</button>`}
    </div>`;
}
