// @ts-check
// Help: the keys, and the commands that begin with a slash.

import { html } from '../html.js';
import { t } from '../i18n.js';
import { keyName, shortcuts } from '../keys.js';
import { close } from '../route.js';
import { commands } from '../slash.js';
import { Dialog } from './dialog.js';

/** What the keys do where messages are read and written. */
const inRoom = /** @type {const} */ ([
  ['send', ['Enter']],
  ['line', ['Shift', 'Enter']],
  ['edit', ['↑']],
  ['messages', ['Tab', '↑ ↓']],
  ['ends', ['Home', 'End']],
  ['message', ['R', 'T', 'E', 'P', 'U', '+']],
  ['complete', ['@ # : /']],
]);

export default function Shortcuts() {
  return html`
    <${Dialog} title=${t('shortcuts.title')} size="wide" onClose=${close}>
      <div class="help-columns" tabindex="0">
        <div>
          <h3>${t('shortcuts.anywhere')}</h3>
          <${Keys} all=${shortcuts} />
          <h3>${t('shortcuts.room')}</h3>
          <${Keys} all=${inRoom} />
        </div>
        <div>
          <h3>${t('shortcuts.commands')}</h3>
          <dl class="help-commands">${Object.entries(commands).filter(([name]) => name !== 'shrug').map(([name, usage]) => html`
            <div key=${name}><dt><code>/${name} ${usage}</code></dt><dd>${t(/** @type {any} */ (`composer.command.${name}`))}</dd></div>`)}
          </dl>
        </div>
      </div>
    <//>`;
}

/** @param {{all: readonly (readonly [string, readonly string[]])[]}} props */
function Keys({ all }) {
  return html`<dl class="help-keys">${all.map(([name, keys]) => html`
    <div key=${name}><dt>${keys.map((key) => html`<kbd key=${key}>${keyName(key)}</kbd>`)}</dt><dd>${t(/** @type {any} */ (`shortcuts.${name}`))}</dd></div>`)}</dl>`;
}
