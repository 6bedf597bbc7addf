// Questions on what Wireshark writes beside segments. Its rules are those of its TCP dissector ("TCP Analysis" in its guide).

import type { Question } from './question.ts';

/** Captures. */
export const captureQuestions: readonly Question[] = [
  {
    id: 'wireshark-seq-1',
    question: {
      en: 'Why does Wireshark show seq=0 and seq=1?',
      zh: 'Wireshark 里为什么序列号从 0、1 开始？',
    },
    answer: {
      en: 'Wireshark shows relative numbers: it subtracts the ISN of each direction. The SYN is 0; since the SYN occupies a number, the first octet is 1. On the wire the numbers are random, of 32 bits.',
      zh: 'Wireshark 显示的是相对序列号：各方向减去自己的 ISN。SYN 是 0；SYN 占一个号，所以第一个字节是 1。线路上真正的值是 32 位的随机数。',
    },
    more: {
      en: 'The field “Sequence Number (raw)” has the real one; Preferences, Protocols, TCP, “Relative sequence numbers” (tcp.relative_sequence_numbers) turns it off. tcpdump does the same after the SYN, -S shows absolute ones. When the capture began in the middle of a connection, Wireshark counts from the first segment that it saw. Here: --absolute.',
      zh: '“Sequence Number (raw)” 字段是真实值；首选项 Protocols、TCP 里的 “Relative sequence numbers”（tcp.relative_sequence_numbers）可以关掉。tcpdump 在 SYN 之后也显示相对值，-S 显示绝对值。若从连接中途开始抓，Wireshark 就从看到的第一个报文段算起。本工具用 --absolute。',
    },
    scenario: 'hs',
    keywords: [
      'wireshark seq 1',
      'wireshark sequence number starts at 0',
      'relative sequence numbers',
      'why seq=0 ack=1',
      'raw sequence number wireshark',
      '为什么 seq 是 1',
      '相对序列号',
      '抓包序号从 0 开始',
      'wireshark 序号',
      '抓包 seq=0',
    ],
  },
  {
    id: 'wireshark-spurious',
    question: {
      en: 'Wireshark: what does “TCP Spurious Retransmission” mean?',
      zh: 'Wireshark 的 “TCP Spurious Retransmission” 是什么意思？',
    },
    answer: {
      en: 'The segment has text that the other side had already acknowledged in this capture: sending it again was not needed. The ACK was lost, or came after the sender had lost patience.',
      zh: '这个报文段里的数据，对方在本次抓包中已经确认过：没必要再发。原因是那个 ACK 丢了，或者来得太晚，发送方没等到。',
    },
    more: {
      en: '“TCP Retransmission”: sent again, and not yet acknowledged in the capture; “TCP Fast Retransmission”: after two or more duplicate ACKs and within 20 ms of the last. The mark depends on where the capture was made: beside the receiver an ACK that is lost later has been seen, beside the sender it has not. Few of them do no harm; many mean lost ACKs, or a round trip that jumps. Look for DSACK in the answer.',
      zh: '“TCP Retransmission”：重发了，抓包里还没被确认；“TCP Fast Retransmission”：在两个以上重复 ACK 之后、距最后一个不超过 20 ms。标记取决于在哪里抓：在接收方旁边，后来才丢的 ACK 也看得到；在发送方旁边就看不到。偶尔几个无妨；很多则说明 ACK 丢失，或往返时间忽长忽短。看看应答里有没有 D-SACK。',
    },
    scenario: 'hs',
    edits: ['left write "x" 50ms', 'left write "hello" 200ms', 'drop ACK#2 right->left'],
    keywords: [
      'tcp spurious retransmission wireshark',
      '[tcp spurious retransmission]',
      'wireshark tcp retransmission',
      'tcp fast retransmission wireshark',
      'wireshark 伪重传',
      '抓包 retransmission',
      'wireshark retransmission 很多',
    ],
  },
  {
    id: 'wireshark-dup-ack',
    question: {
      en: 'Wireshark: what does “TCP Dup ACK 23#1” mean?',
      zh: 'Wireshark 的 “TCP Dup ACK 23#1” 是什么意思？',
    },
    answer: {
      en: 'The same acknowledgment number and window again, without text: the first repetition of frame 23. Something has arrived beyond a hole. Three of them make the sender retransmit at once; one or two are mere reordering.',
      zh: '确认号和窗口都没变、又不带数据的 ACK：对第 23 帧的第 1 次重复。说明空洞后面的报文段到了。发送方收到三个就立即重传；只有一两个往往只是乱序。',
    },
    more: {
      en: 'Many with a growing number after the #: the hole stays open, the round trip is long and many segments are in flight: normal after one loss. Open the SACK option: it says what has arrived. The same mark stands beside keep-alive answers, window probes and challenge ACKs, and where packets were captured twice (same IP ID, no time between).',
      zh: '# 后面的数字一路变大：空洞还没补上，往返时间长、在途报文段多，丢一个包后属正常。展开 SACK 选项看哪些到了。保活的应答、窗口探测、挑战 ACK，以及同一个包被抓了两次（IP ID 相同、时间差为零），也会被标成这样。',
    },
    scenario: 'fast-retransmit',
    keywords: [
      'tcp dup ack wireshark',
      'dup ack 23#1',
      'wireshark duplicate ack meaning',
      'many dup acks in capture',
      '抓包很多dup ack',
      'tcp dup ack 是什么',
      'wireshark dup ack',
    ],
  },
  {
    id: 'wireshark-out-of-order',
    question: {
      en: 'Wireshark: what does “TCP Out-Of-Order” mean?',
      zh: 'Wireshark 的 “TCP Out-Of-Order”（乱序）是什么意思？',
    },
    answer: {
      en: 'A segment whose sequence number is below one seen before, and so soon after it (within 3 ms, or the round trip of the handshake) that it is no retransmission but was overtaken. TCP puts it in order; a little of it does no harm.',
      zh: '序列号比前面见过的小，又紧跟其后（3 ms 或握手测得的往返时间之内），所以不算重传，而是路上被超车了。TCP 会重新排好；少量无妨。',
    },
    more: {
      en: 'Causes: several paths (per-packet balancing, bonding), several queues of a card, and the capture itself, where the order of writing is not that of arrival. It hurts when segments arrive later than three others: then duplicate ACKs trigger needless retransmissions; RACK and Linux’s tcp_reordering adapt to that.',
      zh: '原因：多路径（逐包负载均衡、网卡绑定）、网卡多队列，以及抓包本身写入的先后不等于到达的先后。晚到三个以上才有害：重复 ACK 会引发多余的重传；RACK 和 Linux 的 tcp_reordering 能适应。',
    },
    scenario: 'hs',
    edits: ['left write 3000 100ms', 'delay data#1 left->right 2ms'],
    keywords: [
      'tcp out-of-order wireshark',
      'out of order packets',
      'tcp reordering',
      'wireshark 乱序',
      'tcp 乱序',
      'tcp out of order 是什么',
      '抓包乱序',
    ],
  },
  {
    id: 'wireshark-zero-window',
    question: {
      en: 'Wireshark: what do “TCP ZeroWindow” and “TCP Window Full” mean?',
      zh: 'Wireshark 的 “TCP ZeroWindow”“TCP Window Full” 是什么意思？',
    },
    answer: {
      en: 'ZeroWindow: the sender of that segment has no room to receive: its program does not read. Window Full: this segment fills the window that the other side announced. Both say that the receiver is the bottleneck, not the network.',
      zh: 'ZeroWindow：发出这个报文段的一方没有空间接收了，它的程序没在读。Window Full：这个报文段正好填满了对方通告的窗口。两者都说明瓶颈在接收方，不在网络。',
    },
    more: {
      en: 'Then come ZeroWindowProbe, ZeroWindowProbeAck and at last “TCP Window Update”. Look at the process of the one who announces 0: ss -tnp shows its Recv-Q growing. The mark is not set beside SYN, FIN and RST; and without the handshake in the capture the scale is unknown, so that small windows are only apparently small.',
      zh: '之后会看到 ZeroWindowProbe、ZeroWindowProbeAck，最后是 “TCP Window Update”。去看通告 0 的那个进程：ss -tnp 里它的 Recv-Q 越来越大。SYN、FIN、RST 不会被标；若没抓到握手，就不知道窗口扩大因子，小窗口可能只是看着小。',
    },
    scenario: 'zerowin',
    keywords: [
      'tcp zerowindow wireshark',
      'tcp window full',
      '[tcp zerowindow]',
      'tcp window update wireshark',
      'zero window wireshark',
      '抓包 zero window',
      'window full 什么意思',
      'wireshark 零窗口',
    ],
  },
  {
    id: 'wireshark-unseen',
    question: {
      en: 'Wireshark: what do “Previous segment not captured” and “ACKed unseen segment” mean?',
      zh: 'Wireshark 的 “Previous segment not captured”“ACKed unseen segment” 是什么意思？',
    },
    answer: {
      en: 'Previous segment not captured: a sequence number was skipped, so something before it is not in the capture: lost on the way, or not captured. ACKed unseen segment: the other side acknowledges what is not in the capture: so it did arrive, and only the capture has a hole.',
      zh: 'Previous segment not captured：序列号跳过了一段，前面的报文段不在抓包里：可能路上丢了，也可能没抓到。ACKed unseen segment：对方确认了抓包里没有的数据：其实送到了，只是没抓到。',
    },
    more: {
      en: 'If duplicate ACKs and a retransmission follow, it was lost; if the ACKs go on, the capture dropped it (“packets dropped by kernel” of tcpdump; -B gives a larger buffer), or traffic takes several ways, or the card merges segments (GRO, LRO).',
      zh: '后面跟着重复 ACK 和重传，就是真丢了；ACK 照常推进，就是抓包漏了（tcpdump 末尾的 “packets dropped by kernel”，可用 -B 加大缓冲），或者流量走了几条路，或者网卡合并了报文段（GRO、LRO）。',
    },
    scenario: 'hs',
    edits: ['left write 9000 100ms', 'drop data#2 left->right'],
    keywords: [
      'tcp previous segment not captured',
      'acked unseen segment',
      'previous segment lost wireshark',
      '前一个报文段没抓到',
      'wireshark previous segment',
    ],
  },
  {
    id: 'wireshark-keep-alive',
    question: {
      en: 'Wireshark: what does “TCP Keep-Alive” mean?',
      zh: 'Wireshark 的 “TCP Keep-Alive” 是什么意思？',
    },
    answer: {
      en: 'A segment of 0 or 1 octets whose sequence number is one below the next: a probe of SO_KEEPALIVE, or an octet that was acknowledged already. “TCP Keep-Alive ACK” is the answer: the peer’s host is there.',
      zh: '长度为 0 或 1、序列号比下一个小 1 的报文段：SO_KEEPALIVE 的探测。“TCP Keep-Alive ACK” 是它的应答：对方主机还在。',
    },
    scenario: 'keepalive',
    keywords: [
      'tcp keep-alive wireshark',
      'tcp keep-alive ack',
      '[tcp keep-alive]',
      '抓包 tcp keep-alive',
      'wireshark keep alive',
    ],
  },
  {
    id: 'wireshark-port-reused',
    question: {
      en: 'Wireshark: what does “TCP Port numbers reused” mean?',
      zh: 'Wireshark 的 “TCP Port numbers reused” 是什么意思？',
    },
    answer: {
      en: 'A SYN on a four-tuple that was seen before, with another sequence number: a new connection uses the same ports. Harmless, unless the old one is still in TIME-WAIT at the server and the SYN is not newer.',
      zh: '同一个四元组又来了一个序列号不同的 SYN：新连接用了同样的端口。通常无害，除非服务器上旧连接还在 TIME-WAIT，而这个 SYN 又不算新。',
    },
    scenario: 'tw-syn',
    keywords: ['tcp port numbers reused', 'port numbers reused wireshark', '端口重用 wireshark'],
  },
];
