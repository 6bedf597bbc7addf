// Scenarios: resets (RFC 9293 sections 3.5.2 and 3.5.3, RFC 5961), and what it looks like when nobody answers.

import type { Scenario } from '../scenario/index.ts';

/** Resets. */
export const resets: readonly Scenario[] = [
  {
    id: 'refused',
    group: 'reset',
    title: { en: 'Connection refused: nobody listens', zh: '连接被拒绝：端口没有监听' },
    question: {
      en: 'What answers a SYN to a port on which nobody listens?',
      zh: '向一个没有监听的端口发 SYN，会收到什么？',
    },
    explanation: {
      en:
        'Where there is no connection the state is CLOSED, and every segment but a RST is answered with RST. The SYN ' +
        'has no ACK, so the reset has seq=0 and acknowledges the SYN: RST,ACK with ack=x+1. In SYN-SENT a RST counts ' +
        'only if its acknowledgment is acceptable: this one is, connect() fails at once with ECONNREFUSED (section ' +
        '3.10.7.1 and 3.10.7.3). A RST is never acknowledged and never retransmitted.',
      zh:
        '没有连接就等于处在 CLOSED 状态，除 RST 以外的任何报文段都要用 RST 应答。SYN 不带 ACK，所以这个复位报文段 seq=0，' +
        '并确认对方的 SYN：RST,ACK，ack=x+1。SYN-SENT 状态下，只有确认号可以接受的 RST 才有效；这一个有效，' +
        '于是 connect() 立刻失败，返回 ECONNREFUSED（第 3.10.7.1、3.10.7.3 节）。RST 既不会被确认，也不会重传。',
    },
    notice: [
      {
        en: 'The refusal takes one round trip; a filtered port takes minutes.',
        zh: '被拒绝只需要一个往返时间；端口被过滤则要等上几分钟。',
      },
      {
        en: 'RST,ACK with seq=0 on the wire: the server has no sequence number of its own here.',
        zh: 'RST,ACK 在线路上的 seq 就是 0：服务器在这里根本没有自己的序列号。',
      },
    ],
    keywords: ['ECONNREFUSED', 'connection refused', 'RST', '连接被拒绝', '端口未监听', '复位'],
    setup: { listen: null },
    steps: [{ do: 'connect', end: 'left', when: 0 }],
  },
];
