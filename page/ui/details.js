// @ts-check
// About a room: its topic, who is in it, what holds in it, and how to leave it.

import { html, useState } from '../html.js';
import { ask } from '../actions.js';
import { get } from '../api.js';
import { t } from '../i18n.js';
import { close, open } from '../route.js';
import { current } from '../store.js';
import { send } from '../sync.js';
import { values } from './account.js';
import { confirm, Dialog } from './dialog.js';
import { Button, Field, Switch } from './field.js';
import { Loaded, useDoing, useLoaded } from './loaded.js';
import { RoomLevel } from './notifications.js';
import { toast } from './toast.js';

/** @typedef {import('../store.js').RoomState} RoomState */

export default function Details() {
  const room = current.value;
  if (!room) return null;
  const info = room.info.value;
  return html`
    <${Dialog} title=${room.title} size="wide" onClose=${close}>
      ${info.archived && html`<p class="notice-text">${t('details.archived')}</p>`}
      ${info.with ? html`<p><a href=${'#person/' + encodeURIComponent(info.with.nick)}>${t('details.person', { nick: info.with.nick })}</a></p>` : html`<${Topic} room=${room} />`}
      ${info.joined !== false && html`<div class="group"><h3>${t('settings.notifications')}</h3><${RoomLevel} room=${room} label=${t('notify.here')} /></div>`}
      ${!info.with && html`
        ${room.may('invite') && info.joined !== false && html`<${Invite} room=${room} />`}
        ${room.may('rules') && html`<${Rules} room=${room} />`}
        <div class="dialog-actions spread">
          <${Button} onClick=${() => open('people')}>${t('people.title', { n: info.members })}<//>
          ${(info.pins?.length ?? 0) > 0 && html`<${Button} onClick=${() => open('pins')}>${t('room.pins', { n: info.pins?.length ?? 0 })}<//>`}
          ${room.may('archive') && html`<${Button} onClick=${() => archive(room)}>${info.archived ? t('details.restore') : t('details.archive')}<//>`}
          ${info.joined !== false && html`<${Button} kind="danger" onClick=${() => leave(room)}>${t('details.leave')}<//>`}
        </div>`}
    <//>`;
}

/** Topic shows name and topic, and lets those change them who may. @param {{room: RoomState}} props */
function Topic({ room }) {
  const info = room.info.value;
  const { busy, error, run } = useDoing();
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const name = '#' + String(form.get('name') ?? info.name).trim().replace(/^#/, ''), topic = String(form.get('topic') ?? info.topic ?? '').trim();
    run(async () => {
      if (topic !== (info.topic ?? '')) await send({ op: 'topic', room: room.id, text: topic });
      if (name === info.name) return close();
      await send({ op: 'rename', room: room.id, name });
      close();
    });
  };
  if (!room.may('topic') && !room.may('rename')) return html`<p>${info.topic || html`<span class="field-hint">${t('details.noTopic')}</span>`}</p>`;
  return html`
    <form onSubmit=${submit}>
      ${room.may('rename') && html`<${Field} label=${t('directory.name')} name="name" maxlength="64" required defaultValue=${info.name} />`}
      ${room.may('topic') && html`<${Field} label=${t('details.topic')} name="topic" maxlength="300" defaultValue=${info.topic ?? ''} />`}
      ${error && html`<p class="field-error" role="alert">${error}</p>`}
      <${Button} type="submit" busy=${busy}>${t('settings.save')}<//>
    </form>`;
}

/** @param {{room: RoomState}} props */
function Invite({ room }) {
  const { busy, error, run } = useDoing();
  const submit = (/** @type {Event} */ event) => run(() => values(event, async ({ nick }) => {
    await send({ op: 'invite', room: room.id, nick: nick.replace(/^@/, '') });
    toast(t('details.invited', { nick }));
  }));
  return html`
    <form class="with-button group" onSubmit=${submit}>
      <${Field} label=${t('details.invite')} name="nick" maxlength="64" required autocomplete="off" error=${error} />
      <${Button} type="submit" busy=${busy}>${t('details.inviteSend')}<//>
    </form>`;
}

/** The rules that can be turned on and off, by their names in the API. */
const rules = /** @type {const} */ (['announce', 'noguests', 'inviteonly', 'hidden', 'heldinvites', 'heldpins', 'quiet']);

/** Rules are asked for anew: others may have changed them. @param {{room: RoomState}} props */
function Rules({ room }) {
  const answer = useLoaded((signal) => get(`/rooms/${room.id}`, { signal }));
  const { error, run } = useDoing();
  const change = (/** @type {Api.Rules} */ part) => run(async () => {
    await send({ op: 'rules', room: room.id, rules: part });
    await answer.reload();
  });
  return html`
    <details class="group">
      <summary><h3>${t('details.rules')}</h3></summary>
      <${Loaded} answer=${answer}>${(/** @type {Api.Room} */ info) => html`
        ${rules.map((rule) => html`<${Switch} key=${rule} label=${t(`details.rule.${rule}`)} checked=${Boolean(info.rules?.[rule])} onChange=${(/** @type {boolean} */ on) => change({ [rule]: on })} />`)}
        <${Slow} seconds=${info.rules?.slow ?? 0} change=${(/** @type {number} */ slow) => change({ slow })} />
        <${Key} room=${room} locked=${Boolean(info.locked)} reload=${answer.reload} />`}<//>
      ${error && html`<p class="field-error" role="alert">${error}</p>`}
    </details>`;
}

/** @param {{seconds: number, change: (seconds: number) => void}} props */
function Slow({ seconds, change }) {
  return html`<${Field} label=${t('details.slow')} hint=${t('details.slowHint')} type="number" min="0" max="3600" defaultValue=${seconds} key=${seconds} onChange=${(/** @type {any} */ event) => change(Math.max(0, Math.floor(Number(event.target.value) || 0)))} />`;
}

/** Key is the word that joining takes. @param {{room: RoomState, locked: boolean, reload: () => Promise<void>}} props */
function Key({ room, locked, reload }) {
  const [text, setText] = useState('');
  const { busy, error, run } = useDoing();
  const set = (/** @type {string} */ key) => run(async () => {
    await send({ op: 'key', room: room.id, key });
    setText('');
    await reload();
  });
  return html`
    <div class="with-button">
      <${Field} label=${t('details.key')} hint=${locked ? t('details.keyOn') : t('details.keyOff')} autocomplete="off" maxlength="50" value=${text} error=${error} onInput=${(/** @type {any} */ event) => setText(event.target.value.trim())} />
      ${text || !locked
        ? html`<${Button} busy=${busy} disabled=${!text} onClick=${() => set(text)}>${t('settings.save')}<//>`
        : html`<${Button} busy=${busy} onClick=${() => set('')}>${t('settings.remove')}<//>`}
    </div>`;
}

/** @param {RoomState} room */
async function archive(room) {
  const archived = room.info.peek().archived;
  if (!archived && await confirm({ title: t('details.archive'), text: t('details.archiveText', { room: room.title }), confirm: t('details.archive'), danger: true }) === null) return;
  if (await ask({ op: archived ? 'restore' : 'archive', room: room.id })) close();
}

/** @param {RoomState} room */
async function leave(room) {
  const info = room.info.peek();
  if (info.private && await confirm({ title: t('details.leave'), text: t('details.leavePrivate', { room: room.title }), confirm: t('details.leave'), danger: true }) === null) return;
  close();
  await ask({ op: 'leave', room: room.id });
}
