// @ts-check
// A dialog of several sections, which the hash names: "#settings/look".

import { html } from '../html.js';
import { close } from '../route.js';
import { Dialog } from './dialog.js';
import { Icon } from './icon.js';

/** @typedef {{label: string, icon: import('./icon.js').IconName, component: any}} Section */

/**
 * @param {{title: string, base: string, sections: Record<string, Section>, words: string[]}} props
 *   base: the first word of the hash
 */
export function Sections({ title, base, sections, words }) {
  const name = words[0] in sections ? words[0] : Object.keys(sections)[0];
  const shown = sections[name];
  return html`
    <${Dialog} title=${title} size="full" onClose=${close}>
      <div class="sections">
        <nav class="sections-nav" aria-label=${title}>
          ${Object.entries(sections).map(([key, section]) => html`
            <a key=${key} href="#${base}/${key}" class="section-link" aria-current=${key === name ? 'page' : undefined} ref=${key === name ? reveal : undefined}><${Icon} name=${section.icon} /><span>${section.label}</span></a>`)}
        </nav>
        <section class="section" aria-labelledby="section-title" tabindex="-1">
          <h3 id="section-title">${shown.label}</h3>
          <${shown.component} key=${name} words=${words.slice(1)} />
        </section>
      </div>
    <//>`;
}

/** reveal scrolls to the link of the section that is shown, once the dialog is. @param {HTMLElement | null} link */
function reveal(link) { requestAnimationFrame(() => link?.scrollIntoView({ block: 'nearest', inline: 'center' })); }
