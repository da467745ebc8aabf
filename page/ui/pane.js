// @ts-check
// The pane beside the room; on a narrow screen it lies over it.

import { html, useEffect, useRef } from '../html.js';
import { t } from '../i18n.js';
import { Icon } from './icon.js';

/** @param {{title: string, onClose: () => void, children?: any, foot?: any}} props */
export function Pane({ title, onClose, children, foot }) {
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    const pane = heading.current?.closest('.pane');
    const first = /** @type {HTMLElement | null | undefined} */ (pane?.querySelector('[autofocus]'));
    if (!pane?.contains(before)) (first ?? heading.current)?.focus({ preventScroll: true });
    return () => { if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true }); };
  }, []);
  const keys = (/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape' && !event.defaultPrevented) onClose(); };
  return html`
    <aside class="pane" aria-label=${title} onKeyDown=${keys}>
      <header class="pane-head">
        <h2 tabindex="-1" ref=${heading}>${title}</h2>
        <button type="button" class="icon-button" aria-label=${t('dialog.close')} onClick=${onClose}><${Icon} name="close" /></button>
      </header>
      <div class="pane-body" tabindex="0" role="region" aria-label=${title}>${children}</div>
      ${foot}
    </aside>`;
}
