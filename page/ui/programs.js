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

/** @typedef {import('./security.js').Credential} Credential */

const ofPrograms = new Set(['token', 'ssh-key', 'certificate']);

/** load asks for what programs have: what browsers come back by is a token too, and listed as where one is logged in. @param {AbortSignal} signal */
async function load(signal) {
  const [{ credentials }, { remembered }] = await Promise.all([get('/tokens', { signal }), get('/sessions', { signal })]);
  const browsers = new Set(remembered.map((/** @type {Credential} */ one) => one.number));
  return { credentials: credentials.filter((/** @type {Credential} */ one) => ofPrograms.has(one.proof) && !browsers.has(one.number)) };
}

export function Programs() {
  const answer = useLoaded(load);
  const [made, setMade] = useState('');
  const { busy, error, run } = useDoing();
  const submit = (/** @type {Event} */ event) => run(() => values(event, async ({ name, days }) => {
    setMade((await post('/tokens', { name, days: Number(days) || undefined })).token);
    await answer.reload();
  }));
  return html`
    <p class="field-hint">${t('account.tokensHint')}</p>
    <${Loaded} answer=${answer}>${(/** @type {{credentials: Credential[]}} */ { credentials }) => html`
      <${Entries} all=${credentials} id=${(/** @type {Credential} */ one) => one.number} name=${(/** @type {Credential} */ one) => one.name}
        more=${(/** @type {Credential} */ one) => t('account.added', { when: when(one.added) }) + (one.expires ? ' · ' + t('account.until', { when: when(one.expires) }) : '')}
        none=${t('account.noTokens')} dropLabel=${t('account.revoke')} drop=${(/** @type {Credential} */ one) => del(`/tokens/${one.number}`)} asks=${(/** @type {Credential} */ one) => t('account.tokenDrop', { name: one.name })} reload=${answer.reload} />`}<//>
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
