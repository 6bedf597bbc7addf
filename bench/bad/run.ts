// One stack on the paths of one batch, in a process of its own: `node bench/bad/run.ts quick|full BATCH STACK`. STACK is
// `linux:cubic` (two kernels, real time) or `synfin:default` (two hosts, virtual time); how flows share a bottleneck is
// always seen in real time, with one of the kernel's CUBIC. Prints what was measured, by cell, as JSON.

import type { Host } from '../../src/host/index.ts';
import { inNamespace, reexecInNamespace } from '../../src/link/tun/index.ts';
import { World } from '../../src/sim/index.ts';
import { type Cell, cells } from './cells.ts';
import { hostLane, type Lane } from './hosts.ts';
import { HOST_OCTET, Kernels, type LaneWish, type Lateness } from './kernels.ts';
import { begin, flowsOf, type Measured, wireOf } from './measure.ts';

/** What a run of a batch prints. */
export interface BatchResult {
  readonly cells: Readonly<Record<string, Measured>>;
  /** How late the wire was, in real time. */
  readonly late: Lateness | null;
}

/** A stack by name: who has it, and the congestion control. */
interface Stack {
  readonly kind: 'linux' | 'synfin';
  readonly control: string;
}

function settings(control: string): { congestion?: string } {
  return control === 'default' ? {} : { congestion: control };
}

/** Begins all cells, each on its own lanes, lets time pass, and says what was measured. */
function play(
  world: World,
  batch: readonly Cell[],
  lanes: readonly Lane[],
  run: (done: () => boolean) => void,
): BatchResult['cells'] {
  let next = 0;
  const running = batch.map((cell) => {
    next += cell.lanes;
    return begin(world, lanes.slice(next - cell.lanes, next), cell);
  });
  run(() => running.every((each) => each.done()));
  return Object.fromEntries(batch.map((cell, i) => [cell.id, (running[i] as (typeof running)[0]).result()]));
}

/** One wire for each lane of each cell. */
function lanesOf(batch: readonly Cell[]): Cell[] {
  return batch.flatMap((cell) => Array.from({ length: cell.lanes }, () => cell));
}

/** Two synfin hosts on each lane, in virtual time. */
export function onHosts(batch: readonly Cell[], control: string): BatchResult {
  const world = new World({ seed: 'bad networks' });
  const lanes = lanesOf(batch).map((cell, n) => hostLane(world, n, wireOf(cell.path), settings(control)));
  const cells = play(world, batch, lanes, (done) => {
    while (!done()) world.step();
  });
  world.close();
  return { cells, late: null };
}

/** Two kernels, in real time; in cells of fairness the stack's flow meets one of the kernel's CUBIC. */
async function onKernels(batch: readonly Cell[], { kind, control }: Stack): Promise<BatchResult> {
  const world = new World({ seed: 'bad networks' });
  const wishes = lanesOf(batch).map((cell, n): LaneWish => {
    const flows: (string | Host)[] = Array.from({ length: flowsOf(cell) }, () => control);
    if (cell.kind === 'fair') {
      flows[1] = 'cubic';
      if (kind === 'synfin')
        flows[0] = world.host(`left ${n}`, `10.${n}.0.${HOST_OCTET}/24`, { tcp: settings(control) });
    }
    return { wire: wireOf(cell.path), flows };
  });
  const kernels = await Kernels.open(world, wishes);
  const measured = play(world, batch, kernels.lanes, (done) => kernels.run(done));
  return { cells: measured, late: kernels.lateness() };
}

if (import.meta.main) {
  const [extent = '', name = '', stack = ''] = process.argv.slice(2);
  const batch = cells(extent === 'quick').filter((each) => each.batch === name);
  const [kind, control = ''] = stack.split(':');
  if (batch.length === 0 || (kind !== 'linux' && kind !== 'synfin'))
    throw new Error(`no ${name} of ${stack}`);
  const real = kind === 'linux' || batch.some((cell) => cell.kind === 'fair');
  if (real && !inNamespace()) process.exit(await reexecInNamespace(process.argv.slice(1)));
  const result = real ? await onKernels(batch, { kind, control }) : onHosts(batch, control);
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}
