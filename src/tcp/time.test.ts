import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inState, octets, options, pass, text, ts } from './segment-arrives/testing.ts';
import { wakeAt } from './tcb/tcb.ts';
import { Endpoint } from './testing.ts';
import { deadline, due, OLDEST_MS, OVERDUE_MS, SWEEP_MS, since } from './time.ts';

const DAY_MS = 86_400_000;

/** When a clock of int32 milliseconds is born: at zero, at both edges, and where it is negative; in milliseconds. */
const birth = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 31 - 1000, 2 ** 31, 2 ** 32 - 1000, 2 ** 32, 3 * 2 ** 31),
  fc.integer({ min: 0, max: 2 ** 34 }),
);
/** How long nothing happens: mostly short, up to 200 days. */
const idle = fc.oneof(
  fc.integer({ min: 0, max: 100_000 }),
  fc.integer({ min: 0, max: 200 * DAY_MS }),
  fc.constantFrom(24, 24.86, 25, 30, 49.7, 50, 74.6, 99.4).map((days) => Math.round(days * DAY_MS)),
);

describe('times of a TCB', () => {
  it('keep their age over any idle time from any birth: exactly up to 24 days, and old beyond', () => {
    fc.assert(
      fc.property(birth, fc.array(idle, { minLength: 1, maxLength: 12 }), (bornMs, spans) => {
        const a = new Endpoint();
        a.setNow(bornMs * 1000);
        const { tcb, engine } = a;
        tcb.tsRecentMs = tcb.heardMs = tcb.challengeMs = tcb.answerMs = engine.ms;
        tcb.snd.lastMs = tcb.rcv.textMs = engine.ms;
        let age = 0;
        for (const span of spans) {
          age += span;
          a.setNow((bornMs + age) * 1000);
          const times = [tcb.tsRecentMs, tcb.heardMs, tcb.challengeMs, tcb.answerMs];
          for (const at of [...times, tcb.snd.lastMs, tcb.rcv.textMs]) {
            if (age <= OLDEST_MS) expect(since(engine, at)).toBe(age);
            else expect(since(engine, at)).toBeGreaterThanOrEqual(OLDEST_MS);
          }
        }
      }),
    );
  });

  it('deadlines fall due when they should, and stay due however long nobody looks', () => {
    const timers = ['rexmt', 'persist', 'delack', 'keep', 'user', 'wait'] as const;
    fc.assert(
      fc.property(
        birth,
        fc.array(fc.integer({ min: 0, max: 2 ** 30 }), { minLength: 6, maxLength: 6 }),
        fc.array(idle, { minLength: 1, maxLength: 12 }),
        (bornMs, waits, spans) => {
          const a = new Endpoint();
          a.setNow(bornMs * 1000);
          const { tcb, engine } = a;
          timers.forEach((name, i) => {
            tcb.timer[name] = deadline(engine, waits[i] as number);
          });
          let passed = 0;
          for (const span of spans) {
            passed += span;
            a.setNow((bornMs + passed) * 1000);
            timers.forEach((name, i) => {
              expect(due(engine, tcb.timer[name])).toBe(passed >= (waits[i] as number));
            });
            expect(due(engine, wakeAt(tcb))).toBe(passed >= Math.min(...waits));
          }
        },
      ),
    );
  });

  it('leave room between two sweeps: no difference reaches 2^31 ms', () => {
    expect(OLDEST_MS + SWEEP_MS).toBeLessThan(2 ** 31);
    expect(OVERDUE_MS + SWEEP_MS + 2 ** 30).toBeLessThan(2 ** 31);
    expect(OLDEST_MS).toBeGreaterThan(24 * DAY_MS);
  });

  it('a connection begins with times of its own, whatever the sign of the clock', () => {
    for (const startUs of [0, 2 ** 31 * 1000, 3 * 2 ** 31 * 1000]) {
      for (const active of [true, false]) {
        const { tcb, engine } = inState('ESTABLISHED', { active, startUs });
        for (const at of [tcb.heardMs, tcb.answerMs, tcb.snd.lastMs, tcb.rcv.textMs])
          expect(since(engine, at)).toBe(0);
      }
    }
  });
});

describe('RFC 7323 section 5.5: TS.Recent after long idleness', () => {
  it('honest text is taken after any idle time, whatever the rate of the peer’s clock', () => {
    const rate = fc.constantFrom(1, 10, 100, 250, 500, 1000);
    fc.assert(
      fc.property(birth, fc.array(idle, { minLength: 1, maxLength: 4 }), rate, (bornMs, spans, hertz) => {
        const a = inState('ESTABLISHED', { syn: options({ ts: 1000 }), startUs: bornMs * 1000 });
        let passed = 0;
        for (const span of spans) {
          // Other connections of the host live on: the clock is looked at, this one is not.
          passed += span;
          a.setNow((bornMs + passed) * 1000);
        }
        const tsVal = (1000 + Math.floor((passed * hertz) / 1000)) | 0;
        a.inject('ACK', 1, 1, { ...text(10), ...ts(tsVal) });
        expect([a.read.length, a.drops]).toEqual([10, []]);
      }),
    );
  });

  it('an older timestamp is refused for 24 days, and believed from then on, for ever', () => {
    for (const days of [1, 23.9, 24.1, 49.8, 60, 73, 75, 199]) {
      const a = inState('ESTABLISHED', { syn: options({ ts: 1000 }) });
      a.setNow(days * DAY_MS * 1000);
      a.inject('ACK', 1, 1, { ...text(10), ...ts(999) });
      expect([days, a.read.length]).toEqual([days, days > 24 ? 10 : 0]);
    }
  });
});

describe('what an age decides, after an idle time that 32 bits cannot tell from none', () => {
  const WRAP_US = 2 ** 32 * 1000;

  it('RFC 5681 section 4.1: cwnd restarts from the initial window', () => {
    const a = inState('ESTABLISHED');
    a.tcb.cc.cwnd = 100_000;
    a.setNow(WRAP_US);
    a.send(octets(1));
    expect(a.tcb.cc.cwnd).toBe(5360);
  });

  it('RFC 5961 section 7: a challenge ACK is sent', () => {
    const a = inState('ESTABLISHED');
    a.inject('SYN', 100);
    a.setNow(WRAP_US);
    a.inject('SYN', 100);
    expect(a.sent.length).toBe(2);
  });

  it('3.8.4: a keep-alive that is due is sent', () => {
    const a = inState('ESTABLISHED', { config: { keepAlive: true } });
    a.setNow(WRAP_US + 1000);
    pass(a, 0);
    expect(a.sent.length).toBe(1);
  });
});
