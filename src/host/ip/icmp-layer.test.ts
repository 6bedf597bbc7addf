import { describe, expect, it } from 'vitest';
import {
  ICMP4_ECHO_REQUEST,
  ICMP6_ECHO_REQUEST,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_UDP,
  IpPacket,
  Memory,
  parseIp,
} from '../../wire/index.ts';
import type { Connection, Host } from '../index.ts';
import {
  codeOf,
  icmpBytes,
  ipPacket,
  ipv4WithOptions,
  type LoneHost,
  loneHost,
  Net,
  octets,
  port,
  readAll,
  sendAndEnd,
  udpBytes,
} from '../testing.ts';

const UNREACH = 3;
const SOURCE_QUENCH = 4;
const TIME_EXCEEDED = 11;
const PARAMETER_PROBLEM = 12;

function icmpPacket(
  net: Net,
  src: string,
  dst: string,
  type: number,
  code: number,
  rest: number,
  body: Uint8Array,
): Uint8Array {
  const protocol = dst.includes(':') ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
  return ipPacket(net, protocol, src, dst, icmpBytes(src, dst, type, code, rest, body));
}

function alone(mtu = 1500): LoneHost {
  const lone = loneHost({ iface: { mtu } });
  lone.host.addRoute('default', port(lone.host), '10.0.0.1');
  return lone;
}

const ID_SEQ = 0x12340007;

describe('echo', () => {
  it('is answered with the same id, sequence number and data: ICMP and ICMPv6', () => {
    const { net, raw } = alone();
    raw.send(icmpPacket(net, '10.0.0.1', '10.0.0.2', ICMP4_ECHO_REQUEST, 0, ID_SEQ, octets(56)));
    raw.send(icmpPacket(net, 'fd00::1', 'fd00::2', ICMP6_ECHO_REQUEST, 0, ID_SEQ, octets(56)));
    const [four, six] = raw.take();
    expect(four).toMatchObject({ src: '10.0.0.2', dst: '10.0.0.1', protocol: IPPROTO_ICMP });
    expect(four?.payload).toEqual(icmpBytes('10.0.0.2', '10.0.0.1', 0, 0, ID_SEQ, octets(56)));
    expect(six).toMatchObject({ src: 'fd00::2', dst: 'fd00::1', protocol: IPPROTO_ICMPV6 });
    expect(six?.payload).toEqual(icmpBytes('fd00::2', 'fd00::1', 129, 0, ID_SEQ, octets(56)));
  });

  it('that came in fragments and is longer than the link is cut to its MTU (RFC 1122 section 3.2.2.6)', () => {
    const { net, raw } = alone(600);
    const whole = icmpBytes('10.0.0.1', '10.0.0.2', ICMP4_ECHO_REQUEST, 0, ID_SEQ, octets(992));
    const MF = 0x2000;
    raw.send(ipPacket(net, IPPROTO_ICMP, '10.0.0.1', '10.0.0.2', whole.subarray(0, 504), { flags: MF }));
    raw.send(ipPacket(net, IPPROTO_ICMP, '10.0.0.1', '10.0.0.2', whole.subarray(504), { flags: 504 / 8 }));
    const [reply] = raw.take();
    expect(reply?.bytes.length).toBe(600);
    expect(reply?.payload).toEqual(icmpBytes('10.0.0.2', '10.0.0.1', 0, 0, ID_SEQ, octets(572)));
  });

  it('is not answered when it came from, or went to, many (RFC 1122 section 3.2.2)', () => {
    const { net, raw } = alone();
    for (const src of ['0.0.0.0', '224.0.0.1', '255.255.255.255', '10.0.0.255'])
      raw.send(icmpPacket(net, src, '10.0.0.2', ICMP4_ECHO_REQUEST, 0, ID_SEQ, octets(4)));
    raw.send(icmpPacket(net, 'fd00::1', 'ff02::1', ICMP6_ECHO_REQUEST, 0, ID_SEQ, octets(4)));
    raw.send(icmpPacket(net, 'ff02::2', 'fd00::2', ICMP6_ECHO_REQUEST, 0, ID_SEQ, octets(4)));
    expect(raw.take()).toEqual([]);
  });

  it('with a wrong checksum is counted and dropped', () => {
    const { net, host, raw } = alone();
    const bytes = icmpPacket(net, '10.0.0.1', '10.0.0.2', ICMP4_ECHO_REQUEST, 0, ID_SEQ, octets(4));
    bytes[30] = (bytes[30] as number) ^ 1;
    raw.send(bytes);
    expect(raw.take()).toEqual([]);
    expect(host.counters.malformed.reduce((a, b) => a + b)).toBe(1);
  });
});

describe('errors that we send', () => {
  it('port unreachable quotes the datagram; not for one that went to many', () => {
    const { net, raw } = alone();
    for (const [src, dst, type, code] of [
      ['10.0.0.1', '10.0.0.2', 3, 3],
      ['fd00::1', 'fd00::2', 1, 4],
    ] as const) {
      const packet = ipPacket(net, IPPROTO_UDP, src, dst, udpBytes(net, src, dst, 5, 6, octets(10)));
      raw.send(packet);
      const [error] = raw.take();
      expect(error).toMatchObject({ src: dst, dst: src });
      expect(error?.payload).toEqual(icmpBytes(dst, src, type, code, 0, packet));
    }
    const group = ipPacket(
      net,
      IPPROTO_UDP,
      'fd00::1',
      'ff02::1',
      udpBytes(net, 'fd00::1', 'ff02::1', 5, 6, octets(1)),
    );
    raw.send(group);
    const many = ipPacket(
      net,
      IPPROTO_UDP,
      '10.0.0.255',
      '10.0.0.2',
      udpBytes(net, '10.0.0.255', '10.0.0.2', 5, 6, octets(1)),
    );
    raw.send(many);
    expect(raw.take()).toEqual([]);
  });

  it('protocol unreachable, in IPv6 a parameter problem that points at the next header', () => {
    const { net, host, raw } = alone();
    const four = ipPacket(net, 99, '10.0.0.1', '10.0.0.2', octets(8));
    const six = ipPacket(net, 99, 'fd00::1', 'fd00::2', octets(8));
    raw.send(four);
    raw.send(six);
    const [a, b] = raw.take();
    expect(a?.payload).toEqual(icmpBytes('10.0.0.2', '10.0.0.1', 3, 2, 0, four));
    expect(b?.payload).toEqual(icmpBytes('fd00::2', 'fd00::1', 4, 1, 6, six));
    raw.send(ipPacket(net, 59, 'fd00::1', 'fd00::2', octets(8))); // "no next header" is no error
    expect([raw.take(), host.counters.unknownProtocol]).toEqual([[], 2]);
  });

  it('reassembly time exceeded, when the first fragment came (RFC 1122 section 3.3.2)', async () => {
    const { net, host, raw } = alone();
    const MF = 0x2000;
    const first = ipPacket(net, IPPROTO_UDP, '10.0.0.1', '10.0.0.2', octets(64), { flags: MF, id: 1 });
    raw.send(first);
    raw.send(ipPacket(net, IPPROTO_UDP, '10.0.0.1', '10.0.0.2', octets(64), { flags: MF | 8, id: 2 }));
    await net.rest();
    const errors = raw.take();
    expect(errors.map((e) => e.payload)).toEqual([icmpBytes('10.0.0.2', '10.0.0.1', 11, 1, 0, first)]);
    expect(host.wakeAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('are limited to a hundred in a second (RFC 4443 section 2.4)', async () => {
    const { net, host, raw } = alone();
    const packet = ipPacket(net, 99, '10.0.0.1', '10.0.0.2', octets(8));
    for (let i = 0; i < 150; i++) raw.send(packet);
    expect([raw.take().length, host.counters.icmpLimited]).toEqual([100, 50]);
    await net.pass(1_000_000);
    raw.send(packet);
    expect(raw.take().length).toBe(1);
  });
});

describe('parameter problems of IPv6', () => {
  const SRC = 'fd00::1';
  const DST = 'fd00::2';

  /** A packet whose fixed header names `next`, behind it these octets. */
  const packet = (net: Net, next: number, rest: number[], dst = DST): Uint8Array =>
    ipPacket(net, next, SRC, dst, new Uint8Array(rest));
  const zeros = (n: number): number[] => new Array<number>(n).fill(0);
  const FRAGMENT = 44;
  const ROUTING = 43;
  const DESTINATION = 60;
  const UDP = 17;
  /** A fragment header. */
  const fragment = (next: number, offset: number, more: number): number[] => [
    next,
    0,
    offset >> 8,
    offset | more,
    0,
    0,
    0,
    9,
  ];

  /** What the host answers: source, code, pointer, and whether it quotes the packet; '' for nothing. */
  function answer(bytes: Uint8Array): string {
    const { raw } = alone();
    raw.send(bytes);
    const errors = raw.take();
    expect(errors.length).toBeLessThanOrEqual(1);
    const [error] = errors;
    if (error === undefined) return '';
    const { payload } = error;
    const quoted = payload.subarray(8);
    expect([error.dst, payload[0], quoted]).toEqual([SRC, 4, bytes.subarray(0, 1232)]);
    const view = new DataView(payload.buffer, payload.byteOffset);
    return `${error.src} code ${payload[1]} at ${view.getUint32(4)}`;
  }

  it('an option that is not known is told of as its two highest bits ask (RFC 8200 section 4.2)', () => {
    const net = new Net();
    const option = (type: number, dst?: string): string =>
      answer(packet(net, DESTINATION, [59, 0, 1, 0, type, 2, 0, 0], dst));
    expect(option(0x1e)).toBe(''); // 00: skipped
    expect(option(0x5e)).toBe(''); // 01: discarded
    expect(option(0x9e)).toBe('fd00::2 code 2 at 44');
    expect(option(0xde)).toBe('fd00::2 code 2 at 44');
    // To a group: 10 is told of even then (RFC 4443 section 2.4 (e.3)), from an address of ours; 11 is not.
    expect(option(0x9e, 'ff02::1')).toBe('fd00::2 code 2 at 44');
    expect(option(0xde, 'ff02::1')).toBe('');
  });

  it('a jumbo payload, whose length field is zero, is such an option (RFC 2675)', () => {
    const net = new Net();
    const bytes = packet(net, 0, [59, 0, 0xc2, 4, 0, 1, 0, 8, ...zeros(8)]);
    bytes.fill(0, 4, 6);
    expect(answer(bytes)).toBe('fd00::2 code 2 at 42');
    const none = packet(net, 0, [59, 0, 1, 4, 0, 0, 0, 0]);
    none.fill(0, 4, 6);
    expect(answer(none)).toBe('fd00::2 code 0 at 4');
  });

  it('a routing header with segments left of a type that is not known (section 4.4)', () => {
    const net = new Net();
    const routing = (left: number): number[] => [59, 2, 0, left, ...zeros(20)];
    expect(answer(packet(net, ROUTING, routing(1)))).toBe('fd00::2 code 0 at 42');
    expect(answer(packet(net, ROUTING, routing(0)))).toBe('');
  });

  it('hop-by-hop options that are not first are a next header that is not known (section 4)', () => {
    const net = new Net();
    expect(answer(packet(net, DESTINATION, [0, 0, 1, 4, ...zeros(4), 59, 0, 1, 4, ...zeros(4)]))).toBe(
      'fd00::2 code 1 at 40',
    );
  });

  it('a fragment whose length is no multiple of eight, or that ends beyond 65535 octets (section 4.5)', () => {
    const net = new Net();
    expect(answer(packet(net, FRAGMENT, [...fragment(UDP, 0, 1), ...zeros(12)]))).toBe('fd00::2 code 0 at 4');
    expect(answer(packet(net, FRAGMENT, [...fragment(UDP, 8, 1), ...zeros(12)]))).toBe('fd00::2 code 0 at 4');
    expect(answer(packet(net, FRAGMENT, [...fragment(UDP, 0xfff8, 0), ...zeros(16)]))).toBe(
      'fd00::2 code 0 at 42',
    );
  });

  it('a first fragment without all of its headers is discarded, and told of (RFC 7112 section 5)', () => {
    const net = new Net();
    const incomplete = 'fd00::2 code 3 at 0';
    const tcp = [...zeros(12), 0xa0, ...zeros(11)]; // 24 of the 40 octets that its data offset names
    expect(answer(packet(net, FRAGMENT, [...fragment(6, 0, 1), ...tcp]))).toBe(incomplete);
    expect(answer(packet(net, FRAGMENT, [...fragment(6, 0, 1), ...zeros(16)]))).toBe(incomplete);
    expect(answer(packet(net, FRAGMENT, [...fragment(DESTINATION, 0, 1), 17, 1, ...zeros(6)]))).toBe(
      incomplete,
    );
    expect(answer(packet(net, FRAGMENT, [...fragment(DESTINATION, 0, 1), 17, 0, 1, 4, ...zeros(4)]))).toBe(
      incomplete,
    );
    // Whole headers wait for the rest.
    expect(answer(packet(net, FRAGMENT, [...fragment(UDP, 0, 1), ...zeros(8)]))).toBe('');
    expect(
      answer(packet(net, FRAGMENT, [...fragment(DESTINATION, 0, 1), 17, 0, 1, 4, ...zeros(4), ...zeros(8)])),
    ).toBe('');
  });

  it('more headers or options than are walked (RFC 8883 section 3)', () => {
    const net = new Net();
    const header = (next: number): number[] => [next, 0, 1, 4, ...zeros(4)];
    const many = Array.from({ length: 9 }, () => header(DESTINATION)).flat();
    expect(answer(packet(net, DESTINATION, [...many, ...header(59)]))).toBe('fd00::2 code 8 at 96');
    expect(answer(packet(net, DESTINATION, [59, 4, ...zeros(38)]))).toBe('fd00::2 code 9 at 74');
  });

  it('are not told to who cannot be, and not more often than other errors', () => {
    const { net, host, raw } = alone();
    const bad = [59, 0, 1, 0, 0x9e, 2, 0, 0];
    for (const src of ['::', 'ff02::1', '::1', 'fd00::2'])
      raw.send(ipPacket(net, DESTINATION, src, DST, new Uint8Array(bad)));
    raw.send(packet(net, DESTINATION, bad, 'fd00::9'));
    expect(raw.take()).toEqual([]);
    for (let i = 0; i < 150; i++) raw.send(packet(net, DESTINATION, bad));
    expect([raw.take().length, host.counters.icmpLimited]).toEqual([100, 50]);
  });

  it('an ICMP error is never answered by another (RFC 4443 section 2.4 (e.1), RFC 1122 section 3.2.2)', () => {
    const { net, raw, host } = alone();
    const MF = 0x2000;
    const error = icmpBytes('10.0.0.1', '10.0.0.2', 3, 3, 0, octets(56));
    raw.send(ipPacket(net, IPPROTO_ICMP, '10.0.0.1', '10.0.0.2', error, { flags: MF }));
    expect(host.wakeAt()).toBeLessThan(Number.POSITIVE_INFINITY);
    return net.rest().then(() => expect(raw.take()).toEqual([])); // no "reassembly time exceeded"
  });

  it('of IPv4: an option of impossible length, with a pointer to it (RFC 1122 section 3.2.2.5)', () => {
    const { raw } = alone();
    raw.send(ipv4WithOptions(IPPROTO_UDP, '10.0.0.1', '10.0.0.2', [1, 7, 9, 0], octets(8)));
    expect(raw.take().map((p) => [...p.payload.subarray(0, 2), p.payload[4]])).toEqual([[12, 0, 21]]);
  });
});

/** A connection in SYN-SENT or ESTABLISHED whose last packet can be quoted. */
interface Quoted {
  net: Net;
  a: Host;
  c: Connection;
  troubles: string[];
  /** An error about the last segment that went out arrives; from a router. */
  error(type: number, code: number, rest?: number, change?: (packet: Uint8Array) => void): void;
}

async function opened(state: 'SYN-SENT' | 'ESTABLISHED', address = '10.0.0.2'): Promise<Quoted> {
  const net = new Net();
  const { a, b, wire } = net.pair({ delayUs: 1000 });
  const router = address.includes(':') ? 'fd00::ff' : '10.0.0.77';
  const own = address.includes(':') ? 'fd00::1' : '10.0.0.1';
  b.listen({ port: 80, handler: {} });
  let last: Uint8Array = new Uint8Array(0);
  wire.tap = {
    sent: (p) => {
      const packet = net.memory.u8.slice(p.off, p.off + p.len);
      if (p.direction === 'a->b' && packet[address.includes(':') ? 39 : 19] === 2) last = packet;
    },
  };
  const troubles: string[] = [];
  const handler = { trouble: (_: unknown, e: { code: string }) => void troubles.push(e.code) };
  const c = a.open({ address, port: 80, handler });
  void c.opened;
  if (state === 'ESTABLISHED') await net.run(c.opened);
  wire.partition(true);
  if (state === 'ESTABLISHED') await net.run(c.write(octets(3000)));
  expect(c.state).toBe(state);
  const error = (type: number, code: number, rest = 0, change?: (packet: Uint8Array) => void): void => {
    const quote = last.slice(0, address.includes(':') ? 60 : 28);
    change?.(quote);
    const packet = icmpPacket(net, router, own, type, code, rest, quote);
    const off = net.memory.alloc(packet.length);
    net.memory.u8.set(packet, off);
    port(a).receive(off, packet.length);
    net.memory.free(off, packet.length);
  };
  return { net, a, c, troubles, error };
}

describe('errors that we receive (MUST-54)', () => {
  it('hard: protocol and port unreachable end an attempt to open (SHLD-26)', async () => {
    for (const [code, name] of [
      [2, 'ENOPROTOOPT'],
      [3, 'ECONNREFUSED'],
    ] as const) {
      const { net, c, error } = await opened('SYN-SENT');
      error(UNREACH, code);
      expect([c.state, await net.run(codeOf(c.opened))]).toEqual(['CLOSED', name]);
    }
    const six = await opened('SYN-SENT', 'fd00::2');
    six.error(1, 4);
    expect(six.c.state).toBe('CLOSED');
    expect(await six.net.run(codeOf(six.c.opened))).toBe('ECONNREFUSED');
  });

  it('soft: unreachable 0, 1, 5, time exceeded and parameter problem never abort (MUST-56), but are told (SHLD-25) and name the reason in the end', async () => {
    for (const [type, code, name] of [
      [UNREACH, 0, 'ENETUNREACH'],
      [UNREACH, 1, 'EHOSTUNREACH'],
      [UNREACH, 5, 'ENETUNREACH'],
      [UNREACH, 13, 'EHOSTUNREACH'],
      [TIME_EXCEEDED, 0, 'EHOSTUNREACH'],
      [TIME_EXCEEDED, 1, 'EHOSTUNREACH'],
      [PARAMETER_PROBLEM, 0, 'EHOSTUNREACH'],
    ] as const) {
      const { net, c, troubles, error } = await opened('SYN-SENT');
      error(type, code);
      expect([type, code, c.state, troubles, c.softError?.code]).toEqual([
        type,
        code,
        'SYN-SENT',
        [name],
        name,
      ]);
      expect(await net.run(codeOf(c.opened))).toBe(name);
    }
    for (const [type, code] of [
      [1, 0],
      [1, 3],
      [3, 0],
      [4, 1],
    ] as const) {
      const { c, troubles, error } = await opened('SYN-SENT', 'fd00::2');
      error(type, code);
      expect([c.state, troubles.length]).toEqual(['SYN-SENT', 1]);
    }
  });

  it('hard ones count as soft once the connection is synchronized (RFC 5927 section 5.2)', async () => {
    const { c, troubles, error } = await opened('ESTABLISHED');
    error(UNREACH, 3);
    error(UNREACH, 2);
    expect([c.state, troubles]).toEqual(['ESTABLISHED', ['ECONNREFUSED', 'ENOPROTOOPT']]);
  });

  it('source quench is ignored (MUST-55)', async () => {
    const { a, c, troubles, error } = await opened('ESTABLISHED');
    const before = c.info();
    error(SOURCE_QUENCH, 0);
    expect([c.info(), troubles, a.counters.icmpIgnored]).toEqual([before, [], 0]);
  });

  it('spoofed: another port, address or sequence number than what is in flight changes nothing (RFC 5927 section 4)', async () => {
    const { a, c, error } = await opened('SYN-SENT');
    const flips: ((packet: Uint8Array) => void)[] = [20, 22, 24, 25, 27, 15, 19].map((at) => (packet) => {
      packet[at] = (packet[at] as number) ^ 1;
    });
    for (const flip of flips) error(UNREACH, 3, 0, flip);
    expect([c.state, c.softError, a.counters.icmpIgnored]).toEqual(['SYN-SENT', null, flips.length]);
    error(UNREACH, 3);
    expect(c.state).toBe('CLOSED');
  });

  it('about something that is no TCP segment of ours, or cut too short, is counted and ignored', async () => {
    const { net, a, c } = await opened('SYN-SENT');
    for (const body of [octets(0), octets(40), ipPacket(net, 6, '10.0.0.1', '10.0.0.2', octets(7))]) {
      const packet = icmpPacket(net, '10.0.0.77', '10.0.0.1', UNREACH, 3, 0, body);
      const off = net.memory.alloc(packet.length);
      net.memory.u8.set(packet, off);
      port(a).receive(off, packet.length);
      net.memory.free(off, packet.length);
    }
    expect([c.state, a.counters.icmpIgnored]).toEqual(['SYN-SENT', 3]);
  });

  it('fragmentation needed: smaller segments from now on, what was too big at once (RFC 1191)', async () => {
    const { net, a, c, error } = await opened('ESTABLISHED');
    const sizes: number[] = [];
    a.tap = { segmentOut: (_, seg) => void sizes.push(seg.textLen) };
    expect(c.info()).toMatchObject({ sndMss: 1448, pmtu: 1500 });
    const other = a.open({ address: '10.0.0.9', port: 80 });
    error(UNREACH, 4, 1000, (packet) => {
      packet[2] = 1500 >> 8; // the packet that was too big had 1500 octets
      packet[3] = 1500 & 255;
    });
    expect(c.info()).toMatchObject({ sndMss: 1000 - 52, pmtu: 1000 });
    await net.pass(10_000);
    expect(Math.max(...sizes)).toBe(948);
    const next = a.open({ address: '10.0.0.2', port: 80 }); // the destination's, not the connection's
    expect([next.info().pmtu, other.info().pmtu]).toEqual([1000, 1500]);
  });

  it('fragmentation needed with a spoofed sequence number, or an MTU below what can be, changes nothing', async () => {
    const { c, error } = await opened('ESTABLISHED');
    const full = (packet: Uint8Array): void => {
      packet[2] = 1500 >> 8;
      packet[3] = 1500 & 255;
    };
    error(UNREACH, 4, 1000, (packet) => {
      full(packet);
      packet[25] = (packet[25] as number) ^ 0x80;
    });
    expect(c.info().pmtu).toBe(1500);
    error(UNREACH, 4, 60, full);
    expect(c.info().pmtu).toBe(1500);
    error(UNREACH, 4, 100, full);
    expect(c.info().pmtu).toBe(552); // not below the floor
  });

  it('packet too big likewise, not below 1280 (RFC 8201)', async () => {
    const { c, error } = await opened('ESTABLISHED', 'fd00::2');
    error(2, 0, 1279, (packet) => void (packet[4] = 1440 >> 8));
    expect(c.info().pmtu).toBe(1500);
    error(2, 0, 1280, (packet) => {
      packet[4] = 1460 >> 8;
      packet[5] = 1460 & 255;
    });
    expect(c.info().pmtu).toBe(1280);
  });
});

it('a path with a smaller link and a router that says so: everything arrives, with no segment that is too big after the first', async () => {
  for (const address of ['10.0.0.2', 'fd00::2']) {
    const net = new Net();
    const { a, b, wire } = net.pair({ delayUs: 5000 });
    const six = address.includes(':');
    const narrow = six ? 1300 : 900;
    wire.configure({ mtu: narrow }, 'a->b');
    let refused = 0;
    wire.tap = {
      dropped: (p, reason) => {
        if (reason !== 'mtu') return;
        refused++;
        const packet = net.memory.u8.slice(p.off, p.off + p.len);
        const body = packet.slice(0, six ? 1232 : 548);
        const error = six
          ? icmpPacket(net, 'fd00::ff', 'fd00::1', 2, 0, narrow, body)
          : icmpPacket(net, '10.0.0.77', '10.0.0.1', UNREACH, 4, narrow, body);
        expect(wire.inject('b->a', error)).toBe(true);
      },
    };
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect({ address, port: 80 }));
    const s = await net.run(listener.accept());
    sendAndEnd(c, octets(100_000));
    expect(await net.run(readAll(s))).toEqual(octets(100_000));
    expect(c.info()).toMatchObject({ pmtu: narrow, timeouts: 0 });
    expect(refused).toBeLessThanOrEqual(10); // the initial window
    s.close();
  }
});

it('helpers: a packet that a test makes parses', () => {
  const net = new Net();
  const mem = new Memory();
  const bytes = icmpPacket(net, '10.0.0.1', '10.0.0.2', 8, 0, ID_SEQ, octets(5));
  const off = mem.alloc(bytes.length);
  mem.u8.set(bytes, off);
  expect(parseIp(mem, off, bytes.length, new IpPacket())).toBe(0);
});
