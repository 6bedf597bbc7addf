// A world makes what lives in it, wired to it; runs by itself if told so; and ends it.

import { afterEach, describe, expect, test, vi } from 'vitest';
import { Host, nextTurn } from '../host/index.ts';
import { Memory } from '../wire/index.ts';
import { StrictMemory } from './testing.ts';
import { World, type WorldOptions } from './world.ts';

const hello = new TextEncoder().encode('hello');

function pair(options: WorldOptions = {}) {
  const world = new World(options);
  const client = world.host('client');
  const server = world.host('server');
  const wire = world.wire(client, server, { delayUs: 20_000 });
  return { world, client, server, wire };
}

/** What a server and a client say to each other, by promises alone. */
async function talk({ client, server }: ReturnType<typeof pair>): Promise<string> {
  const listener = server.listen({ port: 80 });
  const [connection, accepted] = await Promise.all([
    client.connect({ address: '10.0.0.2', port: 80 }),
    listener.accept(),
  ]);
  await accepted.write(hello);
  const text = new TextDecoder().decode((await connection.read()) ?? new Uint8Array());
  await Promise.all([connection.end(), accepted.end()]);
  return `${text} ${connection.localPort} ${connection.info().iss} ${client.clock.now()}`;
}

describe('world.host', () => {
  test('hosts have the clock, the memory and the dice of the world, and an address by their number', async () => {
    const { world, client, server } = pair({ seed: 7 });
    expect([client.clock, client.memory]).toEqual([world.clock, world.memory]);
    const address = (host: Host): string[] =>
      host.interfaces[1]?.addresses.map((a) => `${a.address}/${a.prefix}`) ?? [];
    expect([address(client), address(server)]).toEqual([
      ['10.0.0.1/16', 'fd00::1/64'],
      ['10.0.0.2/16', 'fd00::2/64'],
    ]);
    expect(server.interfaces[1]?.name).toBe('server0');
    const c = client.connect({ address: 'fd00::2', port: 80 }).catch((e: Error & { code: string }) => e.code);
    expect(await world.settle(c)).toBe('ECONNREFUSED');
  });

  test('the same seed gives the same bytes, another one others; hosts of one world differ', async () => {
    const run = (seed: number): Promise<string> => {
      const net = pair({ seed });
      return net.world.settle(talk(net));
    };
    const first = await run(1);
    expect(await run(1)).toBe(first);
    expect(await run(2)).not.toBe(first);
    const { client, server } = pair();
    const mac = (host: Host) => host.addInterface({ name: 'eth', kind: 'ethernet' }).mac;
    expect(mac(client)).not.toEqual(mac(server));
  });

  test('addresses come one by one, options of host and interface last', () => {
    const world = new World();
    const host = world.host('gate', '10.1.0.1/24', 'fd01::1/64', {
      kind: 'ethernet',
      mac: '02:00:00:00:00:09',
      mtu: 1400,
      tcp: { mslMs: 1000 },
      connectionCapacity: 3,
    });
    const iface = host.interfaces[1];
    expect([iface?.kind, iface?.mtu, iface?.mac.lo, iface?.addresses.length]).toEqual([
      'ethernet',
      1400,
      9,
      2,
    ]);
    expect(host.tcp.config.mslMs).toBe(1000);
    expect(world.host('bare', { addresses: [] }).interfaces[1]?.addresses).toEqual([]);
  });

  test('what is wrong is told where it is given', () => {
    const world = new World();
    world.host('client');
    expect(() => world.host('client')).toThrow("there is a host 'client' already");
    expect(() => world.host({ addresses: [] } as never)).toThrow("the first argument is the host's name");
    expect(() => world.host('b', { adresses: [] } as never)).toThrow("did you mean 'addresses'?");
    expect(() => world.host('c', { tcp: { recieveBuffer: 1 } } as never)).toThrow("'tcp.receiveBuffer'");
    expect(() => world.host('d', '10.0.0.1')).toThrow("'10.0.0.1' is not an address with a prefix length");
    expect(() => world.host('e', {}, {})).toThrow('options come once');
    expect(() => new World({ sed: 1 } as never)).toThrow("did you mean 'seed'?");
    expect(() => new World({ seed: null } as never)).toThrow('seed must be a number');
  });
});

describe('world.wire and world.switch', () => {
  test('a wire takes hosts by their free interface, and has their names in rules', async () => {
    const net = pair();
    net.wire.rule('drop data#1 server->client');
    expect(await net.world.settle(talk(net))).toMatch(/^hello /);
    expect(net.wire.ba.counters.dropped.rule).toBe(1);
    expect(() => net.world.wire(net.client, net.server)).toThrow(
      /^client: every interface has a link: add one/,
    );
    const more = net.client.addInterface({ addresses: ['10.9.0.1/24'] });
    const third = net.world.host('third', '10.9.0.2/24');
    const second = net.world.wire(more, third);
    expect([second.a, second.ends]).toEqual([more, ['if2', 'third']]);
  });

  test('a switch joins hosts of kind ethernet', async () => {
    const world = new World();
    const hosts = ['a', 'b', 'c'].map((name) => world.host(name, { kind: 'ethernet' }));
    const box = world.switch(hosts, { maxPorts: 3, wire: { delayUs: 100 } });
    hosts[2]?.listen({ port: 80 });
    const c = await world.settle((hosts[0] as Host).connect({ address: '10.0.0.3', port: 80 }));
    expect([c.state, box.forwarded > 0]).toEqual(['ESTABLISHED', true]);
    expect(() => world.switch([world.host('ip')])).toThrow("make the interface with { kind: 'ethernet' }");
    expect(() => world.switch([], { maxPort: 3 } as never)).toThrow("did you mean 'maxPorts'?");
  });
});

describe('addNode', () => {
  test('refuses a host whose clock or randomness is not repeatable, and one that is here', () => {
    const world = new World();
    expect(() => world.addNode(new Host({ name: 'real' }))).toThrow(
      /^real: .*its clock is not this world's.*world\.host/,
    );
    expect(() => world.addNode(new Host({ clock: { now: () => 0 }, random: () => 1 }))).toThrow(TypeError);
    expect(() => world.addNode(new Host({ clock: world.clock }))).toThrow(/its randomness is the platform's/);
    const host = new Host({ clock: world.clock, random: () => world.random.nextUint32() });
    world.addNode(host);
    expect(() => world.addNode(host)).toThrow('in this world already');
  });

  test('a host made without onUserWoke keeps the time of its user', async () => {
    const world = new World();
    const [a, b] = ['10.0.0.1/24', '10.0.0.2/24'].map((address) => {
      const host = new Host({
        clock: world.clock,
        random: () => world.random.nextUint32(),
        memory: new Memory(), // of its own: packets are copied
      });
      host.addInterface({ addresses: [address] });
      world.addNode(host);
      return host;
    }) as [Host, Host];
    world.wire(a, b, { delayUs: 10_000 });
    b.listen({ port: 80 });
    const at = a.connect({ address: '10.0.0.2', port: 80 }).then(() => world.now());
    expect(await world.settle(at)).toBe(20_000);
  });
});

describe('a world that nobody runs', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('autorun: plain promises go on, at the same times as in a world that is run', async () => {
    const net = pair({ autorun: true });
    const text = await talk(net);
    const other = pair();
    expect(text).toBe(await other.world.settle(talk(other)));
    await nextTurn();
    const restedUs = net.world.now(); // TIME-WAIT is over, and nothing is pending
    await net.client.connect({ address: '10.0.0.2', port: 81 }).catch(() => {});
    expect(net.world.now()).toBe(restedUs + 40_000);
  });

  test('without it, it is said once on the console after a second, unless somebody runs it by then', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const nobody = pair();
      const somebody = pair();
      for (const { client } of [nobody, somebody]) client.open({ address: '10.0.0.2', port: 80 });
      somebody.world.runSync(1);
      vi.advanceTimersByTime(999);
      expect(warn).not.toHaveBeenCalled();
      vi.advanceTimersByTime(60_000);
      expect(warn).toHaveBeenCalledOnce();
      expect(warn.mock.calls[0]?.[0]).toMatch(
        /nobody runs it.*await world\.settle\(promise\).*autorun: true/,
      );
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the end of a world', () => {
  test('close: what user code waits for rejects, and nothing is left in the Memory', async () => {
    const memory = new StrictMemory();
    const net = pair({ memory });
    const { world, client, server, wire } = net;
    const listener = server.listen({ port: 80 });
    const [c] = await world.settle(
      Promise.all([client.connect({ address: '10.0.0.2', port: 80 }), listener.accept()]),
    );
    const code = (e: Error & { code: string }): string => e.code;
    const ends = Promise.all([
      c.read().then(String, code),
      listener.accept().then(String, code),
      server.udp({ port: 53 }).receive().then(String, code),
      client.connect({ address: '10.0.0.9', port: 1 }).then(String, code),
    ]);
    void client.connect({ address: '127.0.0.1', port: 1 }).catch(() => {});
    c.offer(hello);
    world.close();
    expect(await ends).toEqual(['ECONNABORTED', 'ECONNABORTED', 'null', 'ECONNABORTED']);
    expect([wire.closed, memory.used, memory.live.size, world.waiting()]).toEqual([true, 0, 0, []]);
  });

  test('await using', async () => {
    let seen: unknown;
    let client: Host;
    {
      await using world = new World();
      client = world.host('client');
      client
        .listen({ port: 80 })
        .accept()
        .catch((e: unknown) => (seen = e));
    }
    expect([(seen as { code: string }).code, client.tcp.listening]).toEqual(['ECONNABORTED', false]);
  });
});
