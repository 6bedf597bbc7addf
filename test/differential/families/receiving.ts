// Text, FIN and urgent data, and how they are acknowledged.

import { constant } from '../../../src/drill/posix/index.ts';
import type { Facts } from '../facts.ts';
import { ALL, endOf, type Family, has, textOf, tsValOf } from '../family.ts';
import type { Observation } from '../player.ts';
import { ACK, FIN, type SegmentStep, SYN, URG } from '../sequence.ts';
import type { Sent } from '../wire.ts';

/** The blocks of an ACK, and what else its options are. */
function split(options: string): { blocks: string[]; rest: string } {
  const at = options.search(/(, )?nop, nop, sack /);
  if (at < 0) return { blocks: [], rest: options };
  return { blocks: options.slice(options.indexOf('sack ') + 5).split(' '), rest: options.slice(0, at) };
}

/** The state after the fifth step (3.10.7.4): what the ACK of a segment alone does. */
function afterAck(seg: SegmentStep, { state, sndNxt, passive, finSent }: Facts): string {
  if (!has(seg, ACK) || seg.ack !== sndNxt) return state;
  if (state !== 'SYN-RECEIVED' && !finSent) return state;
  if (state === 'FIN-WAIT-1') return 'FIN-WAIT-2';
  if (state === 'CLOSING') return 'TIME-WAIT';
  if (state === 'LAST-ACK') return passive ? 'LISTEN' : 'CLOSED';
  return state === 'SYN-RECEIVED' ? 'ESTABLISHED' : state;
}

/** Where FINs of the peer are: one that was seen before, and that of the step. */
function finsOf(seg: SegmentStep | null, { fin }: Facts): number[] {
  const here = seg !== null && has(seg, FIN) ? [textOf(seg) + seg.length] : [];
  return fin === null ? here : [fin, ...here];
}

/** Blocks as they were without these FINs. */
function withoutFin(blocks: readonly string[], fins: readonly number[]): string[] {
  return blocks
    .map((block) => block.split(':').map(Number) as [number, number])
    .map(([l, r]): [number, number] => [l, fins.includes(r - 1) ? r - 1 : r])
    .filter(([l, r]) => l !== r)
    .map(([l, r]) => `${l}:${r}`);
}

/** Whether both sent the same number of segments, alike in options but for what `same` allows. */
function optionsApart(
  ours: Observation,
  theirs: Observation,
  same: (a: string, b: string) => boolean,
): boolean {
  return (
    ours.sent.length === theirs.sent.length &&
    ours.sent.every((s, i) => {
      const other = theirs.sent[i] as Sent;
      return s.options === other.options || same(s.options, other.options);
    })
  );
}

const ecrOf = (options: string): number | null => {
  const found = /TS ecr (-?\d+)/.exec(options);
  return found === null ? null : Number(found[1]);
};

export const receiving: readonly Family[] = [
  {
    id: 'sack-of-fin',
    verdict: 'rfc-free-choice',
    reason:
      'A FIN that came out of order, or again, counts as an octet in the SACK blocks of Linux; here blocks are text. RFC 2018 and 2883 speak of data.',
    goesOn: true,
    fields: ['options'],
    is: ({ seg, facts, ours, theirs }) => {
      const fins = finsOf(seg, facts);
      return optionsApart(ours, theirs, (a, b) => {
        const [mine, other] = [split(a), split(b)];
        return mine.rest === other.rest && mine.blocks.join() === withoutFin(other.blocks, fins).join();
      });
    },
  },
  {
    id: 'dsack-with-syn-or-fin',
    verdict: 'rfc-free-choice',
    reason:
      'Old text of a segment with SYN or FIN is reported by DSACK as any other (RFC 2883 section 4); Linux forgets its blocks when it reaches the FIN, and reports none for a SYN.',
    goesOn: true,
    fields: ['options'],
    is: ({ seg, facts, ours, theirs }) =>
      seg !== null &&
      (has(seg, FIN) || has(seg, SYN) || facts.fin !== null) &&
      seg.length > 0 &&
      optionsApart(ours, theirs, (a, b) => {
        const [mine, other] = [split(a), split(b)];
        const [left = 0, right = 0] = (mine.blocks[0] ?? '').split(':').map(Number);
        const old = left >= textOf(seg) && right <= textOf(seg) + seg.length && left < right;
        const held = right <= facts.rcvNxt || facts.ranges.some(([l, r]) => left >= l && right <= r);
        const rest = withoutFin(other.blocks, finsOf(seg, facts)).join();
        return mine.rest === other.rest && old && held && mine.blocks.slice(1).join() === rest;
      }),
  },
  {
    id: 'ts-recent-of-old-ack',
    verdict: 'linux-differs-from-rfc',
    reason:
      'A segment whose ACK is below SND.UNA moves TS.Recent as any other (RFC 7323 section 4.3); in Linux it does not.',
    fields: ['options'],
    is: ({ seg, facts, ours, theirs, history }) => {
      const here = seg !== null && has(seg, ACK) && seg.ack < facts.sndUna ? tsValOf(seg) : null;
      return optionsApart(ours, theirs, (a, b) => {
        const mine = ecrOf(a);
        const [x, y] = [split(a), split(b)];
        const bare = (rest: string): string => rest.replace(/TS ecr -?\d+/, '');
        if (mine === null || bare(x.rest) !== bare(y.rest)) return false;
        if (x.blocks.join() !== withoutFin(y.blocks, finsOf(seg, facts)).join()) return false;
        return mine === here || history.oldAckTsVals.has(mine);
      });
    },
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
    fields: ['unread'],
    is: ({ seg, ours, theirs, history }) =>
      (history.urgent || (seg !== null && has(seg, URG))) &&
      Math.abs(Number(ours.unread) - Number(theirs.unread)) === 1,
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
      'A peer whose FIN stands before text that it has sent contradicts itself: here the text was first, and the FIN is not believed; Linux believes the FIN and throws the text beyond away.',
    fields: ALL,
    is: ({ seg, facts, ours }) =>
      seg !== null &&
      has(seg, FIN) &&
      facts.ranges.some(([, right]) => right > textOf(seg) + seg.length) &&
      (ours.state === afterAck(seg, facts) || facts.fin !== null),
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
