// A state as a piece of its lifeline, beside its name.

import { stateGlyph } from '../../src/lab/index.ts';
import type { StateName } from '../../src/tcp/index.ts';
import { nodeOf } from './shapes.tsx';

/** The glyph of a state; its patterns are those that the page has once. */
export function StateGlyph({ state }: { readonly state: StateName }) {
  return <span class="sf glyph">{nodeOf(stateGlyph(state, 'page'))}</span>;
}
