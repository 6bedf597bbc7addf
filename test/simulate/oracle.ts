// The kernel as the oracle: the same server and client in namespaces, two machines with a router between them, and in a
// simulation. `node test/simulate/oracle.ts` prints what both saw and when; with `--long` of partitions that take minutes.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { simulate } from '../../src/simulate/index.ts';
import { Namespace, whyNoKernel } from '../support/namespace.ts';
import { LEAST_RTO, nominal } from './nominal.ts';
import {
  BOUND_MS,
  BOUND_RETRIES,
  type Line,
  look,
  type Size,
  type Stage,
  serve,
  type Told,
} from './oracle-program.ts';

/** Whether, or why not, there are namespaces here. */
export const whyNoOracle = (): Promise<string> => whyNoKernel([]);

const PROCESS = fileURLToPath(new URL('oracle-process.ts', import.meta.url));
const CLIENT = '10.71.1.2';
const SERVER = '10.71.2.2';

async function must(namespace: Namespace, command: string): Promise<void> {
  const { code, stderr } = await namespace.sh(command);
  if (code !== 0) throw new Error(`${command}: ${stderr}`);
}

/** What the client has seen, and the RTO of its connections when the cut came, in seconds. */
type Seen = readonly [Told, number];

/** What the client sees where the kernel has TCP. */
export const onKernel = async (size: Size): Promise<Told> => (await seenOnKernel(size))[0];

async function seenOnKernel(size: Size): Promise<Seen> {
  let rto = LEAST_RTO;
  const spaces: Namespace[] = [];
  try {
    for (let n = 0; n < 3; n++) spaces.push(await Namespace.open());
    const [client, router, server] = spaces as [Namespace, Namespace, Namespace];
    for (const [space, address, way, far] of [
      [client, CLIENT, '10.71.1.1', 'c'],
      [server, SERVER, '10.71.2.1', 's'],
    ] as const) {
      await must(space, `ip link add e type veth peer name ${far} netns ${router.pid}`);
      await must(space, `ip addr add ${address}/24 dev e && ip link set e up`);
      await must(router, `ip addr add ${way}/24 dev ${far} && ip link set ${far} up`);
      await must(space, `ip route add default via ${way}`);
      if (size === 'bounded') await must(space, `echo ${BOUND_RETRIES} > /proc/sys/net/ipv4/tcp_retries2`);
    }
    await must(router, 'echo 1 > /proc/sys/net/ipv4/ip_forward');

    let serving: ChildProcess | null = null;
    const start = async (): Promise<void> => {
      serving = server.spawn(process.execPath, [PROCESS, 'server'], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      await once(serving, 'message');
    };
    // A route that discards, at the router: nobody is told.
    const routes = (verb: string): Promise<void> =>
      must(router, `for a in ${CLIENT} ${SERVER}; do ip route ${verb} blackhole $a/32; done`);
    const does: Readonly<Record<Exclude<keyof Stage, 'server'>, () => Promise<void>>> = {
      cut: async () => {
        const { stdout } = await client.sh('ss -tinH state established');
        for (const [, ms] of stdout.matchAll(/ rto:([\d.]+)/g)) rto = Math.max(rto, Number(ms) / 1000);
        await routes('add');
      },
      heal: () => routes('del'),
      crash: async () => {
        const child = serving as ChildProcess;
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      },
      restart: start,
    };
    await start();
    const child = client.spawn(process.execPath, [PROCESS, 'client', SERVER, size], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const told = await new Promise<Told>((resolve, reject) => {
      child.on('message', async (said: Told | keyof typeof does) => {
        if (typeof said !== 'string') return resolve(said);
        await does[said]().catch(reject);
        child.send(said);
      });
      child.once('exit', (code) => reject(new Error(`the client has ended (${code})`)));
    });
    return [told, rto];
  } finally {
    for (const space of spaces) await space.close();
  }
}

/** What it sees in a simulation. */
export const inSimulation = async (size: Size): Promise<Told> => (await seenInSimulation(size))[0];

async function seenInSimulation(size: Size): Promise<Seen> {
  await using sim = simulate({
    network: { rtt: '1ms' },
    ...(size === 'bounded' ? { tcp: { r2Ms: BOUND_MS } } : {}),
  });
  const server = sim.host('server', () => serve());
  const link = sim.link('client', 'server');
  let healed = (): void => {};
  let rto = LEAST_RTO;
  const does = (action: () => void) => async (): Promise<void> => action();
  const told = await sim.client('client', ({ host }) =>
    look(
      {
        server: server.address,
        cut: does(() => {
          for (const { tcb } of host.stack.connections) rto = Math.max(rto, tcb.rto.rtoMs / 1000);
          const cut = link.partition();
          healed = () => cut.lift();
        }),
        heal: does(() => healed()),
        crash: does(() => void server.crash()),
        restart: does(() => server.restart()),
      },
      size,
    ),
  );
  return [told, rto];
}

/** Names of what was seen, in order, without times. */
export function wordsOf(told: Told): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(told).map(([name, lines]) => [name, lines.map(({ text }) => text)]),
  );
}

/** A simulation is within so much of the schedule; the kernel's timers are late by up to an eighth of a wait (kernel/time/timer.c). */
const WITHIN = 0.05;
const KERNEL_WITHIN = 0.125;
/** What a machine that does much else takes. */
const WITHIN_MS = 500;

/** Whether a time is as late or early as it may be. */
function isNear(ms: number, dueMs: number, within: number): boolean {
  return Math.abs(ms - dueMs) <= Math.max(WITHIN_MS, within * dueMs);
}

/** What of a line is not as it should be: '' if nothing is. Times are in milliseconds, those that are due of the kernel and of the simulation. */
function differenceOf(kernel: Line | undefined, simulated: Line | undefined, due: Due | null): string {
  if (kernel?.text !== simulated?.text) return `BUT ${simulated?.text ?? 'nothing'} in the simulation`;
  const [a, b] = [kernel?.ms ?? 0, simulated?.ms ?? 0];
  if (due === null) return isNear(a, b, WITHIN) ? '' : 'BUT not at the same time';
  if (!isNear(b, due.simulation, WITHIN)) return 'BUT the simulation is not as it is meant';
  return isNear(a, due.kernel, KERNEL_WITHIN) ? '' : 'BUT the kernel is not as it is meant';
}

interface Due {
  readonly kernel: number;
  readonly simulation: number;
}

const seconds = (ms: number | undefined): string =>
  (ms === undefined ? '-' : (ms / 1000).toFixed(3)).padStart(9);
/** How late, in percent. */
const late = (ms: number | undefined, dueMs: number): string =>
  (ms === undefined || dueMs === 0 ? '' : `${(100 * (ms / dueMs - 1)).toFixed(1)} %`).padStart(7);

/** Prints both, line by line; how many are not as they should be. */
function compare(size: Size, [kernel, kernelRto]: Seen, [simulation, simulatedRto]: Seen): number {
  const [kernels, simulations] = [nominal(kernelRto), nominal(simulatedRto)];
  let wrong = 0;
  if (size !== 'short')
    console.log(`\nRTO: ${kernelRto} s of the kernel, ${simulatedRto} s of the simulation`);
  for (const name of Object.keys(kernel)) {
    console.log(`\n${name}\n   kernel  (due)  late simulation (due)  late`);
    const [a, b] = [kernel[name] ?? [], simulation[name] ?? []];
    for (let n = 0; n < Math.max(a.length, b.length); n++) {
      const [kernelDue, due] = [kernels[name]?.(n), simulations[name]?.(n)];
      const isDue = kernelDue !== undefined && due !== undefined;
      const both = isDue ? { kernel: kernelDue * 1000, simulation: due * 1000 } : null;
      const differs = differenceOf(a[n], b[n], both);
      const column = (ms: number | undefined, dueMs: number | undefined): string =>
        dueMs === undefined ? seconds(ms) : `${seconds(ms)}${seconds(dueMs)}${late(ms, dueMs)}`;
      console.log(
        `${column(a[n]?.ms, both?.kernel)}${column(b[n]?.ms, both?.simulation)}  ${a[n]?.text ?? '-'}   ${differs}`.trimEnd(),
      );
      if (differs !== '') wrong++;
    }
  }
  return wrong;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const why = await whyNoOracle();
  if (why !== '') throw new Error(why);
  const sizes: readonly Size[] = process.argv.includes('--long') ? ['long', 'bounded'] : ['short'];
  // Each has namespaces of its own; simulations come one after the other.
  const kernels = sizes.map((size) => seenOnKernel(size));
  for (const [i, size] of sizes.entries()) {
    const simulation = await seenInSimulation(size);
    if (compare(size, (await kernels[i]) as Seen, simulation) > 0) process.exitCode = 1;
  }
}
