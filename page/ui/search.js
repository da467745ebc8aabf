// @ts-check
// Search, beside the room: what was found, the newest first, each opened in
// place with what surrounds it, or at its place in the room.

import { html, useEffect, useRef, useState } from '../html.js';
import { get, query } from '../api.js';
import { t } from '../i18n.js';
import { excerpt, hints, marked, terms } from '../query.js';
import { close, go, open, place, roomPath } from '../route.js';
import { channels, current, directs, rooms } from '../store.js';
import { when } from '../time.js';
import { Nick } from './avatar.js';
import { Button } from './field.js';
import { Icon } from './icon.js';
import { Options } from './options.js';
import { Pane } from './pane.js';
import { reason } from './toast.js';

/** @param {{words: string[]}} props */
export default function Search({ words: [asked = ''] }) {
  const [text, setText] = useState(asked);
  const found = useSearch(asked);
  useEffect(() => setText(asked), [asked]);
  const submit = (/** @type {string} */ wanted) => { if (wanted.trim()) open('search', wanted.trim()); };
  const typed = text.trim() !== asked.trim();
  const proposals = typed || !asked ? hints(text, known()) : [];
  return html`
    <${Pane} title=${t('nav.search')} onClose=${close}>
      <form role="search" class="search-form" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); submit(text); }}>
        <${Options} label=${t('search.label')} placeholder=${t('search.placeholder')} text=${text} onText=${setText} all=${proposals} id=${(/** @type {import('../query.js').Hint} */ hint) => hint.label.replace(/\W/g, '-')}
          show=${showHint} choose=${(/** @type {import('../query.js').Hint} */ hint) => setText(hint.query)} onSubmit=${() => submit(text)} />
      </form>
      ${asked && !typed && html`<${Results} found=${found} words=${terms(asked)} />`}
      ${!asked && !text && html`<p class="field-hint search-help">${t('search.help')}</p>`}
    <//>`;
}

/** known is what operators can be completed with. */
function known() {
  const nicks = new Set(directs.value.map((room) => room.info.value.with?.nick ?? ''));
  for (const person of current.value?.people.value ?? []) nicks.add(person.nick);
  for (const item of current.value?.timeline.live?.items.slice(-200) ?? []) if (item.nick) nicks.add(item.nick);
  nicks.delete('');
  return { nicks: [...nicks].sort(), rooms: channels.value.map((room) => room.title), today: new Date().toLocaleDateString('sv') };
}

/** @param {import('../query.js').Hint} hint */
function showHint({ label, kind }) {
  return html`<code>${label}</code>${kind === 'operator' && html`<span class="aside">${t(/** @type {any} */ (`search.${label.slice(0, -1)}`))}</span>`}${kind === 'trait' && html`<span class="aside">${t(/** @type {any} */ (`search.has.${label}`))}</span>`}`;
}

/**
 * @typedef {{messages: Api.Event[], next?: number, behind?: boolean}} Answer
 * @typedef {{state: 'idle' | 'busy' | 'done', messages: Api.Event[], next?: number, behind?: boolean, error: string, more: () => void}} Found
 */

/** useSearch asks for a page, and for the next when it is wanted. @param {string} asked @returns {Found} */
function useSearch(asked) {
  const [found, setFound] = useState(/** @type {Omit<Found, 'more'>} */ ({ state: 'idle', messages: [], error: '' }));
  const stop = useRef(/** @type {AbortController | null} */ (null));
  const load = async (/** @type {Api.Event[]} */ before, /** @type {number | undefined} */ next) => {
    stop.current?.abort();
    const { signal } = stop.current = new AbortController();
    setFound({ state: 'busy', messages: before, error: '' });
    try {
      /** @type {Answer} */
      const answer = await get('/search' + query({ q: asked, before: next }), { signal });
      if (!signal.aborted) setFound({ state: 'done', messages: [...before, ...answer.messages], next: answer.next, behind: answer.behind, error: '' });
    } catch (problem) {
      if (!signal.aborted) setFound({ state: 'done', messages: before, next, error: reason(problem) });
    }
  };
  useEffect(() => {
    if (asked) load([], undefined);
    return () => stop.current?.abort();
  }, [asked]);
  return { ...found, more: () => load(found.messages, found.next) };
}

/** @param {{found: Found, words: string[]}} props */
function Results({ found, words }) {
  const { state, messages, next, behind, error, more } = found;
  const count = state === 'busy' && !messages.length ? t('search.busy') : t(next ? 'search.countMore' : 'search.count', { n: messages.length });
  return html`
    <p class="field-hint" role="status">${count}${behind && ` ${t('search.behind')}`}</p>
    ${error && html`<p class="field-error" role="alert">${error}</p>`}
    ${state === 'done' && !messages.length && !error && html`<p class="empty">${t('search.none')}</p>`}
    <ol class="results">${messages.map((message) => html`<${Result} key=${message.seq} message=${message} words=${words} />`)}</ol>
    ${(next || error) && html`<${Button} busy=${state === 'busy'} onClick=${more}>${error ? t('connection.retry') : t('search.older')}<//>`}`;
}

/** addressOf returns where a message is, with the search still beside it. @param {Api.Event} message */
function addressOf(message) {
  const room = rooms.value.get(message.room);
  return roomPath(room ? room.info.value : { name: message.name ?? '' }, message.seq);
}

/** @param {{message: Api.Event, words: string[]}} props */
function Result({ message, words }) {
  const [around, setAround] = useState(/** @type {Api.Event[] | null} */ (null));
  const room = rooms.value.get(message.room);
  const jump = (/** @type {Event} */ event) => {
    event.preventDefault();
    go(addressOf(message) + (matchMedia('(min-width: 68rem)').matches ? location.hash : '')); // on a narrow screen the search lies over the room
  };
  const unfold = async () => setAround(around ? null : await context(message).catch(() => null));
  return html`
    <li class="result">
      <a class="result-main" href=${addressOf(message)} onClick=${jump} aria-current=${place.value.message === message.seq ? 'true' : undefined}>
        <span class="result-head"><${Nick} nick=${message.nick ?? ''} /><span class="field-hint">${room?.title ?? message.name} · ${when(message.time)}</span></span>
        ${around ? null : html`<${Line} message=${message} words=${words} />`}
      </a>
      ${around && html`<ol class="result-around">${around.map((one) => html`
        <li key=${one.seq} class=${one.seq === message.seq ? 'hit' : ''}><${Nick} nick=${one.nick ?? ''} /> <${Line} message=${one} words=${words} /></li>`)}</ol>`}
      <button type="button" class="icon-button" aria-expanded=${Boolean(around)} aria-label=${t('search.context')} title=${t('search.context')} onClick=${unfold}><${Icon} name="chevron" /></button>
    </li>`;
}

/** @param {{message: Api.Event, words: string[]}} props */
function Line({ message, words }) {
  const text = excerpt(message.text ?? '', words) || (message.files?.map((file) => file.name).join(', ') ?? '');
  return html`<span class="result-text">${marked(text, words).map((part, i) => i % 2 ? html`<mark key=${i}>${part}</mark>` : part)}</span>`;
}

/** context returns a message with the one before and the one after it. @param {Api.Event} message @returns {Promise<Api.Event[]>} */
async function context(message) {
  const { messages } = await get(`/rooms/${message.room}/messages${query({ around: message.seq, limit: 10 })}`);
  const said = /** @type {Api.Event[]} */ (messages).filter((one) => one.text);
  const at = said.findIndex((one) => one.seq === message.seq);
  return at < 0 ? [message] : said.slice(Math.max(0, at - 1), at + 2);
}
