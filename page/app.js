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
//   route.js      addresses: place (the path), over (the hash)
//   timeline.js   what is known of a room's messages, in runs without gaps
//   store.js      everything that is known, as signals
//   sync.js       keeps the store as the server has it
//   ui/           components; shell.js is the frame, overlays.js lists what
//                 lies over it (settings, search, ...), fetched when wanted
//   styles/       tokens.css first: colours, sizes, type
//   test/         tests of what needs no browser: node --test

import { html, render } from './html.js';
import { follow as followLanguage } from './i18n.js';
import { follow as followAddress } from './route.js';
import { follow as followSettings } from './settings.js';
import { begin } from './sync.js';
import { Shell } from './ui/shell.js';
import { trouble } from './ui/toast.js';

async function start() {
  followSettings();
  followAddress();
  await followLanguage();
  const root = document.getElementById('page');
  if (!root) return;
  await begin().catch(trouble);
  root.replaceChildren();
  render(html`<${Shell} />`, root);
}

start();
