import { describe, expect, it } from 'vitest';
import { Wire } from '../sim/index.ts';
import { Memory } from '../wire/index.ts';
import { Host } from './index.ts';
import { codeOf, Net, octets, port, readAll, sendAndEnd, thrown } from './testing.ts';

describe('listen', () => {
  it('EADDRINUSE for the same address and port, or two wildcards; a specific address beside the wildcard is fine (MUST-42)', () => {
    const net = new Net();
    const host = net.host('a', ['10.0.0.1/24', '10.0.1.1/24', 'fd00::1/64']);
    const all = host.listen({ port: 80 });
    expect(thrown(() => host.listen({ port: 80 }))).toBe('EADDRINUSE');
    expect(thrown(() => host.listen({ port: 80, address: '0.0.0.0' }))).toBe('EADDRINUSE');
    host.listen({ port: 80, address: '10.0.0.1' });
    host.listen({ port: 80, address: 'fd00::1' });
    expect(thrown(() => host.listen({ port: 80, address: '10.0.0.1' }))).toBe('EADDRINUSE');
    expect(thrown(() => host.listen({ port: 80, address: '::ffff:10.0.0.1' }))).toBe('EADDRINUSE');
    host.listen({ port: 80, address: '10.0.1.1' });
    all.close();
    host.listen({ port: 80 });
  });

  it('EADDRNOTAVAIL for an address of nobody here', () => {
    const host = new Net().host('a', ['10.0.0.1/24']);
    expect(thrown(() => host.listen({ port: 80, address: '10.0.0.9' }))).toBe('EADDRNOTAVAIL');
  });

  it('localPorts: of these one is chosen for an active OPEN, else EADDRNOTAVAIL', () => {
    const host = new Net().host('a', ['10.0.0.1/24']);
    const open = (first: number, last: number) =>
      host.open({ address: '10.0.0.2', port: 80, localPorts: { first, last } });
    expect([open(5000, 5001), open(5000, 5001)].map((c) => c.localPort).sort()).toEqual([5000, 5001]);
    expect(thrown(() => open(5000, 5001))).toBe('EADDRNOTAVAIL');
    expect(thrown(() => open(5001, 5000))).toBe('ERR_OUT_OF_RANGE');
  });

  it('port 0 chooses a free one; what is no port or no address is refused', () => {
    const host = new Net().host('a', ['10.0.0.1/24']);
    const ports = new Set([1, 2, 3].map(() => host.listen({ port: 0 }).port));
    expect(ports.size).toBe(3);
    for (const p of [-1, 65_536, 1.5, Number.NaN])
      expect(thrown(() => host.listen({ port: p }))).toBe('ERR_OUT_OF_RANGE');
    expect(thrown(() => host.listen({ port: 1, address: 'localhost' }))).toBe('TypeError');
  });

  it('a listener on one address gets its connections, the wildcard the rest, IPv4 and IPv6 (MUST-43)', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 100 });
    const all = b.listen({ port: 80 });
    const four = b.listen({ port: 80, address: '10.0.0.2' });
    const c4 = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const c6 = await net.run(a.connect({ address: 'fd00::2', port: 80 }));
    const s4 = await net.run(four.accept());
    const s6 = await net.run(all.accept());
    expect([s4.remotePort, s4.localAddress]).toEqual([c4.localPort, '10.0.0.2']);
    expect([s6.remotePort, s6.localAddress, s6.remoteAddress]).toEqual([c6.localPort, 'fd00::2', 'fd00::1']);
    four.close();
    await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    expect((await net.run(all.accept())).localAddress).toBe('10.0.0.2');
  });
});

describe('connect', () => {
  it('ECONNREFUSED when nobody listens: the promise rejects, nothing is left', async () => {
    const net = new Net();
    const { a } = net.pair();
    const error = await net.run(a.connect({ address: '10.0.0.2', port: 9 }).catch((e) => e));
    expect([error.code, error.syscall, error.name]).toEqual(['ECONNREFUSED', 'connect', 'TcpError']);
    expect(error.message).toContain('10.0.0.2:9');
    expect(await net.run(codeOf(a.connect({ address: 'fd00::2', port: 9 })))).toBe('ECONNREFUSED');
    expect(a.connections).toEqual([]);
  });

  it('ETIMEDOUT after R2 of a SYN, at least 3 minutes (MUST-23), when nobody answers', async () => {
    const net = new Net();
    const { a, wire } = net.pair();
    wire.partition(true);
    expect(await net.run(codeOf(a.connect({ address: '10.0.0.2', port: 9 })))).toBe('ETIMEDOUT');
    expect(net.world.now()).toBeGreaterThanOrEqual(180_000_000);
  });

  it('ENETUNREACH at once without a route, or with a source of the other family', async () => {
    const { a } = new Net().pair();
    expect(await codeOf(a.connect({ address: '192.0.2.1', port: 9 }))).toBe('ENETUNREACH');
    expect(await codeOf(a.connect({ address: '2001:db8::1', port: 9 }))).toBe('ENETUNREACH');
    const other = { address: 'fd00::2', port: 9, localAddress: '10.0.0.1' };
    expect(await codeOf(a.connect(other))).toBe('ENETUNREACH');
  });

  it('EADDRNOTAVAIL for a peer that cannot be one: unspecified, multicast, broadcast (MUST-46)', async () => {
    const { a } = new Net().pair();
    a.addRoute('default', port(a));
    a.addRoute('default6', port(a));
    for (const address of ['0.0.0.0', '::', '224.0.0.1', 'ff02::1', '255.255.255.255', '10.0.0.255'])
      expect([address, await codeOf(a.connect({ address, port: 9 }))]).toEqual([address, 'EADDRNOTAVAIL']);
    expect(a.counters.segmentsOut).toBe(0);
  });

  it('EADDRNOTAVAIL for a source that is not ours; EADDRINUSE for a tuple that is in use', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    b.listen({ port: 80 });
    const to = { address: '10.0.0.2', port: 80 };
    expect(await codeOf(a.connect({ ...to, localAddress: '10.0.0.7' }))).toBe('EADDRNOTAVAIL');
    await net.run(a.connect({ ...to, localPort: 5000 }));
    expect(await codeOf(a.connect({ ...to, localPort: 5000 }))).toBe('EADDRINUSE');
    await net.run(a.connect({ address: 'fd00::2', port: 80, localPort: 5000 })); // another tuple
  });

  it('the source address is the one of the network of the peer, or the one that is asked for (MUST-44, MUST-45)', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    a.addAddress(port(a), '10.0.0.9/24');
    b.listen({ port: 80 });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const d = await net.run(a.connect({ address: '10.0.0.2', port: 80, localAddress: '10.0.0.9' }));
    expect([c.localAddress, d.localAddress]).toEqual(['10.0.0.1', '10.0.0.9']);
  });

  it('an AbortSignal ends the attempt, before or during it, with its own reason; afterwards it does nothing', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    b.listen({ port: 80 });
    const to = { address: '10.0.0.2', port: 80 };
    const reason = { why: 'no longer wanted' };
    const reasonOf = (attempt: Promise<unknown>): Promise<unknown> => attempt.catch((e: unknown) => e);
    expect(await reasonOf(a.connect({ ...to, signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(a.counters.activeOpens).toBe(0);
    const abort = new AbortController();
    const attempt = reasonOf(a.connect({ ...to, signal: abort.signal }));
    abort.abort();
    expect(await attempt).toBe(abort.signal.reason);
    expect(a.connections.length).toBe(0);
    const late = new AbortController();
    const c = await net.run(a.connect({ ...to, signal: late.signal }));
    late.abort();
    expect(c.state).toBe('ESTABLISHED');
  });

  it('IPv4 written as IPv6 is IPv4', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    b.listen({ port: 80, address: '::ffff:10.0.0.2' });
    const c = await net.run(a.connect({ address: '::ffff:10.0.0.2', port: 80 }));
    expect([c.remoteAddress, c.info().rcvMss]).toEqual(['10.0.0.2', 1460]);
  });

  it('what was right of an active OPEN before is asked in short: each name, value and handler is judged all the same', () => {
    const net = new Net();
    const { a } = net.pair({ delayUs: 1000 });
    const to = { address: '10.0.0.2', port: 80 };
    const handler = {};
    for (let i = 0; i < 2; i++) a.open({ ...to, handler });
    expect(() => a.open({ ...to, handler, prot: 80 } as object as typeof to)).toThrow(/no option 'prot'/);
    expect(() => a.open({ ...to, handler: { open: 5 } as object })).toThrow(TypeError);
    expect(() => a.open({ ...to, handler: 5 as unknown as object })).toThrow(TypeError);
    expect(() => a.open({ address: '10.0.0.2', handler } as unknown as typeof to)).toThrow(TypeError);
    expect(() => a.open({ ...to, port: 65_536, handler })).toThrow(RangeError);
    expect(() => a.open(null as unknown as typeof to)).toThrow(TypeError);
    expect(a.tcp.size).toBe(2);
  });

  it('settings that cannot be are refused with their name', async () => {
    const { a } = new Net().pair();
    const to = { address: '10.0.0.2', port: 80 };
    expect(() => a.open({ ...to, tcp: { delayedAckMs: 500 } })).toThrow(/tcp.delayedAckMs/);
    expect(() => a.open({ ...to, port: 0 })).toThrow(RangeError);
    expect(() => a.open({ ...to, localPort: 70_000 })).toThrow(RangeError);
    const options = { clock: { now: () => 0 }, random: () => 0 };
    expect(() => new Host({ ...options, tcp: { congestion: 'nope' } })).toThrow();
    expect(() => new Host({ ...options, tcp: { mslMs: 0 } })).toThrow(/tcp.mslMs/);
  });
});

describe('interfaces, addresses and routes', () => {
  it('names, MTUs, addresses and MACs that cannot be are refused', () => {
    const host = new Host({ clock: { now: () => 0 }, random: () => 0 });
    host.addInterface({ name: 'x', addresses: ['10.0.0.1/24'] });
    expect(thrown(() => host.addInterface({ name: 'x' }))).toBe('RangeError');
    expect(thrown(() => host.addInterface({ mtu: 67 }))).toBe('ERR_OUT_OF_RANGE');
    expect(thrown(() => host.addInterface({ mtu: 65_536 }))).toBe('ERR_OUT_OF_RANGE');
    expect(thrown(() => host.addInterface({ mac: 'nonsense' }))).toBe('TypeError');
    expect(thrown(() => host.addInterface({ name: 'y', addresses: ['10.0.0.1/24'] }))).toBe('EADDRINUSE');
    expect(thrown(() => host.addInterface({ name: 'z', addresses: ['10.0.0.2'] }))).toBe('TypeError');
    expect(thrown(() => host.addInterface({ name: 'v', mtu: 1279, addresses: ['fd00::1/64'] }))).toBe(
      'RangeError',
    );
    expect(thrown(() => host.addInterface({ name: 'w', addresses: ['::ffff:10.0.0.7/96'] }))).toBe(
      'TypeError',
    );
    expect(thrown(() => host.addRoute('10.0.0.0', port(host)))).toBe('TypeError');
    expect(thrown(() => host.addRoute('default', port(host), 'fd00::9'))).toBe('RangeError');
  });

  it('a connection follows a route that is added while it lives, and its packets die without one', async () => {
    const net = new Net();
    const a = net.host('a', ['10.0.0.1/24']);
    const b = net.host('b', ['10.0.1.1/24']);
    new Wire(net.world, port(a), port(b), { delayUs: 1000 });
    b.listen({ port: 80, handler: {} });
    a.addRoute('default', port(a));
    const attempt = a.connect({ address: '10.0.1.1', port: 80 });
    await net.pass(500_000);
    expect(b.counters.noRoute).toBeGreaterThan(0); // a SYN came, and there is no way back
    b.addRoute('10.0.0.0/24', port(b));
    expect((await net.run(attempt)).state).toBe('ESTABLISHED');
  });
});

describe('loopback', () => {
  it('a host talks to itself: TCP by 127.0.0.1, ::1 and its own addresses', async () => {
    const net = new Net();
    const host = net.host('a', ['10.0.0.1/24', 'fd00::1/64']);
    const listener = host.listen({ port: 80 });
    for (const address of ['127.0.0.1', '::1', '10.0.0.1', 'fd00::1']) {
      const c = await net.run(host.connect({ address, port: 80 }));
      const s = await net.run(listener.accept());
      expect([s.remoteAddress, s.localAddress]).toEqual([address, address]);
      sendAndEnd(c, octets(100_000));
      expect(await net.run(readAll(s))).toEqual(octets(100_000));
      s.close();
      await net.run(c.closed);
    }
    expect(port(host).unsent).toBe(0);
  });

  it('two programs that answer each other for ever do not keep poll from returning', async () => {
    const net = new Net();
    const host = net.host('a', ['10.0.0.1/24']);
    let turns = 0;
    const echo = {
      readable: (c: { take(): Uint8Array | null; offer(o: Uint8Array): number }) => {
        turns++;
        c.offer(c.take() ?? octets(1));
      },
    };
    host.listen({ port: 80, handler: { ...echo, open: (s) => void s.offer(octets(1)) } });
    host.open({ address: '127.0.0.1', port: 80, handler: echo });
    await expect(net.world.run({ maxEvents: 1000 })).rejects.toThrow(/ran away/);
    expect(turns).toBeGreaterThan(100);
    for (const c of host.connections) c.abort();
  });

  it('its queue is bounded: what does not fit is dropped and counted', () => {
    const memory = new Memory();
    const host = new Host({ clock: { now: () => 0 }, random: () => 1, memory });
    const socket = host.udp();
    for (let i = 0; i < 1030; i++) socket.send(octets(1), '127.0.0.1', 9);
    expect(host.counters.loopbackDropped).toBe(6);
    for (let i = 0; i < 10 && host.wakeAt() < 1e9; i++) host.poll(0);
    expect(memory.used).toBe(0);
  });
});

describe('who drives it', () => {
  it('wakeAt says when a timer is due after a packet came, and poll at that time is what counts', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 10_000 });
    b.listen({ port: 80, handler: {} });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    const acks: number[] = [];
    a.tap = { processed: (_, __, now) => void acks.push(now) };
    const start = net.world.now();
    await net.run(c.write(octets(1)));
    await net.rest();
    // There, the delayed ACK of 40 ms (MUST-40) rounded up to a whole millisecond, and back.
    expect(acks.length).toBe(1);
    expect((acks[0] as number) - start).toBeGreaterThanOrEqual(60_000);
    expect((acks[0] as number) - start).toBeLessThanOrEqual(62_000);
    expect(c.info().retransmissions).toBe(0);
  });

  it('a clock that does not begin at zero, and one that passes 2^31 ms, make no difference', async () => {
    for (const startMs of [2 ** 31 - 5000, 2 ** 32 - 3000, 1.7e12]) {
      const memory = new Memory();
      let now = startMs * 1000;
      const make = (address: string): Host => {
        const host = new Host({ clock: { now: () => now }, random: () => 77, memory });
        host.addInterface({ addresses: [address] });
        return host;
      };
      const a = make('10.0.0.1/24');
      const b = make('10.0.0.2/24');
      const queue: [Host, number, number][] = [];
      port(a).attach((off, len) => void queue.push([b, off, len]));
      port(b).attach((off, len) => void queue.push([a, off, len]));
      b.listen({ port: 80, handler: { readable: (s) => (s.take() === null ? s.close() : undefined) } });
      const c = a.open({ address: '10.0.0.2', port: 80 });
      const log: string[] = [];
      c.handler = { open: () => void log.push('open'), close: (_, e) => void log.push(e?.code ?? 'closed') };
      void c.write(octets(100));
      void c.end();
      for (let i = 0; i < 10_000; i++) {
        for (const [host, off, len] of queue.splice(0)) {
          port(host).receive(off, len);
          memory.free(off, len);
        }
        for (const host of [a, b]) if (host.wakeAt() <= now) host.poll(now);
        if (queue.length > 0) continue;
        const next = Math.min(a.wakeAt(), b.wakeAt());
        if (next === Number.POSITIVE_INFINITY) break;
        now = Math.max(now, next);
      }
      expect(log).toEqual(['open', 'closed']);
      expect(now / 1000 - startMs).toBeLessThan(61_000);
      expect(now / 1000 - startMs).toBeGreaterThanOrEqual(60_000); // 2 MSL
      expect([memory.used, a.tcp.timeWait.size]).toEqual([0, 0]);
    }
  });
});

describe('what an interface cannot be given', () => {
  it('an address that is a network, a broadcast address, multicast or unspecified; networks of two use both', () => {
    const host = new Host({ clock: { now: () => 0 }, random: () => 0 });
    const iface = host.addInterface({ name: 'x' });
    const refused: readonly [string, RegExp][] = [
      ['10.0.0.0/24', /the network itself/],
      ['10.0.0.255/24', /the broadcast address of its network/],
      ['10.0.0.3/30', /the broadcast address of its network/],
      ['224.0.0.1/24', /a multicast address/],
      ['0.0.0.0/0', /the unspecified address/],
      ['255.255.255.255/32', /the broadcast address/],
      ['fd00::/64', /anycast/],
      ['ff02::1/64', /a multicast address/],
      ['::/128', /the unspecified address/],
    ];
    for (const [address, why] of refused) {
      expect(() => host.addAddress(iface, address)).toThrow(why);
      expect(() => host.addAddress(iface, address)).toThrow(TypeError);
    }
    for (const address of [
      '10.0.0.0/31',
      '10.0.0.1/31',
      '10.1.0.0/32',
      'fd00::/127',
      'fd01::/128',
      '10.2.0.255/16',
    ])
      host.addAddress(iface, address);
    expect(iface.addresses).toHaveLength(6);
  });

  it('a packet that is no place in its memory', () => {
    const host = new Host({ clock: { now: () => 0 }, random: () => 0 });
    const iface = host.addInterface({ name: 'x', addresses: ['10.0.0.1/24'] });
    const size = host.memory.u8.length;
    const places: readonly [unknown, unknown][] = [
      [size, 1],
      [-64, 20],
      [64, -1],
      [64, 2 ** 32],
      [0.5, 20],
      [Number.NaN, 20],
      [64, Number.NaN],
      [undefined, undefined],
      [new Uint8Array(20), 20],
    ];
    for (const [off, len] of places) {
      expect(() => iface.receive(off as number, len as number)).toThrow(RangeError);
      expect(() => iface.deliver(off as number, len as number)).toThrow(/x: receive: off and len must be/);
    }
    iface.receive(size, 0);
    iface.receive(size - 20, 20);
  });
});

describe('a host that the test drives', () => {
  /** One whose clock the test sets; `out`: packets that left. */
  function driven(startUs: number) {
    const clock = { us: startUs, now: () => clock.us };
    const host = new Host({ clock, random: () => 7 });
    const iface = host.addInterface({ addresses: ['10.0.0.1/24'] });
    let out = 0;
    iface.attach((off, len) => {
      out++;
      host.memory.free(off, len);
    });
    const pollAt = (us: number): number => {
      clock.us = us;
      host.poll(us);
      return out;
    };
    return { clock, host, iface, out: () => out, pollAt };
  }

  it('wants to be woken in whole milliseconds, and not at all when it waits for nothing', () => {
    const { host } = driven(10_000_400.5);
    expect(host.wakeAt()).toBe(Number.POSITIVE_INFINITY);
    const c = host.open({ address: '10.0.0.2', port: 80 });
    expect(host.wakeAt()).toBe(11_001_000); // the SYN goes again, a second later and not less
    c.abort();
  });

  it('goes on from where it was when its clock steps back, and tells its times by that clock', () => {
    const { host, out, pollAt } = driven(10_000_000);
    host.open({ address: '10.0.0.2', port: 80 });
    expect([out(), host.wakeAt()]).toEqual([1, 11_000_000]);
    expect(pollAt(4_000_000)).toBe(1);
    expect(host.wakeAt()).toBe(5_000_000);
    expect([pollAt(4_999_000), pollAt(5_000_000)]).toEqual([1, 2]);
    host.abort();
  });

  it('is woken by a user call for its time, and by packets once for all until it is polled', () => {
    const { clock, host, iface, pollAt } = driven(10_000_000);
    const wakes: number[] = [];
    host.setWaker((us) => void wakes.push(us));
    const c = host.open({ address: '10.0.0.2', port: 80 });
    expect(wakes.splice(0)).toEqual([11_000_000]);
    clock.us = 10_500_000;
    const off = host.memory.alloc(20);
    for (let i = 0; i < 3; i++) iface.receive(off, 20); // no packet, but something came
    expect(wakes.splice(0)).toEqual([10_500_000]);
    pollAt(10_600_000);
    iface.receive(off, 20);
    expect(wakes.splice(0)).toEqual([10_600_000]);
    c.abort();
  });

  it('is wanted at once for packets to itself', () => {
    const { host, pollAt } = driven(10_000_000);
    host.udp().send(octets(1), '127.0.0.1', 9);
    expect(host.wakeAt()).toBe(10_000_000);
    pollAt(10_000_000);
    expect(host.wakeAt()).toBe(Number.POSITIVE_INFINITY);
  });

  it('abort ends everything at once', async () => {
    const { host } = driven(10_000_000);
    host.listen({ port: 80 });
    host.udp({ port: 53 });
    const opened = codeOf(host.open({ address: '10.0.0.2', port: 80 }).opened);
    expect([host.listeners.length, host.udpSockets.length, host.connections.length]).toEqual([1, 1, 1]);
    host.abort();
    expect([host.listeners, host.udpSockets, host.connections]).toEqual([[], [], []]);
    expect(await opened).toBe('ECONNABORTED');
    expect(host.closed).toBe(false);
    host.listen({ port: 80 }); // it is no end of the host
  });
});

describe('a host that drives itself', () => {
  /** Whether a process would live on for it, after `act`. */
  function keeps(act: (host: Host) => unknown): boolean {
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    const timers = new Set<{ ref: boolean }>();
    const fakes = {
      setTimeout: () => {
        const timer = { ref: true, unref: () => void (timer.ref = false) };
        timers.add(timer);
        return timer;
      },
      clearTimeout: (timer: { ref: boolean }) => void timers.delete(timer),
    };
    Object.assign(globalThis, fakes);
    try {
      const host = new Host();
      act(host);
      const kept = [...timers].some(({ ref }) => ref);
      host.driver?.stop();
      return kept;
    } finally {
      Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    }
  }

  it('keeps the process while it has a listener, a connection or a UDP socket', () => {
    expect(keeps(() => {})).toBe(false);
    expect(keeps((host) => host.listen({ port: 80 }))).toBe(true);
    expect(keeps((host) => host.udp())).toBe(true);
    expect(keeps((host) => host.open({ address: '127.0.0.1', port: 80, handler: {} }))).toBe(true);
    expect(keeps((host) => host.listen({ port: 80 }).close())).toBe(false);
    expect(keeps((host) => host.udp().close())).toBe(false);
  });

  it('unref lets it go, ref does not', () => {
    expect(keeps((host) => host.unref().listen({ port: 80 }))).toBe(false);
    expect(keeps((host) => host.unref().ref().listen({ port: 80 }))).toBe(true);
  });

  it('one with a clock has nothing that drives it', () => {
    const options = { clock: { now: () => 0 } };
    const host = new Host(options);
    expect([host.driver, host.ref(), host.unref()]).toEqual([null, host, host]);
    expect([host.repeatable, new Host({ ...options, random: () => 7 }).repeatable]).toEqual([false, true]);
  });
});

describe('what a host is told wrong', () => {
  const host = (): Host => new Host({ clock: { now: () => 0 }, random: () => 7 });

  it('a listener without a port, or with an address among any', () => {
    expect(() => host().listen({})).toThrow(/port.*any: true needs none/);
    expect(thrown(() => host().listen({}))).toBe('ERR_INVALID_ARG_TYPE');
    expect(() => host().listen({ any: true, address: '127.0.0.1' })).toThrow(/address.*left out with any/);
    host().listen({ any: true });
  });

  it('settings of a listener that cannot be', () => {
    expect(() => host().listen({ port: 80, tcp: { delayedAckMs: 500 } })).toThrow(/tcp.delayedAckMs/);
  });

  it('a range of ports that ends before it begins; one of one port is a range', () => {
    const ranged = (first: number, last: number) => () =>
      new Host({ clock: { now: () => 0 }, random: () => 7, ports: { first, last } });
    expect(ranged(5001, 5000)).toThrow(/ports.last.*at least ports.first, which is 5001/);
    expect(ranged(5000, 5000)).not.toThrow();
  });

  it('a key that is neither text nor octets', () => {
    const key = 5 as unknown as string;
    expect(() => host().setMd5Key('10.0.0.2', key)).toThrow(/key.*text or octets/);
  });

  it('a port for datagrams that is none; 0 is to have none', () => {
    const one = host();
    expect(one.tcpOverUdp).toBe(0);
    one.tcpOverUdp = 9899;
    expect(one.tcpOverUdp).toBe(9899);
    expect(() => {
      one.tcpOverUdp = 65_536;
    }).toThrow(/tcpOverUdp/);
    one.tcpOverUdp = 0;
    expect([one.tcpOverUdp, one.udp({ port: 9899 }).port]).toEqual([0, 9899]);
  });

  it('the loopback interface to remove; another goes with its name', () => {
    const one = host();
    const [lo] = one.interfaces;
    expect(() => one.removeInterface(lo as (typeof one.interfaces)[number])).toThrow(RangeError);
    const iface = one.addInterface({ name: 'x' });
    one.removeInterface(iface);
    expect(one.interfaces.map(({ name }) => name)).toEqual(['lo']);
    expect(one.autoconfiguration(iface)).toBeNull();
  });
});
