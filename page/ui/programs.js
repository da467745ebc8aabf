// @ts-check
// Tokens, by which programs speak for somebody.

import { html, useState } from '../html.js';
import { copy } from '../actions.js';
import { del, get, post } from '../api.js';
import { t } from '../i18n.js';
import { when } from '../time.js';
import { values } from './account.js';
import { Entries, Secret } from './entries.js';
import { Button, Field } from './field.js';
import { Loaded, useDoing, useLoaded } from './loaded.js';

export function Programs() {
  const answer = useLoaded((signal) => get('/tokens', { signal }));
  const [made, setMade] = useState('');
  const { busy, error, run } = useDoing();
  const submit = (/** @type {Event} */ event) => run(() => values(event, async ({ name, days }) => {
    setMade((await post('/tokens', { name, days: Number(days) || undefined })).token);
    await answer.reload();
  }));
  return html`
    <p class="field-hint">${t('account.tokensHint')}</p>
    <${Loaded} answer=${answer}>${(/** @type {{credentials: import('./security.js').Credential[]}} */ { credentials }) => html`
      <${Entries} all=${credentials.filter((one) => one.proof === 'token' || one.proof === 'ssh-key' || one.proof === 'certificate')} id=${(/** @type {import('./security.js').Credential} */ one) => one.number} name=${(/** @type {import('./security.js').Credential} */ one) => one.name}
        more=${(/** @type {import('./security.js').Credential} */ one) => t('account.added', { when: when(one.added) }) + (one.expires ? ' · ' + t('account.until', { when: when(one.expires) }) : '')}
        none=${t('account.noTokens')} dropLabel=${t('account.revoke')} drop=${(/** @type {import('./security.js').Credential} */ one) => del(`/tokens/${one.number}`)} asks=${(/** @type {import('./security.js').Credential} */ one) => t('account.tokenDrop', { name: one.name })} reload=${answer.reload} />`}<//>
    ${made && html`<${Secret} label=${t('account.token')} text=${made} hint=${t('account.tokenOnce')} copy=${copy} />`}
    <form class="group" onSubmit=${submit}>
      <h4>${t('account.tokenNew')}</h4>
      <div class="side-by-side">
        <${Field} label=${t('account.tokenName')} name="name" maxlength="60" required placeholder="backup.sh" error=${error} />
        <${Field} label=${t('account.tokenDays')} name="days" type="number" min="1" max="3650" inputmode="numeric" placeholder=${t('account.tokenForever')} />
      </div>
      <${Button} type="submit" kind="main" busy=${busy}>${t('account.tokenMake')}<//>
    </form>`;
}
