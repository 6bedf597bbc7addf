// What is said about a segment that leaves, by what it is for: what it says, why, and where the rule stands.

import type { Text } from '../text/index.ts';

/** One purpose of a segment. */
export interface SentInfo {
  /** `{me}` sends to `{peer}`: `{flags}`, `{seq}`, `{ack}`, `{next}` = seq + SEG.LEN, `{octets}` of text. */
  readonly what: Text;
  readonly why: Text;
  /** Of RFC 9293, or another RFC. */
  readonly section: string;
}

/** The purposes. */
export const sentTexts = {
  injected: {
    what: {
      en: 'Somebody puts a forged {flags} on the wire, seq = {seq}, that claims to come from {source}.',
      zh: '有人在链路上放入伪造的 {flags}，seq = {seq}，冒充{source}。',
    },
    why: {
      en: 'An address can be forged; only the sequence number tells a receiver that a segment belongs to the connection.',
      zh: '地址可以伪造；接收方只能凭序列号判断报文段是否属于这条连接。',
    },
    section: 'RFC 5961 1',
  },
  injectedCopy: {
    what: {
      en: 'A copy of the {flags} that {me} sent before, seq = {seq}, is put on the wire: it has wandered about in the network.',
      zh: '{me}此前发出的 {flags}（seq = {seq}）的一个副本在网络中滞留了一段时间，现在又出现在链路上。',
    },
    why: {
      en: 'The network may duplicate and delay packets, up to one MSL; nothing in the copy shows how old it is.',
      zh: '网络可能复制报文，也可能把它滞留至多一个 MSL；副本本身看不出有多旧。',
    },
    section: '3.4.3',
  },
  syn: {
    what: {
      en: '{me} asks for a connection: SYN with its initial sequence number, seq = {seq}.',
      zh: '{me}请求建立连接：SYN，初始序列号 seq = {seq}。',
    },
    why: {
      en: 'The SYN occupies one sequence number so that it can be acknowledged: the answer must say ack = {next}.',
      zh: 'SYN 占用一个序列号，这样才能被确认：应答必须带 ack = {next}。',
    },
    section: '3.5',
  },
  synText: {
    what: {
      en: '{me} asks for a connection and sends {octets} with the SYN, seq = {seq} (Fast Open).',
      zh: '{me}请求建立连接，并随 SYN 发出 {octets}，seq = {seq}（Fast Open）。',
    },
    why: {
      en: 'With a cookie the text of the SYN may be delivered before the handshake ends; SYN and text together: ack = {next}.',
      zh: '凭 cookie，SYN 中的数据可以在握手完成之前交付；SYN 与数据一起确认：ack = {next}。',
    },
    section: 'RFC 7413 4.2',
  },
  synAgain: {
    what: {
      en: '{me} sends its SYN again, with the same number seq = {seq}.',
      zh: '{me}重传 SYN，序列号不变，seq = {seq}。',
    },
    why: {
      en: 'Its SYN has not been acknowledged within RTO; a retransmission has the same sequence number, a new one would be a new connection.',
      zh: 'SYN 在 RTO 内没有被确认；重传使用相同的序列号，换一个就成了新的连接。',
    },
    section: '3.8.1, RFC 6298 5.4',
  },
  synAtOnce: {
    what: {
      en: '{me} sends its SYN again at once, with the same number seq = {seq}.',
      zh: '{me}立刻重传 SYN，序列号不变，seq = {seq}。',
    },
    why: {
      en: 'Its RST has cleared what stood in the way at {peer}: there is no reason to wait for RTO.',
      zh: '它的 RST 已经清除了{peer}那边的障碍，不必再等满 RTO。',
    },
    section: '3.5, figure 8',
  },
  synSplit: {
    what: {
      en: '{me} answers the SYN with a SYN of its own, without an ACK: seq = {seq}.',
      zh: '{me}只用自己的 SYN 应答对方的 SYN，不带 ACK：seq = {seq}。',
    },
    why: {
      en: 'Nothing obliges it to put both into one segment; {peer} cannot tell this from a simultaneous open.',
      zh: '标准没有要求把两者合在一个报文段里；{peer}分不出这与同时打开有什么两样。',
    },
    section: '3.4.1, 3.5',
  },
  synAck: {
    what: {
      en: '{me} acknowledges the SYN (ack = {ack}) and sends its own in the same segment, seq = {seq}.',
      zh: '{me}确认对方的 SYN（ack = {ack}），并在同一个报文段中发出自己的 SYN，seq = {seq}。',
    },
    why: {
      en: 'The acknowledgment and its own SYN fit into one segment, which makes three segments of four messages.',
      zh: '确认与自己的 SYN 可以合在一个报文段里，四个消息因此只需三个报文段。',
    },
    section: '3.5',
  },
  synAckBoth: {
    what: {
      en: '{me}, which has sent a SYN itself, repeats it with an acknowledgment: seq = {seq}, ack = {ack}.',
      zh: '{me}自己也发过 SYN，现在带上确认再发一次：seq = {seq}，ack = {ack}。',
    },
    why: {
      en: 'In a simultaneous open each SYN is answered by SYN,ACK, so that both numbers are acknowledged.',
      zh: '同时打开时，每个 SYN 都用 SYN,ACK 应答，使双方的序列号都得到确认。',
    },
    section: '3.5, figure 7',
  },
  synAckAgain: {
    what: {
      en: '{me} sends its SYN,ACK again: seq = {seq}, ack = {ack}.',
      zh: '{me}重传 SYN,ACK：seq = {seq}，ack = {ack}。',
    },
    why: {
      en: 'Its SYN has not been acknowledged within RTO: either the SYN,ACK was lost or the ACK that answered it.',
      zh: '自己的 SYN 在 RTO 内没有被确认：丢失的可能是 SYN,ACK，也可能是应答它的 ACK。',
    },
    section: '3.8.1, RFC 6298 5.4',
  },
  synAckDuplicate: {
    what: {
      en: '{me} sends its SYN,ACK again: seq = {seq}, ack = {ack}.',
      zh: '{me}重传 SYN,ACK：seq = {seq}，ack = {ack}。',
    },
    why: {
      en: 'The same SYN has come again: perhaps {peer} has not received the answer, so it is repeated.',
      zh: '同一个 SYN 又来了：{peer}可能没有收到应答，所以再发一次。',
    },
    section: '3.10.7.4 first',
  },
  synCookie: {
    what: {
      en: '{me} answers with a SYN cookie: SYN,ACK, ack = {ack}, and keeps nothing.',
      zh: '{me}用 SYN cookie 应答：SYN,ACK，ack = {ack}，自己什么都不保存。',
    },
    why: {
      en: 'The SYN queue is full: what must be remembered is encoded in the sequence number, and an ACK will bring it back.',
      zh: '半连接队列已满：需要记住的内容编码在序列号里，对方的 ACK 会把它带回来。',
    },
    section: 'RFC 4987 3.6',
  },
  third: {
    what: {
      en: '{me} acknowledges the SYN of {peer}: ack = {ack}; an ACK alone occupies no number, so seq = {seq} is also that of the first octet.',
      zh: '{me}确认{peer}的 SYN：ack = {ack}；单独的 ACK 不占序列号，所以 seq = {seq} 也是第一个数据字节的序列号。',
    },
    why: {
      en: 'Only this ACK tells {peer} that its number has arrived; it is not acknowledged itself, or "we would wind up ACKing ACKs".',
      zh: '只有这个 ACK 能告诉{peer}它的序列号已被收到；它自己不会被确认，否则就要没完没了地确认 ACK。',
    },
    section: '3.10.7.3',
  },
  fin: {
    what: {
      en: '{me} says that it sends no more: FIN, seq = {seq}.',
      zh: '{me}表示不再发送数据：FIN，seq = {seq}。',
    },
    why: {
      en: 'The FIN stands after the last octet and occupies one sequence number: it is acknowledged by ack = {next}, and everything before it as well.',
      zh: 'FIN 排在最后一个字节之后，占用一个序列号：ack = {next} 确认它，也就确认了此前的一切。',
    },
    section: '3.10.4',
  },
  finText: {
    what: {
      en: '{me} sends its last {octets} and a FIN in one segment, seq = {seq}.',
      zh: '{me}在一个报文段中发出最后 {octets} 和 FIN，seq = {seq}。',
    },
    why: {
      en: 'The FIN stands after the last octet and occupies one sequence number: everything is acknowledged by ack = {next}.',
      zh: 'FIN 排在最后一个字节之后，占用一个序列号：ack = {next} 确认全部内容。',
    },
    section: '3.10.4',
  },
  finAck: {
    what: {
      en: '{me} acknowledges the FIN of {peer} (ack = {ack}) and sends its own in the same segment, seq = {seq}.',
      zh: '{me}在同一个报文段中确认{peer}的 FIN（ack = {ack}）并发出自己的 FIN，seq = {seq}。',
    },
    why: {
      en: 'Its program closed before the acknowledgment had to be sent, so that ACK and FIN share one segment: three instead of four.',
      zh: '程序在必须发出确认之前就关闭了，ACK 与 FIN 合在一个报文段里：四次变三次。',
    },
    section: '3.6, figure 5 note 2',
  },
  finAgain: {
    what: {
      en: '{me} sends its FIN again, seq = {seq}.',
      zh: '{me}重传 FIN，seq = {seq}。',
    },
    why: {
      en: 'The FIN has not been acknowledged within RTO: it was lost, or the ACK that answered it was.',
      zh: 'FIN 在 RTO 内没有被确认：丢失的可能是 FIN，也可能是应答它的 ACK。',
    },
    section: '3.8.1, RFC 6298 5.4',
  },
  data: {
    what: {
      en: '{me} sends {octets}, seq = {seq}.',
      zh: '{me}发送 {octets}，seq = {seq}。',
    },
    why: {
      en: 'Every octet has a number; {peer} acknowledges them all by naming the next one it expects, ack = {next}.',
      zh: '每个字节都有编号；{peer}用期望收到的下一个编号来确认全部，ack = {next}。',
    },
    section: '3.4',
  },
  dataThird: {
    what: {
      en: '{me} acknowledges the SYN of {peer} (ack = {ack}) and sends {octets} with it, seq = {seq}.',
      zh: '{me}确认{peer}的 SYN（ack = {ack}），并同时发出 {octets}，seq = {seq}。',
    },
    why: {
      en: 'The third segment may carry text: {me} is ESTABLISHED already.',
      zh: '第三个报文段可以携带数据：{me}已经处于 ESTABLISHED。',
    },
    section: '3.10.7.3',
  },
  dataAgain: {
    what: {
      en: '{me} sends {octets} again, seq = {seq}.',
      zh: '{me}重传 {octets}，seq = {seq}。',
    },
    why: {
      en: 'They have not been acknowledged within RTO, so they count as lost.',
      zh: '这些字节在 RTO 内没有被确认，视为丢失。',
    },
    section: '3.8.1, RFC 6298 5.4',
  },
  dataFast: {
    what: {
      en: '{me} sends {octets} again, seq = {seq}, without waiting for the timer.',
      zh: '{me}不等定时器就重传 {octets}，seq = {seq}。',
    },
    why: {
      en: 'The acknowledgments that came say that something beyond is there and this is missing.',
      zh: '收到的确认表明：后面的数据到了，而这一段缺失。',
    },
    section: 'RFC 5681 3.2',
  },
  dataTail: {
    what: {
      en: '{me} sends {octets} again, seq = {seq}, as a probe.',
      zh: '{me}重发 {octets}，seq = {seq}，作为探测。',
    },
    why: {
      en: 'No ACK has come: that of the last segment tells what is missing, before RTO has passed.',
      zh: '没有 ACK 到来：不必等满 RTO，最后一个报文段的 ACK 就会说明缺少什么。',
    },
    section: 'RFC 8985 7.3',
  },
  dataAfterProbe: {
    what: {
      en: '{me} sends {octets}, seq = {seq}, beginning with the octet of its probe.',
      zh: '{me}发送 {octets}，seq = {seq}，从探测用过的那个字节开始。',
    },
    why: {
      en: 'The window has opened; the octet of the probe was not taken and goes again, with what stands behind it.',
      zh: '窗口已经打开；探测的那个字节没有被接收，于是连同后面的数据一起重传。',
    },
    section: '3.8.6.1',
  },
  probe: {
    what: {
      en: '{me} probes the closed window of {peer} with {octets}, seq = {seq}.',
      zh: '{me}用 {octets} 探测{peer}关闭的窗口，seq = {seq}。',
    },
    why: {
      en: 'The ACK that reopens a window is not retransmitted; without probes a lost one would stop the connection for ever.',
      zh: '重新打开窗口的 ACK 不会被重传；如果它丢失又没有探测，连接将永远停住。',
    },
    section: '3.8.6.1',
  },
  keepalive: {
    what: {
      en: '{me} sends a keep-alive probe: seq = {seq} is one below SND.NXT, which {peer} must answer.',
      zh: '{me}发出保活探测：seq = {seq}，比 SND.NXT 小 1，{peer}必须应答。',
    },
    why: {
      en: 'Nothing has been heard for the keep-alive time; only an answer, or a RST, tells whether {peer} is still there.',
      zh: '在保活时间内没有收到任何内容；只有应答或 RST 才能说明{peer}是否还在。',
    },
    section: '3.8.4',
  },
  ackFin: {
    what: {
      en: '{me} acknowledges the FIN of {peer}: ack = {ack}.',
      zh: '{me}确认{peer}的 FIN：ack = {ack}。',
    },
    why: {
      en: 'The FIN occupies one sequence number, hence the +1; the ACK says that it was received, it does not say that {me} agrees.',
      zh: 'FIN 占用一个序列号，所以加 1；ACK 只表示已收到，并不表示{me}“同意”关闭。',
    },
    section: '3.10.7.4 eighth',
  },
  ackFinAgain: {
    what: {
      en: '{me} acknowledges the FIN of {peer} once more: ack = {ack}.',
      zh: '{me}再次确认{peer}的 FIN：ack = {ack}。',
    },
    why: {
      en: 'The FIN has come again: perhaps the ACK was lost. An ACK is not retransmitted, but every FIN that comes is answered.',
      zh: 'FIN 再次到来，可能是上一个 ACK 丢失了。ACK 本身不会重传，但每收到一次 FIN 都要应答。',
    },
    section: '3.10.7.4 first',
  },
  ackFinTimeWait: {
    what: {
      en: '{me} acknowledges the FIN of {peer} once more: ack = {ack}.',
      zh: '{me}再次确认{peer}的 FIN：ack = {ack}。',
    },
    why: {
      en: 'The FIN has come again: perhaps the last ACK was lost. This is what TIME-WAIT is for, and its 2 MSL begin anew.',
      zh: 'FIN 再次到来，可能是最后的 ACK 丢失了。TIME-WAIT 正是为此存在，2MSL 重新计时。',
    },
    section: '3.10.7.4 eighth',
  },
  ackText: {
    what: {
      en: '{me} acknowledges everything before {ack}: ack = {ack}.',
      zh: '{me}确认 {ack} 之前的全部内容：ack = {ack}。',
    },
    why: {
      en: 'Acknowledgments are cumulative: ack names the next octet expected, so a later one makes up for a lost one.',
      zh: '确认是累积的：ack 是期望的下一个字节，后来的确认可以弥补丢失的确认。',
    },
    section: '3.10.7.4 seventh',
  },
  ackDelayed: {
    what: {
      en: '{me} acknowledges everything before {ack}: ack = {ack}.',
      zh: '{me}确认 {ack} 之前的全部内容：ack = {ack}。',
    },
    why: {
      en: 'The delayed-ACK timer has run out and no text came that the ACK could have gone with.',
      zh: '延迟确认定时器到期，其间没有可以捎带这个 ACK 的数据。',
    },
    section: '3.8.6.3',
  },
  ackDuplicate: {
    what: {
      en: '{me} repeats ack = {ack}: a duplicate ACK.',
      zh: '{me}重复 ack = {ack}：一个重复确认。',
    },
    why: {
      en: 'What came lies beyond a hole; the octet at {ack} is still missing, and saying so at once lets {peer} repair it.',
      zh: '到达的数据在缺口之后；{ack} 处的字节仍然缺失，立刻说明可以让{peer}尽快补上。',
    },
    section: 'RFC 5681 4.2',
  },
  ackUnacceptable: {
    what: {
      en: '{me} answers with where it stands: seq = {seq}, ack = {ack}.',
      zh: '{me}用 ACK 说明自己的位置：seq = {seq}，ack = {ack}。',
    },
    why: {
      en: 'A segment that is not acceptable is answered by an ACK, so that two ends which disagree find out.',
      zh: '不可接受的报文段要用 ACK 应答，使状态不一致的双方能够发现。',
    },
    section: '3.10.7.4 first',
  },
  ackProbe: {
    what: {
      en: '{me} answers the probe: ack = {ack}, and the window is still closed.',
      zh: '{me}应答探测：ack = {ack}，窗口仍然关闭。',
    },
    why: {
      en: 'A closed window takes no text, but a probe must be answered with the current window.',
      zh: '关闭的窗口不接收数据，但必须用当前的窗口应答探测。',
    },
    section: '3.8.6.1',
  },
  challenge: {
    what: {
      en: '{me} sends a challenge ACK: seq = {seq}, ack = {ack}.',
      zh: '{me}发出挑战 ACK：seq = {seq}，ack = {ack}。',
    },
    why: {
      en: 'What came could be forged; a peer that really meant it will answer with a RST exactly at {ack}.',
      zh: '到达的报文段可能是伪造的；如果对端确有此意，会以恰好等于 {ack} 的序列号回送 RST。',
    },
    section: 'RFC 5961 3',
  },
  windowUpdate: {
    what: {
      en: '{me} opens its window: ack = {ack} as before, but now {window} octets may come.',
      zh: '{me}打开窗口：ack = {ack} 不变，但现在可以接收 {window} 个字节。',
    },
    why: {
      en: 'The program has read, so there is room again; the update waits until it is worth a segment.',
      zh: '程序读走了数据，又有了空间；窗口更新要等到值得发一个报文段时才发出。',
    },
    section: '3.8.6.2.2',
  },
  ackPlain: {
    what: {
      en: '{me} sends an ACK: seq = {seq}, ack = {ack}.',
      zh: '{me}发送 ACK：seq = {seq}，ack = {ack}。',
    },
    why: {
      en: 'It says again where {me} stands: the next number it sends and the next that it expects.',
      zh: '它再次说明{me}的位置：将要发送的和期望收到的下一个序列号。',
    },
    section: '3.4',
  },
  ackKeepalive: {
    what: {
      en: '{me} answers the keep-alive probe: ack = {ack}.',
      zh: '{me}应答保活探测：ack = {ack}。',
    },
    why: {
      en: 'The probe lies below the window, so it is answered by an ACK: {me} is still there.',
      zh: '探测落在窗口之前，所以用 ACK 应答：{me}还在。',
    },
    section: '3.8.4',
  },
  rstOfAck: {
    what: {
      en: '{me} answers with a RST at seq = SEG.ACK = {seq}, without ACK.',
      zh: '{me}回送 RST，seq = SEG.ACK = {seq}，不带 ACK。',
    },
    why: {
      en: 'The segment that it answers had an ACK: with its SEG.ACK as sequence number the RST is acceptable to {peer}.',
      zh: '所应答的报文段带有 ACK：用它的 SEG.ACK 作序列号，{peer}就会接受这个 RST。',
    },
    section: '3.10.7.1',
  },
  rstOfSyn: {
    what: {
      en: '{me} answers with RST,ACK: seq = {seq}, ack = SEG.SEQ+SEG.LEN = {ack}.',
      zh: '{me}回送 RST,ACK：seq = {seq}，ack = SEG.SEQ+SEG.LEN = {ack}。',
    },
    why: {
      en: 'The segment that it answers had no ACK, so no number is known to put into seq; the ACK shows what is refused.',
      zh: '所应答的报文段没有 ACK，不知道 seq 该填什么；用 ACK 表明拒绝的是哪个报文段。',
    },
    section: '3.10.7.1',
  },
  rstAbort: {
    what: {
      en: '{me} resets the connection: RST, seq = {seq}.',
      zh: '{me}重置连接：RST，seq = {seq}。',
    },
    why: {
      en: 'A RST ends both directions at once and is never answered; seq = SND.NXT makes it acceptable to {peer}.',
      zh: 'RST 立即结束两个方向，而且不会得到应答；seq = SND.NXT 使{peer}能够接受它。',
    },
    section: '3.10.5',
  },
  rstUnread: {
    what: {
      en: '{me} resets the connection instead of closing it: RST, seq = {seq}.',
      zh: '{me}没有正常关闭，而是重置连接：RST，seq = {seq}。',
    },
    why: {
      en: 'The program closed without having read everything: a FIN would pretend that nothing was lost.',
      zh: '程序关闭时还有数据没有读取：发 FIN 就等于假装什么都没有丢失。',
    },
    section: '3.6.1 SHLD-3',
  },
  rstLate: {
    what: {
      en: '{me} resets the connection: RST, seq = {seq}.',
      zh: '{me}重置连接：RST，seq = {seq}。',
    },
    why: {
      en: 'Text came that nobody reads any more; the RST tells {peer} that it was lost.',
      zh: '到达的数据已经没有人读取；用 RST 告诉{peer}数据丢失。',
    },
    section: '3.6.1 SHLD-3',
  },
} as const satisfies Readonly<Record<string, SentInfo>>;

/** A key of {@link sentTexts}. */
export type SentPurpose = keyof typeof sentTexts;
