// A Linux guest in QEMU and this machine: by our gateway, beside QEMU's own user network (libslirp) and passt. Octets each
// way, and short connections one after the other. Wall clock, without KVM: the guest's processor is emulated, and is most
// of what is measured; all ways have the same one, in turns. qemu-system-x86, busybox-static, a kernel, passt. The guest does
// not end its direction first where octets come to it: passt of 2023 (Debian 12) then drops what has not come yet.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { card, QemuGuest, whyNoGuest } from '../test/vm/qemu.ts';
import { onCore } from './core.ts';
import { median } from './pair.ts';
import { type Row, ratioOf, shown } from './rows.ts';

const END = fileURLToPath(new URL('gateway/end.ts', import.meta.url));
const OCTETS = 40_000_000;
const CONNECTIONS = 40;
const MTU = 1500;
const LARGE_MTU = 65_520;
const LARGE = `synfin, MTU ${LARGE_MTU}`;
/** What takes longer does not work. */
const LONGEST_MS = 30_000;

/** A guest by one way out. */
interface Way {
  readonly guest: QemuGuest;
  close(): Promise<void>;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** A guest with an address, whatever its network is. */
async function guestOn(network: readonly string[]): Promise<QemuGuest> {
  const guest = await QemuGuest.boot({ network });
  await guest.run('ip link set eth0 up; udhcpc -i eth0 -n -q -t 8 -s /etc/udhcpc.sh');
  return guest;
}

async function byProgram(child: ChildProcess, path: string, dir: string, mtu = MTU): Promise<Way> {
  try {
    const device = `virtio-net-pci,host_mtu=${mtu}`;
    const guest = await guestOn(card(`stream,server=off,addr.type=unix,addr.path=${path}`, device));
    return {
      guest,
      async close() {
        await guest.close();
        await stopped(child);
        rmSync(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await stopped(child);
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

async function ours(mtu: number): Promise<Way> {
  const dir = mkdtempSync(join(tmpdir(), 'synfin-bench-'));
  const path = join(dir, 'vm.sock');
  const { flags, env } = await onCore();
  const child = spawn(process.execPath, [...flags, END, path, String(mtu)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  await once(child.stdout, 'data');
  return byProgram(child, path, dir, mtu);
}

const WAYS: Readonly<Record<string, () => Promise<Way>>> = {
  synfin: () => ours(MTU),
  [LARGE]: () => ours(LARGE_MTU),
  async libslirp() {
    const guest = await guestOn(card('user'));
    return { guest, close: () => guest.close() };
  },
  async passt() {
    const dir = mkdtempSync(join(tmpdir(), 'synfin-bench-'));
    execFileSync('chmod', ['777', dir]); // it becomes another user
    const path = join(dir, 'vm.sock');
    const place = ['--address', '10.0.2.15', '--netmask', '24', '--gateway', '10.0.2.2'];
    const child = spawn('passt', ['--foreground', '--quiet', '--socket', path, ...place], {
      stdio: 'ignore',
    });
    await new Promise((resolve) => setTimeout(resolve, 1000)); // it does not say when it listens
    return byProgram(child, path, dir);
  },
};

/** Servers on this machine, which know when the last octet was there. */
class Servers {
  readonly #servers: Server[] = [];
  /** Milliseconds that the last upload took, from its first octet to its end. */
  uploadMs = 0;

  async #listen(each: (socket: Socket) => void): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      each(socket);
    });
    this.#servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  source(): Promise<number> {
    return this.#answer(Buffer.alloc(OCTETS, 7));
  }
  sink(): Promise<number> {
    return this.#listen((socket) => {
      let begin = 0;
      socket.on('data', () => {
        begin ||= performance.now();
      });
      socket.on('end', () => {
        this.uploadMs = performance.now() - begin;
        socket.end();
      });
    });
  }
  answer(): Promise<number> {
    return this.#answer(Buffer.from('well\n'));
  }
  /** Answers a request of HTTP with these octets. */
  #answer(octets: Buffer): Promise<number> {
    return this.#listen((socket) =>
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${octets.length}\r\nConnection: close\r\n\r\n`);
        socket.end(octets);
      }),
    );
  }
  close(): void {
    for (const server of this.#servers) server.close();
  }
}

/** What a guest took, in milliseconds of this machine. */
async function timed(guest: QemuGuest, command: string): Promise<number> {
  const begin = performance.now();
  await guest.run(command, LONGEST_MS);
  return performance.now() - begin;
}

const mbits = (ms: number): number => (OCTETS * 8) / ms / 1000;

const MEASURES = ['to the guest, Mbit/s', 'from the guest, Mbit/s', 'a short connection, ms'] as const;

async function measure({ guest }: Way, servers: Servers, ports: readonly number[]): Promise<number[]> {
  const [source, sink, answer] = ports;
  const down = await timed(guest, `wget -q -O /dev/null http://10.0.2.2:${source}/`);
  await guest.run(`head -c ${OCTETS} /dev/zero | nc 10.0.2.2 ${sink}`, LONGEST_MS);
  const short = await timed(
    guest,
    `for i in $(seq ${CONNECTIONS}); do wget -q -O /dev/null http://10.0.2.2:${answer}/; done`,
  );
  return [mbits(down), mbits(servers.uploadMs), short / CONNECTIONS];
}

/** All rows, `rounds` times in turns; of each the median. */
export async function gatewayRows(rounds: number): Promise<Row[]> {
  const why = whyNoGuest();
  if (why !== '') throw new Error(`--rows gateway: ${why}`);
  const servers = new Servers();
  const ports = [await servers.source(), await servers.sink(), await servers.answer()];
  const ways = new Map<string, Way>();
  for (const [name, open] of Object.entries(WAYS)) {
    try {
      ways.set(name, await open());
    } catch (error) {
      console.log(`no ${name}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  const samples = new Map<string, number[][]>([...ways.keys()].map((name) => [name, []]));
  const failed = async (name: string, way: Way, error: unknown): Promise<void> => {
    console.log(`no ${name}: ${(error as Error).message.split('\n')[0]}`);
    ways.delete(name);
    samples.delete(name);
    await way.close();
  };
  for (let i = 0; i < rounds; i++) {
    for (const [name, way] of ways) {
      try {
        samples.get(name)?.push(await measure(way, servers, ports));
      } catch (error) {
        await failed(name, way, error);
      }
    }
  }
  for (const way of ways.values()) await way.close();
  servers.close();
  const rows: Row[] = [];
  MEASURES.forEach((what, n) => {
    const of = (name: string): number | null => {
      const taken = samples.get(name);
      return taken === undefined ? null : median(taken.map((each) => each[n] as number));
    };
    const better = what.endsWith('ms') ? 'less' : 'more';
    for (const [stack, variant] of [
      ['synfin', what],
      [LARGE, what.replace(',', `, MTU ${LARGE_MTU},`)],
    ] as const) {
      const mine = of(stack);
      for (const peer of [...samples.keys()].filter((name) => !name.startsWith('synfin'))) {
        const theirs = of(peer);
        const ratio = ratioOf(mine, theirs, better);
        rows.push({ group: 'gateway', what: variant, stack: 'synfin', ours: mine, peer, theirs, ratio });
        console.log(
          `${variant.padEnd(38)} ${shown(mine).padStart(8)}  ${peer} ${shown(theirs)}  ratio ${shown(ratio)}`,
        );
      }
    }
  });
  return rows;
}
