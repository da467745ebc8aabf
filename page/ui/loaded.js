// @ts-check
// What is asked from the server when it is looked at: it is loading, could not
// be had, or is there.

import { html, useEffect, useRef, useState } from '../html.js';
import { t } from '../i18n.js';
import { Button } from './field.js';
import { reason } from './toast.js';

/**
 * @template T
 * @typedef {{value: T | null, error: string, loading: boolean, reload: () => Promise<void>, change: (value: T) => void}} Answer
 */

/**
 * useLoaded asks for something when the component is shown, and again when the
 * key changes. Of several answers only that to the last question counts.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {unknown} [key]
 * @returns {Answer<T>}
 */
export function useLoaded(load, key) {
  const [state, setState] = useState(/** @type {{value: T | null, error: string, loading: boolean}} */ ({ value: null, error: '', loading: true }));
  const last = useRef(/** @type {AbortController | null} */ (null));
  const reload = async () => {
    last.current?.abort();
    const { signal } = last.current = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    try {
      const value = await load(signal);
      if (!signal.aborted) setState({ value, error: '', loading: false });
    } catch (error) {
      if (!signal.aborted) setState((before) => ({ ...before, error: reason(error), loading: false }));
    }
  };
  useEffect(() => {
    reload();
    return () => last.current?.abort();
  }, [key]);
  return { ...state, reload, change: (value) => setState({ value, error: '', loading: false }) };
}

/**
 * Loaded shows what there is of an answer: its children once it is there.
 * @template T
 * @param {{answer: Answer<T>, children: (value: T) => any}} props
 */
export function Loaded({ answer, children }) {
  const { value, error, loading, reload } = answer;
  if (value !== null) return html`${error && html`<p class="field-error" role="alert">${error}</p>`}${children(value)}`;
  if (loading) return html`<p class="quiet-text" role="status">${t('app.loading')}</p>`;
  return html`<div class="quiet-text" role="alert"><p>${error}</p><${Button} onClick=${reload}>${t('settings.again')}<//></div>`;
}

/**
 * useDoing runs what a button starts: one at a time, with what went wrong.
 * @returns {{busy: boolean, error: string, run: (work: () => Promise<unknown>) => Promise<boolean>}}
 */
export function useDoing() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const run = async (/** @type {() => Promise<unknown>} */ work) => {
    setBusy(true);
    setError('');
    try {
      await work();
      return true;
    } catch (problem) {
      setError(reason(problem));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
}
