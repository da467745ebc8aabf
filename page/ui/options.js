// @ts-check
// A field with a list of options below it, through which the arrow keys move
// while the focus stays in the field (the combobox pattern).

import { html, useEffect, useId, useRef, useState } from '../html.js';

/**
 * @template T
 * @param {object} props
 * @param {string} props.label
 * @param {string} props.text
 * @param {(text: string) => void} props.onText
 * @param {T[]} props.all
 * @param {(one: T) => string | number} props.id
 * @param {(one: T) => any} props.show
 * @param {(one: T, aside: boolean) => void} props.choose aside: with Alt held
 * @param {() => void} [props.onSubmit] Enter where no option is chosen
 * @param {boolean} [props.eager] the first option is chosen from the start
 * @param {string} [props.placeholder]
 * @param {any} [props.between] what stands between the field and the list
 */
export function Options({ label, text, onText, all, id, show, choose, onSubmit, eager = false, placeholder, between }) {
  const base = useId();
  const [at, setAt] = useState(eager ? 0 : -1);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const active = Math.min(at, all.length - 1);
  useEffect(() => setAt(eager ? 0 : -1), [text]);
  useEffect(() => { list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }); }, [active]);
  const keys = (/** @type {KeyboardEvent} */ event) => {
    const lowest = eager ? 0 : -1;
    if (event.key === 'ArrowDown') setAt(active + 1 < all.length ? active + 1 : lowest);
    else if (event.key === 'ArrowUp') setAt(active > lowest ? active - 1 : all.length - 1);
    else if (event.key === 'Enter' && all[active]) choose(all[active], event.altKey);
    else if (event.key === 'Enter') onSubmit?.();
    else return;
    event.preventDefault();
  };
  return html`
    <input class="input" type="search" role="combobox" aria-label=${label} placeholder=${placeholder ?? label} autocomplete="off" spellcheck=${false} autofocus value=${text}
      aria-expanded=${all.length > 0} aria-controls=${base} aria-autocomplete="list" aria-activedescendant=${all[active] ? `${base}-${id(all[active])}` : undefined}
      onInput=${(/** @type {any} */ event) => onText(event.target.value)} onKeyDown=${keys} />
    ${between}
    <ul ref=${list} id=${base} role="listbox" aria-label=${label} class="options" hidden=${!all.length}>${all.map((one, i) => html`
      <li key=${id(one)} id="${base}-${id(one)}" role="option" aria-selected=${i === active} class="option" onPointerMove=${() => eager && i !== active && setAt(i)}
        onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${(/** @type {MouseEvent} */ event) => choose(one, event.altKey)}>${show(one)}</li>`)}
    </ul>`;
}
