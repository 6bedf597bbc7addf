// A family of differences: a predicate on one step with both observations, a verdict and a reason.

import type { Field } from './compare.ts';
import type { Facts } from './facts.ts';
import type { Observation } from './player.ts';
import { ACK, RST, type SegmentStep, type Step, SYN, segmentLength, URG } from './sequence.ts';
import type { Sent } from './wire.ts';

/** What a difference says about whom. */
export type Verdict =
  /** Linux does more, or less, than the RFCs ask for, and they allow it. */
  | 'linux-policy'
  /** The RFCs leave it open, and the two choose differently. */
  | 'rfc-free-choice'
  /** The RFCs say what synfin does and Linux does not. */
  | 'linux-differs-from-rfc'
  /** The calls of src/socket/posix, not TCP, differ. */
  | 'calls'
  /** Ours to mend: must be empty. */
  | 'synfin-bug';

/** What has happened before a step, as far as families ask. */
export interface History {
  /** The right edge that Linux has offered last, relative; null before any. */
  readonly theirEdge: number | null;
  /** The shift of Linux's SYN. */
  readonly theirShift: number;
  /** A SYN met ours. */
  readonly simultaneous: boolean;
  /** The program has shut down reading. */
  readonly shutRead: boolean;
  /** The peer has sent SACK blocks, or ACKs that acknowledged nothing while text was in flight. */
  readonly loss: boolean;
  /** Where the FINs were that the peer has sent. */
  readonly fins: readonly number[];
  /** A URG has named an octet that had not come in order. */
  readonly urgent: boolean;
  /** TSvals that came with an ACK of less than SND.UNA. */
  readonly oldAckTsVals: ReadonlySet<number>;
}

/** A step in which the two differ. */
export interface Case {
  readonly step: Step;
  /** The step as a segment that was not damaged, null when it is none. (Reserved bits do no damage.) */
  readonly seg: SegmentStep | null;
  readonly facts: Facts;
  /** Before the step. */
  readonly before: { readonly ours: Observation | null; readonly theirs: Observation | null };
  readonly ours: Observation;
  readonly theirs: Observation;
  /** Where they differ. */
  readonly fields: readonly Field[];
  readonly history: History;
}

/** See above. */
export interface Family {
  readonly id: string;
  readonly verdict: Verdict;
  /** What each does and why that is allowed; one or two sentences. */
  readonly reason: string;
  /** True: the two are alike afterwards, and the rest of the sequence is compared. */
  readonly goesOn?: boolean;
  /** The fields that it accounts for, when the case is one of it. */
  readonly fields: readonly Field[];
  readonly is: (c: Case) => boolean;
  /** The two differ now in what cannot be seen yet: nothing later is compared. */
  readonly hidden?: (c: Case) => boolean;
}

/** The families of one step, or null when they do not account for every field that differs. */
export function familiesOf(c: Case, families: readonly Family[]): Family[] | null {
  const found: Family[] = [];
  const left = new Set(c.fields);
  for (const family of families) {
    if (!family.fields.some((f) => left.has(f)) || !family.is(c)) continue;
    found.push(family);
    for (const f of family.fields) left.delete(f);
    if (left.size === 0) return found;
  }
  return null;
}

// Words for predicates.

/** True when a stack sent nothing. */
export const silent = (o: Observation): boolean => o.sent.length === 0;

/** The only segment that a stack sent, null when it sent none or several. */
export const only = (o: Observation): Sent | null => (o.sent.length === 1 ? (o.sent[0] as Sent) : null);

/** True when a stack sent one segment, with exactly these control bits and no text. */
const sentOnly = (o: Observation, ctl: number): boolean => {
  const s = only(o);
  return s !== null && s.ctl === ctl && s.length === 0;
};

/** True when it sent one ACK and nothing else; while it has urgent data, every ACK says so. */
export const acked = (o: Observation): boolean => sentOnly(o, ACK) || sentOnly(o, ACK | URG);

/** True when it sent one RST, with or without ACK and URG. */
export const reset = (o: Observation): boolean =>
  [RST, RST | ACK, RST | ACK | URG].some((ctl) => sentOnly(o, ctl));

/** Whether the segment has all these bits. */
export const has = (s: SegmentStep, bits: number): boolean => (s.ctl & bits) === bits;

/** Sequence number after the segment. */
export const endOf = (s: SegmentStep): number => s.seq + segmentLength(s);

/** Sequence number of the first octet of text. */
export const textOf = (s: SegmentStep): number => s.seq + ((s.ctl & SYN) === 0 ? 0 : 1);

/** The TSval of a step, null without the option. */
export function tsValOf(s: SegmentStep): number | null {
  for (const o of s.options) if (o.kind === 'ts') return o.val;
  return null;
}

/** RFC 9293 table 6 with the engine's edges; an ACK from the edge itself counts (appendix A.2). */
export function inWindow(s: SegmentStep, f: Facts, edge = f.rcvEdge): boolean {
  const len = segmentLength(s);
  const within = (n: number): boolean => n >= f.rcvNxt && n < edge;
  if (len === 0 && s.seq === edge && !has(s, RST)) return true;
  if (len === 0) return edge === f.rcvNxt ? s.seq === f.rcvNxt : within(s.seq);
  if (edge === f.rcvNxt) return s.seq === f.rcvNxt;
  return within(s.seq) || within(endOf(s) - 1);
}

/** True when a step left state, text and window of a stack as they were. */
export function unmoved(after: Observation, before: Observation | null): boolean {
  return (
    before !== null &&
    after.state === before.state &&
    after.unread === before.unread &&
    after.sendWindow === before.sendWindow
  );
}

/** What RFC 9293 3.10.7.4 first asks for when a segment is not acceptable: an ACK, nothing for a RST, no change. */
export function refused({ seg, facts, ours, before }: Case): boolean {
  if (seg === null || !unmoved(ours, before.ours)) return false;
  if (has(seg, RST)) return silent(ours);
  return acked(ours) && only(ours)?.ack === facts.rcvNxt;
}

/** Whether all text that a stack sent lies between SND.UNA and the edge of the peer's window. */
export function sentInWindow({ seg, facts }: Case, o: Observation): boolean {
  const acks = seg !== null && has(seg, ACK) && seg.ack > facts.sndUna && seg.ack <= facts.sndNxt;
  const una = acks ? seg.ack : facts.sndUna;
  const window = Math.max(facts.sndWnd, seg === null ? 0 : seg.wnd << facts.sndShift);
  return o.sent.every(
    (s) => s.length === 0 || (s.seq !== null && s.seq >= una && s.seq + s.length <= una + window),
  );
}

/** Every field but what a call returned. */
export const ALL: readonly Field[] = [
  ...([
    'segments',
    'push',
    'sequence',
    'acknowledgment',
    'window',
    'options',
    'echo',
    'sack',
    'text',
    'urgent',
  ] as const),
  ...(['state', 'unread', 'unacked', 'sendWindow', 'ready'] as const),
];

/** Whether the options are ones that a parser stumbles over: a length below 2 or beyond the end. */
export function optionsBroken(s: SegmentStep): boolean {
  return s.options.some((o) => {
    if (o.kind !== 'raw') return false;
    for (let i = 0; i < o.octets.length; ) {
      const kind = o.octets[i] as number;
      if (kind === 0) return false;
      if (kind === 1) i++;
      else {
        const length = o.octets[i + 1] ?? 0;
        if (length < 2 || i + length > o.octets.length) return true;
        i += length;
      }
    }
    return false;
  });
}
