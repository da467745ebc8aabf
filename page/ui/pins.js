// @ts-check
// What is pinned in a room, beside it.

import { html, useEffect } from '../html.js';
import { quoted } from '../actions.js';
import { t } from '../i18n.js';
import { close, roomPath } from '../route.js';
import { when } from '../time.js';
import { Nick } from './avatar.js';
import { Pane } from './pane.js';
import { Text } from './text.js';

/** @param {{room: import('../store.js').RoomState}} props */
export default function Pins({ room }) {
  const pins = room.info.value.pins ?? [];
  useEffect(() => { if (!pins.length) close(); }, [pins.length]);
  return html`
    <${Pane} title=${t('room.pins', { n: pins.length })} onClose=${close}>
      <ul class="pins">${[...pins].reverse().map((seq) => html`<${Pin} key=${seq} room=${room} seq=${seq} />`)}</ul>
    <//>`;
}

/** @param {{room: import('../store.js').RoomState, seq: number}} props */
function Pin({ room, seq }) {
  const item = quoted(room, seq);
  if (!item) return null;
  return html`
    <li class="pinned">
      <header class="message-head"><${Nick} nick=${item.nick ?? ''} /><a href=${roomPath(room.info.value, seq)}><time>${when(item.time)}</time></a></header>
      <div class="message-text"><${Text} text=${item.text ?? ''} /></div>
    </li>`;
}
