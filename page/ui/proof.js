// @ts-check
// What changes how one is let in needs the password again, if one has logged in
// some time ago: whoever finds the page open is not its owner.

import { t } from '../i18n.js';
import { confirm } from './dialog.js';

/** @typedef {import('../api.js').Problem} Problem */

/**
 * prove asks the server for something, and again with the password if it wants
 * that, until it is the right one or somebody gives up. It rejects with a Problem.
 * @template T
 * @param {(proof: {password?: string}) => Promise<T>} ask sends the proof with the rest
 * @returns {Promise<T>}
 */
export async function prove(ask) {
  let proof = {};
  for (;;) {
    try {
      return await ask(proof);
    } catch (problem) {
      if (/** @type {Problem} */ (problem).code !== 'password') throw problem;
      const password = await confirm({ title: t('proof.title'), text: /** @type {Problem} */ (problem).message, confirm: t('proof.confirm'), ask: { label: t('signin.password'), type: 'password' } });
      if (password === null) throw problem;
      proof = { password };
    }
  }
}
