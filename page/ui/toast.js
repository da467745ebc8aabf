// @ts-check
// Short notices at the bottom, which go by themselves; some can be undone.

import { html, signal } from '../html.js';
import { t } from '../i18n.js';
import { Icon } from './icon.js';

/** @typedef {{id: number, text: string, kind: 'plain' | 'trouble', action?: string, run?: () => void}} Toast */

const toasts = signal(/** @type {Toast[]} */ ([]));
let last = 0;

/**
 * toast shows a notice, and returns how to take it away early.
 * @param {string} text
 * @param {{kind?: 'plain' | 'trouble', seconds?: number, action?: string, run?: () => void}} [options]
 * @returns {() => void}
 */
export function toast(text, { kind = 'plain', seconds = 6, action, run } = {}) {
  const id = ++last;
  const dismiss = () => { toasts.value = toasts.peek().filter((toast) => toast.id !== id); };
  toasts.value = [...toasts.peek().slice(-3), { id, text, kind, action, run }];
  setTimeout(dismiss, seconds * 1000);
  return dismiss;
}

/** trouble shows why something failed. @param {unknown} error */
export function trouble(error) {
  toast(error instanceof Error ? error.message : String(error), { kind: 'trouble', seconds: 8 });
}

/** @param {Toast} gone */
function dismiss(gone) { toasts.value = toasts.peek().filter((toast) => toast !== gone); }

/** Toasts is in the shell once. */
export function Toasts() {
  return html`
    <div class="toasts" role="status" aria-label=${t('toast.region')}>
      ${toasts.value.map((toast) => html`
        <div key=${toast.id} class="toast ${toast.kind}">
          <span>${toast.text}</span>
          ${toast.action && html`<button type="button" class="link-button" onClick=${() => { dismiss(toast); toast.run?.(); }}>${toast.action}</button>`}
          <button type="button" class="icon-button" aria-label=${t('toast.dismiss')} onClick=${() => dismiss(toast)}><${Icon} name="close" /></button>
        </div>`)}
    </div>`;
}
