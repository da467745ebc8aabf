// @ts-check
// What an event makes of a room: of its timeline, and of what is known about it.

import { mentions } from './text.js';
import { said } from './rows.js';

/** @typedef {import('./timeline.js').Timeline} Timeline */
/** @typedef {import('./timeline.js').Item} Item */

/**
 * @typedef {object} Outcome
 * @property {Partial<Api.Room>} info what changes of the room
 * @property {boolean} changed whether the timeline did
 * @property {boolean} news whether somebody else said something
 * @property {boolean} mention whether that names us, or is to us alone
 * @property {boolean} ask whether the room should be asked for anew, as what we may do has changed
 */

const most = 20; // nicks of a reaction that are known

/** What an event does to the message that it is about. @type {Record<string, (item: Item, event: Api.Event, mine: boolean) => Item>} */
const changes = {
  edited: (item, event) => ({ ...item, text: event.text, edited: true, previews: undefined }),
  deleted: (item) => ({ ...item, text: '', deleted: true, files: undefined, previews: undefined, reactions: undefined }),
  reacted: (item, event, mine) => react(item, event, mine, 1),
  unreacted: (item, event, mine) => react(item, event, mine, -1),
  previewed: (item, event) => ({ ...item, previews: [...(item.previews ?? []).filter((known) => !event.previews?.some((fresh) => fresh.url === known.url)), ...(event.previews ?? [])] }),
  'preview-dropped': (item, event) => ({ ...item, previews: item.previews?.filter((preview) => preview.url !== event.subject) }),
};

/**
 * change does an event to the message that it is about, if that is known. To do
 * it twice is to do it once.
 * @param {Timeline} timeline
 * @param {Api.Event} event
 * @param {number} me
 * @returns {boolean} whether anything changed
 */
export function change(timeline, event, me) {
  const apply = changes[event.kind];
  if (!apply || !event.target) return false;
  return timeline.update(event.target, (item) => apply(item, event, event.by === me));
}

/** @param {Item} item @param {Api.Event} event @param {boolean} mine @param {1 | -1} by @returns {Item} */
function react(item, event, mine, by) {
  const emoji = event.text ?? '', nick = event.nick ?? '';
  const all = item.reactions ?? [];
  const known = all.find((reaction) => reaction.emoji === emoji);
  const there = known ? (mine ? Boolean(known.mine) : known.nicks.includes(nick)) : false;
  if (there === by > 0) return item;
  if (!known) return { ...item, reactions: [...all, { emoji, count: 1, nicks: [nick], mine: mine || undefined }] };
  const nicks = known.nicks.filter((other) => other !== nick);
  if (by > 0 && nicks.length < most) nicks.push(nick);
  const next = { ...known, count: known.count + by, nicks, mine: mine ? (by > 0 || undefined) : known.mine };
  return { ...item, reactions: next.count > 0 ? all.map((reaction) => reaction === known ? next : reaction) : all.filter((reaction) => reaction !== known) };
}

/**
 * record does an event to a timeline, and tells whether anything changed. To do
 * it twice is to do it once.
 * @param {Timeline} timeline
 * @param {Api.Event} event
 * @param {number} me
 */
export function record(timeline, event, me) {
  const changed = change(timeline, event, me);
  const added = timeline.append(event);
  const counted = said(event) && Boolean(event.target) && reply(timeline, event);
  return changed || added || counted;
}

/**
 * apply does an event to a room.
 * @param {Timeline} timeline
 * @param {Api.Room} info
 * @param {Api.Event} event
 * @param {{user: number, nick: string}} me
 * @param {number} counted up to which seq the server has counted what is unread
 * @returns {Outcome}
 */
export function apply(timeline, info, event, me, counted) {
  /** @type {Outcome} */
  const outcome = { info: { head: Math.max(info.head, event.seq) }, changed: record(timeline, event, me.user), news: false, mention: false, ask: false };
  if (said(event) && event.by !== me.user) hear(info, event, me, counted, outcome);
  if (event.seq > counted) Object.assign(outcome.info, facts(info, event, me));
  outcome.ask = event.kind === 'rules' || (event.user === me.user && (event.kind === 'rank' || event.kind === 'muted' || event.kind === 'unmuted'));
  return outcome;
}

/** hear counts what somebody else said. @param {Api.Room} info @param {Api.Event} event @param {{nick: string}} me @param {number} counted @param {Outcome} outcome */
function hear(info, event, me, counted, outcome) {
  outcome.news = true;
  outcome.mention = Boolean(info.with) || mentions(event.text ?? '', me.nick);
  if (event.seq <= counted) return;
  outcome.info.unread = Math.min((info.unread ?? 0) + 1, 100);
  if (outcome.mention) outcome.info.mentions = (info.mentions ?? 0) + 1;
  if (!info.unread) outcome.info.first = event.seq;
}

/** reply counts a reply at the message that began the conversation. @param {Timeline} timeline @param {Api.Event} event */
function reply(timeline, event) {
  const root = event.thread ?? event.target ?? 0;
  return timeline.update(root, (item) => {
    if ((item.replies?.last ?? 0) >= event.seq) return item;
    const nicks = item.replies?.nicks ?? [];
    return { ...item, replies: { count: (item.replies?.count ?? 0) + 1, last: event.seq, time: event.time, nicks: nicks.includes(event.nick ?? '') ? nicks : [...nicks, event.nick ?? ''] } };
  });
}

/**
 * facts returns what an event changes of what is known about the room.
 * @param {Api.Room} info
 * @param {Api.Event} event
 * @param {{user: number}} me
 * @returns {Partial<Api.Room>}
 */
function facts(info, event, me) {
  switch (event.kind) {
    case 'topic': return { topic: event.text ?? '' };
    case 'room-renamed': return { name: event.subject };
    case 'room-archived': return { archived: true };
    case 'room-restored': return { archived: false };
    case 'joined': return { members: info.members + 1 };
    case 'left':
    case 'kicked': return { members: Math.max(0, info.members - 1) };
    case 'rank': return event.user === me.user ? { rank: /** @type {Api.Rank} */ (event.level) } : {};
    case 'nick': return info.with && info.with.id === event.by ? { with: { id: info.with.id, nick: event.subject ?? '' } } : {};
    case 'pinned': return { pins: [...(info.pins ?? []).filter((pin) => pin !== event.target), event.target ?? 0] };
    case 'unpinned':
    case 'deleted': return info.pins?.includes(event.target ?? 0) ? { pins: info.pins.filter((pin) => pin !== event.target) } : {};
    default: return {};
  }
}
