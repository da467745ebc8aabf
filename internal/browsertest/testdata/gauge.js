// Measures the page from inside: when it is usable, how long a switch of rooms
// takes, when a message comes, and how evenly it scrolls.
globalThis.gauge = (() => {
  const text = () => document.querySelector('#messages .message[data-seq] .message-text');
  const usable = () => Boolean(text() && document.querySelector('.room textarea:enabled'));

  /** Resolves once what is in the document now is on the screen: after the next frame. */
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(0);
  }));

  /** Resolves to when something was true and painted. */
  function when(condition) {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        observer.disconnect();
        painted().then(resolve);
      };
      const observer = new MutationObserver(look);
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
      look();
    });
  }

  const ready = when(usable);

  /** What the first load cost, once the page was usable. */
  async function load() {
    const time = await ready;
    const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const sum = (field) => all.reduce((total, one) => total + one[field], 0);
    return { time, requests: all.length, bytes: sum('transferSize'), decoded: sum('decodedBodySize') };
  }

  /** Goes to a room by its link, and tells how many milliseconds later its messages were painted. */
  async function go(room) {
    const link = document.querySelector(`.room-link[href="/${room}"]`);
    const start = performance.now();
    link.click();
    const end = await when(() => document.querySelector('.room-head h2')?.textContent === '#' + room && text()?.textContent.includes(room));
    return end - start;
  }

  /** When messages were in the document, and painted, by what they say: milliseconds since 1970. */
  const seen = new Map();
  function watch() {
    const look = () => {
      for (const one of document.querySelectorAll('#messages .message:not(.pending) .message-text')) {
        const said = one.textContent.trim();
        if (!said.startsWith('timed ') || seen.has(said)) continue;
        const entry = { there: performance.timeOrigin + performance.now(), painted: 0 };
        seen.set(said, entry);
        painted().then((at) => { entry.painted = performance.timeOrigin + at; });
      }
    };
    new MutationObserver(look).observe(document.getElementById('messages'), { subtree: true, childList: true, characterData: true, attributes: true });
    look();
  }
  const saw = (said) => seen.get(said)?.painted ? seen.get(said) : null;

  /** Says something as by the keyboard, and returns when Enter was pressed. */
  async function say(said) {
    const field = document.querySelector('.room textarea');
    field.focus();
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(field, said);
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await painted(); // what is typed is known to the composer then
    const at = performance.timeOrigin + performance.now();
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true }));
    return at;
  }

  /** Scrolls up through so many messages, as fast as frames come; tells how long each frame took. */
  const frames = [], tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' });
  async function scroll(messages, step) {
    const scroller = document.getElementById('messages'), passed = new Set();
    let last = performance.now();
    while (passed.size < messages) {
      for (const one of scroller.querySelectorAll('.message[data-seq]')) passed.add(one.dataset.seq);
      if (scroller.scrollTop === 0 && scroller.querySelector('.beginning')) break;
      scroller.scrollTop = Math.max(0, scroller.scrollTop - step);
      const now = await new Promise(requestAnimationFrame);
      frames.push(now - last);
      last = now;
    }
    return passed.size;
  }
  const moved = () => ({ frames, tasks });

  return { load, go, watch, saw, say, scroll, moved };
})();
