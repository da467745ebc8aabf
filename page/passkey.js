// @ts-check
// Passkeys (WebAuthn): the browser's part of making one and of coming in by one.

import { post } from './api.js';
import { decode, encode } from './base64.js';

/** Whether this browser knows passkeys, and the page came in a way that allows them. */
export const supported = 'PublicKeyCredential' in globalThis && globalThis.isSecureContext;

/** options reads what the server sends, for browsers that can't themselves. @param {any} json @returns {any} */
function options(json) {
  const read = { ...json, challenge: decode(json.challenge) };
  if (json.user) read.user = { ...json.user, id: decode(json.user.id) };
  for (const list of ['allowCredentials', 'excludeCredentials']) {
    if (json[list]) read[list] = json[list].map((/** @type {any} */ one) => ({ ...one, id: decode(one.id) }));
  }
  return read;
}

/** answer is the JSON of what the browser made. @param {any} credential */
function answer(credential) {
  const { response } = credential;
  /** @type {Record<string, unknown>} */
  const fields = { clientDataJSON: encode(response.clientDataJSON) };
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) fields[name] = encode(response[name]);
  }
  if (response.getTransports) fields.transports = response.getTransports();
  return { id: credential.id, rawId: encode(credential.rawId), type: credential.type, clientExtensionResults: {}, authenticatorAttachment: credential.authenticatorAttachment ?? undefined, response: fields };
}

/**
 * cancelled reports whether somebody thought better of it, or took too long.
 * @param {unknown} error
 */
export function cancelled(error) { return error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError'); }

/**
 * add makes a passkey on this device.
 * @param {string} name what its owner calls it
 * @param {<T>(work: () => Promise<T>) => Promise<T>} confirmed does what may take the password once more
 */
export async function add(name, confirmed) {
  const begun = await confirmed(() => post('/me/passkeys', {}));
  const credential = await navigator.credentials.create({ publicKey: options(begun.options) });
  await post('/me/passkeys/finish', { ceremony: begun.ceremony, name, response: answer(credential) });
}

/**
 * signIn comes in by a passkey that the device has; who it is of, it tells.
 * @returns {Promise<Api.Session>}
 */
export async function signIn() {
  const begun = await post('/session/passkey', {});
  const credential = await navigator.credentials.get({ publicKey: options(begun.options) });
  return post('/session/passkey/finish', { ceremony: begun.ceremony, response: answer(credential), cookie: true });
}
