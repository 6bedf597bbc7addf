// Shapes of the lab's drawing as elements of the page.

import { h, type VNode } from 'preact';
import type { Shape } from '../../src/lab/index.ts';

/** What stays the same element when the picture is drawn again. */
function keyOf({ tag, attrs }: Shape, i: number): string {
  const id = attrs['data-id'];
  return id === undefined ? `${tag}${i}` : `${tag}${id}.${attrs['data-copy'] ?? ''}`;
}

/** A shape, and all in it. */
export function nodeOf(shape: Shape, i = 0): VNode {
  const children = shape.children.map((child, at) => (typeof child === 'string' ? child : nodeOf(child, at)));
  return h(shape.tag, { ...shape.attrs, key: keyOf(shape, i) }, children);
}
