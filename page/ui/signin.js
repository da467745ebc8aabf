// @ts-check
// The way in, for who is not signed in: by the ways that the server offers.

import { html, useEffect, useState } from '../html.js';
import { get, post } from '../api.js';
import { t } from '../i18n.js';
import * as passkey from '../passkey.js';
import { server } from '../store.js';
import { enter } from '../sync.js';
import { Button, Field } from './field.js';
import { Icon } from './icon.js';
import { useDoing } from './loaded.js';

/** @typedef {'guest' | 'login' | 'register' | 'newcomer'} Way */

/** The code of an invitation that the address holds. */
const invitation = () => new URLSearchParams(location.search).get('invitation')?.slice(0, 200) ?? '';

/** What somebody may be called who comes back from where they have an account, and has none here; null if nobody does. */
const newcomer = () => new URLSearchParams(location.search).get('newcomer')?.slice(0, 64) ?? null;

/** ways returns how one can come in here, the likeliest first. @param {Api.Server} of @param {string} invited @returns {Way[]} */
export function ways({ guests, registration, owner }, invited) {
  /** @type {Way[]} */
  const all = [];
  if (invited || owner === false) all.push('register');
  if (guests) all.push('guest');
  all.push('login');
  if (registration !== 'closed' && !all.includes('register')) all.push('register');
  return all;
}

export default function SignIn() {
  const about = server.value, invited = invitation();
  const [wanted, want] = useState(/** @type {Way | null} */ (null));
  if (!about) return html`<${Unreachable} />`;
  const all = ways(about, invited);
  if (about.oidc && newcomer() !== null) all.unshift('newcomer');
  const way = wanted ?? all[0];
  return html`
    <main class="signin">
      <div class="signin-box">
        <h1>${about.name}</h1>
        ${about.motd && html`<p class="signin-motd">${about.motd}</p>`}
        <${forms[way]} key=${way} about=${about} invited=${invited} />
        ${way === 'login' && html`<${OtherProofs} about=${about} />`}
        <div class="signin-others">
          ${all.filter((one) => one !== way).map((one) => html`<button key=${one} type="button" class="link-button" onClick=${() => want(one)}>${t(`signin.to.${one}`)}</button>`)}
        </div>
      </div>
    </main>`;
}

/** Unreachable is shown where nothing is known of the server yet. */
function Unreachable() {
  const { busy, error, run } = useDoing();
  const again = () => run(async () => { server.value = await get('/server'); });
  return html`
    <main class="signin"><div class="signin-box">
      <h1>hubbub</h1>
      <p role="status">${error || t('signin.unreachable')}</p>
      <${Button} kind="main" busy=${busy} onClick=${again}>${t('connection.retry')}<//>
    </div></main>`;
}

/** @param {Api.Session} session */
function come(session) {
  if (invitation() || newcomer() !== null) history.replaceState(null, '', location.pathname); // it has done its work
  enter(session);
}

/** value reads a field of the form that an event is from. @param {Event} event @param {string} name */
function value(event, name) { return String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get(name) ?? ''); }

/** useForm sends a form's answer to the server, and comes in. @param {(event: Event) => object} body */
function useForm(body) {
  const { busy, error, run } = useDoing();
  const [code, setCode] = useState('');
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const asked = { ...body(event), cookie: true };
    run(async () => {
      try {
        come(await post('/session', asked));
      } catch (problem) {
        setCode(/** @type {any} */ (problem).code);
        throw problem;
      }
    });
  };
  return { busy, error, code, submit };
}

function Guest() {
  const { busy, error, submit } = useForm((event) => ({ nick: value(event, 'nick').trim() }));
  return html`
    <form onSubmit=${submit}>
      <p class="signin-lead">${t('signin.guestLead')}</p>
      <${Field} label=${t('signin.nick')} name="nick" autocomplete="nickname" maxlength="64" autofocus required hint=${t('signin.nickHint')} error=${error} />
      <${Button} type="submit" kind="main" busy=${busy}>${t('signin.guest')}<//>
    </form>`;
}

function Login() {
  const { busy, error, code, submit } = useForm((event) => ({
    user: value(event, 'user').trim(), password: value(event, 'password'), code: value(event, 'code').replace(/\s/g, '') || undefined,
  }));
  const [asks, setAsks] = useState(false);
  useEffect(() => { if (code === 'code') setAsks(true); }, [code]);
  return html`
    <form onSubmit=${submit}>
      <${Field} label=${t('signin.nick')} name="user" autocomplete="username" maxlength="64" autofocus required />
      <${Field} label=${t('signin.password')} name="password" type="password" autocomplete="current-password" required error=${asks && code === 'code' ? '' : error && code === 'login' ? t('signin.wrong') : error} />
      ${asks && html`<${Field} label=${t('signin.code')} name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="40" hint=${t('signin.codeHint')} ref=${focus} />`}
      <${Button} type="submit" kind="main" busy=${busy}>${t('signin.login')}<//>
    </form>`;
}

/** focus moves to a field that has just appeared. @param {HTMLElement | null} field */
function focus(field) { field?.focus(); }

/** @param {{about: Api.Server, invited: string}} props */
function Register({ about, invited }) {
  const { busy, error, submit } = useForm((event) => ({
    register: { nick: value(event, 'nick').trim(), password: value(event, 'password'), invitation: value(event, 'invitation').trim() || undefined },
  }));
  const first = about.owner === false;
  const lead = first ? t('signin.ownerLead') : invited ? t('signin.invitedLead', { name: about.name }) : t('signin.registerLead');
  const code = first || invited || about.registration === 'invite';
  return html`
    <form onSubmit=${submit}>
      <p class="signin-lead">${lead}</p>
      <${Field} label=${t('signin.nick')} name="nick" autocomplete="username" maxlength="64" autofocus required hint=${t('signin.nickHint')} />
      <${Field} label=${t('signin.newPassword')} name="password" type="password" autocomplete="new-password" minlength="8" required hint=${t('signin.passwordHint')} />
      ${code && html`<${Field} label=${first ? t('signin.ownerCode') : t('signin.invitation')} name="invitation" autocomplete="off" spellcheck=${false} defaultValue=${invited} required=${!first || about.registration !== 'open'} />`}
      ${error && html`<p class="field-error" role="alert">${error}</p>`}
      <${Button} type="submit" kind="main" busy=${busy}>${first ? t('signin.own') : t('signin.register')}<//>
    </form>`;
}

/** Newcomer makes an account that the one elsewhere proves: it has no password. @param {{about: Api.Server}} props */
function Newcomer({ about }) {
  const { busy, error, submit } = useForm((event) => ({ register: { nick: value(event, 'nick').trim() } }));
  return html`
    <form onSubmit=${submit}>
      <p class="signin-lead">${t('signin.newcomerLead', { name: about.oidc?.name ?? '' })}</p>
      <${Field} label=${t('signin.nick')} name="nick" autocomplete="nickname" maxlength="64" autofocus required defaultValue=${newcomer() ?? ''} hint=${t('signin.nickHint')} error=${error} />
      <${Button} type="submit" kind="main" busy=${busy}>${t('signin.to.newcomer')}<//>
    </form>`;
}

/** @type {Record<Way, any>} */
const forms = { guest: Guest, login: Login, register: Register, newcomer: Newcomer };

/** OtherProofs are ways to log in without a password. @param {{about: Api.Server}} props */
function OtherProofs({ about }) {
  const { busy, error, run } = useDoing();
  const withPasskey = () => run(async () => {
    try {
      come(await passkey.signIn());
    } catch (problem) {
      if (passkey.cancelled(problem)) return;
      throw problem;
    }
  });
  const offered = about.passkeys && passkey.supported;
  if (!offered && !about.oidc) return null;
  return html`
    <div class="signin-proofs">
      <p class="signin-or"><span>${t('signin.or')}</span></p>
      ${offered && html`<${Button} busy=${busy} onClick=${withPasskey}><${Icon} name="key" />${t('signin.passkey')}<//>`}
      ${about.oidc && html`<a class="button plain" href=${'/api/v1/oidc/start?to=' + encodeURIComponent(location.pathname)}>${t('signin.oidc', { name: about.oidc.name })}</a>`}
      ${error && html`<p class="field-error" role="alert">${error}</p>`}
    </div>`;
}
