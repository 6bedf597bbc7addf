// How objects show themselves: one line where a program prints them, plain data where it makes JSON of them.

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Net, octets, port } from './testing.ts';

const DENO = Symbol.for('Deno.customInspect');

describe('one line', () => {
  it('of a connection: state, both ends, what is unread, how it broke', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    const c = a.open({ address: '10.0.0.2', port: 80, localPort: 50_000 });
    expect(inspect(c)).toBe('Connection {SYN-SENT 10.0.0.1:50000 -> 10.0.0.2:80, 0 unread}');
    const s = await net.run(listener.accept());
    await net.run(c.write(octets(12)));
    await net.pass(100_000);
    expect(inspect([s])).toContain('Connection {ESTABLISHED 10.0.0.2:80 -> 10.0.0.1:50000, 12 unread}');
    c.abort();
    await net.pass(100_000);
    expect(`${s}`).toBe('Connection {CLOSED 10.0.0.2:80 -> 10.0.0.1:50000, 0 unread, ECONNRESET}');
    const six = a.open({ address: 'fd00::2', port: 80, localPort: 50_001 });
    expect(`${six}`).toBe('Connection {SYN-SENT [fd00::1]:50001 -> [fd00::2]:80, 0 unread}');
  });

  it('of a listener, a UDP socket, an interface', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    await net.pass(100_000);
    const here = b.listen({ port: 81, address: 'fd00::2' });
    const udp = b.udp({ port: 53 });
    expect([listener, here, udp, port(b)].map((each) => inspect(each))).toEqual([
      'Listener {*:80, 1 to accept, 0 half-open}',
      'Listener {[fd00::2]:81, 0 to accept, 0 half-open}',
      'UdpSocket {*:53, 0 queued}',
      'HostInterface {b0 ip 10.0.0.2/24 fd00::2/64, mtu 1500}',
    ]);
    here.close();
    udp.close();
    expect([`${here}`, `${udp}`]).toEqual(['Listener {[fd00::2]:81, closed}', 'UdpSocket {*:53, closed}']);
    const [lan] = net.lan(1);
    if (lan === undefined) throw new Error('no host');
    expect(`${port(lan)}`).toBe(
      'HostInterface {h10 ethernet 02:00:00:00:00:01 10.0.0.1/24 fd00::1/64, mtu 1500}',
    );
  });

  it('of a host and of a world', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    b.listen({ port: 80 });
    await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    expect(inspect(a)).toBe('Host {a: 1 connections, 0 in TIME-WAIT}');
    expect(inspect(net.world)).toMatch(/^World \{at 2000 µs, 2 nodes, [0-9]+ events\}$/);
    expect(JSON.parse(JSON.stringify(b))).toMatchObject({
      name: 'b',
      interfaces: [{ name: 'lo' }, { name: 'b0', addresses: ['10.0.0.2/24', 'fd00::2/64'] }],
      listeners: [{ port: 80 }],
    });
    expect(JSON.parse(JSON.stringify(net.world))).toMatchObject({
      nowUs: 2000,
      nodes: [a.describe(), b.describe()],
    });
  });

  it('is what Deno asks for, too', () => {
    const { a } = new Net().pair();
    const udp = a.udp({ port: 53 });
    const hooks = udp as unknown as Record<symbol, () => string>;
    expect(hooks[DENO]?.()).toBe('UdpSocket {*:53, 0 queued}');
  });
});

it('JSON is info()', async () => {
  const net = new Net();
  const { a, b } = net.pair({ delayUs: 1000 });
  const listener = b.listen({ port: 80 });
  const c = await net.run(a.connect({ address: '10.0.0.2', port: 80, localPort: 50_000 }));
  const udp = a.udp({ port: 53 });
  const all = [c, listener, udp, port(b)];
  expect(JSON.parse(JSON.stringify(all))).toEqual(all.map((each) => JSON.parse(JSON.stringify(each.info()))));
  expect(JSON.parse(JSON.stringify({ c }))).toMatchObject({
    c: { state: 'ESTABLISHED', local: { address: '10.0.0.1', port: 50_000 }, unreadBytes: 0, bytesRead: 0 },
  });
  expect(port(b).info()).toEqual({
    name: 'b0',
    kind: 'ip',
    mac: null,
    mtu: 1500,
    addresses: ['10.0.0.2/24', 'fd00::2/64'],
    unsent: 0,
  });
});
