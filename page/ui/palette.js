// @ts-check
// The palette of emoji, with a field to search in.

import { html, useState } from '../html.js';
import { all, search } from '../emoji.js';
import { t } from '../i18n.js';
import { showPopup } from './menu.js';

/** pickEmoji opens the palette at an element. @param {Element} where @param {(emoji: string) => void} pick */
export function pickEmoji(where, pick) {
  showPopup(where, t('message.react'), (close) => html`<${Palette} onPick=${(/** @type {string} */ emoji) => { close(); pick(emoji); }} />`);
}

/** @param {{onPick: (emoji: string) => void}} props */
function Palette({ onPick }) {
  const [text, setText] = useState('');
  const found = text ? search(text) : all;
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === 'Enter' && found[0]) {
      event.preventDefault();
      onPick(found[0].emoji);
    }
  };
  return html`
    <div class="palette">
      <input class="input" type="search" aria-label=${t('message.findEmoji')} placeholder=${t('message.findEmoji')} value=${text} onInput=${(/** @type {any} */ event) => setText(event.target.value.trim())} onKeyDown=${keys} />
      <div class="palette-grid" onKeyDown=${roam}>
        ${found.map(({ emoji, name }) => html`<button key=${name} type="button" class="palette-emoji" aria-label=${name.replace(/_/g, ' ')} title=${`:${name}:`} onClick=${() => onPick(emoji)}>${emoji}</button>`)}
      </div>
      ${!found.length && html`<p class="field-hint">${t('message.noEmoji')}</p>`}
    </div>`;
}

/** roam moves through the grid by the arrow keys. @param {KeyboardEvent} event */
function roam(event) {
  const grid = /** @type {HTMLElement} */ (event.currentTarget);
  const cells = /** @type {HTMLElement[]} */ ([...grid.children]);
  const now = cells.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const columns = cells.filter((cell) => cell.offsetTop === cells[0].offsetTop).length;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  if (!step || now < 0) return;
  event.preventDefault();
  cells[now + step]?.focus();
}
