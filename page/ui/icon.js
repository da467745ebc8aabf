// @ts-check
// Icons: lines on a grid of 24, drawn for this page.

import { html } from '../html.js';

const paths = {
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6L6 18',
  search: 'M11 4a7 7 0 1 0 0 14a7 7 0 1 0 0-14zM16.2 16.2L21 21',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5',
  people: 'M9 11a3.5 3.5 0 1 0 0-7a3.5 3.5 0 1 0 0 7zM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.4c2.1.8 3.5 2.8 3.5 5.6',
  plus: 'M12 5v14M5 12h14',
  send: 'M5 12h13M12.5 5.5L19 12l-6.5 6.5',
  attach: 'M19.5 11.5l-7.8 7.8a5 5 0 0 1-7-7l8.3-8.4a3.3 3.3 0 0 1 4.7 4.7l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.3l7.3-7.4',
  smile: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM8.5 14.5c.8 1.3 2 2 3.5 2s2.7-.7 3.5-2M9 9.5v.2M15 9.5v.2',
  reply: 'M10 6L4 12l6 6M4.5 12H14c3.5 0 6 2 6 6',
  thread: 'M4 5h16v11h-9l-4 4v-4H4zM8 9h8M8 12.5h5',
  edit: 'M4 20l1-4L16.5 4.5a2.1 2.1 0 0 1 3 3L8 19z',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.5 11v5M13.5 11v5',
  pin: 'M9 4h6l-.8 6l3.3 3.5H6.5L9.8 10zM12 13.5V21',
  link: 'M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12.5 5.8M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.1-1.1',
  flag: 'M6 21V4M6 5c4-2.5 7 2 12 0v8.5c-5 2-8-2.5-12 0',
  more: 'M5 11.4a.6.6 0 1 0 0 1.2a.6.6 0 1 0 0-1.2zM12 11.4a.6.6 0 1 0 0 1.2a.6.6 0 1 0 0-1.2zM19 11.4a.6.6 0 1 0 0 1.2a.6.6 0 1 0 0-1.2z',
  unread: 'M4 6h11M4 12h16M4 18h16M19.5 6a1.5 1.5 0 1 0 .01 0z',
  down: 'M12 5v14M6 13l6 6l6-6',
  chevron: 'M9 6l6 6l-6 6',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  hash: 'M10 4L8 20M16 4l-2 16M4.5 9h16M3.5 15h16',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warning: 'M12 4L2.5 20h19zM12 10v4.5M12 17.3v.1',
  clock: 'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18zM12 7.5V12l3 2',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 21h4',
  key: 'M15 4a5 5 0 1 0 0 10a5 5 0 1 0 0-10zM11.4 12.6L4 20h3v-2h2v-2h2M15.5 8.4v.2',
  person: 'M12 12a4 4 0 1 0 0-8a4 4 0 1 0 0 8zM4.5 20c0-3.8 3.3-6 7.5-6s7.5 2.2 7.5 6',
  look: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 1 1 0 18',
  shield: 'M12 3l7.5 3v5.5c0 4.5-3 7.8-7.5 9.5c-4.5-1.7-7.5-5-7.5-9.5V6z',
};

/** @typedef {keyof typeof paths} IconName */

/** Icon is decoration: what it means is said beside it, or by aria-label. @param {{name: IconName}} props */
export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false"><path d=${paths[name]} /></svg>`;
}
