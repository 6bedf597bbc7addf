// What bulk and short flows do on bad networks, in virtual time: the paths of the bench (bench/bad), two hosts, fixed dice.
// `node test/simulation/bad-networks.ts` records what is measured now in bad-networks.json, which the test beside it
// compares with.

import { readFileSync, writeFileSync } from 'node:fs';
import { type Cell, cells } from '../../bench/bad/cells.ts';
import { type Figure, figuresOf, mean } from '../../bench/bad/figures.ts';
import { LIMIT_US } from '../../bench/bad/measure.ts';
import { onHosts } from '../../bench/bad/play.ts';

const record = new URL('bad-networks.json', import.meta.url);

/** Figures by their names; null: it did not come to an end. */
export type Figures = { [name: string]: number | null };

/**
 * Half the time of the bench for bulk flows, and all else that hosts do alone. Virtual time has room for more dice, whose
 * mean a change of the order of events moves less.
 */
export const CELLS: readonly Cell[] = [
  ...cells(true)
    .filter(({ kind }) => kind === 'bulk')
    .map((cell) => ({ ...cell, lanes: cell.path.loss === 0 ? 1 : 8 })),
  ...cells(false)
    .filter(({ kind }) => !kind.startsWith('fair') && kind !== 'bulk')
    .map((cell) => (cell.lanes > 1 ? { ...cell, lanes: 16 } : cell)),
];

/** The batches of {@link CELLS}. */
export const BATCHES: readonly string[] = [...new Set(CELLS.map(({ batch }) => batch))];

/**
 * Of short flows: one in ten needs more than one repair, and with it a round trip more, so that a handful of dice decides
 * what their p90 is. The mean says the same of all of them. What did not come counts as the time that was waited for it.
 */
const meanTime: Figure = {
  name: 'mean ms',
  better: 'less',
  of: ({ ms = [] }) => mean(ms.map((time) => time ?? LIMIT_US / 1000)),
  counts: 'times and fairness',
};

/** The figures that count: a queue is neither good nor bad in itself. */
function counted(cell: Cell): Figure[] {
  const figures = figuresOf(cell).filter(({ counts }) => counts !== '');
  return cell.kind === 'short' ? [...figures.filter(({ name }) => name !== 'p90 ms'), meanTime] : figures;
}

/** Which way is better, by the name of a figure. */
export const BETTER = new Map<string, Figure['better']>();
for (const cell of CELLS) {
  for (const { name, better } of counted(cell)) BETTER.set(`${cell.id}, ${name}`, better);
}

/** Measures a batch with the settings that a connection has by default. */
export function measured(batch: string): Figures {
  const mine = CELLS.filter((cell) => cell.batch === batch);
  const results = onHosts(mine, {});
  const figures: Figures = {};
  for (const cell of mine) {
    for (const { name, of } of counted(cell)) {
      const value = of(results[cell.id] ?? {});
      figures[`${cell.id}, ${name}`] = value === null ? null : Math.round(value * 1000) / 1000;
    }
  }
  return figures;
}

/** What was recorded. */
export function recorded(): Figures {
  return JSON.parse(readFileSync(record, 'utf8')) as Figures;
}

if (import.meta.main) {
  const figures = Object.assign({}, ...BATCHES.map(measured)) as Figures;
  writeFileSync(record, `${JSON.stringify(figures, null, 2)}\n`);
}
