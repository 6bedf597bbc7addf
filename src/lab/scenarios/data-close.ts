// Scenarios: a FIN that overtakes the text before it, and a window that is closed (RFC 9293 sections 3.8.6 and 3.10.7.4).

import type { Scenario } from '../scenario/index.ts';

/** Order and windows. */
export const orderAndWindow: readonly Scenario[] = [
  {
    id: 'ooo-fin',
    group: 'data',
    title: { en: 'A FIN arrives before the text that precedes it', zh: 'FIN 比前面的数据先到' },
    question: {
      en: 'The FIN overtakes the last data in the network. Is the data lost?',
      zh: '网络中 FIN 超过了最后的数据，数据会丢吗？',
    },
    explanation: {
      en:
        'No. The FIN stands in the sequence space after the last octet. When it arrives beyond a hole, the server ' +
        'remembers it and acknowledges what it is still waiting for: ack=1, with a SACK block for the FIN, so that the ' +
        'client sends the text again before the late one comes. Its state does not change. Only when the ' +
        'text has filled the hole is the FIN processed: the program reads four octets, then the end of the stream, ' +
        'and the state is CLOSE-WAIT (section 3.10.7.4, seventh and eighth step).',
      zh:
        '不会。FIN 在序列号空间中排在最后一个字节之后。它到达时前面还有缺口，服务器先记下来，并确认自己仍在等的序列号：ack=1，' +
        '同时用 SACK 块报告 FIN，于是客户端不等迟到的那份就重发数据。状态不变。等数据补上缺口，FIN 才得到处理：程序先读到 4 个字节，然后是流结束，' +
        '状态变为 CLOSE-WAIT（第 3.10.7.4 节第七、八步）。',
    },
    notice: [
      {
        en: 'When the FIN arrives the server stays ESTABLISHED; its ACK still says ack=1.',
        zh: 'FIN 到达时服务器仍是 ESTABLISHED，回的 ACK 仍是 ack=1。',
      },
      {
        en: 'With the text both come at once: read(4), the end of the stream, CLOSE-WAIT, and one ACK for text and FIN, ack=6.',
        zh: '数据一到，一切同时发生：read(4)、流结束、CLOSE-WAIT，一个 ACK 同时确认数据和 FIN：ack=6。',
      },
    ],
    linux: {
      en: 'Linux keeps such a FIN in its out-of-order queue in the same way.',
      zh: 'Linux 同样把这样的 FIN 放在乱序队列里。',
    },
    keywords: ['out of order', 'reordering', 'reassembly', '乱序 FIN', '乱序', 'FIN 先到'],
    setup: {},
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'write', end: 'left', what: 'last', when: { end: 'left', state: 'ESTABLISHED', after: 60 } },
      { do: 'shutdown', end: 'left', when: { end: 'left', state: 'ESTABLISHED', after: 60 } },
      { do: 'close', end: 'right', when: { end: 'right', sees: 'eof', after: 70 } },
    ],
    faults: ['delay data#1 left->right 60ms'],
  },
  {
    id: 'zerowin',
    group: 'data',
    title: { en: 'The window is closed: probes', zh: '零窗口与窗口探测' },
    question: {
      en: 'The server’s program does not read. How does the sender learn that it may go on?',
      zh: '服务器程序一直不读数据，发送方怎么知道什么时候可以继续发？',
    },
    explanation: {
      en:
        'The receive buffer is full: the server acknowledges with window 0, and the client must stop. The segment that ' +
        'opens the window again is an ACK without text, which nobody would retransmit if it were lost; so the client ' +
        'asks by itself, with one octet beyond the window, at growing intervals: the persist timer (section 3.8.6.1, ' +
        'MUST-36, MUST-37). Each probe is answered with the present window. When the program reads, a window update ' +
        'comes, and the rest is sent.',
      zh:
        '接收缓冲区满了，服务器确认时通告窗口为 0，客户端必须停下。重新打开窗口的是一个不带数据的 ACK，丢了不会有人重传；' +
        '所以客户端要自己去问：用窗口之外的一个字节试探，间隔逐次加大，这就是坚持定时器（第 3.8.6.1 节，MUST-36、MUST-37）。' +
        '每次探测都会得到当前的窗口。程序一读数据，窗口更新就发出来，剩下的数据随即发送。',
    },
    notice: [
      { en: 'The ACK of the first 1000 octets has window 0.', zh: '确认前 1000 字节的 ACK 通告的窗口是 0。' },
      {
        en: 'The probes carry one octet, which the server may not take: it answers with the same ack.',
        zh: '探测报文段带 1 个字节，服务器放不下，用同样的 ack 应答。',
      },
      {
        en: 'The window update after read() has the same ack as before, and a window of 1000.',
        zh: 'read() 之后的窗口更新，ack 与之前相同，窗口为 1000。',
      },
    ],
    linux: {
      en: 'Linux probes with an empty segment instead, whose sequence number is SND.UNA-1, as for a keep-alive: it lies outside the window as well and is answered in the same way.',
      zh: 'Linux 的探测是一个不带数据的报文段，序列号为 SND.UNA-1，和保活探测一样：同样落在窗口之外，得到同样的应答。',
    },
    keywords: [
      'zero window',
      'persist timer',
      'window probe',
      'flow control',
      '零窗口',
      '坚持定时器',
      '窗口探测',
      '流量控制',
    ],
    setup: { right: { reads: 'none', tcp: { receiveBuffer: 1000, windowScale: false } } },
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'write', end: 'left', what: 1500, when: { end: 'left', state: 'ESTABLISHED', after: 60 } },
      { do: 'read', end: 'right', when: 1500 },
    ],
  },
];
