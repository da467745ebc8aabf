// What the page uses of @preact/signals.
export { Signal, ReadonlySignal, signal, computed, effect, batch, untracked } from './signals-core.js';
import { ReadonlySignal, Signal } from './signals-core.js';
export function useSignal<T>(first: T): Signal<T>;
export function useComputed<T>(compute: () => T): ReadonlySignal<T>;
export function useSignalEffect(run: () => void | (() => void)): void;
