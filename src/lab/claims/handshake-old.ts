// Claims 33 to 42: old SYNs, what two segments would make of them, and what three do.

import type { Claim } from './claim.ts';
import {
  allSent,
  arrival,
  call,
  decision,
  enters,
  must,
  mustChange,
  number,
  plus,
  seenIn,
  segmentName,
  sent,
  stateOf,
  tcbOf,
  timeText,
} from './evidence.ts';
import { oldTextRead } from './old-text.ts';

/** Claims 33 to 42. */
export const oldSynClaims: readonly Claim[] = [
  {
    number: 33,
    claim: {
      en: 'With two segments the server would be connected as soon as it gets the old SYN.',
      zh: '如果是两次握手，服务器收到旧的 SYN 就会立刻建立连接。',
    },
    seeds: [2],
    verdict: 'true',
    truth: {
      en: 'It cannot see that a SYN is old: “it must ask the sender to verify this SYN” (section 3.4.1), and with two segments it does not wait for the answer (section 3.5, figure 8).',
      zh: '服务器自己看不出 SYN 是旧的，必须请发送方来核实（第 3.4.1 节）；若只有两次握手，就不会等这个答复（第 3.5 节，图 8）。',
    },
    scenario: 'stale-first',
    rules: 'two-way-handshake',
    instead: {
      en: 'the old SYN takes the server only as far as SYN-RECEIVED; the RST takes it back to LISTEN, and no program is told of it.',
      zh: '旧的 SYN 只能让服务器走到 SYN-RECEIVED，RST 又让它回到 LISTEN，应用程序毫不知情。',
    },
    decide(trace) {
      const old = sent(trace, 'left', 'SYN');
      const came = arrival(trace, old);
      const open = enters(trace, 'right', 'ESTABLISHED', { after: came.at });
      must(open.event.t === came.event.t, 'ESTABLISHED at once');
      must(tcbOf(trace, open.at, 'right').rcv.irs === old.event.segment.seq, 'with the old x');
      const mine = tcbOf(trace, open.at, 'left').snd.iss;
      must(mine !== old.event.segment.seq, 'the client means another x');
      const accepted = call(trace, 'right', 'accept');
      const told = call(trace, 'right', 'error');
      must(open.at < accepted.at && accepted.at < told.at, 'a program accepts it, and is told of a reset');
      return decision(
        open,
        `the old SYN, segment ${old.event.id}, makes the server ESTABLISHED at ${timeText(open.event.t)}, with x=${old.event.segment.seq}; the client’s x is ${mine}. The program has accepted the connection when it is told ${told.event.text}, ${timeText(told.event.t - open.event.t)} later.`,
        `${timeText(open.event.t)} 时，旧的 SYN（第 ${old.event.id} 个报文段）就让服务器进入 ESTABLISHED，x=${old.event.segment.seq}，而客户端的 x 是 ${mine}。应用程序已经接受了这个连接，${timeText(told.event.t - open.event.t)} 之后才得到 ${told.event.text}。`,
      );
    },
  },
  {
    number: 34,
    claim: {
      en: 'With three, the client compares the acknowledgment, resets the old one, and the right SYN then succeeds.',
      zh: '如果是三次握手，客户端比对确认号，发现是旧的就回 RST，直到正常的 SYN 到达后才建立连接。',
    },
    seeds: [2],
    verdict: 'true',
    truth: {
      en: 'Figure 8 of section 3.5. The RST has seq=SEG.ACK, the client stays SYN-SENT, and here as on Linux it sends its SYN again at once.',
      zh: '即第 3.5 节的图 8。RST 的 seq=SEG.ACK，客户端仍是 SYN-SENT；本实现和 Linux 一样会立刻重传 SYN。',
    },
    scenario: 'stale-first',
    decide(trace) {
      const answer = sent(trace, 'right', 'SYN,ACK');
      const reset = sent(trace, 'left', 'RST');
      must(reset.event.segment.seq === answer.event.segment.ack, 'RST with seq=SEG.ACK');
      must(stateOf(trace, reset.at, 'left') === 'SYN-SENT', 'the client stays SYN-SENT');
      const again = sent(trace, 'left', 'SYN', { after: reset.at });
      const open = enters(trace, 'right', 'ESTABLISHED');
      must(tcbOf(trace, open.at, 'right').rcv.irs === again.event.segment.seq, 'the right SYN succeeds');
      return seenIn(
        trace,
        reset,
        `its number is the one that the SYN,ACK acknowledged. The client stays SYN-SENT, sends its SYN again ${timeText(again.event.t - reset.event.t)} later, and the connection is open at ${timeText(open.event.t)}.`,
        `序列号就是 SYN,ACK 的确认号。客户端仍是 SYN-SENT，${timeText(again.event.t - reset.event.t)} 后重传 SYN，${timeText(open.event.t)} 时连接建立。`,
      );
    },
  },
  {
    number: 35,
    claim: {
      en: 'Three segments give enough context to recognise a connection of the past.',
      zh: '三次握手才有足够的上下文信息来判断当前连接是否是历史连接。',
    },
    seeds: [2],
    verdict: 'true',
    truth: {
      en: 'The context is the client’s: it alone knows which SYN it means. The third segment is where it can say so: ACK or RST (section 3.5).',
      zh: '上下文掌握在客户端手里：只有它知道自己要的是哪一个 SYN；第三个报文段正是它表态的机会，回 ACK 还是回 RST（第 3.5 节）。',
    },
    scenario: 'stale-first',
    decide(trace) {
      const wrong = sent(trace, 'right', 'SYN,ACK');
      const right = sent(trace, 'right', 'SYN,ACK', { n: 2 });
      const no = sent(trace, 'left', 'RST');
      const yes = sent(trace, 'left', 'ACK');
      must(no.at > arrival(trace, wrong).at && yes.at > arrival(trace, right).at, 'an answer to each');
      const mine = tcbOf(trace, yes.at, 'left').snd.iss;
      must(
        right.event.segment.ack === plus(mine, 1) && wrong.event.segment.ack !== plus(mine, 1),
        'one is right',
      );
      return decision(
        yes,
        `two SYN,ACKs, two third segments: ack=${number(trace, 'left', wrong.event.segment.ack ?? 0)} is answered with RST (segment ${no.event.id}), ack=${number(trace, 'left', right.event.segment.ack ?? 0)} with ACK (segment ${yes.event.id}).`,
        `两个 SYN,ACK，第三个报文段各不相同：对 ack=${number(trace, 'left', wrong.event.segment.ack ?? 0)} 回 RST（第 ${no.event.id} 个报文段），对 ack=${number(trace, 'left', right.event.segment.ack ?? 0)} 回 ACK（第 ${yes.event.id} 个报文段）。`,
      );
    },
  },
  {
    number: 36,
    claim: {
      en: 'A SYN may linger in the network and reach the server when the connection is long over.',
      zh: '连接请求报文段可能在某个网络结点长时间滞留，到连接释放以后才到达服务器，成为已失效的连接请求。',
    },
    seeds: [4],
    verdict: 'true',
    truth: {
      en: 'For at most the maximum segment lifetime, two minutes by assumption (section 3.4.2); its retransmission may have served meanwhile.',
      zh: '但滞留不会超过报文段最大生存时间（MSL），RFC 假定为 2 分钟（第 3.4.2 节）；在此期间，重传的 SYN 可能早已建立过连接。',
    },
    scenario: 'stale-listen',
    decide(trace) {
      const syn = sent(trace, 'left', 'SYN');
      const over = enters(trace, 'left', 'CLOSED');
      const came = arrival(trace, syn);
      must(over.at > syn.at && over.at < came.at, 'the connection is over when the SYN arrives');
      mustChange(trace, came.at, 'right', 'LISTEN', 'SYN-RECEIVED');
      return decision(
        came,
        `segment ${syn.event.id} is under way for ${timeText(came.event.t - syn.event.t)}; the client has been CLOSED since ${timeText(over.event.t)}, and the server takes the SYN for a new one.`,
        `第 ${syn.event.id} 个报文段在路上走了 ${timeText(came.event.t - syn.event.t)}；客户端从 ${timeText(over.event.t)} 起就是 CLOSED，服务器却把它当成新的请求。`,
      );
    },
  },
  {
    number: 37,
    claim: {
      en: 'The client takes no notice of the server’s answer to an old SYN.',
      zh: '客户端并没有发出建立连接的请求，因此不会理睬服务器的确认。',
    },
    seeds: [4],
    verdict: 'wrong',
    truth: {
      en: 'It must answer: where there is no connection, every segment but a RST is answered with RST; to one with the ACK bit, as here, it is <SEQ=SEG.ACK><CTL=RST> (section 3.10.7.1). Linux sends it at once, too.',
      zh: '必须应答：没有对应的连接时，除 RST 之外的任何报文段都要用 RST 回应；对方带 ACK 标志时（如这里）就是 <SEQ=SEG.ACK><CTL=RST>（第 3.10.7.1 节）。Linux 也是立刻就发。',
    },
    scenario: 'stale-listen',
    decide(trace) {
      const answer = sent(trace, 'right', 'SYN,ACK');
      const came = arrival(trace, answer);
      must(stateOf(trace, came.at, 'left') === 'CLOSED', 'the client has no connection');
      const reset = sent(trace, 'left', 'RST', { after: came.at });
      must(reset.event.t === came.event.t, 'RST at once');
      must(reset.event.segment.seq === answer.event.segment.ack, 'seq=SEG.ACK');
      const name = segmentName(trace, reset);
      return decision(
        reset,
        `the SYN,ACK reaches a client that is CLOSED, which answers in the same instant: ${name.en}, the number that was acknowledged.`,
        `SYN,ACK 到达时客户端是 CLOSED，它当即应答：${name.zh}，序列号正是被确认的那个数。`,
      );
    },
  },
  {
    number: 38,
    claim: {
      en: 'With two segments the server waits for ever, and its resources are wasted.',
      zh: '如果是两次握手，服务器会一直等待客户端发来数据，许多资源就白白浪费了。',
    },
    seeds: [4],
    verdict: 'true',
    truth: {
      en: 'If no RST of the client gets through, because it or the SYN,ACK is lost, and keep-alives are off: nothing ends an idle ESTABLISHED connection (section 3.8.4).',
      zh: '前提是客户端的 RST 没有送到（RST 或 SYN,ACK 丢失），又没有开启保活：空闲的 ESTABLISHED 连接不会自行结束（第 3.8.4 节）。',
    },
    scenario: 'two-way',
    instead: {
      en: 'the server, in SYN-RECEIVED, repeats its SYN,ACK until a RST comes, or gives up in the end.',
      zh: '停在 SYN-RECEIVED 的服务器会重传 SYN,ACK，直到收到 RST，或者最终放弃。',
    },
    decide(trace) {
      const open = enters(trace, 'right', 'ESTABLISHED');
      must(stateOf(trace, open.at, 'left') === 'CLOSED', 'there is no client');
      const end = trace.events.length - 1;
      const { state, timers } = tcbOf(trace, end, 'right');
      must(state === 'ESTABLISHED' && Object.keys(timers).length === 0, 'no timer will end it');
      must(call(trace, 'right', 'accept').at > open.at, 'a program has it');
      must(!allSent(trace, 'right').some(({ at }) => at > open.at), 'the server sends nothing more');
      return decision(
        open,
        `the server is ESTABLISHED at ${timeText(open.event.t)}, and its program accepts; the client is CLOSED, no timer runs, no segment is under way: nothing will ever end this connection.`,
        `${timeText(open.event.t)} 时服务器进入 ESTABLISHED，应用程序接受了连接；客户端是 CLOSED，没有定时器在运行，也没有报文段在途：这个连接永远不会结束。`,
      );
    },
  },
  {
    number: 39,
    claim: {
      en: 'The server learns that there is no request because no confirmation comes.',
      zh: '服务器由于收不到确认，就知道客户端并没有要求建立连接。',
    },
    seeds: [4],
    verdict: 'imprecise',
    truth: {
      en: 'Ordinarily because a RST comes (section 3.10.7.4, second step). Silence says nothing: the server repeats its SYN,ACK, and gives up after three minutes by the RFC (MUST-23), after 63 s on Linux (tcp_synack_retries=5).',
      zh: '通常是因为收到了 RST（第 3.10.7.4 节第二步）。沉默说明不了什么：收不到应答时，服务器会重传 SYN,ACK，按 RFC 3 分钟后（MUST-23）、Linux 63 秒后（tcp_synack_retries=5）才放弃。',
    },
    scenario: 'stale-listen',
    decide(trace) {
      const answer = sent(trace, 'right', 'SYN,ACK');
      const reset = arrival(trace, sent(trace, 'left', 'RST'));
      mustChange(trace, reset.at, 'right', 'SYN-RECEIVED', 'LISTEN');
      const fired = trace.events.some((e) => e.kind === 'timer' && e.end === 'right' && e.what === 'fired');
      must(!fired, 'no timer of the server fires');
      return decision(
        reset,
        `${timeText(reset.event.t - answer.event.t)} after its SYN,ACK the server gets a RST and is in LISTEN; no timer had to fire.`,
        `发出 SYN,ACK 后 ${timeText(reset.event.t - answer.event.t)}，服务器就收到 RST，回到 LISTEN，根本轮不到定时器。`,
      );
    },
  },
  {
    number: 40,
    claim: {
      en: 'The main aim is that the server does not wait and waste resources.',
      zh: '三次握手的主要目的是防止服务器一直等待，浪费资源。',
    },
    seeds: [4],
    verdict: 'imprecise',
    truth: {
      en: 'That is one consequence. Worse would be data of an old connection accepted in a new one: agreeing on fresh ISNs is what makes old data fall outside the window (section 3.4.1).',
      zh: '那只是后果之一。更糟的是旧连接的数据混进新连接：正因为双方商定了新的 ISN，旧数据才会落在窗口之外（第 3.4.1 节）。',
    },
    scenario: 'fixed-isn',
    instead: {
      en: 'the handshake has settled on new ISNs; the old segment is outside the window and is discarded.',
      zh: '握手商定的是新的 ISN，旧报文段落在窗口之外，被丢弃。',
    },
    decide(trace) {
      const { second, old, came, read } = oldTextRead(trace);
      const open = enters(trace, 'right', 'ESTABLISHED', { after: second.at });
      must(
        open.at < came.at && stateOf(trace, came.at, 'right') === 'ESTABLISHED',
        'the second connection is open',
      );
      return decision(
        read,
        `no server waits in vain here: the second connection has been open since ${timeText(open.event.t)}. But at ${timeText(read.event.t)} its program reads “${read.event.text}”, which segment ${old.event.id} brought from the first.`,
        `这里没有服务器在空等：第二个连接从 ${timeText(open.event.t)} 起就已建立。可是 ${timeText(read.event.t)} 时，它的程序读到了“${read.event.text}”，那是第 ${old.event.id} 个报文段从第一个连接带来的。`,
      );
    },
  },
  {
    number: 41,
    claim: {
      en: 'The server’s SYN and ACK are merged, which makes three segments of four.',
      zh: '服务器把 SYN 和 ACK 合并到一个报文段里，减少一次发送，所以是三次握手。',
    },
    seeds: [2],
    verdict: 'true',
    truth: {
      en: '“Because steps 2 and 3 can be combined in a single message this is called the three-way (or three message) handshake” (section 3.4.1).',
      zh: 'RFC 写道：第 2、3 步可以合并成一个报文，所以称为三次（或三报文）握手（第 3.4.1 节）。',
    },
    scenario: 'hs',
    decide(trace) {
      const answer = sent(trace, 'right', 'SYN,ACK');
      const both = enters(trace, 'right', 'ESTABLISHED');
      const segments = trace.events
        .slice(0, both.at + 1)
        .filter((e) => e.kind === 'sent' && e.connection === 0);
      must(segments.length === 3, 'three segments');
      const syns = segments.filter((e) => e.kind === 'sent' && e.segment.flags.includes('SYN'));
      const acks = segments.filter((e) => e.kind === 'sent' && e.segment.ack !== null);
      must(syns.length === 2 && acks.length === 2, 'two SYNs and two acknowledgments');
      const name = segmentName(trace, answer);
      return decision(
        answer,
        `two SYNs and two acknowledgments in ${segments.length} segments: ${name.en} has one of each.`,
        `两个 SYN、两个确认，一共 ${segments.length} 个报文段：${name.zh}里各占其一。`,
      );
    },
  },
  {
    number: 42,
    claim: {
      en: 'The handshake is like two people on the telephone.',
      zh: '三次握手就像两个朋友打电话。',
    },
    seeds: [2],
    verdict: 'imprecise',
    truth: {
      en: 'A telephone line neither duplicates calls nor delivers them late. Networks do, and that is just the case that needs three segments (section 3.5).',
      zh: '电话线路不会把一通电话复制出来，也不会晚些时候才接通；网络却会，而这正是非要三次不可的情形（第 3.5 节）。',
    },
    scenario: 'stale-first',
    decide(trace) {
      const call1 = sent(trace, 'left', 'SYN');
      const call2 = sent(trace, 'left', 'SYN', { n: 2 });
      const rings = arrival(trace, call1);
      must(
        enters(trace, 'left', 'CLOSED').at < call2.at && call2.at < rings.at,
        'given up, tried again, then it arrives',
      );
      must(stateOf(trace, rings.at, 'right') === 'SYN-RECEIVED', 'and is answered');
      return decision(
        rings,
        `the first “call” rings ${timeText(rings.event.t - call1.event.t)} after it was made: the caller has hung up and called again, and the server answers the old one.`,
        `第一通“电话”拨出后 ${timeText(rings.event.t - call1.event.t)} 才响：打电话的人早已挂断重拨，服务器接起来的却是旧的那一通。`,
      );
    },
  },
];
