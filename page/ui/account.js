// @ts-check
// The account: what one is called, what others see, the password, and leaving.

import { html, useState } from '../html.js';
import { del, patch, post, put } from '../api.js';
import { t } from '../i18n.js';
import { status } from '../preferences.js';
import * as push from '../push.js';
import { close } from '../route.js';
import { me, server } from '../store.js';
import { enter, leave } from '../sync.js';
import { Avatar } from './avatar.js';
import { confirm } from './dialog.js';
import { Button, Field } from './field.js';
import { useDoing } from './loaded.js';
import { Picture } from './picture.js';
import { toast, trouble } from './toast.js';

export function Account() {
  const mine = me.value;
  if (!mine) return null;
  return html`
    <div class="account-head">
      <${Avatar} nick=${mine.nick} id=${mine.user} />
      <div><strong>${mine.nick}</strong><p class="field-hint">${t(`role.${mine.role || 'guest'}`)}</p></div>
      <${Button} onClick=${logOut}>${t('account.logOut')}<//>
    </div>
    ${!mine.guest && server.value?.limits?.files !== 0 && html`<${Picture} />`}
    ${mine.guest && server.value?.registration !== 'closed' && html`<${Become} />`}
    <${Line} label=${t('account.nick')} hint=${t('signin.nickHint')} value=${mine.nick} maxlength="64" save=${rename} />
    <${Line} label=${t('account.status')} hint=${t('account.statusHint')} value=${status.value ?? ''} maxlength="100" save=${tell} />
    ${!mine.guest && html`<${Password} />`}`;
}

/** Line is a field with a button that saves it. @param {{label: string, hint: string, value: string, maxlength: string, save: (text: string) => Promise<unknown>}} props */
function Line({ label, hint, value, maxlength, save }) {
  const [text, setText] = useState(/** @type {string | null} */ (null));
  const { busy, error, run } = useDoing();
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (await run(() => save((text ?? '').trim()))) setText(null);
  };
  return html`
    <form class="with-button" onSubmit=${submit}>
      <${Field} label=${label} hint=${hint} error=${error} value=${text ?? value} maxlength=${maxlength} onInput=${(/** @type {any} */ event) => setText(event.target.value)} />
      <${Button} type="submit" busy=${busy} disabled=${text === null || text.trim() === value}>${t('settings.save')}<//>
    </form>`;
}

/** @param {string} nick */
async function rename(nick) {
  await patch('/me', { nick });
  const mine = me.peek();
  if (mine) me.value = { ...mine, nick };
}

/** tell changes what others see beside the nick. @param {string} text */
async function tell(text) {
  await (text ? put('/me/properties/status', { value: text }) : del('/me/properties/status'));
  status.value = text;
}

/** values reads a form, without the spaces around what was typed, but those of a password, and empties it once what it is for is done. @param {Event} event @param {(read: Record<string, string>) => Promise<unknown>} use */
export async function values(event, use) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.currentTarget);
  const secret = (/** @type {string} */ name) => /** @type {HTMLInputElement | null} */ (form.elements.namedItem(name))?.type === 'password';
  await use(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, secret(name) ? String(value) : String(value).trim()])));
  form.reset();
}

function Password() {
  const { busy, error, run } = useDoing();
  const submit = (/** @type {Event} */ event) => run(() => values(event, async ({ old, fresh }) => {
    await patch('/me', { password: { old, new: fresh } });
    toast(t('account.passwordChanged'));
  }));
  return html`
    <form class="group" onSubmit=${submit}>
      <h4>${t('account.password')}</h4>
      <input type="hidden" autocomplete="username" value=${me.value?.nick} />
      <${Field} label=${t('account.oldPassword')} name="old" type="password" autocomplete="current-password" hint=${t('account.passwordNone')} error=${error} />
      <${Field} label=${t('signin.newPassword')} name="fresh" type="password" autocomplete="new-password" minlength="8" required hint=${t('signin.passwordHint')} />
      <${Button} type="submit" busy=${busy}>${t('account.changePassword')}<//>
    </form>`;
}

/** Become makes a member of a guest. */
function Become() {
  const { busy, error, run } = useDoing();
  const submit = (/** @type {Event} */ event) => run(() => values(event, async ({ password, invitation }) => {
    enter(await post('/session', { register: { nick: me.peek()?.nick, password, invitation: invitation || undefined }, cookie: true }));
    toast(t('account.became'));
  }));
  return html`
    <form class="group" onSubmit=${submit}>
      <h4>${t('account.become')}</h4>
      <p class="field-hint">${t('account.becomeHint', { nick: me.value?.nick ?? '' })}</p>
      <${Field} label=${t('signin.newPassword')} name="password" type="password" autocomplete="new-password" minlength="8" required hint=${t('signin.passwordHint')} error=${error} />
      ${server.value?.registration === 'invite' && html`<${Field} label=${t('signin.invitation')} name="invitation" autocomplete="off" required />`}
      <${Button} type="submit" kind="main" busy=${busy}>${t('signin.register')}<//>
    </form>`;
}

/** logOut ends the session of this browser, after asking a guest, who can't come back. */
async function logOut() {
  if (me.peek()?.guest && await confirm({ title: t('account.logOut'), text: t('account.guestLeaves'), confirm: t('account.logOut'), danger: true }) === null) return;
  try {
    await push.turnOff().catch(() => {}); // the server forgets it with the session
    await del('/session');
    close();
    await leave();
  } catch (problem) {
    trouble(problem);
  }
}
