// @ts-check
// Somebody: who they are, how to reach them, and what moderators may do.

import { html, useState } from '../html.js';
import { ask, talk } from '../actions.js';
import { del, get, patch, post } from '../api.js';
import { draft, keepDraft } from '../drafts.js';
import { face, learn } from '../faces.js';
import { t } from '../i18n.js';
import { close, open } from '../route.js';
import { current, me, presence } from '../store.js';
import { Avatar } from './avatar.js';
import { confirmed } from './confirmed.js';
import { confirm, Dialog } from './dialog.js';
import { Button, Field, Select } from './field.js';
import { Loaded, useDoing, useLoaded } from './loaded.js';
import { toast } from './toast.js';

/** @typedef {import('../store.js').RoomState} RoomState */

/** @param {{words: string[]}} props */
export default function Person({ words: [nick = ''] }) {
  const answer = useLoaded((signal) => get(`/people/${encodeURIComponent(nick)}`, { signal }), nick);
  return html`
    <${Dialog} title=${nick} onClose=${close}>
      <${Loaded} answer=${answer}>${(/** @type {Api.Person} */ person) => html`<${Card} person=${person} reload=${answer.reload} />`}<//>
    <//>`;
}

/** @param {{person: Api.Person, reload: () => Promise<void>}} props */
function Card({ person, reload }) {
  const now = presence.value.get(person.id) ?? (!person.here ? 'gone' : person.away ? 'away' : 'here');
  const room = current.value;
  const mine = person.id === me.value?.user;
  return html`
    <div class="card-head">
      <${Avatar} nick=${person.nick} id=${person.id} />
      <div>
        <p><span class="presence ${now}"></span> ${t(`people.${now}One`)}${person.status && ` – ${person.status}`}</p>
        <p class="field-hint">${t(`role.${person.bot ? 'bot' : person.role || 'guest'}`)}</p>
      </div>
    </div>
    <div class="dialog-actions spread">
      ${mine ? html`<${Button} onClick=${() => open('settings', 'account')}>${t('nav.settings')}<//>` : html`
        <${Button} kind="main" onClick=${() => { close(); talk(person.nick); }}>${t('person.message')}<//>
        ${room && !room.info.value.with && html`<${Button} onClick=${() => mention(room, person.nick)}>${t('person.mention')}<//>`}`}
    </div>
    ${!mine && room && !room.info.value.with && html`<${Moderation} room=${room} person=${person} />`}
    ${!mine && (me.value?.role === 'admin' || me.value?.role === 'owner') && html`<${Administration} person=${person} reload=${reload} />`}`;
}

/** mention begins a message to somebody. @param {RoomState} room @param {string} nick */
function mention(room, nick) {
  const { text, reply } = draft(room.id);
  const field = /** @type {HTMLTextAreaElement | null} */ (document.querySelector('.room textarea'));
  const next = `${text}${text && !/\s$/.test(text) ? ' ' : ''}@${nick} `;
  close();
  if (!field) return keepDraft(room.id, { text: next, reply });
  field.value = next;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  requestAnimationFrame(() => field.focus());
}

/** For how long: milliseconds, 0 for ever. */
const times = { 600_000: 'person.minutes10', 3_600_000: 'person.hour', 86_400_000: 'person.day', 604_800_000: 'person.week', 0: 'person.forever' };

/** lasting names them. */
export const lasting = () => Object.fromEntries(Object.entries(times).sort(([a], [b]) => (Number(a) || Infinity) - (Number(b) || Infinity)).map(([time, word]) => [time, t(/** @type {any} */ (word))]));

/** Moderation is what one may do about somebody in the room that is shown. @param {{room: RoomState, person: Api.Person}} props */
function Moderation({ room, person }) {
  const ops = ['mute', 'unmute', 'kick', 'ban', 'unban'].filter((op) => room.may(op.replace(/^un/, '')));
  const [op, setOp] = useState(ops[0]);
  const [time, setTime] = useState('3600000');
  const { busy, run } = useDoing();
  const submit = (/** @type {any} */ event) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('reason') ?? '').trim();
    const lasts = (op === 'mute' || op === 'ban') && Number(time);
    run(async () => {
      const done = await ask({ op, room: room.id, user: person.id, until: lasts ? Date.now() + lasts : undefined, text: text || undefined });
      if (!done) return;
      toast(t('person.done'));
      close();
    });
  };
  if (!ops.length) return null;
  return html`
    <details class="group">
      <summary><h3>${t('person.moderate', { room: room.title })}</h3></summary>
      <form onSubmit=${submit}>
        <div class="side-by-side">
          <${Select} label=${t('person.action')} value=${op} options=${Object.fromEntries(ops.map((one) => [one, t(/** @type {any} */ (`person.${one}`))]))} onChange=${setOp} />
          ${(op === 'mute' || op === 'ban') && html`<${Select} label=${t('person.time')} value=${time} options=${lasting()} onChange=${setTime} />`}
        </div>
        ${!op.startsWith('un') && html`<${Field} label=${t('person.reason')} name="reason" maxlength="300" hint=${t('person.reasonHint')} />`}
        <${Button} type="submit" kind=${op.startsWith('un') ? 'main' : 'danger'} busy=${busy}>${t(/** @type {any} */ (`person.${op}`))}<//>
      </form>
      ${room.may('voice') && html`<${Rank} room=${room} person=${person} />`}
    </details>`;
}

/** Rank is what somebody may do in the room. @param {{room: RoomState, person: Api.Person}} props */
function Rank({ room, person }) {
  const answer = useLoaded((signal) => get(`/rooms/${room.id}/members/${encodeURIComponent(person.nick)}`, { signal }), `${room.id} ${person.nick}`);
  if (!answer.value) return null; // who is not in the room has none there
  const rank = answer.value.rank || 'plain';
  const ranks = room.may('rank') ? ['plain', 'voice', 'moderator', 'owner'] : ['plain', 'voice'];
  const options = Object.fromEntries([...new Set([...ranks, rank])].map((one) => [one, t(/** @type {any} */ (`rank.${one}`))]));
  return html`<${Select} label=${t('person.rank')} value=${rank} options=${options} onChange=${(/** @type {string} */ level) => ask({ op: 'rank', room: room.id, user: person.id, level }).then(answer.reload)} />`;
}

/** Administration is for admins: the role, and closing somebody's connections. @param {{person: Api.Person, reload: () => Promise<void>}} props */
function Administration({ person, reload }) {
  const { busy, error, run } = useDoing();
  const about = `/admin/people/${encodeURIComponent(person.nick)}`;
  const role = (/** @type {string} */ wanted) => run(async () => {
    await confirmed(() => patch(about, { role: wanted }));
    await reload();
  });
  const disconnect = async () => {
    const reason = await confirm({ title: t('person.disconnect'), text: t('person.disconnectText', { nick: person.nick }), confirm: t('person.disconnect'), danger: true, ask: { label: t('person.reason') } });
    if (reason !== null) run(() => post(about + '/disconnect', { reason: reason || undefined }));
  };
  const bare = () => run(async () => {
    await del(about + '/picture');
    learn([[person.id, '']]);
  });
  const roles = { member: t('role.member'), admin: t('role.admin'), owner: t('role.owner') };
  return html`
    <div class="group">
      <h3>${t('nav.admin')}</h3>
      ${me.value?.role === 'owner' && person.role && person.role in roles && html`<${Select} label=${t('person.role')} value=${person.role} options=${roles} onChange=${role} />`}
      ${error && html`<p class="field-error" role="alert">${error}</p>`}
      <div class="dialog-actions spread">
        <${Button} busy=${busy} onClick=${disconnect}>${t('person.disconnect')}<//>
        ${face(person.id) && html`<${Button} busy=${busy} onClick=${bare}>${t('person.removePicture')}<//>`}
        <${Button} onClick=${() => open('admin', 'bans', person.nick)}>${t('person.banServer')}<//>
      </div>
    </div>`;
}
