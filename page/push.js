// @ts-check
// Web Push: messages that come while no page is open, on this device.

import { del, put } from './api.js';
import { encode } from './base64.js';
import { server } from './store.js';

/**
 * What there is to say of push on this device.
 * @typedef {'on' | 'off' | 'denied' | 'unsupported' | 'insecure' | 'unoffered'} State
 */

/** state tells whether messages are pushed here, or why they can't be. @returns {Promise<State>} */
export async function state() {
  if (!globalThis.isSecureContext) return 'insecure';
  if (!('serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis)) return 'unsupported';
  if (!server.peek()?.push) return 'unoffered';
  if (Notification.permission === 'denied') return 'denied';
  const registration = await navigator.serviceWorker.getRegistration('/');
  return await registration?.pushManager.getSubscription() ? 'on' : 'off';
}

/** turnOn asks for permission and subscribes. It has to follow a click. @returns {Promise<State>} */
export async function turnOn() {
  if (await Notification.requestPermission() !== 'granted') return state();
  const registration = await navigator.serviceWorker.ready;
  const key = server.peek()?.push?.key;
  const old = await registration.pushManager.getSubscription();
  if (old && !sameKey(old, key)) await old.unsubscribe(); // of a server that was set up anew
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  try {
    const { endpoint, keys } = subscription.toJSON();
    await put('/push/subscription', { endpoint, keys });
  } catch (problem) {
    await subscription.unsubscribe();
    throw problem;
  }
  return state();
}

/** @param {PushSubscription} subscription @param {string | undefined} key base64url */
function sameKey(subscription, key) {
  return encode(subscription.options.applicationServerKey ?? new ArrayBuffer(0)) === key?.replace(/=+$/, '');
}

/** turnOff ends the subscription, here and on the server. @returns {Promise<State>} */
export async function turnOff() {
  const registration = await navigator.serviceWorker.getRegistration('/');
  const subscription = await registration?.pushManager.getSubscription();
  if (subscription) {
    await subscription.unsubscribe();
    await del('/push/subscription', { endpoint: subscription.endpoint });
  }
  return state();
}
