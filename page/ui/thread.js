// @ts-check
// A conversation beside its room: the message that began it, and all answers.

import { html, useEffect, useLayoutEffect, useRef } from '../html.js';
import { t } from '../i18n.js';
import { close } from '../route.js';
import { said } from '../rows.js';
import { doomed, outgoing, thread } from '../store.js';
import { openThread } from '../sync.js';
import { Composer } from './composer.js';
import { Message, Pending } from './message.js';
import { Pane } from './pane.js';

/** @param {{room: import('../store.js').RoomState, root: number}} props */
export default function Thread({ room, root }) {
  useEffect(() => {
    openThread(room, root);
    return () => { thread.value = null; };
  }, [room, root]);
  const shown = thread.value;
  if (!shown || shown.root !== root) return html`<${Pane} title=${t('thread.title')} onClose=${close} />`;
  return html`
    <${Pane} title=${t('thread.title')} onClose=${close} foot=${html`<${Composer} key=${root} room=${room} root=${root} />`}>
      <${Replies} shown=${shown} />
    <//>`;
}

/** @param {{shown: import('../store.js').ThreadState}} props */
function Replies({ shown }) {
  const { room, root } = shown;
  const count = shown.changes.value;
  const items = shown.timeline.runs.flatMap((run) => run.items).filter((item) => said(item) && !doomed.value.has(item.seq));
  const pending = outgoing.value.filter((entry) => entry.room === room.id && entry.reply === root && !items.some((item) => item.client === entry.id));
  const end = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => end.current?.scrollIntoView({ block: 'end' }), [items.length, pending.length, count === 0]);
  if (shown.trouble.value) return html`<p class="empty">${shown.trouble.value}</p>`;
  const first = items[0]?.seq === root ? items[0] : null;
  const rest = first ? items.slice(1) : items;
  return html`
    <div class="thread">
      ${first && html`<${Message} room=${room} item=${first} head=${true} inThread=${true} />`}
      <p class="rule"><span>${t('message.replies', { n: rest.length })}</span></p>
      <ol>
        ${rest.map((item, i) => html`<li key=${item.seq}><${Message} room=${room} item=${item} head=${i === 0 || rest[i - 1].by !== item.by || item.time - rest[i - 1].time > 300_000} inThread=${true} /></li>`)}
        ${pending.map((entry) => html`<li key=${entry.id}><${Pending} entry=${entry} head=${true} /></li>`)}
      </ol>
      <div ref=${end}></div>
    </div>`;
}
