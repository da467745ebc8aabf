// @ts-check
// What one is told of, when, and whether this device shows it.

import { html, useEffect, useState } from '../html.js';
import { levels, minutes, words } from '../attention.js';
import { t } from '../i18n.js';
import { prefer, preferences } from '../preferences.js';
import * as push from '../push.js';
import { rooms } from '../store.js';
import { Button, Field, Select, Switch } from './field.js';
import { useDoing } from './loaded.js';

/** options names the levels, the loudest first. */
export const options = () => Object.fromEntries([...levels].reverse().map((level) => [level, t(`notify.${level}`)]));

export function Notifications() {
  const now = preferences.value;
  return html`
    <${Device} />
    <${Select} label=${t('notify.level')} hint=${t('notify.levelHint')} value=${now.level ?? 'mentions'} options=${options()} onChange=${(/** @type {any} */ level) => prefer({ level })} />
    <${Keywords} />
    <${Quiet} />
    <${Switch} label=${t('notify.silent')} hint=${t('notify.silentHint')} checked=${Boolean(now.silent)} onChange=${(/** @type {boolean} */ on) => prefer({ silent: on || undefined })} />
    <${PerRoom} />`;
}

/** Device turns on what is shown by this browser. */
function Device() {
  const [state, setState] = useState(/** @type {push.State | null} */ (null));
  const { busy, error, run } = useDoing();
  useEffect(() => { push.state().then(setState); }, []);
  if (!state) return null;
  const flip = (/** @type {boolean} */ on) => run(async () => setState(await (on ? push.turnOn() : push.turnOff())));
  return html`
    <div class="device">
      <${Switch} label=${t('notify.push')} hint=${t(`notify.push.${state}`)} checked=${state === 'on'} disabled=${busy || (state !== 'on' && state !== 'off')} onChange=${flip} />
      ${error && html`<p class="field-error" role="alert">${error}</p>`}
      ${state !== 'on' && html`<${PageOnly} />`}
    </div>`;
}

/** PageOnly asks for notifications by the open page, which need no push service. */
function PageOnly() {
  const [permission, setPermission] = useState('Notification' in globalThis ? Notification.permission : 'denied');
  if (permission !== 'default') return permission === 'granted' ? html`<p class="field-hint">${t('notify.pageOn')}</p>` : null;
  return html`<${Button} onClick=${async () => setPermission(await Notification.requestPermission())}>${t('notify.page')}<//>`;
}

function Keywords() {
  const kept = preferences.value.keywords ?? [];
  const save = (/** @type {any} */ event) => prefer({ keywords: words(event.target.value) });
  return html`<${Field} label=${t('notify.keywords')} hint=${t('notify.keywordsHint')} defaultValue=${kept.join(', ')} key=${kept.join()} maxlength="3300" onChange=${save} />`;
}

function Quiet() {
  const { quiet } = preferences.value;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const flip = (/** @type {boolean} */ on) => prefer({ quiet: on ? { from: '22:00', to: '07:00', zone } : null });
  const time = (/** @type {'from' | 'to'} */ end) => (/** @type {any} */ event) => {
    if (quiet && minutes(event.target.value) >= 0) prefer({ quiet: { ...quiet, zone, [end]: event.target.value } });
  };
  return html`
    <${Switch} label=${t('notify.quiet')} hint=${quiet ? t('notify.quietZone', { zone: quiet.zone ?? zone }) : t('notify.quietHint')} checked=${Boolean(quiet)} onChange=${flip} />
    ${quiet && html`
      <div class="side-by-side">
        <${Field} label=${t('notify.from')} type="time" value=${quiet.from} onChange=${time('from')} />
        <${Field} label=${t('notify.to')} type="time" value=${quiet.to} onChange=${time('to')} />
      </div>`}`;
}

/** PerRoom lists the rooms that have a level of their own. */
function PerRoom() {
  const own = Object.entries(preferences.value.rooms ?? {}).filter(([id]) => rooms.value.has(Number(id)));
  return html`
    <h4>${t('notify.rooms')}</h4>
    ${own.length === 0 && html`<p class="field-hint">${t('notify.roomsNone')}</p>`}
    ${own.map(([id]) => html`<${RoomLevel} key=${id} room=${rooms.value.get(Number(id))} label=${rooms.value.get(Number(id))?.title} />`)}`;
}

/** RoomLevel chooses what one is told of a room. @param {{room: import('../store.js').RoomState, label: string}} props */
export function RoomLevel({ room, label }) {
  const { rooms: levels = {}, level = 'mentions' } = preferences.value;
  const choose = (/** @type {any} */ value) => {
    const rest = { ...levels };
    if (value) rest[room.id] = value;
    else delete rest[room.id];
    prefer({ rooms: rest });
  };
  return html`<${Select} label=${label} value=${levels[room.id] ?? ''} options=${{ '': t('notify.usual', { level: t(`notify.${level}`) }), ...options() }} onChange=${choose} />`;
}
