// @ts-check
// Where one writes: grows with the text, completes names, takes files, keeps
// drafts, and changes what was said.

import { Component, createPortal, html } from '../html.js';
import { edit, quoted, submit } from '../actions.js';
import { draft, keepDraft } from '../drafts.js';
import { t } from '../i18n.js';
import { said } from '../rows.js';
import { settings } from '../settings.js';
import { connection, me, server } from '../store.js';
import { send } from '../sync.js';
import { summary } from '../text.js';
import { insert } from '../complete.js';
import { Completion } from './completion.js';
import { Icon } from './icon.js';
import { pickEmoji } from './palette.js';
import { trouble } from './toast.js';
import { UploadList, Uploads } from './uploads.js';

/** @typedef {import('../store.js').RoomState} RoomState */

/** size returns how many bytes a text takes on the way. @param {string} text */
const size = (text) => new TextEncoder().encode(text).length;

/** Whether the browser gives the field the height of its text, by the style sheet. */
const growsItself = CSS.supports('field-sizing', 'content');

const typingEvery = 4000; // milliseconds between two words of it

/**
 * Composer writes to a room, or, with a root, answers in the conversation that it
 * began. The parent gives it a key, so that each room has one of its own.
 * @extends {Component<{room: RoomState, root?: number}, {text: string, caret: number, wish: import('../complete.js').Wish | null, chosen: number, busy: boolean, dragging: boolean}>}
 */
export class Composer extends Component {
  /** @param {{room: RoomState, root?: number}} props */
  constructor(props) {
    super(props);
    this.slot = props.root ? `${props.room.id}.${props.root}` : props.room.id;
    const kept = draft(this.slot);
    if (kept.reply && !props.root) props.room.reply.value = kept.reply;
    this.state = { text: kept.text, caret: kept.text.length, wish: null, chosen: 0, busy: false, dragging: false };
    /** @type {{text: string, props: unknown} | undefined} what the field was last measured for; the parent's layout comes with other props */
    this.grown = undefined;
    this.told = 0; // when the others were told that we type
    this.answering = 0; // seq of the message that is answered
    this.editing = 0; // seq of the message that is being changed
    /** @type {HTMLTextAreaElement | null} */
    this.area = null;
    /** @type {HTMLFormElement | null} */
    this.form = null;
    this.uploads = new Uploads();
    this.completion = new Completion(props.room);
    this.key = this.key.bind(this);
    this.submit = this.submit.bind(this);
    this.drag = this.drag.bind(this);
    this.drop = this.drop.bind(this);
    this.typeAnywhere = this.typeAnywhere.bind(this);
  }

  componentDidMount() {
    this.grow();
    this.host = this.form?.closest('.room, .pane') ?? null;
    for (const name of ['dragenter', 'dragover', 'dragleave']) this.host?.addEventListener(name, this.drag);
    this.host?.addEventListener('drop', this.drop);
    if (!this.props.root) document.addEventListener('keydown', this.typeAnywhere);
    if (this.props.root || matchMedia('(pointer: fine)').matches) this.area?.focus({ preventScroll: true });
  }

  componentWillUnmount() {
    for (const name of ['dragenter', 'dragover', 'dragleave']) this.host?.removeEventListener(name, this.drag);
    this.host?.removeEventListener('drop', this.drop);
    document.removeEventListener('keydown', this.typeAnywhere);
    this.uploads.clear();
    if (this.editing) this.props.room.edit.value = 0;
  }

  componentDidUpdate() {
    const wanted = this.props.root ? 0 : this.props.room.edit.value;
    if (wanted !== this.editing) this.changeOver(wanted);
    if (this.answering !== this.props.room.reply.value && !this.props.root) {
      this.answering = this.props.room.reply.value;
      this.keep(this.state.text);
      if (this.answering) this.area?.focus();
    }
    this.grow();
  }

  /** changeOver begins to change a message, or goes back to the draft. @param {number} seq */
  changeOver(seq) {
    const item = seq ? this.props.room.timeline.find(seq) : null;
    this.editing = item ? seq : 0;
    const text = item ? item.text ?? '' : draft(this.slot).text;
    this.setState({ text, caret: text.length, wish: null });
    this.area?.focus();
    requestAnimationFrame(() => this.area?.setSelectionRange(text.length, text.length));
  }

  /** grow gives the field the height of its text; the style sheet says how much at most. */
  grow() {
    const { area, props, grown } = this, { text } = this.state;
    if (!area || growsItself || (grown?.text === text && grown.props === props)) return; // to measure it lays out the page
    this.grown = { text, props };
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight + 2}px`;
  }

  /** keep keeps the draft, unless it is a message that is being changed. @param {string} text */
  keep(text) {
    if (this.editing) return;
    keepDraft(this.slot, { text, reply: this.props.root ? undefined : this.props.room.reply.peek() || undefined });
    if (!this.props.root) this.props.room.drafted.value = Boolean(text.trim());
  }

  /** write takes a text over. @param {string} text @param {number} caret @param {boolean} [typed] */
  write(text, caret, typed = false) {
    this.keep(text);
    const wish = typed ? this.completion.wish(text, caret) : null;
    this.setState({ text, caret, wish, chosen: 0 });
    if (typed) this.tell(text);
  }

  /** tell tells the others that we type, now and then. @param {string} text */
  tell(text) {
    const { room } = this.props;
    if (this.editing || text.startsWith('/') || connection.peek().state !== 'online') return;
    const now = Date.now();
    if (text && now - this.told < typingEvery) return;
    if (!text && !this.told) return;
    this.told = text ? now : 0;
    send({ op: 'typing', room: room.id, text: text ? 'active' : 'done' }).catch(() => {}); // it is only a courtesy
  }

  /** choose puts a completion into the text. @param {import('../complete.js').Choice} choice */
  choose(choice) {
    const { wish, text } = this.state;
    if (!wish) return;
    const next = insert(text, wish, choice.insert);
    this.write(next.text, next.caret);
    requestAnimationFrame(() => {
      this.area?.focus();
      this.area?.setSelectionRange(next.caret, next.caret);
    });
  }

  /** insert puts something where the caret is, or instead of what is selected. @param {string} what */
  insert(what) {
    const { text } = this.state, { selectionStart: from = text.length, selectionEnd: to = text.length } = this.area ?? {};
    const caret = from + what.length;
    this.write(text.slice(0, from) + what + text.slice(to), caret);
    requestAnimationFrame(() => {
      this.area?.focus();
      this.area?.setSelectionRange(caret, caret);
    });
  }

  /** makeFile makes a file of what is too long for a message. */
  makeFile() {
    this.uploads.add([new File([this.state.text], t('composer.fileName'), { type: 'text/plain' })]);
    this.write('', 0);
    this.area?.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing) return; // the key belongs to the input method
    if (this.state.wish && this.completionKey(event)) return event.preventDefault();
    const { enterSends } = settings.peek();
    const modified = event.ctrlKey || event.metaKey;
    if (event.key === 'Enter' && !event.shiftKey && (enterSends || modified) && !event.altKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === 'Escape') {
      this.escape(event);
    } else if (event.key === 'ArrowUp' && !this.state.text && !this.editing && !event.shiftKey) {
      if (this.editLast()) event.preventDefault();
    }
  }

  /** completionKey moves through the choices, and tells whether the key was for them. @param {KeyboardEvent} event */
  completionKey(event) {
    const { choices } = this.completion;
    if (!choices.length) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.setState({ chosen: (this.state.chosen + step + choices.length) % choices.length });
    else if (event.key === 'Escape') this.setState({ wish: null });
    else if (event.key === 'Tab' || (event.key === 'Enter' && !this.completion.exact(this.state.wish, this.state.chosen))) this.choose(choices[this.state.chosen]);
    else return false;
    event.stopPropagation();
    return true;
  }

  /** escape gives up a change or an answer. @param {KeyboardEvent} event */
  escape(event) {
    const { room } = this.props;
    if (!room.edit.peek() && !room.reply.peek()) return;
    event.stopPropagation();
    if (room.edit.peek()) room.edit.value = 0;
    else room.reply.value = 0;
  }

  /** editLast begins to change the last message of ours, if there is one nearby. */
  editLast() {
    const { room, root } = this.props;
    if (root) return false;
    const mine = room.timeline.live?.items.findLast((item) => said(item) && item.by === me.peek()?.user && !item.deleted);
    if (!mine) return false;
    room.edit.value = mine.seq;
    return true;
  }

  /** typeAnywhere gives the focus to the field when somebody just types. @param {KeyboardEvent} event */
  typeAnywhere(event) {
    const at = document.activeElement;
    if (at !== document.body && at?.id !== 'messages') return;
    if (event.key.length !== 1 || event.key === ' ' || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    this.area?.focus();
  }

  /** submit sends what was written. @param {Event} [event] */
  async submit(event) {
    event?.preventDefault();
    const { room, root } = this.props;
    const text = this.state.text.trimEnd();
    if (this.state.busy || (!text.trim() && (this.editing || !this.uploads.some)) || size(text) > this.most()) return;
    if (this.editing) return this.finishEdit(text);
    const taken = this.uploads.all.peek(); // more may be added meanwhile
    const slow = taken.length > 0 || text.startsWith('/'); // the rest is sent at once, before anything is painted
    if (slow) this.setState({ busy: true });
    try {
      const files = taken.length ? await this.uploads.finish() : [];
      const named = text || files.map((file) => file.name).join(', '); // other clients show the text first, so there is always one
      if (!await submit(room, named, { reply: root ?? room.reply.peek(), files })) return;
      for (const one of taken) this.uploads.drop(one);
      if (!root) room.reply.value = 0;
      if (this.state.text.trimEnd() === text) this.write('', 0);
      this.told = 0;
      room.firstUnread.value = 0;
      room.kept = false;
    } catch (problem) {
      trouble(problem);
    } finally {
      if (slow) this.setState({ busy: false });
      this.area?.focus();
    }
  }

  /** @param {string} text */
  async finishEdit(text) {
    const seq = this.editing, { room } = this.props;
    const before = room.timeline.find(seq)?.text;
    room.edit.value = 0;
    if (text !== before && !await edit(seq, text)) room.edit.value = seq;
  }

  /** most returns how many bytes fit. */
  most() { return server.value?.limits?.text || 32_000; }

  /** @param {Event} event */
  drag(event) {
    const transfer = /** @type {DragEvent} */ (event).dataTransfer;
    if (!transfer?.types.includes('Files')) return;
    event.preventDefault();
    const leaving = event.type === 'dragleave' && !this.host?.contains(/** @type {Node} */ (/** @type {DragEvent} */ (event).relatedTarget));
    if (this.state.dragging === leaving) this.setState({ dragging: !leaving });
  }

  /** @param {Event} event */
  drop(event) {
    const files = /** @type {DragEvent} */ (event).dataTransfer?.files;
    if (!files?.length) return;
    event.preventDefault();
    this.setState({ dragging: false });
    this.uploads.add([...files]);
  }

  /** @param {ClipboardEvent} event */
  paste(event) {
    const files = event.clipboardData?.files;
    if (!files?.length) return;
    event.preventDefault();
    this.uploads.add([...files]);
  }

  render() {
    const { room, root } = this.props;
    const { text, wish, chosen, busy, dragging } = this.state;
    const info = room.about.value;
    if (info.archived) return html`<p class="composer-closed">${t('details.archived')}</p>`;
    if (info.may && !info.may.includes('say')) return html`<p class="composer-closed">${t('composer.silent')}</p>`;
    const label = root ? t('composer.answer') : room.direct ? t('composer.direct', { nick: room.title }) : t('composer.room', { room: room.title });
    const choices = wish ? this.completion.choices : [];
    const left = text.length * 4 < this.most() ? Infinity : this.most() - size(text);
    const listbox = `completion-${this.slot}`;
    return html`
      <form class="composer" onSubmit=${this.submit} ref=${(/** @type {any} */ element) => { this.form = element; }}>
        ${!root && this.about()}
        <${UploadList} uploads=${this.uploads} />
        ${choices.length > 0 && html`<${Choices} id=${listbox} choices=${choices} chosen=${chosen} onChoose=${(/** @type {any} */ choice) => this.choose(choice)} />`}
        <div class="composer-box">
          ${server.value?.limits?.files !== 0 && html`<label class="icon-button" title=${t('composer.attach')}><${Icon} name="attach" /><span class="unseen">${t('composer.attach')}</span>
            <input class="unseen" type="file" multiple onChange=${(/** @type {any} */ event) => { this.uploads.add([...event.target.files]); event.target.value = ''; this.area?.focus(); }} /></label>`}
          <textarea ref=${(/** @type {any} */ element) => { this.area = element; }} rows="1" dir="auto" aria-label=${label} placeholder=${label} value=${text}
            aria-autocomplete="list" aria-controls=${choices.length ? listbox : undefined} aria-activedescendant=${choices.length ? `${listbox}-${chosen}` : undefined}
            autocapitalize="sentences" enterkeyhint=${settings.value.enterSends ? 'send' : 'enter'}
            onInput=${(/** @type {any} */ event) => this.write(event.target.value, event.target.selectionStart, true)}
            onClick=${() => wish && this.setState({ wish: null })} onBlur=${() => this.setState({ wish: null })}
            onKeyDown=${this.key} onPaste=${(/** @type {any} */ event) => this.paste(event)}></textarea>
          <button type="button" class="icon-button" aria-label=${t('composer.emoji')} title=${t('composer.emoji')} onClick=${(/** @type {any} */ event) => pickEmoji(event.currentTarget, (emoji) => this.insert(emoji))}><${Icon} name="smile" /></button>
          <button type="submit" class="icon-button send" aria-label=${t('composer.send')} title=${t('composer.send')} aria-busy=${busy ? 'true' : undefined} disabled=${!text.trim() && !this.uploads.some}><${Icon} name=${this.editing ? 'check' : 'send'} /></button>
        </div>
        ${left < 500 && html`<p class="composer-left ${left < 0 ? 'over' : ''}">
          ${left < 0 && !this.editing && server.value?.limits?.files !== 0 && html`<button type="button" class="link-button" onClick=${() => this.makeFile()}>${t('composer.asFile')}</button> `}
          ${left < 0 ? t('composer.over', { n: -left }) : t('composer.left', { n: left })}</p>`}
        ${dragging && this.host && createPortal(html`<div class="drop-target"><p>${t('composer.drop')}</p></div>`, this.host)}
      </form>`;
  }

  /** about is the line that says what is answered or changed. */
  about() {
    const { room } = this.props;
    const seq = room.edit.value || room.reply.value;
    if (!seq) return null;
    const item = quoted(room, seq);
    const what = room.edit.value ? t('composer.editing') : t('composer.replying', { nick: item?.nick ?? '' });
    return html`
      <div class="composer-about">
        <${Icon} name=${room.edit.value ? 'edit' : 'reply'} />
        <span class="what">${what}</span><span class="answered-text">${summary(item?.text ?? '', 80)}</span>
        <button type="button" class="icon-button" aria-label=${t('dialog.cancel')} onClick=${() => { if (room.edit.peek()) room.edit.value = 0; else room.reply.value = 0; }}><${Icon} name="close" /></button>
      </div>`;
  }
}

/** Choices is the list of completions. @param {{id: string, choices: import('../complete.js').Choice[], chosen: number, onChoose: (choice: any) => void}} props */
function Choices({ id, choices, chosen, onChoose }) {
  return html`
    <ul class="choices" role="listbox" id=${id} aria-label=${t('composer.choices')}>
      ${choices.map((choice, i) => html`
        <li key=${choice.insert} id="${id}-${i}" role="option" aria-selected=${i === chosen} class="menu-item" onMouseDown=${(/** @type {Event} */ event) => { event.preventDefault(); onChoose(choice); }}>
          <span>${choice.label}</span>${choice.aside && html`<span class="aside">${choice.aside}</span>`}
        </li>`)}
    </ul>
    <p class="unseen" role="status">${t('composer.found', { n: choices.length })}</p>`;
}
