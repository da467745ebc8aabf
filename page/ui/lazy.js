// @ts-check
// Components in modules that are fetched when they are first wanted.

import { html, useEffect, useState } from '../html.js';
import { trouble } from './toast.js';

/** @typedef {() => Promise<{default: any}>} Load */

/** Lazy shows the default export of a module, with its other properties. @param {{load: Load, [more: string]: any}} props */
export function Lazy({ load, ...props }) {
  const [shown, show] = useState(/** @type {{load: Load, component: any} | null} */ (null));
  useEffect(() => {
    let wanted = true;
    load().then((module) => wanted && show({ load, component: module.default }), trouble);
    return () => { wanted = false; };
  }, [load]);
  return shown && shown.load === load ? html`<${shown.component} ...${props} />` : null;
}
