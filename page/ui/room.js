// @ts-check
// A room: its head, what was said, and the place to say something.

import { html } from '../html.js';
import { t } from '../i18n.js';
import { Icon } from './icon.js';

/** @param {{room: import('../store.js').RoomState | null, drawer: boolean, onDrawer: () => void}} props */
export function Room({ room, drawer, onDrawer }) {
  return html`
    <header class="room-head">
      <button type="button" class="icon-button drawer-button" aria-label=${t('nav.open')} aria-expanded=${drawer} aria-controls="rooms" onClick=${onDrawer}><${Icon} name="menu" /></button>
      <div class="titles">
        <h2>${room?.title}</h2>
        <span class="topic">${room?.info.value.topic}</span>
      </div>
    </header>
    <div id="messages" tabindex="-1"></div>`;
}
