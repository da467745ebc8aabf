// @ts-check
// What may stand over the room: the first word of the hash names it. Each is
// a module of its own, fetched when it is first wanted, whose default export is
// a component that gets the other words of the hash as "words".

import { html, useEffect, useState } from '../html.js';
import { over } from '../route.js';
import { trouble } from './toast.js';

/** @type {Record<string, () => Promise<{default: any}>>} */
const overlays = {};

/** Overlay shows the one that the hash names, if there is one. */
export function Overlay() {
  const [name, ...words] = over.value;
  const [shown, show] = useState(/** @type {{name: string, component: any} | null} */ (null));
  useEffect(() => {
    let wanted = true;
    if (name in overlays) overlays[name]().then((module) => wanted && show({ name, component: module.default }), trouble);
    return () => { wanted = false; };
  }, [name]);
  return shown && shown.name === name ? html`<${shown.component} words=${words} />` : null;
}
