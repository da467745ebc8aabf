// @ts-check
// What takes the password once more, since the login was a while ago.

import { Problem, post } from '../api.js';
import { t } from '../i18n.js';
import { confirm } from './dialog.js';

/**
 * confirmed does something, and if it takes the password once more asks for that
 * and does it then.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function confirmed(work) {
  try {
    return await work();
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.code !== 'password') throw problem;
  }
  const password = await confirm({
    title: t('account.confirmTitle'), text: t('account.confirmText'), confirm: t('account.confirmDo'), ask: { label: t('signin.password'), secret: true },
  });
  if (password === null) throw new Problem(403, 'password', t('account.confirmNot'));
  await post('/session/confirmation', { password });
  return work();
}
