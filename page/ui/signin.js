// @ts-check
// The way in, for who is not signed in.

import { html, useState } from '../html.js';
import { post } from '../api.js';
import { t } from '../i18n.js';
import { server } from '../store.js';
import { enter } from '../sync.js';
import { Button, Field } from './field.js';

export function SignIn() {
  const [nick, setNick] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    try {
      enter(await post('/session', { nick, cookie: true }));
    } catch (problem) {
      setError(/** @type {Error} */ (problem).message);
      setBusy(false);
    }
  };
  return html`
    <main class="signin">
      <form class="signin-box" onSubmit=${submit}>
        <h1>${server.value?.name ?? 'hubbub'}</h1>
        <${Field} label=${t('signin.nick')} name="nick" autocomplete="nickname" autofocus value=${nick} error=${error} onInput=${(/** @type {any} */ event) => setNick(event.target.value)} />
        <${Button} type="submit" kind="main" busy=${busy}>${t('signin.guest')}<//>
      </form>
    </main>`;
}
