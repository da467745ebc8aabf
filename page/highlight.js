// @ts-check
// Colours for code: comments, strings, numbers and keywords of common
// languages, by one pass over the text. It is a help for the eye, no parser.

/** @typedef {{kind: '' | 'comment' | 'string' | 'number' | 'keyword' | 'added' | 'removed', text: string}} Token */

/** @param {string} words */
const set = (words) => new Set(words.split(' '));

const script = set('async await break case catch class const continue debugger default delete do else enum export extends false finally for from function get if implements import in instanceof interface let new null of return set static super switch this throw true try type typeof undefined var void while with yield');
const go = set('break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var nil true false iota any error string bool int int64 uint64 byte rune float64');
const python = set('and as assert async await break class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return self True try while with yield');
const rust = set('as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while');
const c = set('auto bool break case catch char class const constexpr continue default delete do double else enum explicit extern false final float for goto if inline int long namespace new null nullptr operator override package private protected public return short signed sizeof static struct super switch template this throw true try typedef typename union unsigned using virtual void volatile while import extends implements interface var val fun when foreach string');
const shell = set('if then else elif fi for while until do done case esac function in return exit local export readonly set unset echo cd source alias sudo true false');
const sql = set('select from where and or not null insert into values update set delete create table index view primary key foreign references join left right inner outer full on group by order having limit offset as distinct union all case when then else end in is like between exists drop alter add column default begin commit rollback with returning');
const json = set('true false null');
const style = set('important media import supports keyframes font-face layer container');
const ruby = set('alias and begin break case class def do else elsif end ensure false for if in module next nil not or redo rescue retry return self super then true undef unless until when while yield require puts local function repeat');

const slashes = '\\/\\/[^\\n]*|\\/\\*[\\s\\S]*?(?:\\*\\/|$)', hash = '#[^\\n]*', dashes = '--[^\\n]*';

/** @type {[string[], Set<string>, string][]} names, keywords, what a comment is */
const families = [
  [['js', 'javascript', 'jsx', 'mjs', 'ts', 'typescript', 'tsx'], script, slashes],
  [['go', 'golang'], go, slashes],
  [['py', 'python'], python, hash],
  [['rs', 'rust'], rust, slashes],
  [['c', 'h', 'cpp', 'c++', 'cc', 'cs', 'c#', 'csharp', 'java', 'kotlin', 'kt', 'swift', 'php', 'dart', 'scala'], c, slashes],
  [['sh', 'bash', 'zsh', 'shell', 'console', 'fish', 'dockerfile', 'makefile', 'make'], shell, hash],
  [['sql', 'sqlite', 'postgres'], sql, dashes],
  [['json', 'json5', 'jsonc'], json, slashes],
  [['yaml', 'yml', 'toml', 'ini', 'conf'], json, hash],
  [['css', 'scss'], style, '\\/\\*[\\s\\S]*?(?:\\*\\/|$)'],
  [['html', 'xml', 'svg'], new Set(), '<!--[\\s\\S]*?(?:-->|$)'],
  [['rb', 'ruby', 'lua', 'elixir', 'ex'], ruby, hash + '|' + dashes],
];

const rest = '("(?:\\\\.|[^"\\\\\\n])*"?|\'(?:\\\\.|[^\'\\\\\\n])*\'?|`(?:\\\\.|[^`\\\\])*`?)|(\\b\\d[\\w.]*)|([A-Za-z_$][\\w$-]*)';

/**
 * highlight cuts code into tokens; their texts together are the code.
 * @param {string} code
 * @param {string} language as it stands after the fence
 * @returns {Token[]}
 */
export function highlight(code, language) {
  if (language === 'diff' || language === 'patch') return diff(code);
  const family = families.find(([names]) => names.includes(language));
  if (!family || code.length > 50_000) return [{ kind: '', text: code }];
  const [, keywords, comment] = family;
  const folds = keywords === sql;
  const pattern = new RegExp(`(${comment})|${rest}`, 'g');
  /** @type {Token[]} */
  const tokens = [];
  let end = 0;
  for (const match of code.matchAll(pattern)) {
    const kind = match[1] ? 'comment' : match[2] ? 'string' : match[3] ? 'number' : keywords.has(folds ? match[4].toLowerCase() : match[4]) ? 'keyword' : '';
    if (!kind) continue;
    if (match.index > end) tokens.push({ kind: '', text: code.slice(end, match.index) });
    tokens.push({ kind, text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < code.length) tokens.push({ kind: '', text: code.slice(end) });
  return tokens;
}

/** @param {string} code @returns {Token[]} */
function diff(code) {
  return code.split(/(?<=\n)/).map((line) => ({
    kind: /^\+(?!\+\+)/.test(line) ? 'added' : /^-(?!--)/.test(line) ? 'removed' : /^(?:@@|diff|index|\+\+\+|---)/.test(line) ? 'comment' : '',
    text: line,
  }));
}
