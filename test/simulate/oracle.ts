// The kernel as the oracle: the same server and client in namespaces, two machines with a router between them, and in a
// simulation. `node test/simulate/oracle.ts` prints what both saw and when; with `--long` of partitions that take minutes.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { simulate } from '../../src/simulate/index.ts';
import { Namespace, whyNoKernel } from '../support/namespace.ts';
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

/** What the client sees where the kernel has TCP. */
export async function onKernel(size: Size): Promise<Told> {
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
      cut: () => routes('add'),
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
    return await new Promise<Told>((resolve, reject) => {
      child.on('message', async (said: Told | keyof typeof does) => {
        if (typeof said !== 'string') return resolve(said);
        await does[said]().catch(reject);
        child.send(said);
      });
      child.once('exit', (code) => reject(new Error(`the client has ended (${code})`)));
    });
  } finally {
    for (const space of spaces) await space.close();
  }
}

/** What it sees in a simulation. */
export async function inSimulation(size: Size): Promise<Told> {
  await using sim = simulate({
    network: { rtt: '1ms' },
    ...(size === 'bounded' ? { tcp: { r2Ms: BOUND_MS } } : {}),
  });
  const server = sim.host('server', () => serve());
  const link = sim.link('client', 'server');
  let healed = (): void => {};
  const does = (action: () => void) => async (): Promise<void> => action();
  return await sim.client('client', () =>
    look(
      {
        server: server.address,
        cut: does(() => {
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
}

/** Names of what was seen, in order, without times. */
export function wordsOf(told: Told): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(told).map(([name, lines]) => [name, lines.map(({ text }) => text)]),
  );
}

/**
 * Times are the same within so much of the simulation's, which has them as they are meant, or so many milliseconds, which a
 * machine that does much else takes. The kernel's long timers are late by up to an eighth (kernel/time/timer.c).
 */
const WITHIN = 0.08;
const WITHIN_MS = 500;

/** What of a line is not as the kernel's: '' if nothing is. */
function differenceOf(kernel: Line | undefined, simulated: Line | undefined): string {
  if (kernel?.text !== simulated?.text) return `BUT ${simulated?.text ?? 'nothing'} in the simulation`;
  const late = Math.abs((kernel?.ms ?? 0) - (simulated?.ms ?? 0));
  return late <= Math.max(WITHIN_MS, WITHIN * (simulated?.ms ?? 0)) ? '' : 'BUT not at the same time';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const why = await whyNoOracle();
  if (why !== '') throw new Error(why);
  const sizes: readonly Size[] = process.argv.includes('--long') ? ['long', 'bounded'] : ['short'];
  // Each has namespaces of its own; simulations come one after the other.
  const kernels = sizes.map((size) => onKernel(size));
  const seconds = (ms: number | undefined): string =>
    (ms === undefined ? '-' : (ms / 1000).toFixed(3)).padStart(9);
  for (const [i, size] of sizes.entries()) {
    const simulation = await inSimulation(size);
    const kernel = (await kernels[i]) as Told;
    for (const name of Object.keys(kernel)) {
      console.log(`\n${name}\n   kernel simulation`);
      const [a, b] = [kernel[name] ?? [], simulation[name] ?? []];
      for (let n = 0; n < Math.max(a.length, b.length); n++) {
        const differs = differenceOf(a[n], b[n]);
        console.log(`${seconds(a[n]?.ms)} ${seconds(b[n]?.ms)}  ${a[n]?.text ?? '-'}   ${differs}`.trimEnd());
        if (differs !== '') process.exitCode = 1;
      }
    }
  }
}
