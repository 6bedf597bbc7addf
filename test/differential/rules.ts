// The rules of the engine in a run: RFC 9293, or that with a rule forgotten or a little wrong, to see that the
// run notices.

import { mutants } from '../../src/lab/mutants/index.ts';
import { type Rules, rfc9293 } from '../../src/tcp/index.ts';
import { FIN, RST } from '../../src/wire/segment.ts';
import { seqGt } from '../../src/wire/seq.ts';

/** Rules that are wrong in one place, as a slip of the pen would be. */
const planted: Readonly<Record<string, Partial<Rules>>> = {
  'ack-of-unsent-believed': {
    ack(e, tcb, seg) {
      if (seqGt(seg.ack, tcb.snd.nxt)) seg.ack = tcb.snd.nxt;
      return rfc9293.ack(e, tcb, seg);
    },
  },
  'rst-one-before': {
    sequence(e, tcb, seg) {
      if ((seg.ctl & RST) !== 0 && seg.seq === ((tcb.rcv.nxt - 1) | 0)) seg.seq = tcb.rcv.nxt;
      return rfc9293.sequence(e, tcb, seg);
    },
  },
  'window-not-scaled': {
    ack(e, tcb, seg) {
      const { wscale } = tcb.snd;
      tcb.snd.wscale = 0;
      const done = rfc9293.ack(e, tcb, seg);
      tcb.snd.wscale = wscale;
      return done;
    },
  },
  'fin-of-text-lost': {
    fin(e, tcb, seg) {
      if (seg.textLen > 0) seg.ctl &= ~FIN;
      rfc9293.fin(e, tcb, seg);
    },
  },
  'late-text-taken': { lateData: () => false },
  'no-paws': { timestamps: () => false },
};

/** Names for {@link rulesOf}. */
export const ruleNames: readonly string[] = [...mutants.map((m) => m.id), ...Object.keys(planted)];

/** The rules of a mutant, or with a fault planted; '' is RFC 9293. Throws a RangeError for an unknown name. */
export function rulesOf(name: string): Rules {
  if (name === '') return rfc9293;
  const changed = planted[name] ?? mutants.find((m) => m.id === name)?.rules;
  if (changed === undefined) throw new RangeError(`no mutant '${name}': one of ${ruleNames.join(', ')}`);
  return { ...rfc9293, ...changed };
}
