// Notes what a script that was smuggled in would do, and what the policy stopped.
globalThis.caught = [];
for (const name of ['alert', 'confirm', 'prompt', 'print']) globalThis[name] = () => { caught.push(name); };
document.addEventListener('securitypolicyviolation', (event) => { caught.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`); });

globalThis.guard = (() => {
  // What the page makes of text, and nothing else; with the attributes that it gives.
  const allowed = {
    A: ['href', 'target', 'rel', 'title', 'class', 'download'], B: [], BLOCKQUOTE: [], BR: [], BUTTON: ['type', 'class', 'title', 'aria-label'], CODE: ['class'],
    DIV: ['class'], EM: [], LI: [], OL: ['class', 'start'], P: ['class'], PRE: ['tabindex', 'aria-label', 'role'], S: [], SPAN: ['class', 'title', 'aria-hidden'], STRONG: [], UL: ['class', 'aria-label'],
  };
  const icon = (element) => element.closest('svg.icon, svg[aria-hidden]');

  /** What stands in a text that the renderer does not make. */
  function foreign(root) {
    const wrong = [];
    for (const element of root.querySelectorAll('*')) {
      if (icon(element)) continue;
      const names = allowed[element.tagName];
      if (!names) wrong.push(element.outerHTML.slice(0, 120));
      else for (const { name } of element.attributes) if (!names.includes(name)) wrong.push(`${name} of ${element.outerHTML.slice(0, 120)}`);
      if (element.tagName === 'A' && !/^(https?|mailto):$/.test(element.protocol)) wrong.push(`leads to ${element.href}`);
    }
    return wrong;
  }

  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));

  /** Reads a room from its end to its beginning: the text of each message by its number. */
  async function readAll() {
    const scroller = document.getElementById('messages');
    const texts = {}, previews = {}, wrong = new Set();
    for (;;) {
      for (const message of scroller.querySelectorAll('.message[data-seq]')) {
        const text = message.querySelector('.message-text');
        if (!text) continue;
        texts[message.dataset.seq] = { text: text.textContent, made: Boolean(text.querySelector('a, pre, ol, .mention')) };
        for (const one of foreign(text)) wrong.add(one);
      }
      for (const preview of scroller.querySelectorAll('.preview-text')) {
        const [site, link, description] = preview.children;
        previews[link.href] = { url: link.href, site: site.textContent, title: link.textContent, description: description?.textContent ?? '' };
        for (const one of preview.querySelectorAll(':scope > * *, :scope > :not(.preview-site, a, p)')) wrong.add(one.outerHTML.slice(0, 120));
      }
      if (scroller.scrollTop === 0 && scroller.querySelector('.beginning')) return { texts, previews, wrong: [...wrong] };
      scroller.scrollTop = Math.max(0, scroller.scrollTop - scroller.clientHeight / 2);
      await frame();
    }
  }

  /** Sends each of the commands, several at once; tells what became of them. */
  async function sendAll(commands) {
    const answers = [];
    const one = async (command, i) => {
      const answer = await fetch('/api/v1/commands', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(command) });
      answers[i] = { status: answer.status, ...await answer.json().catch(() => ({})) };
    };
    await Promise.all(commands.map(one));
    return answers.map(({ status, seq, detail }) => ({ status, seq: seq ?? 0, detail: detail ?? '' }));
  }

  /** Uploads a small file under each name, and returns the ids of those that were taken. */
  async function uploadAll(names) {
    const ids = await Promise.all(names.map(async (name) => {
      const answer = await fetch('/api/v1/uploads?name=' + encodeURIComponent(name), { method: 'POST', body: name, headers: { 'Content-Type': 'text/html' } });
      return answer.ok ? (await answer.json()).id : '';
    }));
    return ids.filter(Boolean);
  }

  /** Whether what is behind all three links of each of these messages is known. */
  async function previewed(seqs) {
    const messages = await Promise.all(seqs.map((seq) => fetch('/api/v1/messages/' + seq).then((answer) => answer.json())));
    return messages.every((message) => message.previews?.length === 3);
  }

  return { foreign, previewed, readAll, sendAll, uploadAll };
})();
