// @ts-check
// The quick switcher: a few letters, and one is in another room or with somebody.

import { html, useEffect, useState } from '../html.js';
import { get, query } from '../api.js';
import { talk } from '../actions.js';
import { best, fold } from '../fuzzy.js';
import { t } from '../i18n.js';
import { close, go, roomPath } from '../route.js';
import { channels, current, directs, me, presence } from '../store.js';
import { Dialog } from './dialog.js';
import { Icon } from './icon.js';
import { Options } from './options.js';

/** @typedef {{id: string, name: string, room?: import('../store.js').RoomState, person?: Api.Person}} Target */

const most = 12; // options that are shown

export default function Switcher() {
  const [text, setText] = useState('');
  const people = usePeople(text);
  const known = targets();
  const others = people
    .filter((person) => person.id !== me.value?.user && !known.some((one) => one.room?.info.value.with?.id === person.id))
    .map((person) => ({ id: `p${person.id}`, name: person.nick, person }));
  const all = best(text, [...known, ...others], (one) => one.name, most);
  const choose = (/** @type {Target} */ one, /** @type {boolean} */ aside) => {
    close();
    if (aside && one.room) window.open(roomPath(one.room.info.peek()), '_blank', 'noopener');
    else if (one.room) go(roomPath(one.room.info.peek()));
    else talk(one.name);
  };
  return html`
    <${Dialog} title=${t('nav.switch')} onClose=${close}>
      <div class="switcher">
        <${Options} label=${t('switcher.label')} text=${text} onText=${setText} all=${all} id=${(/** @type {Target} */ one) => one.id} show=${show} choose=${choose} eager=${true} />
        <p class="field-hint" role="status">${all.length ? t('switcher.hint') : t('switcher.none')}</p>
      </div>
    <//>`;
}

/** targets are the rooms, those with something unread first, then those where something happened last. @returns {Target[]} */
function targets() {
  const weight = (/** @type {import('../store.js').RoomState} */ room) => {
    const { unread, mentions, with: other } = room.info.value;
    return room === current.value ? -1 : mentions || (other && unread) ? 2 : unread ? 1 : 0;
  };
  return [...channels.value, ...directs.value]
    .sort((a, b) => weight(b) - weight(a) || b.info.value.head - a.info.value.head)
    .map((room) => ({ id: `r${room.id}`, name: room.title, room }));
}

/** usePeople asks for the people that a text may mean, a moment after it was typed. @param {string} text @returns {Api.Person[]} */
function usePeople(text) {
  const [people, setPeople] = useState(/** @type {Api.Person[]} */ ([]));
  const wanted = fold(text.trim().replace(/^@/, ''));
  useEffect(() => {
    if (!wanted || wanted.startsWith('#')) return setPeople([]);
    const stop = new AbortController();
    const timer = setTimeout(() => get('/people' + query({ q: wanted }), { signal: stop.signal }).then((answer) => setPeople(answer.people ?? []), () => {}), 150);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted]);
  return people;
}

/** @param {Target} one */
function show({ name, room, person }) {
  const info = room?.info.value;
  const other = info?.with?.id ?? person?.id;
  const unread = info?.unread ?? 0;
  return html`
    ${other ? html`<span class="presence ${presence.value.get(other) ?? (person?.here ? 'here' : 'gone')}"></span>` : html`<${Icon} name=${info?.private ? 'lock' : 'hash'} />`}
    <span class="name">${name.replace(/^#/, '')}</span>
    ${info?.topic && html`<span class="aside">${info.topic}</span>`}
    ${unread > 0 && html`<span class="badge ${info?.mentions || info?.with ? 'mention' : ''}"><span class="count">${unread > 99 ? '99+' : unread}</span><span class="unseen">${t('nav.unread', { n: unread })}</span></span>`}`;
}
