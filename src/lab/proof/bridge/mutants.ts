// TCPs that forget one rule, as the bridge looks at them: none is explained by the theory, each is by the theory without the
// same rule. Most are those of the lab (mutants/); those that only these theories speak of are made here.

import { parts, type Rules, rfc9293, State } from '../../../tcp/index.ts';
import { SYN } from '../../../wire/segment.ts';
import { configNamed, type ModelConfig } from '../../check/model/index.ts';
import { mutantNamed, without } from '../../mutants/index.ts';
import { theoryNamed } from '../theories.ts';
import type { Theory } from '../theory.ts';
import { blindConfigs, halfCloseConfigs } from './configs.ts';
import { timeConfigs } from './time-system.ts';

/** States in which a mutant is looked at. */
export const MUTANT_STATES = 3000;

/** A mutant, where it is looked at, and the rules without which the theory has its steps, too; none: that is about time. */
export interface BridgeMutant {
  readonly theory: Theory;
  readonly mutant: string;
  readonly config: ModelConfig;
  readonly replaced: Rules;
  readonly rules: readonly string[];
  /** States in which it shows; default {@link MUTANT_STATES}. */
  readonly states?: number;
}

/** RFC 793: a SYN in the window ends the connection. */
const synInWindow = without({
  syn(e, tcb, seg) {
    if ((seg.ctl & SYN) === 0 || tcb.state < State.ESTABLISHED) return rfc9293.syn(e, tcb, seg);
    parts.resetConnection(e, tcb);
    return true;
  },
});

/** Any RST that comes so far ends the connection. */
const rstInWindow = mutantNamed('rst-in-window').rules;

/** A listener is ESTABLISHED when a SYN has come, though nobody has acknowledged its own. */
const establishedAtOnce = without({
  sendSyn(e, tcb) {
    rfc9293.sendSyn(e, tcb);
    if (tcb.state !== State.SYN_RECEIVED || tcb.passive === 0) return;
    parts.clearTimers(e, tcb);
    parts.enter(e, tcb, parts.row.SYN_RECEIVED_ACK);
  },
});

/** Text that comes when both directions are closed is acknowledged, and thrown away. */
const lateTextKept = without({
  lateData(_e, tcb, seg) {
    tcb.rcv.nxt = (seg.seq + seg.textLen) | 0;
    tcb.rcv.user = tcb.rcv.nxt;
    tcb.ackNow = 1;
    return false;
  },
});

function inBase(mutant: string, config: string, rules: readonly string[], states?: number): BridgeMutant {
  return {
    theory: theoryNamed('base'),
    mutant,
    config: configNamed(config),
    replaced: mutantNamed(mutant).rules,
    rules,
    ...(states === undefined ? {} : { states }),
  };
}

function inTime(mutant: string, rules: readonly string[]): BridgeMutant {
  const { rules: replaced } = mutantNamed(mutant);
  return { theory: theoryNamed('time'), mutant, config: timeConfigs.once, replaced, rules };
}

const blind = { theory: theoryNamed('blind'), config: blindConfigs.one };
const halfClose = { theory: theoryNamed('half-close') };

/** Mutants whose steps are not the theory's. */
export const bridgeMutants: readonly BridgeMutant[] = [
  inBase('two-way-handshake', 'handshake', ['three']),
  inBase('no-ack-check', 'handshake', ['ack-check']),
  inBase('fixed-isn', 'old-duplicates', ['isn']),
  inBase('rst-in-window', 'aborts', ['rst']),
  inBase('close-both-ways', 'half-close', ['four']),
  inBase('merged-fin', 'half-close', ['merge']),
  inBase('rfc1337-ignored', 'reincarnations', ['timewait-rst'], 10_000),
  inBase('fixed-isn-rfc1337-ignored', 'old-duplicates', ['isn', 'timewait-rst']),
  inBase('no-time-wait', 'closing', []),
  inBase('fixed-isn-no-time-wait', 'reincarnations', []),
  inTime('no-time-wait', ['timewait']),
  inTime('one-msl', ['2msl']),
  inTime('rfc1337-ignored', ['timewait-rst']),
  {
    theory: theoryNamed('time'),
    mutant: 'r2-above-msl',
    config: timeConfigs.patient,
    replaced: rfc9293,
    rules: ['r2-below-msl'],
    states: 10_000,
  },
  { ...blind, mutant: 'rst-in-window', replaced: rstInWindow, rules: ['challenge-rst'] },
  { ...blind, mutant: 'syn-in-window', replaced: synInWindow, rules: ['challenge-syn'] },
  {
    ...blind,
    config: blindConfigs.nobody,
    mutant: 'established-at-once',
    replaced: establishedAtOnce,
    rules: ['challenge-three'],
  },
  {
    ...halfClose,
    config: halfCloseConfigs.quiet,
    mutant: 'close-both-ways',
    replaced: mutantNamed('close-both-ways').rules,
    rules: ['one-direction'],
  },
  {
    ...halfClose,
    config: halfCloseConfigs.late,
    mutant: 'late-text-kept',
    replaced: lateTextKept,
    rules: ['refused-rst'],
  },
];

/** Mutants whose steps are all the theory's: what they forget is about liveness, or how long something lasts. */
export const likeTheory: readonly BridgeMutant[] = [
  inBase('no-syn-ack-retransmission', 'patient', []),
  inBase('no-fin-retransmission', 'patient', []),
  inBase('no-rst-from-closed', 'crash', []),
  inBase('one-msl', 'closing', []),
];
