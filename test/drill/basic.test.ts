// Our own scripts in test/drill/basic: each passes, strictly; and a TCP that forgets a rule fails the
// script of that rule.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  formatResult,
  linuxProfile,
  parseScript,
  runScript,
  type ScriptResult,
} from '../../src/drill/index.ts';
import { type Rules, rfc9293, State } from '../../src/tcp/index.ts';

const folder = new URL('./basic/', import.meta.url);

function run(name: string, rules?: Partial<Rules>): Promise<ScriptResult> {
  const script = parseScript(readFileSync(new URL(`${name}.pkt`, folder), 'utf8'), { file: `${name}.pkt` });
  return runScript(script, {
    strict: true,
    ...(rules === undefined ? {} : { rules: { ...linuxProfile.rules, ...rules } }),
  });
}

const names = readdirSync(folder)
  .filter((f) => f.endsWith('.pkt'))
  .map((f) => f.slice(0, -4));

describe('scripts', () => {
  it('are all here', () => {
    expect(names.length).toBeGreaterThanOrEqual(34);
  });

  it.each(names)('%s', async (name) => {
    const result = await run(name);
    expect(result.outcome, formatResult(result)).toBe('pass');
  });

  it.each(names)('%s gives the same packets at the same times again', async (name) => {
    expect((await run(name)).packets).toEqual((await run(name)).packets);
  });
});

/** A TCP that forgets one rule, by the script that notices. */
const mutants: Readonly<Record<string, Partial<Rules>>> = {
  'close-active': {
    timeWait: () => true, // a FIN that comes again is not answered
  },
  'close-passive': {
    replyReset: () => {}, // no RST from nobody
  },
  'close-unread': {
    sendReset: () => {},
  },
  reset: {
    rst(e, tcb, seg) {
      if (tcb.state === State.ESTABLISHED && (seg.ctl & 4) !== 0) seg.seq = tcb.rcv.nxt; // any RST resets
      return rfc9293.rst(e, tcb, seg);
    },
  },
  'challenge-ack': {
    syn: () => false,
  },
  'delayed-ack': {
    scheduleAck(_e, tcb) {
      tcb.ackNow = 1;
    },
  },
  'retransmission-timeout': {
    retransmissionTimeout(e, tcb) {
      const { rtoMs } = tcb.rto;
      rfc9293.retransmissionTimeout(e, tcb);
      tcb.rto.rtoMs = rtoMs; // no back-off
      tcb.timer.rexmt = (e.ms + rtoMs) | 0;
    },
  },
  urgent: {
    urg: () => {},
  },
  'zero-window': {
    persistTimeout: () => {},
  },
  timestamps: {
    timestamps: () => false,
  },
  'simultaneous-open': {
    synSentSyn(e, tcb, seg) {
      return (seg.ctl & 16) === 0 ? true : rfc9293.synSentSyn(e, tcb, seg);
    },
  },
};

describe('a TCP that forgets a rule fails the script of the rule', () => {
  it.each(Object.keys(mutants))('%s', async (name) => {
    const result = await run(name, mutants[name]);
    expect(result.outcome, formatResult(result)).toBe('fail');
  });
});
