// Scenarios: data in motion: what lets a sender go on, or holds it back: the congestion window, the receiver's window, an
// algorithm that waits, a queue in the network (RFC 5681, RFC 9293 sections 3.7.4 and 3.8.6).

import type { Scenario, Step } from '../scenario/index.ts';

const connect: Step = { do: 'connect', end: 'left', when: 0 };
const UP = { end: 'left', state: 'ESTABLISHED', after: 60 } as const;

/** What paces a sender. */
export const motionFlow: readonly Scenario[] = [
  {
    id: 'slow-start',
    group: 'motion',
    title: { en: 'Slow start', zh: '慢启动' },
    question: {
      en: 'The receiver’s window is wide open. Why does a new connection not send everything at once?',
      zh: '接收窗口大得很，新连接为什么不一下子全发出去？',
    },
    explanation: {
      en:
        'Because the window of the receiver says nothing about the network. The congestion window, cwnd, begins with a ' +
        'few segments (10 by RFC 6928; here 2, so that it can be seen) and grows by what is acknowledged: it about ' +
        'doubles each round trip, which is slow only beside sending everything at once (RFC 5681, section 3.1). The ' +
        'sender may have min(cwnd, SND.WND) in flight. Slow start ends at ssthresh, which is unbounded at first, at the ' +
        'first loss, or, with HyStart++ (RFC 9406), when the delay grows.',
      zh:
        '因为接收窗口说明不了网络的情况。拥塞窗口 cwnd 从几个报文段开始（RFC 6928 规定 10 个，这里取 2 个以便看清），' +
        '确认了多少就增加多少，每个往返大约翻一倍；说“慢”，只是和一下子全发相比（RFC 5681 第 3.1 节）。在途数据不超过 ' +
        'min(cwnd, SND.WND)。慢启动到 ssthresh 为止（起初没有上限），或到第一次丢包，或在时延开始增长时由 HyStart++（RFC 9406）结束。',
    },
    notice: [
      {
        en: 'The flights have 2, 2, 4, 8 segments and then all that is left, each 40 ms after the one before: one round trip. (The first ACK covers one segment only, so the second flight is no larger.)',
        zh: '每批报文段是 2、2、4、8 个，然后是剩下的全部，每批相隔 40 毫秒，即一个往返。（第一个 ACK 只确认了一个报文段，所以第二批没有变大。）',
      },
      {
        en: 'Each ACK lets more segments go than it acknowledges: as many, plus the growth of cwnd.',
        zh: '每个 ACK 放出的报文段比它确认的多：除了腾出的，还有 cwnd 的增长。',
      },
      {
        en: 'In the plot what is in flight follows cwnd until the data is all sent.',
        zh: '在图中，在途数据一直贴着 cwnd，直到数据发完。',
      },
    ],
    linux: {
      en: 'Linux begins with 10 segments; ss -ti shows cwnd and, when there is one, ssthresh.',
      zh: 'Linux 从 10 个报文段开始；ss -ti 可以看到 cwnd，有 ssthresh 时也会显示。',
    },
    keywords: [
      'slow start',
      'cwnd',
      'congestion window',
      'initial window',
      'RFC 6928',
      '慢启动',
      '拥塞窗口',
      '拥塞控制',
    ],
    setup: { delayMs: 20, left: { tcp: { initialWindow: 2 } } },
    steps: [connect, { do: 'write', end: 'left', what: 40_000, when: UP }],
  },
  {
    id: 'window-reopens',
    group: 'motion',
    title: { en: 'A window closes and opens again', zh: '接收窗口关闭又打开' },
    question: {
      en: 'The server’s program reads slowly. What holds the client back, and what lets it go on?',
      zh: '服务器程序读得很慢，是什么让客户端停下，又是什么让它继续？',
    },
    explanation: {
      en:
        'Flow control: each ACK says how much more the receiver can take. Here its buffer holds six segments; the program ' +
        'does not read, so the right edge of the window stays where it is while the left edge moves up, until the window ' +
        'is 0. Each time the program reads, a window update moves the right edge, and exactly so much is sent. The ' +
        'update is an ACK that nobody repeats, so the sender also asks by itself: the persist timer (section 3.8.6.1).',
      zh:
        '是流量控制：每个 ACK 都说明接收方还能收多少。这里缓冲区只放得下六个报文段；程序不读，窗口的右边沿就停住不动，' +
        '左边沿不断前移，直到窗口为 0。程序每读一次，窗口更新就把右边沿往前推，客户端就正好再发那么多。窗口更新是没人会重传的 ACK，' +
        '所以发送方自己也会去问：坚持定时器（第 3.8.6.1 节）。',
    },
    notice: [
      {
        en: 'The windows of the ACKs fall by what is acknowledged: the right edge does not move.',
        zh: 'ACK 里的窗口随确认而减小：右边沿没有动。',
      },
      {
        en: 'A probe of one octet is refused twice; it is sent again with the first segment after the update.',
        zh: '1 个字节的探测两次都被拒收；窗口更新后，它随第一个报文段再发一次。',
      },
      {
        en: 'In the time-sequence plot the steps of the window’s edge are the program’s reads.',
        zh: '在时间-序列号图中，窗口边沿的每一级台阶都是程序的一次读取。',
      },
    ],
    keywords: [
      'flow control',
      'sliding window',
      'window update',
      'receive window',
      'slow reader',
      '流量控制',
      '滑动窗口',
      '窗口更新',
      '接收窗口',
    ],
    setup: {
      delayMs: 20,
      right: { reads: 'none', tcp: { receiveBuffer: 8688, receiveBufferTuning: false, windowScale: false } },
    },
    steps: [
      connect,
      { do: 'write', end: 'left', what: 20_000, when: UP },
      { do: 'read', end: 'right', reads: 4344, when: 700 },
      { do: 'read', end: 'right', when: 1500 },
    ],
  },
  {
    id: 'nagle-delack',
    group: 'motion',
    title: { en: 'Nagle’s algorithm meets a delayed ACK', zh: 'Nagle 算法遇上延迟确认' },
    question: {
      en: 'A request is written in two pieces, and the answer takes 40 ms longer than it should. Why?',
      zh: '请求分两次写出，应答却平白多花 40 毫秒，为什么？',
    },
    explanation: {
      en:
        'Nagle’s algorithm (section 3.7.4) keeps a small segment back while another small one is not acknowledged: the second piece ' +
        'waits for the ACK of the first. The server has nothing to say before it has the whole request, so its TCP delays ' +
        'that ACK, 40 ms here, at most 500 (MUST-40). Each waits for the other until the delayed-ACK timer fires. The cure ' +
        'is to write the request in one call; or TCP_NODELAY, which sends the second piece at once.',
      zh:
        'Nagle 算法（第 3.7.4 节）规定：前一个小报文段还没被确认时，后一个小报文段先攒着，于是第二段在等第一段的 ACK。' +
        '服务器没收齐请求就无话可说，它的 TCP 把这个 ACK 延迟了，这里是 40 毫秒，上限 500 毫秒（MUST-40）。' +
        '两边互相等待，直到延迟确认定时器到期。办法是把请求一次写完；或设 TCP_NODELAY，第二段就会立刻发出。',
    },
    notice: [
      {
        en: 'write("head") is sent at once, write("body") is not, although window and cwnd are open.',
        zh: 'write("head") 立刻发出，write("body") 没有，尽管窗口和 cwnd 都很充裕。',
      },
      {
        en: 'The server’s delayed-ACK timer fires 40 ms after “head” arrived; that ACK lets “body” go.',
        zh: '“head” 到达 40 毫秒后，服务器的延迟确认定时器到期，这个 ACK 才放出 “body”。',
      },
      {
        en: 'The answer carries the ACK of “body” with it: there nothing is delayed.',
        zh: '应答顺便带上了对 “body” 的确认：这里没有延迟。',
      },
    ],
    linux: {
      en: 'Linux acknowledges the first segments of a connection at once (quick ACKs), so that the delay is seen later in it; 40 ms is its shortest delay.',
      zh: 'Linux 对连接最初的若干报文段立刻确认（quick ACK），所以这种延迟要到后面才出现；40 毫秒是它的最短延迟。',
    },
    keywords: [
      'Nagle',
      'delayed ACK',
      'TCP_NODELAY',
      '40 ms',
      'write-write-read',
      '延迟确认',
      '延迟 40 毫秒',
      '小包',
    ],
    setup: { delayMs: 5 },
    steps: [
      connect,
      { do: 'write', end: 'left', what: 'ping', when: UP },
      { do: 'write', end: 'right', what: 'pong', when: { end: 'right', read: 4 } },
      { do: 'write', end: 'left', what: 'head', when: 250 },
      { do: 'write', end: 'left', what: 'body', when: 250 },
      { do: 'write', end: 'right', what: 'answer', when: { end: 'right', read: 12 } },
    ],
  },
  {
    id: 'bufferbloat',
    group: 'motion',
    title: { en: 'A bloated buffer', zh: '缓冲区膨胀（bufferbloat）' },
    question: {
      en: 'Nothing is lost, and a new connection takes a quarter of a second to open. What is in the way?',
      zh: '一个报文都没丢，新连接却要四分之一秒才能建立，是什么挡住了？',
    },
    explanation: {
      en:
        'A queue. The link takes 1 Mbit/s, 12 ms for a full segment, and its buffer drops nothing; so the sender of the ' +
        'big transfer hears of no congestion, cwnd grows, and whatever the link cannot carry waits in the queue. The ' +
        'round-trip time of every segment grows from 22 ms to more than 250 ms, and everybody who shares the link waits ' +
        'in the same queue: the second connection’s SYN, too. Bandwidth is not to blame; a short queue, active queue ' +
        'management (CoDel), or a sender that heeds the delay helps.',
      zh:
        '是排队。链路只有 1 Mbit/s，一个满长报文段要 12 毫秒，而缓冲区大到从不丢包；大流量的发送方听不到拥塞的消息，cwnd 不断增长，' +
        '链路运不走的都积在队列里。每个报文段的往返时间从 22 毫秒涨到 250 毫秒以上，共用链路的人都得排同一个队：第二个连接的 SYN 也不例外。' +
        '这怪不得带宽；短队列、主动队列管理（CoDel），或者留意时延的发送方才有用。',
    },
    notice: [
      {
        en: 'In the plot the round-trip time climbs with what is in flight: every octet more only waits longer.',
        zh: '在图中，往返时间随在途数据一起上升：多发的每个字节都只是多等一会儿。',
      },
      {
        en: 'The SYN of the second connection is sent at 0.35 s, and its SYN,ACK is back 0.24 s later; without the queue it would be 21 ms.',
        zh: '第二个连接的 SYN 在 0.35 秒发出，SYN,ACK 过了 0.24 秒才回来；没有排队只要 21 毫秒。',
      },
      {
        en: 'Not one segment is lost. The one that is sent again at 0.38 s is a mistake: the loss probe took the delay for silence; the answer to it, a DSACK, says that it was needless.',
        zh: '没有一个报文段丢失。0.38 秒时重传的那个是误会：丢包探测把时延当成了沉默；换来的 DSACK 说明这次重传是多余的。',
      },
    ],
    keywords: [
      'bufferbloat',
      'queueing delay',
      'latency',
      'AQM',
      'CoDel',
      '缓冲区膨胀',
      '排队时延',
      '延迟高',
    ],
    setup: { delayMs: 10, wire: { bandwidthBps: 1_000_000 }, tcp: { congestion: 'newreno' } },
    steps: [
      connect,
      { do: 'write', end: 'left', what: 60_000, when: UP },
      { do: 'connect', end: 'left', connection: 1, when: 350 },
    ],
  },
  {
    id: 'accurate-ecn',
    group: 'motion',
    title: { en: 'Accurate ECN: how many packets were marked', zh: '精确 ECN：多少个包被打了标记' },
    question: {
      en: 'A router that fills up marks packets instead of dropping them. How does the sender learn how many?',
      zh: '路由器快满时给数据包打标记而不丢弃，发送方怎么知道打了多少个？',
    },
    explanation: {
      en:
        'With classic ECN (RFC 3168) a receiver echoes that there was a mark, by ECE, until the sender says by CWR that it ' +
        'has slowed down: one signal in a round trip. AccECN (RFC 9768) makes one number of the three bits AE, CWR and ECE, ' +
        'the ACE field: the receiver’s count of marked packets, from 5 on and modulo 8, with every segment. The SYN asks by ' +
        'all three bits; the SYN,ACK and its ACK tell how the other one arrived, so that a path that mangles the ECN field ' +
        'is found at once. An option counts the octets, too. What the sender does is as before: it reduces cwnd once for ' +
        'each window, by less than after a loss (RFC 8511), and nothing has to be sent again.',
      zh:
        '经典 ECN（RFC 3168）里，接收方用 ECE 一直回显“有过标记”，直到发送方用 CWR 说已经减速：一个往返只有一个信号。' +
        'AccECN（RFC 9768）把 AE、CWR、ECE 三位合成一个数，即 ACE 字段：接收方数到的被标记包数，从 5 数起、模 8，每个报文段都带。' +
        'SYN 把三位全置 1 来请求；SYN,ACK 和它的 ACK 各自说明对方的包到达时 ECN 字段是什么，路径若篡改这个字段，马上就能发现。' +
        '还有一个选项给出字节数。发送方的反应与从前一样：每个窗口把 cwnd 减小一次，减得比丢包时少（RFC 8511），而且什么也不用重传。',
    },
    notice: [
      {
        en: 'The ACE field is 5 until the first mark arrives; each mark makes it one larger, and 7 is followed by 0.',
        zh: '第一个标记到达之前 ACE 是 5；每个标记使它加一，7 之后是 0。',
      },
      {
        en: 'A marked segment after one without a mark is acknowledged at once; then every second mark.',
        zh: '前一个没有标记、这一个有，就立刻确认；之后每两个标记确认一次。',
      },
      {
        en: 'cwnd falls by a step in the plot, and no segment is sent again.',
        zh: '图中 cwnd 降了一级台阶，却没有任何报文段重传。',
      },
    ],
    linux: {
      en: 'net.ipv4.tcp_ecn=3 asks for it and grants it (since 6.18); ss -ti shows what was delivered with marks.',
      zh: 'net.ipv4.tcp_ecn=3 请求并同意它（6.18 起）；ss -ti 显示有多少个包带着标记送达。',
    },
    keywords: [
      'accurate ECN',
      'AccECN',
      'RFC 9768',
      'ACE field',
      'ECE CWR AE',
      'congestion mark',
      'L4S',
      '精确 ECN',
      'ECE CWR AE 位',
      '拥塞标记',
      '显式拥塞通知',
    ],
    setup: { delayMs: 20, tcp: { ecn: 'accurate' } },
    faults: ['mark data#12-14 left->right', 'mark data#20 left->right'],
    steps: [connect, { do: 'write', end: 'left', what: 40_000, when: UP }],
  },
];
