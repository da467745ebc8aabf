import assert from 'node:assert/strict';
import test from 'node:test';
import { emojiOnly, mentions, parse, summary } from '../text.js';
import { spent } from './spent.js';

/** A tree as a short text, so that a table can be read. */
const show = (node) => {
  if (typeof node === 'string') return node;
  if (Array.isArray(node)) return node.map(show).join('');
  const inside = show(node.children ?? []);
  switch (node.type) {
    case 'paragraph': return `P(${inside})`;
    case 'quote': return `Q(${inside})`;
    case 'code': return node.language === undefined ? `c(${node.text})` : `C(${node.language}|${node.text})`;
    case 'list': return `L${node.start || ''}(${node.items.map(show).join('|')})`;
    case 'break': return '/';
    case 'link': return inside === node.href ? `a(${inside})` : `a(${inside}→${node.href})`;
    case 'mention': return `@(${node.nick})`;
    case 'room': return `#(${node.name})`;
    default: return `${node.type[0]}(${inside})`;
  }
};

test('what is written becomes what is meant', () => {
  for (const [text, want] of [
    ['plain', 'P(plain)'],
    ['two\nlines', 'P(two/lines)'],
    ['one\n\ntwo', 'P(one)P(two)'],
    ['**bold** and *italic* and ~~gone~~', 'P(b(bold) and i(italic) and s(gone))'],
    ['_so_ __too__', 'P(i(so) b(too))'],
    ['**bold *and italic***', 'P(b(bold i(and italic)))'],
    ['snake_case_name and 2*3*4', 'P(snake_case_name and 2*3*4)'],
    ['a * b * c', 'P(a * b * c)'],
    ['**open', 'P(**open)'],
    ['\\*not\\* \\\\', 'P(*not* \\)'],
    ['`co*d*e` ``a`b``', 'P(c(co*d*e) c(a`b))'],
    ['`open', 'P(`open)'],
    ['see https://a.example/x_(y), ok', 'P(see a(https://a.example/x_(y)), ok)'],
    ['(https://a.example/)', 'P((a(https://a.example/)))'],
    ['<https://a.example/.>', 'P(a(https://a.example/.))'],
    ['[here](https://a.example/)', 'P(a(here→https://a.example/))'],
    ['[x](javascript:alert(1))', 'P([x](javascript:alert(1)))'],
    ['[x](data:text/html,x)', 'P([x](data:text/html,x))'],
    ['https://', 'P(https://)'],
    ['xhttps://a.example', 'P(xhttps://a.example)'],
    ['@ola, @jan-k. mail@host.example', 'P(@(ola), @(jan-k). mail@host.example)'],
    ['@42 #7 #tea a#b #a/b', 'P(@42 #7 #(#tea) a#b #(#a)/b)'],
    ['> said\n> twice\nanswer', 'Q(P(said/twice))P(answer)'],
    ['> > deep', 'Q(Q(P(deep)))'],
    ['- a\n- b\n  more', 'L(a|b/more)'],
    ['3. c\n4. d', 'L3(c|d)'],
    ['-no list', 'P(-no list)'],
    ['```go\nx := `1`\n```\nafter', 'C(go|x := `1`)P(after)'],
    ['```\nopen', 'C(|open)'],
    ['````\n```\n````', 'C(|```)'],
    ['text\n```\ncode\n```', 'P(text)C(|code)'],
    ['<b>x</b> &amp;', 'P(<b>x</b> &amp;)'],
    ['', ''],
  ]) assert.equal(show(parse(text)), want, JSON.stringify(text));
});

test('no text is lost or made up, whatever it is', () => {
  const parts = ['*', '**', '_', '~~', '`', '```', '[', '](', ')', 'https://a.b/', '@a', '#b', '\n', '\n\n', '> ', '- ', '1. ', ' ', 'x', '\\', '<', '>'];
  let seed = 1;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
  const letters = (node) => typeof node === 'string' ? node : Array.isArray(node) ? node.map(letters).join('') : node.type === 'mention' ? node.nick : node.type === 'room' ? node.name : (node.text ?? '') + (node.language ?? '') + letters(node.children ?? node.items ?? []);
  for (let i = 0; i < 5000; i++) {
    const text = Array.from({ length: 1 + random(14) }, () => parts[random(parts.length)]).join('');
    const found = letters(parse(text));
    assert.equal((found.match(/x/g) ?? []).length, (text.match(/x/g) ?? []).length, JSON.stringify(text));
  }
});

test('a hostile text takes no longer than another', () => {
  for (const part of ['**a ', '*a ', '`a', '``a` ', '[a', '[a](', '_a*b~~', '> ', '@', 'https://(', '~~', '***', '<https://', '- \n', '](', '\\', '[[']) {
    const text = part.repeat(32_768 / part.length);
    const start = spent();
    parse(text);
    assert.ok(spent() - start < 20000, `${part}: ${spent() - start} ms`);
  }
});

test('a few emoji alone are shown large', () => {
  for (const [text, want] of [['🎉', true], ['👍🏽 ❤️', true], ['👩‍💻', true], ['🇵🇱', true], ['1', false], ['#', false], ['🎉 yes', false], ['🎉🎉🎉🎉🎉🎉🎉', false], ['', false], ['1️⃣', true], ['🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏳️‍🌈', true], ['❤', false], ['©', false], ['🧑🏻‍❤️‍💋‍🧑🏼', true], ['1234', false], ['…', false]]) {
    assert.equal(emojiOnly(text), want, text);
  }
});

test('a mention is the nick as a word', () => {
  for (const [text, nick, want] of [
    ['hey @Ola!', 'ola', true], ['@ola: hi', 'Ola', true], ['ola: hi', 'ola', true], ['@olaf', 'ola', false], ['x@ola', 'ola', false],
    ['ola said', 'ola', false], ['(@ola)', 'ola', true], ['@ola.', 'ola', true], ['@ola.k', 'ola', false], ['@ola.k', 'ola.k', true], ['', 'ola', false], ['@', '', false],
  ]) assert.equal(mentions(text, nick), want, `${text} ${nick}`);
});

test('a summary is one line', () => {
  assert.equal(summary('> a **b**\n\n```go\nx\n```'), 'a b x');
  assert.equal(summary('long '.repeat(50), 12), 'long long lo…');
});
