// @ts-check
// The list of rooms and direct conversations, with what is unread.

import { html, useEffect, useState } from '../html.js';
import { t } from '../i18n.js';
import { open, roomPath } from '../route.js';
import { channels, directs, me, presence, server } from '../store.js';
import { Icon } from './icon.js';

const first = 40, more = 100; // rooms that are listed in the first picture, and that are added at a time after it
const later = 100; // milliseconds between these, so that what somebody does comes between

/** useGrowing returns how many of so many rooms are listed: few at first, and soon all. @param {number} total */
function useGrowing(total) {
  const [listed, list] = useState(first);
  useEffect(() => {
    if (listed >= total) return;
    const timer = setTimeout(() => list(listed + more), later);
    return () => clearTimeout(timer);
  }, [listed, total]);
  return listed;
}

/** Rooms is the navigation. @param {{onClose: () => void}} props */
export function Rooms({ onClose }) {
  const listed = useGrowing(channels.value.length);
  return html`
    <nav class="rooms" id="rooms" aria-label=${t('nav.rooms')}>
      <header class="rooms-head">
        <h1>${server.value?.name ?? 'hubbub'}</h1>
        <button type="button" class="icon-button" aria-label=${t('nav.search')} title=${t('nav.search')} onClick=${() => open('search')}><${Icon} name="search" /></button>
        <button type="button" class="icon-button drawer-button" aria-label=${t('nav.close')} onClick=${onClose}><${Icon} name="close" /></button>
      </header>
      <div class="rooms-list">
        <h2 class="rooms-title">${t('nav.channels')}
          <button type="button" class="icon-button" aria-label=${t('nav.browse')} title=${t('nav.browse')} onClick=${() => open('browse')}><${Icon} name="plus" /></button>
        </h2>
        <ul>${channels.value.slice(0, listed).map((room) => html`<${RoomLink} key=${room.id} room=${room} onClick=${onClose} />`)}</ul>
        <h2 class="rooms-title">${t('nav.directs')}
          <button type="button" class="icon-button" aria-label=${t('nav.write')} title=${t('nav.write')} onClick=${() => open('switch')}><${Icon} name="plus" /></button>
        </h2>
        <ul>${directs.value.map((room) => html`<${RoomLink} key=${room.id} room=${room} onClick=${onClose} />`)}</ul>
      </div>
      <footer class="rooms-foot">
        <span class="presence here"></span>
        <span class="name">${me.value?.nick}</span>
        ${(me.value?.role === 'admin' || me.value?.role === 'owner') && html`<button type="button" class="icon-button" aria-label=${t('nav.admin')} title=${t('nav.admin')} onClick=${() => open('admin')}><${Icon} name="shield" /></button>`}
        <button type="button" class="icon-button" aria-label=${t('nav.settings')} title=${t('nav.settings')} onClick=${() => open('settings')}><${Icon} name="settings" /></button>
      </footer>
    </nav>`;
}

/** @param {{room: import('../store.js').RoomState, onClick: () => void}} props */
function RoomLink({ room, onClick }) {
  const info = room.info.value;
  const unread = info.unread ?? 0;
  const mentions = room.direct ? unread : info.mentions ?? 0;
  const here = room.here.value;
  return html`
    <li><a class="room-link ${unread && !here ? 'unread' : ''}" href=${roomPath(info)} aria-current=${here ? 'page' : undefined} onClick=${onClick}>
      ${room.direct
        ? html`<span class="presence ${presence.value.get(info.with?.id ?? 0) ?? 'gone'}"></span>`
        : html`<${Icon} name=${info.private ? 'lock' : 'hash'} />`}
      <span class="name">${room.title.replace(/^#/, '')}</span>
      ${room.drafted.value && !here && html`<span class="drafted" title=${t('nav.drafted')}><${Icon} name="edit" /><span class="unseen">${t('nav.drafted')}</span></span>`}
      ${unread > 0 && html`<span class="badge ${mentions ? 'loud' : ''}">
        <span aria-hidden="true" class="count">${mentions || (unread > 99 ? '99+' : unread)}</span>
        <span class="unseen">${mentions ? t('nav.mentions', { n: mentions }) : t('nav.unread', { n: unread })}</span>
      </span>`}
    </a></li>`;
}
