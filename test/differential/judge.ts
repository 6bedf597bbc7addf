// A sequence on both stacks: the steps in which they differ, and whether families account for them.

import { differing, type Field } from './compare.ts';
import type { EnginePlayer, Facts } from './facts.ts';
import { families } from './families.ts';
import { type Case, endOf, type Family, familiesOf, type History, tsValOf } from './family.ts';
import type { Observation } from './player.ts';
import { ACK, FIN, RST, SYN, URG } from './sequence.ts';

/** What both did, as far as they were compared. */
export interface Judgment {
  readonly ours: readonly Observation[];
  readonly theirs: readonly Observation[];
  /** Families that were met, in order. */
  readonly met: readonly Family[];
  /** The step that no family accounts for, and in what the two differ there; null: all is well. */
  readonly unexplained: {
    readonly at: number;
    readonly fields: readonly Field[];
    readonly state: string;
  } | null;
}

/** Compares what the engine did with what Linux did. */
export function judge(engine: EnginePlayer, theirs: readonly Observation[], known = families): Judgment {
  const { steps } = engine.sequence;
  const met: Family[] = [];
  const history = new Past();
  const judged = (unexplained: Judgment['unexplained']): Judgment => ({
    ours: engine.seen,
    theirs,
    met,
    unexplained,
  });
  for (const [at, step] of steps.entries()) {
    const ours = engine.seen[at] as Observation;
    const other = theirs[at] as Observation;
    const facts = engine.before[at] as Facts;
    const fields = differing(ours, other, facts.rcvShift);
    const dropped = step.kind === 'call' || step.damage === 'checksum' || step.damage === 'offset';
    const seg = dropped ? null : step;
    const before = { ours: engine.seen[at - 1] ?? null, theirs: theirs[at - 1] ?? null };
    const c: Case = { step, seg, facts, before, ours, theirs: other, fields, history };
    if (fields.length > 0) {
      const found = familiesOf(c, known);
      if (found === null) return judged({ at, fields, state: facts.state });
      met.push(...found);
      if (found.some((f) => f.goesOn !== true)) break;
    }
    const hidden = known.find((f) => f.hidden?.(c) === true);
    if (hidden !== undefined) {
      met.push(hidden);
      break;
    }
    history.note(c);
  }
  return judged(null);
}

/** The history of a sequence. */
class Past implements History {
  theirEdge: number | null = null;
  theirShift = 0;
  simultaneous = false;
  shutRead = false;
  loss = false;
  urgent = false;
  readonly fins: number[] = [];
  readonly oldAckTsVals = new Set<number>();

  note({ step, seg, facts, ours, theirs }: Case): void {
    if (facts.state === 'SYN-SENT' && ours.state === 'SYN-RECEIVED') this.simultaneous = true;
    if (ours.state === 'LISTEN' || ours.state === 'SYN-SENT') this.simultaneous = false;
    for (const s of theirs.sent) {
      const syn = (s.ctl & SYN) !== 0;
      if (syn) this.theirShift = Number(/wscale (\d+)/.exec(s.options)?.[1] ?? 0);
      if (s.ack === null || (s.ctl & RST) !== 0) continue;
      const shift = syn ? 0 : this.simultaneous ? this.theirShift : facts.rcvShift;
      // The field cannot say more than this; the window that Linux has in mind can be larger.
      const wnd = !syn && s.wnd === 0xffff ? 2 * s.wnd : s.wnd;
      this.theirEdge = s.ack + (wnd << shift);
    }
    if (step.kind === 'call' && step.call === 'shutdown' && step.n !== 1 && ours.result === '0')
      this.shutRead = true;
    if (seg !== null && (seg.ctl & FIN) !== 0) this.fins.push(endOf(seg) - 1);
    if (seg === null || (seg.ctl & ACK) === 0) return;
    if ((seg.ctl & URG) !== 0) this.urgent = true;
    if (facts.sndNxt > facts.sndUna && seg.ack === facts.sndUna) this.loss = true;
    if (seg.options.some((o) => o.kind === 'sack')) this.loss = true;
    if (seg.ack < facts.sndUna) {
      const val = tsValOf(seg);
      if (val !== null) this.oldAckTsVals.add(val);
    }
  }
}
