// @ts-check
// Short notices at the bottom, which go by themselves; some can be undone.

import { html, signal } from '../html.js';
import { t } from '../i18n.js';
import { Icon } from './icon.js';

/** @typedef {{id: number, text: string, kind: 'plain' | 'trouble', action?: string, run?: () => void}} Toast */

const toasts = signal(/** @type {Toast[]} */ ([]));
let last = 0;

/**
 * toast shows a notice.
 * @param {string} text
 * @param {{kind?: 'plain' | 'trouble', seconds?: number, action?: string, run?: () => void}} [options]
 */
export function toast(text, { kind = 'plain', seconds = 6, action, run } = {}) {
  const id = ++last;
  toasts.value = [...toasts.peek().slice(-3), { id, text, kind, action, run }];
  setTimeout(() => dismiss(id), seconds * 1000);
}

/** trouble shows why something failed. @param {unknown} error */
export function trouble(error) {
  toast(reason(error), { kind: 'trouble', seconds: 8 });
}

/** reason says why something failed, in the server's words if it said any. @param {unknown} error @returns {string} */
export function reason(error) {
  if (/** @type {{code?: string}} */ (error)?.code === 'offline') return t('problem.offline');
  return error instanceof Error ? error.message : String(error);
}

/** @param {number} id */
function dismiss(id) { toasts.value = toasts.peek().filter((toast) => toast.id !== id); }

/** Toasts is in the shell once. */
export function Toasts() {
  return html`
    <div class="toasts" role="status" aria-label=${t('toast.region')}>
      ${toasts.value.map((toast) => html`
        <div key=${toast.id} class="toast ${toast.kind}">
          <span>${toast.text}</span>
          ${toast.action && html`<button type="button" class="link-button" onClick=${() => { dismiss(toast.id); toast.run?.(); }}>${toast.action}</button>`}
          <button type="button" class="icon-button" aria-label=${t('toast.dismiss')} onClick=${() => dismiss(toast.id)}><${Icon} name="close" /></button>
        </div>`)}
    </div>`;
}
