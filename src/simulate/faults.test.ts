import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Fault, type Link, type Simulation, simulate } from './index.ts';
import { ask, codeOf, connected, echo, event, took, web } from './testing.ts';

/** An echo on 'server', a connection of 'client' that has been used, and what becomes of it. */
async function withConnection<T>(
  program: (parts: {
    sim: Simulation;
    link: Link;
    socket: Awaited<ReturnType<typeof connected>>;
  }) => Promise<T>,
): Promise<T> {
  await using sim = simulate();
  sim.host('server', () => echo());
  const link = sim.link('client', 'server', { rtt: '20ms' });
  return await sim.client('client', async () => {
    const socket = await connected('server');
    expect(await ask(socket, 'before')).toBe('before');
    const result = await program({ sim, link, socket });
    socket.destroy();
    return result;
  });
}

describe('a fault acts on an established connection, and counts what it hit', () => {
  const slower: Record<string, (link: Link) => Fault> = {
    'loss of everything, for a while': (link) => link.loss(1),
    'a partition': (link) => link.partition(),
    'a partition one way': (link) => link.partition({ from: 'server' }),
    'a black hole for the port': (link) => link.blackhole({ port: 7 }),
    'packets that are held': (link) => link.hold(),
    'a delay': (link) => link.delay('500ms'),
    'corruption: the checksum is wrong': (link) => link.corrupt(1),
    'a path that takes small packets only': (link) => link.mtu(100),
    'a rate of 8 kbit/s': (link) => link.rate('8kbit'),
    'a packet rule': (link) => link.rule('drop data#1'),
  };
  test.each(Object.entries(slower))('%s: the answer comes late', async (_name, fault) => {
    await withConnection(async ({ sim, link, socket }) => {
      const made = fault(link);
      setTimeout(() => made.lift(), 700);
      const octets = 'x'.repeat(300);
      let got = '';
      socket.on('data', (data) => {
        got += data;
      });
      const begin = performance.now();
      socket.write(octets);
      while (got.length < octets.length) await sleep(1);
      expect(performance.now() - begin).toBeGreaterThan(150);
      expect(made.hits).toBeGreaterThan(0);
      sim.fired(made);
    });
  });

  test('duplication, reordering and jitter: what arrives is whole and in order', async () => {
    await withConnection(async ({ link, socket }) => {
      using twice = link.duplicate(0.5);
      using overtaken = link.reorder(0.3);
      using shaken = link.jitter('30ms');
      const text = Array.from({ length: 20_000 }, (_, i) => String(i)).join(' ');
      let got = '';
      socket.on('data', (octets) => {
        got += octets;
      });
      socket.write(text);
      while (got.length < text.length) await sleep(10);
      expect(got).toBe(text);
      for (const fault of [twice, overtaken, shaken]) expect(fault.hits).toBeGreaterThan(0);
    });
  });

  test('reset: both ends are told ECONNRESET, at once', async () => {
    await using sim = simulate();
    const told: string[] = [];
    sim.host('server', () => {
      echo().on('connection', (socket) => socket.on('error', (error) => told.push(codeOf(error))));
    });
    await sim.client('client', async () => {
      const socket = await connected('server');
      await ask(socket, 'before');
      const fault = sim.link('client', 'server').reset();
      expect(codeOf(await event(socket, 'error'))).toBe('ECONNRESET');
      await sleep(10);
      expect(told).toEqual(['ECONNRESET']);
      expect(fault.hits).toBe(2);
    });
  });

  test('a reset on a link between routers is for the connections that go by it, both ends of each, and for no other', async () => {
    await using sim = simulate();
    sim.wan({ eu: ['client', 'near'], us: ['far'] }, { 'eu us': { rtt: '80ms' } });
    for (const name of ['near', 'far']) sim.host(name, () => echo());
    await sim.client('client', async () => {
      const [near, far] = [await connected('near'), await connected('far')];
      const between = sim.link('eu', 'us').reset({ port: 7 });
      expect(codeOf(await event(far, 'error'))).toBe('ECONNRESET');
      await sleep(100);
      expect(between.hits).toBe(2);
      expect(await ask(near, 'still here')).toBe('still here');
      expect(sim.hosts.find(({ name }) => name === 'far')?.stack.connections).toEqual([]);
      // One that ends at a router, too.
      const last = sim.link('eu', 'near').reset();
      expect(codeOf(await event(near, 'error'))).toBe('ECONNRESET');
      expect(last.hits).toBe(2);
      expect(sim.link('eu', 'us').reset({ port: 8 }).optional().hits).toBe(0);
    });
  });

  test('a NAT has room for so many flows: the one that is idle for longest goes, and is counted', async () => {
    await using sim = simulate();
    sim.host('server', () => echo());
    await sim.client('client', async () => {
      const early = await connected('server');
      const nat = sim.link('client', 'server').nat({ flows: 2, idle: '1h' });
      const [one, two] = [await connected('server'), await connected('server')];
      expect([nat.flows, nat.evicted]).toEqual([2, 0]);
      expect(await ask(one, 'lately')).toBe('lately');
      const three = await connected('server');
      expect([nat.flows, nat.evicted]).toEqual([2, 1]);
      for (const known of [one, three]) expect(await ask(known, 'known')).toBe('known');
      // What it never saw was older than all that it forgot.
      for (const forgotten of [two, early]) {
        const answer = ask(forgotten, 'forgotten');
        expect(await Promise.race([answer, sleep(10_000, 'silence')])).toBe('silence');
        forgotten.destroy();
        answer.catch(() => {});
      }
      expect([nat.flows, nat.evicted]).toEqual([2, 1]);
      expect(nat.hits).toBeGreaterThan(2);
    });
  });

  test('a NAT knows the flows that were there before it, until they have been idle, and keeps none that has', async () => {
    await withConnection(async ({ link, socket }) => {
      const nat = link.nat({ idle: '60s' });
      for (let n = 0; n < 50; n++) (await connected('server')).destroy();
      expect(nat.flows).toBe(50);
      await sleep(59_000);
      const lately = await connected('server');
      expect(nat.flows).toBeLessThanOrEqual(51);
      await sleep(2000);
      expect(await ask(lately, 'in time')).toBe('in time');
      expect(nat.flows).toBe(1);
      const silence = Promise.race([ask(socket, 'too late'), sleep(10_000, 'silence')]);
      expect(await silence).toBe('silence');
      expect(nat.hits).toBeGreaterThan(0);
      lately.destroy();
    });
  });

  test('a NAT forgets a flow that was idle: silence, or RST when it says so; a new connection passes', async () => {
    for (const reset of [false, true]) {
      await withConnection(async ({ link, socket }) => {
        link.nat({ idle: '60s', reset });
        await sleep(59_000);
        expect(await ask(socket, 'in time')).toBe('in time');
        await sleep(61_000);
        socket.write('too late');
        const error = event(socket, 'error').then(codeOf);
        if (reset) expect(await error).toBe('ECONNRESET');
        else expect(await Promise.race([error, sleep(30_000, 'silence')])).toBe('silence');
        const other = await connected('server');
        expect(await ask(other, 'hello')).toBe('hello');
        other.destroy();
        socket.on('error', () => {});
      });
    }
  });

  test('a slow reader closes the window: who writes has to wait', async () => {
    await using sim = simulate();
    const server = sim.host('server', () => echo());
    const ms = await sim.client('client', async () => {
      const socket = await connected('server');
      socket.resume();
      const slow = server.slowReader('8mbit');
      const time = await took(async () => {
        socket.end(Buffer.alloc(4_000_000));
        await event(socket, 'end');
      });
      expect(slow.hits).toBeGreaterThan(50);
      return time;
    });
    expect(ms).toBeGreaterThan(3900);
  });

  test('`using` lifts it at the end of the block', async () => {
    await withConnection(async ({ link, socket }) => {
      {
        using cut = link.partition();
        socket.write('lost');
        await sleep(5);
        expect(cut.hits).toBe(1);
      }
      expect(String(await event(socket, 'data'))).toBe('lost');
    });
  });
});

describe('faults of one kind at once', () => {
  test('rates: the slowest counts, in whatever order they are lifted, and `set` is what remains', async () => {
    await using sim = simulate({ network: { rate: '1mbit' } });
    sim.host('server', () => echo());
    const link = sim.link('client', 'server');
    const bps = (): number => link.wire.ba.config.bandwidthBps;
    await sim.client('client', async () => {
      await ask(await connected('server'), 'x');
      const first = link.rate('64kbit').optional();
      const second = link.rate('8kbit', { queue: 5 }).optional();
      expect([bps(), link.wire.ab.config.queuePackets]).toEqual([8000, 5]);
      link.set({ rate: '2mbit' });
      first.lift();
      expect(bps()).toBe(8000);
      second.lift();
      expect([bps(), link.wire.ab.config.queuePackets]).toEqual([2e6, 1000]);
      link.rate('10mbit').optional();
      expect(bps()).toBe(2e6);
    });
  });

  test('slow readers: the slowest counts, and none is left when all are lifted', async () => {
    await using sim = simulate();
    const server = sim.host('server', () => echo());
    await sim.client('client', async () => {
      const socket = await connected('server');
      const first = server.slowReader('512kbit');
      const second = server.slowReader('256kbit');
      expect(await took(() => ask(socket, 'x'))).toBe(2049); // 64 KiB at 256 kbit/s, and the round trip
      first.lift();
      expect(await took(() => ask(socket, 'x'))).toBeGreaterThan(2000);
      second.lift();
      await sleep(3000);
      expect(await took(() => ask(socket, 'x'))).toBe(1);
    });
  });

  test('stops of a machine: it goes on when the last is lifted', async () => {
    await using sim = simulate();
    const server = sim.host('server', () => echo());
    await sim.client('client', async () => {
      const socket = await connected('server');
      const [first, second] = [server.pause({ vm: true }), server.pause({ vm: true })];
      setTimeout(() => first.lift(), 1000);
      setTimeout(() => second.lift(), 2000);
      expect(await took(() => ask(socket, 'x'))).toBeGreaterThan(2000);
    });
  });
});

describe('what befalls a host', () => {
  test('crash: timers and sockets are gone, the kernel closes connections and refuses new ones; restart runs the program again', async () => {
    await using sim = simulate();
    const ticks: number[] = [];
    const server = sim.host('server', ({ life }) => {
      setInterval(() => ticks.push(life), 1000);
      echo();
    });
    await sim.client('client', async () => {
      const socket = await connected('server');
      await sleep(2500);
      server.crash();
      expect(server.isUp).toBe(false);
      socket.resume();
      await event(socket, 'end');
      expect(codeOf(await connected('server').catch((error) => error))).toBe('ECONNREFUSED');
      await sleep(5000);
      expect(ticks).toEqual([1, 1]);
      server.restart();
      await sleep(1500);
      expect(ticks).toEqual([1, 1, 2]);
      expect(await ask(await connected('server'), 'again')).toBe('again');
    });
  });

  test('crash: what comes for a connection that is gone is answered with RST', async () => {
    await using sim = simulate();
    const server = sim.host('server', () => echo());
    await sim.client('client', async () => {
      const socket = await connected('server');
      await ask(socket, 'before');
      socket.on('end', () => {});
      socket.allowHalfOpen = true;
      server.crash();
      await sleep(10);
      socket.write('into the void');
      await sleep(10);
      socket.write('again');
      expect(codeOf(await event(socket, 'error'))).toBe('EPIPE'); // after the FIN, as on Linux
    });
  });

  test('power off: silence; after a restart the connection is not known any more', async () => {
    await using sim = simulate();
    const server = sim.host('server', () => echo());
    await sim.client('client', async () => {
      const socket = await connected('server');
      await ask(socket, 'before');
      server.powerOff();
      socket.write('into the void');
      const error = event(socket, 'error').then(codeOf);
      expect(await Promise.race([error, sleep(20_000, 'silence')])).toBe('silence');
      server.restart();
      expect(await error).toBe('ECONNRESET');
      expect(await ask(await connected('server'), 'again')).toBe('again');
    });
  });

  test('pause: the program stands still, its kernel acknowledges; with vm nobody does', async () => {
    for (const vm of [false, true]) {
      await using sim = simulate();
      const server = sim.host('server', () => echo());
      await sim.client('client', async () => {
        const socket = await connected('server');
        await ask(socket, 'before');
        const stop = server.pause({ vm });
        setTimeout(() => stop.lift(), 10_000);
        const ms = await took(() => ask(socket, 'during'));
        expect(ms).toBeGreaterThanOrEqual(9_990);
        expect(stop.hits).toBeGreaterThan(0);
        const [row] = sim.hosts[1]?.netstat() ?? [];
        expect((row?.retransmissions ?? 0) > 0).toBe(vm);
      });
    }
  });

  test('clock skew: Date is ahead or behind, timers and monotonic clocks are not; a restart keeps it', async () => {
    await using sim = simulate({ date: '2030-01-01T00:00:00Z' });
    const dates: string[] = [];
    const host = sim.host('host', async () => {
      dates.push(new Date().toISOString());
      await sleep(1000);
      dates.push(new Date().toISOString(), String(performance.now()));
    });
    await sim.advance(0);
    host.skew('1h');
    host.restart();
    await sim.advance('1500ms');
    host.skew('2h', { behind: true });
    await host.run(async () => dates.push(new Date().toISOString()));
    expect(dates).toEqual([
      '2030-01-01T00:00:00.000Z',
      '2030-01-01T01:00:00.000Z',
      '2030-01-01T01:00:01.000Z',
      '1000',
      '2029-12-31T23:00:01.500Z',
    ]);
  });
});

describe('a fault that met nothing', () => {
  test('fails the simulation at its end, with the seed; an optional one does not', async () => {
    const run = async (make: (sim: Simulation) => Fault): Promise<unknown> => {
      await using sim = simulate({ seed: 42 });
      sim.host('server', () => web());
      make(sim);
      await sim.client('client', () => fetch('http://server/'));
      return null;
    };
    const error = await run((sim) => sim.link('client', 'server').blackhole({ port: 81 })).catch(
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'ERR_SIM_UNUSED_FAULT', seed: 42 });
    expect((error as Error).message).toMatch(/blackhole of port 81 on client-server, 0.000 s to now: 0 hits/);
    await expect(
      run((sim) => sim.link('client', 'server').blackhole({ port: 81 }).optional()),
    ).resolves.toBeNull();
  });

  test('is said at once by sim.fired', async () => {
    await withConnection(async ({ sim, link }) => {
      const fault = link.loss(0).optional();
      expect(() => sim.fired(fault)).toThrow(/met nothing/);
    });
  });
});
