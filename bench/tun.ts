// A host behind a TUN interface and the kernel, beside the kernel with itself over a veth pair: octets each way, with
// iperf3 at the kernel's end, and round trips, of ping. Wall clock: both ends and the kernel between them share the
// processors of this machine, and rows are taken in turns. Root (or user namespaces), Linux, iperf3, ethtool.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Namespace, whyNoKernel } from '../test/support/namespace.ts';
import type { Running } from './own-process.ts';
import { median } from './pair.ts';
import { type Row, ratioOf, shown } from './rows.ts';
import { bareEnd, buildBare } from './tun/bare.ts';
import type { Transfer } from './tun/iperf.ts';

const END = fileURLToPath(new URL('tun/end.ts', import.meta.url));
const NO_OFFLOADS = 'tso off gso off gro off tx off rx off';
const PINGS = 300;
const BUSY_TURNS = 100_000;

/** Seconds of each transfer. */
const SECONDS = 1;

/** A host of ours in a process of its own. */
class End {
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.address = address;
    if (child.stdout === null) throw new Error('no output');
    this.#lines = createInterface({ input: child.stdout });
  }

  /** Behind an interface `name` of `ns`, at SUBNET.2. */
  static async open(
    ns: Namespace,
    name: string,
    subnet: string,
    offload: string,
    busyTurns: number,
    { profiles }: Running,
  ): Promise<End> {
    const flags =
      profiles === null
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${name}.cpuprofile`];
    // /sys has to tell of the interfaces of this namespace: threads of the kernel are asked for there.
    const sysfs = ['-m', 'sh', '-c', 'mount -t sysfs sysfs /sys && exec "$0" "$@"'];
    const args = [...flags, END, name, subnet, offload, String(busyTurns)];
    const child = ns.spawn('unshare', [...sysfs, process.execPath, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const end = new End(child, `${subnet}.2`);
    await end.#line();
    return end;
  }

  async #line(): Promise<string> {
    const died = once(this.#child, 'exit').then(([code]) =>
      Promise.reject(new Error(`end.ts ended with ${code}`)),
    );
    died.catch(() => {});
    const [line] = (await Promise.race([once(this.#lines, 'line'), died])) as [string];
    return line;
  }

  /** One transfer, in Gbit/s. */
  async transfer(direction: 'in' | 'out'): Promise<number> {
    this.#child.stdin?.write(`${direction} ${SECONDS}\n`);
    const { octets, seconds } = JSON.parse(await this.#line()) as Transfer;
    return (octets * 8) / seconds / 1e9;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exit;
  }
}

/** Runs a command in a namespace; its output. */
async function must(ns: Namespace, command: string): Promise<string> {
  const { code, stdout, stderr } = await ns.sh(command, 60_000);
  if (code !== 0) throw new Error(`${command}: ${stderr}${stdout}`);
  return stdout;
}

/** One pair of interfaces between two namespaces, SUBNET.1 in `a`. */
async function veth(
  a: Namespace,
  b: Namespace,
  name: string,
  subnet: string,
  offloads: boolean,
): Promise<void> {
  await must(a, `ip link add ${name} type veth peer name ${name} netns ${b.pid}`);
  for (const [ns, n] of [
    [a, 1],
    [b, 2],
  ] as const) {
    if (!offloads) await must(ns, `ethtool -K ${name} ${NO_OFFLOADS}`);
    await must(ns, `ip address add ${subnet}.${n}/24 dev ${name} && ip link set ${name} up`);
  }
}

/** The kernel with itself, in Gbit/s. */
async function kernel(b: Namespace, address: string): Promise<number> {
  // After a test the server listens anew.
  const said = JSON.parse(await must(b, `sleep 0.2; iperf3 -c ${address} -t ${SECONDS} -J`)) as {
    end: { sum_received: { bits_per_second: number } };
  };
  return said.end.sum_received.bits_per_second / 1e9;
}

/** The median round trip of some pings, in microseconds. */
async function ping(ns: Namespace, address: string): Promise<number> {
  const said = await must(ns, `ping -i 0.002 -c ${PINGS} ${address}`);
  const times = [...said.matchAll(/time=([\d.]+) ms/g)].map(([, ms]) => Number(ms) * 1000);
  return median(times);
}

/** What is measured in each turn, by name. */
type Measures = Record<string, () => Promise<number>>;

/** All rows, in `rounds` turns. */
export async function tunRows(rounds: number, running: Running): Promise<Row[]> {
  const why = await whyNoKernel(['iperf3', 'ethtool', 'ping']);
  if (why !== '') throw new Error(`cannot measure here: ${why}`);
  const [a, b] = [await Namespace.open(), await Namespace.open()];
  const ends: End[] = [];
  const open = async (name: string, subnet: string, offload: string, busyTurns = 0): Promise<End> => {
    const end = await End.open(a, name, subnet, offload, busyTurns, running);
    ends.push(end);
    return end;
  };
  try {
    await veth(a, b, 'on', '10.8.0', true);
    await veth(a, b, 'off', '10.8.1', false);
    a.spawn('iperf3', ['-s'], { stdio: 'ignore' });
    const large = await open('large', '10.9.0', 'kernel');
    const host = await open('host', '10.9.1', 'host');
    const plain = await open('plain', '10.9.2', 'none');
    const bare = buildBare(a);
    if (bare !== null) await bareEnd(a, bare, 'bare', '10.9.4', 'sleep');
    const measures: Measures = {
      on: () => kernel(b, '10.8.0.1'),
      largeIn: () => large.transfer('in'),
      largeOut: () => large.transfer('out'),
      off: () => kernel(b, '10.8.1.1'),
      hostIn: () => host.transfer('in'),
      hostOut: () => host.transfer('out'),
      plainIn: () => plain.transfer('in'),
      plainOut: () => plain.transfer('out'),
      pingVeth: () => ping(b, '10.8.0.1'),
      pingIdle: () => ping(a, large.address),
      pingBusy: async () => {
        const busy = await End.open(a, 'busy', '10.9.3', 'kernel', BUSY_TURNS, { profiles: null });
        const us = await ping(a, busy.address);
        await busy.close();
        return us;
      },
    };
    if (bare !== null) {
      measures['pingBareIdle'] = () => ping(a, '10.9.4.2');
      measures['pingBareBusy'] = async () => {
        const busy = await bareEnd(a, bare, 'barebusy', '10.9.5', 'poll');
        const us = await ping(a, '10.9.5.2');
        const exit = once(busy, 'exit');
        busy.kill();
        await exit;
        return us;
      };
    }
    const figures = await inTurns(measures, rounds);
    const row = (what: string, ours: string, peer: string, theirs: string, better: 'more' | 'less'): Row => {
      const [x, y] = [figures[ours] as number, figures[theirs] as number];
      return { group: 'tun', what, stack: 'synfin', ours: x, peer, theirs: y, ratio: ratioOf(x, y, better) };
    };
    const [offloads, without] = ['veth, offloads on', 'veth, offloads off'];
    const rows = [
      row('TUN, offload: kernel, in, Gbit/s', 'largeIn', offloads, 'on', 'more'),
      row('TUN, offload: kernel, out, Gbit/s', 'largeOut', offloads, 'on', 'more'),
      row('TUN, offload: host, in, Gbit/s', 'hostIn', without, 'off', 'more'),
      row('TUN, offload: host, out, Gbit/s', 'hostOut', without, 'off', 'more'),
      row('TUN, offload: none, in, Gbit/s', 'plainIn', without, 'off', 'more'),
      row('TUN, offload: none, out, Gbit/s', 'plainOut', without, 'off', 'more'),
      row('round trip, event loop idle, µs', 'pingIdle', 'veth', 'pingVeth', 'less'),
      row('round trip, busy poll, µs', 'pingBusy', 'veth', 'pingVeth', 'less'),
    ];
    if (bare !== null) {
      const c = 'TUN, a program of C';
      rows.push(
        row('round trip, event loop idle, µs', 'pingIdle', `${c}, asleep`, 'pingBareIdle', 'less'),
        row('round trip, busy poll, µs', 'pingBusy', `${c}, polling`, 'pingBareBusy', 'less'),
      );
    }
    for (const { what, ours, peer, theirs, ratio } of rows) {
      process.stdout.write(
        `${what.padEnd(36)} ${shown(ours).padStart(6)}  ${peer} ${shown(theirs)}  ${shown(ratio)}x\n`,
      );
    }
    return rows;
  } finally {
    for (const end of ends) await end.close().catch(() => {});
    await a.close();
    await b.close();
  }
}

/** The median of each, measured in turns after one that does not count. */
async function inTurns(measures: Measures, rounds: number): Promise<Record<string, number>> {
  const figures: Record<string, number[]> = {};
  for (let round = -1; round < rounds; round++) {
    for (const [name, measure] of Object.entries(measures)) {
      const figure = await measure();
      if (round >= 0) figures[name] = [...(figures[name] ?? []), figure];
    }
  }
  return Object.fromEntries(Object.entries(figures).map(([name, all]) => [name, median(all)]));
}
