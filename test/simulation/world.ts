// One small world for each seed: two or three hosts, a bad network, and programs that do what programs
// do. Everything follows from the seed, so that a failure can be played again.

import { expect } from 'vitest';
import type { Connection } from '../../src/host/index.ts';
import { concat, expectNothingLeft, Net, octets, watchInvariants } from '../../src/host/testing.ts';
import type { Random, Wire, WireConfig, WireOptions } from '../../src/sim/index.ts';
import type { TcpConfig, TcpError } from '../../src/tcp/index.ts';

/** How a connection may end besides in order. */
const NAMED_ERRORS = new Set([
  'ETIMEDOUT',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'EHOSTUNREACH',
]);

/** What one end sent and received, and how it ended. */
class End {
  readonly sent: Uint8Array;
  readonly received: Uint8Array[] = [];
  written = 0;
  eof = false;
  error: string | null = null;

  constructor(sent: Uint8Array) {
    this.sent = sent;
  }

  failed(error: unknown): void {
    const code = (error as TcpError).code;
    if (!NAMED_ERRORS.has(code)) throw error;
    this.error ??= code;
  }
}

function pick<T>(random: Random, of: readonly T[]): T {
  return of[random.int(of.length)] as T;
}

function randomConfig(random: Random, keepAlive: boolean): Partial<TcpConfig> {
  return {
    mslMs: pick(random, [1000, 30_000]),
    sendBuffer: pick(random, [500, 4096, 65_536, 262_144]),
    receiveBuffer: pick(random, [300, 2048, 65_535, 65_536, 262_144]),
    windowScale: random.chance(0.7),
    timestamps: random.chance(0.7),
    sack: random.chance(0.7),
    noDelay: random.chance(0.3),
    delayedAckMs: pick(random, [0, 40, 200]),
    keepAlive,
    keepAliveIdleMs: 20_000,
    keepAliveIntervalMs: 5000,
    maxRanges: pick(random, [1, 4, 64]),
  };
}

/** Faults from none to bad; loss stays low enough that R2 is not reached. */
function randomFaults(random: Random, worst: number): WireConfig {
  const config: WireConfig = { delayUs: pick(random, [0, 100, 10_000, 80_000]) };
  if (random.chance(0.6)) config.loss = random.float() * worst;
  if (random.chance(0.4)) config.duplicate = random.float() * 0.3;
  if (random.chance(0.4)) config.corrupt = random.float() * 0.1;
  if (random.chance(0.4)) config.jitterUs = random.int(50_000);
  if (random.chance(0.3)) config.keepOrder = true;
  if (random.chance(0.4)) config.reorder = { probability: random.float() * 0.3, extraDelayUs: 30_000 };
  if (random.chance(0.3)) {
    config.bandwidthBps = pick(random, [100_000, 1_000_000, 50_000_000]);
    config.queuePackets = pick(random, [3, 20, 1000]);
  }
  return config;
}

/** Writes everything in pieces, now and then pausing; `quit` aborts at some point. */
async function send(net: Net, random: Random, c: Connection, end: End, quit: boolean): Promise<void> {
  const { sent } = end;
  const most = pick(random, [10, 500, 5000, 100_000]);
  const quitAt = quit ? random.int(sent.length + 1) : Number.POSITIVE_INFINITY;
  while (end.written < sent.length) {
    if (end.written >= quitAt) return c.abort();
    const n = Math.min(1 + random.int(most), sent.length - end.written);
    const piece = sent.slice(end.written, end.written + n);
    end.written += n;
    const done = c.write(piece);
    if (random.chance(0.9)) await done;
    else done.catch((error) => end.failed(error));
    if (random.chance(0.05)) await net.world.sleep(random.int(3_000_000));
  }
  if (random.chance(0.2)) await net.world.sleep(random.int(2_000_000));
  await c.end();
}

async function receive(net: Net, random: Random, c: Connection, end: End): Promise<void> {
  const most = pick(random, [100, 2000, 0x7fffffff]);
  for (;;) {
    const chunk = await c.read(most);
    if (chunk === null) break;
    end.received.push(chunk);
    if (random.chance(0.05)) await net.world.sleep(random.int(5_000_000));
  }
  end.eof = true;
}

async function use(net: Net, random: Random, c: Connection, end: End, quit: boolean): Promise<void> {
  const both = [send(net, random, c, end, quit), receive(net, random, c, end)];
  await Promise.all(both.map((p) => p.catch((error) => end.failed(error))));
  await c.closed.catch((error) => end.failed(error));
  c.close();
}

/** A connection and what its two programs know of it. */
interface Pairing {
  client: End;
  /** More than one when an ACK came twice and returned the same SYN cookie twice (RFC 4987 section 3.6). */
  servers: End[];
}

function checkBytes(from: End, to: End): void {
  const received = concat(to.received);
  expect(received.length).toBeLessThanOrEqual(from.written);
  expect(received).toEqual(from.sent.subarray(0, received.length));
  // An end of stream is only told after every octet.
  if (to.eof) expect(received.length).toBe(from.sent.length);
}

/** A wire that loses most packets takes hours. */
const PATIENCE = { maxTimeUs: Infinity };

/** Runs the world of a seed, and throws when a rule of this file is broken. */
export async function runWorld(seed: number, lan: boolean): Promise<{ orderly: number; broken: number }> {
  const net = new Net(seed);
  const random = net.world.random.fork('programs');
  const worst = lan ? 0.1 : 0.25; // on a switch a packet crosses two wires
  const faults: WireOptions = { ...randomFaults(random, worst), aToB: randomFaults(random, worst) };
  if (lan) faults.corrupt = 0; // two flipped bits, one on each wire, can escape a checksum
  const mtu = pick(random, [1500, 1500, 1280, 9000]);
  const quits = random.chance(0.2);
  const lossy = Math.max(faults.loss ?? 0, faults.aToB?.loss ?? 0) > 0.05;
  const synBacklog = pick(random, [256, 256, 1, 0]);
  // When a RST is lost, or an old ACK returns a SYN cookie again, only keep-alives tell one end that there
  // is no other (RFC 9293 section 3.8.4).
  const keepAlive = quits || synBacklog < 256 || lossy || random.chance(0.1);
  const options = { iface: { mtu }, tcp: randomConfig(random, keepAlive) };
  const hosts = lan ? net.lan(3, faults, options) : [];
  let wire: Wire | null = null;
  if (!lan) {
    const pair = net.pair(faults, options, { iface: { mtu }, tcp: randomConfig(random, keepAlive) });
    hosts.push(pair.a, pair.b);
    wire = pair.wire;
  }
  if (wire !== null && random.chance(0.3)) {
    const fromUs = random.int(2_000_000);
    const how = pick(random, [undefined, 'a->b' as const, 'b->a' as const]);
    wire.partitionBetween(fromUs, fromUs + pick(random, [500_000, 5_000_000, 60_000_000]), how);
  }
  if (seed % 4 === 0) for (const host of hosts) watchInvariants(host);
  const pairings: Pairing[] = [];
  const byClientPort = new Map<string, Pairing>();
  const programs: Promise<void>[] = [];
  const server = hosts[1]!;
  const listener = server.listen({
    port: 80,
    backlog: pick(random, [1, 128]),
    synBacklog,
  });
  const serve = async (): Promise<void> => {
    for await (const c of listener) {
      const end = new End(octets(random.int(pick(random, [1, 3000, 30_000])), 7));
      const pairing = byClientPort.get(`${c.remoteAddress}:${c.remotePort}`);
      if (pairing !== undefined) pairing.servers.push(end);
      programs.push(
        use(net, net.world.random.fork(`server ${c.remotePort}`), c, end, quits && random.chance(0.5)),
      );
    }
  };
  const serving = serve();
  const count = 1 + random.int(3);
  for (let i = 0; i < count; i++) {
    const from = hosts[lan && i % 2 === 1 ? 2 : 0]!;
    const mine = net.world.random.fork(`client ${i}`);
    const pairing: Pairing = {
      client: new End(octets(mine.int(pick(mine, [1, 3000, 50_000])))),
      servers: [],
    };
    pairings.push(pairing);
    const open = async (): Promise<void> => {
      await net.world.sleep(mine.int(1_000_000));
      const c = from.open({ address: mine.chance(0.5) ? '10.0.0.2' : 'fd00::2', port: 80 });
      byClientPort.set(`${c.localAddress}:${c.localPort}`, pairing);
      try {
        await c.opened;
      } catch (error) {
        pairing.client.failed(error);
        return;
      }
      await use(net, mine, c, pairing.client, quits && mine.chance(0.3));
    };
    programs.push(open());
  }
  for (let done = 0; done < programs.length; ) {
    const now = programs.slice(done);
    done += now.length;
    await net.run(Promise.all(now), PATIENCE);
  }
  await net.rest(); // whoever had not been accepted, 2 MSL, keep-alives
  await Promise.all(programs);
  listener.close();
  await net.run(serving, PATIENCE);
  let orderly = 0;
  for (const { client, servers } of pairings) {
    if (synBacklog === 256) expect(servers.length).toBeLessThanOrEqual(1);
    const [other] = servers;
    if (other === undefined || servers.length > 1) continue;
    checkBytes(client, other);
    checkBytes(other, client);
    if (client.error === null && other.error === null) {
      orderly++;
      expect([client.eof, other.eof]).toEqual([true, true]);
    }
  }
  for (const host of hosts) expectNothingLeft(host);
  expect(net.memory.used).toBe(0);
  return { orderly, broken: pairings.length - orderly };
}
