// Claims 33 to 42: old SYNs, what two segments would make of them, and what three do.

import {
  arrival,
  type Claim,
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
} from './claim.ts';

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
      en: 'It cannot see that a SYN is old (section 3.5, figure 8): what it needs is the other end’s word.',
      zh: '服务器自己看不出 SYN 是旧的（第 3.5 节，图 8），必须由对方来告诉它。',
    },
    scenario: 'stale-first',
    instead: {
      en: 'With three segments the old SYN takes it only as far as SYN-RECEIVED, and no program is told of it.',
      zh: '有了第三次握手，旧的 SYN 只能让它走到 SYN-RECEIVED，应用程序毫不知情。',
    },
    decide(trace) {
      const old = sent(trace, 'left', 'SYN');
      const came = arrival(trace, old);
      must(stateOf(trace, came.at, 'right') === 'SYN-RECEIVED', 'the old SYN: SYN-RECEIVED');
      must(tcbOf(trace, came.at, 'right').rcv.irs === old.event.segment.seq, 'with the old x');
      const back = enters(trace, 'right', 'LISTEN', { after: came.at });
      must(call(trace, 'right', 'accept').at > back.at, 'nothing to accept until the right SYN has come');
      return decision(
        came,
        `the old SYN, segment ${old.event.id}, makes the server SYN-RECEIVED at ${timeText(came.event.t)}, not ESTABLISHED; at ${timeText(back.event.t)} it is in LISTEN again.`,
        `${timeText(came.event.t)} 时，旧的 SYN（第 ${old.event.id} 个报文段）只让服务器进入 SYN-RECEIVED，而不是 ESTABLISHED；${timeText(back.event.t)} 时它已回到 LISTEN。`,
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
        `the number that the SYN,ACK acknowledged. The client stays SYN-SENT, sends its SYN again ${timeText(again.event.t - reset.event.t)} later, and the connection is open at ${timeText(open.event.t)}.`,
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
        `两个 SYN,ACK，两种第三次握手：对 ack=${number(trace, 'left', wrong.event.segment.ack ?? 0)} 回 RST（第 ${no.event.id} 个报文段），对 ack=${number(trace, 'left', right.event.segment.ack ?? 0)} 回 ACK（第 ${yes.event.id} 个报文段）。`,
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
      zh: '但滞留不会超过报文段最大生存时间，RFC 假定为 2 分钟（第 3.4.2 节）；在此期间，重传的 SYN 可能早已把事办完。',
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
      en: 'It must answer: where there is no connection, every segment but a RST gets <SEQ=SEG.ACK><CTL=RST> (section 3.10.7.1). Linux sends it at once.',
      zh: '必须应答：没有对应连接时，除 RST 之外的任何报文段都要用 <SEQ=SEG.ACK><CTL=RST> 回应（第 3.10.7.1 节）。Linux 也是立刻就发。',
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
      en: 'If the client’s RST is lost or suppressed, and keep-alives are off: nothing ends an idle ESTABLISHED connection (section 3.8.4).',
      zh: '前提是客户端的 RST 丢失或被拦截，又没有开启保活：空闲的 ESTABLISHED 连接不会自行结束（第 3.8.4 节）。',
    },
    scenario: 'stale-listen',
    edits: ['drop RST#1- left->right'],
    instead: {
      en: 'With three segments the server, in SYN-RECEIVED, repeats its SYN,ACK and gives up, even if every RST is lost.',
      zh: '有了第三次握手，即使所有 RST 都丢失，停在 SYN-RECEIVED 的服务器重传 SYN,ACK 一段时间后也会放弃。',
    },
    decide(trace) {
      loss(trace, sent(trace, 'left', 'RST', { n: 5 }));
      const came = arrival(trace, sent(trace, 'left', 'SYN'));
      const up = timer(trace, 'right', 'user', 'fired');
      const over = enters(trace, 'right', 'LISTEN', { after: came.at });
      must(over.at > up.at, 'the server gives up by its timer');
      mustChange(trace, over.at, 'right', 'SYN-RECEIVED', 'LISTEN');
      return decision(
        over,
        `no RST gets through; after ${timeText(over.event.t - came.event.t)} in SYN-RECEIVED the server gives up, and is in LISTEN.`,
        `RST 一个也没送到；服务器在 SYN-RECEIVED 停了 ${timeText(over.event.t - came.event.t)} 后放弃，回到 LISTEN。`,
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
      en: 'Ordinarily because a RST comes (section 3.10.7.4, second). Silence says nothing: the server repeats its SYN,ACK, and gives up after minutes.',
      zh: '通常是因为收到了 RST（第 3.10.7.4 节第二步）。沉默说明不了什么：收不到应答时，服务器会重传 SYN,ACK，几分钟后才放弃。',
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
    scenario: 'hs',
    edits: ['inject right PSH,ACK seq=irs-20000 len=5 200ms'],
    instead: {
      en: 'With fixed ISNs the octets of the earlier connection would fit into this one. Here, with the numbers of 80 ms ago, they do not.',
      zh: '如果 ISN 固定不变，先前连接的字节就可能正好落进这个连接。这里它们带着 80 ms 之前的序列号，对不上。',
    },
    decide(trace) {
      const old = sent(trace, 'left', 'ACK', { injected: true, text: true });
      const came = arrival(trace, old);
      must(stateOf(trace, came.at, 'right') === 'ESTABLISHED', 'a connection that is open');
      must(came.event.discarded === 'outside-window', 'old text is outside the window');
      const { rcv } = tcbOf(trace, came.at, 'right');
      must(rcv.unread === 0 && rcv.nxt === plus(rcv.irs, 1), 'nothing of it is taken');
      const { seq, length } = old.event.segment;
      return decision(
        came,
        `${length} octets with seq=${seq}, as an earlier connection would have sent them, are discarded: the window begins at ${rcv.nxt}.`,
        `${length} 字节数据带着先前连接的序列号 seq=${seq} 到达，被丢弃：窗口从 ${rcv.nxt} 开始。`,
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
      zh: 'RFC 的原话是：第 2、3 步可以合并在一个报文里，所以叫三次（三报文）握手（第 3.4.1 节）。',
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
