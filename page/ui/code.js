// @ts-check
// A QR code, drawn as one path on white, whatever the theme: readers want it so.

import { html, useMemo } from '../html.js';
import { qr } from '../qr.js';

const quietZone = 4; // modules of white around it

/** Code is nothing where the text is too long: it is shown to be typed as well. @param {{text: string, label: string}} props */
export function Code({ text, label }) {
  const grid = useMemo(() => draw(text), [text]);
  if (!grid) return null;
  const size = grid.length + 2 * quietZone;
  const path = grid.flatMap((row, y) => row.map((dark, x) => dark ? `M${x + quietZone} ${y + quietZone}h1v1h-1z` : '')).join('');
  return html`<svg class="qr" role="img" aria-label=${label} viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width=${size} height=${size} fill="#fff" /><path d=${path} fill="#000" /></svg>`;
}

/** @param {string} text */
function draw(text) {
  try {
    return qr(text);
  } catch {
    return null;
  }
}
