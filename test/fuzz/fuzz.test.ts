// A bounded number of fuzzing sessions for every target, and the proof that a fault is found: TCPs that
// forget one rule break under the same sessions. Long runs: npm run fuzz -- --target T --minutes N

import { describe, expect, it } from 'vitest';
import { type Rules, rfc9293 } from '../../src/tcp/index.ts';
import { type Failure, Fuzzer, formatGenome, parseGenome, play, shrink, TARGETS } from './fuzzer.ts';

const SESSIONS = 150;

function firstFailure(fuzzer: Fuzzer, sessions: number): Failure | null {
  for (let i = 0; i < sessions; i++) {
    const failure = fuzzer.session();
    if (failure !== null) return failure;
  }
  return null;
}

it.each(TARGETS)(`${SESSIONS} sessions of hostile packets: %s`, (target) => {
  const fuzzer = new Fuzzer(target, 1);
  const failure = firstFailure(fuzzer, SESSIONS);
  if (failure !== null) {
    const small = shrink(failure);
    throw new Error(`npm run fuzz -- --replay ${formatGenome(small.genome)}`, { cause: small.error });
  }
  expect(fuzzer.executions).toBeGreaterThan(SESSIONS);
  expect(fuzzer.corpus.length).toBeGreaterThan(10);
});

describe('a TCP that forgets a rule is caught', () => {
  const faults: Record<string, Partial<Rules>> = {
    'an ACK of what was never sent moves SND.UNA': {
      ack: (e, tcb, seg) => {
        tcb.snd.una = seg.ack;
        return rfc9293.ack(e, tcb, seg);
      },
    },
    'text beyond the window is taken': { trim: () => 0 },
    'a retransmission timeout sends an ACK and starts no timer': {
      retransmissionTimeout: (e, tcb) => void e.rules.sendAck(e, tcb),
    },
  };
  it.each(Object.keys(faults))('%s', (name) => {
    const rules: Rules = { ...rfc9293, ...faults[name] };
    const failure = firstFailure(new Fuzzer('established', 1, rules), SESSIONS);
    expect(failure).not.toBeNull();
    const small = shrink(failure as Failure, rules);
    expect(small.genome.genes.length).toBeLessThanOrEqual((failure as Failure).genome.genes.length);
    expect(parseGenome(formatGenome(small.genome))).toEqual(small.genome);
    expect(play(small.genome)).toBeGreaterThanOrEqual(0); // RFC 9293's rules stand it
  });
});
