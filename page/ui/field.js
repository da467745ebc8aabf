// @ts-check
// Form controls, each with its label, its hint and what is wrong with it.

import { html, useId } from '../html.js';

/**
 * Field is a line to type in. Further properties go to the input.
 * @param {{label: string, hint?: string, error?: string, [more: string]: any}} props
 */
export function Field({ label, hint, error, ...input }) {
  const id = useId();
  return html`
    <div class="field">
      <label class="field-label" for=${id}>${label}</label>
      <input id=${id} class="input" type="text" aria-invalid=${error ? 'true' : undefined} aria-describedby=${hint || error ? `${id}-more` : undefined} ...${input} />
      ${(hint || error) && html`<p id="${id}-more" class=${error ? 'field-error' : 'field-hint'} role=${error ? 'alert' : undefined}>${error || hint}</p>`}
    </div>`;
}

/**
 * Select is a choice of few.
 * @param {{label: string, hint?: string, value: string, options: Record<string, string>, onChange: (value: string) => void}} props
 */
export function Select({ label, hint, value, options, onChange }) {
  const id = useId();
  return html`
    <div class="field">
      <label class="field-label" for=${id}>${label}</label>
      <select id=${id} class="input" value=${value} aria-describedby=${hint ? `${id}-more` : undefined} onChange=${(/** @type {any} */ event) => onChange(event.target.value)}>
        ${Object.entries(options).map(([key, text]) => html`<option key=${key} value=${key} selected=${key === value}>${text}</option>`)}
      </select>
      ${hint && html`<p id="${id}-more" class="field-hint">${hint}</p>`}
    </div>`;
}

/**
 * Switch turns something on and off, at once.
 * @param {{label: string, hint?: string, checked: boolean, disabled?: boolean, onChange: (checked: boolean) => void}} props
 */
export function Switch({ label, hint, checked, disabled, onChange }) {
  const id = useId();
  return html`
    <div class="field switch">
      <input id=${id} type="checkbox" role="switch" checked=${checked} disabled=${disabled} aria-describedby=${hint ? `${id}-more` : undefined} onChange=${(/** @type {any} */ event) => onChange(event.target.checked)} />
      <label class="field-label" for=${id}>${label}</label>
      ${hint && html`<p id="${id}-more" class="field-hint">${hint}</p>`}
    </div>`;
}

/**
 * Button is a button with words on it; busy while what it started goes on.
 * @param {{kind?: 'plain' | 'main' | 'danger', busy?: boolean, type?: string, children?: any, [more: string]: any}} props
 */
export function Button({ kind = 'plain', busy = false, type = 'button', children, ...button }) {
  return html`<button class="button ${kind}" type=${type} aria-busy=${busy ? 'true' : undefined} ...${button} disabled=${busy || button.disabled}>${children}</button>`;
}
