// Signed segments: the TCP MD5 Signature option (RFC 2385), as BGP has it.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Drop, dropName } from '../tcp/index.ts';
import { ACK, FIN, OPT_MD5, OPT_TIMESTAMPS, RST, type Segment, SYN } from '../wire/index.ts';
import type { Host } from './index.ts';
import {
  codeOf,
  ipPacket,
  loneHost,
  Net,
  type NetHostOptions,
  octets,
  type RawPacket,
  type RawSegment,
  readAll,
  sendAndEnd,
  tcpBytes,
  thrown,
} from './testing.ts';

const US = '10.0.0.2';
const PEER = '10.0.0.1';
const KEY = 'a secret';

/** Two hosts that have the same key for each other. */
function pair(options: NetHostOptions = {}, wire = {}): { net: Net; a: Host; b: Host } {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 5000, ...wire }, options, options);
  for (const [host, peers] of [
    [a, ['10.0.0.2', 'fd00::2']],
    [b, ['10.0.0.1', 'fd00::1']],
  ] as const)
    for (const address of peers) host.setMd5Key(address, KEY);
  return { net, a, b };
}

/** What was dropped, by name. */
function drops({ counters }: Host): Record<string, number> {
  const found = counters.drops.flatMap((n, reason) =>
    n > 0 ? [[dropName(reason as Drop), n] as const] : [],
  );
  return Object.fromEntries(found);
}

describe('two hosts with the same key', () => {
  it.each([
    ['10.0.0.2', 'linux', 1460 - 20],
    ['fd00::2', 'linux', 1440 - 20],
    ['10.0.0.2', 'freebsd', 1460 - 20 - 12],
  ] as const)('to %s, options in the order of %s: a stream each way', async (address, profile, mss) => {
    const { net, a, b } = pair({ profile });
    const listener = b.listen({ port: 179, md5: true });
    const c = await net.run(a.connect({ address, port: 179, md5: true }));
    const s = await net.run(listener.accept());
    expect([c.tcb.snd.mss, s.tcb.snd.mss, c.tcb.sack]).toEqual([mss, mss, 1]);
    sendAndEnd(c, octets(100_000));
    sendAndEnd(s, octets(50_000, 7));
    expect(await net.run(Promise.all([readAll(s), readAll(c)]))).toEqual([
      octets(100_000),
      octets(50_000, 7),
    ]);
    await net.pass(100_000_000);
    expect([a, b].flatMap((host) => Object.keys(drops(host)).filter((name) => /md5/.test(name)))).toEqual([]);
    expect([a.tcp.size, b.tcp.size]).toEqual([0, 0]);
  });

  it('over a wire that loses and reorders', async () => {
    const { net, a, b } = pair(
      { profile: 'freebsd' },
      { loss: 0.05, reorder: { probability: 0.1, extraDelayUs: 3000 } },
    );
    const listener = b.listen({ port: 179, md5: true });
    const c = a.open({ address: US, port: 179, md5: true });
    const s = await net.run(listener.accept());
    sendAndEnd(c, octets(80_000));
    expect(await net.run(readAll(s))).toEqual(octets(80_000));
  });

  it('SYN cookies are signed, too; half-open and idle ones stay signed while they rest', async () => {
    for (const synCookies of [true, 'always'] as const) {
      const { net, a, b } = pair();
      const listener = b.listen({ port: 179, md5: true, synCookies });
      const c = a.open({ address: US, port: 179, md5: true });
      await net.pass(6000);
      b.tcp.rest.everybody();
      const s = await net.run(listener.accept());
      b.tcp.rest.everybody();
      sendAndEnd(c, octets(10));
      expect([await net.run(readAll(s)), s.tcb.md5]).toEqual([octets(10), 1]);
    }
  });

  it('in UDP datagrams', async () => {
    const { net, a, b } = pair({ tcpOverUdp: 9811 });
    const listener = b.listen({ port: 179, md5: true });
    const c = a.open({ address: US, port: 179, md5: true, udpPort: 9811 });
    const s = await net.run(listener.accept());
    sendAndEnd(c, octets(5000));
    expect(await net.run(readAll(s))).toEqual(octets(5000));
  });

  it('a listener signs with peers that it has a key for, and with no others', async () => {
    const { net, a, b } = pair();
    b.setMd5Key('10.0.0.1', null);
    const listener = b.listen({ port: 179, md5: true });
    const c = await net.run(a.connect({ address: US, port: 179 }));
    expect([c.tcb.md5, (await net.run(listener.accept())).tcb.md5]).toEqual([0, 0]);
  });

  it('a key that both ends change is used from the next segment on; without one nothing goes out', async () => {
    const { net, a, b } = pair();
    const listener = b.listen({ port: 179, md5: true });
    const c = await net.run(a.connect({ address: US, port: 179, md5: true }));
    const s = await net.run(listener.accept());
    a.setMd5Key('10.0.0.2', new Uint8Array([1, 2, 3]));
    c.offer(octets(10));
    await net.pass(100_000);
    expect([s.readableLength, drops(b)]).toEqual([0, { 'md5-wrong': 1 }]);
    b.setMd5Key('10.0.0.1', new Uint8Array([1, 2, 3]));
    await net.pass(2_000_000);
    expect(s.readableLength).toBe(10);
    a.setMd5Key('10.0.0.2', null);
    const { packetsOut } = a.counters;
    c.offer(octets(10));
    await net.pass(100_000);
    expect([a.counters.packetsOut - packetsOut, a.counters.md5NoKey]).toEqual([0, 1]);
  });
});

interface Peer {
  host: Host;
  /** Packets of the host, as they are. */
  frames: Uint8Array[];
  /** Sends a segment signed with `key`, unsigned (null), and what comes back. */
  send(r: RawSegment, key: string | null): { ctl: number; seq: number; signed: boolean }[];
}

/** The signature of a segment by RFC 2385 section 2.0, without a line of the stack's. */
function signature(src: string, dst: string, segment: Uint8Array, key: string): Buffer {
  const pseudo = Buffer.from([...src.split('.').map(Number), ...dst.split('.').map(Number), 0, 6, 0, 0]);
  pseudo.writeUInt16BE(segment.length, 10);
  const header = Buffer.from(segment.subarray(0, 20));
  header.writeUInt16BE(0, 16);
  const text = segment.subarray(((segment[12] as number) >> 2) & ~3);
  return createHash('md5').update(pseudo).update(header).update(text).update(key).digest();
}

/** A host with the key of a peer, which sends by hand. */
function peer(options: NetHostOptions = {}): Peer {
  const { net, host, raw } = loneHost(options);
  host.setMd5Key(PEER, KEY);
  const seen = ({ payload, segment }: RawPacket): { ctl: number; seq: number; signed: boolean } => {
    const { ctl, seq, opts } = segment as Segment;
    const signed = (opts & OPT_MD5) !== 0;
    if (signed) {
      const at = payload.findIndex((octet, i) => i >= 20 && octet === 19 && payload[i + 1] === 18) + 2;
      expect(Buffer.from(payload.subarray(at, at + 16))).toEqual(signature(US, PEER, payload, KEY));
    }
    return { ctl, seq, signed };
  };
  return {
    host,
    frames: raw.frames,
    send(r, key) {
      const segment = tcpBytes(net, PEER, US, { ...r, opts: (r.opts ?? 0) | (key === null ? 0 : OPT_MD5) });
      if (key !== null) {
        segment.set(signature(PEER, US, segment, key), 24); // behind NOP NOP, kind, length
        sum(segment);
      }
      raw.send(ipPacket(net, 6, PEER, US, segment));
      return raw.take().map(seen);
    },
  };
}

/** The checksum, made anew. */
function sum(segment: Uint8Array): void {
  const dv = new DataView(segment.buffer);
  dv.setUint16(16, 0);
  const odd = Buffer.concat([
    Buffer.from([10, 0, 0, 1, 10, 0, 0, 2, 0, 6]),
    Buffer.from([segment.length >> 8, segment.length & 255]),
    segment,
    Buffer.alloc(segment.length & 1),
  ]);
  let s = 0;
  for (let i = 0; i < odd.length; i += 2) s += odd.readUInt16BE(i);
  while (s > 0xffff) s = (s & 0xffff) + (s >>> 16);
  dv.setUint16(16, ~s & 0xffff);
}

const FROM = { from: 9, to: 179 };

/** An established connection of the peer. */
function established(p: Peer): { seq: number; ack: number } {
  p.host.listen({ port: 179, md5: true, handler: {} });
  const [syn] = p.send({ ...FROM, ctl: SYN, seq: 5 }, KEY);
  expect(syn).toMatchObject({ ctl: SYN | ACK, signed: true });
  const at = { seq: 6, ack: ((syn?.seq ?? 0) + 1) | 0 };
  expect(p.send({ ...FROM, ctl: ACK, ...at }, KEY)).toEqual([]);
  return at;
}

describe('a segment without the right signature is dropped, and nothing is said (RFC 2385 section 2.0)', () => {
  it.each([
    ['without one', null, 'md5-missing'],
    ['by another key', 'another', 'md5-wrong'],
  ])('%s: a SYN, text, a RST, a segment in TIME-WAIT', (_, key, reason) => {
    const p = peer();
    p.host.listen({ port: 80, md5: true });
    expect(p.send({ from: 9, to: 80, ctl: SYN, seq: 5 }, key)).toEqual([]);
    expect(p.send({ from: 9, to: 80, ctl: ACK, seq: 5, ack: 9 }, key)).toEqual([]);
    const at = established(p);
    const [c] = p.host.connections;
    expect(p.send({ ...FROM, ctl: ACK, ...at, text: octets(3) }, key)).toEqual([]);
    expect(p.send({ ...FROM, ctl: RST, ...at }, key)).toEqual([]);
    expect([c?.state, c?.readableLength, drops(p.host)]).toEqual(['ESTABLISHED', 0, { [reason]: 4 }]);
    p.send({ ...FROM, ctl: ACK, ...at, text: octets(3) }, KEY);
    expect(c?.readableLength).toBe(3);
    c?.discard();
    c?.close();
    const fin = { ...FROM, ctl: FIN | ACK, seq: at.seq + 3, ack: at.ack + 1 };
    expect(p.send(fin, KEY).at(-1)).toMatchObject({ ctl: ACK, signed: true });
    expect([p.host.tcp.timeWait.size, p.send(fin, key)]).toEqual([1, []]);
    expect(p.send(fin, KEY)).toMatchObject([{ ctl: ACK, signed: true }]);
  });

  it('header prediction overlooks none: text without a signature after text with one', () => {
    const p = peer();
    const at = established(p);
    const [c] = p.host.connections;
    p.host.tap = null;
    p.send({ ...FROM, ctl: ACK, ...at, text: octets(3) }, KEY);
    expect(c?.readableLength).toBe(3);
    p.send({ ...FROM, ctl: ACK, seq: at.seq + 3, ack: at.ack, text: octets(5) }, null);
    expect([c?.readableLength, drops(p.host)]).toEqual([3, { 'md5-missing': 1 }]);
  });

  it('the SYN,ACK of a cookie offers no timestamps, and those of the ACK are no options of the connection', () => {
    const p = peer();
    p.host.listen({ port: 179, md5: true, synCookies: 'always', handler: {} });
    const stamps = { opts: OPT_TIMESTAMPS, tsVal: 5, tsEcr: 0 };
    const [syn] = p.send({ ...FROM, ctl: SYN, seq: 5, ...stamps }, KEY);
    p.send({ ...FROM, ctl: ACK, seq: 6, ack: ((syn?.seq ?? 0) + 1) | 0, ...stamps }, KEY);
    expect(p.host.connections.map(({ state, tcb }) => [state, tcb.md5, tcb.ts])).toEqual([
      ['ESTABLISHED', 1, 0],
    ]);
  });

  it('a signed RST counts', () => {
    const p = peer();
    const at = established(p);
    p.send({ ...FROM, ctl: RST, ...at }, KEY);
    expect(p.host.connections).toEqual([]);
  });

  it('packets of a connection that lets routers cut them have no DF', () => {
    const p = peer();
    established(p);
    const c = p.host.connections[0] ?? expect.fail('there is none');
    c.tcb.noDelay = 1;
    p.frames.length = 0;
    const flags = [false, true].map((fragments) => {
      c.fragments = fragments;
      c.offer(octets(5));
      return p.frames.splice(0).map((packet) => (packet[6] as number) & 0x40);
    });
    expect(flags).toEqual([[0x40], [0]]);
  });

  it('a retransmission is signed as the first time, a RST of ours, too', () => {
    const p = peer();
    const at = established(p);
    const [c] = p.host.connections;
    c?.abort();
    expect(p.send({ ...FROM, ctl: ACK, ...at }, KEY).map(({ ctl, signed }) => [ctl & RST, signed])).toEqual([
      [RST, true],
      [RST, true],
    ]);
  });
});

describe('segments of no connection', () => {
  it('the RST for a signed one is signed, so that its sender can believe it', () => {
    const p = peer();
    expect(p.send({ from: 9, to: 81, ctl: SYN, seq: 5 }, KEY)).toMatchObject([
      { ctl: RST | ACK, signed: true },
    ]);
    expect(p.send({ from: 9, to: 81, ctl: SYN, seq: 5 }, null)).toMatchObject([
      { ctl: RST | ACK, signed: false },
    ]);
    expect(p.send({ from: 9, to: 81, ctl: SYN, seq: 5 }, 'another')).toEqual([]);
  });

  it('that for one without a signature is not signed, whatever has come before', () => {
    const p = peer({ profile: 'linux' });
    p.host.tap = null;
    p.host.listen({ port: 80, handler: {} });
    const to = { from: 9, to: 80 };
    const [syn] = p.send({ ...to, ctl: SYN, seq: 5 }, null);
    const at = { seq: 6, ack: ((syn?.seq ?? 0) + 1) | 0 };
    p.send({ ...to, ctl: ACK, ...at }, null);
    const [c] = p.host.connections;
    p.send({ ...to, ctl: ACK, ...at, text: octets(3) }, null);
    c?.discard();
    c?.close(); // nobody reads: text that comes now is answered by a RST
    expect(p.send({ from: 9, to: 81, ctl: SYN, seq: 5 }, KEY).at(-1)).toMatchObject({ signed: true });
    expect(p.send({ ...to, ctl: ACK, seq: 9, ack: at.ack, text: octets(3) }, null)).toMatchObject([
      { ctl: RST, signed: false },
    ]);
  });

  it('without a key for the peer the option is one that nobody knows', () => {
    const p = peer();
    p.host.setMd5Key(PEER, null);
    p.host.listen({ port: 179, md5: true });
    expect(p.send({ ...FROM, ctl: SYN, seq: 5 }, KEY)).toMatchObject([{ ctl: SYN | ACK, signed: false }]);
  });
});

describe('keys', () => {
  it('are 1 to 80 octets', () => {
    const { host } = loneHost();
    host.setMd5Key(PEER, 'x'.repeat(80));
    expect(() => host.setMd5Key(PEER, '')).toThrow(RangeError);
    expect(() => host.setMd5Key(PEER, 'x'.repeat(81))).toThrow(/key/);
    expect(() => host.setMd5Key(PEER, 5 as unknown as string)).toThrow(TypeError);
    expect(() => host.setMd5Key('nowhere', 'x')).toThrow(TypeError);
  });

  it('are of 1024 peers at most; one that has a key can have another', () => {
    const { host } = loneHost();
    const peerOf = (n: number): string => `10.1.${n >> 8}.${n & 255}`;
    for (let n = 0; n < 1024; n++) host.setMd5Key(peerOf(n), KEY);
    expect(thrown(() => host.setMd5Key(peerOf(1024), KEY))).toBe('ENOBUFS');
    host.setMd5Key(peerOf(5), 'another');
    host.setMd5Key(peerOf(5), null);
    host.setMd5Key(peerOf(1024), KEY);
    expect(host.tcp.md5Keys.size).toBe(1024);
  });

  it('without one nobody opens a signed connection', async () => {
    const { host } = loneHost();
    expect(await codeOf(host.connect({ address: PEER, port: 179, md5: true }))).toBe('EINVAL');
  });

  it('what its owner does to the octets afterwards is nothing to it', () => {
    const p = peer();
    const key = new TextEncoder().encode(KEY);
    p.host.setMd5Key(PEER, key);
    key.fill(0);
    expect(p.send({ from: 9, to: 81, ctl: SYN, seq: 5 }, KEY)).toMatchObject([{ signed: true }]);
  });
});
