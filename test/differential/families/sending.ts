// What is sent, and the window that allows it.

import { ALL, acked, type Family, has, inWindow, only, reset, sentInWindow, silent } from '../family.ts';
import type { Observation } from '../player.ts';
import { ACK, CWR, FIN, PSH, RST, SYN } from '../sequence.ts';
import type { Sent } from '../wire.ts';

/** Whether SND.WND cannot be seen although there is a connection. */
const unseen = (o: Observation): boolean => o.sendWindow === null;

/** The text segments of a stack when they follow one another and nothing is a RST; null else. */
function textRun(o: Observation): Sent[] | null {
  const run = o.sent.filter((s) => s.length > 0);
  if (o.sent.some((s) => s.seq === null || (s.ctl & (RST | SYN)) !== 0)) return null;
  return run.every((s, i) => i === 0 || s.seq === (run[i - 1]?.seq ?? 0) + (run[i - 1]?.length ?? 0))
    ? run
    : null;
}

/** Octets of text that a stack sent. */
const octets = (o: Observation): number => o.sent.reduce((sum, s) => sum + s.length, 0);

export const sending: readonly Family[] = [
  {
    id: 'syn-ack-resent-by-sack',
    verdict: 'rfc-free-choice',
    reason:
      'After a CLOSE in SYN-RECEIVED the SYN,ACK and the FIN are under way. Blocks of an ACK that acknowledges neither make Linux send the SYN,ACK again; here only text goes again by SACK (RFC 2018 speaks of data), a SYN by its timer.',
    fields: ['segments'],
    is: ({ seg, facts, ours, theirs }) =>
      facts.state === 'FIN-WAIT-1' &&
      facts.sndUna === 0 &&
      facts.sack &&
      seg?.options.some((o) => o.kind === 'sack') === true &&
      theirs.sent[0]?.ctl === (SYN | ACK) &&
      theirs.sent[0].seq === 0 &&
      ours.state === theirs.state &&
      ours.sent.length === theirs.sent.length - 1,
  },
  {
    id: 'push',
    verdict: 'rfc-free-choice',
    reason:
      'PSH ends what the program wrote; Linux also sets it where it hands a batch to the device, and after half of the peer’s largest window (RFC 9293 3.9.1.2 leaves more PSH free).',
    goesOn: true,
    fields: ['push'],
    is: ({ ours, theirs }) =>
      ours.sent.every((s, i) => {
        const other = theirs.sent[i];
        if (other === undefined || s.ctl === other.ctl) return true;
        return s.length > 0 && (s.ctl ^ other.ctl) === PSH;
      }),
  },
  {
    id: 'window-of-old-segment',
    verdict: 'linux-differs-from-rfc',
    reason:
      'SND.WND is taken from a segment that begins before RCV.NXT as from the rest that begins there (RFC 9293 3.10.7.4 "the idealized segment"); Linux compares SND.WL1 with the number in the header.',
    fields: ALL,
    is: ({ seg, facts, ours, theirs, before }) =>
      seg !== null &&
      has(seg, ACK) &&
      seg.seq < facts.rcvNxt &&
      ours.sendWindow === seg.wnd << facts.sndShift &&
      theirs.sendWindow === before.theirs?.sendWindow,
    hidden: ({ seg, facts, ours }) =>
      unseen(ours) && seg !== null && has(seg, ACK) && seg.seq < facts.rcvNxt && inWindow(seg, facts),
  },
  {
    id: 'window-shrinks',
    verdict: 'linux-policy',
    reason:
      'A smaller window in a segment with the SND.WL1 and SND.WL2 of the last update is taken (RFC 9293 3.10.7.4); Linux takes only a larger one, or 0.',
    fields: ['sendWindow'],
    is: ({ seg, facts, ours, theirs, before }) =>
      seg !== null &&
      has(seg, ACK) &&
      seg.seq === facts.sndWl1 &&
      seg.ack === facts.sndUna &&
      ours.sendWindow === seg.wnd << facts.sndShift &&
      theirs.sendWindow === before.theirs?.sendWindow &&
      (ours.sendWindow ?? 0) < (theirs.sendWindow ?? 0),
    hidden: ({ seg, facts, ours }) =>
      unseen(ours) &&
      seg !== null &&
      has(seg, ACK) &&
      seg.seq === facts.sndWl1 &&
      seg.ack === facts.sndUna &&
      seg.wnd << facts.sndShift < facts.sndWnd,
  },
  {
    id: 'wl1-in-fast-path',
    verdict: 'linux-differs-from-rfc',
    reason:
      'SND.WL1 never goes back (RFC 9293 3.10.7.4): a window of an older segment is not taken. In Linux header prediction sets it to the SEQ of the segment.',
    fields: ['sendWindow'],
    is: ({ seg, facts, ours, theirs, before }) =>
      seg !== null &&
      has(seg, ACK) &&
      seg.seq < facts.sndWl1 &&
      seg.ack <= facts.sndUna &&
      ours.sendWindow === before.ours?.sendWindow &&
      theirs.sendWindow === seg.wnd << facts.sndShift,
    hidden: ({ seg, facts, ours }) =>
      unseen(ours) && seg !== null && has(seg, ACK) && seg.length > 0 && seg.seq < facts.sndWl1,
  },
  {
    id: 'slow-start',
    verdict: 'linux-differs-from-rfc',
    reason:
      'In slow start an ACK opens cwnd by at most one segment (RFC 5681 section 3.1); Linux opens it by all that was acknowledged, and sends more.',
    fields: ['segments', 'push'],
    is: ({ seg, facts, ours, theirs }) =>
      seg !== null &&
      has(seg, ACK) &&
      seg.ack - facts.sndUna > facts.mss &&
      theirs.sent.length > ours.sent.length &&
      octets(ours) >= Math.min(seg.ack - facts.sndUna - facts.mss, octets(theirs)) &&
      ours.sent.every((s, i) => s.seq === theirs.sent[i]?.seq && s.length === theirs.sent[i]?.length),
  },
  {
    id: 'loss-recovery',
    verdict: 'rfc-free-choice',
    reason:
      'After SACK blocks or duplicate ACKs what is sent, and how much, is loss recovery: RACK (RFC 8985) and RFC 9937 on both sides, counted in octets here and in segments in Linux.',
    fields: ['segments', 'push', 'sequence', 'text', 'urgent', 'sack', 'acknowledgment', 'window'],
    is: (c) => {
      const { seg, facts, ours, theirs, history } = c;
      return (
        facts.sndNxt > facts.sndUna &&
        sentInWindow(c, ours) &&
        (history.loss ||
          (seg !== null && (seg.ack === facts.sndUna || seg.options.some((o) => o.kind === 'sack')))) &&
        ours.state === theirs.state &&
        ours.unread === theirs.unread &&
        ours.unacked === theirs.unacked &&
        [...ours.sent, ...theirs.sent].every((s) => (s.ctl & RST) === 0)
      );
    },
  },
  {
    id: 'ack-before-text',
    verdict: 'rfc-free-choice',
    reason:
      'What an arriving segment calls forth goes out with its acknowledgment here; Linux sends an ACK first, and then the text or FIN.',
    goesOn: true,
    fields: ['segments', 'text'],
    is: ({ seg, facts, ours, theirs }) =>
      seg !== null &&
      ours.sent.length > 0 &&
      theirs.sent.length === ours.sent.length + 1 &&
      theirs.sent[0]?.ctl === ACK &&
      theirs.sent[0]?.length === 0 &&
      theirs.sent[0]?.ack === ours.sent[0]?.ack &&
      (theirs.sent[0]?.ack ?? 0) >= facts.rcvNxt &&
      ours.sent.every((s, i) => {
        const other = theirs.sent[i + 1];
        return (
          (s.ctl | PSH) === ((other?.ctl ?? 0) | PSH) && s.seq === other?.seq && s.length === other.length
        );
      }),
  },
  {
    id: 'seq-at-shrunk-window',
    verdict: 'rfc-free-choice',
    reason:
      'When the peer has taken back its window, ACKs and the RST of an abort carry the SEQ of its edge here, for the peer would refuse SND.NXT (and with it URG, when urgent data is behind that edge); Linux does so only if more than a unit of the window scale was taken back.',
    goesOn: true,
    fields: ['segments', 'sequence', 'urgent'],
    is: ({ seg, facts, ours, theirs }) => {
      const mine = only(ours);
      const alike = (acked(ours) && acked(theirs)) || (reset(ours) && reset(theirs));
      if (mine === null || !alike || only(theirs)?.seq !== facts.sndNxt) return false;
      const windows = [
        ours.sendWindow ?? facts.sndWnd,
        seg === null ? facts.sndWnd : seg.wnd << facts.sndShift,
      ];
      return [facts.sndUna, seg?.ack ?? facts.sndUna].some((una) =>
        windows.some((window) => mine.seq === una + window),
      );
    },
  },
  {
    id: 'fin-beyond-cwnd',
    verdict: 'rfc-free-choice',
    reason:
      'A FIN without text goes out whatever cwnd is: it is no octet of text (RFC 5681); Linux counts it as a segment, and has a cwnd of one after a SYN was sent twice.',
    fields: ['segments'],
    is: ({ step, facts, ours, theirs }) =>
      step.kind === 'call' &&
      (facts.state === 'SYN-RECEIVED' || facts.sndNxt - facts.sndUna >= 10 * Math.min(facts.mss, 100)) &&
      only(ours)?.ctl === (FIN | ACK) &&
      ours.state === theirs.state &&
      silent(theirs),
  },
  {
    id: 'ecn-echo-when-idle',
    verdict: 'rfc-free-choice',
    reason:
      'ECE with an ACK is heeded, and CWR sent, also when nothing was in flight (RFC 3168 section 6.1.2); Linux heeds it only with text in flight.',
    fields: ['segments'],
    is: ({ facts, ours, theirs }) =>
      facts.ecn &&
      ours.sent.length === theirs.sent.length &&
      ours.sent.every((s, i) => ((s.ctl ^ (theirs.sent[i]?.ctl ?? 0)) & ~(CWR | PSH)) === 0),
  },
  {
    id: 'half-of-the-window',
    verdict: 'linux-policy',
    reason: 'Linux fills at most half of the peer’s largest window with one segment (tcp_bound_to_half_wnd).',
    fields: ['segments', 'push', 'sequence', 'text'],
    is: (c) => {
      const { facts, ours, theirs } = c;
      return (
        facts.maxWnd <= 2 * facts.mss &&
        sentInWindow(c, ours) &&
        theirs.sent.some((s) => s.length > 0 && s.length <= Math.max(facts.maxWnd >> 1, 68 - 40)) &&
        ours.sent[0]?.seq === theirs.sent[0]?.seq
      );
    },
  },
  {
    id: 'sack-with-text',
    verdict: 'rfc-free-choice',
    reason:
      'SACK blocks go with text as far as a segment has room for them; Linux makes the segments shorter, so that the blocks fit.',
    fields: ['segments', 'push', 'sequence', 'sack', 'text', 'urgent'],
    is: ({ facts, ours, theirs }) =>
      facts.sack &&
      ours.sent.some((s) => s.length > 0 && s.sack.length === 0) &&
      theirs.sent.some((s) => s.length > 0 && s.sack.length > 0 && s.length < facts.mss) &&
      ours.sent[0]?.seq === theirs.sent[0]?.seq,
  },
  {
    id: 'how-much-at-once',
    verdict: 'rfc-free-choice',
    reason:
      'Both send the next octets in order, within the peer’s window, but another number of them or cut elsewhere: cwnd counts octets here and segments in Linux, which also waits for a batch to fill (tcp_tso_should_defer).',
    fields: ['segments', 'push', 'sequence', 'text', 'sack', 'urgent'],
    is: (c) => {
      const { facts, ours, theirs } = c;
      const [mine, other] = [textRun(ours), textRun(theirs)];
      if (mine === null || other === null) return false;
      if (mine.length === 0 && other.length === 0) return false;
      const first = (mine[0] ?? other[0])?.seq;
      if (mine.length > 0 && other.length > 0 && mine[0]?.seq !== other[0]?.seq) return false;
      return first === facts.sndNxt && sentInWindow(c, ours);
    },
  },
];
