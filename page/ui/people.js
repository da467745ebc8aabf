// @ts-check
// Who is in the room, beside it.

import { html, useEffect, useMemo, useState } from '../html.js';
import { fold } from '../fuzzy.js';
import { t } from '../i18n.js';
import { close, open } from '../route.js';
import { presence } from '../store.js';
import { loadPeople } from '../people.js';
import { Avatar, Nick } from './avatar.js';
import { Pane } from './pane.js';
import { trouble } from './toast.js';

const order = { owner: 0, moderator: 1, voice: 2, plain: 3, '': 3 };
const collator = new Intl.Collator();
const many = 12; // people, from which a field to search in helps
const most = 500; // that are shown at once

/** @param {{room: import('../store.js').RoomState}} props */
export default function People({ room }) {
  const [text, setText] = useState('');
  useEffect(() => { loadPeople(room).catch(trouble); }, [room]);
  const all = room.people.value;
  const found = useMemo(() => { // and not again whenever somebody comes or goes
    const wanted = fold(text);
    return (all ?? []).filter((person) => fold(person.nick).includes(wanted)).sort(compare);
  }, [all, text]);
  const here = found.filter((person) => state(person) !== 'gone'), gone = found.filter((person) => state(person) === 'gone');
  return html`
    <${Pane} title=${t('people.title', { n: all?.length ?? room.info.value.members })} onClose=${close}>
      ${(all?.length ?? 0) > many && html`<input class="input" type="search" aria-label=${t('people.find')} placeholder=${t('people.find')} value=${text} onInput=${(/** @type {any} */ event) => setText(event.target.value)} />`}
      <${Group} title=${t('people.here', { n: here.length })} people=${here} />
      <${Group} title=${t('people.gone', { n: gone.length })} people=${gone} />
      ${all && !found.length && html`<p class="empty">${t('people.none')}</p>`}
    <//>`;
}

/** state returns whether somebody is here. @param {Api.Person} person */
function state(person) { return presence.value.get(person.id) ?? (person.here && !person.away ? 'here' : person.away ? 'away' : 'gone'); }

/** @param {Api.Person} a @param {Api.Person} b */
function compare(a, b) { return order[a.rank ?? ''] - order[b.rank ?? ''] || collator.compare(a.nick, b.nick); }

/** @param {{title: string, people: Api.Person[]}} props */
function Group({ title, people }) {
  if (!people.length) return null;
  return html`
    <h3 class="rooms-title">${title}</h3>
    <ul>${people.slice(0, most).map((person) => html`<${Entry} key=${person.id} person=${person} />`)}</ul>`;
}

/** @param {{person: Api.Person}} props */
function Entry({ person }) {
  const now = state(person);
  return html`
    <li><button type="button" class="person" onClick=${() => open('person', person.nick)}>
      <span class="person-face"><${Avatar} nick=${person.nick} id=${person.id} /><span class="presence ${now}"></span></span>
      <span class="person-name"><${Nick} nick=${person.nick} />${person.status && html`<span class="status">${person.status}</span>`}</span>
      <span class="unseen">${t(`people.${now}One`)}</span>
      ${person.bot && html`<span class="tag">${t('people.bot')}</span>`}
      ${(person.rank === 'owner' || person.rank === 'moderator') && html`<span class="tag">${t(`people.${person.rank}`)}</span>`}
    </button></li>`;
}
