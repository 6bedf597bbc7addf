// Which segments are looked at at all: options, the ACK bit, the window, PAWS, RST and SYN.

import type { Facts } from '../facts.ts';
import {
  ALL,
  acked,
  endOf,
  type Family,
  has,
  inWindow,
  only,
  optionsBroken,
  refused,
  silent,
  tsValOf,
  unmoved,
} from '../family.ts';
import { ACK, FIN, PSH, RST, type SegmentStep, SYN, segmentLength } from '../sequence.ts';

/** Whether an ACK is one that RFC 5961 accepts, of numbers before the first octet. */
function beforeAnything(ack: number, f: Facts): boolean {
  return ack <= 0 && ack < f.sndUna && ack >= f.sndUna - f.maxWnd;
}

/** Whether a segment has an MD5 signature (RFC 2385). */
function isSigned(seg: SegmentStep | null): boolean {
  return seg?.options.some((o) => o.kind === 'raw' && o.octets[0] === 19) === true;
}

export const validating: readonly Family[] = [
  {
    id: 'broken-options',
    verdict: 'rfc-free-choice',
    reason:
      'A segment with an option of an impossible length is dropped here as damaged; Linux ignores the option and what follows it. RFC 9293 MUST-7 asks for no more than to survive it.',
    fields: ALL,
    is: ({ seg, ours, before }) =>
      seg !== null &&
      optionsBroken(seg) &&
      silent(ours) &&
      (before.ours === null || unmoved(ours, before.ours)),
    hidden: ({ seg }) => seg !== null && optionsBroken(seg),
  },
  {
    id: 'md5-option',
    verdict: 'linux-policy',
    reason:
      'A segment with an MD5 signature (RFC 2385) for a connection without a key is dropped by Linux; here the option is unknown, and ignored (RFC 9293 MUST-6).',
    fields: ALL,
    is: ({ seg, theirs, before }) =>
      isSigned(seg) &&
      silent(theirs) &&
      (before.theirs === null || unmoved(theirs, before.theirs) || before.theirs.state === 'TIME-WAIT'),
    hidden: ({ seg }) => isSigned(seg),
  },
  {
    id: 'no-ack-bit-first',
    verdict: 'linux-differs-from-rfc',
    reason:
      'Linux drops a segment without ACK, RST and SYN before it looks at its sequence number; in RFC 9293 3.10.7.4 that comes first, and what is outside the window is acknowledged.',
    goesOn: true,
    fields: ['segments'],
    is: ({ seg, ours, theirs, before }) =>
      seg !== null &&
      (seg.ctl & (ACK | RST | SYN)) === 0 &&
      acked(ours) &&
      unmoved(ours, before.ours) &&
      silent(theirs),
  },
  {
    id: 'paws-one-tick',
    verdict: 'linux-policy',
    reason:
      'Linux takes a segment whose TSval is one tick older than TS.Recent (TCP_PAWS_WINDOW); RFC 7323 section 5.3 R1 does not.',
    fields: ALL,
    is: ({ seg, facts, ours, before }) =>
      seg !== null &&
      facts.tsRecent !== null &&
      tsValOf(seg) === ((facts.tsRecent - 1) | 0) &&
      unmoved(ours, before.ours) &&
      (acked(ours) || silent(ours)),
    hidden: ({ seg, facts }) =>
      seg !== null && facts.tsRecent !== null && tsValOf(seg) === ((facts.tsRecent - 1) | 0),
  },
  {
    id: 'half-of-all-numbers-away',
    verdict: 'rfc-free-choice',
    reason:
      'A TSval exactly 2^31 away from TS.Recent, or the SEQ of a SYN in TIME-WAIT from RCV.NXT, is neither older nor newer: old here, new in Linux.',
    fields: ALL,
    is: ({ seg, facts, ours, before }) => {
      const echo = only(ours)?.echo;
      const recent = typeof echo === 'number' ? echo : facts.tsRecent;
      const half = (a: number, b: number): boolean => ((a - b) | 0) === -0x80000000;
      return (
        seg !== null &&
        ((recent !== null && half(tsValOf(seg) ?? recent, recent)) ||
          (facts.state === 'TIME-WAIT' && half(seg.seq, only(ours)?.ack ?? seg.seq))) &&
        (acked(ours) || silent(ours)) &&
        ours.state === before.ours?.state
      );
    },
  },
  {
    id: 'ack-of-nothing-ever-sent',
    verdict: 'linux-policy',
    reason:
      'An ACK below the first octet ever sent is challenged by Linux; RFC 5961 section 5.2 accepts everything from SND.UNA - MAX.SND.WND on, as here.',
    fields: ALL,
    is: ({ seg, facts, ours, theirs, before }) =>
      seg !== null &&
      has(seg, ACK) &&
      beforeAnything(seg.ack, facts) &&
      ours.unacked === (before.ours?.unacked ?? null) &&
      acked(theirs) &&
      only(theirs)?.ack === facts.rcvNxt &&
      unmoved(theirs, before.theirs),
    hidden: ({ seg, facts }) =>
      seg !== null &&
      has(seg, ACK) &&
      beforeAnything(seg.ack, facts) &&
      (segmentLength(seg) > 0 || tsValOf(seg) !== null) &&
      inWindow(seg, facts),
  },
  {
    id: 'left-edge',
    verdict: 'linux-differs-from-rfc',
    reason:
      'Linux accepts a segment that ends exactly at RCV.NXT although nothing of it is new (tcp_sequence), and takes its ACK, its window and its RST bit; by RFC 9293 table 6 it is not acceptable.',
    fields: ALL,
    is: (c) => c.seg !== null && segmentLength(c.seg) > 0 && endOf(c.seg) === c.facts.rcvNxt && refused(c),
    hidden: ({ seg, facts, ours }) =>
      ours.sendWindow === null &&
      seg !== null &&
      has(seg, ACK) &&
      segmentLength(seg) > 0 &&
      endOf(seg) === facts.rcvNxt,
  },
  {
    id: 'right-edge',
    verdict: 'linux-policy',
    reason:
      'The two have offered right edges that are some octets apart (rounding by the window scale), or Linux accepts what begins exactly at the edge: the segment begins or ends between the two.',
    fields: ALL,
    is: (c) => {
      const { seg, facts, theirs, before, history } = c;
      const { theirEdge } = history;
      if (seg === null || theirEdge === null) return false;
      const low = Math.min(facts.rcvEdge, theirEdge);
      const high = Math.max(facts.rcvEdge, theirEdge);
      const between = (n: number): boolean => n >= low && n <= high;
      if (!between(seg.seq) && !between(endOf(seg)) && !between(endOf(seg) - 1)) return false;
      return (inWindow(seg, facts) && unmoved(theirs, before.theirs)) || refused(c);
    },
    hidden: ({ seg, facts, history: { theirEdge } }) =>
      seg !== null &&
      theirEdge !== null &&
      has(seg, ACK) &&
      seg.seq >= Math.min(facts.rcvEdge, theirEdge) &&
      seg.seq <= Math.max(facts.rcvEdge, theirEdge),
  },
  {
    id: 'beyond-right-edge',
    verdict: 'linux-differs-from-rfc',
    reason:
      'After the peer’s FIN a segment that begins in the window and ends beyond it is acceptable (RFC 9293 3.10.7.4); Linux 6.18 drops it while the program has not read the end.',
    fields: ALL,
    is: ({ seg, facts, ours, theirs, before }) =>
      seg !== null &&
      facts.fin !== null &&
      seg.seq >= facts.rcvNxt &&
      seg.seq < facts.rcvEdge &&
      endOf(seg) > facts.rcvEdge &&
      theirs.sent.length <= 1 &&
      ours.sent.every((s) => s.ack === null || s.ack <= facts.rcvEdge) &&
      (unmoved(theirs, before.theirs) || theirs.state === ours.state),
    hidden: ({ seg, facts }) =>
      seg !== null &&
      facts.fin !== null &&
      seg.seq >= facts.rcvNxt &&
      seg.seq < facts.rcvEdge &&
      endOf(seg) > facts.rcvEdge,
  },
  {
    id: 'old-ack-in-fast-path',
    verdict: 'linux-differs-from-rfc',
    reason:
      'Text with an ACK below SND.UNA - MAX.SND.WND must be discarded (RFC 5961 section 5.2); Linux takes it when header prediction lets it pass.',
    fields: ALL,
    is: ({ seg, facts, ours, theirs, before }) =>
      seg !== null &&
      (seg.ctl & ~PSH) === ACK &&
      seg.ack < facts.sndUna - facts.maxWnd &&
      seg.seq === facts.rcvNxt &&
      seg.length > 0 &&
      acked(ours) &&
      unmoved(ours, before.ours) &&
      only(theirs)?.ack === endOf(seg),
  },
  {
    id: 'paws-old-ack',
    verdict: 'linux-policy',
    reason:
      'A pure ACK that PAWS rejects is acknowledged (RFC 7323 section 5.3 R1); Linux stays silent, old ACKs being common.',
    goesOn: true,
    fields: ['segments'],
    is: ({ seg, facts, ours, theirs, before }) =>
      seg !== null &&
      facts.tsRecent !== null &&
      seg.ctl === (seg.ctl & ~(SYN | RST | FIN)) &&
      has(seg, ACK) &&
      seg.length === 0 &&
      (((tsValOf(seg) ?? facts.tsRecent) - facts.tsRecent) | 0) < 0 &&
      acked(ours) &&
      unmoved(ours, before.ours) &&
      silent(theirs) &&
      unmoved(theirs, before.theirs),
  },
  {
    id: 'rst-at-fin',
    verdict: 'linux-policy',
    reason:
      'After the peer’s FIN Linux also takes a RST with the sequence number of that FIN, for peers that send such; RFC 5961 section 3 has only RCV.NXT.',
    fields: ALL,
    is: ({ seg, facts, ours, theirs, before }) =>
      seg !== null &&
      has(seg, RST) &&
      unmoved(ours, before.ours) &&
      (silent(ours) || acked(ours)) &&
      facts.fin !== null &&
      seg.seq === facts.rcvNxt - 1 &&
      ['CLOSE-WAIT', 'LAST-ACK', 'CLOSING'].includes(facts.state) &&
      (theirs.state === 'CLOSED' || theirs.state === 'LISTEN'),
  },
  {
    id: 'rst-at-sack',
    verdict: 'linux-policy',
    reason:
      'Linux also takes a RST at the right end of the highest range that it has SACKed: the peer’s SND.NXT, where the peer has not heard of a loss. RFC 5961 section 3 has only RCV.NXT.',
    fields: ALL,
    is: ({ seg, facts, ours, theirs, before }) =>
      seg !== null &&
      has(seg, RST) &&
      unmoved(ours, before.ours) &&
      (silent(ours) || acked(ours)) &&
      (facts.ranges.length > 0 || facts.fin !== null) &&
      seg.seq === Math.max(...facts.ranges.map(([, right]) => right), (facts.fin ?? -1) + 1) &&
      (theirs.state === 'CLOSED' || theirs.state === 'LISTEN'),
  },
];
