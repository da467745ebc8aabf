// @ts-check
// What every component is written with: templates, hooks and signals.

import { h } from './vendor/preact.js';
import htm from './vendor/htm.js';

/** html makes nodes of a template; text in it is always text, never markup. */
export const html = htm.bind(h);

export { h, render, Component, createPortal } from './vendor/preact.js';
export { useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useId } from './vendor/hooks.js';
export { signal, computed, effect, batch, untracked, useSignalEffect } from './vendor/signals.js';
