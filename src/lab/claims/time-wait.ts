// Claims 67 to 74: the last ACK, and TIME-WAIT (RFC 9293 sections 3.3.2 and 3.6.1).

import { otherEnd, type Trace } from '../trace.ts';
import type { Claim } from './claim.ts';
import { ackOf, endOf, finOf, firstFin, fourSegments, WHO } from './close-parts.ts';
import {
  allSent,
  arrival,
  decision,
  enters,
  loss,
  must,
  mustChange,
  number,
  plus,
  seenAtArrival,
  seenIn,
  segmentName,
  sent,
  stateOf,
  timer,
  timeText,
} from './evidence.ts';
import { oldTextRead } from './old-text.ts';

/** Milliseconds as a text. */
function seconds(ms: number): string {
  return `${Math.round(ms) / 1000} s`;
}

/** The last ACK, its loss, the FIN that comes again and the ACK that answers it. */
function lastAckLost(trace: Trace) {
  const active = firstFin(trace).event.from;
  const passive = otherEnd(active);
  const fin2 = finOf(trace, passive);
  const ack = ackOf(trace, active, endOf(fin2.event), fin2.at);
  const lost = loss(trace, ack);
  const again = finOf(trace, passive, lost.at);
  must(again.event.segment.seq === fin2.event.segment.seq, 'the same FIN again');
  return { active, passive, fin2, ack, lost, again };
}

/** Claims 67 to 74. */
export const timeWaitClaims: readonly Claim[] = [
  {
    number: 67,
    claim: {
      en: 'The fourth segment uses the value of the server’s Seq as its acknowledgment number.',
      zh: '第四次挥手将服务器报文的序号 Seq 的值作为自己的确认号。',
    },
    seeds: [3],
    verdict: 'wrong',
    truth: {
      en: 'ack=w+1: the FIN occupies the number w, so the next one expected is w+1 (section 3.4).',
      zh: '应是 ack=w+1：FIN 占用序列号 w，下一个期望的是 w+1（第 3.4 节）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin2, ack2, passive } = fourSegments(trace);
      const w = fin2.event.segment.seq;
      must(ack2.event.segment.ack !== w && ack2.event.segment.ack === plus(w, 1), 'ack=w+1');
      const text = number(trace, passive, w);
      return seenIn(
        trace,
        ack2,
        `segment ${fin2.event.id} has seq=w=${text}, this one has ack=w+1, not w.`,
        `第 ${fin2.event.id} 个报文段是 seq=w=${text}，而这里的确认号是 w+1，不是 w。`,
      );
    },
  },
  {
    number: 68,
    claim: {
      en: 'The client is in TIME_WAIT when it has acknowledged the FIN.',
      zh: '客户端确认 FIN 之后进入 TIME_WAIT。',
    },
    seeds: [0, 1, 2, 3, 4],
    verdict: 'true',
    truth: {
      en: 'Yes: FIN-WAIT-2, a FIN arrives: acknowledge it, enter TIME-WAIT, start the timer (section 3.10.7.4, eighth step).',
      zh: '对：在 FIN-WAIT-2 收到 FIN，予以确认，进入 TIME-WAIT，启动定时器（第 3.10.7.4 节第八步）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin2, ack2, active } = fourSegments(trace);
      const arrived = arrival(trace, fin2);
      mustChange(trace, arrived.at, active, 'FIN-WAIT-2', 'TIME-WAIT');
      must(ack2.event.t === arrived.event.t, 'the ACK leaves at once');
      return seenAtArrival(
        trace,
        fin2,
        `${WHO[active].en} goes from FIN-WAIT-2 to TIME-WAIT and sends segment ${ack2.event.id} in the same instant.`,
        `${WHO[active].zh}从 FIN-WAIT-2 进入 TIME-WAIT，同时发出第 ${ack2.event.id} 个报文段。`,
      );
    },
  },
  {
    number: 69,
    claim: { en: 'It waits 2 MSL there, then it is CLOSED.', zh: '等待 2MSL 之后进入 CLOSED。' },
    seeds: [0, 1, 2, 3, 4],
    verdict: 'true',
    truth: {
      en: 'Yes (section 3.6.1, MUST-13). The RFC’s MSL is 2 minutes (section 3.4.2), so 4 minutes. A FIN that comes again starts the wait anew (section 3.10.7.4, eighth step). Linux always waits 60 s (its timer was seen at 59 s).',
      zh: '对（第 3.6.1 节，MUST-13）。RFC 的 MSL 是 2 分钟（第 3.4.2 节），合计 4 分钟。FIN 再次到来时重新计时（第 3.10.7.4 节第八步）。Linux 固定为 60 s（实测定时器显示 59 s）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { active } = fourSegments(trace);
      const begin = enters(trace, active, 'TIME-WAIT');
      const set = timer(trace, active, '2msl', 'set', { after: begin.at - 1 });
      const msl = trace.scenario?.mslMs;
      must(set.event.ms !== null && msl !== undefined && set.event.ms === 2 * msl, 'the timer is 2 MSL');
      const end = enters(trace, active, 'CLOSED', { after: begin.at });
      must(
        end.event.changes.some((c) => c.rule === 'time-wait-timeout'),
        'TIME-WAIT ends by its timer',
      );
      must(Math.abs(end.event.t - set.event.t - set.event.ms * 1000) <= 1000, 'after 2 MSL');
      return decision(
        end,
        `${WHO[active].en} came into TIME-WAIT at ${timeText(begin.event.t)} and is CLOSED at ${timeText(end.event.t)}: 2 MSL = ${seconds(set.event.ms)}, with an MSL of ${seconds(msl)}.`,
        `${WHO[active].zh}在 ${timeText(begin.event.t)} 进入 TIME-WAIT，${timeText(end.event.t)} 变为 CLOSED：MSL 为 ${seconds(msl)}，2MSL = ${seconds(set.event.ms)}。`,
      );
    },
  },
  {
    number: 70,
    claim: { en: 'The server is CLOSED when the ACK arrives.', zh: '服务器收到 ACK 后进入 CLOSED。' },
    seeds: [0, 1, 2, 3, 4],
    verdict: 'true',
    truth: {
      en: 'LAST-ACK, an ACK of the FIN: delete the TCB, CLOSED, without any wait (section 3.10.7.4, fifth step).',
      zh: '在 LAST-ACK 收到对 FIN 的确认：删除 TCB，进入 CLOSED，无需等待（第 3.10.7.4 节第五步）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { ack2, active, passive } = fourSegments(trace);
      const arrived = arrival(trace, ack2);
      mustChange(trace, arrived.at, passive, 'LAST-ACK', 'CLOSED');
      must(stateOf(trace, arrived.at, active) === 'TIME-WAIT', 'the other end is in TIME-WAIT');
      return seenAtArrival(
        trace,
        ack2,
        `${WHO[passive].en} goes from LAST-ACK to CLOSED, while ${WHO[active].en} is in TIME-WAIT.`,
        `${WHO[passive].zh}从 LAST-ACK 进入 CLOSED，此时${WHO[active].zh}还在 TIME-WAIT。`,
      );
    },
  },
  {
    number: 71,
    claim: {
      en: 'Hearing nothing for 2 MSL proves that the server has closed.',
      zh: '等待 2MSL 后依然没有收到回复，则证明服务器端已正常关闭。',
    },
    seeds: [4],
    verdict: 'imprecise',
    truth: {
      en: 'Silence proves nothing: a cut cable sounds the same. 2 MSL is a time, not an answer (section 3.6.1).',
      zh: '没有收到回复什么也证明不了：网线断了，也同样收不到。2MSL 只是一段时间，不是答复（第 3.6.1 节）。',
    },
    scenario: 'lastack-lost',
    edits: ['drop FIN#2- right->left'],
    decide(trace) {
      const { active, passive, lost } = lastAckLost(trace);
      const end = enters(trace, active, 'CLOSED', { after: lost.at });
      must(
        end.event.changes.some((c) => c.rule === 'time-wait-timeout'),
        '2 MSL are over',
      );
      must(stateOf(trace, end.at, passive) === 'LAST-ACK', 'the other end is in LAST-ACK');
      const tries = allSent(trace, passive).filter(
        ({ at, event }) => at < end.at && event.retransmission,
      ).length;
      return decision(
        end,
        `${WHO[active].en} has heard nothing for 2 MSL and is CLOSED; ${WHO[passive].en} is still in LAST-ACK, and has retransmitted its FIN ${tries} times in vain.`,
        `${WHO[active].zh}在 2MSL 内什么也没收到，变为 CLOSED；而${WHO[passive].zh}还在 LAST-ACK，FIN 已经徒劳地重传了 ${tries} 次。`,
      );
    },
  },
  {
    number: 72,
    claim: {
      en: 'If the last ACK is lost, the server retransmits its FIN and the client acknowledges it again.',
      zh: '最后一个 ACK 若丢失，服务器会重传 FIN，客户端再次回应。',
    },
    seeds: [1],
    verdict: 'true',
    truth: {
      en: 'Yes: that is one half of what TIME-WAIT is for (section 3.3.2; section 3.10.7.4, eighth step). Linux 6.18 was seen to send the FIN again at 0.23, 0.45 and 0.68 s, each acknowledged from TIME-WAIT.',
      zh: '对，这是 TIME-WAIT 的一半用途（第 3.3.2 节；第 3.10.7.4 节第八步）。实测 Linux 6.18 在 0.23、0.45、0.68 s 重传 FIN，每次都由处于 TIME-WAIT 的一端确认。',
    },
    scenario: 'lastack-lost',
    decide(trace) {
      const { active, passive, ack, again } = lastAckLost(trace);
      const arrived = arrival(trace, again);
      must(stateOf(trace, arrived.at, active) === 'TIME-WAIT', 'the FIN arrives in TIME-WAIT');
      const second = ackOf(trace, active, endOf(again.event), arrived.at - 1);
      mustChange(trace, arrival(trace, second).at, passive, 'LAST-ACK', 'CLOSED');
      const name = segmentName(trace, second);
      return decision(
        second,
        `segment ${ack.event.id} was lost; ${WHO[passive].en} sent its FIN again as segment ${again.event.id}; ${name.en} acknowledges it, from TIME-WAIT.`,
        `第 ${ack.event.id} 个报文段丢了，${WHO[passive].zh}重传 FIN（第 ${again.event.id} 个报文段）；处于 TIME-WAIT 的${WHO[active].zh}用${name.zh}再次确认。`,
      );
    },
  },
  {
    number: 73,
    claim: {
      en: 'TIME_WAIT lets old duplicates die in the network.',
      zh: 'TIME_WAIT 确保网络中残留的旧报文段消失，不干扰新连接。',
    },
    seeds: [0, 1, 2],
    verdict: 'true',
    truth: {
      en: 'Yes: what an earlier incarnation has sent is gone after 2 MSL, and until then TIME-WAIT lets no new one begin unchecked (sections 3.3.2, 3.4.1). ISNs that follow a clock are the second protection, so both are taken away here.',
      zh: '对：过了 2MSL，旧连接发出的报文段都已消失；在此之前，同一对套接字不会不加核对就开始新的连接（第 3.3.2、3.4.1 节）。随时钟增长的 ISN 是第二道防线，所以这里把两者都去掉。',
    },
    scenario: 'tw-old',
    edits: ['left connect 410ms'],
    rules: 'fixed-isn-no-time-wait',
    instead: {
      en: 'the server is in TIME-WAIT when the duplicate arrives, knows its number as one that was used, and discards it.',
      zh: '重复的报文段到达时，服务器处在 TIME-WAIT，知道这个序列号已经用过，便把它丢弃。',
    },
    decide(trace) {
      const { second, old, came, read } = oldTextRead(trace);
      const { from: active } = firstFin(trace).event;
      const begin = enters(trace, active, 'TIME-WAIT');
      must(enters(trace, active, 'CLOSED', { after: begin.at }).at < second.at, 'TIME-WAIT is over at once');
      must(stateOf(trace, came.at, active) === 'ESTABLISHED', 'a new connection');
      return decision(
        read,
        `segment ${old.event.id}, sent ${timeText(came.event.t - old.event.t)} ago, arrives when the same sockets are connected again: “${read.event.text}” is read a second time, in a connection in which nobody wrote it.`,
        `第 ${old.event.id} 个报文段在网络中滞留了 ${timeText(came.event.t - old.event.t)}，到达时同一对套接字已经重新建立连接：“${read.event.text}”又被读了一次，而在这个连接里没有人写过它。`,
      );
    },
  },
  {
    number: 74,
    claim: {
      en: 'The reason for 2 MSL is that all old segments are discarded.',
      zh: '等待 2MSL 是为了确保网络中剩余的报文段都被丢弃。',
    },
    seeds: [0, 2],
    verdict: 'imprecise',
    truth: {
      en: 'Half of it. The other half, which the RFC names first: to be sure that the peer has received the last ACK (section 3.3.2). That ACK may be lost, and the FIN that comes again must find somebody who acknowledges it; one MSL for the ACK, another for the FIN (section 3.6.1, MUST-13).',
      zh: '只是一半。RFC 首先提到的是另一半：确保对方收到了最后的 ACK（第 3.3.2 节）。这个 ACK 可能丢失，重传的 FIN 到来时必须有人确认；一个 MSL 留给 ACK，另一个 MSL 留给 FIN（第 3.6.1 节，MUST-13）。',
    },
    scenario: 'tw-1msl',
    instead: {
      en: 'TIME-WAIT lasts 2 MSL, the FIN that comes again is acknowledged, and the server is CLOSED in good order.',
      zh: 'TIME-WAIT 持续 2MSL，重传的 FIN 得到确认，服务器正常进入 CLOSED。',
    },
    decide(trace) {
      const { active, passive, again } = lastAckLost(trace);
      const begin = enters(trace, active, 'TIME-WAIT');
      const end = enters(trace, active, 'CLOSED', { after: begin.at });
      const msl = (trace.scenario?.mslMs ?? 0) * 1000;
      must(Math.abs(end.event.t - begin.event.t - msl) <= 1000, 'TIME-WAIT lasts one MSL');
      const came = arrival(trace, again);
      const way = came.event.t - again.event.t;
      must(came.at > end.at && way < msl, 'a FIN that is younger than an MSL comes too late');
      const reset = sent(trace, active, 'RST', { after: came.at });
      mustChange(trace, arrival(trace, reset).at, passive, 'LAST-ACK', 'CLOSED');
      return seenIn(
        trace,
        reset,
        `segment ${again.event.id}, the FIN that came again, was under way for ${timeText(way)}, less than the MSL of ${timeText(msl)}; TIME-WAIT was over ${timeText(came.event.t - end.event.t)} before, so it gets RST, and LAST-ACK at ${WHO[passive].en} ends without the ACK of its FIN. No old data has anything to do with it.`,
        `重传的 FIN（第 ${again.event.id} 个报文段）在路上走了 ${timeText(way)}，不到 1 个 MSL（${timeText(msl)}）；TIME-WAIT 已在 ${timeText(came.event.t - end.event.t)} 之前结束，它只换来 RST，${WHO[passive].zh}的 LAST-ACK 没等到对 FIN 的确认就结束了。这与旧数据毫无关系。`,
      );
    },
  },
];
