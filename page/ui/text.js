// @ts-check
// A message's text as nodes. Text becomes text nodes only: nothing that
// somebody wrote is ever read as markup.

import { html, useEffect, useState } from '../html.js';
import { copy, talk } from '../actions.js';
import { t } from '../i18n.js';
import { roomPath } from '../route.js';
import { me, sameName } from '../store.js';
import { emojiOnly, parse } from '../text.js';
import { Icon } from './icon.js';

/** @typedef {import('../text.js').Inline} Inline */
/** @typedef {import('../text.js').Block} Block */

/** Text shows what somebody wrote. @param {{text: string}} props */
export function Text({ text }) {
  if (emojiOnly(text)) return html`<p class="large-emoji">${text}</p>`;
  return parse(text).map(block);
}

/** @param {Block} node @returns {any} */
function block(node) {
  switch (node.type) {
    case 'paragraph': return html`<p>${node.children.map(inline)}</p>`;
    case 'quote': return html`<blockquote>${node.children.map(block)}</blockquote>`;
    case 'code': return html`<${Code} text=${node.text} language=${node.language} />`;
    case 'list': {
      const items = node.items.map((item) => html`<li>${item.map(inline)}</li>`);
      return node.start ? html`<ol class="written" start=${node.start}>${items}</ol>` : html`<ul class="written">${items}</ul>`;
    }
  }
}

/** @param {Inline} node @returns {any} */
function inline(node) {
  if (typeof node === 'string') return node;
  switch (node.type) {
    case 'break': return html`<br />`;
    case 'bold': return html`<strong>${node.children.map(inline)}</strong>`;
    case 'italic': return html`<em>${node.children.map(inline)}</em>`;
    case 'strike': return html`<s>${node.children.map(inline)}</s>`;
    case 'code': return html`<code class="written">${node.text}</code>`;
    case 'link': return html`<a href=${node.href} target="_blank" rel="noopener noreferrer nofollow" title=${node.children[0] === node.href ? undefined : node.href}>${node.children.map(inline)}</a>`;
    case 'room': return html`<a class="mention" href=${roomPath({ name: node.name })}>${node.name}</a>`;
    case 'mention': return html`<button type="button" class="mention ${sameName(node.nick, me.value?.nick ?? '') ? 'self' : ''}" onClick=${() => talk(node.nick)}>@${node.nick}</button>`;
  }
}

/** Code is a block of code with colours, and a button that copies it. @param {{text: string, language: string}} props */
function Code({ text, language }) {
  const [tokens, setTokens] = useState(/** @type {import('../highlight.js').Token[]} */ ([{ kind: '', text }]));
  useEffect(() => {
    setTokens([{ kind: '', text }]);
    if (language) import('../highlight.js').then(({ highlight }) => setTokens(highlight(text, language)), () => {}); // plain will do
  }, [text, language]);
  const [copied, setCopied] = useState(false);
  const take = async () => {
    await copy(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return html`
    <div class="code-block">
      <pre tabindex="0" aria-label=${t('message.code', { language: language || t('message.codePlain') })}><code>${tokens.map(({ kind, text }) => kind ? html`<span class="code-${kind}">${text}</span>` : text)}</code></pre>
      <button type="button" class="icon-button code-copy" aria-label=${copied ? t('message.copied') : t('message.copyCode')} title=${t('message.copyCode')} onClick=${take}><${Icon} name=${copied ? 'check' : 'copy'} /></button>
    </div>`;
}
