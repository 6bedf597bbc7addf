// Whatever bytes arrive: nothing is thrown, nothing stays in memory that was not there before, and every
// connection keeps its invariants.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenInvariant } from '../tcp/index.ts';
import { ACK, FIN, finish, IPPROTO_TCP, pseudoSumWords, RST, SYN, sum, URG } from '../wire/index.ts';
import type { Host, InterfaceKind } from './index.ts';
import { Net, octets, port, RawPort, type RawSegment, tcpPacket } from './testing.ts';

const MAC = [2, 0, 0, 0, 0, 2];

function victim(kind: InterfaceKind): { net: Net; host: Host; raw: RawPort } {
  const net = new Net();
  const host = net.host('b', ['10.0.0.2/24', 'fd00::2/64'], { iface: { kind, mac: '02:00:00:00:00:02' } });
  host.addRoute('default', port(host), '10.0.0.1');
  host.addRoute('default6', port(host), 'fd00::1');
  host.listen({ port: 80, handler: {} });
  host.udp({ port: 53, onMessage: () => {} });
  return { net, host, raw: new RawPort(net, host) };
}

/** Fails when a connection of the host breaks an invariant. */
function expectSound(host: Host, what: () => string): void {
  for (const c of host.connections) {
    const broken = brokenInvariant(c.tcb);
    if (broken !== null) throw new Error(`${broken} after ${what()}`);
  }
}

/** Headers that lead deeper: an IPv4 or IPv6 packet for the host with this protocol. */
function addressed(protocol: number, six: boolean, payload: Uint8Array): Uint8Array {
  if (six) {
    const bytes = new Uint8Array(40 + payload.length);
    bytes.set([0x60, 0, 0, 0, payload.length >> 8, payload.length & 255, protocol, 255]);
    bytes.set([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 8);
    bytes.set([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2], 24);
    bytes.set(payload, 40);
    return bytes;
  }
  const len = 20 + payload.length;
  const bytes = new Uint8Array(len);
  bytes.set([0x45, 0, len >> 8, len & 255, 0, 1, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
  bytes.set(payload, 20);
  return withIpChecksum(bytes);
}

function withIpChecksum(bytes: Uint8Array): Uint8Array {
  bytes.fill(0, 10, 12);
  let total = 0;
  for (let i = 0; i < 20; i += 2) total += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
  bytes[10] = (~total >> 8) & 255;
  bytes[11] = ~total & 255;
  return bytes;
}

const bytes = fc.uint8Array({ maxLength: 200 });
const protocol = fc.constantFrom(0, 1, 6, 17, 43, 44, 58, 60, 99);

describe('any bytes', () => {
  it('on an interface without frames', async () => {
    const { net, host, raw } = victim('ip');
    const packet = fc.oneof(
      bytes,
      fc.tuple(protocol, fc.boolean(), bytes).map(([p, six, b]) => addressed(p, six, b)),
    );
    fc.assert(
      fc.property(packet, (p) => {
        raw.send(p);
        raw.take();
      }),
      { numRuns: 20_000 },
    );
    await net.rest();
    expect([host.tcp.size, net.memory.used]).toEqual([0, 0]);
  });

  it('on Ethernet, to us, to all and to groups', async () => {
    const { net, host, raw } = victim('ethernet');
    const dst = fc.constantFrom(
      MAC,
      [255, 255, 255, 255, 255, 255],
      [0x33, 0x33, 0xff, 0, 0, 2],
      [2, 9, 9, 9, 9, 9],
    );
    const type = fc.constantFrom([8, 0], [8, 6], [0x86, 0xdd], [0x81, 0]);
    const inner = fc.oneof(
      bytes,
      fc.tuple(protocol, fc.boolean(), bytes).map(([p, six, b]) => addressed(p, six, b)),
      bytes.map((b) => new Uint8Array([0, 1, 8, 0, 6, 4, 0, 1, ...b])),
    );
    fc.assert(
      fc.property(fc.oneof(bytes, fc.tuple(dst, type, inner)), (f) => {
        if (f instanceof Uint8Array) raw.send(f);
        else raw.send(new Uint8Array([...f[0], 2, 0, 0, 0, 0, 1, ...f[1], ...f[2]]));
        raw.frames.length = 0;
      }),
      { numRuns: 20_000 },
    );
    await net.rest();
    expect([host.tcp.size, net.memory.used]).toEqual([0, 0]);
  });
});

const seq = fc.oneof(
  fc.integer({ min: -100, max: 70_000 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
);
const ctl = fc
  .array(fc.constantFrom(SYN, ACK, ACK, ACK, FIN, RST, 8, URG), { maxLength: 4 })
  .map((bits) => bits.reduce((a, b) => a | b, 0));

/** Numbers are relative to what the host expects of its first peer. */
const segment = fc.record({
  from: fc.constantFrom(9, 9, 9, 10),
  to: fc.constantFrom(80, 80, 81),
  ctl,
  seq,
  ack: seq,
  wnd: fc.constantFrom(0, 1, 500, 65_535),
  opts: fc.integer({ min: 0, max: 31 }),
  tsVal: seq,
  tsEcr: seq,
  text: fc.nat({ max: 1400 }),
});

/** What a user may do between segments. */
const act = fc.constantFrom('read', 'write', 'end', 'close', 'abort', 'wait', 'wait', 'keepalive', 'connect');

/** What an honest peer sends: it acknowledges everything, but for a FIN that crosses ours. */
const RIGHT = {
  'peer acknowledges': { ctl: ACK },
  'peer sends': { ctl: ACK, text: octets(500) },
  'peer ends': { ctl: ACK | FIN },
  'FINs cross': { ctl: ACK | FIN },
  'peer answers': { ctl: ACK | SYN },
  'peer opens too': { ctl: SYN },
} as const;
const right = fc.constantFrom(...(Object.keys(RIGHT) as (keyof typeof RIGHT)[]));

/** A handshake from peer 9, or not. */
const beginning = fc.constantFrom<readonly Partial<RawSegment>[]>(
  [],
  [{ ctl: SYN, seq: 0 }],
  [
    { ctl: SYN, seq: 0 },
    { ctl: ACK, seq: 0, ack: 1 },
  ],
);

describe('any segments', () => {
  it('in any state, with right checksums, while the user does anything: connections keep their invariants', async () => {
    const seen = new Set<string>();
    const steps = fc.array(
      fc.oneof({ arbitrary: segment, weight: 3 }, { arbitrary: right, weight: 3 }, act),
      {
        maxLength: 40,
      },
    );
    await fc.assert(
      fc.asyncProperty(beginning, steps, async (first, then) => {
        const { net, host, raw } = victim('ip');
        const done: string[] = [];
        let iss = 0;
        const send = (r: Partial<RawSegment>): void => {
          const [c] = host.connections;
          const { from = c?.remotePort ?? 9, to = c?.localPort ?? 80, ctl = 0 } = r;
          const segment: RawSegment = {
            ...r,
            from,
            to,
            ctl,
            seq: ((c?.tcb.rcv.nxt ?? 1000) + (r.seq ?? 0)) | 0,
            ack: ((c?.tcb.snd.una ?? iss) + (r.ack ?? 0)) | 0,
            tsVal: ((c?.tcb.tsRecent ?? 0) + (r.tsVal ?? 0)) | 0,
          };
          raw.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', segment));
          for (const answer of raw.takeSegments()) if ((answer.ctl & SYN) !== 0) iss = answer.seq;
        };
        for (const r of first) send(r);
        for (const step of then) {
          done.push(JSON.stringify(step));
          const [c] = host.connections;
          if (typeof step !== 'string') send({ ...step, text: octets(step.text) });
          else if (step in RIGHT) {
            const flight = c === undefined || step === 'FINs cross' ? 0 : c.tcb.snd.nxt - c.tcb.snd.una;
            send({ ...RIGHT[step as keyof typeof RIGHT], ack: flight | 0 });
          } else if (step === 'wait') await net.pass(700_000);
          else if (step === 'connect') host.open({ address: '10.0.0.1', port: 9 });
          else if (step === 'read') c?.discard(300);
          else if (step === 'write') c?.offer(octets(3000));
          else if (step === 'end') void c?.end();
          else if (step === 'close') c?.close();
          else if (step === 'keepalive') c?.setKeepAlive();
          else c?.abort();
          for (const { state } of host.connections) seen.add(state);
          expectSound(host, () => done.join('\n'));
        }
        await net.finish();
      }),
      { numRuns: 1500 },
    );
    for (const state of [
      'SYN-SENT',
      'SYN-RECEIVED',
      'ESTABLISHED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'CLOSE-WAIT',
      'CLOSING',
      'LAST-ACK',
    ])
      expect([...seen]).toContain(state);
  });
});

describe('real traffic with flipped octets', () => {
  /** Makes the checksums of a TCP packet right again, so that what was changed gets through. */
  function repair(net: Net, off: number, len: number): void {
    const { memory } = net;
    const { u8, dv } = memory;
    if (len < 40 || u8[off] !== 0x45 || u8[off + 9] !== IPPROTO_TCP) return;
    dv.setUint16(off + 10, 0);
    dv.setUint16(off + 10, finish(sum(memory, off, 20, 0)));
    const tcp = len - 20;
    const pseudo = pseudoSumWords(
      4,
      0,
      0,
      0xffff,
      dv.getInt32(off + 12),
      0,
      0,
      0xffff,
      dv.getInt32(off + 16),
      6,
      tcp,
    );
    dv.setUint16(off + 36, 0);
    dv.setUint16(off + 36, finish(sum(memory, off + 20, tcp, pseudo)));
  }

  it('with checksums made right: nothing is thrown, invariants hold, everything ends and is given back', async () => {
    for (let seed = 1; seed <= 150; seed++) {
      const net = new Net(seed);
      const random = net.world.random.fork('flips');
      const tcp = {
        keepAlive: true,
        keepAliveIdleMs: 10_000,
        keepAliveIntervalMs: 1000,
        r2Ms: 60_000,
        synR2Ms: 60_000,
      };
      const { a, b, wire } = net.pair({ delayUs: 3000 }, { tcp }, { tcp });
      let flipped = 0;
      let seen = 0;
      wire.tap = {
        delivered: (p) => {
          if (!random.chance(0.1)) return;
          flipped++;
          const at = p.off + random.int(Math.min(p.len, 60));
          net.memory.u8[at] = (net.memory.u8[at] as number) ^ (1 << random.int(8));
          if (random.chance(0.9)) repair(net, p.off, p.len);
        },
      };
      const check = (host: Host) => () => {
        seen++;
        expectSound(host, () => `seed ${seed}`);
      };
      a.tap = { processed: check(a) };
      b.tap = { processed: check(b) };
      b.listen({
        port: 80,
        handler: {
          readable: (s) => {
            const n = s.take()?.length ?? 0;
            if (n > 0) s.offer(octets(n));
            if (s.eof) s.close();
          },
        },
      });
      for (let i = 0; i < 3; i++) {
        const c = a.open({ address: '10.0.0.2', port: 80 });
        c.handler = { readable: (it) => void (it.take() === null && it.eof && it.close()) };
        const ended = c.closed.catch(() => {});
        c.write(octets(20_000))
          .then(() => c.end())
          .catch(() => {});
        void ended;
      }
      await net.pass(300_000_000);
      expect(flipped).toBeGreaterThan(0);
      expect(seen).toBeGreaterThan(0);
      await net.finish();
    }
  });
});
