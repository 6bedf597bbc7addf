// Any segment, call and delay in any state: nothing throws, and the invariants hold (the endpoint checks
// them after every event).

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IcmpCause, icmpError, pathMtu } from './icmp.ts';
import { inState, octets, options, pass, STATES, type Way } from './segment-arrives/testing.ts';
import type { StateName } from './tcb/state.ts';
import { receivable } from './tcb/tcb.ts';
import type { Endpoint, SegmentRecord } from './testing.ts';
import { wakeUs } from './testing.ts';

const near = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -3, max: 3 }) },
  { weight: 3, arbitrary: fc.integer({ min: -3000, max: 3000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
);

/** A segment whose numbers are near what is expected, or anywhere. */
const segment = fc.record({
  kind: fc.constant('segment' as const),
  ctl: fc.oneof(fc.constantFrom(0x10, 0x18, 0x11, 0x02, 0x12, 0x04, 0x14, 0x30), fc.nat(255)),
  seq: near,
  ack: near,
  ackOf: fc.constantFrom('una', 'nxt'),
  len: fc.oneof(fc.constant(0), fc.nat(40), fc.nat(2000)),
  wnd: fc.oneof(fc.constantFrom(0, 1, 65535), fc.nat(65535)),
  up: fc.nat(65535),
  opts: fc.nat(63),
  mss: fc.nat(65535),
  wscale: fc.nat(255),
  ts: near,
});
const call = fc.record({
  kind: fc.constant('call' as const),
  name: fc.constantFrom(
    'send',
    'urgent',
    'receive',
    'close',
    'detach',
    'abort',
    'openActive',
    'openPassive',
    'cork',
  ),
  n: fc.nat(3000),
});
const wait = fc.record({
  kind: fc.constant('wait' as const),
  ms: fc.oneof(fc.nat(300), fc.constantFrom(1000, 60_000, 1_000_000, 2 ** 31 - 1)),
});
const other = fc.record({
  kind: fc.constant('other' as const),
  name: fc.constantFrom('icmp-soft', 'icmp-hard', 'mtu', 'memory', 'accept', 'syn-queue'),
  n: fc.nat(1500),
});
type Event = typeof segment | typeof call | typeof wait | typeof other extends infer A
  ? A extends fc.Arbitrary<infer T>
    ? T
    : never
  : never;

const events = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: segment },
    { weight: 3, arbitrary: call },
    { weight: 2, arbitrary: wait },
    { weight: 1, arbitrary: other },
  ),
  { maxLength: 60 },
);

const way: fc.Arbitrary<Way> = fc
  .record({
    iss: fc.constantFrom(0, 1, 2 ** 31 - 20, 2 ** 31, 2 ** 32 - 20),
    irs: fc.constantFrom(0, 2 ** 31 - 20, -20),
    startUs: fc.constantFrom(0, (2 ** 31 - 500) * 1000, (2 ** 32 - 500) * 1000, 2 ** 31 - 500),
    wnd: fc.constantFrom(0, 1, 700, 65535),
    active: fc.boolean(),
    buffer: fc.constantFrom(1, 100, 3000, 300_000),
    noDelay: fc.boolean(),
    keepAlive: fc.boolean(),
    o: fc.record({
      mss: fc.constantFrom(0, 100, 1460),
      wscale: fc.constantFrom(0, 7),
      sack: fc.boolean(),
      ts: fc.constantFrom(5, -5),
    }),
    bare: fc.boolean(),
  })
  .map((r) => ({
    irs: r.irs | 0,
    startUs: r.startUs,
    wnd: r.wnd,
    active: r.active,
    syn: r.bare ? {} : options(r.o),
    config: {
      receiveBuffer: r.buffer,
      sendBuffer: r.buffer,
      noDelay: r.noDelay,
      keepAlive: r.keepAlive,
      keepAliveIdleMs: 5000,
      maxRanges: 4,
    },
    rules: { selectIss: () => r.iss | 0 },
  }));

function act(a: Endpoint, event: Event): void {
  const { tcb, engine } = a;
  switch (event.kind) {
    case 'segment': {
      const r: SegmentRecord = {
        seq: (tcb.rcv.nxt + event.seq) | 0,
        ack: ((event.ackOf === 'una' ? tcb.snd.una : tcb.snd.nxt) + event.ack) | 0,
        ctl: event.ctl,
        wnd: event.wnd,
        up: event.up,
        opts: event.opts,
        mss: event.mss,
        wscale: event.wscale,
        tsVal: (tcb.tsRecent + event.ts) | 0,
        tsEcr: (engine.ms + tcb.tsOffset - event.ts) | 0,
        sack: [],
        text: octets(event.len),
      };
      a.arrive(r);
      return;
    }
    case 'call':
      switch (event.name) {
        case 'send':
        case 'urgent':
          a.send(octets(event.n), event.name === 'urgent');
          return;
        case 'receive':
          a.receive(Math.min(event.n, Math.max(0, receivable(tcb))));
          return;
        case 'cork':
          tcb.cork = event.n & 1;
          return;
        case 'openActive':
        case 'openPassive':
          // Every connection has a TCB of its own.
          if (a.state !== 'CLOSED' || a.rows.length + tcb.segsIn + tcb.segsOut === 0) a[event.name]();
          return;
        default:
          a[event.name]();
      }
      return;
    case 'wait':
      if (event.ms > 1_000_000) {
        // One leap of the clock, as of a machine that slept.
        a.setNow(engine.now + event.ms * 1000);
        a.tick();
      } else {
        pass(a, event.ms);
      }
      return;
    default:
      switch (event.name) {
        case 'icmp-soft':
          icmpError(engine, tcb, tcb.snd.una, IcmpCause.UNREACHABLE, 10);
          return;
        case 'icmp-hard':
          icmpError(engine, tcb, tcb.snd.una, IcmpCause.PORT, 10);
          return;
        case 'mtu':
          pathMtu(engine, tcb, event.n);
          return;
        case 'memory':
          a.memoryLeft = (event.n & 1) === 0;
          return;
        case 'accept':
          a.acceptQueueOpen = (event.n & 1) === 0;
          return;
        default:
          a.synQueueOpen = (event.n & 1) === 0;
      }
  }
}

describe('any events in any state', () => {
  for (const state of STATES) {
    it(`${state}: no throw, invariants hold, RCV.NXT and SND.UNA never go back`, () => {
      fc.assert(
        fc.property(way, fc.boolean(), events, (w, autoRead, list) => {
          const a = enter(state, w);
          if (a === null) return;
          a.autoRead = autoRead;
          for (const event of list) {
            const { irs, nxt } = a.tcb.rcv;
            const { iss, una } = a.tcb.snd;
            const before = a.tcb.state;
            act(a, event);
            if (before > 3 && a.tcb.state > 3 && a.tcb.rcv.irs === irs && a.tcb.snd.iss === iss) {
              expect((a.tcb.rcv.nxt - nxt) | 0).toBeGreaterThanOrEqual(0);
              expect((a.tcb.snd.una - una) | 0).toBeGreaterThanOrEqual(0);
            }
            if (a.state !== 'CLOSED' && a.state !== 'LISTEN') {
              expect((a.tcb.snd.nxt - a.tcb.snd.una) | 0).toBeGreaterThanOrEqual(0);
            }
            a.sent.length = 0;
          }
        }),
        { numRuns: 400 },
      );
    });
  }

  /** Some states cannot be reached with a closed window. */
  function enter(state: StateName, w: Way): Endpoint | null {
    try {
      return inState(state, w);
    } catch (error) {
      if (String(error).includes('on the way to')) return null;
      throw error;
    }
  }

  it('whatever happened, a connection that nobody touches any more comes to rest: CLOSED, LISTEN, or waiting for its user or peer', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STATES), way, events, (state, w, list) => {
        const a = enter(state, w);
        if (a === null) return;
        for (const event of list) act(a, event);
        a.tcb.keepAlive = 0;
        // R2 of anything in flight is at most an hour away, and TIME-WAIT after it.
        for (let i = 0; i < 2000 && wakeUs(a) !== Number.POSITIVE_INFINITY; i++) {
          a.setNow(Math.max(a.engine.now, wakeUs(a)));
          a.tick();
          a.sent.length = 0;
        }
        expect(wakeUs(a)).toBe(Number.POSITIVE_INFINITY);
        expect(['CLOSED', 'LISTEN', 'ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-2']).toContain(a.state);
      }),
      { numRuns: 400 },
    );
  });

  it('the same events give the same segments', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STATES), way, events, (state, w, list) => {
        const run = () => {
          const a = enter(state, w);
          if (a === null) return null;
          const log: unknown[] = [];
          for (const event of list) {
            act(a, event);
            log.push(...a.sent.splice(0), a.state);
          }
          return log;
        };
        expect(run()).toEqual(run());
      }),
      { numRuns: 50 },
    );
  });
});
