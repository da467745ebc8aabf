// @ts-check
// The list of what was said. Only the rows near the visible part are in the
// document; their heights are measured, and the row at the top stays where it
// is whatever changes above it: older messages, a picture, another width.

import { Component, html } from '../html.js';
import { loadAround, loadNewer, loadNewest, loadOlder } from '../history.js';
import { t } from '../i18n.js';
import { go, open, place, roomPath } from '../route.js';
import { rows as layRows, said, same } from '../rows.js';
import { settings } from '../settings.js';
import { doomed, me, outgoing } from '../store.js';
import { markRead } from '../sync.js';
import { day } from '../time.js';
import { Happened } from './happened.js';
import { Icon } from './icon.js';
import { Message, Pending, messageKey } from './message.js';
import { Heights } from '../heights.js';

/** @typedef {import('../store.js').RoomState} RoomState */
/** @typedef {import('../rows.js').Row} Row */
/** @typedef {{row: Row, room: RoomState, lit: boolean, stop: boolean}} RowProps */

const margin = 800, little = 80; // pixels beyond the visible part that are in the document, in the end and for the first picture
const near = 1500; // pixels from an end at which more is asked for
const sticky = 24; // pixels from the bottom that count as there
const shine = 2500; // milliseconds for which a message that was jumped to is lit

/** A Spot is what stays in place: how far a row begins above the visible part. @typedef {{key: string, above: number}} Spot */

/** @type {Map<number, Spot>} where rooms were left, by id, if not at the bottom */
const left = new Map();

/** @extends {Component<{room: RoomState}, {from: number, to: number, away: number, lit: number}>} */
export class Timeline extends Component {
  /** @param {{room: RoomState}} props */
  constructor(props) {
    super(props);
    this.state = { from: 0, to: 0, away: 0, lit: 0 };
    /** @type {Row[]} */
    this.rows = [];
    /** @type {unknown[]} what the rows were made of */
    this.inputs = [];
    /** @type {import('../timeline.js').Run | null} */
    this.shown = null;
    this.heights = new Heights();
    this.top = 0; // where the visible part begins
    this.at = 0; // where the scroller was when this looked last
    this.view = 600; // how high it is
    this.width = 0;
    this.margin = little;
    this.waiting = 0; // for the first picture, to add the rest of the margin
    this.bottom = true; // whether it is kept at the bottom
    /** @type {Spot | null} */
    this.spot = null;
    this.wanted = 0; // seq of the message to jump to, as soon as it is there
    this.seen = 0; // the last seq when the bottom was left
    this.altered = new Set(); // keys of rows in the document whose height is another now
    this.settled = false; // whether the first place has been found
    /** @type {string} */
    this.focused = '';
    /** @type {HTMLElement | null} */
    this.scroller = null;
    /** @type {HTMLElement | null} what is as high as all rows */
    this.extent = null;
    /** @type {HTMLElement | null} what holds those that are in the document */
    this.list = null;
    /** @type {ResizeObserver | null} */
    this.observer = null;
    /** @type {WeakSet<Element>} the elements of rows whose heights are known, as the observer tells of changes */
    this.watched = new WeakSet();
    /** @type {Map<string, Row>} the rows that are in the document */
    this.standing = new Map();
    this.scrolled = this.scrolled.bind(this);
    this.keys = this.keys.bind(this);
    this.attend = this.attend.bind(this);
  }

  componentDidMount() {
    this.observer = new ResizeObserver((entries) => this.resized(entries));
    if (this.scroller) this.observer.observe(this.scroller);
    this.props.room.watched = () => this.attended();
    document.addEventListener('visibilitychange', this.attend);
    window.addEventListener('focus', this.attend);
    this.stopPlace = place.subscribe((now) => { if (now.message) this.show(now.message); });
    this.start();
    this.componentDidUpdate();
  }

  componentWillUnmount() {
    const { room } = this.props;
    if (this.bottom || !this.spot) left.delete(room.id);
    else left.set(room.id, this.spot);
    room.watched = () => false;
    this.observer?.disconnect();
    cancelAnimationFrame(this.waiting);
    document.removeEventListener('visibilitychange', this.attend);
    window.removeEventListener('focus', this.attend);
    this.stopPlace?.();
  }

  /** start finds the first place: a message, where the room was left, what is new, or the bottom. */
  start() {
    const { room } = this.props;
    const info = room.info.peek();
    room.kept = false;
    room.firstUnread.value = info.unread ? info.first ?? 0 : 0;
    if (!this.wanted && left.has(room.id) && !info.unread) {
      this.spot = left.get(room.id) ?? null;
      this.bottom = false;
    }
    if (!this.wanted && (!room.timeline.live || room.stale)) loadNewest(room);
  }

  /** show jumps to a message, and asks for it if need be. @param {number} seq */
  async show(seq) {
    const { room } = this.props;
    this.wanted = seq;
    if (!room.timeline.runAt(seq)) await loadAround(room, seq);
    else this.forceUpdate();
  }

  /** The run that is shown: the one of the message that was asked for, or of the spot, or the last. */
  run() {
    const { timeline } = this.props.room;
    const seq = this.wanted || (!this.bottom && this.spot ? Number(this.spot.key.slice(1)) || 0 : 0);
    return (seq && timeline.runAt(seq)) || timeline.live || timeline.runs.at(-1) || null;
  }

  /** lay makes the rows of what there is now, if anything changed since: scrolling alone makes none. */
  lay() {
    const { room } = this.props;
    this.shown = this.run();
    const inputs = [this.shown, room.changes.value, room.firstUnread.value, settings.value.comings && !room.direct, outgoing.value, doomed.value];
    if (inputs.some((input, i) => input !== this.inputs[i])) {
      this.inputs = inputs;
      this.rows = this.shown ? this.layOut(this.shown) : [];
    }
    this.heights.lay(this.rows);
    this.find();
  }

  /** @param {import('../timeline.js').Run} run */
  layOut(run) {
    const { room } = this.props;
    const dead = doomed.value;
    const arrived = (/** @type {import('../outbox.js').Entry} */ entry) => run.items.some((item) => item.client === entry.id && item.by === entry.by);
    return layRows(run, {
      firstUnread: room.firstUnread.value,
      comings: settings.value.comings && !room.direct,
      pending: outgoing.value.filter((entry) => entry.room === room.id && !arrived(entry)),
      hidden: dead.size ? (item) => dead.has(item.seq) : undefined,
    });
  }

  /** find puts the visible part where it belongs among the rows. */
  find() {
    if (this.wanted && this.jump(this.wanted)) this.wanted = 0;
    if (!this.settled && this.rows.length && !this.wanted) this.settle();
    const end = Math.max(0, this.heights.total - this.view);
    if (this.bottom) {
      this.top = end;
    } else if (this.spot) {
      const index = this.heights.index(this.spot.key), offset = this.heights.offset(index);
      if (index >= 0) this.spot.above = Math.min(this.spot.above, offset); // at the upper end it can't have the place that it had
      if (index >= 0) this.top = offset - this.spot.above;
    }
    this.top = Math.max(0, Math.min(this.top, end));
  }

  /** settle begins at what is new, if that is more than fits. */
  settle() {
    this.settled = true;
    const index = this.heights.index('new');
    if (index < 0 || this.heights.total - this.heights.offset(index) < this.view * 0.8) return;
    this.bottom = false;
    this.spot = { key: this.rows[index + 1]?.key ?? 'new', above: this.view / 4 };
  }

  /** jump makes a message what stays in place. @param {number} seq @returns {boolean} whether it is there */
  jump(seq) {
    const index = this.heights.index(`m${seq}`);
    if (index < 0) return Boolean(this.shown && this.props.room.timeline.runAt(seq)); // it is hidden
    this.settled = true;
    this.bottom = false;
    this.spot = { key: `m${seq}`, above: this.view / 3 };
    this.light(seq);
    return true;
  }

  /** light shows which message was jumped to. @param {number} seq */
  light(seq) {
    queueMicrotask(() => this.setState({ lit: seq }));
    setTimeout(() => this.state.lit === seq && this.setState({ lit: 0 }), shine);
  }

  componentDidUpdate() {
    this.stand();
    const again = this.measure() && this.corrected();
    if (!again && this.scroller && Math.abs(this.scroller.scrollTop - this.top) > 0.5) this.scroller.scrollTop = this.top;
    this.at = this.scroller?.scrollTop ?? 0;
    if (again) return;
    if (this.rows.length && !this.waiting) this.waiting = requestAnimationFrame(() => { this.waiting = requestAnimationFrame(() => this.widen()); });
    this.focus();
    this.more();
    this.attend();
  }

  /** stand puts the rows where they belong. It is done by hand: how high they are is known only once they are in the document. */
  stand() {
    const { extent, list } = this;
    if (!extent || !list) return;
    const height = `${this.heights.total}px`, top = `${this.heights.offset(this.state.from)}px`;
    if (extent.style.height !== height) extent.style.height = height;
    if (list.style.top !== top) list.style.top = top;
  }

  /** corrected finds the place anew, as heights are others, and tells whether other rows belong into the document: it renders them then. */
  corrected() {
    this.heights.lay(this.rows);
    this.find();
    const [from, to] = this.window();
    if (from === this.state.from && to === this.state.to) {
      this.stand();
      return false;
    }
    this.forceUpdate();
    return true;
  }

  /** widen adds what is not seen to what is in the document: the first picture is there sooner without it. */
  widen() {
    this.margin = margin;
    this.forceUpdate();
  }

  /** resized takes the heights of rows that have become others. @param {ResizeObserverEntry[]} entries */
  resized(entries) {
    let changed = false;
    for (const { target, borderBoxSize: [size] } of entries) {
      if (target === this.scroller) changed = this.measure() || changed;
      else if (target.isConnected && this.heights.measured(/** @type {HTMLElement} */ (target).dataset.key ?? '', size.blockSize)) changed = true;
    }
    if (changed) this.forceUpdate();
  }

  /** measure takes the heights of what has come into the document, and tells whether something is other than it was thought. */
  measure() {
    const { scroller, list } = this;
    if (!scroller || !list) return false;
    const resized = scroller.clientWidth !== this.width || scroller.clientHeight !== this.view;
    if (scroller.clientWidth !== this.width) {
      this.heights.forget();
      this.watched = new WeakSet();
    }
    this.width = scroller.clientWidth;
    this.view = scroller.clientHeight;
    let changed = resized;
    for (const element of /** @type {HTMLElement[]} */ ([...list.children])) {
      if (this.watched.has(element) && !this.altered.delete(element.dataset.key ?? '')) continue;
      this.watched.add(element);
      this.observer?.observe(element);
      if (this.heights.measured(element.dataset.key ?? '', element.getBoundingClientRect().height)) changed = true;
    }
    return changed;
  }

  scrolled() {
    if (!this.scroller) return;
    const wasBottom = this.bottom;
    this.follow(this.scroller);
    const [from, to] = this.window();
    if (from !== this.state.from || to !== this.state.to || wasBottom !== this.bottom) this.forceUpdate();
    else this.more();
    this.attend();
  }

  /** follow takes the place from where the scroller is. @param {HTMLElement} scroller */
  follow(scroller) {
    const wasBottom = this.bottom, moved = Math.abs(scroller.scrollTop - this.top) > 1; // by somebody, and not by this
    this.top = this.at = scroller.scrollTop;
    const end = Boolean(this.shown && !this.shown.newer) && this.top + this.view >= this.heights.total - sticky;
    if (moved || end) this.bottom = end;
    if (wasBottom && !this.bottom) this.seen = this.shown?.items.at(-1)?.seq ?? 0;
    if (moved || !this.spot) this.spot = this.spotAt(this.top); // else what is kept in place goes on to be, as heights may still have to be measured
  }

  /**
   * spotAt returns the first message of the visible part, as a spot; but not the first one of all
   * that is known: what comes in before it may take away the author above it, or the day.
   * @param {number} top @returns {Spot | null}
   */
  spotAt(top) {
    const seam = this.rows[0]?.kind === 'older' ? 3 : 0; // after what stands for the older ones, a day and a message
    for (let i = Math.max(seam, this.heights.at(top)); i < this.rows.length; i++) {
      const row = this.rows[i];
      if (row.kind === 'said' || row.kind === 'pending' || row.kind === 'happened') return { key: row.key, above: this.heights.offset(i) - top };
    }
    return null;
  }

  /** window returns which rows are in the document, in steps so that it seldom changes. */
  window() {
    const from = this.heights.at(Math.max(0, this.top - this.margin));
    const to = this.heights.at(this.top + this.view + this.margin) + 1;
    return [from - from % 4, Math.min(this.rows.length, to + 4 - to % 4)];
  }

  /** more asks for what is before or after, where an end is near. */
  more() {
    const { room } = this.props, run = this.shown;
    if (!run || !run.items.length || room.stale) return;
    if (this.bottom && room.timeline.trim(run.items[run.items.length - 1].seq)) return this.forceUpdate();
    if (run.older && this.top < near) loadOlder(room, run.items[0].seq);
    if (run.newer && this.heights.total - this.top - this.view < near) loadNewer(room, run.items[run.items.length - 1].seq);
  }

  /** attend tells the server that everything has been read, if somebody looks at it. */
  attend() {
    if (this.attended()) markRead(this.props.room);
  }

  /** attended reports whether somebody looks at what is newest. */
  attended() {
    return Boolean(this.bottom && this.shown && !this.shown.newer && document.visibilityState === 'visible' && document.hasFocus());
  }

  /** toBottom goes to what is newest. */
  toBottom() {
    const { room } = this.props;
    this.bottom = true;
    this.spot = null;
    this.wanted = 0;
    if (place.peek().message) go(roomPath(room.info.peek()), true);
    if (!room.timeline.live) loadNewest(room);
    this.forceUpdate();
  }

  /** toBeginning goes to the first message of all. */
  async toBeginning() {
    const { room } = this.props, [known] = room.timeline.runs;
    const run = known && !known.older ? known : await loadNewer(room, 1); // no room's message is the first event
    const first = run?.items.find(said);
    if (first) this.show(first.seq);
  }

  /** toUnread goes to the first message that is new. */
  toUnread() {
    const { room } = this.props;
    this.show(room.firstUnread.peek());
  }

  /** keys moves the focus from message to message. @param {KeyboardEvent} event */
  keys(event) {
    const element = event.target instanceof Element ? event.target.closest('[data-key]') : null;
    const key = element instanceof HTMLElement ? element.dataset.key ?? '' : '';
    if (event.target !== element && event.target !== this.scroller) return; // in a button or a link
    const row = this.rows[this.heights.index(key)];
    if (row?.kind === 'said' && messageKey(this.props.room, row.item, event)) return;
    const step = { ArrowUp: -1, ArrowDown: 1, k: -1, j: 1 }[event.key];
    if (event.key === 'End' || event.key === 'Home') {
      event.preventDefault(); // the browser would scroll to an end of what is known, and undo this
      this.scroller?.focus({ preventScroll: true }); // which stays, unlike the message
      if (event.key === 'End') this.toBottom();
      else this.toBeginning();
    }
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.step(key ? this.heights.index(key) : this.rows.length, step);
  }

  /** step focuses the next message from a row on. @param {number} index @param {number} step */
  step(index, step) {
    for (let i = index + step; i >= 0 && i < this.rows.length; i += step) {
      if (this.rows[i].kind !== 'said') continue;
      this.focused = this.rows[i].key;
      this.reveal(i);
      return;
    }
  }

  /** reveal scrolls so far that a row is visible. @param {number} index */
  reveal(index) {
    const start = this.heights.offset(index), end = this.heights.offset(index + 1);
    const top = start < this.top + 60 ? start - 60 : end > this.top + this.view ? end - this.view + 8 : this.top;
    if (top !== this.top) {
      this.bottom = false;
      this.top = Math.max(0, top);
      this.spot = this.spotAt(this.top);
    }
    this.moving = true;
    this.forceUpdate();
  }

  /** focus gives the focus to the message that it was moved to, as soon as it is in the document. */
  focus() {
    const { list, scroller } = this;
    if (!this.moving || !list || !scroller) return;
    const element = [...list.children].find((element) => element instanceof HTMLElement && element.dataset.key === this.focused);
    if (!(element instanceof HTMLElement)) return;
    this.moving = false;
    element.focus({ preventScroll: true });
  }

  render() {
    const { room } = this.props;
    // Somebody has scrolled, and the event has still to come: a page that comes in just now must not undo it.
    if (this.scroller && Math.abs(this.scroller.scrollTop - this.at) > 1) {
      this.view = this.scroller.clientHeight;
      this.follow(this.scroller);
    }
    this.lay();
    const [from, to] = this.window();
    Object.assign(this.state, { from, to });
    const visible = this.rows.slice(from, to);
    const { firstUnread } = room;
    const unreadAbove = !this.bottom && firstUnread.value > 0 && this.heights.index('new') >= 0 && this.heights.offset(this.heights.index('new')) < this.top;
    return html`
      <div class="timeline">
        ${this.bars(unreadAbove)}
        <div class="scroller" id="messages" tabindex="0" role="region" aria-label=${t('message.list', { room: room.title })} ref=${(/** @type {any} */ element) => { this.scroller = element; }} onScroll=${this.scrolled} onKeyDown=${this.keys}>
          ${room.trouble.value ? html`<p class="empty">${room.trouble.value}</p>` : !this.shown && html`<${Waiting} />`}
          <div class="extent" ref=${(/** @type {any} */ element) => { this.extent = element; }}>
            <ol class="window" ref=${(/** @type {any} */ element) => { this.list = element; }}>
              ${this.viewed(visible)}
            </ol>
          </div>
        </div>
        ${this.below()}
      </div>`;
  }

  /** viewed renders rows. @param {Row[]} rows */
  viewed(rows) {
    const { room } = this.props, before = this.standing;
    this.standing = new Map(rows.map((row) => [row.key, row]));
    return rows.map((row) => {
      const known = before.get(row.key);
      if (known && 'head' in known && 'head' in row && known.head !== row.head) this.altered.add(row.key);
      return html`<${KeptRow} key=${row.key} row=${row} room=${room} lit=${row.kind === 'said' && row.item.seq === this.state.lit} stop=${row.key === this.focused} />`;
    });
  }

  /** bars is what lies over the top. @param {boolean} unreadAbove */
  bars(unreadAbove) {
    const { room } = this.props;
    const first = room.unreadFrom.value;
    const missing = Boolean(first && this.shown && !room.timeline.runAt(first) && (this.shown.items[0]?.seq ?? 0) > first);
    if (!unreadAbove && !missing) return null;
    return html`<button type="button" class="bar top" onClick=${() => missing ? this.show(first) : this.toUnread()}>${t('message.toUnread')}</button>`;
  }

  /** below is the button that leads down. */
  below() {
    if (this.bottom || !this.shown) return null;
    const mine = me.value?.user;
    const { items } = this.shown;
    let count = 0;
    for (let i = items.length - 1; i >= 0 && items[i].seq > this.seen && count < 100; i--) if (said(items[i]) && items[i].by !== mine) count++;
    if (!this.seen || this.shown.newer) count = 0;
    const label = count ? t('message.newBelow', { n: count }) : t('message.toBottom');
    return html`<button type="button" class="bar bottom ${count ? 'news' : ''}" onClick=${() => this.toBottom()}><${Icon} name="down" /><span class=${count ? '' : 'unseen'}>${label}</span></button>`;
  }
}

/**
 * KeptRow is a row that is rendered again only if it shows something else. (To hand the
 * same virtual node over again would do that too, but each has its parent, and that its
 * children: all that were ever shown would be kept.)
 * @extends {Component<RowProps, {}>}
 */
class KeptRow extends Component {
  /** @param {RowProps} next */
  shouldComponentUpdate({ row, room, lit, stop }) {
    const now = this.props;
    return !same(now.row, row) || now.room !== room || now.lit !== lit || now.stop !== stop;
  }

  /** @param {RowProps} props */
  render({ row, room, lit, stop }) {
    return html`<${RowView} row=${row} room=${room} lit=${lit} stop=${stop} />`;
  }
}

/**
 * RowView is one row; stop is where the focus comes to by the Tab key.
 * @param {RowProps} props
 */
function RowView({ row, room, lit, stop }) {
  switch (row.kind) {
    case 'said': return html`<li data-key=${row.key} tabindex=${stop ? 0 : -1}><${Message} room=${room} item=${row.item} head=${row.head} lit=${lit} /></li>`;
    case 'pending': return html`<li data-key=${row.key}><${Pending} entry=${row.entry} head=${row.head} /></li>`;
    case 'happened': return html`<li data-key=${row.key}><${Happened} items=${row.items} /></li>`;
    case 'day': return html`<li data-key=${row.key} class="rule"><span>${day(row.time)}</span></li>`;
    case 'new': return html`<li data-key=${row.key} class="rule new"><span>${t('message.new')}</span></li>`;
    case 'beginning': return html`<li data-key=${row.key} class="beginning"><${Beginning} room=${room} /></li>`;
    default: return html`<li data-key=${row.key} class="loading" aria-hidden="true"><${Waiting} /></li>`;
  }
}

/** Beginning is where a room begins: who is alone there is shown how others come. @param {{room: RoomState}} props */
function Beginning({ room }) {
  const { members, may, joined } = room.info.value, role = me.value?.role;
  const server = room.title === '#lobby' && (role === 'owner' || role === 'admin');
  const alone = !room.direct && members === 1 && joined !== false && (server || may?.includes('invite'));
  return html`
    <h3>${room.title}</h3>
    <p>${room.direct ? t('message.beginningDirect') : t('message.beginning')}</p>
    ${alone && html`<p>${t('message.alone')}</p><button type="button" class="button plain" onClick=${() => server ? open('admin', 'invitations') : open('room')}>${t(server ? 'message.inviteServer' : 'message.inviteRoom')}</button>`}`;
}

/** Waiting stands for messages that are on their way. */
function Waiting() {
  return html`<div class="unloaded">${[70, 45, 85, 60].map((width) => html`<div class="unloaded-row"><span class="unloaded-face"></span><span class="unloaded-text" style=${{ width: `${width}%` }}></span></div>`)}</div>`;
}
