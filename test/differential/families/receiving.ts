// Text, FIN and urgent data, and how they are acknowledged.

import { constant } from '../../../src/socket/posix/index.ts';
import type { Facts } from '../facts.ts';
import { ALL, type Case, endOf, type Family, has, textOf, tsValOf } from '../family.ts';
import type { Observation } from '../player.ts';
import { ACK, FIN, type SegmentStep, SYN, URG } from '../sequence.ts';
import type { Sent } from '../wire.ts';

/** The state after the fifth step (3.10.7.4): what the ACK of a segment alone does. */
function afterAck(seg: SegmentStep, { state, sndNxt, passive, finSent }: Facts): string {
  if (!has(seg, ACK) || seg.ack !== sndNxt) return state;
  if (state !== 'SYN-RECEIVED' && !finSent) return state;
  if (state === 'FIN-WAIT-1') return 'FIN-WAIT-2';
  if (state === 'CLOSING') return 'TIME-WAIT';
  if (state === 'LAST-ACK') return passive ? 'LISTEN' : 'CLOSED';
  return state === 'SYN-RECEIVED' ? 'ESTABLISHED' : state;
}

/** Where FINs of the peer are: that of the step, and those that it has sent before, believed or not. */
function finsOf({ seg, history }: Pick<Case, 'seg' | 'history'>): number[] {
  const here = seg !== null && has(seg, FIN) ? [(textOf(seg) + seg.length) | 0] : [];
  return [...history.fins, ...here];
}

/** What blocks say without these FINs; a FIN that is reached needs no block. */
function withoutFin(s: Sent, fins: readonly number[]): string {
  return s.sack
    .filter(([, right]) => !(fins.includes((right - 1) | 0) && s.ack !== null && s.ack >= right))
    .map(([left, right]): [number, number] => [
      left,
      fins.includes((right - 1) | 0) ? (right - 1) | 0 : right,
    ])
    .filter(([left, right]) => left !== right)
    .join();
}

/** Whether both sent as many segments, and `same` holds for each pair. */
function pairs(ours: Observation, theirs: Observation, same: (a: Sent, b: Sent) => boolean): boolean {
  return (
    ours.sent.length === theirs.sent.length && ours.sent.every((s, i) => same(s, theirs.sent[i] as Sent))
  );
}

export const receiving: readonly Family[] = [
  {
    id: 'sack-of-fin',
    verdict: 'rfc-free-choice',
    reason:
      'Any FIN counts as an octet in the blocks of Linux; here one is reported while it is held beyond a hole, not when it comes again or is not believed (no text before it, an older ACK). RFC 2018 and 2883 speak of data.',
    goesOn: true,
    fields: ['sack'],
    is: (c) =>
      pairs(c.ours, c.theirs, (a, b) => {
        const fins = finsOf(c);
        return [a.sack.join(), withoutFin(a, fins)].includes(withoutFin(b, fins));
      }),
  },
  {
    id: 'dsack-with-syn-or-fin',
    verdict: 'rfc-free-choice',
    reason:
      'Old text of a segment with SYN or FIN is reported by DSACK as any other (RFC 2883 section 4); Linux forgets its blocks when it reaches the FIN, and reports none for a SYN.',
    goesOn: true,
    fields: ['sack'],
    is: ({ seg, facts, ours, theirs, history }) =>
      seg !== null &&
      (has(seg, FIN) || has(seg, SYN) || facts.fin !== null) &&
      seg.length > 0 &&
      pairs(ours, theirs, (a, b) => {
        const [left = 0, right = 0] = a.sack[0] ?? [];
        const old = left >= textOf(seg) && right <= textOf(seg) + seg.length && left < right;
        const held = right <= facts.rcvNxt || facts.ranges.some(([l, r]) => left >= l && right <= r);
        return old && held && a.sack.slice(1).join() === withoutFin(b, finsOf({ seg, history }));
      }),
  },
  {
    id: 'sack-below-ack',
    verdict: 'linux-differs-from-rfc',
    reason:
      'When a FIN comes with text that fills a hole, Linux still reports the text beyond it in a block, which the same segment acknowledges; by RFC 2018 section 4 a block is of text that SEG.ACK does not cover, but for DSACK’s first.',
    goesOn: true,
    fields: ['sack'],
    is: ({ seg, ours, theirs }) =>
      seg !== null &&
      has(seg, FIN) &&
      pairs(ours, theirs, (a, b) => {
        const live = b.sack.filter(([, right], i) => i === 0 || b.ack === null || right > b.ack);
        return a.sack.join() === live.join();
      }),
  },
  {
    id: 'ts-recent-of-old-ack',
    verdict: 'linux-differs-from-rfc',
    reason:
      'A segment whose ACK is below SND.UNA moves TS.Recent as any other (RFC 7323 section 4.3); in Linux it does not.',
    fields: ['echo'],
    is: ({ seg, facts, ours, theirs, history }) => {
      const here = seg !== null && has(seg, ACK) && seg.ack < facts.sndUna ? tsValOf(seg) : null;
      return pairs(ours, theirs, ({ echo }, b) => {
        if (echo === b.echo) return true;
        return typeof echo === 'number' && (echo === here || history.oldAckTsVals.has(echo));
      });
    },
    // PAWS drops from now on what it does not drop in Linux.
    hidden: ({ seg, facts }) =>
      seg !== null &&
      has(seg, ACK) &&
      seg.ack < facts.sndUna &&
      facts.tsRecent !== null &&
      (((tsValOf(seg) ?? facts.tsRecent) - facts.tsRecent) | 0) > 0,
  },
  {
    id: 'urgent-pointer-0',
    verdict: 'linux-policy',
    reason:
      'An urgent pointer of 0 says that nothing is urgent: it names the octet after the urgent data (RFC 9293 MUST-62). Linux takes the octet at SEG.SEQ as urgent.',
    fields: ['unread', 'ready', 'window'],
    is: ({ seg, theirs }) => seg !== null && has(seg, URG) && seg.up === 0 && theirs.ready !== null,
    hidden: ({ seg, facts }) =>
      seg !== null && has(seg, URG) && seg.up === 0 && facts.state !== 'LISTEN' && facts.state !== 'CLOSED',
  },
  {
    id: 'urgent-out-of-order',
    verdict: 'linux-differs-from-rfc',
    reason:
      'poll() tells of an urgent octet when it can be read; Linux also when it came out of order, and when a segment beyond it comes (it takes an octet of that header for it).',
    fields: ['ready', 'unread'],
    is: ({ seg, facts, ours, theirs, history }) =>
      ((seg !== null && has(seg, URG) && textOf(seg) > facts.rcvNxt) || history.urgent) &&
      theirs.ready === ((ours.ready ?? 0) | constant('POLLPRI')),
  },
  {
    id: 'urgent-octet-unread',
    verdict: 'calls',
    reason:
      'Whether SIOCINQ counts the urgent octet that was passed over, when an older or a second mark comes, is the bookkeeping of each.',
    goesOn: true,
    fields: ['unread', 'ready'],
    is: ({ seg, ours, theirs, history }) =>
      (history.urgent || (seg !== null && has(seg, URG))) &&
      Math.abs(Number(ours.unread) - Number(theirs.unread)) === 1,
  },
  {
    id: 'urgent-octet-passed',
    verdict: 'calls',
    reason:
      'Linux takes POLLPRI back when a read stops at the mark a second time; here when a read has passed it.',
    fields: ['ready'],
    is: ({ step, ours, theirs, history }) =>
      history.urgent &&
      step.kind === 'call' &&
      step.call === 'read' &&
      ours.ready === ((theirs.ready ?? 0) | constant('POLLPRI')),
  },
  {
    id: 'urgent-after-fin',
    verdict: 'linux-differs-from-rfc',
    reason: 'After the peer’s FIN its URG is ignored (RFC 9293 3.10.7.4 sixth); Linux heeds it.',
    fields: ['unread', 'ready'],
    is: ({ seg, facts, step, theirs, history }) =>
      facts.fin !== null &&
      theirs.ready !== null &&
      ((seg !== null && has(seg, URG)) || (history.urgent && step.kind === 'call')),
  },
  {
    id: 'fin-before-text',
    verdict: 'rfc-free-choice',
    reason:
      'A peer whose FIN stands before text that it has sent contradicts itself: here the text was first, and the FIN is not believed before it is reached; Linux believes the FIN and throws the text beyond away.',
    fields: ALL,
    is: ({ seg, facts, ours }) =>
      seg !== null &&
      has(seg, FIN) &&
      facts.ranges.some(([, right]) => right > textOf(seg) + seg.length) &&
      (ours.state === afterAck(seg, facts) || facts.fin !== null),
    hidden: ({ seg, facts }) =>
      seg !== null &&
      has(seg, FIN) &&
      endOf(seg) > facts.rcvNxt &&
      facts.ranges.some(([, right]) => right > textOf(seg) + seg.length),
  },
  {
    id: 'two-fins',
    verdict: 'rfc-free-choice',
    reason:
      'A peer that has sent two FINs at different places contradicts itself: the one that came first is believed here; Linux believes the one that it reaches first.',
    fields: ALL,
    is: ({ seg, facts, ours }) =>
      seg !== null &&
      has(seg, FIN) &&
      facts.fin !== null &&
      endOf(seg) - 1 !== facts.fin &&
      (ours.state === afterAck(seg, facts) || textOf(seg) + seg.length >= facts.fin),
    hidden: ({ seg, facts }) =>
      seg !== null &&
      has(seg, FIN) &&
      facts.fin !== null &&
      facts.fin >= facts.rcvNxt &&
      endOf(seg) - 1 !== facts.fin &&
      endOf(seg) > facts.rcvNxt,
  },
  {
    id: 'held-beyond-fin',
    verdict: 'rfc-free-choice',
    reason:
      'A peer whose FIN stands before text of its own that is held contradicts itself: here such a FIN is believed when it comes in order, and the text beyond is forgotten; Linux believes it also beyond a hole, and goes on reporting the text by SACK.',
    fields: ALL,
    is: ({ seg, facts, history }) => {
      const fins = seg !== null && has(seg, FIN) ? [...history.fins, endOf(seg) - 1] : history.fins;
      return fins.some((fin) => facts.ranges.some(([, right]) => right > fin));
    },
  },
  {
    id: 'text-beyond-fin',
    verdict: 'rfc-free-choice',
    reason:
      'Text beyond the peer’s FIN: nothing of such a segment is taken here; Linux takes what is before the FIN, or resets a connection whose FIN it has passed on.',
    fields: ALL,
    is: ({ seg, facts, ours, before }) =>
      seg !== null &&
      facts.fin !== null &&
      textOf(seg) + seg.length > facts.fin &&
      seg.length > 0 &&
      ours.state === afterAck(seg, facts) &&
      (before.ours?.unread === null || ours.unread === before.ours?.unread),
  },
];
