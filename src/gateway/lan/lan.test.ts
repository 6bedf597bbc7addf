import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cidr, parseCidr } from '../../wire/index.ts';
import type { FramePort } from '../port.ts';
import { Site } from '../testing.ts';
import { GuestFrame, readFrame } from './frame.ts';
import { Guest, Lan } from './index.ts';

const GATEWAY = [0x52, 0x55, 0x0a, 0, 2, 2];
const ALL = [255, 255, 255, 255, 255, 255];
const mac = (n: number): number[] => [2, 0, 0, 0, 0, n];
const v4 = (text: string): number[] => text.split('.').map(Number);

function arp(from: number, inName: number, address: string, to = ALL): Uint8Array {
  const request = [0, 1, 8, 0, 6, 4, 0, 2, ...mac(inName), ...v4(address), ...GATEWAY, ...v4('10.0.2.2')];
  return Uint8Array.from([...to, ...mac(from), 8, 6, ...request]);
}
function ip(from: number, address: string, to = GATEWAY, udp: readonly number[] = []): Uint8Array {
  const header = [
    0x45,
    0,
    0,
    20 + udp.length,
    0,
    0,
    0,
    0,
    64,
    udp.length > 0 ? 17 : 59,
    0,
    0,
    ...v4(address),
    ...v4('192.0.2.1'),
  ];
  return Uint8Array.from([...to, ...mac(from), 8, 0, ...header, ...udp]);
}
function v6(from: number, source: readonly number[], icmp: readonly number[], to = GATEWAY): Uint8Array {
  const header = [0x60, 0, 0, 0, 0, icmp.length, 58, 255, ...source, ...new Array(15).fill(0), 1];
  return Uint8Array.from([...to, ...mac(from), 0x86, 0xdd, ...header, ...icmp]);
}
const near = (n: number): number[] => [0xfe, 0x80, ...new Array(13).fill(0), n];

function site(options = {}) {
  const made = new Site(options);
  const [a, b] = [made.machine(), made.machine()];
  const heard: number[] = [];
  made.gateway.tap = (guest, direction) =>
    void (direction === 'out' && heard.push(guest === a.guest ? 1 : 2));
  return { made, a, b, heard };
}

describe('in whose name a guest may speak', () => {
  const rows: [string, Uint8Array, 'passes' | 'spoofed' | 'malformed' | 'rogue'][] = [
    ['its own address', ip(1, '10.0.2.15'), 'passes'],
    ['another of the network that nobody has', ip(1, '10.0.2.77'), 'passes'],
    ['another guest’s', ip(1, '10.0.2.16'), 'spoofed'],
    ['the gateway’s', ip(1, '10.0.2.2'), 'spoofed'],
    ['the DNS server’s', ip(1, '10.0.2.3'), 'spoofed'],
    ['one from outside of the network', ip(1, '192.0.2.9'), 'spoofed'],
    ['loopback', ip(1, '127.0.0.1'), 'spoofed'],
    ['none yet', ip(1, '0.0.0.0', ALL), 'passes'],
    ['another Ethernet address of its own', ip(7, '10.0.2.15'), 'passes'],
    ['another guest’s Ethernet address', ip(2, '10.0.2.15'), 'spoofed'],
    ['a group’s Ethernet address', ip(1, '10.0.2.15').map((o, n) => (n === 6 ? 3 : o)), 'spoofed'],
    ['ARP of its own', arp(1, 1, '10.0.2.15'), 'passes'],
    ['ARP for the gateway’s address', arp(1, 1, '10.0.2.2'), 'spoofed'],
    ['ARP for another guest’s', arp(1, 1, '10.0.2.16'), 'spoofed'],
    ['ARP with another Ethernet address within', arp(1, 2, '10.0.2.15'), 'malformed'],
    [
      'a neighbour advertisement of its own',
      v6(1, near(9), [136, 0, 0, 0, 0, 0, 0, 0, ...near(9)]),
      'passes',
    ],
    ['one for the gateway', v6(1, near(9), [136, 0, 0, 0, 0, 0, 0, 0, ...near(2)]), 'spoofed'],
    [
      'one with another link-layer address',
      v6(1, near(9), [136, 0, 0, 0, 0, 0, 0, 0, ...near(9), 2, 1, ...mac(2)]),
      'malformed',
    ],
    ['a router advertisement', v6(1, near(9), [134, ...new Array(15).fill(0)]), 'rogue'],
    ['a redirect', v6(1, near(9), [137, ...new Array(39).fill(0)]), 'rogue'],
    ['an answer of DHCP', ip(1, '10.0.2.15', ALL, [0, 67, 0, 68, 0, 8, 0, 0]), 'rogue'],
    ['a tagged frame', Uint8Array.from([...GATEWAY, ...mac(1), 0x81, 0, 0, 5, 8, 0]), 'malformed'],
    ['half a header', ip(1, '10.0.2.15').subarray(0, 30), 'malformed'],
    ['a frame beyond the MTU', new Uint8Array(1600).fill(0), 'malformed'],
  ];
  for (const [what, frame, verdict] of rows)
    it(`${what}: ${verdict}`, async () => {
      const { made, a, b } = site();
      b.port.onreceive?.(ip(2, '10.0.2.16'));
      a.port.onreceive?.(ip(1, '10.0.2.15'));
      const before = { ...a.guest.counters };
      a.port.onreceive?.(frame);
      const { malformed, spoofed, rogue } = a.guest.counters;
      const counted = { passes: [0, 0, 0], malformed: [1, 0, 0], spoofed: [0, 1, 0], rogue: [0, 0, 1] }[
        verdict
      ];
      expect([malformed - before.malformed, spoofed - before.spoofed, rogue - before.rogue]).toEqual(counted);
      await made.pass(10);
    });

  it('a static lease is for its Ethernet address alone, whoever comes first', () => {
    const { a, b } = site({ dhcp: { leases: { '02:00:00:00:00:02': '10.0.2.50' } } });
    a.port.onreceive?.(ip(1, '10.0.2.50'));
    b.port.onreceive?.(ip(2, '10.0.2.50'));
    expect([a.guest.counters.spoofed, b.guest.counters.spoofed]).toEqual([1, 0]);
  });

  it('an address is free again when its guest has left', () => {
    const { made, a, b } = site();
    b.port.onreceive?.(ip(2, '10.0.2.16'));
    made.gateway.remove(b.guest);
    a.port.onreceive?.(ip(1, '10.0.2.16'));
    expect([a.guest.counters.spoofed, made.gateway.guests.length]).toEqual([0, 1]);
  });

  it('a guest has at most 64 addresses; the oldest is forgotten', () => {
    const { a } = site();
    for (let n = 20; n < 120; n++) a.port.onreceive?.(ip(1, `10.0.2.${n}`));
    expect([
      a.guest.addresses.size,
      a.guest.addresses.has('10.0.2.119'),
      a.guest.addresses.has('10.0.2.20'),
    ]).toEqual([64, true, false]);
  });
});

describe('who hears a guest', () => {
  it('the gateway alone, unless guests may meet', () => {
    for (const guestsMeet of [false, true]) {
      const { a, b, heard } = site({ guestsMeet });
      b.port.onreceive?.(ip(2, '10.0.2.16'));
      heard.length = 0;
      a.port.onreceive?.(ip(1, '10.0.2.15', mac(2))); // to the other
      a.port.onreceive?.(ip(1, '10.0.2.15', mac(99))); // to nobody that is known
      a.port.onreceive?.(arp(1, 1, '10.0.2.15')); // to all
      a.port.onreceive?.(ip(1, '10.0.2.15')); // to the gateway
      expect(heard).toEqual(guestsMeet ? [2, 2, 2] : []);
    }
  });

  it('what the gateway has for a guest that has left is for nobody else', () => {
    const lan = new Lan({
      ...{ mtu: 1500, mac: { hi: 0x5255, lo: 0x0a000202 }, own: ['10.0.2.2'], guestsMeet: false },
      networks: [parseCidr('10.0.2.0/24') as Cidr],
      solicited() {},
      left() {},
    });
    const heard: number[] = [];
    const guests = [1, 2].map((n) => {
      const port: FramePort = {
        kind: 'ethernet',
        mtu: 1500,
        onreceive: null,
        onclose: null,
        send: () => void heard.push(n),
      };
      const guest = new Guest(`guest${n}`);
      lan.attach(port, guest);
      port.onreceive?.(ip(n, `10.0.2.${n + 14}`));
      return guest;
    });
    for (const to of [mac(1), mac(2), ALL]) lan.send(ip(0, '10.0.2.2', to));
    expect(heard.splice(0)).toEqual([1, 2, 1, 2]);
    lan.remove(guests[0] as Guest);
    for (const to of [mac(1), mac(2), ALL]) lan.send(ip(0, '10.0.2.2', to));
    expect(heard).toEqual([2, 2]);
  });

  it('what is given on is a copy: a view of a NIC’s memory may change after', () => {
    const { a, b } = site({ guestsMeet: true });
    b.port.onreceive?.(ip(2, '10.0.2.16'));
    const got: Uint8Array[] = [];
    b.port.send = (frame) => void got.push(frame);
    const view = ip(1, '10.0.2.15', mac(2));
    a.port.onreceive?.(view);
    view.fill(0);
    expect(got).toEqual([ip(1, '10.0.2.15', mac(2))]);
  });

  it('a port that copies is lent the frame, one that does not gets a copy of its own', () => {
    const { a, b } = site({ guestsMeet: true });
    b.port.onreceive?.(ip(2, '10.0.2.16'));
    const got: Uint8Array[] = [];
    Object.assign(b.port, { sendView: (frame: Uint8Array) => void got.push(frame) });
    const view = ip(1, '10.0.2.15', mac(2));
    a.port.onreceive?.(view);
    expect(got[0]).toBe(view);
  });
});

describe('ports', () => {
  it('are checked: kind, one host each, a name each, so many guests', () => {
    const { made, a } = site({ limits: { guests: 2 } });
    expect(() => made.gateway.attach({ kind: 'ip' } as never)).toThrow(/kind 'ethernet'/);
    expect(() => made.gateway.attach(a.port)).toThrow(/attached already/);
    const port = Object.assign(Object.create(Object.getPrototypeOf(a.port)), {
      kind: 'ethernet',
      mtu: 1500,
      onreceive: null,
      send() {},
    });
    expect(() => made.gateway.attach(port, { name: 'guest1' })).toThrow(
      expect.objectContaining({ code: 'EEXIST' }),
    );
    expect(() => made.gateway.attach(port, { name: 'third' })).toThrow(
      expect.objectContaining({ code: 'ENOBUFS' }),
    );
    expect(() => made.gateway.attach({ ...port, mtu: 576 })).toThrow(/mtu/);
  });

  it('any octets are read without an exception', () => {
    const f = new GuestFrame();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom([8, 0], [8, 6], [0x86, 0xdd]),
        (octets, type) => {
          if (octets.length > 14) octets.set(type, 12);
          readFrame(octets, f);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
