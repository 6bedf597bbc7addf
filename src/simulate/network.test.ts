import { createSocket } from 'node:dgram';
import { lookup, resolve4 } from 'node:dns/promises';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { simulate } from './index.ts';
import { ask, codeOf, connected, echo, event, took } from './testing.ts';

describe('links', () => {
  test('hosts of which nothing was said have a link as `network` says; one that was asked for differs', async () => {
    await using sim = simulate({ network: { rtt: '10ms' } });
    sim.host('near', () => echo());
    sim.host('far', () => echo());
    sim.link('client', 'far', { rtt: '200ms' });
    await sim.client('client', async () => {
      for (const [name, rtt] of [
        ['near', 10],
        ['far', 200],
      ] as const) {
        const socket = await connected(name);
        expect(await took(() => ask(socket, 'x'))).toBe(rtt);
        socket.destroy();
      }
    });
  });

  test('what goes by a switch shares its links: their delays add up, a cut of one cuts all', async () => {
    await using sim = simulate();
    sim.switch('lan');
    sim.switch('wan');
    for (const name of ['a', 'b']) sim.link(name, 'lan', { rtt: '2ms' });
    sim.link('lan', 'wan', { rtt: '50ms' });
    sim.link('wan', 'server', { rtt: '8ms' });
    sim.host('server', () => echo());
    const cut = sim.link('lan', 'wan');
    const measure = async () => {
      const socket = await connected('server');
      expect(await took(() => ask(socket, 'x'))).toBe(60);
      return socket;
    };
    const socket = await sim.client('a', measure);
    await sim.client('b', measure);
    using partition = cut.partition();
    sim.host('c', () => {});
    await sim.client('d', async () => {
      socket.write('lost');
    });
    await sim.advance('100ms');
    expect(partition.hits).toBeGreaterThan(0);
  });

  test('regions: round-trip times by pairs of groups', async () => {
    await using sim = simulate();
    sim.host('api-eu', () => echo());
    sim.host('api-us', () => echo());
    sim.regions({ 'eu-1': ['client', 'api-eu'], us: ['api-us'] }, { 'eu-1': '2ms', 'eu-1 us': '80ms' });
    await sim.client('client', async () => {
      expect(await took(() => connected('api-eu'))).toBe(3); // and a millisecond for the name
      expect(await took(() => connected('api-us'))).toBe(81);
    });
  });

  test('wan: a router for each region; what goes between two shares one link; a cut of it leaves the others', async () => {
    await using sim = simulate();
    const hosts = { eu: ['client', 'eu-1'], us: ['us-1'], asia: ['asia-1'] };
    sim.wan(hosts, { 'eu us': { rtt: '80ms' }, 'us asia': { rtt: '120ms' } });
    for (const name of ['eu-1', 'us-1', 'asia-1']) sim.host(name, () => echo());
    await sim.client('client', async () => {
      const rtt = async (name: string): Promise<number> => {
        const socket = await connected(name);
        return took(() => ask(socket, 'x')).finally(() => socket.destroy());
      };
      expect(await rtt('eu-1')).toBe(1);
      expect(await rtt('us-1')).toBe(81);
      expect(await rtt('asia-1')).toBe(201); // by the router of us: there is no other way
      const cut = sim.link('us', 'asia').partition();
      const asia = connect({ port: 7, host: 'asia-1', timeout: 5000 });
      await event(asia, 'timeout');
      asia.destroy();
      expect(await rtt('us-1')).toBe(81);
      expect(cut.hits).toBeGreaterThan(0);
    });
    expect(() => sim.wan(hosts, {})).toThrow(/there is 'eu' already/);
    expect(() => sim.wan({ x: [] }, { 'x y': {} })).toThrow(/wan: 'x y' names no two of x/);
    expect(() => sim.wan({ x: [] }, { x: {} })).toThrow(/wan: 'x' is one region/);
  });

  test('reordering is measured by the round-trip time that the link has, whichever was said first', async () => {
    await using sim = simulate({ network: { rtt: '80ms' } });
    for (const name of ['a', 'b']) sim.host(name, () => {});
    const extra = (): number => link.wire.ab.config.reorderExtraUs;
    const link = sim.link('a', 'b', { reorder: 0.1 });
    expect(extra()).toBe(160_000);
    link.set({ rtt: '10ms' });
    expect([link.wire.ab.config.reorder, extra()]).toEqual([0.1, 20_000]);
  });

  test('groups can be cut from each other', async () => {
    await using sim = simulate();
    sim.host('server', () => echo());
    const fault = sim.partition(['client'], ['server']);
    await sim.client('client', async () => {
      const error = await connected('server').catch((reason) => reason);
      expect(codeOf(error)).toBe('ETIMEDOUT');
    });
    expect(fault.hits).toBeGreaterThan(3);
  });

  test('a link to a host that is never made is a mistake, said at the end', async () => {
    const run = async () => {
      await using sim = simulate();
      sim.link('a', 'typo');
      await sim.client('a', () => {});
    };
    await expect(run()).rejects.toMatchObject({ code: 'ERR_SIM_HOST', message: /a link to 'typo'/ });
  });

  test('names are checked', async () => {
    await using sim = simulate();
    sim.host('a', () => {});
    expect(() => sim.host('a', () => {})).toThrow(/there is 'a' already/);
    expect(() => sim.host('dns', () => {})).toThrow(/the name server/);
    expect(() => sim.host('no name', () => {})).toThrow(/no name of a host/);
    expect(() => sim.link('a', 'a')).toThrow(/to itself/);
    expect(() => sim.link('a', 'dns').loss(2)).toThrow(/probability must be a number from 0 to 1/);
    expect(() => sim.link('a', 'dns').partition({ from: 'b' })).toThrow(/'b' is none of its ends/);
    expect(() => sim.link('a', 'dns', { rtt: '5 parsecs' })).toThrow(/rtt must be a time/);
    expect(() => sim.link('a', 'dns').partition({ port: 80 } as object)).toThrow(/port/);
    expect(() => sim.link('a', 'dns').reset({ from: 'a' } as object)).toThrow(/from/);
    expect(() => sim.regions({ a: ['a'] }, { 'a b': 1 })).toThrow(/'a b' names no two of a/);
    await expect(sim.advance(Infinity)).rejects.toThrow(/time must be a time/);
  });

  test('UDP goes the same ways', async () => {
    await using sim = simulate();
    sim.host('server', () => {
      const socket = createSocket('udp4');
      socket.on('message', (octets, { port, address }) => socket.send(octets, port, address));
      socket.bind(5353);
    });
    sim.link('client', 'server', { rtt: '30ms' });
    await sim.client('client', async () => {
      const socket = createSocket('udp4');
      const ms = await took(async () => {
        socket.send('ping', 5353, sim.hosts[0]?.address);
        expect(String(await event(socket, 'message'))).toBe('ping');
      });
      expect(ms).toBe(30);
      socket.close();
    });
  });
});

describe('names', () => {
  test('of hosts are looked up at a server, which takes a round trip; localhost and the own name do not', async () => {
    await using sim = simulate();
    const server = sim.host('server', () => {});
    sim.link('client', 'dns', { rtt: '7ms' });
    await sim.client('client', async () => {
      expect(await took(async () => expect((await lookup('server')).address).toBe(server.address))).toBe(7);
      expect(await took(() => lookup('localhost'))).toBe(0);
      expect(await took(() => lookup('client'))).toBe(0);
      expect(await resolve4('server')).toEqual([server.address]);
    });
    expect(sim.dns.questions).toBeGreaterThan(1);
  });

  test('may change, be slow, not exist, fail, or never be answered', async () => {
    await using sim = simulate();
    await sim.client('client', async () => {
      const found = (name: string) => lookup(name).then(({ address }) => address, codeOf);
      expect(await found('db')).toBe('ENOTFOUND');
      sim.dns.set('db', '10.0.0.77');
      expect(await found('db')).toBe('10.0.0.77');
      sim.dns.set('db', ['10.0.0.78', '10.0.0.79']).delay('2s');
      expect(Math.abs((await took(() => found('db'))) - 2001)).toBeLessThanOrEqual(1);
      sim.dns.delay(0).set('db', 'SERVFAIL');
      expect(await found('db')).toBe('EAI_AGAIN');
      sim.dns.set('db', 'silent');
      expect(await took(async () => expect(await found('db')).toBe('EAI_AGAIN'))).toBeGreaterThan(9999);
      sim.dns.set('db', 'NXDOMAIN');
      expect(await found('db')).toBe('ENOTFOUND');
      sim.dns.set('DB', '10.0.0.80').set('db', [{ type: 'A', data: '10.0.0.81' }]);
      expect(await found('Db')).toBe('10.0.0.81');
      for (const entry of ['db.example', '', 42, null, [{}]])
        expect(() => sim.dns.set('db', entry as never)).toThrow(/entry must be an address, a list of them/);
    });
  });
});
