// @ts-check
// The picture that others see of oneself: chosen here, made small by the server.

import { html, useRef } from '../html.js';
import { del, put } from '../api.js';
import { face, learn } from '../faces.js';
import { t } from '../i18n.js';
import { me } from '../store.js';
import { Button } from './field.js';
import { useDoing } from './loaded.js';

/** The pictures that the server reads; a phone makes one of them of what it has. */
const types = 'image/jpeg,image/png,image/gif,image/webp';

export function Picture() {
  const { busy, error, run } = useDoing();
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const id = me.value?.user ?? 0;
  const choose = (/** @type {any} */ { target }) => {
    const [file] = target.files;
    target.value = ''; // so that the same can be chosen again
    if (file) run(async () => learn([[id, (await put('/me/picture', file)).url]]));
  };
  const remove = () => run(async () => {
    await del('/me/picture');
    learn([[id, '']]);
  });
  return html`
    <div class="field">
      <div class="picture-actions">
        <input ref=${field} type="file" accept=${types} hidden aria-label=${t('account.picture')} onChange=${choose} />
        <${Button} busy=${busy} onClick=${() => field.current?.click()}>${t(face(id) ? 'account.pictureOther' : 'account.picture')}<//>
        ${face(id) && html`<${Button} busy=${busy} onClick=${remove}>${t('settings.remove')}<//>`}
      </div>
      <p class=${error ? 'field-error' : 'field-hint'} role=${error ? 'alert' : undefined}>${error || t('account.pictureHint')}</p>
    </div>`;
}
