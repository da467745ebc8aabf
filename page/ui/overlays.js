// @ts-check
// What may stand over the room: the first word of the hash names it. Each is the
// default export of a module of its own, and gets the other words of the hash as
// "words".

import { html } from '../html.js';
import { over } from '../route.js';
import { later } from './later.js';

/** @type {Record<string, any>} */
const overlays = {
  settings: later(() => import('./settings.js')),
  switch: later(() => import('./switcher.js')),
  shortcuts: later(() => import('./shortcuts.js')),
  browse: later(() => import('./directory.js')),
  room: later(() => import('./details.js')),
  person: later(() => import('./person.js')),
  admin: later(() => import('./admin.js')),
};

/** Overlay shows the one that the hash names, if there is one. */
export function Overlay() {
  const [name, ...words] = over.value;
  return Object.hasOwn(overlays, name ?? '') ? html`<${overlays[name]} key=${name} words=${words} />` : null;
}
