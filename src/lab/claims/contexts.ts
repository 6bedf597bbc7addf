// What a claim speaks of, so that it can be judged alone: which segment of which exchange, and what x, y, u, v, w are.

import type { Text } from '../text/index.ts';

/** Up to which number a context holds. */
const contexts: readonly (readonly [number, Text])[] = [
  [1, { en: 'TCP as a whole.', zh: '关于 TCP 整体。' }],
  [2, { en: 'Before the handshake.', zh: '握手之前。' }],
  [
    8,
    {
      en: 'The first segment of the handshake: the client sends SYN; x is its initial sequence number.',
      zh: '第一次握手：客户端发送 SYN，x 是它的初始序列号。',
    },
  ],
  [
    15,
    {
      en: 'The second segment of the handshake: the server’s answer to SYN; x and y are the initial sequence numbers of client and server.',
      zh: '第二次握手：服务器对 SYN 的应答，x、y 分别是客户端和服务器的初始序列号。',
    },
  ],
  [
    22,
    {
      en: 'The third segment of the handshake: the client’s ACK; x and y are the initial sequence numbers of client and server.',
      zh: '第三次握手：客户端的 ACK，x、y 分别是客户端和服务器的初始序列号。',
    },
  ],
  [
    28,
    {
      en: 'What the handshake is for, and what each end knows after which segment.',
      zh: '握手的目的，以及每个报文段之后双方各自知道什么。',
    },
  ],
  [
    40,
    {
      en: 'Why three segments: an old SYN turns up late; “with two” means without the third segment.',
      zh: '为什么是三次：一个旧的 SYN 迟到了；“两次握手”指没有第三个报文段。',
    },
  ],
  [42, { en: 'The handshake as a whole.', zh: '关于三次握手整体。' }],
  [
    52,
    {
      en: 'The first segment of the close: the end that closes first (here the client) sends FIN; u is its sequence number.',
      zh: '第一次挥手：先关闭的一端（这里是客户端）发送 FIN，u 是它的序列号。',
    },
  ],
  [
    60,
    {
      en: 'The second segment of the close, and the time until the third: the other end acknowledges the FIN; u is the FIN’s sequence number, v the ACK’s.',
      zh: '第二次挥手，以及到第三次之前：另一端确认 FIN，u 是 FIN 的序列号，v 是这个 ACK 的序列号。',
    },
  ],
  [
    65,
    {
      en: 'The third segment of the close: the other end (here the server) sends its FIN; u is the first FIN’s sequence number, v that of the ACK before.',
      zh: '第三次挥手：另一端（这里是服务器）发送自己的 FIN，u 是第一个 FIN 的序列号，v 是此前那个 ACK 的序列号。',
    },
  ],
  [
    72,
    {
      en: 'The fourth segment of the close, and what follows: the last ACK; u and w are the sequence numbers of the first and the second FIN.',
      zh: '第四次挥手及之后：最后的 ACK，u、w 是第一个和第二个 FIN 的序列号。',
    },
  ],
  [74, { en: 'What TIME-WAIT is for.', zh: 'TIME-WAIT 的作用。' }],
  [79, { en: 'The close as a whole.', zh: '关于四次挥手整体。' }],
  [
    84,
    {
      en: 'The states FIN-WAIT-1 and FIN-WAIT-2 of the end that closes first.',
      zh: '先关闭一端的状态 FIN-WAIT-1 和 FIN-WAIT-2。',
    },
  ],
  [88, { en: 'What single states mean.', zh: '各个状态的含义。' }],
  [89, { en: 'The acknowledgment number of any segment.', zh: '任意报文段的确认号。' }],
  [90, { en: 'What the exchange of FINs is called.', zh: 'FIN 交换过程的叫法。' }],
];

/** What claim number `number` speaks of; undefined beyond the last. */
export function claimContext(number: number): Text | undefined {
  return contexts.find(([last]) => number <= last)?.[1];
}
