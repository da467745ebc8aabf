// @ts-check
// Administration: people, invitations, bans, the audit log, and how the server is.

import { html, useEffect, useState } from '../html.js';
import { del, get, post, query } from '../api.js';
import { copy } from '../actions.js';
import { language, t } from '../i18n.js';
import { close } from '../route.js';
import { me, server } from '../store.js';
import { size, when } from '../time.js';
import { values } from './account.js';
import { Avatar } from './avatar.js';
import { confirmed } from './confirmed.js';
import { Dialog } from './dialog.js';
import { Entries, Secret } from './entries.js';
import { Button, Field, Select } from './field.js';
import { Loaded, useDoing, useLoaded } from './loaded.js';
import { lasting } from './person.js';
import { Sections } from './sections.js';

/** @param {{words: string[]}} props */
export default function Admin({ words }) {
  if (me.value?.role !== 'admin' && me.value?.role !== 'owner') return html`<${Dialog} title=${t('nav.admin')} onClose=${close}><p>${t('admin.notYou')}</p><//>`;
  const sections = {
    people: { label: t('admin.people'), icon: 'people', component: People },
    invitations: { label: t('admin.invitations'), icon: 'link', component: Invitations },
    bans: { label: t('admin.bans'), icon: 'flag', component: Bans },
    audit: { label: t('admin.audit'), icon: 'clock', component: Audit },
    state: { label: t('admin.state'), icon: 'check', component: State },
  };
  return html`<${Sections} title=${t('nav.admin')} base="admin" sections=${sections} words=${words} />`;
}

/**
 * usePages loads a list page by page.
 * @template T
 * @param {(next: number | undefined, signal: AbortSignal) => Promise<{items: T[], next?: number}>} load
 * @param {unknown} [key]
 */
function usePages(load, key) {
  const first = useLoaded((signal) => load(undefined, signal), key);
  const { busy, error, run } = useDoing();
  const more = () => run(async () => {
    const { value } = first;
    if (!value?.next) return;
    const page = await load(value.next, new AbortController().signal);
    first.change({ items: [...value.items, ...page.items], next: page.next });
  });
  const button = first.value?.next ? html`${error && html`<p class="field-error" role="alert">${error}</p>`}<${Button} busy=${busy} onClick=${more}>${t('admin.more')}<//>` : null;
  return { answer: first, button };
}

/** useLater returns a text once nobody has typed for a moment. @param {string} text */
function useLater(text) {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
}

function People() {
  const [text, setText] = useState('');
  const wanted = useLater(text.trim());
  const { answer, button } = usePages(async (after, signal) => {
    const { people, next } = await get('/admin/people' + query({ q: wanted, after }), { signal });
    return { items: /** @type {(Api.Person & {connections?: unknown[]})[]} */ (people), next };
  }, wanted);
  return html`
    <${Field} label=${t('admin.find')} type="search" value=${text} onInput=${(/** @type {any} */ event) => setText(event.target.value)} />
    <${Loaded} answer=${answer}>${(/** @type {any} */ { items }) => html`
      ${!items.length && html`<p class="field-hint">${t('people.none')}</p>`}
      <ul class="entries">${items.map((/** @type {Api.Person & {connections?: unknown[]}} */ person) => html`
        <li key=${person.id}><a class="entry" href=${'#person/' + encodeURIComponent(person.nick)}>
          <${Avatar} nick=${person.nick} id=${person.id} />
          <span class="entry-text"><span class="entry-name">${person.nick}</span>
          <span class="field-hint">${t(`role.${person.bot ? 'bot' : person.role || 'guest'}`)} · ${person.connections?.length ? t('admin.connections', { n: person.connections.length }) : t('people.goneOne')}</span></span>
        </a></li>`)}</ul>`}<//>
    ${button}`;
}

/** @typedef {{number: number, code?: string, link?: string, role: string, left: number, expires?: number, rooms?: string[], by?: string, made?: number}} Invitation */

function Invitations() {
  const answer = useLoaded((signal) => get('/invitations', { signal }));
  const [made, setMade] = useState(/** @type {Invitation | null} */ (null));
  const [role, setRole] = useState('member');
  const { busy, error, run } = useDoing();
  const submit = (/** @type {Event} */ event) => run(() => values(event, async ({ uses, days, rooms }) => {
    const wanted = { uses: Number(uses) || 1, days: Number(days) || 7, role, rooms: rooms ? rooms.split(/[\s,]+/).filter(Boolean).map((name) => '#' + name.replace(/^#/, '')) : undefined };
    setMade(await confirmed(() => post('/invitations', wanted)));
    await answer.reload();
  }));
  const roles = { member: t('role.member'), admin: t('role.admin'), ...me.value?.role === 'owner' && { owner: t('role.owner') } };
  return html`
    ${made && html`<${Secret} label=${t('invitations.link')} text=${made.link ?? made.code ?? ''} hint=${t('invitations.once')} copy=${copy} />`}
    <form onSubmit=${submit}>
      <div class="side-by-side">
        <${Field} label=${t('invitations.uses')} name="uses" type="number" min="1" max="10000" defaultValue="1" />
        <${Field} label=${t('invitations.days')} name="days" type="number" min="1" max="365" defaultValue="7" />
        <${Select} label=${t('person.role')} value=${role} options=${roles} onChange=${setRole} />
      </div>
      <${Field} label=${t('invitations.rooms')} name="rooms" placeholder="#lobby #tea" hint=${t('invitations.roomsHint')} error=${error} />
      <${Button} type="submit" kind="main" busy=${busy}>${t('invitations.make')}<//>
    </form>
    <h4>${t('invitations.open')}</h4>
    <${Loaded} answer=${answer}>${(/** @type {{invitations: Invitation[]}} */ { invitations }) => html`
      <${Entries} all=${invitations} id=${(/** @type {Invitation} */ one) => one.number} name=${(/** @type {Invitation} */ one) => t('invitations.left', { n: one.left, role: t(/** @type {any} */ (`role.${one.role}`)) })}
        more=${(/** @type {Invitation} */ one) => [one.by && t('invitations.by', { nick: one.by }), one.made && when(one.made), one.expires && t('account.until', { when: when(one.expires) }), one.rooms?.join(' ')].filter(Boolean).join(' · ')}
        none=${t('invitations.none')} dropLabel=${t('account.revoke')} drop=${(/** @type {Invitation} */ one) => del(`/invitations/${one.number}`)} reload=${answer.reload} />`}<//>`;
}

/** @typedef {{user?: number, who: string, until?: number, reason?: string, by?: string, at: number}} Ban */

/** @param {{words: string[]}} props */
function Bans({ words: [whom = ''] }) {
  const answer = useLoaded((signal) => get('/admin/bans', { signal }));
  const [time, setTime] = useState('86400000');
  const { busy, error, run } = useDoing();
  const submit = (/** @type {Event} */ event) => run(() => values(event, async ({ who, reason }) => {
    await post('/admin/bans', { who, reason: reason || undefined, until: Number(time) ? Date.now() + Number(time) : undefined });
    await answer.reload();
  }));
  return html`
    <form onSubmit=${submit}>
      <div class="side-by-side">
        <${Field} label=${t('admin.banWho')} name="who" required maxlength="100" defaultValue=${whom} hint=${t('admin.banWhoHint')} error=${error} />
        <${Select} label=${t('person.time')} value=${time} options=${lasting()} onChange=${setTime} />
      </div>
      <${Field} label=${t('person.reason')} name="reason" maxlength="300" hint=${t('person.reasonHint')} />
      <${Button} type="submit" kind="danger" busy=${busy}>${t('admin.ban')}<//>
    </form>
    <h4>${t('admin.bansOpen')}</h4>
    <${Loaded} answer=${answer}>${(/** @type {{bans: Ban[]}} */ { bans }) => html`
      <${Entries} all=${bans} id=${(/** @type {Ban} */ one) => one.who} name=${(/** @type {Ban} */ one) => one.who}
        more=${(/** @type {Ban} */ one) => [one.reason, one.by && t('invitations.by', { nick: one.by }), when(one.at), one.until ? t('account.until', { when: when(one.until) }) : t('person.forever')].filter(Boolean).join(' · ')}
        none=${t('admin.noBans')} dropLabel=${t('admin.lift')} drop=${(/** @type {Ban} */ one) => del('/admin/bans' + query({ who: one.who }))} reload=${answer.reload} />`}<//>`;
}

/** @typedef {{seq: number, time: number, kind: string, by?: string, text: string}} Record_ */

function Audit() {
  const { answer, button } = usePages(async (before, signal) => {
    const { records, next } = await get('/admin/audit' + query({ before }), { signal });
    return { items: /** @type {Record_[]} */ (records), next };
  });
  return html`
    <${Loaded} answer=${answer}>${(/** @type {any} */ { items }) => html`
      ${!items.length && html`<p class="field-hint">${t('admin.auditNone')}</p>`}
      <ol class="audit" tabindex="0" aria-label=${t('admin.audit')}>${items.map((/** @type {Record_} */ record) => html`<li key=${record.seq}><time class="field-hint">${when(record.time)}</time><span>${record.text}</span></li>`)}</ol>`}<//>
    ${button}`;
}

function State() {
  const answer = useLoaded((signal) => get('/admin/state', { signal }));
  return html`
    <${Loaded} answer=${answer}>${(/** @type {Record<string, any>} */ state) => html`
      <dl class="facts">${Object.entries(facts(state)).map(([word, value]) => html`<div key=${word}><dt>${t(/** @type {any} */ (`admin.fact.${word}`))}</dt><dd>${value}</dd></div>`)}</dl>
      <${Button} busy=${answer.loading} onClick=${answer.reload}>${t('admin.refresh')}<//>`}<//>`;
}

/** facts are what there is to say of the server. @param {Record<string, any>} state */
function facts(state) {
  const number = (/** @type {number} */ value) => value?.toLocaleString(language.value);
  return {
    name: server.value?.name, version: state.version, started: when(state.started), people: number(state.people), here: number(state.here), connections: number(state.connections),
    rooms: number(state.rooms), seq: number(state.seq), memory: size(state.memory), database: size(state.database), files: size(state.files ?? 0), epoch: state.epoch,
  };
}
