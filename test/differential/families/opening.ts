// LISTEN, SYN-SENT and SYN-RECEIVED.

import { ALL, acked, endOf, type Family, has, only, reset, silent, tsValOf, unmoved } from '../family.ts';
import { ACK, FIN, RST, type SegmentStep, SYN, segmentLength } from '../sequence.ts';

/** The TSecr of a step, relative to what the stack sent last. */
const ecrOf = (options: readonly { kind: string }[]): number | null => {
  const ts = options.find((o) => o.kind === 'ts') as { ecr: number | null } | undefined;
  return ts?.ecr ?? null;
};

const KINDS = { mss: 2, wscale: 3, sackOK: 4, sack: 5, ts: 8 } as const;
const LENGTHS: Readonly<Record<number, number>> = { 2: 4, 3: 3, 4: 2, 8: 10 };

/** The kinds of a step's options up to their end (kind 0); of those with a fixed length only where it is that. */
function kindsOf(s: SegmentStep): number[] {
  const kinds: number[] = [];
  for (const o of s.options) {
    if (o.kind !== 'raw') {
      kinds.push(KINDS[o.kind]);
      continue;
    }
    const [kind = 0, length = 0] = o.octets;
    if (kind === 0) break;
    if ((LENGTHS[kind] ?? length) === length) kinds.push(kind);
  }
  return kinds;
}

/** Whether a SYN has an option twice. */
function optionTwice(s: SegmentStep): boolean {
  const kinds = kindsOf(s);
  return has(s, SYN) && kinds.some((k, i) => (k === 2 || k === 3 || k === 8) && kinds.indexOf(k) !== i);
}

/** Whether the options of a SYN,ACK are the MSS, and of the others those that the peer's SYN had. */
function granted(options: string, syn: SegmentStep): boolean {
  const kinds = kindsOf(syn);
  const same = (kind: number, text: string): boolean => options.includes(text) === kinds.includes(kind);
  return (
    options.startsWith('mss ') &&
    same(KINDS.sackOK, 'sackOK') &&
    same(KINDS.ts, 'TS') &&
    same(KINDS.wscale, 'wscale')
  );
}

export const opening: readonly Family[] = [
  {
    id: 'option-twice',
    verdict: 'rfc-free-choice',
    reason:
      'Of an option that a SYN has twice the first counts here, the last in Linux; the RFCs are silent.',
    fields: ALL,
    is: ({ seg, ours, theirs }) => seg !== null && optionTwice(seg) && ours.state === theirs.state,
    hidden: ({ seg }) => seg !== null && optionTwice(seg),
  },
  {
    id: 'simultaneous-open-options',
    verdict: 'linux-differs-from-rfc',
    reason:
      'In a simultaneous open Linux repeats the options of its SYN in its SYN,ACK; RFC 7323 sections 2.2 and 3.2 allow window scale and timestamps there only if the peer’s SYN had them.',
    goesOn: true,
    fields: ['options', 'echo'],
    is: ({ seg, facts, ours, theirs }) =>
      facts.state === 'SYN-SENT' &&
      seg !== null &&
      only(ours)?.ctl === (SYN | ACK) &&
      granted(only(ours)?.options ?? '', seg) &&
      only(theirs)?.ctl === (SYN | ACK) &&
      /^mss \d+, sackOK, TS, nop, wscale \d+$/.test(only(theirs)?.options ?? ''),
  },
  {
    id: 'simultaneous-open-scale',
    verdict: 'linux-differs-from-rfc',
    reason:
      'After a simultaneous open with a peer whose SYN had no window scale Linux scales the windows that it sends; RFC 7323 section 2.2 wants both shifts to be 0 then.',
    goesOn: true,
    fields: ['window'],
    is: ({ facts, ours, theirs, history: { simultaneous, theirShift } }) =>
      (simultaneous || facts.state === 'SYN-SENT') &&
      facts.rcvShift === 0 &&
      theirShift > 0 &&
      theirs.sent.every((s, i) => {
        const mine = ours.sent[i]?.wnd ?? 0;
        return s.wnd === mine || Math.abs((s.wnd << theirShift) - mine) <= Math.max(2920, mine >> 2);
      }),
  },
  {
    id: 'simultaneous-open-end',
    verdict: 'rfc-free-choice',
    reason:
      'The peer’s SYN,ACK completes a simultaneous open (RFC 9293 figure 7). Linux also answers it, as a SYN that it has seen, by an ACK, and takes its window as scaled by now, or as it is.',
    fields: ['segments', 'sendWindow'],
    is: ({ seg, facts, ours, theirs }) =>
      facts.state === 'SYN-RECEIVED' &&
      !facts.passive &&
      seg !== null &&
      has(seg, SYN | ACK) &&
      seg.seq === 0 &&
      ours.state === theirs.state &&
      (ours.sendWindow === null || ours.sendWindow === (seg.wnd >> facts.sndShift) << facts.sndShift) &&
      (acked(theirs) || ours.sent.length === theirs.sent.length),
  },
  {
    id: 'simultaneous-open-end-text',
    verdict: 'rfc-free-choice',
    reason:
      'A SYN,ACK that completes a simultaneous open and has text or FIN is taken with them here; to Linux it is a SYN in the window, and challenged.',
    fields: ALL,
    is: ({ seg, facts, ours, theirs, before }) =>
      facts.state === 'SYN-RECEIVED' &&
      !facts.passive &&
      seg !== null &&
      has(seg, SYN | ACK) &&
      seg.seq === 0 &&
      segmentLength(seg) > 1 &&
      only(ours)?.ack === endOf(seg) &&
      acked(theirs) &&
      unmoved(theirs, before.theirs),
  },
  {
    id: 'syn-received-ack-of-iss',
    verdict: 'linux-differs-from-rfc',
    reason:
      'After a simultaneous open Linux is ESTABLISHED by an ACK of ISS, which acknowledges nothing; RFC 9293 3.10.7.4 wants SND.UNA < SEG.ACK, and a RST otherwise.',
    fields: ALL,
    is: ({ seg, facts, ours, theirs }) =>
      facts.state === 'SYN-RECEIVED' &&
      !facts.passive &&
      seg !== null &&
      has(seg, ACK) &&
      seg.ack === 0 &&
      ours.sent.some((s) => s.ctl === RST) &&
      (theirs.state !== 'SYN-RECEIVED' || (has(seg, SYN) && acked(theirs))),
  },
  {
    id: 'simultaneous-open-bad-ack',
    verdict: 'rfc-free-choice',
    reason:
      'A SYN,ACK that would complete a simultaneous open (RFC 9293 figure 7) but for its ACK of what was not sent is reset here, as by the fifth step of 3.10.7.4; to Linux it is outside the window, and answered by an ACK.',
    goesOn: true,
    fields: ['segments'],
    is: ({ seg, facts, ours, theirs, before }) =>
      facts.state === 'SYN-RECEIVED' &&
      !facts.passive &&
      seg !== null &&
      has(seg, SYN | ACK) &&
      seg.seq === 0 &&
      (seg.ack <= facts.sndUna || seg.ack > facts.sndNxt) &&
      only(ours)?.ctl === RST &&
      acked(theirs) &&
      unmoved(ours, before.ours) &&
      unmoved(theirs, before.theirs),
  },
  {
    id: 'text-of-syn-ack',
    verdict: 'rfc-free-choice',
    reason:
      'Text and FIN that come with a SYN,ACK are taken here (RFC 9293 3.10.7.3 "continue processing at the sixth step"); Linux discards them, and the peer sends them again.',
    fields: ALL,
    is: ({ seg, facts, ours, theirs }) =>
      facts.state === 'SYN-SENT' &&
      seg !== null &&
      has(seg, SYN | ACK) &&
      segmentLength(seg) > 1 &&
      theirs.state === 'ESTABLISHED' &&
      only(theirs)?.ack === ((seg.seq + 1) | 0) &&
      only(ours)?.ack === (Math.min(endOf(seg), seg.seq + 1 + facts.rcvEdge) | 0) &&
      ours.state === (has(seg, FIN) ? 'CLOSE-WAIT' : 'ESTABLISHED'),
  },
  {
    id: 'syn-again-once',
    verdict: 'rfc-free-choice',
    reason:
      'After a RST for a wrong ACK in SYN-SENT both send their SYN again at once, the peer’s old connection being gone; Linux does so for the first wrong ACK only.',
    goesOn: true,
    fields: ['segments'],
    is: ({ seg, facts, ours, theirs }) =>
      facts.state === 'SYN-SENT' &&
      seg !== null &&
      has(seg, ACK) &&
      only(theirs)?.ctl === RST &&
      ours.sent.length === 2 &&
      ours.sent[0]?.ctl === RST &&
      ours.sent[0]?.seq === only(theirs)?.seq &&
      ours.sent[1]?.ctl === SYN,
  },
  {
    id: 'syn-received-tsecr',
    verdict: 'linux-policy',
    reason:
      'In SYN-RECEIVED Linux acknowledges and drops what brings a TSecr that its SYN,ACK did not have; RFC 7323 has no such check.',
    fields: ALL,
    is: ({ seg, facts, theirs, before }) =>
      facts.state === 'SYN-RECEIVED' &&
      facts.passive &&
      facts.tsRecent !== null &&
      seg !== null &&
      Math.abs(ecrOf(seg.options) ?? 0) >= 100_000 &&
      unmoved(theirs, before.theirs) &&
      (acked(theirs) || silent(theirs)),
  },
  {
    id: 'embryonic-reset',
    verdict: 'linux-policy',
    reason:
      'A SYN in the window ends SYN-RECEIVED of a passive open on both sides (RFC 9293 3.10.7.4 fourth); Linux also sends a RST.',
    fields: ['segments', 'state'],
    is: ({ seg, facts, ours, theirs }) =>
      facts.state === 'SYN-RECEIVED' &&
      facts.passive &&
      seg !== null &&
      has(seg, SYN) &&
      silent(ours) &&
      reset(theirs) &&
      ours.state === theirs.state,
  },
  {
    id: 'syn-received-old-segment',
    verdict: 'rfc-free-choice',
    reason:
      'In SYN-RECEIVED of a passive open Linux has no more than a request: what is old or out of the window it answers by the plain ACK of that request, without SACK.',
    goesOn: true,
    fields: ['sack'],
    is: ({ facts, ours, theirs }) =>
      facts.state === 'SYN-RECEIVED' &&
      facts.passive &&
      acked(ours) &&
      acked(theirs) &&
      only(theirs)?.sack.length === 0,
  },
  {
    id: 'embryonic-reset-by-old-syn',
    verdict: 'linux-differs-from-rfc',
    reason:
      'A SYN before RCV.NXT whose text reaches into the window is trimmed, and old (RFC 9293 3.10.7.4): an ACK. Linux resets SYN-RECEIVED of a passive open by it.',
    fields: ['segments', 'state'],
    is: ({ seg, facts, ours, theirs, before }) =>
      facts.state === 'SYN-RECEIVED' &&
      facts.passive &&
      seg !== null &&
      has(seg, SYN) &&
      seg.seq < facts.rcvNxt &&
      endOf(seg) > facts.rcvNxt &&
      acked(ours) &&
      unmoved(ours, before.ours) &&
      reset(theirs),
  },
  {
    id: 'simultaneous-syn-again',
    verdict: 'rfc-free-choice',
    reason:
      'The peer’s SYN again in SYN-RECEIVED of a simultaneous open: the SYN,ACK again here, for it may be lost; a challenge ACK of Linux.',
    goesOn: true,
    fields: ['segments', 'options', 'echo', 'sack'],
    is: ({ seg, facts, ours, theirs }) =>
      facts.state === 'SYN-RECEIVED' &&
      !facts.passive &&
      seg !== null &&
      (seg.ctl & (SYN | ACK | RST)) === SYN &&
      seg.seq === 0 &&
      only(ours)?.ctl === (SYN | ACK) &&
      (acked(theirs) || only(theirs)?.ctl === (SYN | ACK)),
  },
  {
    id: 'syn-received-ack-first',
    verdict: 'linux-differs-from-rfc',
    reason:
      'In SYN-RECEIVED of a passive open Linux resets a wrong ACK before it looks at the sequence number; in RFC 9293 3.10.7.4 that comes first, and what is outside the window is acknowledged, and a SYN in it returns to LISTEN.',
    fields: ['segments', 'state'],
    is: ({ seg, facts, ours, theirs, before }) =>
      facts.state === 'SYN-RECEIVED' &&
      facts.passive &&
      seg !== null &&
      has(seg, ACK) &&
      !has(seg, RST) &&
      seg.ack !== 1 &&
      ((acked(ours) && unmoved(ours, before.ours)) ||
        (has(seg, SYN) && silent(ours) && ours.state !== facts.state)) &&
      unmoved(theirs, before.theirs) &&
      only(theirs)?.ctl === RST &&
      only(theirs)?.seq === seg.ack,
  },
  {
    id: 'syn-received-closed-window',
    verdict: 'linux-differs-from-rfc',
    reason:
      'In SYN-RECEIVED with a peer whose window is 0 the SEQ of an ACK is SND.NXT here: our SYN takes no window. Linux sends ISS.',
    goesOn: true,
    fields: ['sequence'],
    is: ({ facts, ours, theirs }) =>
      facts.live &&
      facts.sndUna === 0 &&
      facts.sndWnd === 0 &&
      only(ours)?.seq === 1 &&
      only(theirs)?.seq === 0,
  },
  {
    id: 'close-in-syn-received',
    verdict: 'linux-differs-from-rfc',
    reason:
      'CLOSE in SYN-RECEIVED enters FIN-WAIT-1 (RFC 9293 3.10.4); shutdown() of Linux does nothing there.',
    fields: ['segments', 'state', 'unacked', 'ready', 'unread'],
    is: ({ step, facts, ours, theirs }) =>
      step.kind === 'call' &&
      step.call === 'shutdown' &&
      facts.state === 'SYN-RECEIVED' &&
      ours.state === 'FIN-WAIT-1' &&
      silent(theirs) &&
      theirs.state === 'SYN-RECEIVED',
  },
  {
    id: 'syn-received-ts-recent',
    verdict: 'linux-policy',
    reason:
      'In SYN-RECEIVED of a passive open Linux takes TS.Recent from a segment before it looks at the rest of it; here from one whose ACK is acceptable.',
    fields: ['echo'],
    is: ({ seg, facts, ours, theirs }) =>
      facts.state === 'SYN-RECEIVED' &&
      facts.passive &&
      seg !== null &&
      only(ours)?.echo === facts.tsRecent &&
      only(theirs)?.echo === tsValOf(seg),
  },
  {
    id: 'syn-received-rst-paws',
    verdict: 'linux-differs-from-rfc',
    reason:
      'PAWS is not for segments with a RST (RFC 7323 section 5.3 R1); in SYN-RECEIVED of a passive open Linux drops one whose TSval is old.',
    fields: ['segments', 'state'],
    is: ({ seg, facts, ours, theirs, before }) =>
      facts.state === 'SYN-RECEIVED' &&
      facts.passive &&
      facts.tsRecent !== null &&
      seg !== null &&
      has(seg, RST) &&
      (((tsValOf(seg) ?? facts.tsRecent) - facts.tsRecent) | 0) < 0 &&
      (seg.seq === facts.rcvNxt ? ours.state === 'LISTEN' && silent(ours) : acked(ours)) &&
      silent(theirs) &&
      unmoved(theirs, before.theirs),
  },
  {
    id: 'unlisten-keeps-requests',
    verdict: 'linux-policy',
    reason:
      'A listener that closes resets its connections in SYN-RECEIVED here; Linux leaves its requests to their timer, and they answer nothing.',
    fields: ['segments', 'state'],
    is: ({ step, facts, ours, theirs }) =>
      step.kind === 'call' &&
      step.call === 'unlisten' &&
      facts.state === 'SYN-RECEIVED' &&
      facts.passive &&
      reset(ours) &&
      ours.state === 'CLOSED' &&
      silent(theirs) &&
      theirs.state === 'SYN-RECEIVED',
  },
];
