// A client and a server with routers between them: what RFC 1812 asks of a router, as the ends see it.

import { describe, expect, it } from 'vitest';
import type { Host, HostInterface, InterfaceOptions } from '../../src/host/index.ts';
import { codeOf, Net, octets, port, readAll, sendAndEnd, thrown } from '../../src/host/testing.ts';
import { Wire, type WireOptions } from '../../src/sim/index.ts';

interface Path {
  readonly net: Net;
  readonly client: Host;
  readonly server: Host;
  readonly routers: Host[];
  /** From the client to the server. */
  readonly wires: Wire[];
}

/** Interface options of link `n`; link 0 is the client's, the last one the server's. */
type LinkOptions = (n: number) => InterfaceOptions;

/** client - router 1 - … - router n - server; link k is 10.k.0.0/24 and fd00:k::/64, whose left end is .1. */
function chain(
  routers: number,
  wire: (n: number) => WireOptions,
  link: LinkOptions = () => ({}),
  seed = 1,
): Path {
  const net = new Net(seed);
  let macs = 0;
  const options = (n: number, end: 1 | 2): InterfaceOptions => {
    const chosen = link(n);
    const addresses = [
      `10.${n}.0.${end}/24`,
      ...((chosen.mtu ?? 1500) < 1280 ? [] : [`fd00:${n}::${end}/64`]),
    ];
    return {
      ...chosen,
      name: `link${n}`,
      addresses,
      mac: `02:00:00:00:00:${String(++macs).padStart(2, '0')}`,
    };
  };
  const wires: Wire[] = [];
  const client = net.host('client', [], { iface: options(0, 1) });
  client.addRoute('default', port(client), '10.0.0.2');
  client.addRoute('default6', port(client), 'fd00:0::2');
  let left: HostInterface = port(client);
  const between: Host[] = [];
  for (let n = 1; n <= routers; n++) {
    const router = net.host(`router${n}`, [], { iface: options(n - 1, 2), forwarding: true });
    const right = router.addInterface(options(n, 1));
    wires.push(new Wire(net.world, left, port(router), wire(n - 1)));
    for (let k = 0; k < n - 1; k++) {
      router.addRoute(`10.${k}.0.0/24`, port(router), `10.${n - 1}.0.1`);
      router.addRoute(`fd00:${k}::/64`, port(router), `fd00:${n - 1}::1`);
    }
    if (n < routers) {
      router.addRoute('default', right, `10.${n}.0.2`);
      router.addRoute('default6', right, `fd00:${n}::2`);
    }
    left = right;
    between.push(router);
  }
  const server = net.host('server', [], { iface: options(routers, 2) });
  server.addRoute('default', port(server), `10.${routers}.0.1`);
  server.addRoute('default6', port(server), `fd00:${routers}::1`);
  wires.push(new Wire(net.world, left, port(server), wire(routers)));
  return { net, client, server, routers: between, wires };
}

async function transfer(
  { net, client, server }: Path,
  address: string,
  size: number,
): Promise<Record<string, unknown>> {
  const listener = server.listen({ port: 80 });
  const c = await net.run(client.connect({ address, port: 80 }));
  const s = await net.run(listener.accept());
  sendAndEnd(c, octets(size));
  expect(await net.run(readAll(s))).toEqual(octets(size));
  sendAndEnd(s, octets(1000));
  expect(await net.run(readAll(c))).toEqual(octets(1000));
  listener.close();
  return { ...c.info() };
}

describe('client - router - server', () => {
  for (const kind of ['ip', 'ethernet'] as const) {
    it(`every octet arrives through two routers that lose, reorder and duplicate (${kind})`, async () => {
      for (const seed of [1, 2, 3]) {
        const bad: WireOptions = {
          delayUs: 3000,
          loss: 0.02,
          reorder: { probability: 0.02, extraDelayUs: 5000 },
          duplicate: 0.01,
        };
        const path = chain(
          2,
          () => bad,
          () => ({ kind }),
          seed,
        );
        await transfer(path, '10.2.0.2', 200_000);
        await transfer(path, 'fd00:2::2', 200_000);
        expect(
          path.routers.every((r) => r.counters.forwarded > 300 && r.counters.malformed.every((n) => n === 0)),
        ).toBe(true);
      }
    });
  }

  it('no router allocates for what it forwards between links of one kind: the blocks are the sender’s', async () => {
    const path = chain(1, () => ({ delayUs: 1000 }));
    const { memory } = path.net;
    const made = { router: 0 };
    const router = path.routers[0] as Host;
    const alloc = memory.alloc.bind(memory);
    for (const iface of router.interfaces.slice(1)) {
      const deliver = iface.deliver.bind(iface);
      iface.deliver = (off, len) => {
        memory.alloc = (size) => {
          made.router++;
          return alloc(size);
        };
        try {
          return deliver(off, len);
        } finally {
          memory.alloc = alloc;
        }
      };
    }
    await transfer(path, '10.1.0.2', 100_000);
    expect([made.router, router.counters.forwarded > 100]).toEqual([0, true]);
  });

  it('a hop limit that ends on the way fails an attempt to connect with what the router said', async () => {
    const path = chain(3, () => ({ delayUs: 1000 }));
    path.server.listen({ port: 80, handler: {} });
    const codes: string[] = [];
    for (const ttl of [1, 2, 3, 4]) {
      const c = path.client.open({ address: '10.3.0.2', port: 80, ttl });
      const outcome = codeOf(c.opened);
      await path.net.pass(500_000);
      codes.push(c.state === 'ESTABLISHED' ? 'ESTABLISHED' : (c.softError?.code ?? 'none'));
      c.abort();
      await outcome;
    }
    expect(codes).toEqual(['EHOSTUNREACH', 'EHOSTUNREACH', 'EHOSTUNREACH', 'ESTABLISHED']);
    expect(path.routers.map((r) => r.counters.forwardExpired)).toEqual([1, 1, 1]);
  });

  it('a traceroute: datagrams of growing hop limit name the routers in order, then the server (port unreachable)', async () => {
    for (const [address, family] of [
      ['10.3.0.2', 4],
      ['fd00:3::2', 6],
    ] as const) {
      const path = chain(3, () => ({ delayUs: 1000 }));
      const hops: string[] = [];
      const socket = path.client.udp({
        onError: ({ error, reporter }) => void hops.push(`${error.port} ${error.code} ${reporter}`),
      });
      for (let ttl = 1; ttl <= 5; ttl++) socket.send(octets(32), address, 33_433 + ttl, { ttl });
      await path.net.pass(1_000_000);
      const router = (n: number): string =>
        family === 4 ? `10.${n}.0.2` : `fd00:${n === 0 ? '' : n}::2`.replace('fd00:::', 'fd00::');
      expect(hops).toEqual([
        `33434 EHOSTUNREACH ${router(0)}`,
        `33435 EHOSTUNREACH ${router(1)}`,
        `33436 EHOSTUNREACH ${router(2)}`,
        `33437 ECONNREFUSED ${address}`,
        `33438 ECONNREFUSED ${address}`,
      ]);
    }
  });

  it('a server whose network is gone: no route fails the attempt in the end, host unreachable after three seconds of asking', async () => {
    const path = chain(
      2,
      () => ({ delayUs: 1000 }),
      () => ({ kind: 'ethernet' }),
    );
    const none = path.client.open({ address: '10.9.0.2', port: 80 });
    const nobody = path.client.open({ address: '10.2.0.77', port: 80 });
    await path.net.pass(4_000_000);
    expect([none.softError, nobody.softError?.code]).toMatchObject([{ code: 'ENETUNREACH' }, 'EHOSTUNREACH']);
    for (const c of [none, nobody]) {
      c.abort();
      expect(await codeOf(c.opened)).toBe('ECONNABORTED');
    }
  });
});

describe('path MTU discovery through a router (RFC 1191, RFC 8201)', () => {
  it('finds a smaller link behind it, and no segment is too big afterwards', async () => {
    for (const [mtu, address, pmtu] of [
      [1000, '10.2.0.2', 1000],
      [600, '10.2.0.2', 600],
      [1300, 'fd00:2::2', 1300],
      [1280, 'fd00:2::2', 1280],
    ] as const) {
      const path = chain(
        2,
        () => ({ delayUs: 2000 }),
        (n) => (n === 1 ? { mtu } : {}),
      );
      const info = await transfer(path, address, 200_000);
      expect(info).toMatchObject({ pmtu, timeouts: 0 });
      // The initial window was on its way when the first report came.
      expect((path.routers[0] as Host).counters.forwardTooBig).toBeLessThanOrEqual(10);
    }
  });

  it('of datagrams: the one that was too big is told of, and the next too big one is refused', async () => {
    const path = chain(
      2,
      () => ({ delayUs: 2000 }),
      (n) => (n === 1 ? { mtu: 1000 } : {}),
    );
    const problems: string[] = [];
    const server = path.server.udp({ port: 9 });
    const socket = path.client.udp({ onError: ({ error }) => void problems.push(error.code) });
    socket.send(octets(1400), '10.2.0.2', 9);
    await path.net.pass(100_000);
    expect(problems).toEqual(['EMSGSIZE']);
    expect(thrown(() => socket.send(octets(973), '10.2.0.2', 9))).toBe('EMSGSIZE');
    socket.send(octets(972), '10.2.0.2', 9);
    expect((await path.net.run(server.receive()))?.data).toEqual(octets(972));
  });

  it('finds the smallest of several', async () => {
    const mtus = [1500, 1400, 1200, 900, 1500];
    const path = chain(
      4,
      () => ({ delayUs: 2000 }),
      (n) => ({ mtu: mtus[n] as number }),
    );
    expect(await transfer(path, '10.4.0.2', 200_000)).toMatchObject({ pmtu: 900, timeouts: 0 });
    expect(path.routers.slice(0, 3).map((r) => r.counters.forwardTooBig > 0)).toEqual([true, true, true]);
  });
});
