// Packets by the short way and by the whole: two hosts with the same past are given the same packets, octet by octet; one
// predicts, the other does not. After each they have sent, counted and kept the same.

import { expect, test } from 'vitest';
import { State } from '../../tcp/index.ts';
import { eachField } from '../../tcp/tcb/fields.ts';
import {
  ACK,
  CWR,
  ECE,
  FIN,
  finish,
  IPPROTO_NONE,
  OPT_MSS,
  OPT_SACK,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  PSH,
  RST,
  SYN,
  URG,
} from '../../wire/index.ts';
import type { Connection, Host } from '../index.ts';
import { ipPacket, type LoneHost, loneHost, octets, port, type RawSegment, tcpPacket } from '../testing.ts';
import { TcpLayer } from './tcp-layer.ts';

const PEER = '10.0.0.1';
const HOST = '10.0.0.2';

/** Seeded 32-bit generator (mulberry32). */
function dice(seed: number): (below: number) => number {
  let a = seed | 0;
  return (below) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A host with a listener, and how many packets it was given went the short way. */
class Side {
  readonly lone: LoneHost;
  short = 0;
  c: Connection | null = null;

  constructor(headerPrediction: boolean) {
    this.lone = loneHost({ tcp: { headerPrediction }, addresses: [`${HOST}/24`, '10.0.0.9/24'] });
    const { host } = this.lone;
    host.tcp.predicted = (iface, off, len) => {
      const was = TcpLayer.prototype.predicted.call(host.tcp, iface, off, len);
      if (was) this.short++;
      return was;
    };
    host.listen({ port: 80, handler: { open: (c) => this.#opened(c) } });
  }

  #opened(c: Connection): void {
    this.c = c;
  }

  get host(): Host {
    return this.lone.host;
  }

  /** All that can be seen of it, as text. */
  seen(): string {
    const { host, lone, c } = this;
    const numbers: (number | string)[] = [
      host.tcp.size,
      host.tcp.timeWait.size,
      c?.state ?? '',
      c?.readableLength ?? 0,
    ];
    if (c !== null) eachField(c.tcb, (_part, name, values) => numbers.push(values[name] as number));
    const { drops, malformed, ...counters } = host.counters;
    const sent = lone.raw.frames.splice(0).map((bytes) => [...bytes].join(' '));
    return JSON.stringify([numbers, [...drops], [...malformed], counters, sent]);
  }
}

/** Makes both checksums of an IPv4 packet with TCP right. */
function resum(bytes: Uint8Array): Uint8Array {
  const dv = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = (from: number, to: number, begin: number): number => {
    let s = begin;
    for (let i = from; i < to; i += 2)
      s += ((bytes[i] as number) << 8) | (i + 1 < to ? (bytes[i + 1] as number) : 0);
    while (s > 0xffff) s = (s & 0xffff) + (s >>> 16);
    return s;
  };
  const headerLen = ((bytes[0] as number) & 15) << 2;
  if (headerLen < 20 || headerLen + 20 > bytes.length) return bytes;
  dv.setUint16(10, 0);
  dv.setUint16(10, finish(words(0, headerLen, 0)));
  dv.setUint16(headerLen + 16, 0);
  const length = bytes.length - headerLen;
  dv.setUint16(headerLen + 16, finish(words(headerLen, bytes.length, words(12, 20, 6 + length))));
  return bytes;
}

/** What may be odd about a packet. */
const ODD: readonly ((bytes: Uint8Array, roll: (below: number) => number) => Uint8Array)[] = [
  (bytes, roll) => {
    const at = roll(Math.min(bytes.length, 56));
    bytes[at] = (bytes[at] as number) ^ (1 << roll(8));
    return bytes; // and a checksum is wrong
  },
  (bytes, roll) => {
    const at = roll(Math.min(bytes.length, 56));
    bytes[at] = (bytes[at] as number) ^ (1 << roll(8));
    return resum(bytes);
  },
  (bytes, roll) => Uint8Array.of(...bytes, ...octets(1 + roll(6))), // padding of a frame
  (bytes, roll) => bytes.slice(0, roll(bytes.length)),
  (bytes, roll) => {
    bytes[1] = roll(256); // Diffserv, ECN
    return resum(bytes);
  },
  (bytes, roll) => {
    bytes[6] = [0x00, 0x20, 0x40, 0x80, 0x60][roll(5)] as number; // flags
    bytes[7] = roll(3) === 0 ? 1 : 0; // place of a fragment
    return resum(bytes);
  },
  (bytes, roll) => {
    bytes.set(
      [
        [10, 0, 0, 2],
        [127, 0, 0, 1],
        [10, 0, 0, 255],
        [224, 0, 0, 1],
        [10, 0, 0, 3],
        [0, 0, 0, 0],
      ][roll(6)] as number[],
      12,
    );
    return resum(bytes);
  },
  (bytes, roll) => {
    bytes.set(
      [
        [10, 0, 0, 9],
        [127, 0, 0, 1],
        [10, 0, 0, 255],
        [224, 0, 0, 1],
        [10, 0, 0, 3],
      ][roll(5)] as number[],
      16,
    );
    return resum(bytes);
  },
  (bytes) => {
    const more = Uint8Array.of(...bytes.slice(0, 20), 1, 1, 1, 0, ...bytes.slice(20)); // options of IPv4
    more[0] = 0x46;
    new DataView(more.buffer).setUint16(2, more.length);
    return resum(more);
  },
];

/** Opens a connection at both; the peer's port. */
function open(sides: readonly Side[], from: number, irs: number, opts: number, ctlOfSyn = SYN): void {
  for (const side of sides) {
    const { net, raw } = side.lone;
    side.c = null;
    raw.frames.splice(0);
    raw.packets.splice(0);
    const packet = (r: Partial<RawSegment>) =>
      tcpPacket(net, PEER, HOST, { from, to: 80, ctl: ACK, opts: opts & OPT_TIMESTAMPS, tsVal: 5, ...r });
    raw.send(packet({ ctl: ctlOfSyn, seq: irs, opts }));
    const ack = ((raw.takeSegments()[0]?.seq as number) + 1) | 0;
    // Another's segment, then something else of the peer's: its segments come from where packets came before.
    raw.send(tcpPacket(net, '10.0.0.3', HOST, { from: 7, to: 81, ctl: ACK, seq: 1, ack: 1 }));
    raw.send(ipPacket(net, IPPROTO_NONE, PEER, HOST, octets(8)));
    raw.send(packet({ seq: irs + 1, ack: ack + 99 })); // is reset, and the connection stays
    raw.send(packet({ seq: irs + 1, ack }));
    expect(side.c === null).toBe(false);
  }
}

test('thirty thousand packets have the same effect by the short way and by the whole', {
  timeout: 120_000,
}, () => {
  const roll = dice(9);
  const sides = [new Side(true), new Side(false)];
  const [one, other] = sides as [Side, Side];
  let from = 2000;
  let odd = 0;
  for (let n = 0; n < 30_000; n++) {
    if (one.c === null || one.c.ended || roll(one.c.state === 'ESTABLISHED' ? 400 : 12) === 0) {
      const opts = OPT_MSS | OPT_SACK_PERMITTED | (roll(3) > 0 ? OPT_TIMESTAMPS : 0);
      open(sides, from++, roll(2 ** 32) | 0, opts, roll(2) === 0 ? SYN : SYN | ECE | CWR);
    }
    const { tcb } = one.c as unknown as Connection;
    const { rcv, snd } = tcb;
    const usual = roll(5) > 0;
    const r: RawSegment = {
      from: tcb.remotePort,
      to: 80,
      ctl: usual
        ? ACK | (roll(2) * PSH)
        : ([0, ACK, FIN | ACK, URG | ACK, RST, SYN, ECE | ACK][roll(7)] as number),
      seq: (rcv.nxt + (usual ? 0 : roll(4000) - 2000)) | 0,
      ack: (snd.una + (roll(3) === 0 ? snd.nxt - snd.una : roll(3) === 0 ? roll(3000) - 1500 : 0)) | 0,
      wnd: roll(4) === 0 ? roll(65_536) : 60_000,
      up: roll(9) === 0 ? roll(50) : 0,
      text: octets(roll(2) * roll(roll(2) === 0 ? 130 : 1400)),
      tsVal: (tcb.tsRecent + roll(20) - 2) | 0,
      tsEcr: roll(1000),
      opts: (tcb.ts === 1) === roll(50) > 0 ? OPT_TIMESTAMPS : 0,
    };
    if (roll(30) === 0) r.opts = (r.opts ?? 0) | (roll(2) === 0 ? OPT_SACK : OPT_MSS);
    let bytes = tcpPacket(one.lone.net, PEER, HOST, r);
    if (roll(6) === 0) {
      odd++;
      bytes = (ODD[roll(ODD.length)] as (typeof ODD)[number])(bytes, roll);
    }
    const together = roll(8) === 0;
    const call = roll(12);
    const rare = roll(20) === 0;
    const amount = 1 + roll(roll(4) === 0 ? 30_000 : 3000); // a train of segments, or few
    const us = roll(3) * roll(300_000);
    const [a, b] = sides.map((side) => {
      const { host, lone, c } = side;
      if (together) port(host).together(() => lone.raw.send(bytes));
      else lone.raw.send(bytes);
      if (call === 0) c?.offer(octets(amount));
      else if (call < 6) c?.discard(amount);
      else if (call === 6 && rare) void c?.end();
      lone.net.world.runSync(lone.net.world.now() + us);
      return side.seen();
    });
    if (a !== b) expect([n, [...bytes], a]).toEqual([n, [...bytes], b]);
  }
  expect(other.short).toBe(0);
  expect(one.short).toBeGreaterThan(10_000);
  expect(odd).toBeGreaterThan(2500);
});

test('not while somebody watches, who is told of every packet', () => {
  const side = new Side(true);
  open([side], 2000, 100, 0);
  const send = (): void => {
    const { net, raw } = side.lone;
    const ack = (side.c as unknown as Connection).tcb.snd.una;
    raw.send(tcpPacket(net, PEER, HOST, { from: 2000, to: 80, ctl: ACK, seq: 101, ack }));
  };
  send();
  expect(side.short).toBe(3);
  let arrived = 0;
  const left: number[][] = [];
  side.host.tap = {
    arrives: () => arrived++,
    segmentOut: (_tcb, { textLen, gsoSize }) => left.push([textLen, gsoSize]),
  };
  send();
  expect([side.short, arrived]).toEqual([3, 1]);
  side.c?.offer(octets(3000)); // a train while nobody watches
  expect(left).toEqual([...new Array(5).fill([536, 0]), [320, 0]]);
});

test('whoever asks only for changes of state hides no short way, and is told of all of them', () => {
  const side = new Side(true);
  const changes: number[][] = [];
  side.host.tap = { transition: (_tcb, { from, to }) => void changes.push([from as number, to]) };
  open([side], 2000, 100, 0);
  const { net, raw } = side.lone;
  const { snd } = (side.c as unknown as Connection).tcb;
  const send = (ctl: number): void =>
    raw.send(tcpPacket(net, PEER, HOST, { from: 2000, to: 80, ctl, seq: 101, ack: snd.una }));
  send(ACK);
  send(FIN | ACK);
  expect(side.short).toBe(4);
  expect(changes.at(-1)).toEqual([State.ESTABLISHED, State.CLOSE_WAIT]);
});

test('a SYN goes the short way to who listens, where packets came before; not with ECN bits, to nobody, or to who is asked', () => {
  const side = new Side(true);
  open([side], 2000, 100, 0);
  side.host.listen({ port: 82, onSyn: () => {} });
  const { net, raw } = side.lone;
  raw.takeSegments();
  const syn = (r: Partial<RawSegment>): Uint8Array =>
    tcpPacket(net, PEER, HOST, { from: 3000, to: 80, ctl: SYN, seq: 7, ...r });
  const shortOf = (bytes: Uint8Array): number => {
    const before = side.short;
    raw.send(bytes);
    return side.short - before;
  };
  expect(shortOf(syn({}))).toBe(1);
  expect(raw.takeSegments().map(({ ctl, ack }) => [ctl, ack])).toEqual([[SYN | ACK, 8]]);
  expect(shortOf(syn({ from: 3001, ctl: SYN | ECE | CWR }))).toBe(0);
  expect([shortOf(syn({ to: 81 })), shortOf(syn({ to: 82 }))]).toEqual([0, 0]);
  const wrong = syn({ from: 3002 });
  wrong[24] = (wrong[24] as number) ^ 1; // SEG.SEQ
  expect([shortOf(wrong), side.host.counters.tcpBadChecksum, side.host.tcp.size]).toEqual([1, 1, 3]);
});
