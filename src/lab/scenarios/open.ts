// Scenarios: how a connection is opened (RFC 9293 section 3.5).

import type { Scenario } from '../scenario/index.ts';

/** Opening. */
export const opening: readonly Scenario[] = [
  {
    id: 'hs',
    group: 'open',
    title: { en: 'The three-way handshake', zh: '三次握手' },
    question: {
      en: 'How do three segments open a connection, and what does each of them say?',
      zh: '三个报文段是怎样建立起一个连接的？每个报文段各说了什么？',
    },
    explanation: {
      en:
        'The client’s SYN carries its initial sequence number x. The server’s SYN,ACK carries its own, y, and ' +
        'acknowledges the SYN: ack=x+1, because a SYN occupies one sequence number. The client’s ACK acknowledges ' +
        'the server’s SYN in turn: ack=y+1. The client is ESTABLISHED when the SYN,ACK has arrived, the server one ' +
        'delay later, when the ACK has. An ACK without text occupies no sequence number, so that the first octet ' +
        'of data is x+1 too (RFC 9293, section 3.5).',
      zh:
        '客户端的 SYN 带着自己的初始序列号 x。服务器的 SYN,ACK 带着自己的初始序列号 y，同时确认对方的 SYN：' +
        'ack=x+1，因为 SYN 占用一个序列号。客户端再用 ACK 确认服务器的 SYN：ack=y+1。客户端收到 SYN,ACK 就进入 ' +
        'ESTABLISHED，服务器要晚一个单程时延，等 ACK 到达才进入。不带数据的 ACK 不占用序列号，' +
        '所以第一个数据字节的序列号也是 x+1（RFC 9293 第 3.5 节）。',
    },
    notice: [
      {
        en: 'connect() returns after the second segment, accept() after the third: the server is ESTABLISHED one delay later.',
        zh: 'connect() 在第二个报文段之后返回，accept() 在第三个之后返回：服务器晚一个单程时延才进入 ESTABLISHED。',
      },
      {
        en: 'seq=0 is a number relative to the ISN; the bytes of the header have the real one, a 32-bit number that nobody can guess.',
        zh: '图上的 seq=0 是相对 ISN 的编号；首部字节里的真实序列号是一个无法猜到的 32 位数。',
      },
      {
        en: 'The listener stays in LISTEN: each SYN makes a connection of its own.',
        zh: '监听套接字始终停在 LISTEN，每来一个 SYN 都新建一个属于它自己的连接。',
      },
      {
        en: 'Only the SYNs offer options: MSS, window scale, SACK-permitted, timestamps.',
        zh: '选项在两个带 SYN 的报文段里协商：MSS、窗口扩大、SACK 允许、时间戳。',
      },
    ],
    keywords: ['three-way handshake', 'connect', 'accept', 'listen', 'ISN', '三次握手', '建立连接', '序列号'],
    setup: {},
    steps: [{ do: 'connect', end: 'left', when: 0 }],
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
];
