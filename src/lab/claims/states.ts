// Claims 80 to 90: what the states mean, and how they are called (RFC 9293 section 3.3.2).

import { otherEnd, statesPassed, tcbAt } from '../trace.ts';
import type { Claim } from './claim.ts';
import { ackOf, endOf, finOf, firstFin, firstHalf, fourSegments, textBetween, WHO } from './close-parts.ts';
import {
  allSent,
  arrival,
  bits,
  call,
  decision,
  enters,
  must,
  mustChange,
  number,
  seenAtArrival,
  seenIn,
  segmentName,
  sent,
  stateOf,
  tcbOf,
  timeText,
} from './evidence.ts';

/** Claims 80 to 90. */
export const stateClaims: readonly Claim[] = [
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
      en: 'Or from SYN-RECEIVED, when CLOSE is called there with nothing to send (section 3.10.4; section 3.3.2, figure 5).',
      zh: '也可以从 SYN-RECEIVED 进入：在这个状态调用 CLOSE，又没有数据要发（第 3.10.4 节；第 3.3.2 节，图 5）。',
    },
    scenario: 'early-close',
    decide(trace) {
      const fin = firstFin(trace);
      const { from } = fin.event;
      mustChange(trace, fin.at, from, 'SYN-RECEIVED', 'FIN-WAIT-1');
      const passed = statesPassed(trace, from);
      must(!passed.includes('ESTABLISHED'), 'ESTABLISHED is not passed');
      return seenIn(
        trace,
        fin,
        `${WHO[from].en} goes from SYN-RECEIVED to FIN-WAIT-1; its states are ${passed.join(', ')}.`,
        `${WHO[from].zh}从 SYN-RECEIVED 进入 FIN-WAIT-1；它经过的状态是 ${passed.join('、')}。`,
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
      en: 'FIN-WAIT-1 lasts long when the peer is dead (section 3.8.3; until R2, or on Linux tcp_orphan_retries) or its window is closed. FIN-WAIT-2 of a socket that was closed goes away on Linux after tcp_fin_timeout, 60 s (see fw2-orphan).',
      zh: '对方主机已失联（第 3.8.3 节），或者窗口为零时，FIN-WAIT-1 会停留很久（直到 R2；Linux 上由 tcp_orphan_retries 决定）；反倒是 FIN-WAIT-2，在 Linux 上若已 close()，过了 tcp_fin_timeout（60 s）就会消失（见 fw2-orphan）。',
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
        `对方主机已失联：${WHO[from].zh}在 FIN-WAIT-1 停了 ${timeText(us)}，重传 FIN ${tries} 次才放弃。`,
      );
    },
  },
  {
    number: 83,
    claim: { en: 'FIN_WAIT_2 is a “half connection” (半连接).', zh: 'FIN_WAIT_2 状态表示“半连接”。' },
    seeds: [4],
    verdict: 'wrong',
    truth: {
      en: 'It is half-closed (半关闭). 半连接 is the name of a connection in the SYN queue; half-open is a third thing: one end has crashed, or closed or aborted, without the other’s knowledge (sections 3.5.1, 3.6.1).',
      zh: '应是“半关闭”（half-closed）。“半连接”指半连接队列里尚未完成握手的连接；“半打开”（half-open）又是另一回事，指一端已经崩溃、关闭或中止，另一端却不知情的连接（第 3.5.1、3.6.1 节）。',
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
      en: 'The reverse: the end in FIN-WAIT-2 has finished sending; it is the peer, in CLOSE-WAIT, that may have data (section 3.3.2).',
      zh: '正好说反了：处于 FIN-WAIT-2 的一方已经发完，可能还有数据的是处于 CLOSE-WAIT 的对方（第 3.3.2 节）。',
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
        `${WHO[active].zh}在 FIN-WAIT-2 期间发了 ${mine} 字节；处于 CLOSE-WAIT 的${WHO[passive].zh}发了 ${theirs} 字节。`,
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
      en: 'Yes, and that is the diagnosis on a running machine: CLOSE-WAIT waits for the local user’s CLOSE, and nothing else ends it in order (section 3.3.2).',
      zh: '对，线上排障的结论也正是它：CLOSE-WAIT 等的是本地用户的 CLOSE，此外没有别的办法正常结束它（第 3.3.2 节）。',
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
      en: 'LAST_ACK waits for the ACK; after it the connection is CLOSED.',
      zh: 'LAST_ACK 等待对方的 ACK，收到后即进入 CLOSED。',
    },
    seeds: [4],
    verdict: 'true',
    truth: {
      en: 'Yes: LAST-ACK waits for the ACK of its FIN, and then there is no connection and no TCB, which is what CLOSED means (section 3.3.2). Sometimes CLOSED is called “usable”: what can be used again is the pair of sockets.',
      zh: '对：LAST-ACK 等的是对自己 FIN 的确认；收到之后连接和 TCB 都不复存在，这就是 CLOSED 的含义（第 3.3.2 节）。有人称 CLOSED 为“可用状态”，可用的其实是这一对套接字，又可以建立新的连接了。',
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
      en: 'Yes, if its acknowledgment covers our FIN (section 3.3.2, figure 5, note 2). Otherwise, as in a simultaneous close, the way goes through CLOSING: see simclose.',
      zh: '对，前提是它的确认号覆盖了自己的 FIN（第 3.3.2 节，图 5 注 2）。否则，例如同时关闭时，要经过 CLOSING：见 simclose。',
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
      return seenAtArrival(
        trace,
        fin2,
        `its ack covers the FIN of ${WHO[active].en}, which goes from FIN-WAIT-1 straight to TIME-WAIT (rule ${rule?.rule}).`,
        `确认号覆盖了${WHO[active].zh}的 FIN，于是从 FIN-WAIT-1 直接进入 TIME-WAIT（规则 ${rule?.rule}）。`,
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
    edits: ['left write 2896 5ms'],
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
