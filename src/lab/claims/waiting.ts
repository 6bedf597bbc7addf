// Claims 67 to 90: the last ACK and TIME-WAIT, three or four segments, the states and their names
// (RFC 9293 sections 3.3.2 and 3.6).

import { otherEnd, statesPassed, type Trace, tcbAt } from '../trace.ts';
import {
  allSent,
  arrival,
  bits,
  type Claim,
  call,
  decision,
  enters,
  loss,
  must,
  number,
  plus,
  segmentName,
  sent,
  stateOf,
  tcbOf,
  timer,
  timeText,
} from './claim.ts';
import {
  ackOf,
  callsBetween,
  closingSegments,
  endOf,
  finOf,
  firstFin,
  firstHalf,
  fourSegments,
  mustBeOrderly,
  mustChange,
  textBetween,
  WHO,
} from './close-parts.ts';

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

/** Claims 67 to 90. */
export const waitingClaims: readonly Claim[] = [
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
      const name = segmentName(trace, ack2);
      const text = number(trace, passive, w);
      return decision(
        ack2,
        `${name.en}: segment ${fin2.event.id} has seq=w=${text}, this one has ack=w+1, not w.`,
        `${name.zh}：第 ${fin2.event.id} 个报文段是 seq=w=${text}，而这里的确认号是 w+1，不是 w。`,
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
      const name = segmentName(trace, fin2);
      return decision(
        arrived,
        `${name.en} arrives: ${WHO[active].en} goes from FIN-WAIT-2 to TIME-WAIT and sends segment ${ack2.event.id} in the same instant.`,
        `${name.zh}到达：${WHO[active].zh}从 FIN-WAIT-2 进入 TIME-WAIT，同时发出第 ${ack2.event.id} 个报文段。`,
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
      const name = segmentName(trace, ack2);
      return decision(
        arrived,
        `${name.en} arrives: ${WHO[passive].en} goes from LAST-ACK to CLOSED, while ${WHO[active].en} is in TIME-WAIT.`,
        `${name.zh}到达：${WHO[passive].zh}从 LAST-ACK 进入 CLOSED，此时${WHO[active].zh}还在 TIME-WAIT。`,
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
  {
    number: 75,
    claim: {
      en: 'Closing lets all remaining data be sent: nothing is lost.',
      zh: '四次挥手让所有数据都发完、收完，避免数据丢失。',
    },
    seeds: [0, 1],
    verdict: 'imprecise',
    truth: {
      en: 'What the closing end has sent, yes. What it has received and its program has not read is lost: close() then sends RST, as Linux 6.18 does too (section 3.6.1, SHLD-3).',
      zh: '关闭方自己发出的数据是如此。它收到了而程序没读的数据就丢了：这时 close() 发出 RST，实测 Linux 6.18 也一样（第 3.6.1 节，SHLD-3）。',
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
      const name = segmentName(trace, rst);
      return decision(
        rst,
        `${name.en}: ${unread} octets, acknowledged by segment ${ack.event.id}, were never read; the client is told ${error.event.text}.`,
        `${name.zh}：${unread} 字节已由第 ${ack.event.id} 个报文段确认，却从未被程序读取；客户端得到 ${error.event.text}。`,
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
      en: 'ACK and FIN are one segment when the application closes before the delayed acknowledgment is due: three segments. Linux 6.18 sends three whenever close() comes within about 40 ms, four otherwise (section 3.10.7.4; figure 5, note 2).',
      zh: '应用程序若在延迟确认到期之前关闭，ACK 与 FIN 就合成一个报文段，一共三个。实测 Linux 6.18：close() 在约 40 毫秒之内到来就是三个，否则四个（第 3.10.7.4 节；图 5 注 2）。',
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
        `${name.en} is ACK and FIN in one, ${timeText(delay)} after the FIN came: segments ${all.map(({ event }) => event.id).join(', ')} are all, and both ends are CLOSED in the end.`,
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
      zh: '真正的原因是应用程序还没有关闭。只要在 ACK 该发的时候它已经关闭，FIN 就带上确认；剩余的数据甚至也可以一起带走（第 3.10.4 节）。',
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
      const name = segmentName(trace, fin2);
      return decision(
        fin2,
        `${name.en}: the program of ${WHO[passive].en} called close() ${timeText(closes.event.t - arrival(trace, fin).event.t)} after the FIN came; FIN and ACK are one segment.`,
        `${name.zh}：FIN 到达 ${timeText(closes.event.t - arrival(trace, fin).event.t)} 之后，${WHO[passive].zh}的程序就调用了 close()，FIN 与 ACK 合成一个报文段。`,
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
      en: 'Yes; what remains is TIME-WAIT at the end that closed first (section 3.6).',
      zh: '对；剩下的只是先关闭一端的 TIME-WAIT（第 3.6 节）。',
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
  {
    number: 80,
    claim: {
      en: 'FIN_WAIT_1 and FIN_WAIT_2 both mean: waiting for the peer’s FIN.',
      zh: 'FIN_WAIT_1 和 FIN_WAIT_2 的真正含义都是等待对方的 FIN。',
    },
    seeds: [4],
    verdict: 'imprecise',
    truth: {
      en: 'FIN-WAIT-1 waits for the peer’s FIN or for the ACK of its own FIN; only FIN-WAIT-2 waits for the FIN alone (section 3.3.2).',
      zh: 'FIN-WAIT-1 等的是对方的 FIN，或者对自己 FIN 的确认；只有 FIN-WAIT-2 才单纯等对方的 FIN（第 3.3.2 节）。',
    },
    scenario: 'finack-lost',
    decide(trace) {
      const fin = firstFin(trace);
      const active = fin.event.from;
      const passive = otherEnd(active);
      const change = enters(trace, active, 'FIN-WAIT-2');
      must(change.event.kind === 'arrived', 'a segment ends FIN-WAIT-1');
      mustChange(trace, change.at, active, 'FIN-WAIT-1', 'FIN-WAIT-2');
      const { id } = change.event;
      const ack = allSent(trace, passive).find(({ event }) => event.id === id);
      must(
        ack !== undefined && bits(ack.event.segment) === 'ACK' && ack.event.segment.ack === endOf(fin.event),
        'an ACK of the FIN',
      );
      const again = allSent(trace, active).filter(({ at, event }) => at < change.at && event.retransmission);
      must(again.length > 0, 'the FIN is retransmitted in FIN-WAIT-1');
      const end = enters(trace, active, 'TIME-WAIT', { after: change.at });
      const name = segmentName(trace, ack);
      return decision(
        change,
        `${name.en}, without FIN, ends FIN-WAIT-1, in which ${WHO[active].en} retransmitted its own FIN ${again.length === 1 ? 'once' : `${again.length} times`}; the peer’s FIN comes ${timeText(end.event.t - change.event.t)} later and ends FIN-WAIT-2.`,
        `${name.zh}不带 FIN，却结束了 FIN-WAIT-1；在这之前，${WHO[active].zh}重传了自己的 FIN ${again.length} 次。对方的 FIN 在 ${timeText(end.event.t - change.event.t)} 之后才来，结束的是 FIN-WAIT-2。`,
      );
    },
  },
  {
    number: 81,
    claim: { en: 'FIN_WAIT_1 is entered from ESTABLISHED.', zh: 'FIN_WAIT_1 是从 ESTABLISHED 进入的。' },
    seeds: [4],
    verdict: 'imprecise',
    truth: {
      en: 'Or from SYN-RECEIVED, when CLOSE is called there with nothing to send (section 3.10.4; figure 5).',
      zh: '也可以从 SYN-RECEIVED 进入：在那里调用 CLOSE 而没有数据要发（第 3.10.4 节；图 5）。',
    },
    scenario: 'early-close',
    decide(trace) {
      const fin = firstFin(trace);
      const { from } = fin.event;
      mustChange(trace, fin.at, from, 'SYN-RECEIVED', 'FIN-WAIT-1');
      const passed = statesPassed(trace, from);
      must(!passed.includes('ESTABLISHED'), 'ESTABLISHED is not passed');
      const name = segmentName(trace, fin);
      return decision(
        fin,
        `${name.en}: ${WHO[from].en} goes from SYN-RECEIVED to FIN-WAIT-1; its states are ${passed.join(', ')}.`,
        `${name.zh}：${WHO[from].zh}从 SYN-RECEIVED 进入 FIN-WAIT-1；它经过的状态是 ${passed.join('、')}。`,
      );
    },
  },
  {
    number: 82,
    claim: {
      en: 'FIN_WAIT_1 is rarely seen; FIN_WAIT_2 is seen now and then with netstat.',
      zh: 'FIN_WAIT_1 一般比较难见到，FIN_WAIT_2 有时可以用 netstat 看到。',
    },
    seeds: [4],
    verdict: 'imprecise',
    truth: {
      en: 'FIN-WAIT-1 lasts for minutes when the peer is dead or its window is closed; FIN-WAIT-2 of a closed socket goes away after tcp_fin_timeout on Linux, 60 s (see fw2-orphan; section 3.8.3).',
      zh: '对方已死，或者窗口为零时，FIN-WAIT-1 会停留好几分钟；Linux 上已 close() 的 FIN-WAIT-2 反而在 tcp_fin_timeout（60 秒）之后消失（见 fw2-orphan；第 3.8.3 节）。',
    },
    scenario: 'fin-lost',
    edits: ['right crash 70ms'],
    decide(trace) {
      const fin = firstFin(trace);
      const { from } = fin.event;
      const end = enters(trace, from, 'CLOSED', { after: fin.at });
      const change = end.event.changes.find((c) => c.end === from);
      must(change?.from === 'FIN-WAIT-1', 'FIN-WAIT-1 to the end');
      const us = end.event.t - fin.event.t;
      must(us > 60_000_000, 'FIN-WAIT-1 for longer than a minute');
      const tries = allSent(trace, from).filter(
        ({ at, event }) => at > fin.at && event.retransmission,
      ).length;
      return decision(
        end,
        `the peer is dead: ${WHO[from].en} was in FIN-WAIT-1 for ${timeText(us)} and retransmitted its FIN ${tries} times, before it gave up.`,
        `对方已死：${WHO[from].zh}在 FIN-WAIT-1 停了 ${timeText(us)}，重传 FIN ${tries} 次才放弃。`,
      );
    },
  },
  {
    number: 83,
    claim: { en: 'FIN_WAIT_2 is a “half connection” (半连接).', zh: 'FIN_WAIT_2 状态表示“半连接”。' },
    seeds: [4],
    verdict: 'wrong',
    truth: {
      en: 'It is half-closed (半关闭). 半连接 is the name of a connection in the SYN queue; half-open is a third thing, an end whose peer has crashed (sections 3.5.1, 3.6.1).',
      zh: '应是“半关闭”（half-closed）。“半连接”指半连接队列里尚未完成握手的连接；“半打开”（half-open）又是另一回事，指对方已崩溃的连接（第 3.5.1、3.6.1 节）。',
    },
    scenario: 'half-close',
    decide(trace) {
      const { active, passive } = firstHalf(trace);
      const waits = enters(trace, active, 'FIN-WAIT-2');
      must(stateOf(trace, waits.at, passive) === 'CLOSE-WAIT', 'CLOSE-WAIT at the other end');
      for (const end of [active, passive])
        must(statesPassed(trace, end).includes('ESTABLISHED'), 'both ends were ESTABLISHED');
      const queues = trace.events.findLast((e, at) => at <= waits.at && e.queues !== undefined)?.queues;
      must(queues !== undefined && queues.syn === 0, 'the SYN queue is empty');
      must(textBetween(trace, passive, waits.at, trace.events.length) > 0, 'the other direction is open');
      return decision(
        waits,
        `FIN-WAIT-2 and CLOSE-WAIT: the direction of ${WHO[active].en} is finished, that of ${WHO[passive].en} open. The handshake was completed long ago; the SYN queue (半连接队列) is empty.`,
        `FIN-WAIT-2 与 CLOSE-WAIT：${WHO[active].zh}的方向已结束，${WHO[passive].zh}的方向还开着。握手早已完成，半连接队列是空的。`,
      );
    },
  },
  {
    number: 84,
    claim: {
      en: 'In FIN_WAIT_2 an end says: I still have some data for you.',
      zh: 'FIN_WAIT_2 的一方告诉对方：我暂时还有点数据需要传送给你。',
    },
    seeds: [4],
    verdict: 'wrong',
    truth: {
      en: 'The reverse: who is in FIN-WAIT-2 has finished sending; it is the peer, in CLOSE-WAIT, that may have data (section 3.3.2).',
      zh: '正好反了：处在 FIN-WAIT-2 的一方已经发完；可能还有数据的是处在 CLOSE-WAIT 的对方（第 3.3.2 节）。',
    },
    scenario: 'half-close',
    decide(trace) {
      const { active, passive } = firstHalf(trace);
      const waits = enters(trace, active, 'FIN-WAIT-2');
      const end = enters(trace, active, 'TIME-WAIT', { after: waits.at });
      const mine = textBetween(trace, active, waits.at, end.at);
      const theirs = textBetween(trace, passive, waits.at, end.at);
      must(mine === 0 && theirs > 0, 'text comes from the peer only');
      must(tcbOf(trace, waits.at, active).snd.fin, 'no SEND is possible any more');
      const text = sent(trace, passive, 'ACK', { after: waits.at, text: true });
      const arrived = arrival(trace, text);
      must(stateOf(trace, arrived.at, active) === 'FIN-WAIT-2', 'it arrives in FIN-WAIT-2');
      return decision(
        arrived,
        `while ${WHO[active].en} is in FIN-WAIT-2 it sends ${mine} octets, and ${WHO[passive].en}, in CLOSE-WAIT, sends ${theirs}.`,
        `${WHO[active].zh}在 FIN-WAIT-2 期间发了 ${mine} 字节；处在 CLOSE-WAIT 的${WHO[passive].zh}发了 ${theirs} 字节。`,
      );
    },
  },
  {
    number: 85,
    claim: {
      en: 'In CLOSE_WAIT what remains to be done is that you close.',
      zh: 'CLOSE_WAIT 状态下，需要完成的事情是等待你去关闭连接。',
    },
    seeds: [4],
    verdict: 'true',
    truth: {
      en: 'The best sentence of the five texts: CLOSE-WAIT waits for the local user’s CLOSE, and nothing else ends it in order (section 3.3.2).',
      zh: '五篇文章中最好的一句：CLOSE-WAIT 等的是本地用户的 CLOSE，此外没有别的办法正常结束它（第 3.3.2 节）。',
    },
    scenario: 'cw-leak',
    decide(trace) {
      const { passive } = firstHalf(trace);
      const begin = enters(trace, passive, 'CLOSE-WAIT');
      const closes = call(trace, passive, 'close');
      must(stateOf(trace, closes.at - 1, passive) === 'CLOSE-WAIT', 'CLOSE-WAIT until the call');
      const us = closes.event.t - begin.event.t;
      must(us > 60_000_000, 'for longer than a minute');
      const end = enters(trace, passive, 'LAST-ACK');
      must(end.at > closes.at && end.event.t === closes.event.t, 'the call ends it');
      return decision(
        end,
        `${WHO[passive].en} has been in CLOSE-WAIT for ${timeText(us)}; its program calls close(), and in the same instant it is in LAST-ACK.`,
        `${WHO[passive].zh}在 CLOSE-WAIT 停了 ${timeText(us)}；它的程序一调用 close()，当即进入 LAST-ACK。`,
      );
    },
  },
  {
    number: 86,
    claim: {
      en: 'LAST_ACK waits for the ACK; after it the connection is CLOSED, “usable”.',
      zh: 'LAST_ACK 等待对方的 ACK，收到后即可进入 CLOSED“可用”状态。',
    },
    seeds: [4],
    verdict: 'true',
    truth: {
      en: 'LAST-ACK does wait for the ACK of its FIN. CLOSED, though, is no usable state: it means that there is no connection and no TCB (section 3.3.2).',
      zh: 'LAST-ACK 等的确实是对自己 FIN 的确认。不过 CLOSED 不是什么“可用状态”：它表示没有连接，也没有 TCB（第 3.3.2 节）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin2, ack2, passive } = fourSegments(trace);
      const arrived = arrival(trace, ack2);
      must(stateOf(trace, arrived.at - 1, passive) === 'LAST-ACK', 'LAST-ACK until the ACK');
      mustChange(trace, arrived.at, passive, 'LAST-ACK', 'CLOSED');
      must(tcbAt(trace, arrived.at, passive) === null, 'the TCB is gone');
      return decision(
        arrived,
        `${WHO[passive].en} was in LAST-ACK for ${timeText(arrived.event.t - fin2.event.t)}; the ACK, segment ${ack2.event.id}, arrives: CLOSED, and there is no TCB any more.`,
        `${WHO[passive].zh}在 LAST-ACK 停了 ${timeText(arrived.event.t - fin2.event.t)}；ACK（第 ${ack2.event.id} 个报文段）到达：CLOSED，TCB 已不复存在。`,
      );
    },
  },
  {
    number: 87,
    claim: {
      en: 'A segment with FIN and ACK takes FIN_WAIT_1 directly to TIME_WAIT.',
      zh: 'FIN_WAIT_1 下收到同时带 FIN 和 ACK 的报文，可直接进入 TIME_WAIT，无须经过 FIN_WAIT_2。',
    },
    seeds: [4],
    verdict: 'true',
    truth: {
      en: 'Yes, if its acknowledgment covers our FIN (figure 5, note 2). Otherwise, as in a simultaneous close, the way goes through CLOSING: see simclose.',
      zh: '对，前提是它的确认号覆盖了自己的 FIN（图 5 注 2）。否则，例如同时关闭时，要经过 CLOSING：见 simclose。',
    },
    scenario: 'close3',
    decide(trace) {
      const fin = firstFin(trace);
      const active = fin.event.from;
      const fin2 = finOf(trace, otherEnd(active));
      must(fin2.event.segment.ack === endOf(fin.event), 'it acknowledges our FIN');
      const arrived = arrival(trace, fin2);
      mustChange(trace, arrived.at, active, 'FIN-WAIT-1', 'TIME-WAIT');
      const [rule] = arrived.event.changes;
      const name = segmentName(trace, fin2);
      return decision(
        arrived,
        `${name.en} arrives: its ack covers the FIN of ${WHO[active].en}, which goes from FIN-WAIT-1 straight to TIME-WAIT (rule ${rule?.rule}).`,
        `${name.zh}到达：确认号覆盖了${WHO[active].zh}的 FIN，于是从 FIN-WAIT-1 直接进入 TIME-WAIT（规则 ${rule?.rule}）。`,
      );
    },
  },
  {
    number: 88,
    claim: { en: 'CLOSED means that the connection is interrupted.', zh: 'CLOSED：表示连接中断。' },
    seeds: [4],
    verdict: 'imprecise',
    truth: {
      en: 'CLOSED is fictional: it is the state in which there is no TCB and therefore no connection, before it as well as after it (section 3.3.2).',
      zh: 'CLOSED 是一个虚构的状态：没有 TCB，也就没有连接，连接建立之前和结束之后都是如此（第 3.3.2 节）。',
    },
    scenario: 'hs',
    decide(trace) {
      const opens = call(trace, 'left', 'connect');
      must(stateOf(trace, opens.at, 'left') === 'CLOSED', 'CLOSED before connect()');
      must(tcbAt(trace, opens.at, 'left') === null, 'no TCB before connect()');
      must(!trace.events.some((e, at) => e.kind === 'sent' && at < opens.at), 'no segment before');
      const syn = sent(trace, 'left', 'SYN');
      must(tcbAt(trace, syn.at, 'left') !== null, 'the TCB comes with the SYN');
      return decision(
        opens,
        `the client calls connect() in CLOSED: it has no TCB, no segment was ever sent, and no connection was interrupted. The TCB comes with segment ${syn.event.id}.`,
        `客户端在 CLOSED 中调用 connect()：这时没有 TCB，一个报文段都没发过，谈不上什么连接“中断”。TCB 随第 ${syn.event.id} 个报文段才有。`,
      );
    },
  },
  {
    number: 89,
    claim: {
      en: 'ack is the next sequence number expected: everything before it has been received.',
      zh: 'ack 是期望收到的下一个序列号，表示此前的报文都已收到。',
    },
    seeds: [0],
    verdict: 'true',
    truth: {
      en: 'Yes, acknowledgments are cumulative (section 3.4).',
      zh: '对，TCP 的确认是累积的（第 3.4 节）。',
    },
    scenario: 'hs',
    edits: ['left write 2000 60ms'],
    decide(trace) {
      const texts = allSent(trace, 'left').filter(({ event }) => event.segment.length > 0);
      const last = texts.at(-1);
      must(last !== undefined && texts.length > 1, 'several segments with text');
      const ack = ackOf(trace, 'right', endOf(last.event), last.at);
      must(ack.event.segment.ack === tcbOf(trace, ack.at, 'right').rcv.nxt, 'ack=RCV.NXT');
      const covered = texts.filter(({ event, at }) => at < ack.at && !event.retransmission);
      must(
        allSent(trace, 'right').filter(({ at }) => at > last.at && at <= ack.at).length === 1,
        'one ACK for all',
      );
      const octets = covered.reduce((sum, { event }) => sum + event.segment.length, 0);
      const name = segmentName(trace, ack);
      return decision(
        ack,
        `${name.en} is the only acknowledgment of ${covered.length} segments with ${octets} octets: 1 for the SYN, ${octets} for the text, and the next one expected is RCV.NXT=${number(trace, 'left', ack.event.segment.ack ?? 0)}.`,
        `${name.zh}一个确认就覆盖了 ${covered.length} 个报文段、${octets} 字节：SYN 占 1，数据占 ${octets}，下一个期望的序列号是 RCV.NXT=${number(trace, 'left', ack.event.segment.ack ?? 0)}。`,
      );
    },
  },
  {
    number: 90,
    claim: { en: 'Closing is a “four-way handshake”.', zh: '标题把四次挥手译作“Four-Way Handshake”。' },
    seeds: [0],
    verdict: 'name',
    truth: {
      en: 'Only a name. The three-way handshake synchronises two ends (section 3.5); a close is the end of two directions, each on its own and each acknowledged. RFC 9293 calls it the normal close sequence, once a “FIN handshake” (section 3.6), and nowhere a four-way one.',
      zh: '只是名称问题。三次握手是让两端同步（第 3.5 节）；关闭则是两个方向各自结束、各自得到确认。RFC 9293 称之为“正常关闭过程”（normal close sequence），有一处写作 FIN handshake（第 3.6 节），从未说过 four-way handshake。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin, fin2, ack } = fourSegments(trace);
      const syns = [...allSent(trace, 'left'), ...allSent(trace, 'right')].filter(({ event }) =>
        event.segment.flags.includes('SYN'),
      );
      must(syns.length === 2 && syns.every(({ at }) => at < fin.at), 'the two SYNs were sent before');
      must(fin2.event.t > ack.event.t, 'the second FIN answers nothing');
      return decision(
        fin,
        `the handshake was over before: its SYNs are segments ${syns.map(({ event }) => event.id).join(' and ')}. Segments ${fin.event.id} and ${fin2.event.id} each end a direction; the second answers nothing, it comes ${timeText(fin2.event.t - ack.event.t)} after the ACK.`,
        `握手早已完成，两个 SYN 是第 ${syns.map(({ event }) => event.id).join('、')} 个报文段。第 ${fin.event.id}、${fin2.event.id} 个报文段各结束一个方向；后一个 FIN 不是对前一个的应答，它在 ACK 之后 ${timeText(fin2.event.t - ack.event.t)} 才发出。`,
      );
    },
  },
];

/** The arrival of a segment after an event; null if it came before, or not at all. */
function arrivalAfter(trace: Trace, id: number, sentAt: number, after: number): number | null {
  const at = trace.events.findIndex((e, i) => i > sentAt && e.kind === 'arrived' && e.id === id);
  return at > after ? at : null;
}
