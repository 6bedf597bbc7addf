import { describe, expect, it } from 'vitest';
import { defaultConfig, NO_SSTHRESH, type PeerMetrics, State, Tcb } from '../../tcp/index.ts';
import { ACK, aceOf, SYN } from '../../wire/index.ts';
import { HostCounters } from '../base/index.ts';
import type { Connection } from '../connection/index.ts';
import { Net, type NetHostOptions } from '../testing.ts';
import { METRICS_AGE_MS, PEERS, PeerMetricsCache } from './peer-metrics.ts';

const FAR = { delayUs: 150_000 };
const NEAR = { delayUs: 5000 };

/** A host whose connections to 10.0.0.2 remember, and one that answers. */
function pair(peerMetrics: 'off' | 'path' | 'all' | null, wire: object, more: NetHostOptions = {}) {
  const net = new Net();
  const tcp = { ...more.tcp, mslMs: 100, ...(peerMetrics === null ? {} : { peerMetrics }) };
  const { a, b, wire: line } = net.pair(wire, { ...more, tcp }, { tcp: { mslMs: 100 } });
  b.listen({
    port: 80,
    handler: {
      readable: (c) => {
        c.discard();
        if (c.eof) c.close();
      },
    },
  });
  const open = (): Promise<Connection> => net.run(a.connect({ address: '10.0.0.2', port: 80 }));
  const use = async (octets: number): Promise<void> => {
    const c = await open();
    await net.run(c.write(new Uint8Array(octets)));
    await net.run(c.end());
    c.close();
    await net.rest();
  };
  return { net, a, line, open, use };
}

describe('what a connection leaves to the next one to the same peer (RFC 9040)', () => {
  it('a longer round trip than that of its SYN: the RTO allows for it', async () => {
    for (const [setting, rtoMs] of [
      ['path', 500],
      ['all', 500],
      ['off', 211],
    ] as const) {
      const { net, a, line, open, use } = pair(setting, FAR);
      await use(20_000);
      const known = a.peerMetrics();
      line.configure(NEAR);
      const c = await open();
      if (setting === 'off') expect(known).toEqual([]);
      else expect(known).toMatchObject([{ address: '10.0.0.2', reordering: 0, ssthresh: 0 }]);
      expect(Math.round(c.info().rttUs / 1000)).toBe(10);
      if (setting === 'off') expect(c.info().rtoUs / 1000).toBeLessThan(rtoMs);
      else expect(c.info().rtoUs / 1000).toBeGreaterThanOrEqual(rtoMs);
      expect(a.counters.metricsUsed).toBe(setting === 'off' ? 0 : 1);
      await net.finish();
    }
  });

  it('it is off unless it is asked for, and on in Linux', async () => {
    for (const [profile, n] of [
      ['rfc', 0],
      ['linux', 1],
      ['freebsd', 0],
    ] as const) {
      const { net, a, use } = pair(null, NEAR, { profile });
      await use(1000);
      expect([profile, a.peerMetrics().length]).toEqual([profile, n]);
      await net.finish();
    }
  });

  it('a path that reorders: the next one waits before it believes a loss', async () => {
    const { net, a, open, use } = pair('path', {
      ...NEAR,
      reorder: { probability: 0.1, extraDelayUs: 3000 },
    });
    await use(400_000);
    expect(a.peerMetrics()[0]?.reordering).toBeGreaterThan(0);
    const c = await open();
    expect(c.tcb.cc.reoMult).toBeGreaterThan(0);
    await net.finish();
  });

  it('ssthresh with "all" only: slow start ends where the last one met a loss', async () => {
    for (const setting of ['path', 'all'] as const) {
      const { net, a, open, use } = pair(setting, { ...NEAR, bandwidthBps: 20_000_000, queuePackets: 20 });
      await use(1_000_000);
      const { ssthresh } = a.peerMetrics()[0] as PeerMetrics;
      expect(ssthresh).toBeGreaterThan(10_000);
      const c = await open();
      expect(c.info().ssthresh).toBe(setting === 'all' ? ssthresh : NO_SSTHRESH);
      await net.finish();
    }
  });

  it('a connection that ended in timeouts takes back the round trip that was known', async () => {
    const { net, a, line, open, use } = pair('path', FAR, { tcp: { userTimeoutMs: 3000 } });
    await use(1000);
    expect(a.peerMetrics()[0]?.rttUs).toBeGreaterThan(290_000);
    const c = await open();
    line.partition(true);
    await net.run(c.write(new Uint8Array(100)));
    await expect(net.run(c.closed)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(a.peerMetrics()).toMatchObject([{ rttUs: 0, rttvarUs: 0 }]);
    await net.finish();
  });

  it('host.peerMetrics and host.flushPeerMetrics: read and forgotten, one or all', async () => {
    const { net, a, use } = pair('path', NEAR);
    await use(1000);
    await net.pass(5_000_000);
    expect(a.peerMetrics()[0]?.ageMs).toBeGreaterThan(4000);
    expect([a.flushPeerMetrics('10.0.0.3'), a.flushPeerMetrics('10.0.0.2'), a.peerMetrics()]).toEqual([
      0,
      1,
      [],
    ]);
    await use(1000);
    expect([a.flushPeerMetrics(), a.flushPeerMetrics()]).toEqual([1, 0]);
    expect(() => a.flushPeerMetrics('somewhere')).toThrow(TypeError);
    await net.finish();
  });
});

describe('the cache', () => {
  const peer = (n: number): Tcb =>
    Object.assign(new Tcb(defaultConfig), { r2: 0xffff, r3: n, state: State.ESTABLISHED });

  it('has a bound: the peer that was told of longest ago goes', () => {
    const counters = new HostCounters();
    const cache = new PeerMetricsCache(() => 0, counters);
    for (let n = 1; n <= PEERS; n++) cache.entry(peer(n));
    cache.entry(peer(1)); // again: now the latest
    cache.entry(peer(PEERS + 1));
    expect([cache.list().length, counters.metricsEvicted]).toEqual([PEERS, 1]);
    expect([1, 2, 3].map((n) => cache.find(peer(n)) !== null)).toEqual([true, false, true]);
  });

  it('forgets after an hour, and begins anew then', () => {
    let now = 0;
    const cache = new PeerMetricsCache(() => now, new HostCounters());
    cache.entry(peer(1)).rttUs = 5;
    now = METRICS_AGE_MS;
    expect(cache.find(peer(1))?.rttUs).toBe(5);
    now++;
    expect([cache.list(), cache.find(peer(1))]).toEqual([[], null]);
    cache.entry(peer(2)).rttUs = 7;
    now += METRICS_AGE_MS + 1;
    expect(cache.entry(peer(2)).rttUs).toBe(0);
  });

  it('tells the addresses of both families apart', () => {
    const cache = new PeerMetricsCache(() => 0, new HostCounters());
    cache.entry(peer(0x0a000001));
    cache.entry(Object.assign(new Tcb(defaultConfig), { family: 6, r0: 0x20010db8, r3: 0x0a000001 }));
    expect(cache.list().map(({ address }) => address)).toEqual(['10.0.0.1', '2001:db8::a00:1']);
  });
});

describe('a path that lets no SYN through that asks for AccECN (RFC 9768 section 3.1.4.1)', () => {
  /** A client that asks, past such a box while `blocks.on`; for each connection how many of its SYNs asked, and what came of it. */
  function blocked(peerMetrics: 'off' | 'path') {
    const { net, line, open } = pair(peerMetrics, NEAR, { tcp: { ecn: 'accurate' } });
    const blocks = { on: true };
    let asked = 0;
    line.rule({
      match: ({ tcp }) => {
        const asks = tcp !== null && (tcp.ctl & (SYN | ACK)) === SYN && aceOf(tcp) !== 0;
        if (asks) asked++;
        return asks && blocks.on;
      },
      action: { drop: true },
    });
    const connect = async (): Promise<[asked: number, ecn: string]> => {
      asked = 0;
      const c = await open();
      const { ecn } = c.info();
      c.abort();
      await net.rest();
      return [asked, ecn];
    };
    const connects = async (times: number) => {
      const found = [];
      for (let i = 0; i < times; i++) found.push(await connect());
      return found;
    };
    return { blocks, connects };
  }

  const GIVEN_UP = [2, 'off'];
  const NOT_ASKED = [0, 'off'];

  it('after three connections others do not ask, but for one in 32', async () => {
    const { connects } = blocked('path');
    const found = await connects(70);
    expect(found.slice(0, 3)).toEqual([GIVEN_UP, GIVEN_UP, GIVEN_UP]);
    const later = found.slice(3);
    expect(later.filter(([asked]) => asked > 0)).toEqual([GIVEN_UP, GIVEN_UP]);
    expect(later.slice(0, 20)).toEqual(new Array(20).fill(NOT_ASKED));
  });

  it('the first that gets through ends that; and one that got through in between begins the count anew', async () => {
    const { blocks, connects } = blocked('path');
    await connects(2);
    blocks.on = false;
    expect(await connects(1)).toEqual([[1, 'classic']]);
    blocks.on = true;
    expect(await connects(4)).toEqual([GIVEN_UP, GIVEN_UP, GIVEN_UP, NOT_ASKED]);
    blocks.on = false;
    const found = await connects(40);
    const first = found.findIndex(([asked]) => asked > 0);
    expect(first).toBeGreaterThan(20);
    expect(found.slice(first)).toEqual(new Array(40 - first).fill([1, 'classic']));
  });

  it('where nothing is remembered every connection asks', async () => {
    const { connects } = blocked('off');
    expect(await connects(6)).toEqual(new Array(6).fill(GIVEN_UP));
  });
});
