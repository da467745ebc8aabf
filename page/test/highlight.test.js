import assert from 'node:assert/strict';
import test from 'node:test';
import { highlight } from '../highlight.js';
import { spent } from './spent.js';

const kinds = (code, language) => highlight(code, language).filter(({ kind }) => kind).map(({ kind, text }) => `${kind}:${text}`);

test('comments, strings, numbers and keywords are found', () => {
  assert.deepEqual(kinds('if x == 42 { return "a\\"b" } // if', 'go'), ['keyword:if', 'number:42', 'keyword:return', 'string:"a\\"b"', 'comment:// if']);
  assert.deepEqual(kinds("def f(): # no\n  return 'x'", 'python'), ['keyword:def', 'comment:# no', 'keyword:return', "string:'x'"]);
  assert.deepEqual(kinds('SELECT 1 -- one', 'sql'), ['keyword:SELECT', 'number:1', 'comment:-- one']);
  assert.deepEqual(kinds('+new\n-old\n same', 'diff'), ['added:+new\n', 'removed:-old\n']);
  assert.deepEqual(kinds('if', 'nosuch'), []);
});

test('the tokens together are the code, whatever it is, and soon', () => {
  for (const code of ['"open', "'", '/* open', '`', '\\', '"'.repeat(20_001), '/*'.repeat(10_000), 'a'.repeat(40_000), '\n\n', '']) {
    for (const language of ['go', 'js', 'html', 'diff', 'sql', '']) {
      const start = spent();
      assert.equal(highlight(code, language).map(({ text }) => text).join(''), code);
      assert.ok(spent() - start < 2000);
    }
  }
});
