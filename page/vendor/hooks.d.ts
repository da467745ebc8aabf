// What the page uses of preact/hooks.
type Cleanup = void | (() => void);
export function useState<T>(first: T | (() => T)): [T, (next: T | ((now: T) => T)) => void];
export function useEffect(run: () => Cleanup, inputs?: readonly unknown[]): void;
export function useLayoutEffect(run: () => Cleanup, inputs?: readonly unknown[]): void;
export function useRef<T = any>(first?: T | null): { current: T };
export function useMemo<T>(make: () => T, inputs: readonly unknown[]): T;
export function useCallback<F extends Function>(run: F, inputs: readonly unknown[]): F;
export function useId(): string;
