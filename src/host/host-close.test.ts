import { describe, expect, test } from 'vitest';
import { Memory } from '../wire/index.ts';
import { type Device, Host } from './index.ts';
import { codeOf, expectNothingLeft, Net, octets, port, readAll, thrown, unhandled } from './testing.ts';

/** A client on a and a server on b, connected. */
async function connected(net: Net, wire = { delayUs: 10_000 }) {
  const { a, b, wire: link } = net.pair(wire);
  const listener = b.listen({ port: 7 });
  const client = await net.run(a.connect({ address: '10.0.0.2', port: 7 }));
  const server = await net.run(listener.accept());
  return { a, b, link, listener, client, server };
}

describe('host.close', () => {
  test('FIN to all, after what was written: the peer reads everything, and both end in order', async () => {
    const net = new Net();
    const { a, b, client, server } = await connected(net);
    const sent = octets(200_000, 3);
    client.write(sent).catch(() => {});
    const reading = readAll(server).then(async (got) => {
      await server.end();
      return got;
    });
    await net.run(a.close());
    expect([client.ended, client.error]).toEqual([true, null]);
    expect(Buffer.compare(await net.run(reading), sent)).toBe(0);
    expectNothingLeft(a);
    expect([a.interfaces, b.connections]).toEqual([[], []]);
  });

  test('a peer that does not end its side is reset after `timeoutMs`: ECONNRESET there, ENETDOWN here', async () => {
    const net = new Net();
    const { a, client, server } = await connected(net);
    const before = net.world.now();
    const reading = client.read().catch((e) => e.code);
    await net.run(a.close({ timeoutMs: 500 }));
    expect(net.world.now() - before).toBe(500_000);
    expect([await reading, client.error?.message]).toEqual([
      'ENETDOWN',
      'read ENETDOWN: the host is closed: make a new one (10.0.0.2:7)',
    ]);
    expect(await net.run(codeOf(server.closed))).toBe('ECONNRESET');
  });

  test('what code of the user throws meanwhile is reported, and everything ends all the same', async () => {
    const net = new Net();
    const fails = (what: string) => (): never => {
      throw new Error(what);
    };
    const { a, b } = net.pair({ delayUs: 1000 });
    const device: Device = {
      kind: 'ethernet',
      mtu: 1500,
      send() {},
      onreceive: null,
      close: fails('device'),
    };
    const reported = await unhandled(async () => {
      b.listen({ port: 7, handler: {} });
      a.listen({ port: 8, onClose: fails('listener') });
      a.udp({ onClose: fails('socket') });
      a.attach(device, { autoconfigure: { changed: fails('addresses') } });
      const handler = { closing: fails('connection'), close: fails('end') };
      const open = [1, 2].map(() => net.run(a.connect({ address: '10.0.0.2', port: 7, handler })));
      await Promise.all(open);
      await net.run(a.close({ timeoutMs: 100 }));
    });
    expectNothingLeft(a);
    expect([a.interfaces, a.listeners, a.udpSockets]).toEqual([[], [], []]);
    const each = ['addresses', 'connection', 'device', 'end', 'listener', 'socket'];
    expect([...new Set(reported.map((error) => (error as Error).message))].sort()).toEqual(each);
    expect(reported.filter((error) => (error as Error).message === 'connection')).toHaveLength(2);
  });

  test('2 seconds unless told; 0 does not wait', async () => {
    for (const [options, us] of [
      [{}, 2_000_000],
      [{ timeoutMs: 0 }, 0],
    ] as const) {
      const net = new Net();
      const { a } = await connected(net);
      const before = net.world.now();
      await net.run(a.close(options));
      expect(net.world.now() - before).toBe(us);
    }
  });

  test('listeners, half-open connections, accepts, reads of UDP and connects that wait all end', async () => {
    const net = new Net();
    const { a, b, link } = await connected(net);
    const accepting = codeOf(b.listen({ port: 9 }).accept());
    const receiving = b.udp({ port: 5 }).receive();
    link.partition(true);
    const connecting = codeOf(b.connect({ address: '10.0.0.1', port: 99 }));
    await net.pass(100_000);
    const closing = b.close({ timeoutMs: 100 });
    expect(await net.run(connecting)).toBe('ENETDOWN');
    await net.run(closing);
    expect([await net.run(accepting), await net.run(receiving)]).toEqual(['ECONNABORTED', null]);
    link.partition(false);
    expect(await net.run(codeOf(a.connect({ address: '10.0.0.2', port: 7, timeout: 5000 })))).toBe(
      'ETIMEDOUT',
    );
  });

  test('afterwards, and while it goes on, calls that begin something throw ENETDOWN; a second close waits for the first', async () => {
    const net = new Net();
    const { a } = await connected(net);
    const iface = port(a);
    const closing = a.close();
    const device: Device = { kind: 'ip', mtu: 1500, send: () => {}, onreceive: null };
    for (const when of ['closing', 'closed']) {
      expect([when, a.closed]).toEqual([when, true]);
      expect(thrown(() => a.listen({ port: 80 }))).toBe('ENETDOWN');
      expect(thrown(() => a.udp())).toBe('ENETDOWN');
      expect(thrown(() => a.open({ address: '10.0.0.2', port: 7 }))).toBe('ENETDOWN');
      expect(await codeOf(a.connect({ address: '10.0.0.2', port: 7 }))).toBe('ENETDOWN');
      expect(thrown(() => a.addInterface())).toBe('ENETDOWN');
      expect(thrown(() => a.attach(device))).toBe('ENETDOWN');
      expect(thrown(() => a.addAddress(iface, '10.0.9.1/24'))).toBe('ENETDOWN');
      expect(thrown(() => a.addRoute('default', iface))).toBe('ENETDOWN');
      expect(a.close()).toBe(closing);
      await net.run(closing);
    }
    expect(iface.removed).toBe(true);
    iface.receive(0, 0);
    expect(a.wakeAt()).toBe(Infinity);
  });

  test('its devices are closed, after the last segment; nothing of it is in the Memory', async () => {
    const memory = new Memory();
    let now = 0;
    const host = new Host({ clock: { now: () => now }, random: () => 77, memory });
    const calls: string[] = [];
    const device: Device = {
      kind: 'ethernet',
      mtu: 1500,
      send: (frame) => void calls.push(`send ${frame.length}`),
      onreceive: null,
      close: () => void calls.push('close'),
    };
    host.attach(device, { addresses: ['10.0.0.1/24'] });
    host.connect({ address: '10.0.0.2', port: 7 }).catch(() => {});
    host.udp().send(octets(100), '127.0.0.1', 9);
    device.onreceive?.(new Uint8Array(60));
    now = 1000;
    await host.close();
    expect(calls).toEqual(['send 42', 'close']);
    expect([memory.used, host.wakeAt()]).toEqual([0, Infinity]);
    expect(device.onreceive).toBeNull();
  });

  test('`await using` closes it', async () => {
    const net = new Net();
    const { a, server } = await connected(net);
    const reading = readAll(server).then(() => server.end());
    const scope = async (): Promise<void> => {
      await using host = a;
      expect(host.closed).toBe(false);
    };
    await net.run(scope());
    await net.run(reading);
    expect(a.closed).toBe(true);
  });

  test('options are checked', () => {
    const host = new Net().host('a', []);
    expect(() => host.close({ timeout: 5 } as never)).toThrow(/did you mean 'timeoutMs'/);
    expect(() => host.close({ timeoutMs: -1 })).toThrow(/timeoutMs must be a whole number from 0/);
    expect(host.closed).toBe(false);
  });
});

describe('removeAddress', () => {
  test('connections from it are aborted: EADDRNOTAVAIL here, a RST there; others go on, and so do listeners', async () => {
    const net = new Net();
    const { a, b, client, server } = await connected(net);
    a.addAddress(port(a), '10.0.0.5/24');
    const other = await net.run(a.connect({ address: '10.0.0.2', port: 7, localAddress: '10.0.0.5' }));
    const listener = a.listen({ port: 80, address: '10.0.0.1' });
    const reading = codeOf(client.read());
    a.removeAddress(port(a), '10.0.0.1');
    expect(await net.run(reading)).toBe('EADDRNOTAVAIL');
    expect(client.error?.message).toMatch(/its local address was taken from this host/);
    expect(await net.run(codeOf(server.closed))).toBe('ECONNRESET');
    expect([other.state, listener.closed]).toEqual(['ESTABLISHED', false]);
    expect(thrown(() => a.listen({ port: 81, address: '10.0.0.1' }))).toBe('EADDRNOTAVAIL');
    expect(await net.run(codeOf(b.connect({ address: '10.0.0.1', port: 80, timeout: 5000 })))).toBe(
      'ETIMEDOUT',
    );
    a.addAddress(port(a), '10.0.0.1/24');
    expect((await net.run(b.connect({ address: '10.0.0.1', port: 80 }))).state).toBe('ESTABLISHED');
  });

  test('the route to its network goes with it', async () => {
    const { a } = new Net().pair();
    a.removeAddress(port(a), '10.0.0.1/24');
    expect(await codeOf(a.connect({ address: '10.0.0.2', port: 7 }))).toBe('ENETUNREACH');
    expect(port(a).addresses.map(({ address }) => String(address))).toEqual(['fd00::1']);
  });

  test('an address that is not there is refused', () => {
    const { a, b } = new Net().pair();
    expect(thrown(() => a.removeAddress(port(a), '10.0.0.2'))).toBe('EADDRNOTAVAIL');
    expect(() => a.removeAddress(port(a), 'eth0')).toThrow(/not an IP address/);
    expect(() => a.removeAddress(port(b), '10.0.0.2')).toThrow(/no interface of this host/);
  });
});

describe('removeRoute', () => {
  test('what went by it finds no way, until there is one again', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    b.addInterface({ addresses: ['192.0.2.1/24'] });
    const route = a.addRoute('192.0.2.0/24', port(a));
    b.listen({ port: 7, handler: { readable: (c) => void c.write(c.take() ?? octets(0)) } });
    const client = await net.run(a.connect({ address: '192.0.2.1', port: 7 }));
    expect([a.removeRoute(route), a.removeRoute(route)]).toEqual([true, false]);
    expect(await codeOf(a.connect({ address: '192.0.2.1', port: 7 }))).toBe('ENETUNREACH');
    await client.write(octets(10));
    await net.pass(1_000_000);
    expect(a.counters.noRoute).toBeGreaterThan(1);
    a.addRoute('192.0.2.0/24', port(a));
    expect(await net.run(client.read())).toEqual(octets(10));
  });
});

describe('removeInterface', () => {
  test('its connections, routes and link go; a new one may have its name and addresses', async () => {
    const net = new Net();
    const { a, link, client, server } = await connected(net);
    const old = port(a);
    a.addRoute('default', old);
    a.removeInterface(old);
    expect([await net.run(codeOf(client.closed)), await net.run(codeOf(server.closed))]).toEqual([
      'EADDRNOTAVAIL',
      'ECONNRESET',
    ]);
    expect(a.interfaces.map(({ name }) => name)).toEqual(['lo']);
    expect(await codeOf(a.connect({ address: '192.0.2.9', port: 7 }))).toBe('ENETUNREACH');
    expect(() => a.removeInterface(old)).toThrow(/a0 was removed/);
    expect(() => a.addAddress(old, '10.0.0.9/24')).toThrow(/a0 was removed/);
    const again = a.addInterface({ name: 'a0', addresses: ['10.0.0.1/24'] });
    const other = a.addInterface({ addresses: ['10.0.9.1/24'] });
    expect(new Set([0, old.index, again.index, other.index]).size).toBe(4);
    link.close();
    net.rewire(a, net.hosts[1] as Host, { delayUs: 1000 });
    expect((await net.run(a.connect({ address: '10.0.0.2', port: 7 }))).state).toBe('ESTABLISHED');
  });

  test('tagged interfaces go with their port; the tag of one that went is free again', () => {
    const host = new Net().host('a', []);
    const trunk = host.addInterface({ name: 'eth', kind: 'ethernet' });
    const first = host.addInterface({ vlan: { port: trunk, id: 5 } });
    host.removeInterface(first);
    host.addInterface({ vlan: { port: trunk, id: 5 }, addresses: ['10.5.0.1/24'] });
    host.addInterface({ vlan: { port: trunk, id: 6 } });
    host.removeInterface(trunk);
    expect(host.interfaces.map(({ name }) => name)).toEqual(['lo', 'a0']);
    expect(() => host.removeInterface(trunk)).toThrow(/eth was removed/);
  });

  test('not the loopback interface', () => {
    const { a } = new Net().pair();
    expect(() => a.removeInterface(a.interfaces[0] as never)).toThrow(/loopback/);
  });

  test('an interface whose addresses are refused is not there at all', () => {
    const { a } = new Net().pair();
    expect(thrown(() => a.addInterface({ addresses: ['10.7.0.1/24', '10.0.0.1/24'] }))).toBe('EADDRINUSE');
    expect(a.interfaces.length).toBe(2);
    expect(a.addInterface({ addresses: ['10.7.0.1/24'] }).addresses.length).toBe(1);
  });
});

describe('the mtu of an interface changes while connections are open', () => {
  test.each([
    ['10.0.0.2', 40],
    ['fd00::2', 60],
  ])(
    'to %s: segments get smaller with it, and larger again (RFC 9293 section 3.7.1)',
    async (address, headers) => {
      const net = new Net();
      const { a, b } = net.pair({ delayUs: 1000 });
      const listener = b.listen({ port: 7 });
      const client = await net.run(a.connect({ address, port: 7 }));
      const server = await net.run(listener.accept());
      const timestamps = 12;
      const longest = async (mtu: number): Promise<number> => {
        port(a).mtu = mtu;
        let most = 0;
        a.tap = {
          segmentOut: (_, seg) => {
            most = Math.max(most, seg.textLen);
          },
        };
        const sent = octets(100_000, mtu);
        client.write(sent).catch(() => {});
        const got: Uint8Array[] = [];
        let length = 0;
        while (length < sent.length) {
          const chunk = (await net.run(server.read())) as Uint8Array;
          got.push(chunk);
          length += chunk.length;
        }
        expect(Buffer.compare(Buffer.concat(got), sent)).toBe(0);
        return most;
      };
      expect(await longest(1500)).toBe(1500 - headers - timestamps);
      expect(await longest(1300)).toBe(1300 - headers - timestamps);
      expect(await longest(1500)).toBe(1500 - headers - timestamps);
      expect(client.tcb.timeouts).toBe(0);
    },
  );

  test('IPv6 needs 1280; nobody less than 68, and no more than the device takes', () => {
    const { a } = new Net().pair();
    const iface = port(a);
    const set = (mtu: number) => () => {
      iface.mtu = mtu;
    };
    expect(set(1279)).toThrow(
      /a0: mtu must be a whole number from 1280 to 65535 \(it has IPv6 addresses\), not 1279/,
    );
    a.removeAddress(iface, 'fd00::1');
    expect(set(68)).not.toThrow();
    expect(() => a.addAddress(iface, 'fd00::1/64')).toThrow(/1280/);
    expect(set(67)).toThrow(/68/);
    expect(set(1500.5)).toThrow(/whole/);
    const device: Device = { kind: 'ip', mtu: 1400, send: () => {}, onreceive: null };
    const other = a.attach(device, { mtu: 1000 });
    other.mtu = 1400;
    expect(() => {
      other.mtu = 1401;
    }).toThrow(/at most 1400, the mtu of the device/);
    expect([iface.mtu, other.mtu]).toEqual([68, 1400]);
  });

  test('tagged interfaces are never larger than their port: they shrink with it, unless they cannot', () => {
    const host = new Net().host('a', []);
    const trunk = host.addInterface({ name: 'eth', kind: 'ethernet' });
    const small = host.addInterface({ vlan: { port: trunk, id: 5 }, mtu: 1290 });
    const large = host.addInterface({ vlan: { port: trunk, id: 6 }, addresses: ['fd00:6::1/64'] });
    trunk.mtu = 1400;
    expect([trunk.mtu, small.mtu, large.mtu]).toEqual([1400, 1290, 1400]);
    const set = (iface: typeof trunk, mtu: number) => () => {
      iface.mtu = mtu;
    };
    expect(set(trunk, 1279)).toThrow(/eth.6: mtu must be a whole number from 1280/);
    expect(set(small, 1401)).toThrow(/at most its port's, which is 1400/);
    expect([trunk.mtu, small.mtu, large.mtu]).toEqual([1400, 1290, 1400]);
  });
});
