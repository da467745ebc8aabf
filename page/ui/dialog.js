// @ts-check
// Dialogs: the browser's own, which keep the focus inside, close by Escape and
// give the focus back.

import { html, useEffect, useId, useRef, signal } from '../html.js';
import { t } from '../i18n.js';
import { Icon } from './icon.js';
import { Button } from './field.js';

/**
 * Dialog is shown as long as it is rendered.
 * @param {object} props
 * @param {string} props.title
 * @param {() => void} props.onClose by Escape, the button, or a click beside it
 * @param {'small' | 'wide' | 'full'} [props.size]
 * @param {import('../vendor/preact.js').Children} [props.children]
 * @param {import('../vendor/preact.js').Children} [props.actions] buttons below, the main one last
 */
export function Dialog({ title, onClose, size = 'small', children, actions }) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current, before = document.activeElement;
    if (!dialog) return;
    dialog.showModal();
    if (!dialog.querySelector('[autofocus]')) dialog.focus(); // else the first button has it, which is the one that closes
    return () => {
      dialog.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return html`
    <dialog ref=${ref} tabindex="-1" class="dialog ${size}" aria-labelledby=${heading}
      onCancel=${(/** @type {Event} */ event) => { event.preventDefault(); onClose(); }}
      onMouseDown=${(/** @type {MouseEvent} */ event) => { if (event.target === ref.current) onClose(); }}>
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id=${heading}>${title}</h2>
          <button type="button" class="icon-button" aria-label=${t('dialog.close')} onClick=${onClose}><${Icon} name="close" /></button>
        </header>
        <div class="dialog-body">${children}</div>
        ${actions && html`<footer class="dialog-actions">${actions}</footer>`}
      </div>
    </dialog>`;
}

/** @typedef {{title: string, text: string, confirm: string, danger?: boolean, ask?: {label: string, value?: string, secret?: boolean}, resolve: (answer: string | null) => void}} Question */

const question = signal(/** @type {Question | null} */ (null));

/**
 * confirm asks before something that can't be undone; with ask, for a line of
 * text too. It resolves to null if the answer is no, and else to the text.
 * @param {Omit<Question, 'resolve'>} asked
 * @returns {Promise<string | null>}
 */
export function confirm(asked) {
  return new Promise((resolve) => {
    question.peek()?.resolve(null);
    question.value = { ...asked, resolve };
  });
}

/** Questions shows what confirm asks; it is in the shell once. */
export function Questions() {
  const asked = question.value;
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => { input.current?.focus(); }, [asked]); // rather than the button
  if (!asked) return null;
  const answer = (/** @type {string | null} */ text) => {
    question.value = null;
    asked.resolve(text);
  };
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    answer(input.current?.value ?? '');
  };
  return html`
    <${Dialog} title=${asked.title} onClose=${() => answer(null)}>
      <form onSubmit=${submit}>
        <p>${asked.text}</p>
        ${asked.ask && html`<label class="field"><span class="field-label">${asked.ask.label}</span><input ref=${input} class="input" type=${asked.ask.secret ? 'password' : 'text'} autocomplete=${asked.ask.secret ? 'current-password' : 'off'} defaultValue=${asked.ask.value ?? ''} maxlength="300" /></label>`}
        <div class="dialog-actions">
          <${Button} onClick=${() => answer(null)}>${t('dialog.cancel')}<//>
          <${Button} type="submit" kind=${asked.danger ? 'danger' : 'main'} autofocus>${asked.confirm}<//>
        </div>
      </form>
    <//>`;
}
