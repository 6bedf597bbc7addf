// Listeners: their settings, their two queues, and their end.

import { describe, expect, it } from 'vitest';
import { Wire, World } from '../../sim/index.ts';
import { ACK, RST, SYN } from '../../wire/index.ts';
import { Host } from '../host.ts';
import type { HostInterface } from '../ip/interface.ts';
import { codeOf, Net, octets, port, RawPort, readAll, tcpPacket } from '../testing.ts';

function pair(): { world: World; a: Host; b: Host } {
  const world = new World();
  const { clock, memory } = world;
  const random = world.random.fork('hosts');
  const make = (name: string, address: string): Host => {
    const host = new Host({ clock, memory, random: () => random.nextUint32(), name });
    host.addInterface({ addresses: [address] });
    world.addNode(host);
    return host;
  };
  const a = make('a', '10.0.0.1/24');
  const b = make('b', '10.0.0.2/24');
  new Wire(world, a.interfaces[1] as HostInterface, b.interfaces[1] as HostInterface);
  return { world, a, b };
}

it('take gives the next connection of the accept queue, and null when none waits', () => {
  const { world, a, b } = pair();
  const listener = b.listen({ port: 80 });
  expect(listener.take()).toBe(null);
  const c = a.open({ address: '10.0.0.2', port: 80 });
  world.runSync(1_000_000);
  const taken = listener.take();
  expect([taken?.remotePort, taken?.state]).toEqual([c.localPort, 'ESTABLISHED']);
  expect([listener.take(), listener.acceptQueueLength]).toEqual([null, 0]);
  listener.close(); // what was taken is no longer the listener's to reset
  expect(taken?.state).toBe('ESTABLISHED');
});

it('the settings of a listener are those of its connections, not of the host', () => {
  const { world, a, b } = pair();
  const listener = b.listen({ port: 80, tcp: { maxMss: 700, timestamps: false } });
  const other = b.listen({ port: 81 });
  const c = a.open({ address: '10.0.0.2', port: 80 });
  const d = a.open({ address: '10.0.0.2', port: 81 });
  world.runSync(1_000_000);
  expect([c.tcb.snd.peerMss, c.tcb.ts, listener.take()?.tcb.snd.mss]).toEqual([700, 0, 700]);
  expect([d.tcb.snd.peerMss, d.tcb.ts, other.take()?.tcb.snd.mss]).toEqual([1460, 1, 1448]);
});

it('settings may be changed while it listens: they count for the connections to come', () => {
  const { world, a, b } = pair();
  const listener = b.listen({ port: 80 });
  const before = a.open({ address: '10.0.0.2', port: 80 });
  world.runSync(1_000_000);
  listener.configure({ maxMss: 700 });
  const after = a.open({ address: '10.0.0.2', port: 80 });
  world.runSync(2_000_000);
  expect([before.tcb.snd.peerMss, after.tcb.snd.peerMss]).toEqual([1460, 700]);
  expect(() => listener.configure({ maxMss: -1 })).toThrow(RangeError);
});

it('a SYN cookie offers what the settings of its listener say', () => {
  const { world, a, b } = pair();
  b.listen({ port: 80, synBacklog: 0, tcp: { timestamps: false } });
  const c = a.open({ address: '10.0.0.2', port: 80 });
  world.runSync(1_000_000);
  expect([b.counters.cookiesAccepted, c.state, c.tcb.ts]).toEqual([1, 'ESTABLISHED', 0]);
});

it('settings that cannot be are refused by listen', () => {
  const { b } = pair();
  expect(() => b.listen({ port: 80, tcp: { maxMss: 10 } })).toThrow(RangeError);
  expect(() => b.listen({ port: 80, tcp: { maxMss: 0x10000 } })).toThrow(RangeError);
});

describe('the accept queue', () => {
  it('gives connections in the order in which they came, also to several who wait', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    const waiting = [listener.accept(), listener.accept()];
    const clients = [];
    for (let i = 0; i < 4; i++) clients.push(await net.run(a.connect({ address: '10.0.0.2', port: 80 })));
    const accepted = await net.run(Promise.all([...waiting, listener.accept(), listener.accept()]));
    expect(accepted.map((s) => s.remotePort)).toEqual(clients.map((c) => c.localPort));
  });

  it('is bounded: what does not fit waits in SYN-RECEIVED and gets in later, with its text', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80, backlog: 2 });
    const clients = [];
    for (let i = 0; i < 3; i++) clients.push(a.open({ address: '10.0.0.2', port: 80 }));
    await net.pass(100_000);
    expect([listener.acceptQueueLength, listener.synQueueLength, b.counters.acceptOverflows]).toEqual([
      2, 1, 1,
    ]);
    expect(clients.map((c) => c.state)).toEqual(['ESTABLISHED', 'ESTABLISHED', 'ESTABLISHED']); // as far as they know
    const late = a.open({ address: '10.0.0.2', port: 80 });
    await net.pass(100_000);
    expect([late.state, b.tcp.size]).toEqual(['SYN-SENT', 3]); // a new SYN is dropped
    await net.run(clients[2]?.write(octets(10)) as Promise<void>);
    await net.run(listener.accept());
    await net.run(listener.accept());
    const third = await net.run(listener.accept());
    expect([third.remotePort, await net.run(third.read())]).toEqual([clients[2]?.localPort, octets(10)]);
    await net.run(late.opened);
    expect(late.state).toBe('ESTABLISHED');
  });

  it('with a backlog of 0 takes only whom somebody waits for', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80, backlog: 0 });
    const c = a.open({ address: '10.0.0.2', port: 80 });
    await net.pass(100_000);
    expect(c.state).toBe('SYN-SENT');
    expect((await net.run(listener.accept())).remotePort).toBe(c.localPort);
  });

  it('loses a connection that is reset before it is accepted', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    const [c, d] = await net.run(Promise.all([1, 2].map(() => a.connect({ address: '10.0.0.2', port: 80 }))));
    c?.abort();
    await net.pass(100_000);
    expect(listener.acceptQueueLength).toBe(1);
    expect((await net.run(listener.accept())).remotePort).toBe(d?.localPort);
  });

  it('keeps one that has ended its direction: accept gives it, with its text', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    await net.run(c.write(octets(5)));
    await net.run(c.end());
    const s = await net.run(listener.accept());
    expect([s.state, await net.run(readAll(s))]).toEqual(['CLOSE-WAIT', octets(5)]);
  });
});

describe('close', () => {
  it('resets what was not accepted or half-open, leaves the rest alone', async () => {
    const net = new Net();
    const { a, b, wire } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    const accepted = a.open({ address: '10.0.0.2', port: 80 });
    const s = await net.run(listener.accept());
    const queued = a.open({ address: '10.0.0.2', port: 80 });
    await net.pass(100_000);
    wire.partition(true, 'b->a');
    const half = a.open({ address: '10.0.0.2', port: 80 });
    await net.pass(100_000);
    wire.partition(false);
    expect([listener.acceptQueueLength, listener.synQueueLength]).toEqual([1, 1]);
    listener.close();
    listener.close();
    expect(await codeOf(listener.accept())).toBe('ECONNABORTED');
    await net.pass(100_000);
    expect([accepted.state, s.state, queued.state, b.tcp.size]).toEqual([
      'ESTABLISHED',
      'ESTABLISHED',
      'CLOSED',
      1,
    ]);
    expect(await net.run(codeOf(half.opened))).toBe('ECONNREFUSED');
    expect([listener.synQueueLength, listener.closed]).toEqual([0, true]);
  });

  it('ends the iteration, and rejects who waits, with ECONNABORTED', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    let came = 0;
    const iterated = (async () => {
      for await (const s of listener) came += s.localPort;
    })();
    await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    await net.pass(100_000);
    const waits = codeOf(listener.accept());
    listener.close();
    await net.run(iterated);
    expect([came, await waits]).toEqual([80, 'ECONNABORTED']);
  });

  it('inside its own handler', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80, handler: { open: () => listener.close() } });
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    await net.pass(100_000);
    expect(c.state).toBe('ESTABLISHED');
    expect(await net.run(codeOf(a.connect({ address: '10.0.0.2', port: 80 })))).toBe('ECONNREFUSED');
  });
});

describe('accept', () => {
  it('refuses what is no option, and an end that has come already, whoever waits', async () => {
    const { b } = pair();
    const listener = b.listen({ port: 80 });
    await expect(listener.accept({ timeout: -1 })).rejects.toThrow(RangeError);
    await expect(listener.accept({ timeOut: 5 } as object)).rejects.toThrow(TypeError);
    const reason = new Error('enough');
    await expect(listener.accept({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(listener.waitingAccepts).toBe(0);
  });

  it('that was ended by its signal takes none: the next one gets the connection', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80, backlog: 0 });
    const end = new AbortController();
    const given = codeOf(listener.accept({ signal: end.signal }));
    const waits = listener.accept();
    expect([listener.waitingAccepts, listener.acceptQueueOpen]).toEqual([2, true]);
    end.abort(Object.assign(new Error(), { code: 'MINE' }));
    expect([await given, listener.waitingAccepts]).toEqual(['MINE', 1]);
    const c = await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    expect((await net.run(waits)).remotePort).toBe(c.localPort);
    expect([listener.waitingAccepts, listener.acceptQueueOpen]).toEqual([0, false]);
  });

  it('names the call and where it listened when the listener is closed', async () => {
    const { b } = pair();
    for (const [address, said] of [
      [undefined, '::'],
      ['10.0.0.2', '10.0.0.2'],
    ] as const) {
      const listener = b.listen({ port: 80, ...(address === undefined ? {} : { address }) });
      listener.close();
      const error = await listener.accept().catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'ECONNABORTED', syscall: 'accept', address: said, port: 80 });
    }
  });

  it('a loop is over once it was left or thrown out of, gives each call a connection, and closes nothing before it begins', async () => {
    const { world, a, b } = pair();
    const listener = b.listen({ port: 80 });
    await listener[Symbol.asyncIterator]().return();
    expect(listener.closed).toBe(false);
    const loop = listener[Symbol.asyncIterator]();
    const both = [loop.next(), loop.next()];
    const ports = [1, 2].map(() => a.open({ address: '10.0.0.2', port: 80 }).localPort);
    world.runSync(1_000_000);
    const given = await Promise.all(both);
    expect(given.map(({ done, value }) => [done, value?.remotePort])).toEqual(ports.map((p) => [false, p]));
    const waits = loop.next();
    await expect(loop.throw(new Error('mine'))).rejects.toThrow('mine');
    expect(listener.closed).toBe(true);
    const over = { value: undefined, done: true };
    expect([await waits, await loop.next(), await loop.return()]).toEqual([over, over, over]);
  });

  it('a loop that is left, and the end of `await using`, close the listener', async () => {
    const net = new Net();
    const { a, b } = net.pair({ delayUs: 1000 });
    const listener = b.listen({ port: 80 });
    const left = (async () => {
      for await (const c of listener) return c.state;
      return '';
    })();
    await net.run(a.connect({ address: '10.0.0.2', port: 80 }));
    expect([await net.run(left), listener.closed]).toEqual(['ESTABLISHED', true]);
    const other = b.listen({ port: 81 });
    await other[Symbol.asyncDispose]();
    expect(other.closed).toBe(true);
  });
});

describe('Fast Open', () => {
  it('is off unless asked for, and takes so many early connections at a time', () => {
    const { b } = pair();
    expect(b.listen({ port: 80 }).enterEarly(0)).toBe(false);
    const listener = b.listen({ port: 81, fastOpen: 2 });
    expect([0, 0, 0].map(() => listener.enterEarly(0))).toEqual([true, true, false]);
    listener.leaveEarly(false, 0);
    expect([listener.earlyLength, listener.enterEarly(0), listener.enterEarly(0)]).toEqual([1, true, false]);
  });

  it('one that was reset counts on for a minute (RFC 7413 section 5.1)', () => {
    const { b } = pair();
    const listener = b.listen({ port: 81, fastOpen: 2 });
    for (const atMs of [0, 1000]) {
      expect(listener.enterEarly(atMs)).toBe(true);
      listener.leaveEarly(true, atMs);
    }
    expect([listener.enterEarly(59_999), listener.earlyLength]).toEqual([false, 2]);
    expect([listener.enterEarly(60_000), listener.enterEarly(60_000)]).toEqual([true, false]);
    expect([listener.enterEarly(61_000), listener.earlyLength]).toEqual([true, 2]);
  });
});

it('info and toString say where it listens, and what waits', () => {
  const { world, a, b } = pair();
  const every = b.listen({ port: 80, backlog: 5, synBacklog: 6 });
  const one = b.listen({ address: '10.0.0.2', port: 81 });
  a.open({ address: '10.0.0.2', port: 80 });
  world.runSync(1_000_000);
  const info = {
    address: null,
    port: 80,
    closed: false,
    acceptQueueLength: 1,
    backlog: 5,
    synQueueLength: 0,
    synBacklog: 6,
  };
  expect([every.info(), every.toJSON()]).toEqual([info, info]);
  expect(one.info()).toMatchObject({ address: '10.0.0.2', port: 81, backlog: 128, synBacklog: 256 });
  expect(`${every} ${one}`).toBe(
    'Listener {*:80, 1 to accept, 0 half-open} Listener {10.0.0.2:81, 0 to accept, 0 half-open}',
  );
  one.close();
  expect(`${one}`).toBe('Listener {10.0.0.2:81, closed}');
});

describe('the SYN queue', () => {
  it('is bounded; a place is free again when a half-open connection opens, is reset, or gives up', async () => {
    const net = new Net();
    const host = net.host('b', ['10.0.0.2/24']);
    host.addRoute('default', port(host));
    const raw = new RawPort(net, host);
    const listener = host.listen({ port: 80, synBacklog: 2, synCookies: false, tcp: { synAckR2Ms: 5000 } });
    const syn = (from: number): number | undefined => {
      raw.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', { from, to: 80, ctl: SYN, seq: 100 }));
      return raw.takeSegments()[0]?.seq;
    };
    const first = syn(1) as number;
    expect([syn(2) === undefined, syn(3) === undefined]).toEqual([false, true]);
    expect([listener.synQueueLength, host.counters.synOverflows]).toEqual([2, 1]);
    raw.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 1, to: 80, ctl: ACK, seq: 101, ack: first + 1 }));
    expect([listener.synQueueLength, listener.acceptQueueLength]).toEqual([1, 1]);
    expect(syn(4)).toBeDefined();
    raw.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 4, to: 80, ctl: RST, seq: 101 }));
    expect(listener.synQueueLength).toBe(1);
    await net.pass(6_000_000);
    expect([listener.synQueueLength, listener.acceptQueueLength, host.tcp.size]).toEqual([0, 1, 1]);
  });

  it('a SYN that comes twice makes one half-open connection', () => {
    const net = new Net();
    const host = net.host('b', ['10.0.0.2/24']);
    const raw = new RawPort(net, host);
    const listener = host.listen({ port: 80 });
    for (let i = 0; i < 3; i++)
      raw.send(tcpPacket(net, '10.0.0.1', '10.0.0.2', { from: 1, to: 80, ctl: SYN, seq: 100 }));
    expect([listener.synQueueLength, host.tcp.size]).toEqual([1, 1]);
  });
});

it('a receive buffer that is a power of two is offered whole, and a peer can fill it', () => {
  const { world, a, b } = pair();
  const listener = b.listen({ port: 80, tcp: { receiveBuffer: 65_536 } });
  const c = a.open({ address: '10.0.0.2', port: 80 });
  world.runSync(1_000_000);
  const d = listener.take();
  expect([c.tcb.snd.wnd, d?.tcb.rcv.buf]).toEqual([65_535, 65_536]);
  const data = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
  c.offer(data);
  world.runSync(2_000_000);
  expect(d?.readableLength).toBeGreaterThanOrEqual(65_408);
  const got = d?.take() ?? new Uint8Array(0);
  expect(got).toEqual(data.slice(0, got.length));
});

describe('deferAccept (Linux TCP_DEFER_ACCEPT)', () => {
  it('a handshake completes with the first text, and with the bare ACK after so many repetitions', async () => {
    const net = new Net();
    const { a, b } = net.pair();
    const listener = b.listen({ port: 80, deferAccept: 2 });
    const silent = a.open({ address: '10.0.0.2', port: 80 });
    net.world.runSync(net.world.now() + 500_000);
    expect([silent.state, listener.acceptQueueLength, listener.synQueueLength]).toEqual([
      'ESTABLISHED',
      0,
      1,
    ]);
    silent.offer(new Uint8Array(10));
    net.world.runSync(net.world.now() + 500_000);
    expect([listener.acceptQueueLength, listener.synQueueLength]).toEqual([1, 0]);
    const mute = a.open({ address: '10.0.0.2', port: 80 });
    net.world.runSync(net.world.now() + 2_500_000);
    expect([mute.state, listener.acceptQueueLength]).toEqual(['ESTABLISHED', 1]);
    net.world.runSync(net.world.now() + 5_000_000);
    expect(listener.acceptQueueLength).toBe(2);
    listener.close();
    silent.abort();
    mute.abort();
    await net.finish();
  });
});
