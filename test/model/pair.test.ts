// Any commands to two hosts, in any order: what is delivered is a prefix of what was written, nothing breaks
// that nobody broke, an attacker who sees nothing changes nothing, and one who sees everything cannot make
// the hosts throw, grow, or answer each other for ever.
//
// Longer, with other dice: RUNS=10000 SEED=7 npx vitest run test/model

import { env } from 'node:process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rules, rfc9293 } from '../../src/tcp/index.ts';
import { FIN, RST } from '../../src/wire/index.ts';
import { honest, type Model, newModel, rough, withBlind, withOnPath } from './commands.ts';
import { Pair } from './pair.ts';

const CONFIG = {
  sendBuffer: 4000,
  receiveBuffer: 3000,
  mslMs: 30_000, // a last ACK that is kept back for longer is answered by a RST
  maxRanges: 4,
  r2Ms: 200_000,
  challengeAckMs: 500,
};

const small = fc.record({
  receiveBuffer: fc.constantFrom(1, 100, 3000, 65_536),
  sendBuffer: fc.constantFrom(1, 100, 4000),
  timestamps: fc.boolean(),
  sack: fc.boolean(),
  noDelay: fc.boolean(),
  delayedAckMs: fc.constantFrom(0, 40),
});
const backlog = fc.constantFrom(0, 8);

/** The network heals, both users read and end: then everything has arrived, in order, if nothing broke it. */
function conclude(m: Model, p: Pair): void {
  const [a, b] = p.stations;
  if (m.opened && !m.mayBreak) {
    p.heal(5000);
    p.write(0, 1); // by which a server with cookies learns of a client whose ACK was lost
    p.heal(40_000, () => {
      p.accept();
      p.read(0);
      p.read(1);
    });
    for (const { connection } of p.stations) {
      expect(connection).not.toBeNull();
      void connection?.end();
    }
    p.heal(80_000, () => {
      p.read(0);
      p.read(1);
    });
    expect([a.received, b.received]).toEqual([b.written, a.written]);
    expect([a.connection?.eof, b.connection?.eof]).toEqual([true, true]);
    expect([a.connection?.error, b.connection?.error]).toEqual([null, null]);
  }
  p.end();
}

const { RUNS, SEED = 5961 } = env;

type Commands = typeof honest;
type End = (m: Model, p: Pair) => void;

/** The property: any commands, then `end`. */
function property(commands: Commands, end: End, rules?: Rules): fc.IProperty<unknown> {
  return fc.property(small, backlog, commands, (config, synBacklog, cmds) => {
    const model = newModel(synBacklog === 0);
    const real = new Pair({ ...CONFIG, ...config }, synBacklog, rules);
    fc.modelRun(() => ({ model, real }), cmds);
    end(model, real);
  });
}

function holds(commands: Commands, numRuns: number, end: End = conclude): void {
  fc.assert(property(commands, end), { numRuns: Number(RUNS ?? numRuns), seed: Number(SEED) });
}

describe('two hosts', { timeout: Number(RUNS ?? 0) * 1000 + 60_000 }, () => {
  it('on a bad network deliver everything', () => holds(honest, 150));
  it('with users that close and abort deliver a prefix, or say what broke', () => holds(rough, 150));
  it('with an attacker who knows the sockets but no number deliver everything', () => holds(withBlind, 100));
  it('with an attacker on the path neither throw, nor grow, nor answer each other for ever', () =>
    holds(withOnPath, 300, (_, p) => {
      p.heal(10_000);
      p.end();
    }));
});

describe('a TCP that forgets a rule is caught', () => {
  const anyRst: Partial<Rules> = {
    sequence: (e, tcb, seg) => {
      if ((seg.ctl & RST) !== 0) seg.seq = tcb.rcv.nxt;
      return rfc9293.sequence(e, tcb, seg);
    },
  };
  const anyOrder: Partial<Rules> = {
    text: (e, tcb, seg) => {
      seg.seq = tcb.rcv.nxt;
      return rfc9293.text(e, tcb, seg);
    },
  };
  const anyFin: Partial<Rules> = {
    fin: (e, tcb, seg) => {
      if ((seg.ctl & FIN) !== 0 && tcb.rcv.fin === 0 && tcb.outOfOrder === null) {
        tcb.rcv.fin = 1;
        tcb.rcv.finSeq = tcb.rcv.nxt;
        rfc9293.finReached(e, tcb);
      }
    },
  };
  const faults: [string, Commands, Partial<Rules>][] = [
    ['what is lost is not sent again', honest, { retransmit: (_e, _tcb, seq) => seq }],
    ['text is taken in the order of its arrival', honest, anyOrder],
    ['a FIN is taken before the text in front of it', honest, anyFin],
    ['any RST ends a connection', withBlind, anyRst],
  ];
  it.each(faults)('%s', (_, commands, fault) => {
    const { failed } = fc.check(property(commands, conclude, { ...rfc9293, ...fault }), {
      numRuns: 300,
      seed: 5961,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
  });
});
