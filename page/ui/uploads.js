// @ts-check
// Files on their way to the server, before the message that they hang at.

import { html, signal } from '../html.js';
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

/** Uploads is the files of one message. What it holds is a signal, so that whoever shows it follows. */
export class Uploads {
  constructor() {
    this.all = signal(/** @type {Upload[]} */ ([]));
  }

  get list() { return this.all.value; }

  get some() { return this.list.length > 0; }

  /** change replaces what is known of one. @param {number} id @param {Partial<Upload>} what */
  change(id, what) {
    this.all.value = this.all.peek().map((one) => one.id === id ? { ...one, ...what } : one);
  }

  /** add begins to send files. @param {File[]} files */
  add(files) {
    const { limits } = server.peek() ?? {};
    for (const file of files) {
      if (limits?.fileSize && file.size > limits.fileSize) toast(t('composer.tooLarge', { name: file.name, size: size(limits.fileSize) }), { kind: 'trouble' });
      else if (limits?.files && this.all.peek().length >= limits.files) toast(t('composer.tooMany', { n: limits.files }), { kind: 'trouble' });
      else this.begin(file);
    }
  }

  /** @param {File} file */
  begin(file) {
    const cancel = new AbortController(), id = ++last;
    const name = file.name || t('composer.picture') + '.' + (file.type.split('/')[1] ?? 'bin');
    const done = upload(file, name, (share) => this.change(id, { share }), cancel.signal).then(
      (sent) => { this.change(id, { share: 1 }); return sent; },
      (problem) => { this.change(id, { error: problem.message }); return null; },
    );
    const picture = file.type.startsWith('image/') ? URL.createObjectURL(file) : '';
    this.all.value = [...this.all.peek(), { id, name, size: file.size, share: 0, error: '', picture, cancel, done }];
  }

  /** finish waits for all, and returns those that arrived. It throws if one did not. */
  async finish() {
    const files = await Promise.all(this.all.peek().map((one) => one.done));
    const failed = this.all.peek().find((one) => one.error);
    if (failed) throw new Error(t('composer.uploadFailed', { name: failed.name, error: failed.error }));
    return /** @type {Api.File[]} */ (files.filter(Boolean));
  }

  /** drop takes one away. @param {Upload} one */
  drop(one) {
    one.cancel.abort();
    if (one.picture) URL.revokeObjectURL(one.picture);
    this.all.value = this.all.peek().filter((other) => other.id !== one.id);
  }

  /** clear takes all away: those that were sent stay on the server. */
  clear() { for (const one of this.all.peek()) this.drop(one); }
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
