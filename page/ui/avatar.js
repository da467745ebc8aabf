// @ts-check
// Somebody's picture: without one, the first letters of the nick on a colour
// that is always the same.

import { html } from '../html.js';
import { called, face, learn } from '../faces.js';

/** hue returns the colour of a nick, in degrees. @param {string} nick */
function hue(nick) {
  let sum = 0;
  for (const letter of nick.toLowerCase()) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 3600;
  return Math.round(sum / 10);
}

/** letters returns what stands for a nick. @param {string} nick */
export function letters(nick) {
  const words = nick.split(/[-_.\s]+/).filter(Boolean);
  const [first = '', second = ''] = words.map((word) => [...word][0]);
  return (words.length > 1 ? first + second : [...nick].slice(0, 2).join('')).toUpperCase();
}

/** @param {{nick: string, id?: number}} props without an id, whoever was met under the nick */
export function Avatar({ nick, id }) {
  const whose = id || called(nick), picture = face(whose);
  if (picture) return html`<img class="avatar" src=${picture} alt="" width="36" height="36" loading="lazy" decoding="async" onError=${() => learn([[whose, '']])} />`;
  return html`<span class="avatar" style=${{ '--hue': hue(nick) }} aria-hidden="true">${letters(nick)}</span>`;
}

/** Nick is a nick in its colour. @param {{nick: string}} props */
export function Nick({ nick }) {
  return html`<span class="nick" style=${{ '--hue': hue(nick) }}>${nick}</span>`;
}
