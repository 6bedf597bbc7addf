// Claims 67 to 74: the last ACK, and TIME-WAIT (RFC 9293 sections 3.3.2 and 3.6.1).

import { otherEnd, type Trace } from '../trace.ts';
import {
  allSent,
  arrival,
  type Claim,
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
  stateOf,
  timer,
  timeText,
} from './claim.ts';
import { ackOf, endOf, finOf, firstFin, firstHalf, fourSegments, WHO } from './close-parts.ts';

/** Milliseconds as a text. */
function seconds(ms: number): string {
  return `${Math.round(ms) / 1000} s`;
}

/** The last ACK, its loss, the FIN that comes again and the ACK that answers it. */
function lastAckLost(trace: Trace) {
  const { active, passive } = firstHalf(trace);
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
      en: 'ack=w+1, as the same text’s own formula says: the FIN occupies the number w, so the next one expected is w+1 (section 3.4).',
      zh: '应是 ack=w+1，这篇文章自己的公式也是这么写的：FIN 占用序列号 w，下一个期望的是 w+1（第 3.4 节）。',
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
      en: 'MUST-13. The RFC’s MSL is 2 minutes, so 4 minutes; Linux always waits 60 s (its timer was seen at 59 s). A FIN that comes again starts the wait anew (sections 3.4.2, 3.6.1).',
      zh: 'MUST-13。RFC 的 MSL 是 2 分钟，合计 4 分钟；Linux 固定为 60 秒（实测定时器显示 59 秒）。FIN 再次到来时重新计时（第 3.4.2、3.6.1 节）。',
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
        `${WHO[active].zh}在 ${timeText(begin.event.t)} 进入 TIME-WAIT，${timeText(end.event.t)} 变为 CLOSED：MSL 为 ${seconds(msl)}，2 MSL = ${seconds(set.event.ms)}。`,
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
      zh: '没有声音什么也证明不了：网线断了也是一样安静。2 MSL 只是一段时间，不是答复（第 3.6.1 节）。',
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
        `${WHO[active].zh}在 2 MSL 内什么也没收到，变为 CLOSED；而${WHO[passive].zh}还在 LAST-ACK，FIN 已经徒劳地重传了 ${tries} 次。`,
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
      en: 'Yes: that is what TIME-WAIT is for. Linux 6.18 was seen to send FIN again at 0.23, 0.45 and 0.68 s, each acknowledged from TIME-WAIT (section 3.10.7.4, eighth step).',
      zh: '对，TIME-WAIT 正是为此而设。实测 Linux 6.18 在 0.23、0.45、0.68 秒重传 FIN，每次都从 TIME-WAIT 得到确认（第 3.10.7.4 节第八步）。',
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
        `segment ${ack.event.id} was lost; ${WHO[passive].en} sent its FIN again as segment ${again.event.id}; ${name.en} acknowledges it from TIME-WAIT.`,
        `第 ${ack.event.id} 个报文段丢了，${WHO[passive].zh}重传 FIN（第 ${again.event.id} 个报文段）；${name.zh}从 TIME-WAIT 再次确认。`,
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
      en: 'Yes: what an earlier incarnation has sent is gone after 2 MSL; until then TIME-WAIT knows the old numbers and discards it (sections 3.4.3, 3.6.1).',
      zh: '对：过了 2 MSL，旧连接发出的报文段都已消亡；在此之前，TIME-WAIT 记得旧的序列号，遇到就丢弃（第 3.4.3、3.6.1 节）。',
    },
    scenario: 'tw-old',
    instead: {
      en: 'The danger itself needs a TCP without TIME-WAIT. Here the end that is in TIME-WAIT meets such a duplicate and discards it.',
      zh: '要看到危害本身，得有一个没有 TIME-WAIT 的 TCP。这里看到的是：处在 TIME-WAIT 的一端遇到了这样的旧报文段，把它丢弃。',
    },
    decide(trace) {
      const { from: active } = firstFin(trace).event;
      const begin = enters(trace, active, 'TIME-WAIT');
      const old = allSent(trace, otherEnd(active)).find(
        ({ at, event }) => event.segment.length > 0 && arrivalAfter(trace, event.id, at, begin.at) !== null,
      );
      must(old !== undefined, 'text that arrives in TIME-WAIT');
      const arrived = arrival(trace, old);
      must(arrived.event.discarded !== null, 'it is discarded');
      must(stateOf(trace, arrived.at, active) === 'TIME-WAIT', 'TIME-WAIT stays');
      const name = segmentName(trace, old);
      return decision(
        arrived,
        `${name.en}, sent ${timeText(arrived.event.t - old.event.t)} ago, arrives in TIME-WAIT and is discarded (${arrived.event.discarded}).`,
        `${name.zh}在网络中滞留了 ${timeText(arrived.event.t - old.event.t)}，到达时对方处在 TIME-WAIT，被丢弃（${arrived.event.discarded}）。`,
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
      en: 'Half of it. The other half: the last ACK may be lost, and the FIN that comes again must be acknowledged; it takes up to an MSL for the ACK to be lost and another for the FIN to come (section 3.6.1, MUST-13).',
      zh: '只是一半。另一半是：最后的 ACK 可能丢失，对方重传的 FIN 必须有人确认；ACK 至多一个 MSL 后消失，重传的 FIN 至多再过一个 MSL 到达（第 3.6.1 节，MUST-13）。',
    },
    scenario: 'lastack-lost',
    decide(trace) {
      const { active, again } = lastAckLost(trace);
      const arrived = arrival(trace, again);
      must(stateOf(trace, arrived.at, active) === 'TIME-WAIT', 'the FIN arrives in TIME-WAIT');
      const first = timer(trace, active, '2msl', 'set');
      const anew = timer(trace, active, '2msl', 'set', { after: arrived.at });
      must(anew.event.t === arrived.event.t && first.at < arrived.at, '2 MSL start anew');
      const second = ackOf(trace, active, endOf(again.event), arrived.at - 1);
      const end = enters(trace, active, 'CLOSED', { after: anew.at });
      must(
        end.event.t >= anew.event.t + (anew.event.ms ?? Number.POSITIVE_INFINITY) * 1000,
        'counted from the second FIN',
      );
      return decision(
        anew,
        `the FIN has come again: segment ${second.event.id} acknowledges it, and 2 MSL are counted anew, from ${timeText(anew.event.t)} instead of ${timeText(first.event.t)}. No old segment has anything to do with it.`,
        `FIN 再次到来：第 ${second.event.id} 个报文段予以确认，2 MSL 从 ${timeText(anew.event.t)} 重新计起，而不是 ${timeText(first.event.t)}。这与旧报文段毫无关系。`,
      );
    },
  },
];

/** The arrival of a segment after an event; null if it came before, or not at all. */
function arrivalAfter(trace: Trace, id: number, sentAt: number, after: number): number | null {
  const at = trace.events.findIndex((e, i) => i > sentAt && e.kind === 'arrived' && e.id === id);
  return at > after ? at : null;
}
