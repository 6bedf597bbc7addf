import { describe, expect, it } from 'vitest';
import { type Port, Switch, type Transmit } from '../../sim/index.ts';
import {
  formatMac,
  type IpAddress,
  type Memory,
  NDP_ROUTER_SOLICITATION,
  parseAddress,
} from '../../wire/index.ts';
import type { AutoconfigurationInfo, AutoconfigureOptions, Host, HostInterface } from '../index.ts';
import { icmpBytes, ipPacket, Net, octets, port, readAll, sendAndEnd, thrown } from '../testing.ts';

const SECOND = 1_000_000;
const ROUTER = 'fe80::1';
const ROUTER_MAC = [2, 0, 0, 0, 0, 0xff];

/** The octets of an address. */
function bytesOf(text: string): number[] {
  const { w0, w1, w2, w3 } = parseAddress(text) as IpAddress;
  return [w0, w1, w2, w3].flatMap((w) => [w >>> 24, (w >>> 16) & 255, (w >>> 8) & 255, w & 255]);
}

const word = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];

/** Options of a router advertisement. */
const prefix = (network: string, valid: number, preferred: number, flags = 0xc0, length = 64): number[] => [
  3,
  4,
  length,
  flags,
  ...word(valid),
  ...word(preferred),
  0,
  0,
  0,
  0,
  ...bytesOf(network),
];
const mtu = (n: number): number[] => [5, 1, 0, 0, ...word(n)];
const rdnss = (seconds: number, ...servers: string[]): number[] => [
  25,
  1 + 2 * servers.length,
  0,
  0,
  ...word(seconds),
  ...servers.flatMap(bytesOf),
];

/** Sends router advertisements and notes solicitations, as radvd does; does not forward anything. */
class Radvd implements Port {
  readonly memory: Memory;
  readonly mtu = 1500;
  readonly kind = 'ethernet';
  /** When solicitations came, µs. */
  readonly solicited: number[] = [];
  /** Every frame that came. */
  readonly frames: Uint8Array[] = [];
  /** What is answered. */
  answer: (() => void) | null = null;
  readonly #net: Net;
  #transmit: Transmit | null = null;

  constructor(net: Net, box: Switch) {
    this.#net = net;
    this.memory = net.memory;
    box.connect(this, { delayUs: 100 });
  }

  attach(transmit: Transmit | null): void {
    this.#transmit = transmit;
  }

  receive(off: number, len: number): void {
    const frame = this.memory.u8.slice(off, off + len);
    this.frames.push(frame);
    if (frame[12] !== 0x86 || frame[20] !== 58 || frame[54] !== NDP_ROUTER_SOLICITATION) return;
    this.solicited.push(this.#net.world.now());
    this.answer?.();
  }

  send(frame: Uint8Array): void {
    const off = this.memory.alloc(frame.length);
    this.memory.u8.set(frame, off);
    this.#transmit?.(off, frame.length);
  }

  icmp(
    src: string,
    dst: string,
    type: number,
    rest: number,
    body: number[],
    ttl = 255,
    mac = ROUTER_MAC,
  ): void {
    const packet = ipPacket(
      this.#net,
      58,
      src,
      dst,
      icmpBytes(src, dst, type, 0, rest, new Uint8Array(body)),
      { ttl },
    );
    const to = [0x33, 0x33, ...bytesOf(dst).slice(12)];
    this.send(new Uint8Array([...to, ...mac, 0x86, 0xdd, ...packet]));
  }

  advertise(lifetime: number, ...options: number[][]): void {
    this.icmp(ROUTER, 'ff02::1', 134, (64 << 24) | lifetime, [
      ...word(0),
      ...word(0),
      1,
      1,
      ...ROUTER_MAC,
      ...options.flat(),
    ]);
  }
}

interface Lan {
  net: Net;
  box: Switch;
  radvd: Radvd;
  host(name: string, last: number, options?: boolean | AutoconfigureOptions, addresses?: string[]): Host;
}

function lan(): Lan {
  const net = new Net();
  const box = new Switch(net.world);
  const radvd = new Radvd(net, box);
  const host = (
    name: string,
    last: number,
    autoconfigure: boolean | AutoconfigureOptions = true,
    addresses: string[] = [],
  ): Host => {
    const made = net.host(name, addresses, {
      iface: { kind: 'ethernet', mac: formatMac(0x0200, last), autoconfigure },
    });
    box.connect(port(made), { delayUs: 100 });
    return made;
  };
  return { net, box, radvd, host };
}

const info = (host: Host): AutoconfigurationInfo =>
  host.autoconfiguration(port(host)) as AutoconfigurationInfo;
const states = (host: Host): string[] => info(host).addresses.map((a) => a.state);
const assigned = (host: Host): string[] => port(host).addresses.map((a) => a.address.toString());

describe('the link-local address (RFC 4862 section 5.3)', () => {
  it('is asked for once from ::, and used when nobody answers within a second', async () => {
    const { net, radvd, host } = lan();
    const a = host('a', 1);
    expect([states(a), assigned(a)]).toEqual([['tentative'], []]);
    await net.pass(1 * SECOND);
    const probes = radvd.frames.filter((f) => f[54] === 135);
    expect(probes.length).toBe(1);
    const [probe] = probes as [Uint8Array];
    const address = info(a).addresses[0]?.address as string;
    expect([...probe.subarray(22, 38)]).toEqual(new Array(16).fill(0));
    expect([...probe.subarray(38, 54)]).toEqual([
      ...bytesOf('ff02::1:ff00:0').slice(0, 13),
      ...bytesOf(address).slice(13),
    ]);
    expect([...probe.subarray(62, 78)]).toEqual(bytesOf(address));
    expect(probe.length).toBe(78); // no link-layer address option
    await net.pass(1.1 * SECOND);
    expect([states(a), assigned(a)]).toEqual([['preferred'], [address]]);
    expect(address.startsWith('fe80::')).toBe(true);
  });

  it('nothing begins before a link is attached', async () => {
    const { net, box } = lan();
    const a = net.host('a', [], { iface: { kind: 'ethernet', autoconfigure: true } });
    await net.pass(60 * SECOND);
    expect([states(a), port(a).unsent]).toEqual([[], 0]);
    box.connect(port(a), { delayUs: 100 });
    await net.pass(3 * SECOND);
    expect(states(a)).toEqual(['preferred']);
  });

  it('is answered for neither before nor while it is tentative', async () => {
    const { net, radvd, host } = lan();
    const a = host('a', 1);
    const address = info(a).addresses[0]?.address as string;
    radvd.icmp('fe80::9', `ff02::1:ff${address.slice(-7)}`, 135, 0, [
      ...bytesOf(address),
      1,
      1,
      ...ROUTER_MAC,
    ]);
    await net.pass(3 * SECOND);
    expect(radvd.frames.filter((f) => f[54] === 136)).toEqual([]);
    expect(states(a)).toEqual(['preferred']); // who asks from an address does not want this one
  });
});

describe('duplicate address detection (RFC 4862 section 5.4)', () => {
  it('another host that has the address, or asks for it too, makes a stable address move on (RFC 7217 section 6)', async () => {
    for (const how of ['has', 'asks']) {
      const { net, radvd, host } = lan();
      const a = host('a', 1);
      const first = info(a).addresses[0]?.address as string;
      if (how === 'has')
        radvd.icmp(first, 'ff02::1', 136, 0x20000000, [...bytesOf(first), 2, 1, ...ROUTER_MAC]);
      else {
        const group = [...bytesOf('ff02::1:ff00:0').slice(0, 13), ...bytesOf(first).slice(13)];
        const text = group.reduce(
          (t, b, i) => t + (i > 0 && i % 2 === 0 ? ':' : '') + b.toString(16).padStart(2, '0'),
          '',
        );
        radvd.icmp('::', text, 135, 0, bytesOf(first));
      }
      await net.pass(5 * SECOND);
      const second = info(a).addresses[0]?.address as string;
      expect([states(a), second === first, assigned(a)]).toEqual([['preferred'], false, [second]]);
    }
  });

  it('an address that was configured is not used when somebody has it, and is when nobody does', async () => {
    const { net, host } = lan();
    const a = host('a', 1, true, ['fd00::1/64', '10.0.0.1/24']);
    expect(assigned(a)).toEqual(['10.0.0.1']); // IPv4 is not verified
    await net.pass(5 * SECOND);
    expect(assigned(a).includes('fd00::1')).toBe(true);
    const b = host('b', 2, true, ['fd00::1/64']);
    await net.pass(5 * SECOND);
    expect(info(b).addresses.map((x) => [x.address === 'fd00::1', x.state])).toEqual([
      [false, 'preferred'],
      [true, 'duplicate'],
    ]);
    expect(assigned(b).includes('fd00::1')).toBe(false);
  });

  it('two hosts with one MAC: the second has no link-local address of it, and says so', async () => {
    const { net, host } = lan();
    const a = host('a', 1, { addresses: 'eui64' });
    await net.pass(3 * SECOND);
    expect(assigned(a)).toEqual(['fe80::ff:fe00:1']);
    const told: string[][] = [];
    const changed = (i: AutoconfigurationInfo): void => void told.push(i.addresses.map((x) => x.state));
    const b = host('b', 1, { addresses: 'eui64', changed });
    await net.pass(5 * SECOND);
    expect([assigned(b), told.at(-1)]).toEqual([[], ['duplicate']]);
  });
});

describe('routers', () => {
  it('are asked for three times, four seconds apart, until one answers (RFC 4861 section 6.3.7)', async () => {
    const quiet = lan();
    quiet.host('a', 1);
    await quiet.net.pass(60 * SECOND);
    const times = quiet.radvd.solicited;
    expect(times.length).toBe(3);
    expect(
      [times[1], times[2]].map((t, i) => Math.round(((t as number) - (times[i] as number)) / SECOND)),
    ).toEqual([4, 4]);
    const { net, radvd, host } = lan();
    radvd.answer = () => radvd.advertise(1800);
    const a = host('a', 1);
    await net.pass(60 * SECOND);
    expect([radvd.solicited.length, info(a).routers.map((r) => r.address)]).toEqual([1, [ROUTER]]);
  });

  it('give an address for each prefix, a default route, the MTU and DNS servers; two hosts and a server behind the router talk', async () => {
    const { net, box, radvd, host } = lan();
    const router = net.host('router', ['fe80::1/64', '2001:db8:1::1/64'], {
      iface: { kind: 'ethernet', mac: formatMac(0x0200, 0xff) },
      forwarding: true,
    });
    box.connect(port(router), { delayUs: 100 });
    const server = net.host('server', ['2001:db8:2::2/64']);
    const far = router.addInterface({ name: 'far', addresses: ['2001:db8:2::1/64'] });
    net.wireTo(server, far, { delayUs: 1000 });
    server.addRoute('default6', port(server), '2001:db8:2::1');
    radvd.answer = () =>
      radvd.advertise(
        1800,
        prefix('2001:db8:1::', 86_400, 14_400),
        mtu(1400),
        rdnss(1800, '2001:db8:2::53', 'fd00::53'),
      );
    const told: AutoconfigurationInfo[] = [];
    const a = host('a', 1, { changed: (i) => void told.push(i) });
    const b = host('b', 2);
    await net.pass(6 * SECOND);
    for (const h of [a, b]) {
      expect(states(h)).toEqual(['preferred', 'preferred']);
      expect(info(h).prefixes.map((p) => p.prefix)).toEqual(['2001:db8:1::/64']);
      expect(info(h).dnsServers.map((s) => s.address)).toEqual(['2001:db8:2::53', 'fd00::53']);
      expect([info(h).mtu, port(h).mtu]).toEqual([1400, 1400]);
    }
    expect(told.at(-1)).toEqual(info(a));
    const global = (h: Host): string =>
      info(h).addresses.find((x) => x.address.startsWith('2001'))?.address as string;
    expect(global(a)).not.toBe(global(b));
    for (const [to, address] of [
      [b, global(b)],
      [server, '2001:db8:2::2'],
    ] as const) {
      const listener = to.listen({ port: 80 });
      const c = await net.run(a.connect({ address, port: 80 }));
      expect([c.localAddress, c.info().pmtu]).toEqual([global(a), 1400]);
      const s = await net.run(listener.accept());
      sendAndEnd(c, octets(50_000));
      expect(await net.run(readAll(s))).toEqual(octets(50_000));
      s.close();
    }
    expect(router.counters.forwarded).toBeGreaterThan(30);
  });

  it('an advertisement that did not come from the link, or not from a router, is not believed (RFC 4861 section 6.1.2)', async () => {
    const { net, radvd, host } = lan();
    const a = host('a', 1);
    await net.pass(3 * SECOND);
    const body = [...word(0), ...word(0), ...prefix('2001:db8:1::', 1800, 1800)];
    radvd.icmp(ROUTER, 'ff02::1', 134, 1800, body, 254);
    radvd.icmp('2001:db8::1', 'ff02::1', 134, 1800, body);
    await net.pass(3 * SECOND);
    expect([info(a).routers, info(a).addresses.length]).toEqual([[], 1]);
  });

  it('that say lifetime 0 are routers no more, and time ends all that they said', async () => {
    const { net, radvd, host } = lan();
    const a = host('a', 1);
    await net.pass(3 * SECOND);
    radvd.advertise(1800, prefix('2001:db8:1::', 10_800, 60), rdnss(30, 'fd00::53'));
    await net.pass(3 * SECOND);
    expect([info(a).routers.length, info(a).dnsServers.length, states(a)]).toEqual([
      1,
      1,
      ['preferred', 'preferred'],
    ]);
    await net.pass(30 * SECOND);
    expect([info(a).dnsServers, states(a)]).toEqual([[], ['preferred', 'preferred']]);
    await net.pass(30 * SECOND);
    expect(states(a)).toEqual(['preferred', 'deprecated']);
    radvd.advertise(0);
    await net.pass(1000);
    expect(info(a).routers).toEqual([]);
    expect(thrown(() => a.udp().send(octets(1), '2001:db8:9::1', 9))).toBe('ENETUNREACH');
    await net.pass(10_800 * SECOND);
    expect([states(a), info(a).prefixes, assigned(a).length, a.wakeAt()]).toEqual([
      ['preferred'],
      [],
      1,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it('may say anything: nothing is thrown, and what is kept stays within its bounds', async () => {
    const { net, radvd, host } = lan();
    const a = host('a', 1);
    await net.pass(3 * SECOND);
    const dice = net.world.random.fork('noise');
    for (let i = 0; i < 3000; i++) {
      const body = [
        ...word(0),
        ...word(0),
        ...prefix(`2001:db8:${(i % 40) + 1}::`, dice.int(10_000), dice.int(10_000)),
        ...mtu(dice.int(3000)),
        ...rdnss(dice.int(1000), `fd00::${(i % 20) + 1}`),
      ];
      for (let n = dice.int(5); n > 0; n--) body[dice.int(body.length)] = dice.int(256);
      const src = `fe80::${(i % 12) + 1}`;
      const cut = dice.chance(0.2) ? body.slice(0, dice.int(body.length)) : body;
      radvd.icmp(src, 'ff02::1', 134, dice.nextUint32() | 0, cut);
      if (i % 10 === 0) await net.pass(dice.int(20 * SECOND));
      const now = info(a);
      expect(now.routers.length <= 8 && now.prefixes.length <= 16 && now.addresses.length <= 16).toBe(true);
      expect(now.dnsServers.length <= 8 && now.mtu >= 1280 && now.mtu <= 1500).toBe(true);
    }
    a.removeInterface(port(a));
  });

  it('what they may tell is bounded: routers, prefixes, addresses, servers', async () => {
    const { net, radvd, host } = lan();
    const a = host('a', 1);
    await net.pass(3 * SECOND);
    for (let n = 0; n < 40; n++) {
      const network = `2001:db8:${(n + 1).toString(16)}::`;
      const body = [...word(0), ...word(0), ...prefix(network, 1800, 1800), ...rdnss(1800, `fd00::${n + 1}`)];
      radvd.icmp(`fe80::${n + 1}`, 'ff02::1', 134, 1800, body);
      await net.pass(10_000);
    }
    const now = info(a);
    expect([now.routers.length, now.prefixes.length, now.addresses.length, now.dnsServers.length]).toEqual([
      8, 16, 16, 8,
    ]);
    expect(now.refused).toBe(32 + 24 + 25 + 32);
  });
});

describe('the addresses of a prefix (RFC 4862 section 5.5.3)', () => {
  const global = (h: Host): AutoconfigurationInfo['addresses'] => info(h).addresses.slice(1);

  /** A host that has heard an advertisement. */
  async function heard(
    options: boolean | AutoconfigureOptions,
    ...advertised: number[][]
  ): Promise<Lan & { a: Host }> {
    const made = lan();
    const a = made.host('a', 1, options);
    await made.net.pass(3 * SECOND);
    made.radvd.advertise(1800, ...advertised);
    await made.net.pass(3 * SECOND);
    return { ...made, a };
  }

  it('none of a prefix without the A flag, of a link-local one, of one that is preferred longer than valid, or no /64', async () => {
    const { a } = await heard(
      true,
      prefix('2001:db8:1::', 1800, 1800, 0x80),
      prefix('fe80::', 1800, 1800),
      prefix('2001:db8:2::', 1800, 1801),
      prefix('2001:db8:3::', 1800, 1800, 0xc0, 48),
      prefix('2001:db8:4::', 0, 0),
    );
    expect(global(a)).toEqual([]);
  });

  it('a prefix without the L flag gives an address, and no route to its network (RFC 5942 section 4)', async () => {
    const { net, a } = await heard(true, prefix('2001:db8:1::', 1800, 1800, 0x40));
    expect([global(a).length, info(a).prefixes]).toEqual([1, []]);
    expect(a.ip.way(0x20010db8, 0x10000, 0, 9)?.hop0).toBe(0xfe800000 | 0); // by the default router
    await net.pass(1800 * SECOND);
  });

  it('a lifetime of two hours or less cannot be shortened by an advertisement that nobody signed (e)', async () => {
    const hours = 3600 * SECOND;
    const { net, radvd, a } = await heard(true, prefix('2001:db8:1::', 36_000, 36_000));
    const left = (): number =>
      Math.round(((global(a)[0]?.validUntilMs as number) - net.world.now() / 1000) / 1000);
    radvd.advertise(1800, prefix('2001:db8:1::', 60, 60));
    await net.pass(1000);
    expect(left()).toBe(7200);
    await net.pass(hours);
    radvd.advertise(1800, prefix('2001:db8:1::', 60, 60));
    await net.pass(1000);
    expect(left()).toBe(3600);
    radvd.advertise(1800, prefix('2001:db8:1::', 7201, 60));
    await net.pass(1000);
    expect(left()).toBe(7201);
  });

  it('stable: the same on the same network, another on another one, the same after a restart with the secret (RFC 7217)', async () => {
    const secret = octets(16);
    const of = async (network: string, options: AutoconfigureOptions): Promise<string> => {
      const { a } = await heard(options, prefix(network, 1800, 1800));
      return global(a)[0]?.address.split(':').slice(-4).join(':') as string;
    };
    const first = await of('2001:db8:1::', { secret });
    expect(await of('2001:db8:1::', { secret })).toBe(first);
    expect(await of('2001:db8:2::', { secret })).not.toBe(first);
    expect(await of('2001:db8:1::', { secret: octets(16, 1) })).not.toBe(first);
    expect(await of('2001:db8:1::', { addresses: 'eui64' })).toBe(':ff:fe00:1');
  });

  it('temporary: random ones; a new one before the old is deprecated, and the old lives on for its connections (RFC 8981)', async () => {
    const day = 86_400;
    const { net, a } = await heard(
      { addresses: 'temporary' },
      prefix('2001:db8:1::', 3 * 86_400, 3 * 86_400),
    );
    const [first] = global(a).map((x) => x.address);
    await net.pass((day - 6) * SECOND);
    expect(global(a).map((x) => x.state)).toEqual(['preferred', 'preferred']);
    await net.pass(10 * SECOND);
    expect(global(a).map((x) => [x.address === first, x.state])).toEqual([
      [true, 'deprecated'],
      [false, 'preferred'],
    ]);
    // New connections come from the new one.
    expect(a.ip.path(0x20010db8, 0x10000, 0, 9)?.source.toString()).toBe(global(a)[1]?.address);
    await net.pass((day + 10) * SECOND);
    expect(global(a).some((x) => x.address === first)).toBe(false);
    a.removeInterface(port(a));
  });
});

it('is asked for where it can be: on Ethernet, with an mtu for IPv6, a secret of 16 octets', () => {
  const net = new Net();
  const host = net.host('a', ['10.0.0.1/24']);
  const add = (options: object): string => thrown(() => host.addInterface(options));
  expect(add({ autoconfigure: true })).toBe('ERR_OUT_OF_RANGE');
  expect(add({ autoconfigure: true, kind: 'ethernet', mtu: 1279 })).toBe('ERR_OUT_OF_RANGE');
  expect(add({ autoconfigure: { secret: octets(15) }, kind: 'ethernet' })).toBe('ERR_OUT_OF_RANGE');
  expect(add({ autoconfigure: { addresses: 'mac' }, kind: 'ethernet' })).toBe('ERR_OUT_OF_RANGE');
  expect(host.autoconfiguration(host.interfaces[1] as HostInterface)).toBe(null);
});
