// Scenarios: a segment of the handshake is lost (RFC 9293 section 3.8.3, RFC 6298).

import type { Scenario } from '../scenario/index.ts';

/** A loss in the handshake. */
export const openingLost: readonly Scenario[] = [
  {
    id: 'syn-lost',
    group: 'open',
    title: { en: 'The first segment is lost', zh: '第一次握手丢失' },
    question: {
      en: 'The SYN is lost. What does the client know, and what does it do?',
      zh: 'SYN 丢了，客户端知道些什么？它会怎么做？',
    },
    explanation: {
      en:
        'Sending teaches the client nothing: a SYN that was lost looks like one that is on its way. When the ' +
        'retransmission timer fires, after one second (RFC 6298), the same SYN is sent again: same ports, same ' +
        'sequence number. The server has seen nothing at all and answers the second SYN as if it were the first. If ' +
        'none gets through, the time between them doubles, and connect() fails with ETIMEDOUT: by the RFC after ' +
        'three minutes at the earliest (R2 for a SYN, MUST-23), as here; on Linux after nominally 131 s (127 s before 6.5; ' +
        'net.ipv4.tcp_syn_retries=6).',
      zh:
        '发送这个动作本身不会让客户端知道任何事：丢掉的 SYN 和还在路上的 SYN 看起来一模一样。1 秒后重传定时器到期（RFC 6298），' +
        '同一个 SYN 再发一次：端口相同，序列号也相同。服务器什么都没有看到，把第二个 SYN 当作第一个来应答。' +
        '如果一直不通，重传间隔逐次加倍，最后 connect() 以 ETIMEDOUT 失败：RFC 要求至少坚持 3 分钟（SYN 的 R2，MUST-23），这里正是如此；' +
        'Linux 名义上是 131 秒（6.5 之前 127 秒；net.ipv4.tcp_syn_retries=6）。',
    },
    notice: [
      {
        en: 'The second SYN has the sequence number of the first: a retransmission, not a new attempt.',
        zh: '第二个 SYN 的序列号与第一个相同：这是重传，不是另一次新的连接请求。',
      },
      {
        en: 'Until the SYN,ACK arrives the client cannot tell a lost SYN from a slow one, or from a server that is down.',
        zh: '在 SYN,ACK 到达之前，客户端分不清是 SYN 丢了、路上慢了，还是服务器根本没开机。',
      },
      {
        en: 'Drop every SYN (drop SYN#1- left->right) and look at the times: 1, 2, 4, 8 … seconds apart.',
        zh: '把所有 SYN 都丢掉（drop SYN#1- left->right）再看时刻：间隔是 1、2、4、8……秒。',
      },
    ],
    linux: {
      en:
        'Linux 6.5 and later send the first SYNs one second apart (tcp_syn_linear_timeouts=4) and double the interval ' +
        'only then: 0, 1.03, 2.05, 3.07, 4.13, 5.12, 7.14, 11.4, 19.6, 35.7, 69.5 s were measured on 6.18.',
      zh:
        'Linux 6.5 起，头几个 SYN 每隔 1 秒发一个（tcp_syn_linear_timeouts=4），之后间隔才加倍；在 6.18 上实测的时刻是 ' +
        '0、1.03、2.05、3.07、4.13、5.12、7.14、11.4、19.6、35.7、69.5 秒。',
    },
    keywords: [
      'SYN lost',
      'retransmission',
      'connect timeout',
      'ETIMEDOUT',
      'tcp_syn_retries',
      '第一次握手丢了',
      '超时重传',
    ],
    setup: {},
    steps: [{ do: 'connect', end: 'left', when: 0 }],
    faults: ['drop SYN#1 left->right'],
  },
  {
    id: 'synack-lost',
    group: 'open',
    title: { en: 'The second segment is lost', zh: '第二次握手丢失' },
    question: {
      en: 'The SYN,ACK is lost. Which of the two sends again?',
      zh: 'SYN,ACK 丢了，两端谁来重传？',
    },
    explanation: {
      en:
        'Both do. To the client it is as if its SYN had been lost: its timer sends the SYN again, and the server answers ' +
        'the duplicate with its SYN,ACK. But the server has a timer of its own, too: it has sent a SYN that nobody ' +
        'acknowledged, and repeats its SYN,ACK without being asked. Whichever comes first opens the client’s side. All the ' +
        'while the server knows that the client can send; whether the client can receive it does not know.',
      zh:
        '两端都会。在客户端看来，这和自己的 SYN 丢了没有区别，于是定时器重传 SYN，服务器收到重复的 SYN 便再回一个 SYN,ACK。' +
        '同时服务器自己也有定时器：它发出的 SYN 没有得到确认，不用别人催也会重传 SYN,ACK。哪个先到，客户端就凭哪个进入 ' +
        'ESTABLISHED。在这期间，服务器只知道客户端能发，还不知道客户端能不能收。',
    },
    notice: [
      {
        en: 'Two timers fire: the client’s for its SYN, and one delay later the server’s for its SYN,ACK.',
        zh: '两个定时器先后到期：客户端的管 SYN，晚一个单程时延的服务器定时器管 SYN,ACK。',
      },
      {
        en: 'So two SYN,ACKs are on their way; the second one finds the client ESTABLISHED, which answers with an ACK.',
        zh: '所以路上有两个 SYN,ACK，后一个到达时客户端已是 ESTABLISHED，只回一个 ACK。',
      },
      {
        en: 'The server’s sequence number y is the same in every copy of its SYN,ACK.',
        zh: '每一份 SYN,ACK 的序列号 y 都相同。',
      },
    ],
    linux: {
      en: 'Linux does the same: with the first three SYN,ACKs lost, the connection was up after 2.05 s.',
      zh: 'Linux 也是两端都重传；实测头三个 SYN,ACK 都丢时，2.05 秒后连接建立。',
    },
    keywords: ['SYN,ACK lost', 'SYN-RECEIVED', 'tcp_synack_retries', '第二次握手丢了', '半连接'],
    setup: {},
    steps: [{ do: 'connect', end: 'left', when: 0 }],
    faults: ['drop SYN+ACK#1 right->left'],
  },
  {
    id: 'ack3-lost',
    group: 'open',
    title: {
      en: 'The third segment is lost, and the client has nothing to say',
      zh: '第三次握手丢失，客户端又无话可说',
    },
    question: {
      en: 'The last ACK of the handshake is lost. Who notices, and what is sent again?',
      zh: '第三次握手的 ACK 丢了，谁会发现？重传的又是什么？',
    },
    explanation: {
      en:
        'An ACK without text is never retransmitted: nothing would acknowledge it. The server, still in ' +
        'SYN-RECEIVED, retransmits its SYN,ACK when its timer fires; to the client, which is ESTABLISHED, that is an ' +
        'old segment, which it answers with an ACK. That ACK has the acknowledgment that was lost, and opens the ' +
        'server’s side. Until then the two ends are in different states, and the client cannot know it.',
      zh:
        '不带数据的 ACK 不会重传，因为不会有谁来确认它。服务器还停在 SYN-RECEIVED，定时器一到就重传 SYN,ACK；' +
        '对已经 ESTABLISHED 的客户端来说，这是一个旧报文段，它照例回一个 ACK。这个 ACK 正好补上了丢失的确认，' +
        '服务器这才进入 ESTABLISHED。在此之前两端状态并不一致，而客户端无从知道。',
    },
    notice: [
      {
        en: 'For more than a second the client is ESTABLISHED and the server SYN-RECEIVED.',
        zh: '有一秒多的时间，客户端是 ESTABLISHED，服务器却是 SYN-RECEIVED。',
      },
      {
        en: 'What is sent again is the SYN,ACK, by the server’s timer; the ACK that follows is an answer to it, not a retransmission.',
        zh: '重传的是 SYN,ACK，由服务器的定时器触发；随后的 ACK 是对它的应答，不是重传。',
      },
      {
        en: 'The client discards the second SYN,ACK as a segment outside the window, and acknowledges it all the same.',
        zh: '客户端把第二个 SYN,ACK 当作窗口之外的报文段丢弃，但仍然要回一个 ACK。',
      },
    ],
    keywords: ['last ACK of the handshake lost', 'SYN-RECEIVED', '第三次握手丢了', '第三次握手丢包'],
    setup: {},
    steps: [{ do: 'connect', end: 'left', when: 0 }],
    faults: ['drop ACK#1 left->right'],
  },
  {
    id: 'ack3-data',
    group: 'open',
    title: { en: 'The third segment is lost, and data follows', zh: '第三次握手丢失，但客户端接着发数据' },
    question: {
      en: 'The last ACK of the handshake is lost, but the client goes on to send. Must anything be repeated?',
      zh: '第三次握手的 ACK 丢了，但客户端紧接着发数据，还需要重传什么吗？',
    },
    explanation: {
      en:
        'No. Every segment of an ESTABLISHED connection has the ACK bit, the data too, and its acknowledgment is the ' +
        'one that was lost: ack=y+1. It takes the server from SYN-RECEIVED to ESTABLISHED, and its text is taken in ' +
        'the same step (section 3.10.7.4). The loss costs nothing at all.',
      zh:
        '不需要。ESTABLISHED 之后发出的每个报文段都带 ACK，数据报文段也不例外，它的确认号正是丢掉的那个：ack=y+1。' +
        '服务器凭它从 SYN-RECEIVED 进入 ESTABLISHED，并在同一步里收下数据（第 3.10.7.4 节）。这次丢失没有造成任何代价。',
    },
    notice: [
      {
        en: 'The data has seq=1: the ACK that was lost occupied no sequence number.',
        zh: '数据的 seq=1：丢掉的那个 ACK 没有占用序列号。',
      },
      {
        en: 'No timer fires, nothing is retransmitted; the server is ESTABLISHED when the data arrives.',
        zh: '没有定时器到期，也没有任何重传；数据一到，服务器就进入 ESTABLISHED。',
      },
    ],
    keywords: ['last ACK lost then data', '第三次握手丢了发数据', '第三次握手'],
    setup: {},
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'write', end: 'left', what: 'hello', when: { end: 'left', state: 'ESTABLISHED', after: 50 } },
    ],
    faults: ['drop ACK#1 left->right'],
  },
];
