// @ts-check
// What people write, as a tree: the part of Markdown that chat needs. It never
// makes HTML; ui/text.js makes nodes of the tree, in which text is text. Any
// input is read in a time about proportional to its length.

/**
 * @typedef {string
 *   | {type: 'break'}
 *   | {type: 'bold' | 'italic' | 'strike', children: Inline[]}
 *   | {type: 'code', text: string}
 *   | {type: 'link', href: string, children: Inline[]}
 *   | {type: 'mention', nick: string}
 *   | {type: 'room', name: string}} Inline
 *
 * @typedef {{type: 'paragraph', children: Inline[]}
 *   | {type: 'code', language: string, text: string}
 *   | {type: 'quote', children: Block[]}
 *   | {type: 'list', start: number, items: Inline[][]}} Block start is 0 for one without numbers
 */

const deepest = 4; // quotes in quotes, and emphasis in emphasis

/**
 * parse reads a message.
 * @param {string} text
 * @returns {Block[]}
 */
export function parse(text) { return blocks(text.split('\n'), 0); }

const fence = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)\s*$/;
const quoted = /^ {0,3}> ?/;
const item = /^ {0,3}(?:[-*+]|(\d{1,9})[.)])\s+(?=\S)/;

/**
 * @param {string[]} lines
 * @param {number} depth
 * @returns {Block[]}
 */
function blocks(lines, depth) {
  /** @type {Block[]} */
  const found = [];
  /** @type {string[]} */
  let paragraph = [];
  const end = () => {
    if (paragraph.length) found.push({ type: 'paragraph', children: inline(paragraph.join('\n')) });
    paragraph = [];
  };
  for (let i = 0; i < lines.length;) {
    const reader = starting(lines[i], depth);
    if (reader) {
      end();
      i = reader(lines, i, found, depth);
    } else {
      if (lines[i].trim() === '') end();
      else paragraph.push(lines[i]);
      i++;
    }
  }
  end();
  return found;
}

/** starting returns what reads the block that begins with a line; null for a paragraph. @param {string} line @param {number} depth */
function starting(line, depth) {
  if (fence.test(line)) return readCode;
  if (quoted.test(line) && depth < deepest) return readQuote;
  if (item.test(line)) return readList;
  return null;
}

/** @param {string[]} lines @param {number} i @param {Block[]} found @returns {number} the index after the block */
function readCode(lines, i, found) {
  const [, mark, language] = /** @type {RegExpMatchArray} */ (lines[i].match(fence));
  const body = [];
  for (i++; i < lines.length; i++) {
    const end = lines[i].match(fence);
    if (end && end[1].startsWith(mark) && !end[2]) {
      i++;
      break;
    }
    body.push(lines[i]);
  }
  found.push({ type: 'code', language: language.toLowerCase(), text: body.join('\n') });
  return i;
}

/** @param {string[]} lines @param {number} i @param {Block[]} found @param {number} depth */
function readQuote(lines, i, found, depth) {
  const body = [];
  for (; i < lines.length && quoted.test(lines[i]); i++) body.push(lines[i].replace(quoted, ''));
  found.push({ type: 'quote', children: blocks(body, depth + 1) });
  return i;
}

/** @param {string[]} lines @param {number} i @param {Block[]} found */
function readList(lines, i, found) {
  const first = /** @type {RegExpMatchArray} */ (lines[i].match(item));
  const numbered = first[1] !== undefined;
  /** @type {string[]} */
  const items = [];
  for (; i < lines.length; i++) {
    const match = lines[i].match(item);
    if (match && (match[1] !== undefined) === numbered) items.push(lines[i].slice(match[0].length));
    else if (/^ {2,}\S/.test(lines[i]) && !match) items.push(items.pop() + '\n' + lines[i].trim()); // the item goes on
    else break;
  }
  found.push({ type: 'list', start: numbered ? Number(first[1]) : 0, items: items.map((text) => inline(text)) });
  return i;
}

const special = /\\[!-/:-@[-`{-~]|`+|\*\*|\*|__|_|~~|\[|<?https?:\/\/|@|#|\n/giy;
const next = /[\\`*_~[<hH@#\n]/g;
const nickname = /@([\p{L}\p{N}_][\p{L}\p{M}\p{N}\-_.']{0,31})/uy;
const roomname = /#([\p{L}\p{N}_][\p{L}\p{M}\p{N}\-_.]{0,62})/uy;
const address = /https?:\/\/[^\s<>"`]+/iy;
const word = /[\p{L}\p{N}_]/u;

const styles = /** @type {const} */ ({ '**': 'bold', __: 'bold', '*': 'italic', _: 'italic', '~~': 'strike' });

/**
 * inline reads the inside of a paragraph.
 * @param {string} text
 * @param {number} [depth]
 * @returns {Inline[]}
 */
export function inline(text, depth = 0) { return new Scanner(text, depth).run(); }

/** A Scanner reads a paragraph once from left to right. */
class Scanner {
  /** @param {string} text @param {number} depth */
  constructor(text, depth) {
    this.text = text;
    this.depth = depth;
    this.at = 0;
    this.plain = ''; // text before at that is not in found yet
    /** @type {Inline[]} */
    this.found = [];
    /** @type {Set<string>} marks that are known not to close any more */
    this.open = new Set();
  }

  run() {
    const { text } = this;
    while (this.at < text.length) {
      next.lastIndex = this.at;
      const stop = next.exec(text)?.index ?? text.length;
      this.plain += text.slice(this.at, stop);
      this.at = stop;
      if (stop < text.length) this.step();
    }
    this.push();
    return this.found;
  }

  /** push adds what was read. @param {Inline} [node] @param {number} [end] where it ends in the text */
  push(node, end) {
    if (this.plain) this.found.push(this.plain);
    this.plain = '';
    if (node) this.found.push(node);
    if (end !== undefined) this.at = end;
  }

  /** step reads what may be more than text at the position. */
  step() {
    special.lastIndex = this.at;
    const mark = special.exec(this.text)?.[0];
    if (mark === undefined || !this.read(mark)) this.literal(mark ?? this.text[this.at]);
  }

  /** @param {string} mark */
  literal(mark) {
    this.plain += mark;
    this.at += mark.length;
  }

  /** read reads one thing that begins with a mark, and tells whether it was one. @param {string} mark @returns {boolean} */
  read(mark) {
    if (mark === '\n') return this.push({ type: 'break' }, this.at + 1), true;
    if (mark[0] === '`') return this.code(mark);
    if (mark === '[') return this.link();
    if (mark === '@') return this.named(nickname, (nick) => ({ type: 'mention', nick }));
    if (mark === '#') return this.named(roomname, (name) => ({ type: 'room', name: '#' + name }));
    if (/^<?http/i.test(mark)) return this.address(mark[0] === '<');
    if (mark[0] === '\\') {
      this.plain += mark[1];
      this.at += 2;
      return true;
    }
    return this.styled(/** @type {keyof typeof styles} */ (mark));
  }

  /** @param {string} mark as many backquotes as close it */
  code(mark) {
    const end = this.close(mark, this.at + mark.length, (at) => this.text[at - 1] !== '`' && this.text[at + mark.length] !== '`');
    if (end < 0) return false;
    const text = this.text.slice(this.at + mark.length, end);
    this.push({ type: 'code', text: /^ .*\S.* $/s.test(text) ? text.slice(1, -1) : text }, end + mark.length);
    return true;
  }

  /** @param {keyof typeof styles} mark */
  styled(mark) {
    const { text, at, depth } = this;
    const inside = at + mark.length;
    const before = text[at - 1] ?? ' ', first = text[inside] ?? ' ';
    if (/\s/.test(first) || (mark !== '~~' && word.test(before)) || depth >= deepest) return false;
    const end = this.close(mark, inside + 1, (here) => closes(text, here, mark));
    if (end < 0) return false;
    this.push({ type: styles[mark], children: inline(text.slice(inside, end), depth + 1) }, end + mark.length);
    return true;
  }

  /**
   * close returns where a mark closes, or -1; it looks in vain only once for each.
   * @param {string} mark
   * @param {number} from
   * @param {(at: number) => boolean} fits
   */
  close(mark, from, fits) {
    if (this.open.has(mark)) return -1;
    for (let at = this.text.indexOf(mark, from); at >= 0; at = this.text.indexOf(mark, at + 1)) {
      if (fits(at)) return at;
    }
    this.open.add(mark);
    return -1;
  }

  /** link reads [text](address). */
  link() {
    const middle = this.close('](', this.at + 1, () => true);
    if (middle < 0 || this.depth >= deepest) return false;
    const inside = this.text.slice(this.at + 1, middle);
    if (inside === '' || inside.length > 1000 || inside.includes('[')) return false;
    address.lastIndex = middle + 2;
    const href = balanced(address.exec(this.text)?.[0] ?? '');
    const end = middle + 2 + href.length;
    if (!href || this.text[end] !== ')' || !safe(href)) return false;
    this.push({ type: 'link', href, children: inline(inside, deepest) }, end + 1);
    return true;
  }

  /** address reads a link without any mark, or between < and >. @param {boolean} bracketed */
  address(bracketed) {
    if (!bracketed && word.test(this.text[this.at - 1] ?? ' ')) return false;
    address.lastIndex = this.at + (bracketed ? 1 : 0);
    const whole = address.exec(this.text)?.[0];
    if (!whole || (bracketed && this.text[address.lastIndex] !== '>')) return false;
    const href = bracketed ? whole : trimmed(whole);
    if (!safe(href)) return false;
    this.push({ type: 'link', href, children: [href] }, this.at + href.length + (bracketed ? 2 : 0));
    return true;
  }

  /** named reads @nick or #room. @param {RegExp} pattern @param {(name: string) => Inline} make */
  named(pattern, make) {
    if (word.test(this.text[this.at - 1] ?? ' ')) return false;
    pattern.lastIndex = this.at;
    const name = pattern.exec(this.text)?.[1].replace(/[.'-]+$/, '');
    if (!name || /^\p{N}+$/u.test(name)) return false;
    this.push(make(name), this.at + 1 + name.length);
    return true;
  }
}

/** closes reports whether a mark can end emphasis where it stands. @param {string} text @param {number} at @param {string} mark */
function closes(text, at, mark) {
  const after = text[at + mark.length] ?? ' ';
  if (/\s/.test(text[at - 1])) return false;
  if (after === mark[0] || (mark.length === 1 && text[at - 1] === mark)) return false; // part of a longer one
  return mark === '~~' || !word.test(after);
}

/** trimmed leaves out what belongs to the sentence around an address. @param {string} href */
function trimmed(href) { return balanced(href).replace(/[.,:;!?'"*_~]+$/, ''); }

/** balanced cuts an address before a bracket that nothing in it opens. @param {string} href */
function balanced(href) {
  let depth = 0;
  for (let i = 0; i < href.length; i++) {
    if (href[i] === '(') depth++;
    if (href[i] === ')' && --depth < 0) return href.slice(0, i);
  }
  return href;
}

/** safe reports whether an address is one of the web that a browser understands. @param {string} href */
function safe(href) {
  try {
    return /^https?:$/.test(new URL(href).protocol);
  } catch {
    return false;
  }
}

const written = /^[\0-\x7f]*$|[a-z\u00c0-\u024f]/i; // each emoji has a character beyond ASCII, and none has a letter of these

/** An emoji of one picture, and of any kind. \p{RGI_Emoji} tells exactly which there are, but takes the browser tens of milliseconds. */
const picture = '(?:\\p{Emoji_Modifier_Base}\\p{Emoji_Modifier}|\\p{Emoji_Presentation}|\\p{Extended_Pictographic}\\ufe0f)';
const emoji = `(?:\\p{RI}{2}|[0-9#*]\\ufe0f\\u20e3|\\u{1f3f4}[\\u{e0061}-\\u{e007a}]+\\u{e007f}|${picture}(?:\\u200d${picture})*)`;
const onlyEmoji = new RegExp(`^(?:${emoji}\\s?){1,6}$`, 'u');

/** emojiOnly reports whether a message is nothing but a few emoji. @param {string} text */
export function emojiOnly(text) {
  if (text.length >= 100 || written.test(text)) return false;
  return onlyEmoji.test(text.trim());
}

/**
 * mentions reports whether a text names somebody: @nick as a word of its own,
 * or the nick at the start, as people on IRC do.
 * @param {string} text
 * @param {string} nick
 */
export function mentions(text, nick) {
  if (!nick) return false;
  const name = nick.toLowerCase();
  const lower = text.toLowerCase();
  if (lower.startsWith(name) && /^[:,]/.test(lower.slice(name.length))) return true;
  for (let at = lower.indexOf('@'); at >= 0; at = lower.indexOf('@', at + 1)) {
    if (!lower.startsWith(name, at + 1) || word.test(lower[at - 1] ?? ' ')) continue;
    if (/^(?:[.'-]*(?:[^\p{L}\p{M}\p{N}\-_.']|$))/u.test(lower.slice(at + 1 + name.length))) return true;
  }
  return false;
}

/** summary returns a message as one short line, without its marks. @param {string} text @param {number} [most] characters */
export function summary(text, most = 120) {
  const line = text.replace(/```[\w+#.-]*/g, ' ').replace(/^\s*>\s?/gm, '').replace(/[`*~]{1,3}/g, '').replace(/\s+/g, ' ').trim();
  return line.length > most ? line.slice(0, most).trimEnd() + '…' : line;
}
