// Questions on how much may be sent: windows of the receiver, and of the network.

import type { Question } from './question.ts';

/** Windows and congestion. */
export const rateQuestions: readonly Question[] = [
  {
    id: 'sliding-window',
    question: {
      en: 'How does the sliding window work, and flow control by it?',
      zh: '滑动窗口和流量控制是怎么回事？',
    },
    answer: {
      en: 'Every ACK says how many octets beyond the acknowledgment number the receiver has room for. The sender may have that much unacknowledged, no more; each ACK moves the window forward. So a slow reader slows the sender down, and nobody waits for one ACK per segment.',
      zh: '每个 ACK 都说明：从确认号起，接收方还能收多少字节。发送方未确认的数据不得超过它；ACK 一来，窗口就向前滑。读得慢的一方就这样让发送方慢下来，而发送方也不必发一段等一段。',
    },
    more: {
      en: 'RFC 9293 section 3.4 and 3.8.6: what may be sent is SND.UNA + SND.WND − SND.NXT. The field has 16 bits; window scale (RFC 7323) shifts it by up to 14, to 1 GiB. One window a round trip is the most that goes through: 64 KiB at 100 ms are 5.2 Mbit/s. Linux tunes the receive buffer by itself up to the third number of tcp_rmem, as long as nobody sets SO_RCVBUF. A window of zero stops the sender, who then probes. Besides this window, which protects the receiver, cwnd protects the network: the smaller one counts.',
      zh: 'RFC 9293 第 3.4、3.8.6 节：还能发 SND.UNA + SND.WND − SND.NXT。窗口字段 16 位，窗口扩大选项（RFC 7323）最多左移 14 位，到 1 GiB。一个往返最多传一个窗口：64 KiB、100 ms 就是 5.2 Mbit/s。Linux 会自动调整接收缓冲区，上限是 tcp_rmem 的第三个数，前提是没人设置 SO_RCVBUF。窗口为零时发送方停下并探测。这个窗口保护接收方，cwnd 保护网络，取两者中小的。',
    },
    scenario: 'window-reopens',
    keywords: [
      'max tcp window',
      'max window size',
      '窗口最大',
      'sliding window',
      'flow control',
      'receive window',
      'rwnd',
      'how does tcp flow control work',
      'bandwidth delay product',
      'throughput limited by rtt',
      'long fat network',
      'maximum window size',
      '窗口最大多少',
      'bdp',
      'tcp_rmem',
      'so_rcvbuf',
      '滑动窗口',
      '流量控制',
      '滑动窗口协议',
      '接收窗口',
      '带宽时延积',
      '发送窗口',
    ],
  },
  {
    id: 'flow-or-congestion',
    question: {
      en: 'What is the difference between flow control and congestion control?',
      zh: '流量控制和拥塞控制有什么区别？',
    },
    answer: {
      en: 'Flow control protects the receiver: its window says what it has room for. Congestion control protects the network: cwnd is the sender’s own guess of what the path bears, and is in no header. A sender keeps to the smaller of both.',
      zh: '流量控制保护接收方：窗口字段说明它还有多少空间。拥塞控制保护网络：cwnd 是发送方自己对路径承受力的估计，首部里没有。发送方取两者中较小的一个。',
    },
    more: {
      en: 'A zero window is a program that does not read: look at the receiver. A small cwnd is loss or a short life: look at the path. ss -ti shows cwnd and ssthresh, “rwnd_limited” and “sndbuf_limited” how long the sender was held back by what.',
      zh: '窗口为零，是程序不读，去看接收方；cwnd 小，是丢过包或连接太短，去看路径。ss -ti 显示 cwnd 和 ssthresh，“rwnd_limited”、“sndbuf_limited” 说明发送方被什么卡了多久。',
    },
    scenario: 'zerowin',
    keywords: [
      '拥塞窗口和接收窗口',
      'congestion window and receive window',
      'cwnd 和 rwnd',

      'flow control vs congestion control',
      'difference rwnd cwnd',
      '流量控制和拥塞控制区别',
      'rwnd和cwnd',
      '流控和拥塞控制',
    ],
  },
  {
    id: 'congestion-control',
    question: {
      en: 'What is congestion control, and which algorithms are there?',
      zh: '什么是拥塞控制？有哪些算法？',
    },
    answer: {
      en: 'The sender limits what is in flight by cwnd: slow start doubles it each round trip, congestion avoidance then adds about one segment, a loss cuts it. Four algorithms of RFC 5681: slow start, congestion avoidance, fast retransmit, fast recovery. Linux’s default is CUBIC; BBR models bandwidth and round trip instead.',
      zh: '发送方用 cwnd 限制在途的数据：慢启动每个往返翻倍，之后拥塞避免每个往返约加一个报文段，丢包就减小。RFC 5681 的四个算法：慢启动、拥塞避免、快速重传、快速恢复。Linux 默认是 CUBIC；BBR 改用带宽和往返时间建模。',
    },
    more: {
      en: 'Reno (RFC 5681): half after a loss. NewReno (RFC 6582): several losses in one window. CUBIC (RFC 9438): grows by a cubic of the time since the last loss, so long paths fill faster, and keeps 0.7. BBR: paces at the measured bandwidth and keeps the queue short, random loss hurts it little. DCTCP (RFC 8257) and ECN (RFC 3168): routers mark instead of dropping. Linux: sysctl net.ipv4.tcp_congestion_control, tcp_available_congestion_control; one socket by TCP_CONGESTION; ss -ti says which. Only the sender chooses. This stack has cubic, newreno and bbr, and you can register your own.',
      zh: 'Reno（RFC 5681）：丢包减半。NewReno（RFC 6582）：一个窗口里丢几个也能处理。CUBIC（RFC 9438）：按距上次丢包时间的三次函数增长，长路径填得快，丢包后保留 0.7。BBR：按测得的带宽匀速发送，让队列保持很短，随机丢包影响小。DCTCP（RFC 8257）和 ECN（RFC 3168）：路由器打标记而不丢包。Linux：sysctl net.ipv4.tcp_congestion_control、tcp_available_congestion_control；单个套接字用 TCP_CONGESTION；ss -ti 能看到用的是哪个。只由发送方决定。本协议栈有 cubic、newreno 和 bbr，也可以自己注册。',
    },
    scenario: 'fast-retransmit',
    keywords: [
      'congestion control algorithms',
      'tcp congestion control',
      'cubic vs bbr',
      'bbr',
      'cubic',
      'reno',
      'change congestion control linux',
      'tcp_congestion_control',
      '拥塞控制',
      '拥塞控制算法',
      '拥塞控制有哪几种',
      'bbr 和 cubic 区别',
      '拥塞窗口',
      'ecn',
    ],
  },
  {
    id: 'slow-start',
    question: {
      en: 'What is slow start, and what is ssthresh?',
      zh: '什么是慢启动？慢启动门限 ssthresh 是什么？',
    },
    answer: {
      en: 'A new connection does not know the path: it begins with ten segments, and each ACK of a segment adds one, so that cwnd doubles every round trip until it reaches ssthresh, or something is lost. It is slow only where it begins.',
      zh: '新连接对路径一无所知：先发 10 个报文段，每确认一个报文段 cwnd 就加一个，于是每个往返翻一倍，直到 ssthresh，或者丢包。它只是起点慢。',
    },
    more: {
      en: 'RFC 5681 section 3.1; the initial window of ten segments, at most 14600 octets, is RFC 6928, and Linux’s. ssthresh begins arbitrarily high; a loss sets it to half of what is in flight (CUBIC: 0.7), and from there growth is linear: congestion avoidance. HyStart++ (RFC 9406) leaves slow start when the round trip grows, before anything is lost. After idle time of an RTO Linux begins again from the initial window (tcp_slow_start_after_idle 1), which is why a long-lived connection can be slow in its first answer. ip route … initcwnd N changes the beginning.',
      zh: '见 RFC 5681 第 3.1 节；初始窗口 10 个报文段、最多 14600 字节，出自 RFC 6928，Linux 也是如此。ssthresh 起初任意大；丢包时设为在途数据的一半（CUBIC 是 0.7），此后线性增长，即拥塞避免。HyStart++（RFC 9406）在往返时间变长、尚未丢包时就退出慢启动。Linux 的连接空闲超过一个 RTO 会从初始窗口重新开始（tcp_slow_start_after_idle 为 1），所以长连接的第一次响应也可能慢。起点可用 ip route … initcwnd N 修改。',
    },
    scenario: 'slow-start',
    keywords: [
      'slow start',
      'ssthresh',
      'initial congestion window',
      'initcwnd',
      'tcp_slow_start_after_idle',
      'why is it called slow start',
      'hystart',
      '慢启动',
      '慢开始',
      '慢启动门限',
      'ssthresh 是多少',
      '初始拥塞窗口',
      '慢启动阈值',
    ],
  },
  {
    id: 'congestion-avoidance',
    question: { en: 'What is congestion avoidance?', zh: '什么是拥塞避免？' },
    answer: {
      en: 'From ssthresh on the sender probes carefully: about one segment more each round trip, and a cut at each loss: additive increase, multiplicative decrease. Flows that share a link so converge to equal shares.',
      zh: '到了 ssthresh 之后，发送方小心试探：每个往返约增加一个报文段，一丢包就按比例减小，即“加性增、乘性减”。共享链路的流因此趋于公平。',
    },
    more: {
      en: 'RFC 5681 section 3.1: cwnd += SMSS × SMSS / cwnd for each ACK, or SMSS for each round trip. A loss seen by duplicate ACKs sets cwnd to ssthresh, half of what was in flight; a timeout sets it to one segment, and slow start begins again up to ssthresh. CUBIC grows by the time since the last loss instead, quickly back to where that was, and carefully around it.',
      zh: 'RFC 5681 第 3.1 节：每个 ACK 使 cwnd += SMSS × SMSS / cwnd，或每个往返加一个 SMSS。由重复 ACK 发现丢包时，cwnd 降到 ssthresh，即在途数据的一半；超时则降到一个报文段，再慢启动到 ssthresh。CUBIC 改按距上次丢包的时间增长：很快回到那一点附近，在它周围放慢。',
    },
    scenario: 'fast-retransmit',
    keywords: [
      'congestion avoidance',
      'aimd',
      'additive increase multiplicative decrease',
      '拥塞避免',
      '加性增乘性减',
      '拥塞避免算法',
    ],
  },
  {
    id: 'silly-window',
    question: { en: 'What is the silly window syndrome?', zh: '什么是糊涂窗口综合征？' },
    answer: {
      en: 'Segments of a few octets with headers of forty, because the receiver announces every freed octet, or the sender sends every one that fits. The receiver therefore opens its window only by a full segment or half its buffer; the sender waits for a full segment (Nagle).',
      zh: '接收方腾出几个字节就通告，或者发送方有几个字节就发，结果 40 字节首部只带几个字节数据。所以接收方攒够一个满报文段或半个缓冲区才打开窗口，发送方攒够一个满报文段才发（Nagle）。',
    },
    more: {
      en: 'RFC 9293 section 3.8.6.2: the receiver does not move the right edge before min(half the buffer, SMSS) is free (MUST-39); the sender sends when it can fill a segment, or everything that is left with nothing unacknowledged, or half the largest window ever seen, or after a timeout (MUST-38). In the run the reader takes its time, and the window stays 0 until enough is free.',
      zh: '见 RFC 9293 第 3.8.6.2 节：空出的不到 min(缓冲区的一半, SMSS)，接收方不移动窗口右沿（MUST-39）；发送方在能填满一个报文段、或没有未确认数据且能发完剩余的、或达到见过的最大窗口的一半、或超时之后才发（MUST-38）。运行中读的一方很慢，空出足够多之前窗口一直是 0。',
    },
    scenario: 'window-reopens',
    keywords: ['silly window syndrome', 'sws', 'clark algorithm', '糊涂窗口综合症', '糊涂窗口', '傻窗口'],
  },
  {
    id: 'bufferbloat',
    question: { en: 'What is bufferbloat?', zh: '什么是缓冲膨胀（bufferbloat）？' },
    answer: {
      en: 'A buffer before a slow link that is far too large: loss-based senders fill it, nothing is lost, and everybody’s round trip grows to seconds. Short queues (fq_codel, CAKE), ECN, pacing or BBR help; a larger window does not.',
      zh: '慢链路前的缓冲区太大：靠丢包判断的发送方把它填满，一个包也不丢，所有人的往返时间却涨到几秒。有用的是短队列（fq_codel、CAKE）、ECN、匀速发送或 BBR；加大窗口没有用。',
    },
    more: {
      en: 'How to see it: ping while an upload runs. The queue belongs to the slowest link, mostly the home router or the modem. Linux: tc qdisc, net.core.default_qdisc. RFC 8290 is fq_codel, RFC 7567 says why active queue management is needed.',
      zh: '检验方法：一边上传一边 ping。队列在最慢的链路上，多半是家用路由器或光猫。Linux：tc qdisc、net.core.default_qdisc。RFC 8290 是 fq_codel，RFC 7567 说明为什么需要主动队列管理。',
    },
    scenario: 'bufferbloat',
    keywords: [
      'bufferbloat',
      'ping goes up during upload',
      'fq_codel',
      '缓冲膨胀',
      '上传时 ping 很高',
      '缓冲区膨胀',
    ],
  },
];
