// @ts-check
// The service worker, from the page's side: sw.js is the other.

import { go } from './route.js';

const address = '/sw.js';
const later = 3000; // milliseconds after which it is installed: it fetches the whole page, and that is not to be beside what somebody waits for

/** follow installs the worker, where the browser lets it, and goes where its notifications lead. */
export function follow() {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    if (typeof data?.go === 'string' && data.go.startsWith('/') && !data.go.startsWith('//')) go(data.go);
  });
  setTimeout(install, later);
}

function install() {
  navigator.serviceWorker.register(trusted(address), { updateViaCache: 'none' }).catch(() => {}); // without TLS there is none
}

/**
 * trusted makes the address of the worker one that the Content-Security-Policy
 * lets through: the policy of this name makes no other.
 * @param {string} url
 * @returns {any}
 */
function trusted(url) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  return types ? types.createPolicy('hubbub', { createScriptURL: (/** @type {string} */ wanted) => wanted === address ? wanted : '' }).createScriptURL(url) : url;
}
