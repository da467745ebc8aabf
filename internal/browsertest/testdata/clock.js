// Notes what becomes of numbered messages on their way from one window to another:
// when Enter was pressed, the frame left, its answer and the other's frame came, the
// text was in the document, and the picture of it was made. Times are milliseconds
// since 1970, so that those of two windows can be compared.
globalThis.clock = (() => {
  const now = () => performance.timeOrigin + performance.now();
  const numbered = (/** @type {string} */ text) => /timed (\d+)/.exec(text)?.[1];
  const times = { entered: {}, sent: {}, acked: {}, came: {}, there: {}, painted: {} };
  const note = (/** @type {string} */ what, /** @type {string | undefined} */ number) => {
    if (!number || times[what][number]) return false;
    times[what][number] = now();
    return true;
  };

  const Plain = globalThis.WebSocket;
  const asked = new Map(); // numbers of messages by their client id
  globalThis.WebSocket = class extends Plain {
    constructor(...all) {
      super(...all);
      this.addEventListener('message', ({ data }) => {
        const number = numbered(data);
        if (number) return note('came', number);
        const id = /"type":"ack".*"id":"([^"]+)"|"id":"([^"]+)".*"type":"ack"/.exec(data);
        if (id) note('acked', asked.get(id[1] ?? id[2]));
      });
    }
    send(data) {
      const number = numbered(data);
      if (note('sent', number)) asked.set(JSON.parse(data).id, number);
      super.send(data);
    }
  };

  /** Resolves once what is in the document now has been painted: after the next frame. */
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(undefined);
    port2.postMessage(0);
  }));

  /** Watches the list of messages, of which those that are not pending count. */
  function watch() {
    const look = (changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) {
          if (!(node instanceof Element) || !node.closest('#messages') || node.matches('.pending') || node.querySelector('.pending')) continue;
          const number = numbered(node.textContent ?? '');
          if (note('there', number)) painted().then(() => note('painted', number));
        }
      }
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true });
  }

  const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  /** Says numbered messages as by the keyboard, one each so many milliseconds, at no fixed moment of a frame. */
  async function say(from, to, pause) {
    const field = document.querySelector('.room textarea');
    const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
    field.focus();
    for (let i = from; i < to; i++) {
      set.call(field, `timed ${i} and some words more, as people say`);
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await wait(pause / 2 + Math.random() * 17);
      note('entered', String(i));
      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true }));
      await wait(pause / 2);
    }
    await wait(500);
    return times;
  }

  /** Makes the least page that can say something, and shows it: what it takes is what the browser takes. */
  async function floor(room) {
    document.body.innerHTML = '<main class="room"><div id="messages" style="height: 600px; overflow: hidden"></div><textarea></textarea></main>';
    const list = document.getElementById('messages'), field = document.querySelector('textarea');
    const address = new URL('/api/v1/live', location.href);
    address.protocol = 'ws:';
    const socket = new WebSocket(address);
    await new Promise((resolve) => { socket.onopen = resolve; });
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      for (const event of message.events ?? [message.event]) {
        if (event?.kind === 'message') list.appendChild(document.createElement('p')).textContent = event.text;
      }
      while (list.children.length > 15) list.firstChild.remove();
    };
    field.addEventListener('keydown', (event) => {
      event.preventDefault();
      socket.send(JSON.stringify({ op: 'say', room, id: Math.random().toString(36).slice(2) + Date.now(), text: field.value }));
      field.value = '';
    });
    watch();
  }

  return { times, watch, say, floor };
})();
