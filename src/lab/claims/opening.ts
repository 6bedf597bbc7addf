// Claims 1 to 11: what TCP is, and the first two segments.

import { statesPassed, tcbAt } from '../trace.ts';
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
import { oldTextRead } from './old-text.ts';

/** Claims 1 to 11. */
export const openingClaims: readonly Claim[] = [
  {
    number: 1,
    claim: {
      en: 'TCP is connection-oriented, reliable and full duplex.',
      zh: 'TCP 是面向连接的、可靠的、全双工的传输协议。',
    },
    seeds: [1, 2, 4],
    verdict: 'true',
    truth: {
      en: 'And what it carries is a stream of octets in each direction, not messages (RFC 9293, section 2.2).',
      zh: '而且它在每个方向上传送的都是字节流，没有消息边界（RFC 9293 第 2.2 节）。',
    },
    scenario: 'hs',
    edits: ['left write "ping" 100ms', 'right write "pong" 100ms', 'drop data#1 left->right'],
    decide(trace) {
      const written = call(trace, 'left', 'write');
      must(call(trace, 'left', 'connected').at < written.at, 'a connection before the first octet');
      const first = sent(trace, 'left', 'ACK', { text: true });
      loss(trace, first);
      const read = call(trace, 'right', 'read');
      must(read.event.text === written.event.text, 'what was lost is read all the same');
      const back = call(trace, 'left', 'read');
      must(back.event.text === call(trace, 'right', 'write').event.text, 'text the other way');
      return decision(
        read,
        `segment ${first.event.id} with "${read.event.text}" was lost and sent again: the server reads it ${timeText(read.event.t)} into the run, and "${back.event.text}" went the other way on the same connection.`,
        `携带“${read.event.text}”的第 ${first.event.id} 个报文段丢失后重传，服务器在 ${timeText(read.event.t)} 读到；“${back.event.text}”则在同一个连接上沿相反方向传送。`,
      );
    },
  },
  {
    number: 2,
    claim: {
      en: 'Before the handshake the client leaves CLOSE, and the server leaves CLOSE and enters LISTEN.',
      zh: '握手之前，客户端结束 CLOSE 阶段，服务器也结束 CLOSE 阶段，进入 LISTEN 阶段。',
    },
    seeds: [3],
    verdict: 'imprecise',
    truth: {
      en: 'The state is called CLOSED, and what ends it is a call: passive OPEN, which is listen(), leads to LISTEN; active OPEN, which is connect(), leads to SYN-SENT (section 3.10.1).',
      zh: '状态的名字是 CLOSED，离开它靠的是调用：被动打开（listen()）进入 LISTEN，主动打开（connect()）进入 SYN-SENT（第 3.10.1 节）。',
    },
    scenario: 'hs',
    decide(trace) {
      const listen = call(trace, 'right', 'listen');
      const listening = enters(trace, 'right', 'LISTEN');
      const connect = call(trace, 'left', 'connect');
      const sending = enters(trace, 'left', 'SYN-SENT');
      must(
        listening.at === listen.at + 1 && sending.at > connect.at,
        'calls before the states that they lead to',
      );
      must(
        trace.events.findIndex((e) => e.kind === 'sent') > listening.at,
        'LISTEN before the first segment',
      );
      must(sending.event.t === connect.event.t, 'SYN-SENT at once');
      return decision(
        listening,
        `before any segment is sent, listen() takes the server from CLOSED to LISTEN; connect() takes the client from CLOSED to SYN-SENT at ${timeText(connect.event.t)}.`,
        `在发出任何报文段之前，listen() 就让服务器从 CLOSED 进入 LISTEN；${timeText(connect.event.t)} 时 connect() 让客户端从 CLOSED 进入 SYN-SENT。`,
      );
    },
  },
  {
    number: 3,
    claim: { en: 'The first segment has SYN=1 and seq=x.', zh: '第一个报文段：SYN=1，seq=x。' },
    seeds: [0, 1, 2, 3, 4],
    verdict: 'true',
    truth: {
      en: 'Its ACK bit is off, so that the acknowledgment field means nothing (sections 3.1, 3.5). It also carries options: MSS (section 3.7.1), and in most stacks SACK-permitted (RFC 2018), window scale and timestamps (RFC 7323).',
      zh: 'ACK 标志为 0，所以确认号字段没有意义（第 3.1、3.5 节）。它还带着选项：MSS（第 3.7.1 节），多数协议栈另有 SACK 允许（RFC 2018）、窗口扩大和时间戳（RFC 7323）。',
    },
    scenario: 'hs',
    decide(trace) {
      const syn = sent(trace, 'left', 'SYN');
      const { id, segment } = syn.event;
      must(id === 1 && segment.ack === null, 'the first segment of all is a SYN without ACK');
      must(segment.seq === tcbOf(trace, syn.at, 'left').snd.iss, 'its number is the ISS');
      const { mss } = segment.options;
      must(mss !== undefined, 'a SYN with an MSS option');
      return decision(
        syn,
        `segment 1 has SYN alone, seq=x=${segment.seq}, no acknowledgment, and ${Object.keys(segment.options).length} options, among them MSS ${mss}.`,
        `第 1 个报文段只有 SYN，seq=x=${segment.seq}，没有确认号，带 ${Object.keys(segment.options).length} 个选项，其中 MSS 为 ${mss}。`,
      );
    },
  },
  {
    number: 4,
    claim: { en: 'x is usually 1.', zh: 'x 一般为 1。' },
    seeds: [3],
    verdict: 'wrong',
    truth: {
      en: 'The initial sequence number is a 32-bit number made of a clock and a keyed hash of the addresses and ports (section 3.4.1: MUST-8, SHLD-1, MUST-9), different for each connection. Small numbers are what tools show, relative to it: 0 for the SYN, 1 for what follows.',
      zh: '初始序列号是一个 32 位数，由时钟加上对地址、端口的带密钥散列得到（第 3.4.1 节，MUST-8、SHLD-1、MUST-9），每个连接都不同。抓包工具里的小数字是相对序列号：SYN 为 0，其后从 1 开始。',
    },
    scenario: 'hs',
    edits: ['left connect conn=1 100ms'],
    decide(trace) {
      const first = sent(trace, 'left', 'SYN');
      const second = sent(trace, 'left', 'SYN', { connection: 1 });
      const [x, other] = [first.event.segment.seq, second.event.segment.seq];
      must(x > 0xffff && other > 0xffff && x !== other, 'two ISNs that are neither small nor the same');
      const shown = number(trace, 'left', x);
      must(number(trace, 'left', other, 1) === shown, 'both are shown alike');
      return decision(
        second,
        `on the wire the SYN of the first connection has seq=${x}, that of the second seq=${other}; the ladder shows both as ${shown}.`,
        `线路上，第一个连接的 SYN 是 seq=${x}，第二个连接的是 seq=${other}；时序图上两者都显示为 ${shown}。`,
      );
    },
  },
  {
    number: 5,
    claim: { en: 'The client chooses an initial sequence number x.', zh: '客户端选择一个初始序列号 x。' },
    seeds: [0, 1],
    verdict: 'imprecise',
    truth: {
      en: 'It does not choose freely: x must follow a clock, so that numbers of an earlier connection are not used again too soon (section 3.4.1, MUST-8), and must be unpredictable for strangers (MUST-9, RFC 6528).',
      zh: '并不是随意选的：x 必须随时钟增长，以免很快又用到先前连接的序列号（第 3.4.1 节，MUST-8）；还必须让外人无法预测（MUST-9，RFC 6528）。',
    },
    scenario: 'fixed-isn',
    instead: {
      en: 'x grows by one every 4 µs, so that the second connection begins with another number, and the old segment lies outside its window.',
      zh: 'x 每 4 µs 加 1，第二个连接从另一个序列号开始，旧报文段落在它的窗口之外。',
    },
    decide(trace) {
      const { first, second, old, came, read } = oldTextRead(trace);
      const x = first.event.segment.seq;
      must(second.event.segment.seq === x, 'the same x twice');
      return decision(
        second,
        `${timeText(second.event.t - first.event.t)} after the first SYN the client begins again with the same x=${x}. So segment ${old.event.id} of the first connection, which arrives at ${timeText(came.event.t)}, fits the second: “${read.event.text}” is read there.`,
        `距第一个 SYN ${timeText(second.event.t - first.event.t)}，客户端又从同一个 x=${x} 开始。于是第一个连接的第 ${old.event.id} 个报文段在 ${timeText(came.event.t)} 到达时，正好对得上第二个连接，“${read.event.text}”就在那里被读到。`,
      );
    },
  },
  {
    number: 6,
    claim: {
      en: 'When it has sent the SYN, the client is in SYN_SENT.',
      zh: '客户端发出 SYN 后进入 SYN_SENT 状态。',
    },
    seeds: [0, 1, 2, 3],
    verdict: 'true',
    truth: {
      en: 'SYN-SENT in the RFC’s spelling: it waits for a SYN that matches its own (section 3.3.2).',
      zh: 'RFC 写作 SYN-SENT：等待与自己的 SYN 相匹配的 SYN（第 3.3.2 节）。',
    },
    scenario: 'hs',
    decide(trace) {
      const syn = sent(trace, 'left', 'SYN');
      const change = syn.event.changes.find(({ end }) => end === 'left');
      must(change?.from === 'CLOSED' && change.to === 'SYN-SENT', 'CLOSED to SYN-SENT with the SYN');
      const ended = enters(trace, 'left', 'ESTABLISHED');
      must(ended.event.t > syn.event.t, 'SYN-SENT until the answer');
      return decision(
        syn,
        `with segment 1 the client goes from CLOSED to SYN-SENT (rule ${change.rule}), and stays there for ${timeText(ended.event.t - syn.event.t)}.`,
        `随着第 1 个报文段发出，客户端从 CLOSED 进入 SYN-SENT（规则 ${change.rule}），在这个状态停留 ${timeText(ended.event.t - syn.event.t)}。`,
      );
    },
  },
  {
    number: 7,
    claim: { en: 'The client enters SYN_SEND.', zh: '客户端进入 SYN_SEND 状态。' },
    seeds: [4],
    verdict: 'wrong',
    truth: {
      en: 'There is no such state. It is SYN-SENT: the SYN has been sent (section 3.3.2 names all eleven).',
      zh: '没有这个状态，正确的名字是 SYN-SENT，意思是 SYN“已经发出”（第 3.3.2 节列出了全部 11 个状态）。',
    },
    scenario: 'hs',
    decide(trace) {
      const passed = statesPassed(trace, 'left');
      must(passed.join() === 'CLOSED,SYN-SENT,ESTABLISHED', 'a client that opens and stays open');
      return decision(
        enters(trace, 'left', 'SYN-SENT'),
        `the states that the client passes are ${passed.join(', ')}.`,
        `客户端经过的状态是 ${passed.join('、')}。`,
      );
    },
  },
  {
    number: 8,
    claim: {
      en: 'By sending the SYN the client has verified that it can send.',
      zh: '客户端发出 SYN，此时客户端就验证了自己的发送能力正常。',
    },
    seeds: [2],
    verdict: 'wrong',
    truth: {
      en: 'Sending teaches nothing. The client learns that its SYN got through when the SYN,ACK acknowledges it (section 3.5); until then a lost SYN looks the same.',
      zh: '发送本身什么也验证不了。要等 SYN,ACK 来确认，客户端才知道 SYN 送到了（第 3.5 节）；在那之前，SYN 即使丢了，在客户端看来也毫无分别。',
    },
    scenario: 'syn-lost',
    decide(trace) {
      const syn = sent(trace, 'left', 'SYN');
      loss(trace, syn);
      const fired = timer(trace, 'left', 'rexmt', 'fired');
      const waited = timeText(fired.event.t - syn.event.t);
      const { snd } = tcbOf(trace, fired.at, 'left');
      must(
        stateOf(trace, fired.at, 'left') === 'SYN-SENT' && snd.una === snd.iss,
        'SYN-SENT, nothing acknowledged',
      );
      const heard = trace.events.slice(0, fired.at).some((e) => e.kind === 'arrived' && e.to === 'left');
      must(!heard && tcbAt(trace, fired.at, 'right') === null, 'nobody has got anything');
      return decision(
        fired,
        `the SYN was lost at ${timeText(syn.event.t)}; for ${waited} the client is SYN-SENT and knows nothing of it, then its timer fires.`,
        `SYN 在 ${timeText(syn.event.t)} 时就丢了；此后 ${waited}，客户端一直处于 SYN-SENT，毫不知情，直到定时器到期。`,
      );
    },
  },
  {
    number: 9,
    claim: {
      en: 'The server answers the SYN if it agrees to the connection.',
      zh: '服务器收到 SYN 后，如果同意建立连接，就发回应答。',
    },
    seeds: [0, 3],
    verdict: 'imprecise',
    truth: {
      en: 'Nobody is asked: in LISTEN TCP answers every acceptable SYN by itself. A refusal is RST,ACK, where nobody listens (CLOSED, section 3.10.7.1), or silence, where a queue is full or a filter drops the SYN.',
      zh: '没有谁会被征求意见：LISTEN 状态下，TCP 自己就会应答每个可接受的 SYN。拒绝有两种：无人监听（CLOSED）时回 RST,ACK（第 3.10.7.1 节）；队列已满，或被防火墙过滤，则没有任何应答。',
    },
    scenario: 'refused',
    decide(trace) {
      const syn = sent(trace, 'left', 'SYN');
      const reset = sent(trace, 'right', 'RST,ACK');
      must(stateOf(trace, reset.at, 'right') === 'CLOSED', 'the server is CLOSED');
      must(reset.event.segment.ack === plus(syn.event.segment.seq, 1), 'the reset acknowledges the SYN');
      const error = call(trace, 'left', 'error');
      must(error.event.text === 'ECONNREFUSED', 'connect() is refused');
      const name = segmentName(trace, reset);
      return decision(
        reset,
        `nobody listens: the server is CLOSED and answers with ${name.en}; ${timeText(error.event.t)} after connect() the client is told ${error.event.text}.`,
        `无人监听：服务器处于 CLOSED，应答是${name.zh}；connect() 之后 ${timeText(error.event.t)}，客户端得到 ${error.event.text}。`,
      );
    },
  },
  {
    number: 10,
    claim: {
      en: 'The second segment has SYN=1, ACK=1, seq=y, ack=x+1.',
      zh: '第二个报文段：SYN=1，ACK=1，seq=y，ack=x+1。',
    },
    seeds: [0, 1, 2, 3, 4],
    verdict: 'true',
    truth: {
      en: 'The +1 is there because a SYN occupies one sequence number (section 3.4). With Fast Open it is x+1+n, if the server takes the n octets of text that came in the SYN (RFC 7413).',
      zh: '加 1 是因为 SYN 占用一个序列号（第 3.4 节）。若用 Fast Open，服务器又收下了 SYN 携带的 n 字节数据，则是 x+1+n（RFC 7413）。',
    },
    scenario: 'hs',
    decide(trace) {
      const syn = sent(trace, 'left', 'SYN');
      const answer = sent(trace, 'right', 'SYN,ACK');
      const { seq, ack } = answer.event.segment;
      must(ack === plus(syn.event.segment.seq, 1), 'ack=x+1');
      must(seq === tcbOf(trace, answer.at, 'right').snd.iss, 'seq=y, the ISS of the server');
      must(answer.at > arrival(trace, syn).at, 'an answer');
      return seenIn(
        trace,
        answer,
        `x=${syn.event.segment.seq}, ack=x+1=${ack}, y=${seq}.`,
        `x=${syn.event.segment.seq}，ack=x+1=${ack}，y=${seq}。`,
      );
    },
  },
  {
    number: 11,
    claim: {
      en: 'The SYN and the ACK go in one segment.',
      zh: '服务器把 SYN 和 ACK 放在同一个报文段里发给客户端。',
    },
    seeds: [2, 4],
    verdict: 'true',
    truth: {
      en: 'From LISTEN they do (section 3.10.7.2). Nothing else obliges them to: a handshake of two SYNs and two acknowledgments in four segments is legal as well, as in a simultaneous open (section 3.5, figure 7; see split-hs).',
      zh: '从 LISTEN 应答时如此（第 3.10.7.2 节）。但这并非唯一的办法：两个 SYN、两个确认分成四个报文段也合法，同时打开就是这样（第 3.5 节，图 7；见 split-hs）。',
    },
    scenario: 'hs',
    decide(trace) {
      const syn = arrival(trace, sent(trace, 'left', 'SYN'));
      mustChange(trace, syn.at, 'right', 'LISTEN', 'SYN-RECEIVED');
      const [answer] = allSent(trace, 'right');
      must(answer !== undefined && bits(answer.event.segment) === 'SYN,ACK', 'SYN and ACK in one segment');
      must(answer.event.segment.ack === tcbOf(trace, answer.at, 'right').rcv.nxt, 'it acknowledges the SYN');
      const open = enters(trace, 'left', 'ESTABLISHED');
      must(open.at === arrival(trace, answer).at, 'it is all that the client needs');
      return seenIn(
        trace,
        answer,
        'the first segment that the server sends has both, and the client is ESTABLISHED when it arrives.',
        '服务器发出的第一个报文段就同时带有 SYN 和 ACK，它一到达，客户端即进入 ESTABLISHED。',
      );
    },
  },
];
