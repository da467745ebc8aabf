// What the page uses of preact.
export interface VNode { type: any; props: any; key: any }
export type Children = VNode | string | number | boolean | null | undefined | Children[];
export function h(type: any, props: any, ...children: any[]): VNode;
export function render(node: any, parent: Element): void;
export function createPortal(node: any, parent: Element): VNode;
export const Fragment: any;
export class Component<P = {}, S = {}> {
  constructor(props: P);
  props: P & { children?: Children };
  state: S;
  setState(change: Partial<S>): void;
  forceUpdate(): void;
  render(props: P, state: S): Children;
}
