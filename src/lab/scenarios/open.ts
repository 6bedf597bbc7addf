// Scenarios: how a connection is opened (RFC 9293 section 3.5).

import type { Scenario } from '../scenario/index.ts';
import { openingKinds } from './open-kinds.ts';
import { openingLost } from './open-lost.ts';
import { openingOld } from './open-old.ts';

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
        en: 'The listener stays in LISTEN, each SYN makes a connection of its own: add a second one (left connect conn=1 100ms).',
        zh: '监听套接字始终停在 LISTEN，每来一个 SYN 都新建一个连接：再加一个连接试试（left connect conn=1 100ms）。',
      },
      {
        en: 'Only the SYNs offer options: MSS, window scale, SACK-permitted, timestamps.',
        zh: '选项在两个带 SYN 的报文段里协商：MSS、窗口扩大、SACK 允许、时间戳。',
      },
    ],
    keywords: [
      'three-way handshake',
      'handshake',
      '3-way handshake',
      '握手',
      'connect',
      'accept',
      'listen',
      'ISN',
      '三次握手',
      '建立连接',
      '序列号',
    ],
    setup: {},
    steps: [{ do: 'connect', end: 'left', when: 0 }],
  },
  ...openingLost,
  ...openingOld,
  ...openingKinds,
];
