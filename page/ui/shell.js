// @ts-check
// The frame: the list of rooms, the room, a pane beside it, and what lies over
// them.

import { html, useEffect, useSignalEffect, useState } from '../html.js';
import { t } from '../i18n.js';
import { over, place } from '../route.js';
import { announcement, connection, current, me, server, unread } from '../store.js';
import { live } from '../sync.js';
import { Questions } from './dialog.js';
import { later } from './later.js';
import { MenuHost } from './menu.js';
import { Overlay } from './overlays.js';
import { People } from './people.js';
import { Pins } from './pins.js';
import { Rooms } from './rooms.js';
import { Room } from './room.js';
import { Thread } from './thread.js';
import { Toasts } from './toast.js';

const SignIn = later(() => import('./signin.js'));
const Search = later(() => import('./search.js'));

/** Shell is the whole page. */
export function Shell() {
  if (!me.value) return html`<${SignIn} /><${Toasts} />`;
  return html`<${Frame} /><${Overlay} /><${Questions} /><${Toasts} /><${Announcer} />`;
}

function Frame() {
  const [drawer, setDrawer] = useState(false);
  const room = current.value;
  const [name, ...words] = over.value;
  const pane = name === 'search' ? html`<${Search} words=${words} />` : room && beside(room, over.value);
  useSignalEffect(() => { document.title = title(); });
  useEffect(() => setDrawer(false), [place.value]);
  return html`
    <a class="skip" href="#messages" onClick=${toMessages}>${t('app.skip')}</a>
    <div class="shell ${drawer ? 'drawer-open' : ''} ${pane ? 'with-pane' : ''}" onKeyDown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape') setDrawer(false); }}>
      <${Rooms} onClose=${() => setDrawer(false)} />
      ${drawer && html`<div class="drawer-veil" onClick=${() => setDrawer(false)}></div>`}
      <main class="room" id="room">
        <${Connection} />
        <${Room} room=${room} drawer=${drawer} onDrawer=${() => setDrawer(true)} />
        <${MenuHost} />
      </main>
      ${pane}
    </div>`;
}

/** beside is the pane that the hash names. @param {import('../store.js').RoomState} room @param {string[]} words */
function beside(room, [name, word]) {
  switch (name) {
    case 'thread': return Number(word) > 0 ? html`<${Thread} room=${room} root=${Number(word)} />` : null;
    case 'people': return html`<${People} room=${room} />`;
    case 'pins': return html`<${Pins} room=${room} />`;
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
