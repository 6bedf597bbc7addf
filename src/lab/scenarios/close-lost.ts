// Scenarios: each of the four closing segments is lost once (RFC 9293 section 3.8.1: retransmission).

import type { Scenario, Step } from '../scenario/index.ts';

const steps: readonly Step[] = [
  { do: 'connect', end: 'left', when: 0 },
  { do: 'close', end: 'left', when: { end: 'left', state: 'ESTABLISHED', after: 60 } },
  { do: 'close', end: 'right', when: { end: 'right', sees: 'eof', after: 100 } },
];

/** One of the closing segments is lost. */
export const closeLost: readonly Scenario[] = [
  {
    id: 'fin-lost',
    group: 'close',
    title: { en: 'The first FIN is lost', zh: '第一次挥手丢失' },
    question: {
      en: 'The client’s FIN is lost. Who notices, and in which state does the client wait?',
      zh: '客户端的 FIN 丢了，谁会发现？客户端停在哪个状态？',
    },
    explanation: {
      en:
        'A FIN occupies a sequence number, so it is retransmitted like text until it is acknowledged. The client ' +
        'stays in FIN-WAIT-1; the server knows nothing and is ESTABLISHED. FIN-WAIT-1 is therefore not yet ' +
        'half-closed: until the FIN has arrived, nothing has changed for the server. When the retransmission timer ' +
        'fires the same FIN goes out again, with the same number.',
      zh:
        'FIN 占用一个序列号，所以和数据一样，得不到确认就要重传。客户端停在 FIN-WAIT-1，服务器一无所知，仍是 ESTABLISHED。' +
        '可见 FIN-WAIT-1 还算不上“半关闭”：FIN 没有到达之前，对服务器来说什么也没有变。重传定时器到时后，' +
        '同一个 FIN 以同样的序列号再发一次。',
    },
    notice: [
      {
        en: 'While the client is in FIN-WAIT-1 the server is ESTABLISHED.',
        zh: '客户端在 FIN-WAIT-1 期间，服务器还是 ESTABLISHED。',
      },
      {
        en: 'The timeout is 220 ms here: it is computed from the measured round-trip time, not the 1 s of a SYN.',
        zh: '这里 220 毫秒后超时重传：超时时间由测得的往返时间算出，不是 SYN 的 1 秒。',
      },
      {
        en: 'Without an answer it goes on with doubled pauses: add “right crash 70ms” and the client stays in FIN-WAIT-1 until R2 (on Linux, for a socket that was closed, tcp_orphan_retries).',
        zh: '若始终没有应答，重传间隔逐次加倍：加上“right crash 70ms”试试，客户端会在 FIN-WAIT-1 停到 R2 为止（Linux 上已 close() 的套接字由 tcp_orphan_retries 决定）。',
      },
    ],
    linux: {
      en: 'Linux gives up a FIN of a closed socket after tcp_orphan_retries (8 when it is 0) and is CLOSED.',
      zh: 'Linux 对已 close() 的套接字按 tcp_orphan_retries（为 0 时按 8 次）重传 FIN，之后放弃，进入 CLOSED。',
    },
    keywords: ['FIN lost', 'FIN-WAIT-1', 'tcp_orphan_retries', '第一次挥手丢了', 'FIN 丢失', '重传'],
    setup: {},
    steps,
    faults: ['drop FIN#1 left->right'],
  },
  {
    id: 'finack-lost',
    group: 'close',
    title: { en: 'The ACK of the first FIN is lost', zh: '第二次挥手丢失' },
    question: {
      en: 'The server’s ACK is lost. Does the server send it again?',
      zh: '服务器的 ACK 丢了，服务器会重传这个 ACK 吗？',
    },
    explanation: {
      en:
        'No: an ACK occupies no sequence number and is never retransmitted. The client, still in FIN-WAIT-1, ' +
        'retransmits its FIN; the server has it already, discards it as a segment outside its window and answers with ' +
        'an ACK. That one takes the client to FIN-WAIT-2. What matters is the acknowledgment number: it must cover ' +
        'the FIN (section 3.10.7.4, fifth step).',
      zh:
        '不会。ACK 不占用序列号，从不重传。客户端仍在 FIN-WAIT-1，于是重传 FIN；服务器早已收到，把它当作窗口之外的报文段丢弃，' +
        '同时再回一个 ACK，客户端由此进入 FIN-WAIT-2。关键在于确认号：它必须覆盖那个 FIN（第 3.10.7.4 节第五步）。',
    },
    notice: [
      {
        en: 'For 230 ms the server is in CLOSE-WAIT and the client in FIN-WAIT-1: they do not change together.',
        zh: '有二百多毫秒，服务器在 CLOSE-WAIT，客户端却还在 FIN-WAIT-1：两端并不是同时变化的。',
      },
      {
        en: 'The second ACK is an answer to the second FIN, not a retransmission of the first.',
        zh: '第二个 ACK 是对第二个 FIN 的应答，不是第一个 ACK 的重传。',
      },
      {
        en: 'The second ACK is sent at once, without delay: an unacceptable segment must be answered.',
        zh: '第二个 ACK 是立即发出的，没有延迟：收到不可接受的报文段必须马上应答。',
      },
    ],
    keywords: [
      'ACK of FIN lost',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      '第二次挥手丢了',
      'ACK 不重传',
      'ACK 会重传吗',
      'ACK retransmitted',
    ],
    setup: {},
    steps: [
      ...steps.slice(0, 2),
      { do: 'close', end: 'right', when: { end: 'right', sees: 'eof', after: 350 } },
    ],
    faults: ['drop ACK#1 right->left'],
  },
  {
    id: 'fin-lost-b',
    group: 'close',
    title: { en: 'The second FIN is lost', zh: '第三次挥手丢失' },
    question: {
      en: 'The server’s FIN is lost. What do the two ends do?',
      zh: '服务器的 FIN 丢了，两端会怎样？',
    },
    explanation: {
      en:
        'The server is in LAST-ACK and retransmits its FIN when its timer fires. The client is in FIN-WAIT-2, where ' +
        'it has nothing unacknowledged and therefore no retransmission timer: it can only wait. It enters TIME-WAIT ' +
        'when the second FIN arrives (section 3.10.7.4, eighth step).',
      zh:
        '服务器处在 LAST-ACK，定时器到时就重传 FIN。客户端处在 FIN-WAIT-2，没有任何未确认的东西，也就没有重传定时器，' +
        '只能等。第二个 FIN 到达后，它才进入 TIME-WAIT（第 3.10.7.4 节第八步）。',
    },
    notice: [
      {
        en: 'It is the server that retransmits: every FIN is the business of the end that sent it.',
        zh: '重传的是服务器：谁发的 FIN，就由谁负责。',
      },
      { en: 'TIME-WAIT begins only when a FIN has arrived.', zh: 'FIN 真正到达，TIME-WAIT 才开始计时。' },
    ],
    keywords: ['second FIN lost', 'LAST-ACK', '第三次挥手丢了', 'FIN 丢失'],
    setup: {},
    steps,
    faults: ['drop FIN#1 right->left'],
  },
  {
    id: 'lastack-lost',
    group: 'close',
    title: { en: 'The last ACK is lost', zh: '第四次挥手丢失' },
    question: {
      en: 'The last ACK is lost. Why is the client still there to answer?',
      zh: '最后一个 ACK 丢了，为什么客户端还能应答？',
    },
    explanation: {
      en:
        'The server is in LAST-ACK and retransmits its FIN. The client is in TIME-WAIT, for exactly this reason: it ' +
        'still knows the connection, acknowledges the FIN again and starts its 2 MSL anew (section 3.10.7.4, eighth ' +
        'step). A client that had forgotten everything would answer with RST, and the server would never learn that ' +
        'its FIN had arrived (no-tw). Only the end that sends the last ACK can have to repeat it, which is why ' +
        'TIME-WAIT is at that end.',
      zh:
        '服务器处在 LAST-ACK，于是重传 FIN。客户端停在 TIME-WAIT 正是为了这一刻：它还记得这个连接，再确认一次 FIN，' +
        '并重新开始计 2MSL（第 3.10.7.4 节第八步）。假如客户端已经忘掉一切，就只能用 RST 应答，' +
        '服务器也就始终不知道自己的 FIN 是否送达（no-tw）。只有发送最后一个 ACK 的一端才可能需要重发它，所以 TIME-WAIT 在这一端。',
    },
    notice: [
      {
        en: 'The second FIN arrives in TIME-WAIT and is acknowledged at once.',
        zh: '第二个 FIN 到达时客户端在 TIME-WAIT，立即确认。',
      },
      {
        en: '2 MSL is set a second time: 60 s from the second FIN, not from the first.',
        zh: '2MSL 重新设定：从第二个 FIN 算起 60 秒，而不是第一个。',
      },
      {
        en: 'If all FINs of the server are lost from then on, the client closes after 2 MSL all the same, and learns nothing: add “drop FIN#2- right->left”.',
        zh: '如果服务器后来的 FIN 也都丢了，客户端 2MSL 之后照样关闭，却什么也没有得知：加上“drop FIN#2- right->left”试试。',
      },
    ],
    linux: {
      en: 'Linux 6.18 with the last ACKs lost: FIN again at 0.23, 0.45 and 0.68 s, acknowledged each time from TIME-WAIT.',
      zh: 'Linux 6.18（最后的 ACK 连续丢失）：FIN 在 0.23、0.45、0.68 秒重传，每次都由 TIME-WAIT 一端再次确认。',
    },
    keywords: ['last ACK lost', 'LAST-ACK', 'TIME-WAIT', '2MSL', '第四次挥手丢了', '最后一个 ACK'],
    setup: {},
    steps,
    faults: ['drop ACK#2 left->right'],
  },
];
