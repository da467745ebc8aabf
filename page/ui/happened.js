// @ts-check
// What happened in a room beside what was said: who came, a new topic.

import { html } from '../html.js';
import { t } from '../i18n.js';
import { Time } from './time.js';

/** @typedef {import('../timeline.js').Item} Item */

const most = 5; // nicks that are told by name

/** Happened is one thing, or several of who came and went. @param {{items: Item[]}} props */
export function Happened({ items }) {
  const last = items[items.length - 1];
  return html`<p class="happened"><${Time} of=${last.time} brief /><span>${items.length === 1 ? tell(items[0]) : movements(items)}</span></p>`;
}

/** tell says what one event is about. @param {Item} item @returns {string} */
export function tell(item) {
  const nick = item.nick ?? '', whose = item.whose ?? '', text = item.text ?? '', subject = item.subject ?? '';
  switch (item.kind) {
    case 'joined': return t('happened.joined', { n: 1, who: nick });
    case 'left': return text ? t('happened.leftBecause', { who: nick, text }) : t('happened.left', { n: 1, who: nick });
    case 'nick': return t('happened.nick', { nick, name: subject });
    case 'topic': return text ? t('happened.topic', { nick, text }) : t('happened.noTopic', { nick });
    case 'kicked': return t('happened.kicked', { nick, whose }) + (text ? ` (${text})` : '');
    case 'invited': return t('happened.invited', { nick, whose });
    case 'room-created': return t('happened.created', { nick });
    case 'room-renamed': return t('happened.renamed', { nick, name: subject });
    case 'room-archived': return t('happened.archived', { nick });
    case 'room-restored': return t('happened.restored', { nick });
    case 'pinned': return t('happened.pinned', { nick, whose });
    case 'unpinned': return t('happened.unpinned', { nick, whose });
    case 'rank': return t('happened.rank', { nick, whose, level: t(/** @type {any} */ (`rank.${item.level || 'plain'}`)) });
    case 'muted': return t('happened.muted', { nick, whose });
    case 'unmuted': return t('happened.unmuted', { nick, whose });
    case 'banned': return t('happened.banned', { nick, whose: whose || subject });
    case 'unbanned': return t('happened.unbanned', { nick, whose: whose || subject });
    default: return t('happened.rules', { nick });
  }
}

/** movements says who came and who went, of several events at once. @param {Item[]} items */
function movements(items) {
  /** @type {Map<string, string>} nick to the last that they did */
  const last = new Map();
  const renamed = [];
  for (const item of items) {
    if (item.kind === 'nick') renamed.push(tell(item));
    else last.set(item.nick ?? '', last.has(item.nick ?? '') && last.get(item.nick ?? '') !== item.kind ? 'passed' : item.kind);
  }
  const who = (/** @type {string} */ kind) => [...last].filter(([, did]) => did === kind).map(([nick]) => nick);
  return [...sentence('happened.joined', who('joined')), ...sentence('happened.left', who('left')), ...sentence('happened.passed', who('passed')), ...renamed].join(' · ');
}

/** @param {import('../i18n.js').Word} word @param {string[]} nicks @returns {string[]} */
function sentence(word, nicks) {
  if (!nicks.length) return [];
  const named = nicks.slice(0, most).join(', ');
  const more = nicks.length - most;
  return [t(word, { n: nicks.length, who: more > 0 ? `${named} ${t('message.andMore', { n: more })}` : named })];
}
