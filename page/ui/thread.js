// @ts-check
// A conversation beside its room: the message that began it, and all answers.

import { html, useEffect, useLayoutEffect, useRef } from '../html.js';
import { loadEarlier, openThread } from '../history.js';
import { t } from '../i18n.js';
import { close } from '../route.js';
import { said } from '../rows.js';
import { doomed, outgoing, thread } from '../store.js';
import { Composer } from './composer.js';
import { Button } from './field.js';
import { useDoing } from './loaded.js';
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
  const changes = shown.changes.value;
  const items = shown.timeline.runs.flatMap((run) => run.items).filter((item) => said(item) && !doomed.value.has(item.seq));
  const pending = outgoing.value.filter((entry) => entry.room === room.id && entry.reply === root && !items.some((item) => item.client === entry.id));
  const first = items[0]?.seq === root ? items[0] : null;
  const rest = first ? items.slice(1) : items;
  const list = useKept(rest, pending.length, changes === 0);
  if (shown.trouble.value) return html`<p class="empty">${shown.trouble.value}</p>`;
  const count = shown.earlier ? Math.max(rest.length, room.timeline.find(root)?.replies?.count ?? 0) : rest.length;
  return html`
    <div class="thread" ref=${list}>
      ${first && html`<${Message} room=${room} item=${first} head=${true} inThread=${true} />`}
      <p class="rule"><span>${t('message.replies', { n: count })}</span></p>
      ${shown.earlier > 0 && html`<${Earlier} shown=${shown} />`}
      <ol>
        ${rest.map((item, i) => html`<li key=${item.seq}><${Message} room=${room} item=${item} head=${i === 0 || rest[i - 1].by !== item.by || item.time - rest[i - 1].time > 300_000} inThread=${true} /></li>`)}
        ${pending.map((entry) => html`<li key=${entry.id}><${Pending} entry=${entry} head=${true} /></li>`)}
      </ol>
    </div>`;
}

const sticky = 24; // pixels from the bottom that count as there

/**
 * useKept keeps the pane at its bottom if it is there, and otherwise what is in
 * sight where it is when replies come above it.
 * @param {Api.Event[]} replies
 * @param {number} pending
 * @param {boolean} loading
 */
function useKept(replies, pending, loading) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const pane = list.current?.parentElement;
  const below = pane ? pane.scrollHeight - pane.scrollTop : 0; // before it is rendered anew
  const bottom = !pane || loading || below - pane.clientHeight < sticky;
  const first = replies[0]?.seq ?? 0, begun = useRef(0);
  useLayoutEffect(() => {
    const pane = list.current?.parentElement;
    if (!pane) return;
    if (bottom || !begun.current) pane.scrollTop = pane.scrollHeight;
    else if (first !== begun.current) pane.scrollTop = pane.scrollHeight - below;
    begun.current = first;
  }, [first, replies.length, pending, loading]);
  useLayoutEffect(() => { if (pending && list.current?.parentElement) list.current.parentElement.scrollTop = list.current.parentElement.scrollHeight; }, [pending]); // we have just written it
  return list;
}

/** Earlier asks for replies before those that are shown, as soon as it comes into sight. @param {{shown: import('../store.js').ThreadState}} props */
function Earlier({ shown }) {
  const button = useRef(/** @type {HTMLElement | null} */ (null));
  const { busy, error, run } = useDoing();
  const more = () => run(() => loadEarlier(shown));
  useEffect(() => {
    if (!button.current || error) return;
    const observer = new IntersectionObserver((entries) => { if (entries.some((one) => one.isIntersecting)) more(); }, { root: button.current.closest('.pane-body'), rootMargin: '300px 0px 0px' });
    observer.observe(button.current);
    return () => observer.disconnect();
  }, [shown.earlier, error]);
  return html`
    <p class="thread-earlier" ref=${button}>
      ${error && html`<span class="field-error" role="alert">${error}</span>`}
      <${Button} busy=${busy} onClick=${more}>${t('thread.earlier')}<//>
    </p>`;
}
