import { expect, test } from 'vitest';
import { type Connection, Host, RealClock, type TimerPlatform } from '../../host/index.ts';
import type { WireTap } from '../../sim/index.ts';
import { Memory, Offload } from '../../wire/index.ts';
import { PcapngWriter } from '../pcapng.ts';
import {
  type AttachDeviceOptions,
  type Attachment,
  attachDevice,
  networkAddress,
  peerAddresses,
} from './attach.ts';
import { HostCapture } from './capture.ts';
import type { TunReceiver } from './device.ts';

/** Time and timers that the test moves; milliseconds. */
class FakeTime implements TimerPlatform {
  readonly timeOrigin = 1_700_000_000_000;
  ms = 100;
  timers: { atMs: number; fn: () => void }[] = [];
  /** Added at every reading: time goes on while an event is processed. */
  step = 0;

  now(): number {
    this.ms += this.step;
    return this.ms;
  }
  setTimer(ms: number, fn: () => void): unknown {
    const timer = { atMs: this.ms + ms, fn };
    this.timers.push(timer);
    return timer;
  }
  clearTimer(timer: unknown): void {
    this.timers = this.timers.filter((each) => each !== timer);
  }
}

/** A device whose packets wait until the test passes them on. */
class FakeDevice {
  readonly mtu = 1500;
  readonly name: string;
  readonly memory: Memory;
  receiver: TunReceiver | null = null;
  readonly gso: { readonly maxOctets: number } | null;
  sent: Uint8Array[] = [];
  /** What was asked for each packet that was sent. */
  offloads: (Offload | null)[] = [];
  calls: string[] = [];

  constructor(name: string, memory: Memory, gso: { maxOctets: number } | null = null) {
    this.gso = gso;
    this.name = name;
    this.memory = memory;
  }
  onPackets(receiver: TunReceiver): void {
    this.receiver = receiver;
  }
  write(off: number, len: number, offload: Offload | null = null): boolean {
    this.offloads.push(offload === null ? null : Object.assign(new Offload(), offload));
    this.sent.push(this.memory.u8.slice(off, off + len));
    return true;
  }
  pause(): void {
    this.calls.push('pause');
  }
  resume(): void {
    this.calls.push('resume');
  }
  close(): void {
    this.calls.push('close');
  }
  /** The other side sends, and says this beside its packets: one batch, each packet in the same block. */
  batch(packets: readonly Uint8Array[], said: readonly (Offload | null)[] = []): void {
    const block = this.memory.alloc(65_536);
    for (const [i, octets] of packets.entries()) {
      this.memory.u8.set(octets, block);
      this.receiver?.receive(block, octets.length, said[i] ?? null);
    }
    this.receiver?.batchEnd();
    this.memory.free(block, 65_536);
  }
}

interface End {
  host: Host;
  clock: RealClock;
  device: FakeDevice;
  attachment: Attachment;
}

/** Two hosts, 10.0.0.1 and 10.0.0.2, each on a device of its own. */
class Bench {
  readonly time = new FakeTime();
  readonly a: End;
  readonly b: End;

  constructor(
    options: Partial<AttachDeviceOptions> = {},
    gso: { maxOctets: number } | null = null,
    theirGso: { maxOctets: number } | null = null,
  ) {
    this.a = this.#end(1, options, gso);
    this.b = this.#end(2, {}, theirGso);
  }

  #end(n: number, options: Partial<AttachDeviceOptions>, gso: { maxOctets: number } | null): End {
    const clock = new RealClock(this.time);
    let random = n;
    const host = new Host({
      name: `host ${n}`,
      clock,
      random: () => {
        random = (Math.imul(random, 1_103_515_245) + 12_345) | 0;
        return random;
      },
    });
    const device = new FakeDevice(`dev${n}`, host.memory, gso);
    const attachment = attachDevice(host, device, {
      addresses: [`10.0.0.${n}/24`],
      timers: this.time,
      ...options,
    });
    return { host, clock, device, attachment };
  }

  /** Passes packets on until there are none; time goes on by 10 µs for each batch. */
  exchange(): void {
    for (;;) {
      const fromA = this.a.device.sent.splice(0);
      const fromB = this.b.device.sent.splice(0);
      if (fromA.length + fromB.length === 0) return;
      const saidByA = this.a.device.offloads.splice(0);
      const saidByB = this.b.device.offloads.splice(0);
      this.time.ms += 0.01;
      if (fromA.length > 0) this.b.device.batch(fromA, saidByA);
      if (fromB.length > 0) this.a.device.batch(fromB, saidByB);
    }
  }

  /** Time goes on by `ms`; timers that are due run, and packets are passed on. */
  pass(ms: number): void {
    const end = this.time.ms + ms;
    for (;;) {
      this.exchange();
      const first = this.time.timers.sort((x, y) => x.atMs - y.atMs)[0];
      if (first === undefined || first.atMs > end) break;
      this.time.timers.shift();
      this.time.ms = Math.max(this.time.ms, first.atMs);
      first.fn();
    }
    this.time.ms = end;
  }

  async connect(): Promise<{ ours: Connection; theirs: Connection }> {
    const listener = this.b.host.listen({ port: 80 });
    const opening = this.a.host.connect({ address: '10.0.0.2', port: 80 });
    const accepting = listener.accept();
    this.pass(100);
    return { ours: await opening, theirs: await accepting };
  }
}

test('hosts behind devices exchange octets, and whole connections end, driven by packets and one timer each', async () => {
  const bench = new Bench();
  const { ours, theirs } = await bench.connect();
  await ours.write(new Uint8Array(20_000).fill(7));
  bench.pass(1000);
  expect(theirs.take()).toEqual(new Uint8Array(20_000).fill(7));
  const ends = [ours.end(), theirs.end()];
  bench.pass(1000);
  await Promise.all(ends);
  expect([ours.state, theirs.state]).toEqual(['TIME-WAIT', 'TIME-WAIT']); // both closed at once
  bench.pass(120_000);
  expect(bench.a.host.describe()).toBe('host 1: 0 connections, 0 in TIME-WAIT');
  expect(bench.time.timers).toEqual([]);
});

test('a batch happens at one moment: the clock is read once for it, and goes on afterwards', async () => {
  const bench = new Bench();
  const { ours } = await bench.connect();
  await ours.write(new Uint8Array(4 * 1448));
  const packets = bench.a.device.sent.splice(0);
  expect(packets).toHaveLength(4);
  const { clock, host } = bench.b;
  const seen: number[] = [];
  host.tap = { processed: (_tcb, _seg, nowUs) => void seen.push(nowUs, clock.now()) };
  bench.time.step = 1;
  bench.b.device.batch(packets);
  expect(new Set(seen).size).toBe(1);
  const after = clock.now();
  expect(after).toBeGreaterThan(seen[0] as number);
  expect(clock.now()).toBeGreaterThan(after);
});

test('the timer is set for the first deadline and left alone by later ones', async () => {
  const bench = new Bench();
  const { ours } = await bench.connect();
  await ours.write(new Uint8Array(10)); // the retransmission timer
  const set = bench.time.timers.length;
  const first = bench.time.timers.map(({ atMs }) => atMs);
  await ours.write(new Uint8Array(10));
  ours.setKeepAlive();
  expect(bench.time.timers.map(({ atMs }) => atMs)).toEqual(first);
  expect(set).toBeLessThanOrEqual(2);
  bench.a.device.sent.length = 0; // lost
  bench.pass(2000);
  expect(ours.info().retransmissions).toBeGreaterThan(0);
  expect(ours.info().unackedBytes).toBe(0);
});

/** The texts of a capture: comments and names. */
function texts(octets: readonly number[]): string {
  return Buffer.from(octets).toString('latin1');
}

test('a capture has a packet before its answer, with the states that the packet caused', async () => {
  const octets: number[] = [];
  const bench = new Bench({ capture: new PcapngWriter((bytes) => void octets.push(...bytes)) });
  await bench.connect();
  const text = texts(octets);
  const order = ['host 1', 'SYN-SENT', 'SYN-SENT -> ESTABLISHED', 'ESTABLISHED'];
  let at = 0;
  for (const comment of order) {
    at = text.indexOf(comment, at);
    expect(at, comment).toBeGreaterThan(0);
    at += comment.length;
  }
});

test('a capture says why the host discarded a packet: segment, checksum, header, address', async () => {
  const octets: number[] = [];
  const bench = new Bench({ capture: new PcapngWriter((bytes) => void octets.push(...bytes)) });
  const { theirs } = await bench.connect();
  await theirs.write(new Uint8Array(100));
  const [good] = bench.b.device.sent.splice(0);
  if (good === undefined) throw new Error('nothing was sent');
  const with1 = (at: number, flip: number): Uint8Array => {
    const bad = good.slice();
    bad[at] = (bad[at] as number) ^ flip;
    return bad;
  };
  bench.a.device.batch([with1(60, 1), with1(0, 0x10), good, good]);
  const text = texts(octets);
  expect(text).toContain('discarded: bad checksum');
  expect(text).toContain('discarded: IP version');
  expect(text).toContain('ESTABLISHED discarded: outside-window');
  expect(bench.a.host.counters.tcpBadChecksum).toBe(1);
});

test('a wire between loses packets, and the capture marks them; the memory loses none', async () => {
  const octets: number[] = [];
  const bench = new Bench({
    faults: { loss: 1, seed: 1 },
    capture: new PcapngWriter((bytes) => void octets.push(...bytes)),
  });
  const opening = bench.a.host.connect({ address: '10.0.0.2', port: 80 });
  opening.catch(() => {});
  bench.pass(1500);
  expect(bench.b.device.sent).toEqual([]);
  expect(texts(octets).split('SYN-SENT lost by the link: loss')).toHaveLength(3);
  expect(texts(octets).split('dropped')).toHaveLength(3);
  expect(bench.a.host.memory.used).toBe(0);
});

test('a wire between delays packets by real time, in both directions', async () => {
  const bench = new Bench({ faults: { delayUs: 30_000 } });
  bench.b.host.listen({ port: 80, handler: {} });
  const opening = bench.a.host.connect({ address: '10.0.0.2', port: 80 });
  bench.pass(200);
  expect((await opening).info().rttUs).toBeGreaterThanOrEqual(60_000);
  expect((await opening).info().rttUs).toBeLessThan(61_000);
});

test('pause and resume are the device’s; close takes host, timers and device apart', async () => {
  const bench = new Bench();
  const { ours } = await bench.connect();
  bench.a.attachment.pause();
  bench.a.attachment.resume();
  await ours.write(new Uint8Array(10));
  bench.a.attachment.close();
  bench.a.attachment.close();
  expect(bench.a.device.calls).toEqual(['pause', 'resume', 'close']);
  bench.a.device.sent.length = 0;
  await ours.write(new Uint8Array(10_000));
  expect(bench.a.device.sent).toEqual([]);
  expect(bench.a.attachment.iface.unsent).toBeGreaterThan(0);
});

test.each(['host', 'link'] as const)(
  'a capture says of which state each packet is of a segment that stands for several, cut by the %s',
  async (cutBy) => {
    const octets: number[] = [];
    const bench = new Bench();
    const { ours } = await bench.connect();
    const { clock, host, device, attachment } = bench.a;
    const writer = new PcapngWriter((bytes) => void octets.push(...bytes));
    const capture = new HostCapture(host, clock, writer, 'dev1');
    const gso = { maxOctets: 65_535 };
    attachment.iface.attach(
      (off, len, asked) => {
        capture.out(off, len, asked ?? null);
        device.write(off, len, asked);
        host.memory.free(off, len);
        capture.outDone();
      },
      { gso, cutBy },
    );
    host.addRoute('default', attachment.iface); // paths are looked up again, the offload of their interface, too
    await ours.write(new Uint8Array(8 * 1448));
    const { length } = device.sent;
    host.udp().send(new Uint8Array(10), '10.0.0.2', 53);
    writer.flush();
    expect([length, texts(octets).split('ESTABLISHED').length - 1]).toEqual([
      cutBy === 'host' ? 8 : 1,
      length,
    ]);
  },
);

test('a host without a RealClock cannot live on a device, nor one with another memory', () => {
  const memory = new Memory();
  const options = { addresses: ['10.0.0.1/24'] };
  const host = new Host({ clock: { now: () => 0 }, random: () => 1, memory });
  expect(() => attachDevice(host, new FakeDevice('x', memory), options)).toThrow(/RealClock/);
  const other = new Host({ clock: new RealClock(), random: () => 1 });
  expect(() => attachDevice(other, new FakeDevice('x', memory), options)).toThrow(/memory/);
});

test('a peer takes the prefix of the network that it is in', () => {
  expect(peerAddresses(['10.0.0.2/24', 'fd00::2/64'], ['fd00::1', '10.0.0.1'])).toEqual([
    { address: 'fd00::1', prefix: 64 },
    { address: '10.0.0.1', prefix: 24 },
  ]);
  expect(networkAddress(['10.0.0.2/24', 'fd00::2/64'], 'fd00::77')).toBe('fd00::2');
  expect(networkAddress(['10.0.0.2/24'], '10.0.1.1')).toBe('');
});

test.each([
  [['10.0.0.2/24'], ['10.0.1.1'], /none of the host/],
  [['10.0.0.2/24'], ['10.0.0.2'], /none of the host/],
  [['10.0.0.2/24', 'fd00::2/64'], ['10.0.0.1'], /no peer is in the network of fd00/],
  [['10.0.0.2'], ['10.0.0.1'], /prefix length/],
  [['10.0.0.2/24'], ['here'], /not an IP address/],
])('addresses %j with peers %j are refused', (addresses, peers, why) => {
  expect(() => peerAddresses(addresses, peers)).toThrow(why);
});

test('a device that cuts and sums is given segments that stand for several, and its own are taken as they are', async () => {
  const { device, host } = new Bench({}, { maxOctets: 65_535 }).a;
  const opening = host.connect({ address: '10.0.0.2', port: 80 });
  opening.catch(() => {});
  expect(device.offloads.map((said) => said?.sumFrom)).toEqual([20]);
  expect(host.interfaces[1]?.offload).toEqual({ gso: { maxOctets: 65_535 }, cutBy: 'link' });
  host.connections[0]?.abort();
});

test('a wire has real segments: what a device with offload brings is cut and summed before', async () => {
  const lengths: number[] = [];
  const tap: WireTap = { sent: ({ direction, len }) => void (direction === 'b->a' && lengths.push(len)) };
  const bench = new Bench({ watch: { tap } }, null, { maxOctets: 65_535 });
  const { ours, theirs } = await bench.connect();
  const before = bench.a.host.memory.used;
  await theirs.write(new Uint8Array(20_000).fill(7));
  const large = bench.b.device.offloads.filter((said) => said !== null && said.gsoSize > 0);
  bench.pass(1000);
  expect(large).not.toEqual([]);
  expect(ours.take()).toEqual(new Uint8Array(20_000).fill(7));
  expect(Math.max(...lengths)).toBe(1500);
  const { tcpBadChecksum, malformed } = bench.a.host.counters;
  expect([tcpBadChecksum, malformed.every((n) => n === 0)]).toEqual([0, true]);
  ours.abort();
  bench.pass(1000);
  expect(bench.a.host.memory.used).toBeLessThanOrEqual(before);
});
