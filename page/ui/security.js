// @ts-check
// What an account is proved with beside its password, and where one is logged in.

import { html, useState } from '../html.js';
import { copy } from '../actions.js';
import { del, get, post } from '../api.js';
import { t } from '../i18n.js';
import * as passkey from '../passkey.js';
import { server } from '../store.js';
import { when } from '../time.js';
import { values } from './account.js';
import { confirmed } from './confirmed.js';
import { Entries, Secret } from './entries.js';
import { Button, Field } from './field.js';
import { Loaded, useDoing, useLoaded } from './loaded.js';
import { Code } from './code.js';

export function Security() {
  return html`<${SecondFactor} />${server.value?.passkeys && html`<${Passkeys} />`}${server.value?.oidc && html`<${Elsewhere} name=${server.value.oidc.name} />`}<${Sessions} />`;
}

/** SecondFactor is a code that changes every half minute, asked for with the password. */
function SecondFactor() {
  const answer = useLoaded((signal) => get('/me/totp', { signal }));
  const [codes, setCodes] = useState(/** @type {string[] | null} */ (null));
  const done = (/** @type {string[] | null} */ fresh) => {
    setCodes(fresh);
    return answer.reload();
  };
  return html`
    <div class="group">
      <h4>${t('account.totp')}</h4>
      ${codes && html`<${Secret} label=${t('account.recovery')} text=${codes.join('\n')} hint=${t('account.recoveryHint')} copy=${copy} />`}
      <${Loaded} answer=${answer}>${(/** @type {any} */ { on, recovery }) => on ? html`<${TurnOff} left=${recovery} done=${done} />` : html`<${TurnOn} done=${done} />`}<//>
    </div>`;
}

/** @param {{done: (codes: string[] | null) => Promise<void>}} props */
function TurnOn({ done }) {
  const [begun, setBegun] = useState(/** @type {{seed: string, link: string} | null} */ (null));
  const { busy, error, run } = useDoing();
  const begin = () => run(async () => setBegun(await confirmed(() => post('/me/totp', {}))));
  const submit = (/** @type {Event} */ event) => run(() => values(event, async ({ code }) => done((await post('/me/totp/confirm', { code: code.replace(/\s/g, '') })).recovery)));
  if (!begun) return html`<p class="field-hint">${t('account.totpHint')}</p>${error && html`<p class="field-error" role="alert">${error}</p>`}<${Button} busy=${busy} onClick=${begin}>${t('account.totpOn')}<//>`;
  return html`
    <form onSubmit=${submit}>
      <p>${t('account.totpScan')}</p>
      <${Code} text=${begun.link} label=${t('account.totpPicture')} />
      <p class="field-hint">${t('account.totpType')} <code class="seed">${begun.seed.replace(/\s/g, '').replace(/(.{4})(?=.)/g, '$1 ')}</code></p>
      <${Field} label=${t('signin.code')} name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="9" required error=${error} />
      <${Button} type="submit" kind="main" busy=${busy}>${t('account.totpConfirm')}<//>
    </form>`;
}

/** @param {{left?: number, done: (codes: null) => Promise<void>}} props */
function TurnOff({ left, done }) {
  const { busy, error, run } = useDoing();
  const submit = (/** @type {Event} */ event) => run(() => values(event, async ({ password }) => {
    await del('/me/totp', { password });
    await done(null);
  }));
  return html`
    <form onSubmit=${submit}>
      <p>${t('account.totpIsOn')} ${left !== undefined && t('account.recoveryLeft', { n: left })}</p>
      <${Field} label=${t('signin.password')} name="password" type="password" autocomplete="current-password" hint=${t('account.passwordNone')} error=${error} />
      <${Button} type="submit" busy=${busy}>${t('account.totpOff')}<//>
    </form>`;
}

/** A Credential is what one proves with who one is. @typedef {{number: number, proof: string, name: string, added: number, expires?: number, current?: boolean}} Credential */

function Passkeys() {
  const answer = useLoaded((signal) => get('/tokens', { signal }));
  const { busy, error, run } = useDoing();
  const submit = (/** @type {Event} */ event) => run(() => values(event, async ({ name }) => {
    try {
      await passkey.add(name, confirmed);
      await answer.reload();
    } catch (problem) {
      if (!passkey.cancelled(problem)) throw problem;
    }
  }));
  return html`
    <div class="group">
      <h4>${t('account.passkeys')}</h4>
      <p class="field-hint">${passkey.supported ? t('account.passkeysHint') : t('account.passkeysUnsupported')}</p>
      <${Loaded} answer=${answer}>${(/** @type {{credentials: Credential[]}} */ { credentials }) => html`
        <${Entries} all=${credentials.filter((one) => one.proof === 'passkey')} id=${(/** @type {Credential} */ one) => one.number} name=${(/** @type {Credential} */ one) => one.name} more=${added}
          none=${t('account.noPasskeys')} dropLabel=${t('settings.remove')} drop=${(/** @type {Credential} */ one) => del(`/tokens/${one.number}`)} asks=${(/** @type {Credential} */ one) => t('account.passkeyDrop', { name: one.name })} reload=${answer.reload} />`}<//>
      ${passkey.supported && html`
        <form class="with-button" onSubmit=${submit}>
          <${Field} label=${t('account.passkeyName')} name="name" maxlength="60" required placeholder=${t('account.passkeyExample')} error=${error} />
          <${Button} type="submit" busy=${busy}>${t('account.passkeyAdd')}<//>
        </form>`}
    </div>`;
}

/** Elsewhere are accounts elsewhere that let one in here. @param {{name: string}} props */
function Elsewhere({ name }) {
  const answer = useLoaded((signal) => get('/tokens', { signal }));
  const { busy, error, run } = useDoing();
  const link = () => run(async () => {
    await confirmed(() => get('/session/confirmation')); // here it can be given; where the browser is sent it can't
    location.assign('/api/v1/oidc/start?link&to=' + encodeURIComponent(location.pathname + location.hash));
  });
  return html`
    <div class="group">
      <h4>${t('account.elsewhere')}</h4>
      <p class="field-hint">${t('account.elsewhereHint', { name })}</p>
      <${Loaded} answer=${answer}>${(/** @type {{credentials: Credential[]}} */ { credentials }) => html`
        <${Entries} all=${credentials.filter((one) => one.proof === 'oidc')} id=${(/** @type {Credential} */ one) => one.number} name=${(/** @type {Credential} */ one) => one.name || name} more=${added}
          none=${t('account.noElsewhere')} dropLabel=${t('settings.remove')} drop=${(/** @type {Credential} */ one) => del(`/tokens/${one.number}`)} asks=${(/** @type {Credential} */ one) => t('account.passkeyDrop', { name: one.name || name })} reload=${answer.reload} />`}<//>
      ${error && html`<p class="field-error" role="alert">${error}</p>`}
      <${Button} busy=${busy} onClick=${link}>${t('account.elsewhereAdd', { name })}<//>
    </div>`;
}

/** added tells when a credential was made. @param {Credential} one */
const added = (one) => t('account.added', { when: when(one.added) });

/** Sessions are where one is logged in. */
function Sessions() {
  const answer = useLoaded((signal) => get('/sessions', { signal }));
  const { busy, error, run } = useDoing();
  const others = () => run(async () => {
    await del('/sessions');
    await answer.reload();
  });
  return html`
    <div class="group">
      <h4>${t('account.sessions')}</h4>
      <p class="field-hint">${t('account.sessionsHint')}</p>
      <${Loaded} answer=${answer}>${(/** @type {{remembered: Credential[], connections: {from?: string, since: number}[]}} */ { remembered, connections }) => html`
        <${Entries} all=${remembered} id=${(/** @type {Credential} */ one) => one.number} name=${(/** @type {Credential} */ one) => one.name} fixed=${(/** @type {Credential} */ one) => one.current}
          more=${(/** @type {Credential} */ one) => (one.current ? t('account.thisOne') + ' · ' : '') + t('account.since', { when: when(one.added) })}
          none=${t('account.noSessions')} dropLabel=${t('account.end')} drop=${(/** @type {Credential} */ one) => del(`/sessions/${one.number}`)} reload=${answer.reload} />
        <p class="field-hint">${t('account.connections', { n: connections.length })} ${[...new Set(connections.map((one) => one.from).filter(Boolean))].join(', ')}</p>
        ${error && html`<p class="field-error" role="alert">${error}</p>`}
        ${remembered.length > 1 && html`<${Button} busy=${busy} onClick=${others}>${t('account.endOthers')}<//>`}`}<//>
    </div>`;
}
