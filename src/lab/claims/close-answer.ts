// Claims 53 to 60: the ACK of the FIN, and what is between it and the second FIN (RFC 9293 section 3.6).

import type { Claim } from './claim.ts';
import {
  ackOf,
  callsBetween,
  endOf,
  finOf,
  firstFin,
  firstHalf,
  fourSegments,
  textBetween,
  WHO,
} from './close-parts.ts';
import {
  allSent,
  arrival,
  call,
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
  tcbOf,
  timeText,
} from './evidence.ts';

/** Claims 53 to 60. */
export const answerClaims: readonly Claim[] = [
  {
    number: 53,
    claim: { en: 'Second segment: ACK=1, seq=v, ack=u+1.', zh: '第二次挥手：ACK=1，seq=v，ack=u+1。' },
    seeds: [0, 1, 3],
    verdict: 'true',
    truth: {
      en: 'Yes: the FIN occupies the number u, so u+1 is expected next; v is the SND.NXT of the sender (section 3.4; section 3.6, figure 12).',
      zh: '对：FIN 占用序列号 u，所以下一个期望的是 u+1；v 是发送方的 SND.NXT（第 3.4 节；第 3.6 节，图 12）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin, ack, active, passive } = fourSegments(trace);
      must(ack.event.segment.ack === plus(fin.event.segment.seq, 1), 'ack=u+1');
      must(ack.event.segment.seq === tcbOf(trace, ack.at, passive).snd.nxt, 'seq=SND.NXT');
      const u = number(trace, active, fin.event.segment.seq);
      const v = number(trace, passive, ack.event.segment.seq);
      return seenIn(
        trace,
        ack,
        `u=${u}, so ack=u+1; v=${v} is SND.NXT.`,
        `u=${u}，所以 ack=u+1；v=${v} 就是 SND.NXT。`,
      );
    },
  },
  {
    number: 54,
    claim: { en: 'The server enters CLOSE_WAIT.', zh: '服务器进入 CLOSE_WAIT。' },
    seeds: [0, 1, 2, 3, 4],
    verdict: 'true',
    truth: {
      en: 'CLOSE-WAIT, on receipt of the FIN (section 3.10.7.4, eighth step); it does not depend on the ACK, which may be delayed (section 3.8.6.3).',
      zh: '收到 FIN 就进入 CLOSE-WAIT（第 3.10.7.4 节第八步），不取决于 ACK 是否已经发出；ACK 可以延迟（第 3.8.6.3 节）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin, ack, passive } = fourSegments(trace);
      const arrived = arrival(trace, fin);
      mustChange(trace, arrived.at, passive, 'ESTABLISHED', 'CLOSE-WAIT');
      must(arrived.at < ack.at, 'the ACK comes later');
      return seenAtArrival(
        trace,
        fin,
        `${WHO[passive].en} is in CLOSE-WAIT; its ACK leaves ${timeText(ack.event.t - arrived.event.t)} later.`,
        `${WHO[passive].zh}进入 CLOSE-WAIT；它的 ACK 在 ${timeText(ack.event.t - arrived.event.t)} 之后才发出。`,
      );
    },
  },
  {
    number: 55,
    claim: { en: 'The client then enters FIN_WAIT_2.', zh: '客户端随后进入 FIN_WAIT_2。' },
    seeds: [0, 1, 2, 3, 4],
    verdict: 'true',
    truth: {
      en: 'On receipt of an ACK that covers its FIN, and on nothing else (section 3.10.7.4, fifth step).',
      zh: '必须收到覆盖自己 FIN 的 ACK 才进入，别的都不行（第 3.10.7.4 节第五步）。',
    },
    scenario: 'finack-lost',
    decide(trace) {
      const fin = firstFin(trace);
      const active = fin.event.from;
      const passive = active === 'left' ? 'right' : 'left';
      const ack = ackOf(trace, passive, endOf(fin.event), fin.at);
      const lost = loss(trace, ack);
      must(stateOf(trace, lost.at, active) === 'FIN-WAIT-1', 'the client is in FIN-WAIT-1 without the ACK');
      const second = ackOf(trace, passive, endOf(fin.event), lost.at);
      const arrived = arrival(trace, second);
      mustChange(trace, arrived.at, active, 'FIN-WAIT-1', 'FIN-WAIT-2');
      const name = segmentName(trace, second);
      return decision(
        arrived,
        `the first ACK, segment ${ack.event.id}, was lost and ${WHO[active].en} stayed in FIN-WAIT-1; ${name.en} arrives and takes it to FIN-WAIT-2.`,
        `第一个 ACK（第 ${ack.event.id} 个报文段）丢了，${WHO[active].zh}一直停在 FIN-WAIT-1；${name.zh}到达，才进入 FIN-WAIT-2。`,
      );
    },
  },
  {
    number: 56,
    claim: {
      en: 'With the ACK the second host says: I agree to your close.',
      zh: '主机 2 用这个 ACK 告诉主机 1：我“同意”你的关闭请求。',
    },
    seeds: [4],
    verdict: 'wrong',
    truth: {
      en: 'The ACK says that the FIN was received. It is TCP’s, not the program’s: there is nothing to agree to, and it cannot be refused (section 3.10.7.4, eighth step).',
      zh: 'ACK 只表示 FIN 收到了。它由 TCP 发出，与程序无关：没有什么可“同意”的，也无法拒绝（第 3.10.7.4 节第八步）。',
    },
    scenario: 'close4',
    decide(trace) {
      const { fin, ack, fin2, passive } = fourSegments(trace);
      const between = callsBetween(trace, passive, arrival(trace, fin).at, ack.at);
      must(
        between.every(({ call: name }) => name === 'eof' || name === 'read'),
        'no call of the program between the FIN and its ACK',
      );
      const closes = call(trace, passive, 'close');
      must(ack.at < closes.at && closes.at < fin2.at, 'the program closes after the ACK');
      const name = segmentName(trace, ack);
      return decision(
        ack,
        `${name.en} leaves ${timeText(closes.event.t - ack.event.t)} before the program of ${WHO[passive].en} calls close(): TCP sent it, nobody was asked.`,
        `${name.zh}发出 ${timeText(closes.event.t - ack.event.t)} 之后，${WHO[passive].zh}的程序才调用 close()：ACK 是 TCP 自己发的，没有征求任何人的同意。`,
      );
    },
  },
  {
    number: 57,
    claim: { en: 'Both sides must agree to the close.', zh: '四次挥手确保双方都同意关闭连接。' },
    seeds: [0],
    verdict: 'wrong',
    truth: {
      en: 'Each direction is ended by one side alone, and a RST ends both at once, without the other’s consent (sections 3.5.2, 3.6).',
      zh: '每个方向都由一方单独结束；RST 更是一下子终止两个方向，不需要对方同意（第 3.5.2、3.6 节）。',
    },
    scenario: 'unread-rst',
    decide(trace) {
      const rst = sent(trace, 'right', 'RST,ACK');
      const arrived = arrival(trace, rst);
      must(stateOf(trace, arrived.at, 'right') === 'CLOSED', 'the server is CLOSED');
      mustChange(trace, arrived.at, 'left', 'ESTABLISHED', 'CLOSED');
      const asked = callsBetween(trace, 'left', -1, trace.events.length);
      must(!asked.some((e) => ['close', 'shutdown', 'abort'].includes(e.call)), 'the client never closes');
      return seenAtArrival(
        trace,
        rst,
        `the client goes from ESTABLISHED to CLOSED, though its program has called neither close() nor shutdown().`,
        `客户端从 ESTABLISHED 直接变为 CLOSED，它的程序既没有调用 close()，也没有调用 shutdown()。`,
      );
    },
  },
  {
    number: 58,
    claim: {
      en: 'The client can no longer send but can receive; the server may go on sending.',
      zh: '客户端不能再发送，但仍能接收；服务器还可以继续发送。',
    },
    seeds: [0, 1, 2, 4],
    verdict: 'true',
    truth: {
      en: 'True of the RFC’s CLOSE (section 3.6), which is shutdown(SHUT_WR) of sockets. After close() no program is there to receive, and late text is answered with RST (section 3.6.1, SHLD-3; see late-data-rst).',
      zh: 'RFC 所说的 CLOSE 如此（第 3.6 节），对应套接字的 shutdown(SHUT_WR)。若是 close()，已经没有程序来接收，此后到达的数据会得到 RST（第 3.6.1 节，SHLD-3；见 late-data-rst）。',
    },
    scenario: 'half-close',
    decide(trace) {
      const { fin, active, passive } = firstHalf(trace);
      const waits = enters(trace, active, 'FIN-WAIT-2', { after: fin.at });
      const at = trace.events.findIndex(
        (e, i) => i > waits.at && e.kind === 'call' && e.end === active && e.call === 'read',
      );
      const event = trace.events[at];
      must(event !== undefined && event.kind === 'call', 'the client reads after its FIN');
      must(stateOf(trace, at, active) === 'FIN-WAIT-2', 'in FIN-WAIT-2');
      must(tcbOf(trace, at, active).snd.fin, 'it has ended its own direction');
      must(stateOf(trace, at, passive) === 'CLOSE-WAIT', 'from CLOSE-WAIT');
      must(
        callsBetween(trace, active, -1, at).some((e) => e.call === 'shutdown'),
        'it called shutdown',
      );
      return decision(
        { at, event },
        `after shutdown() the program of ${WHO[active].en} reads ${event.octets} octets, in FIN-WAIT-2; ${WHO[passive].en} sent them in CLOSE-WAIT.`,
        `shutdown() 之后，${WHO[active].zh}的程序在 FIN-WAIT-2 中读到 ${event.octets} 字节；那是${WHO[passive].zh}在 CLOSE-WAIT 中发的。`,
      );
    },
  },
  {
    number: 59,
    claim: {
      en: 'After the ACK the server prepares to release its direction.',
      zh: '发出 ACK 之后，服务器开始准备释放自己这个方向的连接。',
    },
    seeds: [3],
    verdict: 'imprecise',
    truth: {
      en: 'TCP prepares nothing: it waits in CLOSE-WAIT until the application calls CLOSE, for ever if need be (section 3.6, case 2).',
      zh: 'TCP 并不准备什么：它停在 CLOSE-WAIT，直到应用程序调用 CLOSE；程序不调用，就永远等下去（第 3.6 节，情形 2）。',
    },
    scenario: 'cw-leak',
    decide(trace) {
      const { ack, passive } = firstHalf(trace);
      const closes = call(trace, passive, 'close');
      must(
        closes.event.t - ack.event.t > 1_000_000 && stateOf(trace, closes.at - 1, passive) === 'CLOSE-WAIT',
        'CLOSE-WAIT for longer than a second',
      );
      must(
        allSent(trace, passive).every(({ at }) => at <= ack.at || at > closes.at),
        'nothing is sent meanwhile',
      );
      must(Object.keys(tcbOf(trace, closes.at - 1, passive).timers).length === 0, 'no timer runs');
      const fin2 = finOf(trace, passive, closes.at);
      must(fin2.event.t === closes.event.t, 'the FIN leaves with the call');
      return decision(
        closes,
        `${WHO[passive].en} was in CLOSE-WAIT for ${timeText(closes.event.t - ack.event.t)} since its ACK, without a segment or a timer; the FIN leaves when its program calls close().`,
        `从发出 ACK 起，${WHO[passive].zh}在 CLOSE-WAIT 停了 ${timeText(closes.event.t - ack.event.t)}，既没有报文段也没有定时器；程序调用 close()，FIN 才发出。`,
      );
    },
  },
  {
    number: 60,
    claim: {
      en: 'The server sends what data it has left first.',
      zh: '服务器先把剩余的数据传送给客户端。',
    },
    seeds: [1, 2, 3],
    verdict: 'true',
    truth: {
      en: 'Yes: the FIN comes after all text in the sequence space (sections 3.4, 3.10.4), and the text is delivered in FIN-WAIT-2. Linux 6.18 was seen to deliver 3000 octets so.',
      zh: '对：FIN 在序列号空间中排在全部数据之后（第 3.4、3.10.4 节），数据在对方处于 FIN-WAIT-2 时交付。实测 Linux 6.18 也这样交付了 3000 字节。',
    },
    scenario: 'half-close',
    decide(trace) {
      const { fin, active, passive } = firstHalf(trace);
      const fin2 = finOf(trace, passive, fin.at);
      const octets = textBetween(trace, passive, arrival(trace, fin).at, fin2.at);
      must(octets > 0, 'text between the two FINs');
      const read = callsBetween(trace, active, fin.at, arrival(trace, fin2).at)
        .filter((e) => e.states[active] === 'FIN-WAIT-2')
        .reduce((sum, e) => sum + (e.call === 'read' ? (e.octets ?? 0) : 0), 0);
      must(read === octets, 'all of it is read in FIN-WAIT-2');
      const name = segmentName(trace, fin2);
      return decision(
        fin2,
        `${name.en} leaves after ${octets} octets of text, all of which ${WHO[active].en} has read in FIN-WAIT-2.`,
        `${name.zh}在 ${octets} 字节数据之后发出；这些数据${WHO[active].zh}都在 FIN-WAIT-2 中读到了。`,
      );
    },
  },
];
