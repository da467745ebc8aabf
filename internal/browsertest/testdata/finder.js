// What the tests look for in the page, as a person would: by what can be seen,
// and by its name.
globalThis.finder = (() => {
  const visible = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;

  const squeeze = (text) => text.replace(/\s+/g, ' ').trim();

  function nameOf(element) {
    const label = element.getAttribute('aria-label');
    if (label) return squeeze(label);
    const by = element.getAttribute('aria-labelledby');
    if (by) return squeeze(by.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join(' '));
    if (element.labels?.length) return squeeze([...element.labels].map((one) => one.textContent).join(' '));
    return squeeze(element.textContent);
  }

  /** All that can be seen and is called so; those whose whole name it is come first. */
  function all(selector, name) {
    const seen = [...document.querySelectorAll(selector)].filter(visible);
    if (!name) return seen;
    const whole = seen.filter((element) => nameOf(element) === name);
    return whole.length ? whole : seen.filter((element) => nameOf(element).includes(name));
  }

  /** Where to click for an element, once nothing lies over it and it stays where it is. */
  function place(selector, name) {
    const element = all(selector, name).at(-1);
    if (!element || element.disabled) return null;
    element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
    const box = element.getBoundingClientRect();
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    const top = document.elementFromPoint(x, y);
    if (!top || !(element.contains(top) || top.contains(element) && top.closest('label') === top)) return null;
    const before = element.place;
    element.place = `${x} ${y}`;
    if (before !== element.place) return null;
    aimed = element;
    return { x, y };
  }

  /** What was to be clicked last, until the pointer is pressed on it: what lies there may have moved meanwhile. */
  let aimed = null;
  addEventListener('pointerdown', ({ target }) => {
    if (aimed && (aimed.contains(target) || target.contains(aimed) && target.closest('label') === target)) aimed = null;
  }, true);
  const missed = () => Boolean(aimed?.isConnected);

  return { all, place, missed, nameOf, squeeze };
})();
