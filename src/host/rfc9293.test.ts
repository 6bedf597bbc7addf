// Requirements of RFC 9293 appendix B that only a whole host can show: what TCP asks of IP, and what is
// true of every segment on the wire.

import { describe, expect, it } from 'vitest';
import {
  ACK,
  ETHERTYPE_ARP,
  FIN,
  finish,
  IPPROTO_TCP,
  type IpAddress,
  OPT_MSS,
  parseAddress,
  pseudoSumWords,
  SYN,
  sum,
} from '../wire/index.ts';
import type { Connection, Host, Listener } from './index.ts';
import {
  ipPacket,
  type LoneHost,
  loneHost,
  type Net,
  type NetHostOptions,
  octets,
  port,
  type RawPort,
  type RawSegment,
  tcpBytes,
  tcpPacket,
} from './testing.ts';

const OURS = '10.0.0.2';
const THEIRS = '10.0.0.1';

/** A host 10.0.0.2, fd00::2 and a peer that sends what a test writes. */
function alone(options: NetHostOptions = {}): LoneHost {
  const small = (options.iface?.mtu ?? 1500) < 1280;
  return loneHost(small ? options : { ...options, addresses: [`${OURS}/24`, '10.0.0.7/24', 'fd00::2/64'] });
}

/** The ones' complement sum of a segment and its pseudo-header: 0xffff when its checksum is right. */
function checksumOf(net: Net, src: string, dst: string, segment: Uint8Array): number {
  const off = net.memory.alloc(segment.length);
  net.memory.u8.set(segment, off);
  const s = parseAddress(src) as IpAddress;
  const d = parseAddress(dst) as IpAddress;
  const { length } = segment;
  const pseudo = pseudoSumWords(
    d.family,
    s.w0,
    s.w1,
    s.w2,
    s.w3,
    d.w0,
    d.w1,
    d.w2,
    d.w3,
    IPPROTO_TCP,
    length,
  );
  const result = sum(net.memory, off, length, pseudo);
  net.memory.free(off, length);
  return result;
}

/** A packet to 10.0.0.2 whose segment has exactly these octets of options. */
function withOptions(net: Net, r: RawSegment, options: readonly number[]): Uint8Array {
  const plain = tcpBytes(net, THEIRS, OURS, r);
  const bytes = new Uint8Array(plain.length + options.length);
  bytes.set(plain.subarray(0, 20));
  bytes.set(options, 20);
  bytes.set(plain.subarray(20), 20 + options.length);
  bytes[12] = (20 + options.length) << 2;
  bytes.set([0, 0], 16);
  const check = finish(checksumOf(net, THEIRS, OURS, bytes));
  bytes.set([check >> 8, check & 255], 16);
  return ipPacket(net, IPPROTO_TCP, THEIRS, OURS, bytes);
}

/** A connection of `host` to port 9 of the peer, ESTABLISHED; the peer's ISS is 0. */
function opened(net: Net, host: Host, raw: RawPort, options: Partial<Parameters<Host['open']>[0]> = {}) {
  const address = options.address ?? THEIRS;
  const own = address === THEIRS ? OURS : 'fd00::2';
  const c = host.open({ port: 9, ...options, address });
  const iss = raw.packets.at(-1)?.segment?.seq ?? 0;
  const send = (r: Omit<RawSegment, 'from' | 'to'>): void =>
    raw.send(tcpPacket(net, address, own, { from: 9, to: c.localPort, ...r, ack: iss + (r.ack ?? 0) }));
  send({ ctl: SYN | ACK, seq: 0, ack: 1 });
  expect(c.state).toBe('ESTABLISHED');
  return { c, send };
}

describe('checksum and options of segments', () => {
  it('MUST-2: the checksum of every segment is right: SYN, ACK, text, FIN and RST, IPv4 and IPv6', async () => {
    for (const [own, peer] of [
      [OURS, THEIRS],
      ['fd00::2', 'fd00::1'],
    ] as const) {
      const { net, host, raw } = alone();
      const { c } = opened(net, host, raw, { address: peer });
      await net.run(c.write(octets(1001)));
      c.abort();
      const { c: d, send } = opened(net, host, raw, { address: peer, port: 9, localPort: 77 });
      void d.end();
      send({ ctl: ACK, seq: 1, ack: 2 });
      raw.send(tcpPacket(net, peer, own, { from: 9, to: 78, ctl: SYN })); // refused
      const packets = raw.take();
      expect(packets.length).toBeGreaterThanOrEqual(8);
      for (const p of packets) expect(checksumOf(net, p.src, p.dst, p.payload)).toBe(0xffff);
    }
  });

  it('MUST-5, MUST-6: options may come in any segment, and those that nobody knows change nothing', async () => {
    const { net, host, raw } = alone();
    const listener = host.listen({ port: 80 });
    const unknown = [1, 0xfe, 6, 0xde, 0xad, 0xbe, 0xef, 0];
    raw.send(withOptions(net, { from: 9, to: 80, ctl: SYN, seq: 99 }, unknown));
    const ack = (raw.takeSegments()[0]?.seq ?? 0) + 1;
    raw.send(withOptions(net, { from: 9, to: 80, ctl: ACK, seq: 100, ack }, unknown));
    raw.send(withOptions(net, { from: 9, to: 80, ctl: ACK, seq: 100, ack, text: octets(10) }, unknown));
    raw.send(withOptions(net, { from: 9, to: 80, ctl: FIN | ACK, seq: 110, ack }, unknown));
    const c = await net.run(listener.accept());
    expect([c.state, c.info().sndMss, c.take()]).toEqual(['CLOSE-WAIT', 536, octets(10)]);
  });

  it('MUST-7: an option of an illegal length in the middle of a connection: the segment is dropped and counted, nothing else happens', () => {
    const { net, host, raw } = alone();
    const { c } = opened(net, host, raw);
    raw.take();
    const ack = (c.info().sndNxt + 0) | 0;
    for (const options of [
      [0xfe, 0, 0, 0],
      [0xfe, 1, 0, 0],
      [1, 1, 0xfe, 40],
    ])
      raw.send(
        withOptions(net, { from: 9, to: c.localPort, ctl: ACK, seq: 1, ack, text: octets(10) }, options),
      );
    expect([c.state, c.readableLength, raw.take()]).toEqual(['ESTABLISHED', 0, []]);
    expect(host.counters.malformed.reduce((a, b) => a + b)).toBe(3);
  });

  it('MAY-3, MUST-67: the SYN has an MSS option also when it says the default; it is what the interface takes less 40 or 60', () => {
    for (const [mtu, address, mss] of [
      [576, THEIRS, 536],
      [1280, 'fd00::1', 1220],
      [9000, THEIRS, 8960],
    ] as const) {
      const { host, raw } = alone({ iface: { mtu } });
      host.open({ address, port: 9 });
      const [syn] = raw.takeSegments();
      expect([(syn?.opts ?? 0) & OPT_MSS, syn?.mss]).toEqual([OPT_MSS, mss]);
    }
  });
});

describe('OPEN', () => {
  it('MUST-41, MUST-42: a passive OPEN of a port with connections in SYN-SENT and SYN-RECEIVED works and changes nothing of them', () => {
    const { net, host, raw } = alone();
    const sent = host.open({ address: THEIRS, port: 5, localPort: 80 });
    const crossed = host.open({ address: THEIRS, port: 6, localPort: 80 });
    raw.send(tcpPacket(net, THEIRS, OURS, { from: 6, to: 80, ctl: SYN, seq: 7 }));
    expect([sent.state, crossed.state]).toEqual(['SYN-SENT', 'SYN-RECEIVED']);
    raw.take();
    const before = [structuredClone(sent.tcb), structuredClone(crossed.tcb)];
    const listener = host.listen({ port: 80 });
    expect([sent.tcb, crossed.tcb, raw.take()]).toEqual([...before, []]);
    raw.send(tcpPacket(net, THEIRS, OURS, { from: 8, to: 80, ctl: SYN, seq: 7 }));
    expect([raw.takeSegments().map((s) => s.ctl), listener.synQueueLength]).toEqual([[SYN | ACK], 1]);
  });

  it('MUST-45: a connection keeps the local address of its first segment, whatever addresses and routes come later', async () => {
    const { net, host, raw } = alone();
    const { c } = opened(net, host, raw);
    host.listen({ port: 80, handler: {} });
    raw.send(tcpPacket(net, THEIRS, '10.0.0.7', { from: 8, to: 80, ctl: SYN, seq: 7 }));
    const answer = raw.take().at(-1);
    expect([answer?.src, answer?.segment?.ctl]).toEqual(['10.0.0.7', SYN | ACK]);
    host.addAddress(port(host), '10.0.0.99/29');
    host.addAddress(port(host), '10.0.0.3/29'); // in a smaller network together with the peer
    expect(host.ip.path(0, 0, 0xffff, 0x0a000001)?.source.toString()).toBe('10.0.0.3');
    await net.run(c.write(octets(10)));
    await net.pass(3_000_000); // retransmissions of both
    const sources = raw.take().map((p) => `${p.src}:${p.segment?.srcPort === 80 ? 80 : 'c'}`);
    expect(new Set(sources)).toEqual(new Set([`${OURS}:c`, '10.0.0.7:80']));
  });
});

describe('what TCP asks of IP', () => {
  it('MUST-48, MUST-49, SHLD-22: TTL and Diffserv field are in every packet of a connection, its SYN and SYN,ACK too', async () => {
    const service = { ttl: 7, tos: 0xb8 };
    for (const address of [THEIRS, 'fd00::1']) {
      const { net, host, raw } = alone();
      const { c } = opened(net, host, raw, { address, ...service });
      await net.run(c.write(octets(3000)));
      await net.pass(500_000); // and a retransmission
      c.abort();
      const packets = raw.take();
      expect(packets.length).toBeGreaterThanOrEqual(6);
      for (const p of packets) expect([p.ttl, p.tos]).toEqual([7, 0xb8]);
    }
    for (const synBacklog of [1, 0]) {
      const { net, host, raw } = alone();
      const listener: Listener = host.listen({ port: 80, synBacklog, ...service });
      raw.send(tcpPacket(net, THEIRS, OURS, { from: 9, to: 80, ctl: SYN, seq: 99 }));
      const [answer] = raw.packets;
      const ack = (answer?.segment?.seq ?? 0) + 1;
      raw.send(tcpPacket(net, THEIRS, OURS, { from: 9, to: 80, ctl: ACK, seq: 100, ack }));
      const c: Connection = await net.run(listener.accept());
      void c.end();
      // TIME-WAIT: what is left of the connection answers the FIN again.
      for (let i = 0; i < 2; i++)
        raw.send(tcpPacket(net, THEIRS, OURS, { from: 9, to: 80, ctl: FIN | ACK, seq: 100, ack: ack + 1 }));
      expect(c.state).toBe('TIME-WAIT');
      expect(raw.take().map((p) => [p.segment?.ctl, p.ttl, p.tos])).toEqual([
        [SYN | ACK, 7, 0xb8],
        [FIN | ACK, 7, 0xb8],
        [ACK, 7, 0xb8],
        [ACK, 7, 0xb8],
      ]);
    }
  });

  it('SHLD-21: the Diffserv field, and the TTL, can be changed during the connection; what IP has not is refused', async () => {
    const { net, host, raw } = alone();
    const { c } = opened(net, host, raw);
    c.tos = 0x28;
    c.ttl = 255;
    raw.take();
    await net.run(c.write(octets(1)));
    expect(raw.take()).toMatchObject([{ ttl: 255, tos: 0x28 }]);
    for (const tos of [-1, 256, 0.5]) {
      expect(() => (c.tos = tos)).toThrow(RangeError);
      expect(() => host.open({ address: THEIRS, port: 9, tos })).toThrow(RangeError);
    }
    for (const ttl of [0, 256, Number.NaN]) {
      expect(() => (c.ttl = ttl)).toThrow(RangeError);
      expect(() => host.listen({ port: 80, ttl })).toThrow(RangeError);
    }
    expect([c.tos, c.ttl]).toEqual([0x28, 255]);
  });

  it('MUST-20: after R1 retransmissions IP is told: the next hop is asked whether it is there, then looked for anew, and the user hears', async () => {
    const troubles: string[] = [];
    const { net, host, raw } = alone({ iface: { kind: 'ethernet', mac: '02:00:00:00:00:02' } });
    const c = host.open({
      address: THEIRS,
      port: 9,
      handler: { trouble: (_, error) => void troubles.push(error.code) },
    });
    const [request] = raw.frames.splice(0) as [Uint8Array];
    const reply = request.slice();
    reply.set(request.subarray(6, 12)); // to who asked
    reply.set([2, 0, 0, 0, 0, 1], 6);
    reply[21] = 2;
    reply.set([2, 0, 0, 0, 0, 1, 10, 0, 0, 1, ...request.subarray(22, 32)], 22);
    raw.send(reply);
    const log: string[] = [];
    const look = async (untilSeconds: number): Promise<void> => {
      for (let t = Math.floor(net.world.now() / 1e6); t <= untilSeconds; t++) {
        await net.pass(t * 1e6 + 500_000 - net.world.now());
        for (const f of raw.frames.splice(0)) {
          const arp = ((f[12] as number) << 8) + (f[13] as number) === ETHERTYPE_ARP;
          log.push(`${t}: ${arp ? 'ARP' : 'SYN'} to ${f[0] === 255 ? 'all' : 'the neighbour'}`);
        }
      }
    };
    await look(6);
    expect([log.splice(0), troubles]).toEqual([
      ['0: SYN to the neighbour', '1: SYN to the neighbour', '3: SYN to the neighbour'],
      [],
    ]);
    await look(20);
    expect(log).toEqual([
      '7: SYN to the neighbour',
      '7: ARP to the neighbour',
      '8: ARP to the neighbour',
      '9: ARP to the neighbour',
      '15: ARP to all',
      '16: ARP to all',
      '17: ARP to all',
    ]);
    expect([troubles, c.error?.code]).toEqual([['ETIMEDOUT'], 'EHOSTUNREACH']);
  });

  it('SHLD-20: who has no callback for trouble hears of none, and may give it up at any time', async () => {
    const troubles: string[] = [];
    const { net, host, raw } = alone();
    const { c } = opened(net, host, raw);
    const { c: d } = opened(net, host, raw, {
      handler: { trouble: (_, error) => void troubles.push(error.code) },
    });
    d.handler = {};
    await net.run(Promise.all([c.write(octets(1)), d.write(octets(1))]));
    await net.pass(60_000_000);
    expect([c.state, d.state, troubles]).toEqual(['ESTABLISHED', 'ESTABLISHED', []]);
    expect(c.info().timeouts).toBeGreaterThan(3);
  });
});
