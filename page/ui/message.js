// @ts-check
// One message: who said it, what, and what can be done with it.

import { html, useState } from '../html.js';
import { copyLink, copyText, dropPreview, pin, quoted, react, remove, report, showThread, unread } from '../actions.js';
import { favourites } from '../emoji.js';
import { t } from '../i18n.js';
import { open, roomPath } from '../route.js';
import { me } from '../store.js';
import { mentions, summary } from '../text.js';
import { clock, when } from '../time.js';
import { Avatar, Nick } from './avatar.js';
import { Files } from './files.js';
import { Icon } from './icon.js';
import { showMenu } from './menu.js';
import { pickEmoji } from './palette.js';
import { Text } from './text.js';
import { Time } from './time.js';
import { outbox } from '../sync.js';

/** @typedef {import('../store.js').RoomState} RoomState */
/** @typedef {import('../timeline.js').Item} Item */

/**
 * Message is what somebody said.
 * @param {{room: RoomState, item: Item, head: boolean, lit?: boolean, inThread?: boolean}} props
 */
export function Message({ room, item, head, lit = false, inThread = false }) {
  const [active, setActive] = useState(false);
  const to = item.deleted ? false : item.by !== me.value?.user && mentions(item.text ?? '', me.value?.nick ?? '');
  const leave = (/** @type {PointerEvent} */ event) => setActive(Boolean(element(event).querySelector(':focus-visible')));
  const blur = (/** @type {FocusEvent} */ event) => { // the buttons must not go while one of them is pressed
    if (!element(event).contains(/** @type {Node | null} */ (event.relatedTarget))) setActive(element(event).matches(':hover'));
  };
  const menu = (/** @type {MouseEvent & {pointerType?: string}} */ event) => {
    if (event.pointerType === 'mouse' || item.deleted) return; // a mouse has the browser's own menu, and the buttons
    event.preventDefault();
    openMenu(room, item, inThread, { x: event.clientX, y: event.clientY });
  };
  return html`
    <article class="message ${head ? 'head' : ''} ${lit ? 'lit' : ''} ${to ? 'to-me' : ''} ${item.kind}" data-seq=${item.seq}
      onPointerEnter=${() => setActive(true)} onPointerLeave=${leave} onFocusIn=${() => setActive(true)} onFocusOut=${blur}
      onContextMenu=${menu}>
      <${Gutter} item=${item} head=${head} />
      <div class="message-main">
        ${item.target && !inThread && html`<${Answered} room=${room} item=${item} />`}
        ${head && item.kind !== 'action' && html`<${Head} item=${item} />`}
        <${Body} room=${room} item=${item} />
        ${item.reactions?.length ? html`<${Reactions} item=${item} />` : null}
        ${item.replies?.count && !inThread ? html`<${Replies} item=${item} />` : null}
      </div>
      ${active && !item.deleted && html`<${Tools} room=${room} item=${item} inThread=${inThread} />`}
    </article>`;
}

/** @param {Event} event @returns {Element} */
const element = (event) => /** @type {Element} */ (event.currentTarget);

/** @param {{item: Item, head: boolean}} props */
function Gutter({ item, head }) {
  return html`
    <div class="message-gutter">
      ${head ? html`<${Avatar} nick=${item.nick ?? ''} id=${item.by} />` : html`<${Time} of=${item.time} brief class="message-time" />`}
    </div>`;
}

/** @param {{item: Item}} props */
function Head({ item }) {
  return html`
    <header class="message-head">
      <button type="button" class="nick-button" onClick=${() => open('person', item.nick ?? '')}><${Nick} nick=${item.nick ?? ''} /></button>
      ${item.kind === 'notice' && html`<span class="tag">${t('message.notice')}</span>`}
      <${Time} of=${item.time} />
    </header>`;
}

/** @param {{room: RoomState, item: Item}} props */
function Body({ room, item }) {
  if (item.deleted) return html`<p class="gone">${t('message.deleted')}</p>`;
  return html`
    <div class="message-text">
      ${item.kind === 'action' ? html`<p class="deed"><${Nick} nick=${item.nick ?? ''} /> ${item.text}</p>` : item.text ? html`<${Text} text=${item.text} />` : null}
      ${item.edited && html`<span class="edited">${t('message.edited')}</span>`}
    </div>
    ${item.files?.length ? html`<${Files} files=${item.files} />` : null}
    ${item.previews?.map((preview) => html`<${Preview} key=${preview.url} room=${room} item=${item} preview=${preview} />`)}`;
}

/** Answered shows what a message answers, and leads there. @param {{room: RoomState, item: Item}} props */
function Answered({ room, item }) {
  const target = quoted(room, item.target ?? 0);
  const text = !target ? '' : target.deleted ? t('message.deleted') : summary(target.text ?? '', 90) || t('message.file');
  return html`
    <a class="answered" href=${roomPath(room.about.value, item.target)}>
      <${Icon} name="reply" /><span class="unseen">${t('message.answers')}</span><${Nick} nick=${item.whose ?? target?.nick ?? ''} /><span class="answered-text">${text}</span>
    </a>`;
}

/** @param {{item: Item}} props */
function Reactions({ item }) {
  return html`
    <ul class="reactions" aria-label=${t('message.reactions')}>
      ${item.reactions?.map((reaction) => {
        const more = reaction.count - reaction.nicks.length;
        const who = reaction.nicks.join(', ') + (more > 0 ? ' ' + t('message.andMore', { n: more }) : '');
        return html`<li key=${reaction.emoji}><button type="button" class="reaction" aria-pressed=${Boolean(reaction.mine)} title=${who} aria-label=${t('message.reactedBy', { emoji: reaction.emoji, n: reaction.count, who })} onClick=${() => react(item, reaction.emoji)}>
          <span aria-hidden="true">${reaction.emoji}</span><span class="count" aria-hidden="true">${reaction.count}</span></button></li>`;
      })}
      <li><button type="button" class="reaction add" aria-label=${t('message.react')} onClick=${(/** @type {any} */ event) => pickEmoji(event.currentTarget, (emoji) => react(item, emoji))}><${Icon} name="smile" /></button></li>
    </ul>`;
}

/** @param {{item: Item}} props */
function Replies({ item }) {
  const { count, time, nicks = [] } = /** @type {Api.Replies} */ (item.replies);
  return html`
    <button type="button" class="replies" onClick=${() => showThread(item)}>
      <span class="faces" aria-hidden="true">${nicks.slice(0, 3).map((nick) => html`<${Avatar} key=${nick} nick=${nick} />`)}</span>
      <span class="replies-count">${t('message.replies', { n: count })}</span>
      ${time && html`<span class="replies-time">${t('message.lastReply', { when: when(time) })}</span>`}
    </button>`;
}

/** @param {{room: RoomState, item: Item, preview: Api.Preview}} props */
function Preview({ room, item, preview }) {
  const { url, title, description, site, image } = preview;
  const mine = item.by === me.value?.user || room.may('delete');
  return html`
    <aside class="preview">
      <div class="preview-text">
        <span class="preview-site">${site || new URL(url).host}</span>
        <a href=${url} target="_blank" rel="noopener noreferrer nofollow">${title || url}</a>
        ${description && html`<p>${summary(description, 240)}</p>`}
      </div>
      ${image && html`<img src=${image.thumbnail ?? image.url} width=${image.width} height=${image.height} alt="" loading="lazy" />`}
      ${mine && html`<button type="button" class="icon-button" aria-label=${t('message.dropPreview')} title=${t('message.dropPreview')} onClick=${() => dropPreview(item, url)}><${Icon} name="close" /></button>`}
    </aside>`;
}

/** Tools are the buttons of the message that the pointer or the focus is at. @param {{room: RoomState, item: Item, inThread: boolean}} props */
function Tools({ room, item, inThread }) {
  const mine = item.by === me.value?.user;
  const button = (/** @type {import('./icon.js').IconName} */ icon, /** @type {string} */ label, /** @type {(event: any) => void} */ run) =>
    html`<button type="button" class="icon-button" aria-label=${label} title=${label} onClick=${run}><${Icon} name=${icon} /></button>`;
  return html`
    <div class="tools" role="group" aria-label=${t('message.tools')}>
      ${favourites.slice(0, 3).map((emoji) => html`<button key=${emoji} type="button" class="icon-button quick" aria-label=${t('message.reactWith', { emoji })} title=${t('message.reactWith', { emoji })} onClick=${() => react(item, emoji)}>${emoji}</button>`)}
      ${button('smile', t('message.react'), (event) => pickEmoji(event.currentTarget, (emoji) => react(item, emoji)))}
      ${!inThread && button('reply', t('message.reply'), () => answer(room, item))}
      ${!inThread && button('thread', t('message.thread'), () => showThread(item))}
      ${mine && button('edit', t('message.edit'), () => { room.edit.value = item.seq; })}
      ${button('more', t('message.more'), (event) => openMenu(room, item, inThread, event.currentTarget))}
    </div>`;
}

/** answer begins a reply. @param {RoomState} room @param {Item} item */
function answer(room, item) {
  room.edit.value = 0;
  room.reply.value = item.seq;
}

/**
 * openMenu shows all that can be done with a message.
 * @param {RoomState} room
 * @param {Item} item
 * @param {boolean} inThread
 * @param {Element | {x: number, y: number}} where
 */
function openMenu(room, item, inThread, where) {
  const mine = item.by === me.peek()?.user;
  const pinned = room.info.peek().pins?.includes(item.seq);
  const host = where instanceof Element ? where : document.querySelector(`[data-seq="${item.seq}"]`) ?? document.body;
  /** @type {(import('./menu.js').MenuItem | false)[]} */
  const items = [
    { label: t('message.react'), icon: 'smile', run: () => pickEmoji(host, (emoji) => react(item, emoji)) },
    !inThread && { label: t('message.reply'), icon: 'reply', aside: 'R', run: () => answer(room, item) },
    !inThread && { label: t('message.thread'), icon: 'thread', aside: 'T', run: () => showThread(item) },
    mine && { label: t('message.edit'), icon: 'edit', aside: 'E', run: () => { room.edit.value = item.seq; } },
    (room.may('pin') || Boolean(pinned)) && { label: pinned ? t('message.unpin') : t('message.pin'), icon: 'pin', aside: 'P', run: () => pin(room, item) },
    !inThread && { label: t('message.unread'), icon: 'unread', aside: 'U', run: () => unread(room, item) },
    Boolean(item.text) && { label: t('message.copyText'), icon: 'copy', run: () => copyText(item) },
    { label: t('message.copyLink'), icon: 'link', run: () => copyLink(room, item) },
    !mine && { label: t('message.report'), icon: 'flag', run: () => report(item) },
    (mine || room.may('delete')) && { label: t('message.delete'), icon: 'trash', aside: 'Del', danger: true, run: () => remove(item) },
  ];
  showMenu(where, t('message.tools'), /** @type {import('./menu.js').MenuItem[]} */ (items.filter(Boolean)));
}

/** messageKey does what a key means at a message that has the focus. @param {RoomState} room @param {Item} item @param {KeyboardEvent} event */
export function messageKey(room, item, event) {
  const element = /** @type {Element} */ (event.target);
  const mine = item.by === me.peek()?.user;
  if (event.ctrlKey || event.metaKey || event.altKey || item.deleted) return false;
  switch (event.key) {
    case 'Enter':
    case 'ContextMenu': openMenu(room, item, false, element); break;
    case 'F10': if (!event.shiftKey) return false; openMenu(room, item, false, element); break;
    case 'r': answer(room, item); break;
    case 't': showThread(item); break;
    case '+': pickEmoji(element, (emoji) => react(item, emoji)); break;
    case 'e': if (!mine) return false; room.edit.value = item.seq; break;
    case 'p': pin(room, item); break;
    case 'u': unread(room, item); break;
    case 'Delete': if (!mine && !room.may('delete')) return false; remove(item); break;
    default: return false;
  }
  event.preventDefault();
  return true;
}

/** Pending is what is on its way, or could not be sent. @param {{entry: import('../outbox.js').Entry, head: boolean}} props */
export function Pending({ entry, head }) {
  const failed = entry.state === 'failed';
  return html`
    <article class="message pending ${head ? 'head' : ''} ${failed ? 'failed' : ''} ${entry.action ? 'action' : ''}">
      <div class="message-gutter">${head && html`<${Avatar} nick=${entry.nick} id=${me.value?.user} />`}</div>
      <div class="message-main">
        ${head && !entry.action && html`<header class="message-head"><${Nick} nick=${entry.nick} /><time>${clock(entry.time)}</time></header>`}
        <div class="message-text">${entry.action ? html`<p class="deed"><${Nick} nick=${entry.nick} /> ${entry.text}</p>` : entry.text && html`<${Text} text=${entry.text} />`}</div>
        ${entry.files.length ? html`<${Files} files=${entry.files} />` : null}
        <p class="delivery ${entry.state}">
          ${failed
            ? html`<${Icon} name="warning" /><span>${t('message.failed')} ${entry.error}</span>
              <button type="button" class="link-button" onClick=${() => outbox.retry(entry.id)}>${t('message.retry')}</button>
              <button type="button" class="link-button" onClick=${() => outbox.remove(entry.id)}>${t('message.discard')}</button>`
            : html`<${Icon} name=${entry.state === 'sent' ? 'check' : 'clock'} /><span>${t(`message.${entry.state}`)}</span>
              ${entry.state === 'waiting' && html`<button type="button" class="link-button" onClick=${() => outbox.remove(entry.id)}>${t('message.discard')}</button>`}`}
        </p>
      </div>
    </article>`;
}
