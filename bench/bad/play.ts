// A batch of cells in one world: every cell begins at once on lanes of its own, and time passes until all are done. With
// two synfin hosts on each lane that is virtual time.

import { World } from '../../src/sim/index.ts';
import type { TcpConfig } from '../../src/tcp/index.ts';
import type { Cell } from './cells.ts';
import { hostLane, type Lane } from './hosts.ts';
import { begin, type Measured, wireOf } from './measure.ts';

/** What was measured, by the cell's id. */
export type Results = Readonly<Record<string, Measured>>;

/** Of the dice of all runs. */
export const SEED = 'bad networks';

/** The settings for a congestion control; 'default' is what a connection has that names none. */
export function settings(control: string): Partial<TcpConfig> {
  return control === 'default' ? {} : { congestion: control };
}

/** A lane of a cell. Its name seeds its dice: they are the same for every stack, in whatever batch. */
export interface Place {
  readonly cell: Cell;
  readonly name: string;
}

/** All lanes of a batch; no cell of bulk flows has more than `most`. */
export function places(batch: readonly Cell[], most = Infinity): Place[] {
  return batch.flatMap((cell) =>
    Array.from({ length: cell.kind === 'bulk' ? Math.min(cell.lanes, most) : cell.lanes }, (_, i) => ({
      cell,
      name: `${cell.id}, ${i}`,
    })),
  );
}

/** Begins all cells, lets `run` pass time until they are done, and says what was measured. */
export function play(
  world: World,
  on: readonly Place[],
  lanes: readonly Lane[],
  run: (done: () => boolean) => void,
): Results {
  const batch = [...new Set(on.map(({ cell }) => cell))];
  const running = batch.map((cell) => {
    const mine = lanes.filter((_, i) => on[i]?.cell === cell);
    return { cell, measurement: begin(world, mine, cell) };
  });
  run(() => running.every(({ measurement }) => measurement.done()));
  return Object.fromEntries(running.map(({ cell, measurement }) => [cell.id, measurement.result()]));
}

/** Two synfin hosts on each lane, in virtual time. */
export function onHosts(batch: readonly Cell[], tcp: Partial<TcpConfig>, seed = SEED): Results {
  const world = new World({ seed });
  const on = places(batch);
  const lanes = on.map(({ cell, name }, n) => {
    const jitter = cell.kind === 'fair-own' ? `${seed}, ${name}` : null;
    return hostLane(world, n, { name, ...wireOf(cell.path) }, tcp, jitter);
  });
  const results = play(world, on, lanes, (done) => {
    while (!done()) world.step();
  });
  world.close();
  return results;
}
