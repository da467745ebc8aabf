// @ts-check
// The rooms of the server: to find one, and to make one.

import { html, useState } from '../html.js';
import { join } from '../actions.js';
import { get, post } from '../api.js';
import { best } from '../fuzzy.js';
import { t } from '../i18n.js';
import { close, go, roomPath } from '../route.js';
import { rooms } from '../store.js';
import { values } from './account.js';
import { Dialog } from './dialog.js';
import { Button, Field, Switch } from './field.js';
import { Icon } from './icon.js';
import { Loaded, useDoing, useLoaded } from './loaded.js';

const most = 200; // rooms that are shown at once

/** @param {{words: string[]}} props */
export default function Directory({ words }) {
  const [making, make] = useState(words[0] === 'new');
  return html`
    <${Dialog} title=${making ? t('directory.new') : t('directory.title')} size="wide" onClose=${close}>
      ${making ? html`<${Make} back=${() => make(false)} />` : html`<${Find} make=${() => make(true)} />`}
    <//>`;
}

/** @param {{make: () => void}} props */
function Find({ make }) {
  const answer = useLoaded((signal) => get('/rooms', { signal }));
  const [text, setText] = useState('');
  return html`
    <div class="with-button">
      <${Field} label=${t('directory.find')} type="search" autofocus value=${text} onInput=${(/** @type {any} */ event) => setText(event.target.value)} />
      <${Button} onClick=${make}><${Icon} name="plus" />${t('directory.new')}<//>
    </div>
    <${Loaded} answer=${answer}>${(/** @type {{rooms: Api.Room[]}} */ { rooms: all }) => html`<${List} all=${all} text=${text} />`}<//>`;
}

/** @param {{all: Api.Room[], text: string}} props */
function List({ all, text }) {
  const listed = all.filter((room) => room.name && !room.with && !room.direct).sort((a, b) => b.members - a.members || (a.name ?? '').localeCompare(b.name ?? ''));
  const found = best(text, listed, (room) => room.name ?? '', most);
  if (!found.length) return html`<p class="quiet-text">${listed.length ? t('directory.none') : t('directory.empty')}</p>`;
  return html`<ul class="entries">${found.map((room) => html`<${Entry} key=${room.id} room=${room} />`)}</ul>`;
}

/** @param {{room: Api.Room}} props */
function Entry({ room }) {
  const joined = rooms.value.get(room.id)?.info.value.joined ?? room.joined;
  const { busy, run } = useDoing();
  const enter = () => run(async () => { if (await join(room.name ?? '')) go(roomPath(room)); });
  return html`
    <li class="entry">
      <div class="entry-text">
        <a class="entry-name" href=${roomPath(room)}>${room.name}</a>
        <span class="field-hint">${[t('directory.members', { n: room.members }), room.private && t('directory.private'), room.archived && t('directory.archived'), room.topic].filter(Boolean).join(' · ')}</span>
      </div>
      ${joined ? html`<span class="tag">${t('directory.joined')}</span>` : html`<${Button} busy=${busy} onClick=${enter} aria-label=${`${t('room.join')}: ${room.name}`}>${t('room.join')}<//>`}
    </li>`;
}

/** @param {{back: () => void}} props */
function Make({ back }) {
  const { busy, error, run } = useDoing();
  const [hidden, hide] = useState(false);
  const submit = (/** @type {Event} */ event) => run(() => values(event, async ({ name, topic }) => {
    const wanted = '#' + name.replace(/^#/, '');
    const made = await post('/rooms', { name: wanted, private: hidden || undefined, topic: topic || undefined });
    go(roomPath({ name: made?.room?.name ?? wanted }));
  }));
  return html`
    <form onSubmit=${submit}>
      <${Field} label=${t('directory.name')} name="name" maxlength="64" autofocus required hint=${t('directory.nameHint')} error=${error} />
      <${Field} label=${t('details.topic')} name="topic" maxlength="300" hint=${t('directory.topicHint')} />
      <${Switch} label=${t('directory.private')} hint=${t('directory.privateHint')} checked=${hidden} onChange=${hide} />
      <div class="dialog-actions">
        <${Button} onClick=${back}>${t('dialog.cancel')}<//>
        <${Button} type="submit" kind="main" busy=${busy}>${t('directory.make')}<//>
      </div>
    </form>`;
}
