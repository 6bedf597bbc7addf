// What an event is called in one line: what the filter looks for, and what the panes are headed with.

import { type Lang, ladderTable, type Trace } from '../../lab/index.ts';

const cache = new WeakMap<Trace, Map<string, readonly (string | null)[]>>();

/** The label of every event of a trace; null for those that a ladder does not show. */
export function labelsOf(trace: Trace, lang: Lang, absolute: boolean): readonly (string | null)[] {
  let known = cache.get(trace);
  if (known === undefined) cache.set(trace, (known = new Map()));
  const key = `${lang} ${absolute}`;
  let labels = known.get(key);
  if (labels === undefined) {
    const made: (string | null)[] = trace.events.map(() => null);
    for (const { event, what } of ladderTable(trace, { lang, absolute }).rows) made[event] = what;
    labels = made;
    known.set(key, labels);
  }
  return labels;
}
