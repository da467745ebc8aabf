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

  /** Goes to a room by its link, as somebody who has looked at the last one, and tells how many milliseconds later its messages were painted. */
  async function go(room) {
    await new Promise((resolve) => setTimeout(resolve, 400));
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

  /** How long each frame took, and each task that held up others: noted all the time, taken at the end of something. */
  let frames = [], tasks = [], slips = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' });
  function note() {
    let last = performance.now();
    const next = (now) => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  }
  function moved() {
    const all = { frames, tasks, slips };
    [frames, tasks, slips] = [[], [], []];
    return all;
  }

  const scroller = () => document.getElementById('messages');
  const frame = () => new Promise(requestAnimationFrame);
  const settled = async () => { await painted(); await painted(); };
  const complete = () => scroller().scrollTop === 0 && Boolean(scroller().querySelector('.beginning'));

  /** The first message that is seen, and where; but the first that is known may lose the author above it. */
  function anchor() {
    const { top } = scroller().getBoundingClientRect(), rows = [...scroller().querySelectorAll('li[data-key^=m]')];
    if (scroller().querySelector('li[data-key=older]')) rows.shift();
    for (const row of rows) {
      const at = row.getBoundingClientRect();
      if (at.bottom > top) return { key: row.dataset.key, top: at.top };
    }
    return null;
  }

  /** Scrolls up through so many messages, as fast as frames come; tells through how many. What moves by itself is a slip. */
  async function scroll(messages, step) {
    const passed = new Set();
    while (passed.size < messages && !complete()) {
      for (const one of scroller().querySelectorAll('.message[data-seq]')) passed.add(one.dataset.seq);
      const before = anchor(), by = Math.min(step, scroller().scrollTop);
      scroller().scrollTop -= by;
      await painted(); // heights are measured until then
      const after = before && scroller().querySelector(`li[data-key="${before.key}"]`);
      if (after) slips.push(Math.abs(after.getBoundingClientRect().top - before.top - by));
    }
    return passed.size;
  }

  /** Drags the bar to the upper end, and tells how many milliseconds later what is before that had come; null if nothing is. */
  async function drag() {
    scroller().scrollTop = 0;
    await settled();
    if (complete()) return null;
    const start = performance.now(), before = anchor();
    while (scroller().scrollTop === 0 && !complete()) await frame();
    await settled();
    const after = before && scroller().querySelector(`li[data-key="${before.key}"]`);
    if (after) slips.push(Math.abs(after.getBoundingClientRect().top - before.top));
    return performance.now() - start;
  }

  /** Whether a row is where it can be seen. */
  function sees(selector) {
    const row = scroller()?.querySelector(selector), at = row?.getBoundingClientRect(), view = scroller()?.getBoundingClientRect();
    return Boolean(row && at.bottom > view.top && at.top < view.bottom);
  }

  /** Follows a link to a message, and tells how many milliseconds later it was painted. */
  async function jump(path) {
    const link = document.body.appendChild(Object.assign(document.createElement('a'), { href: path }));
    const start = performance.now();
    link.click();
    link.remove();
    const end = await when(() => sees(`li[data-key="m${path.split('/').at(-1)}"]`));
    return end - start;
  }

  /** Does something, and tells how many milliseconds later a row that it leads to was painted. */
  async function leads(act, selector) {
    const start = performance.now();
    act();
    const end = await when(() => sees(selector));
    return end - start;
  }
  const key = (name) => () => {
    scroller().focus();
    scroller().dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, cancelable: true }));
  };
  const toBeginning = () => leads(key('Home'), '.beginning');
  const toEnd = (last) => leads(key('End'), `li[data-key="m${last}"]`);

  /** What the page takes: nodes in the list of messages, and bytes that are kept in the browser. */
  async function size() {
    const { usage } = await navigator.storage.estimate();
    return { rows: scroller().querySelectorAll('li').length, nodes: scroller().querySelectorAll('*').length, kept: usage };
  }

  return { load, go, watch, saw, say, note, moved, scroll, drag, jump, toBeginning, toEnd, size };
})();
