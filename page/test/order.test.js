import assert from 'node:assert/strict';
import test from 'node:test';
import { compare } from '../order.js';

const parts = ['', '-', '0', '9', '10', 'a', 'aa', 'z', 'ch', 'ij', 'tea-pot', 'teapot', 'tea', 'é', 'ż', 'Tea', '_', 'ß'];
const names = parts.flatMap((a) => parts.map((b) => `#${a}${b}`));

test('names are in the order of the language, whether plain or not', () => {
  for (const language of ['en-US', 'pl', 'de']) {
    const collator = new Intl.Collator(language);
    for (const a of names) for (const b of names) {
      assert.equal(Math.sign(compare(a, b, 'en-US')), Math.sign(new Intl.Collator('en-US').compare(a, b)), `${a} ${b}`);
      if (/^[#a-z0-9-]*$/.test(a + b)) assert.equal(compare(a, b, language), collator.compare(a, b), `${language}: ${a} ${b}`);
    }
  }
});
