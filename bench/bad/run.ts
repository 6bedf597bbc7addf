// One stack on the paths of one batch, in a process of its own: `node bench/bad/run.ts quick|full BATCH STACK [SEED]`. STACK is
// `linux:cubic` (two kernels, real time), `synfin:default` (two hosts, virtual time) or `synfin-real:default` (a host sends to
// a kernel, real time); how flows share a bottleneck is always seen in real time, with one of the kernel's CUBIC. Prints what
// was measured, by cell, as JSON.

import type { Host } from '../../src/host/index.ts';
import { inNamespace, reexecInNamespace } from '../../src/link/tun/index.ts';
import { World } from '../../src/sim/index.ts';
import { type Cell, cells } from './cells.ts';
import { Flow } from './flow.ts';
import { HOST_OCTET, Kernels, type LaneWish, type Lateness } from './kernels.ts';
import { flowsOf, wireOf } from './measure.ts';
import { onHosts, places, play, type Results, SEED, settings } from './play.ts';

/** What a run of a batch prints. */
export interface BatchResult {
  readonly cells: Results;
  /** How late the wire was, in real time. */
  readonly late: Lateness | null;
}

const KINDS = ['linux', 'synfin', 'synfin-real'] as const;
const WARM_OCTETS = 5e6;
type Kind = (typeof KINDS)[number];

/** A stack by name: who has it, and the congestion control. */
interface Stack {
  readonly kind: Kind;
  readonly control: string;
}

/** A transfer that is not measured: what is compiled is compiled then, not in somebody's slow start. */
function warmUp(kernels: Kernels): void {
  const flow = new Flow(WARM_OCTETS);
  kernels.lanes.at(-1)?.open(flow);
  kernels.run(() => flow.doneUs < Infinity);
  kernels.lateness();
}

/** Two kernels, in real time; in cells of fairness the stack's flow meets one of the kernel's CUBIC. */
async function onKernels(
  batch: readonly Cell[],
  { kind, control }: Stack,
  seed: string,
): Promise<BatchResult> {
  const world = new World({ seed });
  // A control that loss does not slow down fills every lane: one of a cell is as much as a processor can move.
  const on = places(batch, control === 'bbr' ? 1 : Infinity);
  const wishes = on.map(({ cell, name }, n): LaneWish => {
    const address = `10.${n}.0.${HOST_OCTET}/24`;
    const sender = kind === 'linux' ? control : world.host(`left ${n}`, address, { tcp: settings(control) });
    const flows = new Array<string | Host>(flowsOf(cell)).fill(sender);
    if (cell.kind === 'fair') flows[1] = 'cubic';
    return { wire: { name, ...wireOf(cell.path) }, flows, shared: cell.kind.startsWith('fair') };
  });
  const warm = { wire: wireOf({ rttMs: 2 }), flows: ['reno'] };
  const kernels = await Kernels.open(world, [...wishes, warm]);
  warmUp(kernels);
  const measured = play(world, on, kernels.lanes, (done) => kernels.run(done));
  return { cells: measured, late: kernels.lateness() };
}

if (import.meta.main) {
  const [extent = '', name = '', stack = '', seed = SEED] = process.argv.slice(2);
  const batch = cells(extent === 'quick').filter((each) => each.batch === name);
  const [word, control = ''] = stack.split(':');
  const kind = KINDS.find((each) => each === word);
  if (batch.length === 0 || kind === undefined) throw new Error(`no ${name} of ${stack}`);
  const real = kind !== 'synfin' || batch.some((cell) => cell.kind === 'fair');
  if (real && !inNamespace()) process.exit(await reexecInNamespace(process.argv.slice(1)));
  const result = real
    ? await onKernels(batch, { kind, control }, seed)
    : { cells: onHosts(batch, settings(control), seed), late: null };
  process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}
