// @ts-check
// What hangs at a message: pictures with their place kept, other files as cards.

import { html } from '../html.js';
import { t } from '../i18n.js';
import { size } from '../time.js';
import { Icon } from './icon.js';

const widest = 400, tallest = 300; // pixels

/** fit returns the size in which a picture is shown. @param {number} width @param {number} height */
export function fit(width, height) {
  const scale = Math.min(1, widest / width, tallest / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** @param {{files: Api.File[]}} props */
export function Files({ files }) {
  return html`<ul class="files" aria-label=${t('message.files')}>${files.map((file) => html`<li key=${file.id}>${show(file)}</li>`)}</ul>`;
}

/** @param {Api.File} file */
function show(file) {
  if (file.type.startsWith('image/') && file.width && file.height) {
    const { width, height } = fit(file.width, file.height);
    return html`<a class="picture" href=${file.url} target="_blank" rel="noopener"><img src=${file.thumbnail ?? file.url} width=${width} height=${height} alt=${file.name} loading="lazy" /></a>`;
  }
  if (file.type.startsWith('video/')) return html`<video class="film" src=${file.url} controls preload="metadata" aria-label=${file.name}></video>`;
  if (file.type.startsWith('audio/')) return html`<audio src=${file.url} controls preload="none" aria-label=${file.name}></audio>`;
  return html`
    <a class="file-card" href=${file.url} download=${file.name}>
      <${Icon} name="file" /><span class="file-name">${file.name}</span><span class="file-size">${size(file.size)}</span>
    </a>`;
}
