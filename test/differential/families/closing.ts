// Closing, and what comes afterwards.

import { ALL, acked, type Family, has, only, reset, silent, textOf } from '../family.ts';
import { ACK, FIN, RST, SYN } from '../sequence.ts';

const gone = (state: string): boolean => state === 'CLOSED' || state === 'LISTEN';

export const closing: readonly Family[] = [
  {
    id: 'rst-for-late-text',
    verdict: 'rfc-free-choice',
    reason:
      'Text for a program that has closed is answered by a RST on both sides (RFC 9293 SHLD-3), here as ABORT sends it: SEQ of SND.NXT, with an ACK; Linux sends it as for a segment of no connection: SEQ of SEG.ACK.',
    fields: ['segments', 'sequence', 'options', 'window', 'state'],
    is: ({ seg, facts, ours, theirs }) =>
      seg !== null &&
      facts.orphan &&
      seg.length > 0 &&
      only(ours)?.ctl === (RST | ACK) &&
      only(ours)?.seq === facts.sndNxt &&
      only(theirs)?.ctl === RST &&
      only(theirs)?.seq === seg.ack &&
      gone(ours.state) &&
      gone(theirs.state),
  },
  {
    id: 'late-text-out-of-order',
    verdict: 'linux-policy',
    reason:
      'After close() Linux resets for text or a FIN beyond a hole, too, and for text that the ACK of the segment would have made unacceptable; here only what would be delivered is late text.',
    fields: ALL,
    is: ({ seg, facts, theirs, history }) =>
      seg !== null &&
      (facts.orphan || history.shutRead) &&
      textOf(seg) + seg.length > facts.rcvNxt &&
      reset(theirs) &&
      gone(theirs.state),
  },
  {
    id: 'fin-wait-2-of-nobody',
    verdict: 'linux-policy',
    reason:
      'Without a program Linux keeps FIN-WAIT-2 as a record like TIME-WAIT: a SYN in the window is reset, text and other segments are answered, or not, as the record can.',
    fields: ALL,
    is: ({ seg, facts }) => seg !== null && facts.orphan && facts.state === 'FIN-WAIT-2',
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
    id: 'time-wait-window',
    verdict: 'linux-policy',
    reason: 'The window field of an ACK in TIME-WAIT: Linux keeps the last window shifted by a fixed amount.',
    goesOn: true,
    fields: ['window'],
    is: ({ facts, ours, theirs }) => facts.state === 'TIME-WAIT' && acked(ours) && acked(theirs),
  },
  {
    id: 'time-wait-timestamps',
    verdict: 'linux-differs-from-rfc',
    reason:
      'In TIME-WAIT Linux puts a timestamps option into the answer to a segment that has one, negotiated or not; RFC 7323 section 3.2 wants none that was not negotiated.',
    goesOn: true,
    fields: ['options'],
    is: ({ facts, ours, theirs }) =>
      facts.state === 'TIME-WAIT' &&
      facts.tsRecent === null &&
      only(ours)?.options === '' &&
      /^nop, nop, TS ecr -?\d+$/.test(only(theirs)?.options ?? ''),
  },
  {
    id: 'time-wait-syn-fin',
    verdict: 'linux-policy',
    reason:
      'A SYN with FIN ends TIME-WAIT in Linux, and then is dropped by the listener; here SYN and FIN together do not reopen.',
    fields: ALL,
    is: ({ seg, facts, theirs }) =>
      seg !== null && facts.state === 'TIME-WAIT' && has(seg, SYN | FIN) && gone(theirs.state),
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
