// Claims 12 to 22: the states that the handshake passes, and its third segment.

import { tcbAt } from '../trace.ts';
import type { Claim } from './claim.ts';
import {
  allSent,
  arrival,
  bits,
  call,
  decision,
  enters,
  loss,
  must,
  mustChange,
  number,
  plus,
  seenIn,
  segmentName,
  sent,
  stateOf,
  tcbOf,
  timer,
  timeText,
} from './evidence.ts';

/** Claims 12 to 22. */
export const openingStateClaims: readonly Claim[] = [
  {
    number: 12,
    claim: {
      en: 'The server enters SYN_RCVD (SYN-RECV, SYN_RECV).',
      zh: '服务器进入 SYN_RCVD（又写作 SYN-RECV、SYN_RECV）状态。',
    },
    seeds: [0, 1, 2, 3, 4],
    verdict: 'imprecise',
    truth: {
      en: 'One state, several spellings: SYN-RECEIVED in the RFC’s text, SYN RCVD in its figure 5 (section 3.3.2), SYN-RECV in ss, SYN_RECV in netstat, SYN_RCVD in many books.',
      zh: '同一个状态，几种写法：RFC 正文写 SYN-RECEIVED，图 5 里写 SYN RCVD（第 3.3.2 节），ss 显示 SYN-RECV，netstat 显示 SYN_RECV，不少书写 SYN_RCVD。',
    },
    scenario: 'hs',
    decide(trace) {
      const syn = arrival(trace, sent(trace, 'left', 'SYN'));
      const change = syn.event.changes.find(({ end }) => end === 'right');
      must(change?.from === 'LISTEN' && change.to === 'SYN-RECEIVED', 'LISTEN to SYN-RECEIVED');
      must(sent(trace, 'right', 'SYN,ACK').at > syn.at, 'SYN-RECEIVED before the SYN,ACK');
      return decision(
        syn,
        `when the SYN arrives, at ${timeText(syn.event.t)}, the server’s connection is SYN-RECEIVED (rule ${change.rule}, section ${change.section}).`,
        `${timeText(syn.event.t)} 时 SYN 到达，服务器端的连接进入 SYN-RECEIVED（规则 ${change.rule}，第 ${change.section} 节）。`,
      );
    },
  },
  {
    number: 13,
    claim: {
      en: 'SYN-SENT means “ready to send”, SYN-RECV “ready to receive”.',
      zh: 'SYN-SENT 表示“准备发送”，SYN-RECV 表示“准备接收”。',
    },
    seeds: [3],
    verdict: 'wrong',
    truth: {
      en: 'Both are states of waiting: SYN-SENT, having sent a SYN, for one that matches it; SYN-RECEIVED, having both received and sent a SYN, for the acknowledgment of its own (section 3.3.2).',
      zh: '两个状态都是“等待”：SYN-SENT 是 SYN 已经发出，在等与之匹配的 SYN；SYN-RECEIVED 是 SYN 既已收到也已发出，在等对自己 SYN 的确认（第 3.3.2 节）。',
    },
    scenario: 'hs',
    decide(trace) {
      const syn = sent(trace, 'left', 'SYN');
      const answer = sent(trace, 'right', 'SYN,ACK');
      const end = arrival(trace, answer);
      mustChange(trace, syn.at, 'left', 'CLOSED', 'SYN-SENT');
      must(stateOf(trace, answer.at, 'right') === 'SYN-RECEIVED', 'SYN-RECEIVED: a SYN has come');
      must(tcbOf(trace, answer.at, 'right').rcv.irs === syn.event.segment.seq, 'its number is known');
      mustChange(trace, end.at, 'left', 'SYN-SENT', 'ESTABLISHED');
      const waited = timer(trace, 'left', 'rexmt', 'set', { after: syn.at });
      return decision(
        end,
        `in SYN-SENT the SYN was out already (segment ${syn.event.id}), a timer of ${waited.event.ms} ms waited for the answer, and the SYN,ACK ended it; in SYN-RECEIVED the server had received x and sent y already.`,
        `处在 SYN-SENT 时 SYN 早已发出（第 ${syn.event.id} 个报文段），${waited.event.ms} ms 的定时器在等应答，是 SYN,ACK 结束了这个状态；处在 SYN-RECEIVED 的服务器则已经收到 x、发出 y。`,
      );
    },
  },
  {
    number: 14,
    claim: {
      en: 'When it answers the SYN the server ends its LISTEN phase.',
      zh: '服务器确认 SYN 之后就结束 LISTEN 阶段。',
    },
    seeds: [3],
    verdict: 'wrong',
    truth: {
      en: 'The RFC’s diagram follows one connection. A listening socket stays in LISTEN; each SYN makes a connection of its own, which goes to SYN-RECEIVED (section 3.10.7.2). That a port can be in LISTEN while connections of it are in SYN-RECEIVED is required (section 3.9.1.1, MUST-42).',
      zh: 'RFC 的状态图只画了一个连接。监听套接字一直停在 LISTEN，每来一个 SYN 都另建一个连接，由它进入 SYN-RECEIVED（第 3.10.7.2 节）。同一端口上有连接处于 SYN-RECEIVED 时仍能监听，是 RFC 的硬性要求（第 3.9.1.1 节，MUST-42）。',
    },
    scenario: 'hs',
    edits: ['left connect conn=1 100ms'],
    decide(trace) {
      must(trace.connections[1]?.begin.right === 'LISTEN', 'a second connection that begins in LISTEN');
      const second = enters(trace, 'right', 'SYN-RECEIVED', { connection: 1 });
      mustChange(trace, second.at, 'right', 'LISTEN', 'SYN-RECEIVED');
      must(stateOf(trace, second.at, 'right') === 'ESTABLISHED', 'while the first connection lives');
      const open = enters(trace, 'right', 'ESTABLISHED', { connection: 1 });
      return decision(
        second,
        `while the first connection is ESTABLISHED, the listener is in LISTEN and takes a second SYN at ${timeText(second.event.t)}; that connection is ESTABLISHED at ${timeText(open.event.t)}.`,
        `第一个连接处于 ESTABLISHED 时，监听套接字仍在 LISTEN，${timeText(second.event.t)} 又收下第二个 SYN；这个连接在 ${timeText(open.event.t)} 进入 ESTABLISHED。`,
      );
    },
  },
  {
    number: 15,
    claim: {
      en: 'The server allocates resources when it has got the SYN.',
      zh: '服务器收到 SYN 后确认，并分配资源。',
    },
    seeds: [0],
    verdict: 'imprecise',
    truth: {
      en: 'That is the implementation’s choice. Usually it is a small entry in the SYN queue, which a flood can fill; with SYN cookies it is nothing at all (RFC 4987).',
      zh: '这取决于实现。通常只是在半连接队列里记下一小项，洪泛攻击可以把它占满；改用 SYN cookie 应答时则什么都不分配（RFC 4987）。',
    },
    scenario: 'synflood-cookies',
    decide(trace) {
      const syn = sent(trace, 'left', 'SYN');
      const came = arrival(trace, syn);
      const queues = trace.events.findLast((e, at) => at <= came.at && e.queues !== undefined)?.queues;
      must(queues !== undefined && queues.syn >= queues.synLimit, 'a SYN queue that is full');
      const answer = sent(trace, 'right', 'SYN,ACK', { after: came.at });
      must(answer.event.segment.ack === plus(syn.event.segment.seq, 1), 'the SYN is answered');
      must(tcbAt(trace, answer.at, 'right') === null, 'nothing is kept for it');
      const third = arrival(trace, sent(trace, 'left', 'ACK', { after: answer.at }));
      must(stateOf(trace, third.at, 'right') === 'ESTABLISHED', 'a connection all the same');
      return seenIn(
        trace,
        answer,
        `the SYN queue of ${queues.synLimit} is full, so the SYN is answered with a cookie, and the server keeps nothing: it has no TCB until the ACK arrives, at ${timeText(third.event.t)}.`,
        `容量为 ${queues.synLimit} 的半连接队列已满，服务器用 cookie 应答这个 SYN，不保留任何东西：直到 ${timeText(third.event.t)} ACK 到达，它才有 TCB。`,
      );
    },
  },
  {
    number: 16,
    claim: {
      en: 'The third segment has ACK=1 and ack=y+1.',
      zh: '第三个报文段：ACK=1，ack=y+1。',
    },
    seeds: [0, 1, 2, 3, 4],
    verdict: 'true',
    truth: {
      en: 'The server’s SYN occupies a sequence number as well (section 3.5, figure 6).',
      zh: '服务器的 SYN 同样占用一个序列号（第 3.5 节，图 6）。',
    },
    scenario: 'hs',
    decide(trace) {
      const answer = sent(trace, 'right', 'SYN,ACK');
      const third = sent(trace, 'left', 'ACK', { after: answer.at });
      const y = answer.event.segment.seq;
      must(third.event.id === 3 && third.event.segment.ack === plus(y, 1), 'segment 3: ack=y+1');
      return seenIn(
        trace,
        third,
        `y=${y}, ack=y+1=${third.event.segment.ack}.`,
        `y=${y}，ack=y+1=${third.event.segment.ack}。`,
      );
    },
  },
  {
    number: 17,
    claim: { en: 'The third segment has seq=x+1.', zh: '第三个报文段：seq=x+1。' },
    seeds: [0, 1, 2, 3],
    verdict: 'true',
    truth: {
      en: 'And an ACK without text occupies no sequence number: the first octet of data is x+1, too (section 3.5: “if it did, we would wind up ACKing ACKs!”).',
      zh: '而且不带数据的 ACK 不占用序列号，第一个数据字节的序列号也是 x+1（第 3.5 节：若占用，我们就得去“确认 ACK”了）。',
    },
    scenario: 'hs',
    edits: ['left write "a" 100ms'],
    decide(trace) {
      const x = sent(trace, 'left', 'SYN').event.segment.seq;
      const third = sent(trace, 'left', 'ACK', { text: false });
      const data = sent(trace, 'left', 'ACK', { text: true });
      must(third.event.segment.seq === plus(x, 1) && third.at < data.at, 'the ACK has seq=x+1');
      must(data.event.segment.seq === plus(x, 1), 'the data has seq=x+1');
      const name = segmentName(trace, data);
      return decision(
        data,
        `segment ${third.event.id}, the ACK, has seq=x+1=${plus(x, 1)}, and so has the first data, ${name.en}.`,
        `第 ${third.event.id} 个报文段（ACK）的 seq=x+1=${plus(x, 1)}，第一个数据报文段也一样：${name.zh}。`,
      );
    },
  },
  {
    number: 18,
    claim: {
      en: 'The client takes the server’s acknowledgment number as its own sequence number.',
      zh: '客户端把服务器的确认号的值作为自己的序列号。',
    },
    seeds: [3],
    verdict: 'wrong',
    truth: {
      en: 'The number of a new segment is SND.NXT, which the sender counts itself (sections 3.4, 3.10.7.3). It equals the last acknowledgment only when nothing is in flight, as in an ordinary third segment.',
      zh: '新报文段的序列号取自发送方自己记录的 SND.NXT（第 3.4、3.10.7.3 节）。只有像普通的第三次握手那样没有在途数据时，它才恰好等于最近收到的确认号。',
    },
    scenario: 'ack3-payload',
    decide(trace) {
      const answer = sent(trace, 'right', 'SYN,ACK');
      const third = sent(trace, 'left', 'ACK', { text: true });
      const fourth = sent(trace, 'left', 'ACK', { text: true, n: 2 });
      const { seq, length } = third.event.segment;
      const acked = tcbOf(trace, fourth.at, 'left').snd.una;
      must(acked === answer.event.segment.ack, 'nothing more has been acknowledged');
      must(
        fourth.event.segment.seq === plus(seq, length) && fourth.event.segment.seq !== acked,
        'SND.NXT goes on',
      );
      const name = segmentName(trace, fourth);
      return decision(
        fourth,
        `the server’s last acknowledgment is ${number(trace, 'left', acked)}, but ${name.en} goes on after the ${length} octets that are in flight.`,
        `服务器最近的确认号还是 ${number(trace, 'left', acked)}，而${name.zh}接在 ${length} 字节在途数据之后。`,
      );
    },
  },
  {
    number: 19,
    claim: { en: 'The third segment has nothing but ACK.', zh: '第三个报文段只有 ACK。' },
    seeds: [4],
    verdict: 'imprecise',
    truth: {
      en: 'Of the control bits only ACK matters, but the segment may carry text: the client is ESTABLISHED when it sends it (section 3.10.7.3).',
      zh: '标志位里起作用的确实只有 ACK，但它可以携带数据：客户端发送它时已经是 ESTABLISHED（第 3.10.7.3 节）。',
    },
    scenario: 'ack3-payload',
    decide(trace) {
      const [, third] = allSent(trace, 'left');
      must(
        third !== undefined && bits(third.event.segment) === 'ACK',
        'the client’s second segment is an ACK',
      );
      const { id, segment } = third.event;
      must(id === 3 && segment.length > 0, 'segment 3 has text');
      const taken = arrival(trace, third);
      mustChange(trace, taken.at, 'right', 'SYN-RECEIVED', 'ESTABLISHED');
      must(
        tcbOf(trace, taken.at, 'right').rcv.nxt === plus(segment.seq, segment.length),
        'its text is taken',
      );
      const name = segmentName(trace, third);
      return decision(
        third,
        `${name.en} ends the handshake and brings ${segment.length} octets at once.`,
        `${name.zh}既完成了握手，又带去了 ${segment.length} 字节数据。`,
      );
    },
  },
  {
    number: 20,
    claim: {
      en: 'When it has sent the ACK the client is ESTABLISHED.',
      zh: '客户端发出 ACK 后进入 ESTABLISHED 状态。',
    },
    seeds: [0, 1, 2, 3],
    verdict: 'true',
    truth: {
      en: 'The cause is the valid SYN,ACK that it has received: the state changes first, then the ACK is sent (section 3.10.7.3).',
      zh: '起因是收到了有效的 SYN,ACK：先变状态，再发 ACK（第 3.10.7.3 节）。',
    },
    scenario: 'hs',
    decide(trace) {
      const came = arrival(trace, sent(trace, 'right', 'SYN,ACK'));
      mustChange(trace, came.at, 'left', 'SYN-SENT', 'ESTABLISHED');
      const third = sent(trace, 'left', 'ACK');
      must(third.at > came.at && third.event.t === came.event.t, 'then the ACK, at once');
      return decision(
        came,
        `segment 2 arrives at ${timeText(came.event.t)} and makes the client ESTABLISHED; segment ${third.event.id}, the ACK, leaves in the same instant, behind it.`,
        `${timeText(came.event.t)} 时第 2 个报文段到达，客户端随即成为 ESTABLISHED；第 ${third.event.id} 个报文段（ACK）紧接着在同一时刻发出。`,
      );
    },
  },
  {
    number: 21,
    claim: {
      en: 'The server is ESTABLISHED when the ACK arrives.',
      zh: '服务器收到 ACK 后进入 ESTABLISHED 状态。',
    },
    seeds: [0, 1, 3],
    verdict: 'true',
    truth: {
      en: 'One delay later than the client; accept() can return then, and not before (section 3.10.7.4, fifth step).',
      zh: '比客户端晚一个单程时延；accept() 也要到这时才可能返回（第 3.10.7.4 节第五步）。',
    },
    scenario: 'hs',
    decide(trace) {
      const third = sent(trace, 'left', 'ACK');
      const came = arrival(trace, third);
      mustChange(trace, came.at, 'right', 'SYN-RECEIVED', 'ESTABLISHED');
      const client = enters(trace, 'left', 'ESTABLISHED');
      must(came.event.t > client.event.t, 'later than the client');
      must(call(trace, 'right', 'accept').at > came.at, 'then accept() returns');
      return decision(
        came,
        `segment ${third.event.id} arrives at ${timeText(came.event.t)}, ${timeText(came.event.t - client.event.t)} after the client was ESTABLISHED; then accept() returns.`,
        `${timeText(came.event.t)} 时第 ${third.event.id} 个报文段到达，比客户端进入 ESTABLISHED 晚 ${timeText(came.event.t - client.event.t)}；随后 accept() 返回。`,
      );
    },
  },
  {
    number: 22,
    claim: {
      en: 'Once the ACK is sent both ends are ESTABLISHED, whether or not the server answers.',
      zh: 'ACK 发送完毕以后，无论服务器是否应答，客户端和服务器都进入 ESTABLISHED 状态。',
    },
    seeds: [4],
    verdict: 'wrong',
    truth: {
      en: 'The client is. The server stays SYN-RECEIVED until the acknowledgment of its SYN arrives (section 3.10.7.4). On Linux, with two ACKs lost, ss showed ESTAB and SYN-RECV for 3.0 s.',
      zh: '客户端确实如此；服务器则要等自己的 SYN 得到确认，在那之前一直是 SYN-RECEIVED（第 3.10.7.4 节）。在 Linux 上丢掉两个 ACK 实测，有 3.0 s 的时间，ss 在一端显示 ESTAB，在另一端显示 SYN-RECV。',
    },
    scenario: 'ack3-lost',
    decide(trace) {
      const third = sent(trace, 'left', 'ACK');
      const lost = loss(trace, third);
      must(stateOf(trace, lost.at, 'left') === 'ESTABLISHED', 'the client is ESTABLISHED');
      must(stateOf(trace, lost.at, 'right') === 'SYN-RECEIVED', 'the server is SYN-RECEIVED');
      const server = enters(trace, 'right', 'ESTABLISHED');
      must(server.at > timer(trace, 'right', 'rexmt', 'fired').at, 'until its SYN,ACK has been repeated');
      return decision(
        lost,
        `segment ${third.event.id}, the ACK, is lost: the client is ESTABLISHED, the server SYN-RECEIVED, and it stays so for ${timeText(server.event.t - lost.event.t)}.`,
        `第 ${third.event.id} 个报文段（ACK）丢失：客户端是 ESTABLISHED，服务器是 SYN-RECEIVED，这种局面持续了 ${timeText(server.event.t - lost.event.t)}。`,
      );
    },
  },
];
