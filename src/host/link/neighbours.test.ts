import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DELAY,
  INCOMPLETE,
  type Neighbour,
  NeighbourCache,
  type NeighbourOutput,
  PERMANENT,
  PROBE,
  REACHABLE,
  STALE,
} from './neighbours.ts';

type Words = [number, number, number, number];
const v4 = (n: number): Words => [0, 0, 0xffff, 0x0a000000 | n];
const A = v4(1);

/** Records what the cache does, one line each. */
class Recorder implements NeighbourOutput {
  log: string[] = [];
  sendRequest(n: Neighbour): void {
    this.log.push(`${n.state === PROBE ? `ask ${n.macLo}` : 'ask all'} for ${n.w3 & 0xff}`);
  }
  transmit(off: number, _len: number, n: Neighbour): void {
    this.log.push(`transmit ${off} to ${n.macLo}`);
  }
  failed(off: number, _len: number, reason: string): void {
    this.log.push(`failed ${off}: ${reason}`);
  }
  take(): string[] {
    return this.log.splice(0);
  }
}

function make(capacity = 8) {
  const out = new Recorder();
  return { out, cache: new NeighbourCache(out, 1, 2, capacity) };
}

/** A cache that knows A at MAC 7, REACHABLE since time 0. */
function reachable() {
  const { out, cache } = make();
  cache.resolve(...A, 100, 50, 0);
  cache.learned(...A, 0, 7, true, true, 0);
  out.take();
  return { out, cache };
}

describe('NeighbourCache', () => {
  it('a neighbour that answered outlives any number that do not (RFC 6583 section 7.1)', () => {
    const { out, cache } = reachable();
    for (let i = 0; i < 100; i++) cache.resolve(0, 0, 0xffff, 0x0b000000 + i, 1000 + i, 50, 1 + i);
    expect([cache.size, cache.peek(...A)?.state]).toEqual([8, REACHABLE]);
    expect(cache.evicted).toBe(93);
    expect(out.take().filter((line) => line.endsWith('table full')).length).toBe(93);
  });

  it('asks at the first packet, and sends what waited, in order, when the answer comes', () => {
    const { out, cache } = make();
    expect(cache.resolve(...A, 100, 50, 0)).toBeNull();
    expect(cache.resolve(...A, 200, 60, 10)).toBeNull();
    expect(out.take()).toEqual(['ask all for 1']);
    expect(cache.learned(...A, 0, 7, true, true, 20)).toBe(true);
    expect(out.take()).toEqual(['transmit 100 to 7', 'transmit 200 to 7']);
    expect(cache.resolve(...A, 300, 50, 30)).toMatchObject({ state: REACHABLE, macHi: 0, macLo: 7 });
    expect(out.take()).toEqual([]);
  });

  it('keeps the latest four packets and gives back the oldest (RFC 1122 section 2.3.2.2)', () => {
    const { out, cache } = make();
    for (let i = 1; i <= 6; i++) cache.resolve(...A, i, 50, 0);
    expect(out.take()).toEqual(['ask all for 1', 'failed 1: queue full', 'failed 2: queue full']);
    cache.learned(...A, 0, 7, true, true, 0);
    expect(out.take()).toEqual([3, 4, 5, 6].map((i) => `transmit ${i} to 7`));
  });

  it('asks three times, once per second, then the packets fail', () => {
    const { out, cache } = make();
    cache.resolve(...A, 1, 50, 0);
    expect(cache.untilNext(0)).toBe(1000);
    cache.advance(999);
    expect(out.take()).toHaveLength(1);
    cache.advance(1000);
    cache.advance(1500);
    cache.advance(2000);
    expect(out.take()).toEqual(['ask all for 1', 'ask all for 1']);
    cache.advance(2999);
    expect(out.take()).toEqual([]);
    cache.advance(3000);
    expect(out.take()).toEqual(['failed 1: unreachable']);
    expect([cache.size, cache.unreachable, cache.untilNext(3000)]).toEqual([0, 1, -1]);
  });

  it('verifies a stale neighbour only when it is used, after 5 s, with three unicast requests', () => {
    const { out, cache } = reachable();
    cache.advance(29_999);
    expect(cache.resolve(...A, 1, 50, 29_999)?.state).toBe(REACHABLE);
    expect(cache.resolve(...A, 1, 50, 30_000)?.state).toBe(DELAY);
    expect(cache.untilNext(30_000)).toBe(5000);
    for (const t of [35_000, 36_000, 37_000]) {
      cache.advance(t);
      expect(out.take()).toEqual(['ask 7 for 1']);
      expect(cache.resolve(...A, 1, 50, t)?.state).toBe(PROBE);
    }
    cache.advance(38_000);
    expect(cache.size).toBe(0);
    expect(cache.resolve(...A, 1, 50, 38_000)).toBeNull();
    expect(out.take()).toEqual(['ask all for 1']);
  });

  it('is reachable again after the answer to a probe, also with a new MAC', () => {
    for (const mac of [7, 8]) {
      const { cache } = reachable();
      cache.resolve(...A, 1, 50, 30_000);
      cache.advance(35_000);
      expect(cache.learned(...A, 0, mac, true, true, 35_001)).toBe(true);
      expect(cache.peek(...A)).toMatchObject({ state: REACHABLE, macLo: mac });
      cache.advance(64_000);
      expect(cache.resolve(...A, 1, 50, 65_000)?.state).toBe(REACHABLE);
    }
  });

  it('is not probed when a transport confirms it in time (RFC 4861 section 7.3.1)', () => {
    const { out, cache } = reachable();
    cache.resolve(...A, 1, 50, 30_000);
    cache.confirm(...A, 34_000);
    cache.advance(40_000);
    expect(out.take()).toEqual([]);
    expect(cache.peek(...A)?.state).toBe(REACHABLE);
    expect(cache.untilNext(40_000)).toBe(-1);
  });

  it('is asked at once when a transport doubts it (MUST-20), and only once; packets go on meanwhile', () => {
    const { out, cache } = reachable();
    for (const t of [1000, 1001]) cache.doubt(...A, t);
    expect(out.take()).toEqual(['ask 7 for 1']);
    expect(cache.resolve(...A, 1, 50, 1002)?.state).toBe(PROBE);
    cache.learned(...A, 0, 7, true, true, 1003);
    expect(cache.peek(...A)?.state).toBe(REACHABLE);
    cache.doubt(...A, 2000);
    for (const t of [3000, 4000]) cache.advance(t);
    expect(out.take()).toEqual(['ask 7 for 1', 'ask 7 for 1', 'ask 7 for 1']);
    cache.advance(5000);
    expect([cache.peek(...A), cache.unreachable]).toEqual([null, 1]);
  });

  it('is not asked when a transport doubts what is being asked for already, is configured, or is unknown', () => {
    const { out, cache } = make();
    cache.doubt(...A, 0);
    cache.resolve(...A, 100, 50, 0);
    cache.doubt(...A, 1);
    cache.setPermanent(...A, 0, 7);
    cache.doubt(...A, 2);
    expect(out.take()).toEqual(['ask all for 1', 'transmit 100 to 7']);
  });

  it('does not keep what others announce about addresses that nobody asked for', () => {
    const { out, cache } = make();
    expect(cache.learned(...A, 0, 66, false, true, 0)).toBe(false);
    expect(cache.learned(...A, 0, 66, true, true, 0)).toBe(false);
    expect([cache.size, cache.ignored]).toEqual([0, 2]);
    expect(out.take()).toEqual([]);
  });

  it('does not let an announcement replace a MAC that works, but asks that one at once whether it is there', () => {
    for (const solicited of [false, true]) {
      const { out, cache } = reachable();
      expect(cache.learned(...A, 0, 66, solicited, true, 10)).toBe(false);
      expect(out.take()).toEqual(['ask 7 for 1']);
      expect(cache.resolve(...A, 1, 50, 20)).toMatchObject({ state: PROBE, macLo: 7 });
      // Who claims it is not heard, as often as it says so.
      expect(cache.learned(...A, 0, 66, true, true, 30)).toBe(false);
      expect(cache.learned(...A, 0, 7, true, true, 40)).toBe(true);
      expect(cache.peek(...A)).toMatchObject({ state: REACHABLE, macLo: 7 });
      expect(out.take()).toEqual([]);
    }
  });

  it('finds a host that moved one second after it said so: when the MAC that we know is silent, everybody is asked', () => {
    for (const state of [REACHABLE, STALE, DELAY]) {
      const { out, cache } = reachable();
      if (state !== REACHABLE) cache.learned(...A, 0, 9, false, false, 1);
      if (state === DELAY) cache.resolve(...A, 1, 50, 2);
      expect(cache.peek(...A)?.state).toBe(state);
      expect(cache.learned(...A, 0, 8, false, true, 10)).toBe(false);
      cache.advance(1009);
      expect(cache.peek(...A)).toMatchObject({ state: PROBE, macLo: 7 });
      cache.advance(1010);
      expect(cache.resolve(...A, 2, 50, 1010)).toBeNull();
      expect(out.take()).toEqual(['ask 7 for 1', 'ask all for 1']);
      expect(cache.learned(...A, 0, 8, true, true, 1011)).toBe(true);
      expect(out.take()).toEqual(['transmit 2 to 8']);
    }
  });

  it('a probe of our own that was under way when somebody claims the address goes on as it was', () => {
    const { out, cache } = reachable();
    cache.doubt(...A, 0);
    expect(cache.learned(...A, 0, 66, false, true, 1)).toBe(false);
    for (const t of [1000, 2000]) cache.advance(t);
    expect(out.take()).toEqual(['ask 7 for 1', 'ask 7 for 1', 'ask 7 for 1']);
  });

  it('is not confirmed by an announcement of the MAC that it has', () => {
    const { cache } = reachable();
    expect(cache.resolve(...A, 1, 50, 30_000)?.state).toBe(DELAY);
    expect(cache.learned(...A, 0, 7, true, true, 30_001)).toBe(true);
    expect(cache.peek(...A)?.state).toBe(DELAY);
    cache.advance(35_000);
    expect(cache.learned(...A, 0, 7, false, true, 35_001)).toBe(true);
    expect(cache.peek(...A)?.state).toBe(PROBE);
  });

  it('does not replace a MAC by an advertisement without the override flag', () => {
    const { cache } = reachable();
    cache.resolve(...A, 1, 50, 30_000);
    cache.advance(35_000);
    expect(cache.learned(...A, 0, 66, true, false, 35_000)).toBe(false);
    expect(cache.peek(...A)).toMatchObject({ state: PROBE, macLo: 7 });
  });

  it('believes an unsolicited announcement while it is asking, but not for long', () => {
    const { out, cache } = make();
    cache.resolve(...A, 1, 50, 0);
    expect(cache.learned(...A, 0, 7, false, false, 5)).toBe(true);
    expect(out.take()).toEqual(['ask all for 1', 'transmit 1 to 7']);
    expect(cache.peek(...A)?.state).toBe(STALE);
  });

  it('never takes a group’s MAC or none for a host’s', () => {
    const { cache } = make();
    cache.resolve(...A, 1, 50, 0);
    for (const [hi, lo] of [
      [0xffff, -1],
      [0x0100, 0x5e000001],
      [0x3333, 1],
      [0, 0],
    ] as const) {
      expect(cache.learned(...A, hi, lo, true, true, 1)).toBe(false);
      expect(cache.heard(...v4(2), hi, lo, 1)).toBe(false);
    }
    expect(cache.peek(...A)?.state).toBe(INCOMPLETE);
  });

  it('keeps who asks for us while there is room, without pushing anybody out', () => {
    const { out, cache } = make(2);
    expect(cache.heard(...v4(1), 0, 11, 0)).toBe(true);
    expect(cache.heard(...v4(2), 0, 12, 0)).toBe(true);
    expect(cache.heard(...v4(3), 0, 13, 0)).toBe(false);
    expect(cache.heard(...v4(1), 0, 66, 0)).toBe(false);
    expect(cache.resolve(...v4(1), 1, 50, 0)).toMatchObject({ macLo: 11, state: DELAY });
    expect([cache.size, cache.evicted, cache.ignored]).toEqual([2, 0, 2]);
    expect(out.take()).toEqual([]);
  });

  it('pushes out the least recently used at its bound, whose packets fail', () => {
    const { out, cache } = make(3);
    for (const i of [1, 2, 3]) cache.resolve(...v4(i), i, 50, 0);
    cache.resolve(...v4(1), 10, 50, 1);
    out.take();
    cache.resolve(...v4(4), 4, 50, 2);
    expect(out.take()).toEqual(['failed 2: table full', 'ask all for 4']);
    expect([cache.size, cache.evicted]).toEqual([3, 1]);
    expect(cache.peek(...v4(2))).toBeNull();
  });

  it('never changes or pushes out a permanent entry', () => {
    const { out, cache } = make(2);
    cache.resolve(...v4(9), 1, 50, 0);
    cache.setPermanent(...v4(9), 0, 5);
    expect(out.take()).toEqual(['ask all for 9', 'transmit 1 to 5']);
    for (const i of [1, 2, 3, 4]) cache.resolve(...v4(i), i, 50, 0);
    expect(cache.learned(...v4(9), 0, 66, true, true, 0)).toBe(false);
    cache.advance(1e9);
    expect(cache.resolve(...v4(9), 1, 50, 1e9)).toMatchObject({ state: PERMANENT, macLo: 5 });
    expect(cache.remove(...v4(9))).toBe(true);
    expect(cache.peek(...v4(9))).toBeNull();
  });

  it('answers for every packet exactly once and stays within its bound, whatever happens', () => {
    const step = fc.record({
      op: fc.constantFrom('resolve', 'resolve', 'resolve', 'learned', 'heard', 'time', 'remove', 'permanent'),
      who: fc.nat(6),
      mac: fc.integer({ min: 1, max: 3 }),
      flags: fc.nat(3),
      dt: fc.constantFrom(0, 1, 500, 1000, 5000, 31_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const open = new Set<number>();
        const close = (off: number) => expect(open.delete(off)).toBe(true);
        const out: NeighbourOutput = { sendRequest: () => {}, transmit: close, failed: close };
        const cache = new NeighbourCache(out, 1, 2, 4);
        let now = 0;
        let off = 1;
        for (const { op, who, mac, flags, dt } of steps) {
          const a = v4(who);
          if (op === 'resolve') {
            open.add(++off);
            if (cache.resolve(...a, off, 10, now) !== null) open.delete(off);
            // The packet may have been sent or failed at once only through the output.
          } else if (op === 'learned') cache.learned(...a, 0, mac, (flags & 1) !== 0, (flags & 2) !== 0, now);
          else if (op === 'heard') cache.heard(...a, 0, mac, now);
          else if (op === 'remove') cache.remove(...a);
          else if (op === 'permanent' && who === 0) cache.setPermanent(...a, 0, mac);
          else if (op === 'time') {
            now += dt;
            cache.advance(now);
            const wait = cache.untilNext(now);
            expect(wait === -1 || wait > 0).toBe(true);
          }
          let waiting = 0;
          let count = 0;
          cache.forEach((n) => {
            waiting += n.queued;
            count++;
            expect(cache.peek(n.w0, n.w1, n.w2, n.w3)).toBe(n);
          });
          expect(waiting).toBe(open.size);
          expect(count).toBe(cache.size);
          expect(count).toBeLessThanOrEqual(5);
        }
        cache.clear();
        expect([open.size, cache.size]).toEqual([0, 0]);
      }),
      { numRuns: 300 },
    );
  });
});
