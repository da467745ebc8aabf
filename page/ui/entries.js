// @ts-check
// A list of things one has, each with a button that takes it back: sessions,
// tokens, passkeys, invitations.

import { html } from '../html.js';
import { t } from '../i18n.js';
import { confirm } from './dialog.js';
import { Button } from './field.js';
import { trouble } from './toast.js';

/**
 * @template T
 * @param {{all: T[], name: (one: T) => any, more: (one: T) => any, none: string, drop?: (one: T) => Promise<unknown>, dropLabel: string, asks?: (one: T) => string, reload: () => Promise<void>, id: (one: T) => string | number, fixed?: (one: T) => boolean}} props
 *   asks: what is asked before; fixed: whether one can't be taken back
 */
export function Entries({ all, name, more, none, drop, dropLabel, asks, reload, id, fixed }) {
  const remove = async (/** @type {T} */ one) => {
    if (asks && await confirm({ title: dropLabel, text: asks(one), confirm: dropLabel, danger: true }) === null) return;
    try {
      await drop?.(one);
      await reload();
    } catch (problem) {
      trouble(problem);
    }
  };
  if (!all.length) return html`<p class="field-hint">${none}</p>`;
  return html`
    <ul class="entries">${all.map((one) => html`
      <li key=${id(one)} class="entry">
        <div class="entry-text"><span class="entry-name">${name(one)}</span><span class="field-hint">${more(one)}</span></div>
        ${drop && !fixed?.(one) && html`<${Button} onClick=${() => remove(one)} aria-label=${`${dropLabel}: ${name(one)}`}>${dropLabel}<//>`}
      </li>`)}
    </ul>`;
}

/** Secret shows something once, with a button that copies it. @param {{label: string, text: string, hint: string, copy: (text: string) => Promise<unknown>}} props */
export function Secret({ label, text, hint, copy }) {
  return html`
    <div class="secret" role="status">
      <p class="field-label">${label}</p>
      <code class="secret-text">${text}</code>
      <${Button} onClick=${() => copy(text)}>${t('settings.copy')}<//>
      <p class="field-hint">${hint}</p>
    </div>`;
}
