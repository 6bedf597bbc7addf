// Closing, and what comes afterwards.

import type { Facts } from '../facts.ts';
import {
  ALL,
  acked,
  type Case,
  endOf,
  type Family,
  has,
  inWindow,
  only,
  refused,
  reset,
  silent,
  textOf,
  tsValOf,
} from '../family.ts';
import { ACK, FIN, RST, type SegmentStep, SYN, URG } from '../sequence.ts';

const gone = (state: string): boolean => state === 'CLOSED' || state === 'LISTEN';

/** Whether the seventh step takes text in this state. */
const takesText = ({ state }: Facts): boolean => ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'].includes(state);

/** What RFC 9293 3.10.7.4 asks for in FIN-WAIT-2 when the program has gone. */
function finWait2(c: Case, seg: SegmentStep): boolean {
  const { facts, ours } = c;
  const quiet = silent(ours) && ours.state === facts.state;
  if (!inWindow(seg, facts)) return refused(c);
  if (has(seg, RST))
    return seg.seq === facts.rcvNxt ? gone(ours.state) : acked(ours) && ours.state === facts.state;
  if (has(seg, SYN)) return refused(c);
  const { tsRecent } = facts;
  if (tsRecent !== null && (((tsValOf(seg) ?? tsRecent) - tsRecent) | 0) < 0) return refused(c); // PAWS
  if (!has(seg, ACK)) return quiet;
  if (seg.ack > facts.sndNxt || seg.ack < facts.sndUna - facts.maxWnd) return refused(c);
  const end = seg.seq + seg.length;
  if (seg.length > 0 && end > facts.rcvNxt) return reset(ours) && gone(ours.state);
  if (has(seg, FIN) && end === facts.rcvNxt) return acked(ours) && ours.state === 'TIME-WAIT';
  return (seg.length > 0 || has(seg, FIN) ? acked(ours) : silent(ours)) && ours.state === facts.state;
}

export const closing: readonly Family[] = [
  {
    id: 'rst-for-late-text',
    verdict: 'rfc-free-choice',
    reason:
      'Text for a program that has closed is answered by a RST on both sides (RFC 9293 SHLD-3), here as ABORT sends it: SEQ of SND.NXT, with an ACK; Linux sends it as for a segment of no connection: SEQ of SEG.ACK.',
    fields: ['segments', 'sequence', 'options', 'echo', 'sack', 'window', 'state'],
    is: ({ seg, facts, ours, theirs }) =>
      seg !== null &&
      facts.orphan &&
      seg.length > 0 &&
      ((only(ours)?.ctl ?? 0) & ~URG) === (RST | ACK) &&
      (only(ours)?.seq ?? 0) <= facts.sndNxt &&
      (only(ours)?.seq ?? 0) >= facts.sndUna &&
      only(theirs)?.ctl === RST &&
      only(theirs)?.seq === seg.ack &&
      gone(ours.state) &&
      gone(theirs.state),
  },
  {
    id: 'late-text-out-of-order',
    verdict: 'linux-policy',
    reason:
      'After close() Linux also resets for a FIN beyond a hole, and for text whose ACK is not acceptable; here only text of an acceptable segment is late. The same after shutdown() of reading, of which TCP does not know here.',
    fields: ALL,
    is: (c) => {
      const { seg, facts, ours, theirs, history } = c;
      return (
        seg !== null &&
        (history.shutRead ||
          (facts.orphan && (textOf(seg) > facts.rcvNxt || refused(c) || !takesText(facts)))) &&
        ours.sent.every((s) => (s.ctl & RST) === 0) &&
        !gone(ours.state) &&
        textOf(seg) + seg.length > facts.rcvNxt &&
        reset(theirs) &&
        gone(theirs.state)
      );
    },
  },
  {
    id: 'fin-again-with-last-ack',
    verdict: 'rfc-free-choice',
    reason:
      'The peer’s FIN again, with the ACK of ours: in LAST-ACK the connection is closed on both, and the FIN is acknowledged here, as what is not acceptable is.',
    fields: ['segments'],
    is: ({ seg, facts, ours, theirs }) =>
      seg !== null &&
      facts.state === 'LAST-ACK' &&
      has(seg, FIN | ACK) &&
      seg.ack === facts.sndNxt &&
      endOf(seg) === facts.rcvNxt &&
      acked(ours) &&
      gone(ours.state) &&
      silent(theirs) &&
      gone(theirs.state),
  },
  {
    id: 'fin-wait-2-of-nobody',
    verdict: 'linux-policy',
    reason:
      'Without a program Linux keeps FIN-WAIT-2 as a record like TIME-WAIT: a SYN in the window is reset, text and other segments are answered, or not, as the record can.',
    fields: ALL,
    is: (c) => c.seg !== null && c.facts.orphan && c.facts.state === 'FIN-WAIT-2' && finWait2(c, c.seg),
  },
  {
    id: 'time-wait-without-ack',
    verdict: 'linux-policy',
    reason:
      'In TIME-WAIT Linux also acknowledges a segment without ACK that begins before RCV.NXT and ends behind it; RFC 9293 3.10.7.4 fifth drops it.',
    goesOn: true,
    fields: ['segments'],
    is: ({ seg, facts, ours, theirs }) =>
      seg !== null &&
      facts.state === 'TIME-WAIT' &&
      !has(seg, ACK) &&
      !has(seg, SYN) &&
      silent(ours) &&
      acked(theirs),
  },
  {
    id: 'time-wait-ack-of-unsent',
    verdict: 'rfc-free-choice',
    reason:
      'In TIME-WAIT an ACK of something never sent is answered, as in every synchronized state (RFC 9293 3.10.7.4 fifth); Linux does not look at it.',
    goesOn: true,
    fields: ['segments'],
    is: ({ seg, facts, ours, theirs }) =>
      seg !== null &&
      facts.state === 'TIME-WAIT' &&
      has(seg, ACK) &&
      ((seg.ack - facts.sndNxt) | 0) > 0 &&
      seg.seq === only(ours)?.ack &&
      acked(ours) &&
      silent(theirs),
  },
  {
    id: 'time-wait-window',
    verdict: 'linux-policy',
    reason: 'The window field of an ACK in TIME-WAIT: Linux keeps the last window shifted by a fixed amount.',
    goesOn: true,
    fields: ['window'],
    is: ({ facts, ours, theirs }) => facts.state === 'TIME-WAIT' && acked(ours) && acked(theirs),
  },
  {
    id: 'time-wait-syn-fin',
    verdict: 'linux-policy',
    reason:
      'A SYN with FIN ends TIME-WAIT in Linux, and then is dropped by the listener; here SYN and FIN together do not reopen.',
    fields: ALL,
    is: ({ seg, facts, ours, theirs }) =>
      seg !== null &&
      facts.state === 'TIME-WAIT' &&
      has(seg, SYN | FIN) &&
      ours.state === 'TIME-WAIT' &&
      (acked(ours) || silent(ours)) &&
      gone(theirs.state),
  },
  {
    id: 'time-wait-ts-recent',
    verdict: 'linux-policy',
    reason:
      'In TIME-WAIT Linux takes TS.Recent from any segment in the window, with an ACK or not; here nothing but the FIN again is looked at.',
    goesOn: true,
    fields: ['echo'],
    is: ({ facts, ours, theirs }) => facts.state === 'TIME-WAIT' && acked(ours) && acked(theirs),
    hidden: ({ seg, facts, ours }) =>
      seg !== null &&
      facts.state === 'TIME-WAIT' &&
      ours.state === 'TIME-WAIT' &&
      facts.tsRecent !== null &&
      (((tsValOf(seg) ?? facts.tsRecent) - facts.tsRecent) | 0) > 0,
  },
  {
    id: 'abort-in-last-ack',
    verdict: 'linux-differs-from-rfc',
    reason:
      'ABORT in CLOSING, LAST-ACK and TIME-WAIT forgets the connection (RFC 9293 3.10.5); Linux also sends a RST.',
    goesOn: true,
    fields: ['segments'],
    is: ({ step, facts, ours, theirs }) =>
      step.kind === 'call' &&
      step.call === 'abort' &&
      ['CLOSING', 'LAST-ACK', 'TIME-WAIT'].includes(facts.state) &&
      silent(ours) &&
      gone(ours.state) &&
      reset(theirs),
  },
  {
    id: 'close-with-text-out-of-order',
    verdict: 'rfc-free-choice',
    reason:
      'close() with text that is out of order resets here, as it does with text that is unread (RFC 9293 SHLD-3 "while received data is still pending"); Linux looks only at what could be read.',
    fields: ALL,
    is: ({ step, facts, ours, theirs }) =>
      step.kind === 'call' &&
      step.call === 'close' &&
      facts.ranges.length > 0 &&
      facts.unread === 0 &&
      reset(ours) &&
      theirs.state.startsWith('FIN-WAIT'),
  },
];
