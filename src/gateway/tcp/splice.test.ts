import { describe, expect, it } from 'vitest';
import type { ConnectionHandler } from '../../host/index.ts';
import { codeOf, octets, readAll } from '../../host/testing.ts';
import type { OuterConnectionEvents } from '../outer.ts';
import { Site } from '../testing.ts';

const FAR = '192.0.2.80';
const FAR6 = '2600::80';
const ALLOW = { policy: { allow: ['192.0.2.0/24', '2600::/32', '198.18.0.0/15'] } };

describe('a short exchange', () => {
  it('takes a guest as few segments as there are to say: the ACK of a question comes with the answer', async () => {
    const site = new Site(ALLOW);
    const { host } = site.machine();
    site.outer.behaviour = () => 'open';
    const c = await site.net.run(host.connect({ address: FAR, port: 80 }));
    const heard: string[] = [];
    site.gateway.tap = (_, direction, frame) => {
      const [proto, ctl = 0] = [frame[23], frame[47]];
      if (direction === 'out' && proto === 6)
        heard.push(ctl & 1 ? 'FIN,ACK' : frame.length > 66 ? 'text' : 'ACK');
    };
    await site.net.run(c.write(octets(77)));
    await site.pass(10);
    const { last } = site.outer;
    last.say('the answer');
    last.events.end();
    await site.pass(10);
    void c.end();
    await site.pass(10);
    expect(last.ended).toBe(true);
    last.events.closed(null);
    await site.pass(100);
    expect(heard).toEqual(['text', 'FIN,ACK', 'ACK']);
  });
});

describe('the SYN of a guest', () => {
  for (const address of [FAR, FAR6]) {
    it(`is answered when the connection outside is open, not before (${address})`, async () => {
      const site = new Site(ALLOW);
      const { host } = site.machine();
      await site.pass(3000); // IPv6 addresses are made
      const c = host.open({ address, port: 80 });
      await site.pass(2500);
      expect([c.state, site.outer.connections.length]).toEqual(['SYN-SENT', 1]);
      expect(site.outer.last.target).toEqual({ address, port: 80 });
      expect(site.gateway.connections()).toMatchObject([{ state: '-', phase: 'opening' }]);
      site.outer.last.events.open();
      await site.net.run(c.opened);
      await site.pass(10);
      expect(site.gateway.connections()).toMatchObject([{ state: 'ESTABLISHED', phase: 'open' }]);
      c.abort();
    });
  }

  const answers = [
    ['ECONNREFUSED', 'a RST', 'ECONNREFUSED', null],
    ['EHOSTUNREACH', 'ICMP host unreachable', null, 'EHOSTUNREACH'],
    ['ENETUNREACH', 'ICMP net unreachable', null, 'ENETUNREACH'],
    ['EACCES', 'ICMP administratively prohibited', null, 'EHOSTUNREACH'],
    ['ETIMEDOUT', 'silence', null, null],
    ['EMFILE', 'silence', null, null],
  ] as const;
  for (const [code, answer, ended, told] of answers) {
    it(`${code} outside is ${answer} for the guest, and leaves nothing`, async () => {
      const site = new Site(ALLOW);
      const { host } = site.machine();
      site.outer.behaviour = () => ({ code });
      const troubles: string[] = [];
      const handler: ConnectionHandler = { trouble: (_, error) => void troubles.push(error.code) };
      const c = host.open({ address: FAR, port: 80, handler });
      await site.pass(500);
      expect([c.error?.code ?? null, troubles[0] ?? null]).toEqual([ended, told]);
      expect([site.gateway.connections(), site.gateway.host.tcp.size]).toEqual([[], 0]);
      expect(site.logged('connect').at(-1)).toMatchObject({ error: code });
      c.abort();
    });
  }

  it('that nobody outside answers is given up in silence, and comes again', async () => {
    const site = new Site({ ...ALLOW, limits: { connectTimeoutMs: 5000 } });
    const { host } = site.machine();
    const c = host.open({ address: FAR, port: 80 });
    await site.pass(5500);
    expect([c.state, site.outer.last.wasReset, site.gateway.connections()]).toEqual(['SYN-SENT', true, []]);
    await site.pass(3000); // the SYN at 7 s
    expect(site.outer.connections.length).toBe(2);
    site.outer.last.events.open();
    await site.net.run(c.opened);
    c.abort();
  });

  it('that the guest takes back ends the attempt outside', async () => {
    const site = new Site(ALLOW);
    const { host } = site.machine();
    const c = host.open({ address: FAR, port: 80, localPort: 40_000 });
    await site.pass(100);
    c.abort(); // in SYN-SENT no segment tells of it
    host.open({ address: FAR, port: 80, localPort: 40_000 }); // its next attempt from the port does
    await site.pass(100);
    expect(site.outer.connections.map((o) => o.wasReset)).toEqual([true, false]);
    expect(site.gateway.connections().length).toBe(1);
  });
});

/** An open connection of a guest, and its other side outside. */
async function open(options = {}) {
  const site = new Site({ ...ALLOW, ...options });
  const { host } = site.machine();
  site.outer.behaviour = () => 'open';
  const ends: (string | null)[] = [];
  const handler: ConnectionHandler = { close: (_, error) => void ends.push(error?.code ?? null) };
  const c = await site.net.run(host.connect({ address: FAR, port: 80, handler }));
  return { site, host, c, outer: site.outer.last, ends };
}

const text = (octets: Uint8Array | null): string => new TextDecoder().decode(octets ?? new Uint8Array(0));

describe('an open splice', () => {
  it('carries octets both ways', async () => {
    const { site, c, outer } = await open();
    await c.write(octets(100_000));
    await site.pass(1000);
    expect(outer.sent).toEqual(octets(100_000));
    outer.say('hello');
    await site.pass(100);
    expect(text(c.take())).toBe('hello');
    expect(site.gateway.connections()).toMatchObject([{ sent: 100_000, received: 5 }]);
    c.abort();
  });

  it('the guest ends its direction: outside is ended, and goes on sending', async () => {
    const { site, c, outer, ends } = await open();
    await c.write(octets(10));
    void c.end();
    await site.pass(1000);
    expect([outer.length, outer.ended, outer.wasReset]).toEqual([10, true, false]);
    expect(site.gateway.connections()).toMatchObject([{ phase: 'half-closed by guest' }]);
    await site.pass(3_600_000); // for as long as it likes
    outer.say('late');
    await site.pass(1000);
    expect(text(c.take())).toBe('late');
    outer.events.end();
    outer.events.closed(null);
    await site.pass(1000);
    expect([ends, site.gateway.connections()]).toEqual([[null], []]);
    expect(site.logged('end')).toMatchObject([{ sent: 10, received: 4 }]);
    expect(site.logged('end')[0]).not.toHaveProperty('error');
  });

  it('outside ends its direction: the guest gets a FIN behind everything, and goes on sending', async () => {
    const { site, c, outer, ends } = await open();
    outer.events.data(octets(200_000));
    outer.events.end();
    expect(await site.net.run(readAll(c))).toEqual(octets(200_000));
    expect(site.gateway.connections()).toMatchObject([{ phase: 'half-closed by outer' }]);
    await site.pass(3_600_000);
    await c.write(octets(20));
    void c.end();
    await site.pass(1000);
    expect([outer.length, outer.ended]).toEqual([20, true]);
    outer.events.closed(null);
    await site.pass(120_000);
    expect([ends, site.gateway.connections()]).toEqual([[null], []]);
  });

  it.each([
    ['its end', (events: OuterConnectionEvents) => events.end()],
    ['other octets', (events: OuterConnectionEvents) => events.data(octets(50))],
  ])('what outside says with %s behind it is one segment for the guest', async (_what, follows) => {
    const { site, outer } = await open();
    await site.pass(1); // the guest's ACK
    const lengths: number[] = [];
    site.gateway.tap = (_guest, direction, frame) => void (direction === 'out' && lengths.push(frame.length));
    outer.events.data(octets(100), true);
    await site.pass(1);
    expect(lengths).toEqual([]);
    follows(outer.events);
    await site.pass(1);
    expect(lengths.length).toBe(1);
    expect(lengths[0]).toBeGreaterThan(100);
    outer.fail('ECONNRESET');
  });

  it('what the guest does not take at once is kept, wherever it was read', async () => {
    const { site, c, outer } = await open();
    const place = new Uint8Array(50_000);
    const whole = octets(1_000_000);
    const reading = readAll(c);
    for (let at = 0; at < whole.length; at += place.length) {
      place.set(whole.subarray(at, at + place.length));
      outer.events.data(place);
    }
    place.fill(0);
    expect(outer.paused).toBe(true);
    outer.events.end();
    expect(await site.net.run(reading)).toEqual(whole);
    c.abort();
  });

  it('a RST of the guest is one outside', async () => {
    const { site, c, outer } = await open();
    c.abort();
    await site.pass(100);
    expect([outer.wasReset, outer.ended, site.gateway.connections()]).toEqual([true, false, []]);
    expect(site.logged('end')).toMatchObject([{ error: 'ECONNRESET' }]);
  });

  it('a RST outside is one for the guest, also when the guest has ended its direction before', async () => {
    for (const halfClosed of [false, true]) {
      const { site, c, outer, ends } = await open();
      if (halfClosed) void c.end().catch(() => {});
      await site.pass(100);
      outer.fail('ECONNRESET');
      await site.pass(100);
      expect([ends, site.gateway.connections(), site.gateway.host.tcp.size]).toEqual([['ECONNRESET'], [], 0]);
    }
  });

  it('a guest that answers nothing any more is given up, and outside is reset', async () => {
    const site = new Site({ ...ALLOW, host: { tcp: { userTimeoutMs: 60_000 } } });
    const { host, wire } = site.machine();
    site.outer.behaviour = () => 'open';
    await site.net.run(host.connect({ address: FAR, port: 80 }));
    await site.pass(10);
    wire.close();
    site.outer.last.say('is anybody there?');
    await site.pass(70_000);
    expect([site.outer.last.wasReset, site.gateway.connections()]).toEqual([true, []]);
    // USER TIMEOUT, while its neighbour did not answer either.
    expect(site.logged('end')).toMatchObject([{ error: 'EHOSTUNREACH' }]);
  });

  it('the window of the guest follows outside: what is not taken there is not taken here', async () => {
    const { site, c, outer } = await open();
    outer.open = false; // the first write is the last one
    const whole = octets(8_000_000);
    const writing = c.write(whole);
    await site.pass(60_000);
    const first = outer.length;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(65_536);
    const inBuffers = c.info().bytesWritten;
    expect(inBuffers).toBeLessThan(whole.length); // the guest is told to wait
    outer.onwrite = () => void (outer.open = true);
    outer.drain();
    await site.net.run(writing);
    await site.pass(10_000);
    expect(outer.length).toBe(whole.length);
    c.abort();
  });

  it('outside is told to pause while the guest does not read, and to go on when it does', async () => {
    const { site, c, outer } = await open();
    let given = 0;
    let waited = 0;
    // Buffers grow for a while; then they are full, and stay so.
    while (waited < 60 && given < 100_000_000) {
      if (outer.paused) {
        waited++;
        await site.pass(1000);
        continue;
      }
      waited = 0;
      outer.events.data(octets(65_536));
      given += 65_536;
      await site.pass(5);
    }
    expect(outer.paused).toBe(true);
    let got = 0;
    while (got < given) {
      got += c.discard();
      await site.pass(20);
    }
    expect([got, outer.paused]).toEqual([given, false]);
    c.abort();
  });
});

describe('bounds', () => {
  // Ten thousand with SYNFIN_GATEWAY_LONG=1.
  it('aborted handshakes leave nothing, thousands of them, and the next connection opens', async () => {
    const hundreds = process.env['SYNFIN_GATEWAY_LONG'] === '1' ? 100 : 20;
    const site = new Site(ALLOW);
    const { host } = site.machine();
    site.outer.behaviour = () => 'open';
    for (let n = 0; n < hundreds; n++) {
      const hundred = Array.from({ length: 100 }, () => host.open({ address: FAR, port: 80 }));
      await site.pass(n % 4); // when nothing has come, when the SYN has, when the SYN,ACK has, when both are open
      for (const c of hundred) c.abort();
      await site.pass(50);
    }
    await site.pass(130_000);
    expect([site.gateway.connections(), site.gateway.host.tcp.size]).toEqual([[], 0]);
    expect(site.outer.connections.every((o) => o.wasReset)).toBe(true);
    const c = await site.net.run(host.connect({ address: FAR, port: 81 }));
    c.abort();
  });

  it('a guest has so many connections and no more; what is beyond is dropped, and opens when there is room', async () => {
    const site = new Site({ ...ALLOW, limits: { connections: 3 } });
    const { host } = site.machine();
    site.outer.behaviour = () => 'open';
    const four = [1, 2, 3, 4].map((port) => host.open({ address: FAR, port }));
    await site.pass(100);
    expect(four.map(({ state }) => state)).toEqual(['ESTABLISHED', 'ESTABLISHED', 'ESTABLISHED', 'SYN-SENT']);
    expect(site.gateway.info().counters.tcp.overLimit).toBe(1);
    four[0]?.abort();
    await site.net.run((four[3] as (typeof four)[0]).opened);
    for (const c of four) c.abort();
  });

  it('a lost network outside fails new connections only, and they open again when it is back', async () => {
    const { site, host, c, outer } = await open();
    site.outer.behaviour = () => ({ code: 'ENETUNREACH' });
    const troubles: string[] = [];
    const lost = host.open({
      address: FAR,
      port: 81,
      handler: { trouble: (_, error) => void troubles.push(error.code) },
    });
    await site.pass(180_000);
    expect(troubles[0]).toBe('ENETUNREACH');
    lost.abort();
    site.outer.behaviour = () => 'open';
    outer.say('still here');
    await site.pass(100);
    expect(text(c.take())).toBe('still here');
    const next = await site.net.run(host.connect({ address: FAR, port: 82 }));
    next.abort();
    c.abort();
  });

  it('a guest whose port has closed keeps its connections for the grace, and then they are gone', async () => {
    const { site, c, outer } = await open({ limits: { graceMs: 60_000 } });
    const [guest] = site.gateway.guests;
    const port = guest?.port;
    port?.onclose?.(null);
    await site.pass(50_000);
    expect([site.gateway.connections().length, outer.wasReset]).toEqual([1, false]);
    await site.pass(20_000);
    expect([site.gateway.connections(), outer.wasReset, site.gateway.guests]).toEqual([[], true, []]);
    c.abort();
  });

  it('a port that comes back under the same name is the same guest: its connections go on', async () => {
    const { site, c, outer } = await open({ limits: { graceMs: 60_000 } });
    const [guest] = site.gateway.guests;
    const port = guest?.port;
    if (guest === undefined || port == null) throw new Error('no guest');
    port.onclose?.(null);
    await site.pass(50_000);
    expect(site.gateway.attach(port, { name: guest.name })).toBe(guest);
    await site.pass(50_000);
    outer.say('back');
    await site.pass(2000);
    expect(text(c.take())).toBe('back');
    c.abort();
  });

  it('closing the gateway resets both sides of everything', async () => {
    const { site, c, outer, ends } = await open();
    void site.gateway.close();
    await site.pass(100);
    expect([outer.wasReset, ends]).toEqual([true, ['ECONNRESET']]);
    expect(await codeOf(Promise.resolve().then(() => site.gateway.attach(null as never)))).not.toBe('');
    c.abort();
  });
});
