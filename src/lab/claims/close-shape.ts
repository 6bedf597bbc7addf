// Claims 75 to 79: how a close ends, and with how many segments (RFC 9293 section 3.6).

import { otherEnd } from '../trace.ts';
import type { Claim } from './claim.ts';
import {
  ackOf,
  callsBetween,
  closingSegments,
  endOf,
  finOf,
  firstFin,
  fourSegments,
  mustBeOrderly,
  WHO,
} from './close-parts.ts';
import {
  allSent,
  arrival,
  bits,
  call,
  decision,
  enters,
  must,
  seenIn,
  segmentName,
  sent,
  stateOf,
  tcbOf,
  timeText,
} from './evidence.ts';

/** Claims 75 to 79. */
export const shapeClaims: readonly Claim[] = [
  {
    number: 75,
    claim: {
      en: 'Closing lets all remaining data be sent: nothing is lost.',
      zh: '四次挥手让所有数据都发完、收完，避免数据丢失。',
    },
    seeds: [0, 1],
    verdict: 'imprecise',
    truth: {
      en: 'What the closing end has sent is delivered, if the close is orderly (section 3.6). What it has received and its program has not read is lost: close() then sends RST (section 3.6.1, SHLD-3), as Linux 6.18 was seen to do.',
      zh: '正常关闭时，关闭方自己发出的数据确实会送达（第 3.6 节）。它收到了而程序没读的数据就丢了：这时 close() 发出 RST（第 3.6.1 节，SHLD-3），实测 Linux 6.18 也一样。',
    },
    scenario: 'unread-rst',
    decide(trace) {
      const rst = sent(trace, 'right', 'RST,ACK');
      const { unread } = tcbOf(trace, rst.at - 1, 'right').rcv;
      must(unread > 0, 'octets that the server has not read');
      const text = sent(trace, 'left', 'ACK', { text: true });
      const ack = ackOf(trace, 'right', endOf(text.event), text.at);
      must(ack.at < rst.at, 'they were acknowledged');
      must(
        !callsBetween(trace, 'right', -1, trace.events.length).some((e) => e.call === 'read'),
        'nobody reads them',
      );
      const error = call(trace, 'left', 'error');
      return seenIn(
        trace,
        rst,
        `${unread} octets, acknowledged by segment ${ack.event.id}, were never read; the client is told ${error.event.text}.`,
        `${unread} 字节已由第 ${ack.event.id} 个报文段确认，却从未被程序读取；客户端得到 ${error.event.text}。`,
      );
    },
  },
  {
    number: 76,
    claim: { en: 'Two segments close each direction.', zh: '前两次挥手关闭一个方向，后两次关闭另一个方向。' },
    seeds: [1],
    verdict: 'true',
    truth: {
      en: 'Yes: for each direction a FIN, and an acknowledgment of it (section 3.6, figure 12).',
      zh: '对：每个方向一个 FIN、一个对它的确认（第 3.6 节，图 12）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin, ack, fin2, ack2 } = fourSegments(trace);
      const ids = closingSegments(trace).map(({ event }) => event.id);
      must(
        ids.join() === [fin, ack, fin2, ack2].map(({ event }) => event.id).join(),
        'FIN, ACK, FIN, ACK and nothing else',
      );
      return decision(
        ack2,
        `segments ${ids[0]} and ${ids[1]} end the direction of ${WHO[fin.event.from].en}, ${ids[2]} and ${ids[3]} that of ${WHO[fin2.event.from].en}.`,
        `第 ${ids[0]}、${ids[1]} 个报文段结束${WHO[fin.event.from].zh}的方向，第 ${ids[2]}、${ids[3]} 个结束${WHO[fin2.event.from].zh}的方向。`,
      );
    },
  },
  {
    number: 77,
    claim: { en: 'The close must take four segments.', zh: '四次挥手时必须是四次数据包的交互。' },
    seeds: [2],
    verdict: 'wrong',
    truth: {
      en: 'ACK and FIN are one segment when the application closes before the delayed acknowledgment is due: three segments (section 3.8.6.3; section 3.3.2, figure 5, note 2). Linux 6.18 was seen to send three when close() came within about 40 ms of the FIN, four when it came 300 ms later.',
      zh: '应用程序若在延迟确认到期之前关闭，ACK 与 FIN 就合成一个报文段，一共三个（第 3.8.6.3 节；第 3.3.2 节，图 5 注 2）。实测 Linux 6.18：收到 FIN 后约 40 ms 之内调用 close() 就是三个，300 ms 之后才调用则是四个。',
    },
    scenario: 'close3',
    decide(trace) {
      const all = closingSegments(trace);
      const [fin, both, ack] = all;
      must(
        fin !== undefined && both !== undefined && ack !== undefined && all.length === 3,
        'three segments close',
      );
      must(
        bits(both.event.segment) === 'FIN,ACK' && both.event.from !== fin.event.from,
        'the second is FIN,ACK',
      );
      must(both.event.segment.ack === endOf(fin.event), 'it acknowledges the FIN');
      mustBeOrderly(trace);
      enters(trace, both.event.from, 'CLOSED', { after: both.at });
      enters(trace, fin.event.from, 'CLOSED', { after: both.at });
      const delay = both.event.t - arrival(trace, fin).event.t;
      const name = segmentName(trace, both);
      return decision(
        both,
        `${name.en} is ACK and FIN in one, ${timeText(delay)} after the FIN came: segments ${all.map(({ event }) => event.id).join(', ')} are the whole close, and both ends are CLOSED in the end.`,
        `${name.zh}既是 ACK 又是 FIN，在 FIN 到达 ${timeText(delay)} 之后发出：总共只有第 ${all.map(({ event }) => event.id).join('、')} 三个报文段，最后两端都是 CLOSED。`,
      );
    },
  },
  {
    number: 78,
    claim: {
      en: 'The FIN cannot go with the ACK, because the server may have data left.',
      zh: '服务器可能还有数据要发，所以 FIN 不能与 ACK 合并发送。',
    },
    seeds: [2],
    verdict: 'imprecise',
    truth: {
      en: 'The reason is that the application has not closed yet. If it has by the time that the ACK is due, the FIN carries the acknowledgment; remaining text could ride on it as well (section 3.10.4).',
      zh: '真正的原因是应用程序还没有关闭。只要在该发 ACK 的时候它已经关闭，FIN 就会把确认一并带上，连剩余的数据也可以放在同一个报文段里（第 3.10.4 节）。',
    },
    scenario: 'close3',
    decide(trace) {
      const fin = firstFin(trace);
      const passive = otherEnd(fin.event.from);
      const closes = call(trace, passive, 'close');
      const fin2 = finOf(trace, passive, closes.at);
      must(fin2.event.segment.ack === endOf(fin.event), 'the FIN carries the acknowledgment');
      must(!allSent(trace, passive).some(({ at }) => at > fin.at && at < fin2.at), 'no ACK went before it');
      must(fin2.event.t === closes.event.t, 'it leaves with the call');
      return seenIn(
        trace,
        fin2,
        `the program of ${WHO[passive].en} called close() ${timeText(closes.event.t - arrival(trace, fin).event.t)} after the FIN came; FIN and ACK are one segment.`,
        `FIN 到达 ${timeText(closes.event.t - arrival(trace, fin).event.t)} 之后，${WHO[passive].zh}的程序就调用了 close()，FIN 与 ACK 合成一个报文段。`,
      );
    },
  },
  {
    number: 79,
    claim: {
      en: 'When each side has sent a FIN and had it acknowledged, the connection is over.',
      zh: '双方都发送了 FIN 并得到确认，这次 TCP 连接就结束了。',
    },
    seeds: [4],
    verdict: 'true',
    truth: {
      en: 'Yes; what remains is TIME-WAIT at the end that closed first, or at both when they closed at the same time (section 3.6).',
      zh: '对；剩下的只是先关闭一端的 TIME-WAIT，同时关闭时两端都有（第 3.6 节）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin, fin2, ack, ack2, active, passive } = fourSegments(trace);
      mustBeOrderly(trace);
      must(
        ack.event.segment.ack === endOf(fin.event) && ack2.event.segment.ack === endOf(fin2.event),
        'both FINs are acknowledged',
      );
      const arrived = arrival(trace, ack2);
      must(stateOf(trace, arrived.at, passive) === 'CLOSED', 'the passive end is CLOSED');
      must(stateOf(trace, arrived.at, active) === 'TIME-WAIT', 'the active end is in TIME-WAIT');
      must(!closingSegments(trace).some(({ at }) => at > arrived.at), 'nothing is sent any more');
      return decision(
        arrived,
        `both FINs (segments ${fin.event.id} and ${fin2.event.id}) are acknowledged: ${WHO[passive].en} is CLOSED, ${WHO[active].en} only waits in TIME-WAIT, and nothing is sent any more.`,
        `两个 FIN（第 ${fin.event.id}、${fin2.event.id} 个报文段）都已确认：${WHO[passive].zh}是 CLOSED，${WHO[active].zh}只是等在 TIME-WAIT，此后再没有报文段。`,
      );
    },
  },
];
