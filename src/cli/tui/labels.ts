// What an event is called in one line: what the filter looks for, and what the panes are headed with.

import { LadderRows, type Lang, type Row, type Trace } from '../../lab/index.ts';

const cache = new WeakMap<Trace, Map<string, readonly (string | null)[]>>();

/** The label of every event of a trace; null for those that a ladder does not show. */
export function labelsOf(trace: Trace, lang: Lang, absolute: boolean): readonly (string | null)[] {
  let byKind = cache.get(trace);
  if (byKind === undefined) cache.set(trace, (byKind = new Map()));
  const key = `${lang} ${absolute}`;
  let labels = byKind.get(key);
  if (labels === undefined) {
    const rows = new LadderRows({ lang, absolute });
    const sent = new Map<number, string>();
    labels = trace.events.map((event) => {
      const row = rows.push(event).find(({ kind }) => kind !== 'gap');
      if (row === undefined) return null;
      const label = labelOf(row, trace, sent);
      return label;
    });
    byKind.set(key, labels);
  }
  return labels;
}

function labelOf(row: Row, trace: Trace, sent: Map<number, string>): string {
  switch (row.kind) {
    case 'depart': {
      const text = `#${row.id} ${[...row.label, ...row.options].join(' ')}`;
      sent.set(row.id, text);
      return `${trace.ends[row.from].name}: ${text}`;
    }
    case 'arrive':
    case 'lost': {
      const text = sent.get(row.id) ?? `#${row.id}`;
      return `-> ${trace.ends[row.to].name}: ${text} ${row.note}`.trim();
    }
    case 'call':
      return `${trace.ends[row.end].name}: ${row.call} ${row.note}`.trim();
    case 'gap':
      return row.note;
    default:
      return `${trace.ends[row.end].name}: ${row.note}`;
  }
}
