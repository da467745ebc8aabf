// @ts-check
// The page starts here. It has no build step: what you read is what runs.
//
// The modules, from the ground up; each imports only what is above it:
//
//   vendor/       preact, its hooks, signals and htm, unchanged
//   html.js       templates, hooks and signals, as components import them
//   types.d.ts    the JSON of the server, for the type checker
//   api.js        requests and the problems they end in
//   live.js       the WebSocket: resume, retry, acks
//   settings.js   what is set for this browser
//   i18n.js       words by language, from words/
//   id.js         client ids; base64.js bytes in addresses
//   route.js      addresses: place (the path), over (the hash)
//   text.js       what people write, as a tree; highlight.js colours code
//   order.js      the order of names
//   timeline.js   what is known of a room's messages, in runs without gaps
//   rows.js       what a timeline shows, row by row; heights.js where each is
//   apply.js      what an event makes of a room
//   store.js      everything that is known, as signals
//   db.js, cache.js, outbox.js, drafts.js
//                 what survives the page: read offline, sent later
//   faces.js      pictures of people; people.js who is here
//   history.js    pages of what was said
//   opening.js    what the document came with, to begin with
//   sync.js       keeps the store as the server has it
//   preferences.js  what follows somebody to other browsers
//   notices.js    notifications; attention.js has the rules, push.js and
//                 offline.js the page's side of the service worker, sw.js
//   complete.js, emoji.js, slash.js
//                 what is typed: names, emoji, commands
//   actions.js    what people do
//   ui/           components; shell.js is the frame, overlays.js lists what
//                 lies over it (settings, search, ...), fetched when wanted
//   styles/       tokens.css first: colours, sizes, type
//   test/         tests of what needs no browser: node --test

import { html, render } from './html.js';
import { follow as followLanguage } from './i18n.js';
import { follow as followFaces } from './faces.js';
import { follow as followKeys } from './keys.js';
import { follow as followNotices } from './notices.js';
import { follow as followWorker } from './offline.js';
import { follow as followPreferences } from './preferences.js';
import { follow as followAddress } from './route.js';
import { follow as followSettings } from './settings.js';
import { hurry } from './actions.js';
import { begin } from './sync.js';
import { Shell, signIn } from './ui/shell.js';
import { trouble } from './ui/toast.js';

async function start() {
  followSettings();
  followAddress();
  const root = document.getElementById('page');
  if (!root) return;
  window.addEventListener('pagehide', hurry);
  const stranger = () => { signIn().catch(trouble); }; // will want that
  await Promise.all([followLanguage(), begin(stranger).catch(trouble)]);
  root.replaceChildren();
  render(html`<${Shell} />`, root);
  followFaces();
  followKeys();
  followNotices();
  followPreferences();
  followWorker();
}

start();
