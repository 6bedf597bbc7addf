// A hostile guest: frames at random, and good ones that were damaged, into a port; and a long life with everything that
// connections do. SYNFIN_GATEWAY_HOURS=24 and SYNFIN_GATEWAY_FRAMES=1000000 are the large sizes.

import { env } from 'node:process';
import { describe, expect, it } from 'vitest';
import { Site } from '../../src/gateway/testing.ts';
import type { Connection } from '../../src/host/index.ts';
import { Random } from '../../src/sim/index.ts';

const FRAMES = Number(env['SYNFIN_GATEWAY_FRAMES'] ?? 6000);
const HOURS = Number(env['SYNFIN_GATEWAY_HOURS'] ?? 0.05);
const FAR = '192.0.2.80';

/** Octets of a random length, with a header of Ethernet that leads somewhere. */
function noise(random: Random): Uint8Array {
  const frame = new Uint8Array(random.int(1600));
  for (let n = 0; n < frame.length; n++) frame[n] = random.int(256);
  frame.set([0x52, 0x55, 0x0a, 0, 2, 2, 2, 0, 0, 0, 0, 1 + random.int(3)].slice(0, frame.length));
  const types = [
    [8, 0, 0x45],
    [8, 6, 0],
    [0x86, 0xdd, 0x60],
  ];
  const type = types[random.int(types.length)] as number[];
  if (frame.length > 15 && random.int(8) > 0) frame.set(type, 12);
  return frame;
}

/** A frame with some octets changed, and sometimes with the checksum of its IPv4 header mended. */
function damaged(frame: Uint8Array, random: Random): Uint8Array {
  const copy = frame.slice(0, random.int(4) === 0 ? random.int(frame.length + 1) : frame.length);
  for (let n = 0; n <= random.int(4) && copy.length > 14; n++)
    copy[14 + random.int(copy.length - 14)] = random.int(256);
  if (copy.length >= 34 && copy[12] === 8 && copy[13] === 0 && random.int(2) === 0) {
    copy.set([0, 0], 24);
    let sum = 0;
    for (let at = 14; at < 34; at += 2) sum += ((copy[at] as number) << 8) | (copy[at + 1] as number);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    copy.set([(~sum >> 8) & 255, ~sum & 255], 24);
  }
  return copy;
}

describe('a hostile guest', () => {
  it(`${FRAMES} frames at random and damaged ones: nothing throws, all is bounded, and others are served on`, async () => {
    const random = new Random('hostile');
    const site = new Site({
      limits: { connections: 64, flows: 64, pending: 64 },
      dns: { upstream: async () => ({ rcode: 'NXDOMAIN', answers: [] }) },
    });
    site.outer.behaviour = () =>
      (['open', 'silent', { code: 'ECONNREFUSED' }] as const)[random.int(3)] ?? 'silent';
    const { host, port } = site.machine();
    const good = site.machine();
    good.host.open({ address: FAR, port: 443 }).abort(); // its address is its own from now on
    await site.pass(100);
    const kept: Uint8Array[] = [];
    site.gateway.tap = (guest, direction, frame) => {
      if (direction === 'in' && guest.name === 'guest1' && kept.length < 400) kept.push(frame.slice());
    };
    for (let n = 0; n < 30; n++) {
      const c = host.open({ address: FAR, port: 80 + n });
      const socket = host.udp();
      socket.send(new Uint8Array(40), n % 2 === 0 ? '10.0.2.3' : FAR, 53);
      await site.pass(20);
      void c.write(new Uint8Array(100)).catch(() => {});
      await site.pass(20);
      if (n % 3 === 0) c.abort();
    }
    expect(kept.length).toBeGreaterThan(50);
    for (let n = 0; n < FRAMES; n++) {
      const frame = kept[random.int(kept.length)] as Uint8Array;
      port.onreceive?.(random.int(3) === 0 ? noise(random) : damaged(frame, random));
      if (n % 50 === 0) await site.pass(random.int(500));
      if (n % 500 === 0)
        for (const each of site.outer.connections.slice(-20)) each.events.closed({ code: 'ECONNRESET' });
    }
    const { guests, connections, flows } = site.gateway.info();
    expect(guests.length).toBe(2);
    expect(connections.length).toBeLessThanOrEqual(65);
    expect([flows <= 128, site.gateway.host.tcp.size <= 400]).toEqual([true, true]);
    // The other guest has not noticed.
    site.outer.behaviour = () => 'open';
    const c = await site.net.run(good.host.connect({ address: FAR, port: 443 }));
    c.abort();
    expect(good.guest.counters.spoofed).toBe(0);
  });
});

describe('a long life', () => {
  it(`${HOURS} h of virtual time with everything that connections do leave nothing`, async () => {
    const random = new Random('life');
    const site = new Site({ limits: { connectTimeoutMs: 20_000, udpIdleMs: 60_000 } });
    const { host } = site.machine({ delayUs: 5000, loss: 0.005 });
    const codes = ['ECONNREFUSED', 'EHOSTUNREACH', 'ETIMEDOUT', 'ENETUNREACH'];
    site.outer.behaviour = () => {
      const n = random.int(10);
      return n < 7 ? 'open' : n === 7 ? 'silent' : { code: codes[random.int(codes.length)] as string };
    };
    const live: Connection[] = [];
    const steps = HOURS * 3600;
    let most = 0;
    for (let n = 0; n < steps; n++) {
      if (random.int(3) === 0) live.push(host.open({ address: FAR, port: 1 + random.int(1000) }));
      const c = live[random.int(live.length)];
      const outer = site.outer.connections[random.int(site.outer.connections.length)];
      switch (random.int(9)) {
        case 0:
          c?.abort();
          break;
        case 1:
        case 2:
          void c?.end().catch(() => {});
          break;
        case 3:
          void c?.write(new Uint8Array(random.int(20_000))).catch(() => {});
          break;
        case 4:
          c?.discard();
          break;
        case 5:
          if (outer !== undefined && !outer.wasReset) outer.events.data(new Uint8Array(random.int(20_000)));
          break;
        case 6:
          outer?.events.end();
          if (outer?.ended === true) outer.events.closed(null);
          break;
        case 7:
          if (random.int(3) === 0) outer?.events.closed({ code: 'ECONNRESET' });
          break;
        default:
          host.udp().send(new Uint8Array(10), FAR, 1 + random.int(50));
      }
      if (live.length > 40) live.shift()?.abort();
      if (site.outer.connections.length > 60)
        for (const each of site.outer.connections.splice(0, 10)) each.events.closed({ code: 'ECONNRESET' });
      if (n % 100 === 0) for (const socket of host.udpSockets) socket.close();
      most = Math.max(most, site.gateway.connections().length);
      await site.pass(1000);
    }
    expect(most).toBeLessThan(200);
    for (const c of live) c.abort();
    for (const socket of host.udpSockets) socket.close();
    await site.pass(200_000);
    for (const each of site.outer.connections) each.events.closed({ code: 'ECONNRESET' });
    await site.pass(200_000);
    const { connections, flows } = site.gateway.info();
    expect([connections, flows, site.gateway.host.tcp.size, site.gateway.host.tcp.timeWait.size]).toEqual([
      [],
      0,
      0,
      0,
    ]);
  }, 3_600_000);
});
