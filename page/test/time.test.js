import assert from 'node:assert/strict';
import test from 'node:test';
import { set } from '../settings.js';
import { clock, hands } from '../time.js';

/** speak has the browser be of a language. */
function speak(language) {
  Object.defineProperty(globalThis, 'navigator', { value: { language }, configurable: true });
}

test('the time of day is as the language writes it', () => {
  const cycles = { '': undefined, 12: 'h12', 24: 'h23' };
  for (const language of ['en', 'en-US', 'en-GB', 'pl', 'de', 'fr', 'fi', 'hi']) {
    for (const [setting, hourCycle] of Object.entries(cycles)) {
      set({ clock: setting });
      const want = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle });
      speak(language);
      for (let time = Date.UTC(2026, 5, 1, 0, 7); time < Date.UTC(2026, 5, 2); time += 3_600_000) {
        const text = want.format(time).replace(/\s/gu, ' '), brief = want.formatToParts(time).filter(({ type }) => type !== 'dayPeriod').map(({ value }) => value).join('').trim();
        assert.equal(clock(time).replace(/\s/gu, ' '), text, `${language} ${setting}`);
        assert.equal(hands(time), brief, `${language} ${setting}`);
      }
    }
  }
  set({ clock: '' });
});
