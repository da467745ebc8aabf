// @ts-check
// Where completions come from: who spoke last, the people of the room, the rooms
// that are known, emoji, and the commands.

import { matching, wish as find } from '../complete.js';
import { search } from '../emoji.js';
import { t } from '../i18n.js';
import { said } from '../rows.js';
import { commands } from '../slash.js';
import { channels, me } from '../store.js';
import { loadPeople } from '../people.js';

/** @typedef {import('../complete.js').Wish} Wish */
/** @typedef {import('../complete.js').Choice} Choice */

const remembered = 300; // items of the timeline in which speakers are looked for

export class Completion {
  /** @param {import('../store.js').RoomState} room */
  constructor(room) {
    this.room = room;
    /** @type {Choice[]} */
    this.choices = [];
  }

  /** wish looks for what is being typed and what it may become; null if it is nothing. @param {string} text @param {number} caret */
  wish(text, caret) {
    const wish = find(text, caret);
    this.choices = wish ? this.find(wish) : [];
    return this.choices.length ? wish : null;
  }

  /** exact reports whether what was typed is a whole name already, so that Enter sends it. @param {Wish | null} wish @param {number} chosen */
  exact(wish, chosen) { return this.choices[chosen]?.insert.slice(1).toLowerCase() === wish?.query.toLowerCase(); }

  /** @param {Wish} wish @returns {Choice[]} */
  find({ kind, query }) {
    switch (kind) {
      case 'nick': return matching(this.nicks(), (nick) => nick, query).map((nick) => ({ insert: '@' + nick, label: nick }));
      case 'room': return matching(channels.peek(), (room) => room.title.replace(/^#/, ''), query).map((room) => ({ insert: room.title, label: room.title, aside: room.info.peek().topic?.slice(0, 40) }));
      case 'emoji': return search(query, 8).map(({ emoji, name }) => ({ insert: emoji, label: `${emoji} :${name}:` }));
      case 'command': return matching(Object.entries(commands), ([name]) => name, query, 10).map(([name, usage]) => ({ insert: '/' + name, label: `/${name} ${usage}`, aside: t(`composer.command.${/** @type {keyof typeof commands} */ (name)}`) }));
    }
  }

  /** nicks returns the people that may be meant, those who spoke last first. */
  nicks() {
    const { room } = this;
    if (!room.people.peek()) {
      room.people.value = [];
      loadPeople(room).catch(() => { room.people.value = null; });
    }
    const nicks = new Set();
    for (const item of room.timeline.live?.items.slice(-remembered).reverse() ?? []) if (said(item) && item.nick) nicks.add(item.nick);
    for (const person of room.people.peek() ?? []) nicks.add(person.nick);
    nicks.delete(me.peek()?.nick);
    return /** @type {string[]} */ ([...nicks]);
  }
}
