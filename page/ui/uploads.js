// @ts-check
// Files on their way to the server, before the message that they hang at.

import { html } from '../html.js';
import { upload } from '../api.js';
import { t } from '../i18n.js';
import { server } from '../store.js';
import { size } from '../time.js';
import { Icon } from './icon.js';
import { toast } from './toast.js';

/**
 * @typedef {object} Upload
 * @property {number} id
 * @property {string} name
 * @property {number} size
 * @property {number} share 0 to 1
 * @property {string} error
 * @property {string} picture address of the picture in this browser, or empty
 * @property {AbortController} cancel
 * @property {Promise<Api.File | null>} done null if it failed
 */

let last = 0;

export class Uploads {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {Upload[]} */
    this.list = [];
  }

  get some() { return this.list.length > 0; }

  /** add begins to send files. @param {File[]} files */
  add(files) {
    const { limits } = server.peek() ?? {};
    for (const file of files) {
      if (limits?.fileSize && file.size > limits.fileSize) toast(t('composer.tooLarge', { name: file.name, size: size(limits.fileSize) }), { kind: 'trouble' });
      else if (limits?.files && this.list.length >= limits.files) toast(t('composer.tooMany', { n: limits.files }), { kind: 'trouble' });
      else this.begin(file);
    }
    this.changed();
  }

  /** @param {File} file */
  begin(file) {
    const cancel = new AbortController();
    const name = file.name || t('composer.picture') + '.' + (file.type.split('/')[1] ?? 'bin');
    /** @type {Upload} */
    const one = { id: ++last, name, size: file.size, share: 0, error: '', picture: file.type.startsWith('image/') ? URL.createObjectURL(file) : '', cancel, done: Promise.resolve(null) };
    const progress = (/** @type {number} */ share) => {
      one.share = share;
      this.changed();
    };
    one.done = upload(file, name, progress, cancel.signal).then(
      (sent) => { progress(1); return sent; },
      (problem) => { one.error = problem.message; this.changed(); return null; },
    );
    this.list.push(one);
  }

  /** finish waits for all, and returns those that arrived. It throws if one did not. */
  async finish() {
    const files = await Promise.all(this.list.map((one) => one.done));
    const failed = this.list.find((one) => one.error);
    if (failed) throw new Error(t('composer.uploadFailed', { name: failed.name, error: failed.error }));
    return /** @type {Api.File[]} */ (files.filter(Boolean));
  }

  /** drop takes one away. @param {Upload} one */
  drop(one) {
    one.cancel.abort();
    if (one.picture) URL.revokeObjectURL(one.picture);
    this.list = this.list.filter((other) => other !== one);
    this.changed();
  }

  /** clear takes all away: those that were sent stay on the server. */
  clear() { for (const one of this.list) this.drop(one); }
}

/** @param {{uploads: Uploads}} props */
export function UploadList({ uploads }) {
  if (!uploads.some) return null;
  return html`
    <ul class="uploads" aria-label=${t('message.files')}>
      ${uploads.list.map((one) => html`
        <li key=${one.id} class=${one.error ? 'failed' : ''}>
          ${one.picture ? html`<img src=${one.picture} alt="" width="40" height="40" />` : html`<${Icon} name="file" />`}
          <span class="upload-name">${one.name}<span class="file-size">${one.error || size(one.size)}</span></span>
          ${!one.error && one.share < 1 && html`<progress value=${one.share} max="1" aria-label=${t('composer.uploading', { name: one.name })}></progress>`}
          <button type="button" class="icon-button" aria-label=${t('composer.dropUpload', { name: one.name })} onClick=${() => uploads.drop(one)}><${Icon} name="close" /></button>
        </li>`)}
    </ul>`;
}
