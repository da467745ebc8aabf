// @ts-check
// A room: its head, what was said, and the place to say something.

import { html, useEffect, useState } from '../html.js';
import { get } from '../api.js';
import { join, talk } from '../actions.js';
import { t } from '../i18n.js';
import { close, go, open, over, place, roomPath } from '../route.js';
import { current, presence, put, ready, unread } from '../store.js';
import { settle } from '../sync.js';
import { Composer } from './composer.js';
import { Button } from './field.js';
import { Icon } from './icon.js';
import { Timeline } from './timeline.js';

/** @typedef {import('../store.js').RoomState} RoomState */

/** @param {{room: RoomState | null, drawer: boolean, onDrawer: () => void}} props */
export function Room({ room, drawer, onDrawer }) {
  return html`
    <${Head} room=${room} drawer=${drawer} onDrawer=${onDrawer} />
    ${room ? html`<${Inside} key=${room.id} room=${room} />` : html`<${Elsewhere} />`}`;
}

/** @param {{room: RoomState | null, drawer: boolean, onDrawer: () => void}} props */
function Head({ room, drawer, onDrawer }) {
  const info = room?.about.value;
  const [shown] = over.value;
  const pane = (/** @type {string} */ name) => shown === name ? close() : open(name);
  return html`
    <header class="room-head">
      <button type="button" class="icon-button drawer-button" aria-expanded=${drawer} aria-controls="rooms" onClick=${onDrawer}><span class="unseen">${t('nav.open')}</span><${Icon} name="menu" /><${Beyond} room=${room} /></button>
      <div class="titles">
        ${info?.with && html`<span class="presence ${presence.value.get(info.with.id) ?? 'gone'}"></span>`}
        <h2>${room?.title ?? (place.value.kind === 'room' ? '#' + place.value.name : place.value.name)}</h2>
        ${info?.topic && html`<span class="topic" title=${info.topic}>${info.topic}</span>`}
      </div>
      ${info && html`
        ${info.pins?.length ? html`<button type="button" class="icon-button" aria-label=${t('room.pins', { n: info.pins.length })} title=${t('room.pins', { n: info.pins.length })} aria-expanded=${shown === 'pins'} onClick=${() => pane('pins')}><${Icon} name="pin" /></button>` : null}
        ${!info.with && html`<button type="button" class="icon-button with-count" aria-label=${t('people.title', { n: info.members })} title=${t('people.title', { n: info.members })} aria-expanded=${shown === 'people'} onClick=${() => pane('people')}><${Icon} name="people" /><span class="count" aria-hidden="true">${info.members}</span></button>`}
        <button type="button" class="icon-button" aria-label=${t('room.details')} title=${t('room.details')} onClick=${() => open('room')}><${Icon} name="more" /></button>`}
    </header>`;
}

/** Beyond tells of what is unread in other rooms, where their list is not seen. @param {{room: RoomState | null}} props */
function Beyond({ room }) {
  const here = room?.info.value, { rooms, mentions } = unread.value;
  const calls = mentions - (here?.mentions ?? 0) - (here?.with ? here.unread ?? 0 : 0);
  if (rooms <= (here?.unread ? 1 : 0)) return null;
  return html`<span class="badge ${calls ? 'loud' : ''}"><span aria-hidden="true">${calls || '•'}</span><span class="unseen">${calls ? t('nav.mentions', { n: calls }) : t('nav.elsewhere')}</span></span>`;
}

/** @param {{room: RoomState}} props */
function Inside({ room }) {
  return html`
    <${Timeline} room=${room} />
    <div class="room-foot">
      <${Typing} room=${room} />
      ${room.about.value.joined === false ? html`<${Joining} room=${room} />` : html`<${Composer} room=${room} />`}
    </div>`;
}

/** Joining is shown to who only looks into a room. @param {{room: RoomState}} props */
function Joining({ room }) {
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    await join(room.title);
    setBusy(false);
  };
  return html`<div class="composer-closed"><span>${t('room.looking', { room: room.title })}</span><${Button} kind="main" busy=${busy} onClick=${run}>${t('room.join')}<//></div>`;
}

/** Typing tells who is writing. @param {{room: RoomState}} props */
function Typing({ room }) {
  const nicks = [...room.typing.value.keys()];
  const text = nicks.length === 0 ? '' : nicks.length > 3 ? t('room.manyTyping') : t('room.typing', { n: nicks.length, who: nicks.join(', ') });
  return html`<p class="typing">${text}</p>`;
}

/** Elsewhere is shown where the address tells no room of ours. */
function Elsewhere() {
  const { kind, name } = place.value;
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    setTrouble('');
    if (!ready.value || current.peek()) return;
    if (kind === 'home') home();
    else if (kind === 'direct') talk(name);
    else look(name).catch((problem) => setTrouble(problem.message));
  }, [kind, name, ready.value]);
  if (!ready.value) return html`<div id="messages" class="empty">${t('app.loading')}</div>`;
  return html`
    <div class="empty" id="messages" tabindex="-1">
      ${kind === 'home'
        ? html`<h3>${t('room.none')}</h3><p>${t('room.noneHint')}</p><${Button} kind="main" onClick=${() => open('browse')}>${t('nav.browse')}<//>`
        : trouble && html`<h3>${kind === 'room' ? '#' + name : name}</h3><p>${trouble}</p>${kind === 'room' && html`<${Button} kind="main" onClick=${() => join(name)}>${t('room.make', { room: '#' + name })}<//>`}`}
    </div>`;
}

/** home goes to a room, where there is one. */
function home() {
  const room = settle();
  if (room) go(roomPath(room.info.peek()) + location.hash, true);
}

/** look asks for a room that we are not in. @param {string} name */
async function look(name) {
  const info = await get(`/rooms/${encodeURIComponent(name)}`);
  put({ joined: false, ...info });
}
