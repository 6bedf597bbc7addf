// Losses on the way, needless retransmissions, damaged segments. By their rate: one loss in a thousand segments is weather.

import { FIN } from '../../../wire/index.ts';
import { Mark, type Seen, type Way } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { figures, type Rule, shows } from '../verdict.ts';

/** Retransmissions below this share of the segments with text, or so few, are told and not warned of. */
const RATE = 0.02;
const FEW = 3;

/** Segments were lost between the ends. */
export const loss: Rule = {
  id: 'loss',
  severity: 'warning',
  title: { en: 'Segments are lost on the way', zh: '途中丢包' },
  means: {
    en: 'The {who} sent {count|1 segment|# segments} again, {percent} % of its data: {timeout} after a timeout, {fast} after duplicate ACKs, {sack} for SACK, {probe} to probe the tail.',
    zh: '{who}重传了 {count} 个报文段，占其数据的 {percent}%：超时 {timeout} 个，重复 ACK 后 {fast} 个，SACK 所示空洞 {sack} 个，尾部探测 {probe} 个。',
  },
  advice: [
    {
      en: 'Timeouts hurt most (they wait). Losses in one direction only, or only when much is under way, point to a full queue; losses however little is under way, to a bad link: ethtool -S, mtr -T.',
      zh: '超时最伤（要等）。只有一个方向丢、或只在大量数据在途时丢，多半是队列满；在途数据很少时也丢，多半是链路有问题：ethtool -S、mtr -T。',
    },
  ],
  scenario: { id: 'fast-retransmit' },
  judge({ sides, segments }) {
    let worst: Way = 0;
    // A FIN that is sent again has verdicts of its own.
    const real = (way: Way): number => {
      const { all, spurious: needless, fin } = sides[way].retransmitted;
      return all - needless - fin;
    };
    if (real(1) > real(0)) worst = 1;
    const count = real(worst);
    if (count < 1) return null;
    const side = sides[worst];
    const sent = Math.max(1, Math.ceil(side.octets / Math.max(1, side.largest)));
    const rate = count / sent;
    const again = segments.filter(
      (seen) =>
        seen.way === worst &&
        (seen.marks & Mark.RETRANSMITTED) !== 0 &&
        (seen.marks & Mark.SPURIOUS) === 0 &&
        !seen.is(FIN),
    );
    const { timeout, fast, sack, tailProbe } = side.retransmitted;
    return {
      confidence: 'certain',
      culprit: 'network',
      severity: rate >= RATE && count >= FEW ? 'warning' : 'note',
      params: {
        who: worst === 0 ? 'client' : 'server',
        ...{ count, timeout, fast, sack, probe: tailProbe },
        percent: figures(100 * Math.min(1, rate)),
      },
      evidence: again.slice(0, 5).map((seen) => shows(seen, roles.textAgain)),
    };
  },
};

/** Sent again without need: RFC 2883, RFC 3522, or acknowledged in the capture. */
export const spurious: Rule = {
  id: 'spurious',
  severity: 'note',
  title: { en: 'Retransmissions that were not needed', zh: '不必要的重传' },
  means: {
    en: '{count|1 segment was|# segments were} sent again although {count|it|they} had arrived: an ACK was lost or late, or the round trip jumped. DSACK, timestamps or the ACKs in the capture show it.',
    zh: '有 {count} 个报文段其实已送达却被重发：ACK 丢了或来迟，或往返时间突增。DSACK、时间戳或抓包中的 ACK 说明了这一点。',
  },
  advice: [],
  scenario: { id: 'hs', edits: ['left write "x" 50ms', 'drop ACK#2 right->left'] },
  judge({ sides, segments }) {
    const count = sides[0].retransmitted.spurious + sides[1].retransmitted.spurious;
    const found = segments.filter(
      (seen) => (seen.marks & Mark.SPURIOUS) !== 0 && (seen.marks & Mark.COPY) === 0,
    );
    if (count === 0 || found.length === 0) return null;
    return {
      confidence: 'likely',
      culprit: 'network',
      params: { count },
      evidence: found.slice(0, 5).map((seen) => shows(seen, roles.textAgain)),
    };
  },
};

/** Overtaken segments: no retransmission, and harm only when they come very late. */
export const reordered: Rule = {
  id: 'reordered',
  severity: 'note',
  title: { en: 'Segments overtake each other', zh: '报文段乱序到达' },
  means: {
    en: '{count|1 segment|# segments} came behind later ones and {count|was no retransmission|were no retransmissions}: several paths, or several queues. TCP puts them in order.',
    zh: '{count} 个报文段比后发的晚到，且不是重传：多路径或多队列。TCP 会重新排序。',
  },
  advice: [],
  scenario: { id: 'hs', edits: ['left write 3000 100ms', 'delay data#1 left->right 2ms'] },
  judge({ sides, segments }) {
    const count = sides[0].reordered + sides[1].reordered;
    if (count === 0) return null;
    const found = segments.filter((seen) => (seen.marks & Mark.REORDERED) !== 0);
    return {
      confidence: 'likely',
      culprit: 'network',
      params: { count },
      evidence: found.slice(0, 5).map((seen) => shows(seen, { en: 'overtaken', zh: '比后发的晚到' })),
    };
  },
};

/** Damaged on the way: the receiver discards it without a word. */
export const badChecksum: Rule = {
  id: 'bad-checksum',
  severity: 'warning',
  title: { en: 'Wrong checksums', zh: '校验和错误' },
  means: {
    en: '{count|1 segment has|# segments have} a wrong checksum: the receiver discards {count|it|them} silently. A card, a cable or a middlebox damages packets; or (when all of one side are wrong) the capture was made before the card computed them.',
    zh: '{count} 个报文段校验和错误：接收方会悄悄丢弃。网卡、线缆或中间设备损坏了包；若某一方全部错误，则是在网卡计算校验和之前抓的。',
  },
  advice: [
    {
      en: 'ethtool -S on both sides; ethtool -K DEV tx off while capturing tells whether it is only the capture.',
      zh: '两端查看 ethtool -S；抓包时 ethtool -K 网卡 tx off 可以判断是不是只是抓包的假象。',
    },
  ],
  scenario: { id: 'hs', edits: ['left write "hello" 100ms', 'corrupt data#1'] },
  judge({ sides, segments, packets }) {
    const count = sides[0].badSums + sides[1].badSums;
    if (count === 0) return null;
    const bad = segments.filter((seen) => (seen.marks & Mark.BAD_SUM) !== 0);
    const all = sides.some((side) => side.badSums > 1 && side.badSums === side.packets);
    return {
      confidence: all ? 'possible' : 'certain',
      culprit: all ? 'capture' : 'network',
      severity: all || count / packets < 0.001 ? 'note' : 'warning',
      params: { count },
      evidence: bad
        .slice(0, 5)
        .map((seen: Seen) => shows(seen, { en: 'a wrong checksum', zh: '校验和错误' })),
    };
  },
};
