// What is wrong with the capture, not with the connection.

import { ACK, SYN } from '../../../wire/index.ts';
import { Mark } from '../../follow/index.ts';
import { roles } from '../roles.ts';
import { type Rule, shows } from '../verdict.ts';

/** The capture began later than the connection. */
export const midStream: Rule = {
  id: 'mid-stream',
  severity: 'normal',
  title: { en: 'Captured from the middle on', zh: '从中途开始抓' },
  means: {
    en: 'The capture has no SYN: who opened, which options, and the scale of the windows are not known.',
    zh: '抓包中没有 SYN：谁发起、有哪些选项、窗口扩大多少都无从得知。',
  },
  advice: [],
  scenario: null,
  judge({ midStream: middle, first }) {
    if (!middle) return null;
    return {
      confidence: 'certain',
      culprit: 'capture',
      evidence: [shows(first, { en: 'the first segment', zh: '第一个报文段' })],
    };
  },
};

/** Acknowledgments move, and nobody is seen who moves them. */
export const oneSided: Rule = {
  id: 'one-sided',
  severity: 'note',
  title: { en: 'Only one direction was captured', zh: '只抓到一个方向' },
  means: {
    en: 'Only the {who} is in the capture, and its acknowledgments move: the other direction takes another way, or a filter leaves it out. What is missing was not lost.',
    zh: '抓包里只有{who}，而它的确认号在前进：另一个方向走了别的路，或被过滤掉了。缺的不等于丢的。',
  },
  advice: [
    {
      en: 'Capture where both directions pass, or at the host itself; a mirror port needs both “rx” and “tx”.',
      zh: '在双向都经过的地方抓，或直接在主机上抓；镜像端口要同时镜像 rx 和 tx。',
    },
  ],
  scenario: null,
  over: [
    'filtered',
    'peer-vanished',
    'idle-killed',
    'close-wait-leak',
    'mtu-hole',
    'capture-loss',
    'syn-aborted',
    'zero-window',
    'refused',
  ],
  judge({ oneSided: alone, sides, segments }) {
    if (!alone) return null;
    const way = sides[0].packets > 0 ? 0 : 1;
    const [first] = segments;
    const moves = segments.find(
      (seen) =>
        first !== undefined &&
        seen.is(ACK) &&
        (first.is(ACK) ? seen.ack !== first.ack : seen.pure || seen.length > 0),
    );
    const synAckAlone = way === 1 && first?.is(SYN) === true;
    if (moves === undefined && !synAckAlone) return null;
    return {
      confidence: moves === undefined ? 'likely' : 'certain',
      culprit: 'capture',
      params: { who: way === 0 ? 'client' : 'server' },
      evidence: [
        ...(first === undefined ? [] : [shows(first, { en: 'the first segment', zh: '第一个报文段' })]),
        ...(moves === undefined
          ? []
          : [shows(moves, { en: 'it acknowledges what is not here', zh: '它确认了这里没有的东西' })]),
      ],
    };
  },
};

/** Most packets are there twice. */
export const duplicateCapture: Rule = {
  id: 'duplicate-capture',
  severity: 'note',
  title: { en: 'Captured twice', zh: '同一个包抓了两次' },
  means: {
    en: '{count} of {packets|1 packet|# packets} {count|is|are} there twice, with the same IP identification and no time between: the capture listens at two points ({hops} of them on both sides of a router). {count|It is no retransmission|They are no retransmissions}.',
    zh: '{packets} 个包中有 {count} 个出现两次，IP 标识相同、几乎没有时间差：抓包同时监听了两个点（其中 {hops} 个在路由器两侧）。它们不是重传。',
  },
  advice: [
    {
      en: 'Capture on one interface instead of any; or editcap -d FILE OUT.',
      zh: '只抓一个接口，不要用 any；或者 editcap -d 文件 输出。',
    },
  ],
  scenario: null,
  judge({ copies, hopCopies, packets, firstCopy }) {
    if (copies < 2 || copies < packets * 0.3) return null;
    return {
      confidence: 'certain',
      culprit: 'capture',
      params: { count: copies, packets, hops: hopCopies },
      evidence: firstCopy === null ? [] : [shows(firstCopy, roles.copy)],
    };
  },
};

/** An answer before its question. */
export const captureReordered: Rule = {
  id: 'capture-reordered',
  severity: 'note',
  title: { en: 'The capture is out of order', zh: '抓包本身乱序' },
  means: {
    en: 'Segments stand in the capture before what caused them: several queues of the card, or two captures that were merged. The order of frames is not that of the wire.',
    zh: '抓包里有报文段排在引发它的报文段之前：网卡多队列，或者合并了两份抓包。帧的顺序不是线路上的顺序。',
  },
  advice: [
    { en: 'reordercap, or mergecap with clocks that agree.', zh: '用 reordercap，或校准时钟后再 mergecap。' },
  ],
  scenario: null,
  over: ['capture-loss', 'syn-ack-lost', 'syn-lost', 'third-ack-lost'],
  judge({ misordered, sides: [client, server], segments }) {
    const { syn } = client;
    const answer = server.syn;
    const early = syn && answer?.is(SYN | ACK) && answer.frame < syn.frame;
    const late = segments.find((seen) => (seen.marks & Mark.CAPTURE_ORDER) !== 0);
    if (misordered === 0 && !early) return null;
    return {
      confidence: 'certain',
      culprit: 'capture',
      evidence: [
        ...(early && answer !== null && syn !== null
          ? [shows(answer, roles.synAck), shows(syn, roles.syn)]
          : []),
        ...(late === undefined
          ? []
          : [shows(late, { en: 'it was acknowledged before', zh: '它在此之前就被确认了' })]),
      ],
    };
  },
};

/** Acknowledged, and never seen: the capture dropped it, not the network. */
export const captureLoss: Rule = {
  id: 'capture-loss',
  severity: 'note',
  title: { en: 'The capture has holes', zh: '抓包有缺失' },
  means: {
    en: '{octets|1 octet was|# octets were} acknowledged that the capture does not have: it dropped packets. The network did not.',
    zh: '有 {octets} 字节被确认了，抓包里却没有：是抓包丢的，不是网络丢的。',
  },
  advice: [
    {
      en: 'tcpdump -B 65536 (a larger buffer), -s 128 (shorter packets), a filter; look at “packets dropped by kernel”.',
      zh: 'tcpdump -B 65536（更大缓冲）、-s 128（截短）、加过滤；看 “packets dropped by kernel”。',
    },
  ],
  scenario: null,
  judge({ sides, segments }) {
    const octets = sides[0].unseen + sides[1].unseen;
    const found = segments.find((seen) => (seen.marks & Mark.UNSEEN_ACKED) !== 0);
    if (octets < 2 || found === undefined) return null;
    return {
      confidence: 'certain',
      culprit: 'capture',
      params: { octets },
      evidence: [shows(found, { en: 'it acknowledges what is not here', zh: '它确认了这里没有的东西' })],
      excluded: [{ verdict: 'loss', because: { en: 'it was acknowledged', zh: '它得到了确认' } }],
    };
  },
};
