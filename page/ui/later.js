// @ts-check
// Components that are fetched when they are first shown: what most visits don't
// need does not make them wait.

import { html, useEffect, useState } from '../html.js';
import { trouble } from './toast.js';

/**
 * later makes a component of a module's default export.
 * @param {() => Promise<{default: any}>} load
 * @returns {(props: Record<string, unknown>) => any}
 */
export function later(load) {
  /** @type {any} */
  let component = null;
  return function Later(props) {
    const [, ready] = useState(false);
    useEffect(() => {
      if (component) return;
      load().then((module) => {
        component = module.default;
        ready(true);
      }, trouble);
    }, []);
    return component ? html`<${component} ...${props} />` : null;
  };
}
