// @ts-check
// A menu at a place of the screen: one at a time, moved through by the arrow
// keys, closed by Escape or by a click beside it.

import { html, signal, useEffect, useLayoutEffect, useRef } from '../html.js';
import { Icon } from './icon.js';

/**
 * @typedef {{label: string, icon?: import('./icon.js').IconName, aside?: string, danger?: boolean, run: () => void}} MenuItem
 * @typedef {{label: string, items: MenuItem[], x: number, y: number, content?: any}} Menu
 */

const menu = signal(/** @type {Menu | null} */ (null));

/** @type {Element | null} what had the focus before */
let before = null;

/**
 * showMenu opens a menu below an element, or at a point.
 * @param {Element | {x: number, y: number}} where
 * @param {string} label
 * @param {MenuItem[]} items
 */
export function showMenu(where, label, items) { show(where, { label, items }); }

/**
 * showPopup opens anything else in the same way; content is rendered with close.
 * @param {Element | {x: number, y: number}} where
 * @param {string} label
 * @param {(close: () => void) => any} content
 */
export function showPopup(where, label, content) { show(where, { label, items: [], content: content(closeMenu) }); }

/** @param {Element | {x: number, y: number}} where @param {{label: string, items: MenuItem[], content?: any}} what */
function show(where, what) {
  const box = where instanceof Element ? where.getBoundingClientRect() : null;
  const { x, y } = box ? { x: box.left, y: box.bottom + 4 } : /** @type {{x: number, y: number}} */ (where);
  before = document.activeElement;
  menu.value = { ...what, x, y };
}

/** closeMenu closes it, and gives the focus back. */
function closeMenu() {
  if (!menu.peek()) return;
  menu.value = null;
  if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
}

/** MenuHost is in the shell once. */
export function MenuHost() {
  const shown = menu.value;
  const ref = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    if (!shown || !ref.current) return;
    place(ref.current, shown);
    /** @type {HTMLElement | null} */ (ref.current.querySelector('button, input'))?.focus({ preventScroll: true });
  }, [shown]);
  useEffect(() => {
    if (!shown) return;
    const outside = (/** @type {Event} */ event) => { if (event.target instanceof Node && !ref.current?.contains(event.target)) closeMenu(); };
    document.addEventListener('pointerdown', outside, true);
    window.addEventListener('resize', closeMenu);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      window.removeEventListener('resize', closeMenu);
    };
  }, [shown]);
  if (!shown) return null;
  if (shown.content) return html`<div ref=${ref} class="menu" role="dialog" aria-label=${shown.label} onKeyDown=${keys}>${shown.content}</div>`;
  return html`
    <div ref=${ref} class="menu" role="menu" aria-label=${shown.label} onKeyDown=${keys}>
      ${shown.items.map((item) => html`
        <button type="button" role="menuitem" tabindex="-1" class="menu-item ${item.danger ? 'danger' : ''}" onClick=${() => { closeMenu(); item.run(); }}>
          ${item.icon && html`<${Icon} name=${item.icon} />`}<span>${item.label}</span>${item.aside && html`<span class="aside">${item.aside}</span>`}
        </button>`)}
    </div>`;
}

/** place keeps the menu on the screen. @param {HTMLElement} element @param {Menu} shown */
function place(element, { x, y }) {
  const { offsetWidth: width, offsetHeight: height } = element;
  element.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  element.style.top = `${y + height > innerHeight - 8 ? Math.max(8, Math.min(y, innerHeight) - height - 36) : y}px`;
}

/** @param {KeyboardEvent} event */
function keys(event) {
  if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault();
    event.stopPropagation();
    return closeMenu();
  }
  const host = /** @type {HTMLElement} */ (event.currentTarget);
  if (host.getAttribute('role') !== 'menu') return;
  const items = /** @type {HTMLElement[]} */ ([...host.querySelectorAll('[role=menuitem]')]);
  const now = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items.at(to % items.length)?.focus();
}
