// @ts-check
// What may stand over the room: the first word of the hash names it. Each is
// a module of its own, fetched when it is first wanted, whose default export is
// a component that gets the other words of the hash as "words".

import { html } from '../html.js';
import { over } from '../route.js';
import { Lazy } from './lazy.js';

/** @type {Record<string, import('./lazy.js').Load>} */
const overlays = {
  settings: () => import('./settings.js'),
  switch: () => import('./switcher.js'),
  shortcuts: () => import('./shortcuts.js'),
  browse: () => import('./directory.js'),
  room: () => import('./details.js'),
  person: () => import('./person.js'),
  admin: () => import('./admin.js'),
};

/** Overlay shows the one that the hash names, if there is one. */
export function Overlay() {
  const [name, ...words] = over.value;
  return Object.hasOwn(overlays, name ?? '') ? html`<${Lazy} load=${overlays[name]} words=${words} />` : null;
}
