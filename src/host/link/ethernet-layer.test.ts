import { describe, expect, it } from 'vitest';
import { Malformed } from '../../wire/index.ts';
import type { ConnectionHandler, Host } from '../index.ts';
import {
  codeOf,
  icmpBytes,
  ipPacket,
  type LoneHost,
  loneHost,
  Net,
  octets,
  port,
  readAll,
  sendAndEnd,
  udpBytes,
} from '../testing.ts';

const OURS = [2, 0, 0, 0, 0, 2];
const THEIRS = [2, 0, 0, 0, 0, 1];
const ALL = [255, 255, 255, 255, 255, 255];

function alone(): LoneHost & { frames(): string[] } {
  const lone = loneHost({ iface: { kind: 'ethernet', mac: '02:00:00:00:00:02' } });
  return { ...lone, frames: () => lone.raw.frames.splice(0).map(hex) };
}

function hex(bytes: Uint8Array | readonly number[]): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

function unhex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}

function arp(
  operation: number,
  senderMac: number[],
  sender: number[],
  targetMac: number[],
  target: number[],
): number[] {
  return [0, 1, 8, 0, 6, 4, 0, operation, ...senderMac, ...sender, ...targetMac, ...target];
}

function frame(
  dst: number[],
  src: number[],
  type: [number, number],
  payload: readonly number[] | Uint8Array,
): Uint8Array {
  return new Uint8Array([...dst, ...src, ...type, ...payload]);
}

const ARP: [number, number] = [8, 6];
const PEER = [10, 0, 0, 1];
const SELF = [10, 0, 0, 2];
const NONE = [0, 0, 0, 0, 0, 0];

describe('ARP', () => {
  it('a request for our address is answered to the asker; one for another is not', () => {
    const { raw, frames } = alone();
    raw.send(frame(ALL, THEIRS, ARP, arp(1, THEIRS, PEER, NONE, SELF)));
    expect(frames()).toEqual([hex(frame(THEIRS, OURS, ARP, arp(2, OURS, SELF, THEIRS, PEER)))]);
    raw.send(frame(ALL, THEIRS, ARP, arp(1, THEIRS, PEER, NONE, [10, 0, 0, 3])));
    expect(frames()).toEqual([]);
  });

  it('a probe (RFC 5227) is answered, and nothing is learned from it', () => {
    const { raw, host, frames } = alone();
    raw.send(frame(ALL, THEIRS, ARP, arp(1, THEIRS, [0, 0, 0, 0], NONE, SELF)));
    expect(frames().length).toBe(1);
    host.udp().send(octets(1), '10.0.0.1', 9);
    expect(frames()[0]).toMatch(/^ffffffffffff/); // still to be asked for
  });

  it('the first packet asks by broadcast and waits; the answer sends it, and no more is asked', () => {
    const { raw, host, frames } = alone();
    const socket = host.udp();
    socket.send(octets(1), '10.0.0.1', 9);
    socket.send(octets(2), '10.0.0.1', 9);
    expect(frames()).toEqual([hex(frame(ALL, OURS, ARP, arp(1, OURS, SELF, NONE, PEER)))]);
    raw.send(frame(OURS, THEIRS, ARP, arp(2, THEIRS, PEER, OURS, SELF)));
    expect(frames().map((f) => f.slice(0, 28))).toEqual([
      hex([...THEIRS, ...OURS, 8, 0]),
      hex([...THEIRS, ...OURS, 8, 0]),
    ]);
    socket.send(octets(3), '10.0.0.1', 9);
    expect(frames().length).toBe(1);
  });

  it('packets that wait are bounded: the oldest goes', () => {
    const { raw, host, frames } = alone();
    const socket = host.udp();
    for (let n = 1; n <= 6; n++) socket.send(octets(n), '10.0.0.1', 9);
    frames();
    raw.send(frame(OURS, THEIRS, ARP, arp(2, THEIRS, PEER, OURS, SELF)));
    expect(frames().map((f) => f.length / 2 - 42)).toEqual([3, 4, 5, 6]);
  });

  it('is asked once a second, three times; then the packets die, and what is opening fails: EHOSTUNREACH', async () => {
    const { net, host, frames } = alone();
    const opened = codeOf(host.connect({ address: '10.0.0.1', port: 9 }));
    const times: number[] = [];
    const start = net.world.now();
    for (let i = 0; i < 40; i++) {
      for (const f of frames())
        if (f.slice(24, 28) === '0806') times.push(Math.round((net.world.now() - start) / 1e6));
      await net.pass(100_000);
    }
    expect(times).toEqual([0, 1, 2]);
    expect([await opened, host.tcp.size]).toEqual(['EHOSTUNREACH', 0]);
  });

  it('that is gone is a soft error to what is open: it keeps trying, and goes on when the neighbour is back (RFC 1122 4.2.3.9)', async () => {
    const net = new Net();
    const iface = { kind: 'ethernet' as const };
    const { a, b, wire } = net.pair(
      { delayUs: 100 },
      { iface },
      { iface: { ...iface, mac: '02:00:00:00:00:02' } },
    );
    b.listen({ port: 80, handler: { readable: (s) => void s.discard() } });
    const troubles: string[] = [];
    const handler: ConnectionHandler = { trouble: (_, error) => void troubles.push(error.code) };
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80, handler }));
    wire.partition(true);
    await net.run(c.write(octets(1)));
    await net.pass(30_000_000);
    expect([troubles.includes('EHOSTUNREACH'), c.softError?.code, c.state]).toEqual([
      true,
      'EHOSTUNREACH',
      'ESTABLISHED',
    ]);
    wire.partition(false);
    await net.pass(60_000_000);
    expect([c.info().unackedBytes, c.softError, c.state]).toEqual([0, null, 'ESTABLISHED']);
  });

  it('a reply that nobody asked for, and one with the MAC of a group, teach nothing', () => {
    const { raw, host, frames } = alone();
    raw.send(frame(OURS, THEIRS, ARP, arp(2, THEIRS, PEER, OURS, SELF)));
    host.udp().send(octets(1), '10.0.0.1', 9);
    expect(frames()[0]).toMatch(/^ffffffffffff/);
    raw.send(frame(OURS, THEIRS, ARP, arp(2, ALL, PEER, OURS, SELF)));
    expect(frames()).toEqual([]);
  });
});

describe('neighbour discovery', () => {
  /** Two hosts whose frames are noted: what a asks, b answers. */
  function two(): { net: Net; a: Host; b: Host; frames: string[] } {
    const net = new Net();
    const iface = { kind: 'ethernet' as const };
    const { a, b, wire } = net.pair(
      { delayUs: 100 },
      { iface: { ...iface, mac: '02:00:00:00:00:01' } },
      { iface: { ...iface, mac: '02:00:00:00:00:02' } },
    );
    const frames: string[] = [];
    wire.tap = { sent: (p) => void frames.push(hex(net.memory.u8.slice(p.off, p.off + p.len))) };
    return { net, a, b, frames };
  }

  const TYPE = 2 * 54; // of the ICMPv6 message behind Ethernet and IPv6
  const types = (frames: string[]): string[] =>
    frames.map((f) => (f.slice(24, 28) === '86dd' ? f.slice(TYPE, TYPE + 2) : f));

  it('the first packet asks the solicited-node group with our MAC, the answer comes with the S and O flags', async () => {
    const { net, a, b, frames } = two();
    const server = b.udp({ port: 53 });
    a.udp().send(octets(4), 'fd00::2', 53);
    expect((await net.run(server.receive()))?.data).toEqual(octets(4));
    expect(types(frames)).toEqual(['87', '88', frames[2]?.slice(TYPE, TYPE + 2)]);
    const [ask, answer] = frames as [string, string];
    expect(ask.slice(0, 12)).toBe('3333ff000002');
    expect(ask.slice(2 * 38, 2 * 54)).toBe(`ff02${'0'.repeat(19)}1ff000002`);
    expect(answer.slice(0, 12)).toBe('020000000001');
    expect(answer.slice(TYPE + 8, TYPE + 16)).toBe('60000000');
  });

  it('a question without a link-layer address option is answered to where the frame came from (RFC 4861 section 7.2.4)', async () => {
    const { net, a, b, frames } = two();
    const server = b.udp({ port: 53 });
    a.udp().send(octets(4), 'fd00::2', 53);
    await net.run(server.receive());
    const ask = unhex(frames[0] as string);
    // The same without its option: shorter, and the checksum less what the option added.
    const bare = ask.slice(0, ask.length - 8);
    const view = new DataView(bare.buffer);
    view.setUint16(18, 24);
    let sum = 0;
    const full = new DataView(ask.buffer);
    for (let at = ask.length - 8; at < ask.length; at += 2) sum += full.getUint16(at);
    let checksum = full.getUint16(56) + sum + 8;
    while (checksum > 0xffff) checksum = (checksum & 0xffff) + (checksum >> 16);
    view.setUint16(56, checksum);
    const { host, raw } = alone();
    raw.send(bare);
    expect(host.counters.malformed.reduce((x, y) => x + y)).toBe(0);
    expect(raw.frames.map((f) => hex(f).slice(0, 12))).toEqual(['020000000001']);
  });

  /** A neighbour discovery message in its frame. */
  function ndp(
    type: number,
    src: string,
    dst: string,
    body: Uint8Array,
    more: { ttl?: number; code?: number; rest?: number } = {},
  ): Uint8Array {
    const { ttl = 255, code = 0, rest = 0 } = more;
    const packet = ipPacket(new Net(), 58, src, dst, icmpBytes(src, dst, type, code, rest, body), { ttl });
    const to = dst.startsWith('ff') ? [0x33, 0x33, ...packet.subarray(36, 40)] : OURS;
    return frame(to, THEIRS, [0x86, 0xdd], packet);
  }
  const target = (last: number): number[] => [0xfd, 0, ...new Array<number>(13).fill(0), last];
  const option = (type: number, mac = THEIRS): number[] => [type, 1, ...mac];
  const GROUP = 'ff02::1:ff00:2';
  const octetsOf = (...parts: number[][]): Uint8Array => new Uint8Array(parts.flat());

  it('a solicitation that cannot be is discarded in silence (RFC 4861 section 7.1.1)', () => {
    const good = octetsOf(target(2), option(1));
    const ask = (frame: Uint8Array): number => {
      const { host, raw } = alone();
      raw.send(frame);
      const bad = host.counters.malformed.reduce((x, y) => x + y) + host.counters.impossibleSource;
      expect(bad).toBe(raw.frames.length === 0 ? 1 : 0);
      return raw.frames.length;
    };
    expect(ask(ndp(135, 'fd00::1', GROUP, good))).toBe(1);
    expect(ask(ndp(135, 'fd00::1', 'fd00::2', good))).toBe(1);
    expect(ask(ndp(135, '::', GROUP, octetsOf(target(2))))).toBe(1);
    expect(ask(ndp(135, '::', 'fd00::2', octetsOf(target(2))))).toBe(0); // from nobody to one
    expect(ask(ndp(135, '::', 'ff02::1', octetsOf(target(2))))).toBe(0); // to a group that is not the target's
    expect(ask(ndp(135, '::', GROUP, good))).toBe(0); // nobody has a link-layer address
    expect(ask(ndp(135, 'fd00::1', GROUP, good, { ttl: 254 }))).toBe(0);
    expect(ask(ndp(135, 'fd00::1', GROUP, good, { code: 1 }))).toBe(0);
    expect(ask(ndp(135, 'fd00::1', GROUP, octetsOf(target(2).slice(0, 15))))).toBe(0);
    expect(ask(ndp(135, 'fd00::1', GROUP, octetsOf(target(2), [1, 0, ...THEIRS])))).toBe(0); // an option of length 0
    expect(ask(ndp(135, 'fd00::1', GROUP, octetsOf([0xff, 2, ...target(2).slice(2)])))).toBe(0); // a group as target
    const flawed = ndp(135, 'fd00::1', GROUP, good);
    flawed[56] = (flawed[56] as number) ^ 1;
    expect(ask(flawed)).toBe(0);
  });

  it('an advertisement that cannot be teaches nothing (RFC 4861 section 7.1.2)', () => {
    const S = 0x40000000;
    const good = octetsOf(target(1), option(2));
    const tell = (frame: Uint8Array): number => {
      const { host, raw } = alone();
      host.udp().send(octets(1), 'fd00::1', 9);
      raw.frames.length = 0;
      raw.send(frame);
      expect(host.counters.malformed.reduce((x, y) => x + y)).toBe(raw.frames.length === 0 ? 1 : 0);
      return raw.frames.length; // what waited
    };
    expect(tell(ndp(136, 'fd00::1', 'fd00::2', good, { rest: S }))).toBe(1);
    expect(tell(ndp(136, 'fd00::1', 'ff02::1', good))).toBe(1);
    expect(tell(ndp(136, 'fd00::1', 'ff02::1', good, { rest: S }))).toBe(0); // solicited, to everybody
    expect(tell(ndp(136, 'fd00::1', 'fd00::2', good, { rest: S, ttl: 254 }))).toBe(0);
    expect(tell(ndp(136, 'fd00::1', 'fd00::2', good, { rest: S, code: 1 }))).toBe(0);
    expect(tell(ndp(136, 'fd00::1', 'fd00::2', octetsOf(target(1).slice(1)), { rest: S }))).toBe(0);
    expect(tell(ndp(136, 'fd00::1', 'fd00::2', octetsOf(target(1), [2, 0, ...THEIRS]), { rest: S }))).toBe(0);
  });

  it('in fragments, or with a fragment header that changes nothing, is discarded (RFC 6980 section 5)', () => {
    const message = icmpBytes('fd00::1', GROUP, 135, 0, 0, octetsOf(target(2), option(1)));
    for (const more of [0, 1]) {
      const { host, raw } = alone();
      const rest = new Uint8Array([58, 0, 0, more, 0, 0, 0, 7, ...message]);
      const packet = ipPacket(new Net(), 44, 'fd00::1', GROUP, rest, { ttl: 255 });
      raw.send(frame([0x33, 0x33, 0xff, 0, 0, 2], THEIRS, [0x86, 0xdd], packet));
      expect([raw.frames.length, host.counters.malformed[Malformed.NDP_FRAGMENTED]]).toEqual([0, 1]);
    }
  });

  it('a host that moved and says so (an advertisement with the override flag, a gratuitous ARP) is found after a second', async () => {
    const NEW = [2, 0, 0, 0, 0, 9];
    for (const address of ['10.0.0.1', 'fd00::1']) {
      const six = address.includes(':');
      const answer = (mac: number[], flags: number): Uint8Array =>
        six
          ? ndp(136, 'fd00::1', flags === 0x20 ? 'ff02::1' : 'fd00::2', octetsOf(target(1), option(2, mac)), {
              rest: flags << 24,
            })
          : frame(OURS, mac, ARP, arp(2, mac, PEER, OURS, flags === 0x20 ? PEER : SELF));
      const { net, host, raw, frames } = alone();
      const socket = host.udp();
      const to = (): string => {
        socket.send(octets(1), address, 9);
        return frames().at(-1)?.slice(0, 12) ?? '';
      };
      socket.send(octets(1), address, 9);
      raw.send(answer(THEIRS, 0x60));
      expect(to()).toBe(hex(THEIRS));
      raw.send(answer(NEW, 0x20));
      expect(frames().map((f) => f.slice(0, 12))).toEqual([hex(THEIRS)]); // asked at once
      expect(to()).toBe(hex(THEIRS));
      await net.pass(1_001_000);
      expect(to()).toMatch(six ? /^3333ff000001/ : /^ffffffffffff/);
      raw.send(answer(NEW, 0x60));
      expect(to()).toBe(hex(NEW));
    }
  });

  it('questions and answers from beyond a router are dropped (hop limit 255)', async () => {
    const { net, a, b, frames } = two();
    const server = b.udp({ port: 53 });
    a.udp().send(octets(4), 'fd00::2', 53);
    await net.run(server.receive());
    const ask = unhex(frames[0] as string);
    ask[21] = 254;
    const { raw } = alone();
    raw.send(ask);
    expect(raw.frames).toEqual([]);
  });

  it('duplicate address detection is answered to all nodes', () => {
    const { raw } = alone();
    // From ::, for fd00::2, to its solicited-node group.
    const message = unhex(`8700000000000000fd00${'0'.repeat(27)}2`);
    const source = new Uint8Array(16);
    const group = unhex(`ff02${'0'.repeat(19)}1ff000002`);
    const packet = new Uint8Array([0x60, 0, 0, 0, 0, 24, 58, 255, ...source, ...group, ...message]);
    const view = new DataView(packet.buffer);
    let sum = 24 + 58;
    for (let at = 8; at < packet.length; at += 2) sum += view.getUint16(at);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    view.setUint16(42, ~sum & 0xffff);
    raw.send(frame([0x33, 0x33, 0xff, 0, 0, 2], THEIRS, [0x86, 0xdd], packet));
    const [answer] = raw.frames.map(hex);
    expect(answer?.slice(0, 12)).toBe('333300000001');
    expect(answer?.slice(2 * 38, 2 * 54)).toBe(`ff02${'0'.repeat(27)}1`);
    expect(answer?.slice(TYPE + 8, TYPE + 16)).toBe('20000000'); // not solicited, overrides
  });
});

describe('frames', () => {
  it('for another MAC, of an unknown type, too short or empty are dropped', () => {
    const { raw, host } = alone();
    raw.send(frame([2, 0, 0, 0, 0, 9], THEIRS, [8, 0], octets(40)));
    raw.send(frame(OURS, THEIRS, [0x88, 0xcc], octets(40)));
    raw.send(octets(13));
    raw.send(frame(OURS, THEIRS, ARP, octets(10)));
    expect(host.counters).toMatchObject({ notForUs: 1, unknownProtocol: 1, packetsIn: 0 });
    expect(host.counters.malformed.reduce((a, b) => a + b)).toBe(2);
    expect(raw.frames).toEqual([]);
  });

  it('whose EtherType names the other IP version are dropped', () => {
    const { net, raw, host } = alone();
    const four = ipPacket(
      net,
      17,
      '10.0.0.1',
      '10.0.0.2',
      udpBytes(net, '10.0.0.1', '10.0.0.2', 9, 9, octets(4)),
    );
    const six = ipPacket(net, 17, 'fd00::1', 'fd00::2', udpBytes(net, 'fd00::1', 'fd00::2', 9, 9, octets(4)));
    raw.send(frame(OURS, THEIRS, [0x86, 0xdd], four));
    raw.send(frame(OURS, THEIRS, [8, 0], six));
    expect([raw.frames.length, host.counters.malformed[Malformed.IP_VERSION], host.counters.udpIn]).toEqual([
      0, 2, 0,
    ]);
    raw.send(frame(OURS, THEIRS, [8, 0], four));
    raw.send(frame(OURS, THEIRS, [0x86, 0xdd], six));
    expect(host.counters.udpIn).toBe(2);
  });

  it('carry TCP between hosts on a switch, by ARP and by neighbour discovery, through a gateway too', async () => {
    const net = new Net();
    const [a, b, c] = net.lan(3) as [Host, Host, Host];
    const listener = b.listen({ port: 80 });
    for (const from of [a, c]) {
      for (const address of ['10.0.0.2', 'fd00::2']) {
        const client = await net.run(from.connect({ address, port: 80 }));
        const s = await net.run(listener.accept());
        sendAndEnd(client, octets(50_000));
        expect(await net.run(readAll(s))).toEqual(octets(50_000));
        s.close();
      }
    }
    b.addAddress(port(b), '192.0.2.1/32'); // behind b, as far as a knows
    a.addRoute('192.0.2.0/24', port(a), '10.0.0.2');
    expect((await net.run(a.connect({ address: '192.0.2.1', port: 80 }))).state).toBe('ESTABLISHED');
  });
});
