// @ts-check
// Settings: how the page looks and behaves, what one is told of, and the account.

import { html } from '../html.js';
import { language, languages, t } from '../i18n.js';
import { change } from '../preferences.js';
import { set, settings } from '../settings.js';
import { me } from '../store.js';
import { Account } from './account.js';
import { Select, Switch } from './field.js';
import { Notifications } from './notifications.js';
import { Sections } from './sections.js';
import { Security } from './security.js';
import { Programs } from './programs.js';

/** @param {{words: string[]}} props */
export default function Settings({ words }) {
  const member = me.value && !me.value.guest;
  const sections = {
    account: { label: t('settings.account'), icon: 'person', component: Account },
    look: { label: t('settings.look'), icon: 'look', component: Look },
    notifications: { label: t('settings.notifications'), icon: 'bell', component: Notifications },
    ...member && {
      security: { label: t('settings.security'), icon: 'lock', component: Security },
      programs: { label: t('settings.programs'), icon: 'key', component: Programs },
    },
  };
  return html`<${Sections} title=${t('nav.settings')} base="settings" sections=${sections} words=${words} />`;
}

function Look() {
  const now = settings.value;
  return html`
    <${Select} label=${t('settings.theme')} value=${now.theme} options=${{ system: t('settings.themeSystem'), light: t('settings.themeLight'), dark: t('settings.themeDark') }}
      onChange=${(/** @type {any} */ theme) => change({ theme })} />
    <${Select} label=${t('settings.density')} value=${now.density} options=${{ roomy: t('settings.densityRoomy'), compact: t('settings.densityCompact') }}
      onChange=${(/** @type {any} */ density) => change({ density })} />
    <${Select} label=${t('settings.language')} value=${now.language} options=${{ '': t('settings.languageBrowser'), ...languages }}
      onChange=${(/** @type {string} */ tag) => change({ language: tag })} />
    <${Select} label=${t('settings.clock')} value=${now.clock} options=${{ '': t('settings.clockBrowser'), 24: sample('h23'), 12: sample('h12') }}
      onChange=${(/** @type {any} */ clock) => change({ clock })} />
    <${Switch} label=${t('settings.enterSends')} hint=${t('settings.enterSendsHint')} checked=${now.enterSends} onChange=${(/** @type {boolean} */ enterSends) => change({ enterSends })} />
    <${Switch} label=${t('settings.comings')} checked=${now.comings} onChange=${(/** @type {boolean} */ comings) => change({ comings })} />
    <${Switch} label=${t('settings.sound')} hint=${t('settings.soundHint')} checked=${now.sound} onChange=${(/** @type {boolean} */ sound) => set({ sound })} />`;
}

/** sample shows a time of day as a clock would. @param {'h12' | 'h23'} hourCycle */
function sample(hourCycle) {
  return new Intl.DateTimeFormat(language.value, { hour: 'numeric', minute: '2-digit', hourCycle }).format(new Date(2026, 0, 1, 14, 5));
}
