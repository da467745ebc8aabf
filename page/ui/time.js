// @ts-check
// When something was said: the time of day, and all of it for who points at it.

import { html } from '../html.js';
import { clock, full, hands } from '../time.js';

/** Time shows a time of day, without AM or PM where that is clear. @param {{of: number, brief?: boolean, class?: string}} props */
export function Time({ of, brief, class: name }) {
  return html`<time class=${name} datetime=${new Date(of).toISOString()} onPointerEnter=${entitle}>${brief ? hands(of) : clock(of)}</time>`;
}

/** entitle tells the day, too: not before somebody may read it, as it takes long to write. @param {{currentTarget: HTMLTimeElement}} event */
function entitle({ currentTarget }) { currentTarget.title = full(Date.parse(currentTarget.dateTime)); }
