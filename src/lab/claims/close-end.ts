// Claims 61 to 66: the second FIN, and the last ACK (RFC 9293 section 3.6).

import type { Claim } from './claim.ts';
import { finOf, firstHalf, fourSegments, textBetween, WHO } from './close-parts.ts';
import { allSent, must, mustChange, number, plus, seenIn, stateOf, timeText } from './evidence.ts';

/** Claims 61 to 66. */
export const endClaims: readonly Claim[] = [
  {
    number: 61,
    claim: { en: 'Third segment: FIN.', zh: '第三次挥手：FIN。' },
    seeds: [0, 1, 2, 4],
    verdict: 'imprecise',
    truth: {
      en: 'FIN,ACK, like the first (section 3.6, figure 12): once a connection is established every segment acknowledges.',
      zh: '同第一次一样是 FIN,ACK（第 3.6 节，图 12）：连接建立之后，每个报文段都带确认。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin, fin2, passive } = fourSegments(trace);
      must(fin2.event.segment.flags.includes('ACK'), 'the second FIN has the ACK bit');
      must(fin2.event.segment.ack === plus(fin.event.segment.seq, 1), 'it acknowledges the first FIN');
      return seenIn(
        trace,
        fin2,
        `the FIN of ${WHO[passive].en} has the ACK bit too.`,
        `${WHO[passive].zh}的 FIN 同样带 ACK。`,
      );
    },
  },
  {
    number: 62,
    claim: {
      en: 'The third segment has seq=v, the same as the second.',
      zh: '第三次挥手的 seq=v，与第二次挥手相同。',
    },
    seeds: [0],
    verdict: 'imprecise',
    truth: {
      en: 'Only if no text was sent in between: w = v + the octets sent (section 3.4).',
      zh: '只有中间没发数据才如此：w = v + 其间发送的字节数（第 3.4 节）。',
    },
    scenario: 'half-close',
    decide(trace) {
      const { ack, fin2, passive } = fourSegments(trace);
      const octets = textBetween(trace, passive, ack.at, fin2.at);
      must(octets > 0, 'text between the second and the third');
      must(fin2.event.segment.seq === plus(ack.event.segment.seq, octets), 'w = v + octets');
      const v = number(trace, passive, ack.event.segment.seq);
      return seenIn(
        trace,
        fin2,
        `v was ${v}; ${octets} octets were sent since, so w=${number(trace, passive, fin2.event.segment.seq)}.`,
        `v 是 ${v}，此后发了 ${octets} 字节，所以 w=${number(trace, passive, fin2.event.segment.seq)}。`,
      );
    },
  },
  {
    number: 63,
    claim: { en: 'The third segment repeats ack=u+1.', zh: '第三次挥手的确认号仍是 u+1。' },
    seeds: [3],
    verdict: 'true',
    truth: {
      en: 'Yes: nothing more can come from an end that has sent its FIN, so RCV.NXT stays u+1 (section 3.6, figure 12).',
      zh: '对：发过 FIN 的一端不会再有新内容，所以 RCV.NXT 一直是 u+1（第 3.6 节，图 12）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin, ack, fin2, active } = fourSegments(trace);
      must(fin2.event.segment.ack === ack.event.segment.ack, 'the same acknowledgment as the second segment');
      must(fin2.event.segment.ack === plus(fin.event.segment.seq, 1), 'u+1');
      const text = number(trace, active, plus(fin.event.segment.seq, 1));
      return seenIn(
        trace,
        fin2,
        `ack=u+1=${text}, as in segment ${ack.event.id}.`,
        `ack=u+1=${text}，与第 ${ack.event.id} 个报文段相同。`,
      );
    },
  },
  {
    number: 64,
    claim: { en: 'With it the server enters LAST_ACK.', zh: '服务器随之进入 LAST_ACK。' },
    seeds: [0, 1, 2, 3, 4],
    verdict: 'true',
    truth: {
      en: 'LAST-ACK, on the CLOSE call in CLOSE-WAIT that sends the FIN (section 3.10.4).',
      zh: '在 CLOSE-WAIT 中调用 CLOSE，发出 FIN，进入 LAST-ACK（第 3.10.4 节）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin2, passive } = fourSegments(trace);
      mustChange(trace, fin2.at, passive, 'CLOSE-WAIT', 'LAST-ACK');
      return seenIn(
        trace,
        fin2,
        `${WHO[passive].en} goes from CLOSE-WAIT to LAST-ACK.`,
        `${WHO[passive].zh}从 CLOSE-WAIT 进入 LAST-ACK。`,
      );
    },
  },
  {
    number: 65,
    claim: {
      en: 'In LAST_ACK the server stops sending data.',
      zh: '服务器进入 LAST-ACK，并且停止向客户端发送数据。',
    },
    seeds: [3],
    verdict: 'imprecise',
    truth: {
      en: 'No new data; what is not acknowledged, text and FIN, is retransmitted (section 3.6, case 2; section 3.8.1).',
      zh: '不再有新数据；但尚未得到确认的数据和 FIN 仍要重传（第 3.6 节，情形 2；第 3.8.1 节）。',
    },
    scenario: 'half-close',
    edits: ['right write "bye" 280ms', 'drop data#4 right->left'],
    decide(trace) {
      const fin2 = finOf(trace, firstHalf(trace).passive);
      const { from, segment } = fin2.event;
      const later = allSent(trace, from).filter(({ at, event }) => at > fin2.at && event.segment.length > 0);
      const [text] = later;
      must(text !== undefined, 'text after the second FIN');
      must(
        later.every(({ event }) => ((segment.seq - event.segment.seq) | 0) >= event.segment.length),
        'all of it stands before the FIN: nothing new',
      );
      must(stateOf(trace, text.at, from) === 'LAST-ACK', 'in LAST-ACK');
      return seenIn(
        trace,
        text,
        `in LAST-ACK, ${timeText(text.event.t - fin2.event.t)} after its FIN, ${WHO[from].en} sends ${text.event.segment.length} octets of text that were lost before, and the FIN with them.`,
        `在 LAST-ACK 中，发出 FIN 之后 ${timeText(text.event.t - fin2.event.t)}，${WHO[from].zh}重传了先前丢失的 ${text.event.segment.length} 字节数据，连同 FIN 一起。`,
      );
    },
  },
  {
    number: 66,
    claim: {
      en: 'Fourth segment: ACK, seq=u+1, ack=w+1, where w is the seq of the third.',
      zh: '第四次挥手：ACK，seq=u+1，ack=w+1（w 是第三次挥手的 seq）。',
    },
    seeds: [0, 1, 3],
    verdict: 'true',
    truth: {
      en: 'Yes: the FIN used up u, so the next number is u+1; the other FIN used up w (section 3.6, figure 12).',
      zh: '对：自己的 FIN 用掉了 u，下一个序列号是 u+1；对方的 FIN 用掉了 w（第 3.6 节，图 12）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin, fin2, ack2 } = fourSegments(trace);
      must(ack2.event.segment.seq === plus(fin.event.segment.seq, 1), 'seq=u+1');
      must(ack2.event.segment.ack === plus(fin2.event.segment.seq, 1), 'ack=w+1');
      const u = number(trace, fin.event.from, fin.event.segment.seq);
      const w = number(trace, fin2.event.from, fin2.event.segment.seq);
      return seenIn(
        trace,
        ack2,
        `u=${u} and w=${w}; so seq is u+1, and ack is w+1.`,
        `u=${u}，w=${w}，所以 seq=u+1，ack=w+1。`,
      );
    },
  },
];
