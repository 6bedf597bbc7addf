// Some seconds of the soak, and the proof that it can fail: worlds of a TCP that forgets one rule break.
// Long runs: npm run soak -- --minutes N

import { describe, expect, it } from 'vitest';
import { type Rules, rfc9293 } from '../../src/tcp/index.ts';
import { planOf } from './plan.ts';
import { commandOf, failureOf, planOfPart, shrink } from './shrink.ts';
import { Totals } from './totals.ts';
import { runPlan } from './world.ts';

const BUDGET_MS = 12_000;

it('worlds of random programs and faults: octets, errors, end states, and nothing left', async () => {
  const totals = new Totals();
  const end = performance.now() + BUDGET_MS;
  for (let seed = 1; seed <= 60 && (seed <= 10 || performance.now() < end); seed++) {
    try {
      await runPlan(planOf(seed), totals);
    } catch (error) {
      throw new Error(`npm run soak -- --seed ${seed}`, { cause: error });
    }
  }
  expect(totals.seeds).toBeGreaterThanOrEqual(10);
  expect(totals.orderly).toBeGreaterThan(10);
  expect(totals.rested).toBeGreaterThan(10);
  expect(totals.rows.filter((n) => n > 0).length).toBeGreaterThan(20);
});

it('a seed is played the same way every time', async () => {
  const play = async (): Promise<Totals> => {
    const totals = new Totals();
    for (const seed of [3, 4, 5]) await runPlan(planOf(seed), totals);
    return totals;
  };
  expect(await play()).toEqual(await play());
});

it('a part of a world is named by the command that plays it again', async () => {
  const part = { seed: 7, connections: [0], faults: [], silences: [] };
  expect(planOfPart(part).connections.map((c) => c.id)).toEqual([0]);
  expect(commandOf(part)).toBe('npm run soak -- --seed 7 --silences none --faults none --connections 0');
  expect(commandOf({ seed: 7 })).toBe('npm run soak -- --seed 7');
  expect(await failureOf(part)).toBeNull();
});

describe('a TCP that forgets a rule is caught', () => {
  const faults: Record<string, Partial<Rules>> = {
    'no retransmission': { retransmissionTimeout: () => {} },
    'text is not trimmed to the window': { trim: () => 0 },
    'a FIN is taken before its turn': {
      fin: (e, tcb, seg) => (seg.ctl % 2 === 1 && tcb.rcv.fin === 0 ? rfc9293.finReached(e, tcb) : undefined),
    },
    'any RST ends a connection': { sequence: () => false },
  };
  it.each(Object.keys(faults))('%s', async (name) => {
    const rules: Rules = { ...rfc9293, ...faults[name] };
    let message: string | null = null;
    let seed = 0;
    while (message === null && seed++ < 40) message = await failureOf({ seed }, rules);
    expect(message).not.toBeNull();
    const part = await shrink(seed, message as string, 20, rules);
    expect(await failureOf(part, rules)).not.toBeNull();
  });
});
