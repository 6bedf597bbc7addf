// Questions on closing a connection.

import type { Question } from './question.ts';

/** Closing. */
export const closingQuestions: readonly Question[] = [
  {
    id: 'close-in-three',
    question: { en: 'Can the four segments of the close be three?', zh: '四次挥手可以变成三次吗？' },
    answer: {
      en: 'Yes. If the program closes before the ACK of the peer’s FIN has been sent, its FIN goes with that ACK. Linux delays ACKs about 40 ms, so this is common.',
      zh: '可以。如果应用程序在对 FIN 的 ACK 发出之前就 close()，自己的 FIN 便与这个 ACK 同行。Linux 的 ACK 会延迟约 40 ms，所以这很常见。',
    },
    scenario: 'close3',
    why: 'merge',
    keywords: ['中间两次挥手合并', '第二次和第三次挥手合并', 'merge second and third segment of the close'],
  },
  {
    id: 'why-four',
    question: { en: 'Why does a close usually take four segments?', zh: '为什么挥手通常要四次？' },
    answer: {
      en: 'Each direction ends with a FIN of its own, which is acknowledged; and the second FIN waits until the other program has closed, too.',
      zh: '两个方向各用一个 FIN 结束，各需要一个确认；而第二个 FIN 要等对方的应用程序也关闭之后才会发出。',
    },
    scenario: 'close4',
    why: 'four',
    keywords: ['四次挥手', 'four-way close'],
  },
  {
    id: 'fin-lost',
    question: { en: 'What happens if the first FIN is lost?', zh: '第一次挥手丢失了会怎样？' },
    answer: {
      en: 'It is sent again like data, from FIN-WAIT-1, with growing pauses; when nothing ever answers, the connection is given up (on Linux after tcp_orphan_retries).',
      zh: '发送方停在 FIN-WAIT-1，像数据一样重传 FIN，间隔越来越长；始终没有回应就放弃连接（Linux 由 tcp_orphan_retries 控制）。',
    },
    scenario: 'fin-lost',
    why: 'fin-again',
  },
  {
    id: 'finack-lost',
    question: { en: 'What happens if the ACK of the first FIN is lost?', zh: '第二次挥手丢失了会怎样？' },
    answer: {
      en: 'The ACK is not sent again by itself. The FIN is, and gets a new ACK.',
      zh: 'ACK 自己不会重传；FIN 会重传，从而得到一个新的 ACK。',
    },
    scenario: 'finack-lost',
  },
  {
    id: 'fin2-lost',
    question: { en: 'What happens if the second FIN is lost?', zh: '第三次挥手丢失了会怎样？' },
    answer: {
      en: 'Its sender, in LAST-ACK, sends it again; the other end waits in FIN-WAIT-2.',
      zh: '发送方在 LAST-ACK 重传它，另一端在 FIN-WAIT-2 等着。',
    },
    scenario: 'fin-lost-b',
  },
  {
    id: 'lastack-lost',
    question: { en: 'What happens if the last ACK is lost?', zh: '第四次挥手丢失了会怎样？' },
    answer: {
      en: 'The FIN is sent again from LAST-ACK; TIME-WAIT answers it with an ACK and begins its 2 MSL anew.',
      zh: '对端在 LAST-ACK 重传 FIN；处于 TIME-WAIT 的一端再回一个 ACK，并重新开始 2MSL 计时。',
    },
    scenario: 'lastack-lost',
  },
  {
    id: 'fin-wait-2',
    question: { en: 'Does FIN-WAIT-2 wait for ever?', zh: 'FIN_WAIT_2 会一直等下去吗？' },
    answer: {
      en: 'By the RFC, yes. When the program has called close(), stacks give up: Linux after tcp_fin_timeout, 60 seconds. After shutdown() it really waits for ever.',
      zh: '按 RFC 是的。但应用程序若已 close()，各实现都会限时：Linux 是 tcp_fin_timeout，60 秒。若只是 shutdown()，就真的会一直等。',
    },
    scenario: 'fw2-orphan',
    keywords: [
      '第三次挥手一直没发',
      '第三次挥手不发',
      '对方一直不发 FIN',
      'peer never sends FIN',
      'peer does not close',
    ],
  },
  {
    id: 'close-wait',
    question: { en: 'Why are there so many connections in CLOSE-WAIT?', zh: '为什么会出现大量 CLOSE_WAIT？' },
    answer: {
      en: 'Because a program has not called close() after the peer’s FIN: a leak, a blocked thread, a lost descriptor. No timer of TCP ends CLOSE-WAIT.',
      zh: '因为收到对方的 FIN 之后，应用程序没有调用 close()：连接泄漏、线程阻塞，或者丢失了描述符。TCP 没有任何定时器会结束 CLOSE-WAIT。',
    },
    scenario: 'cw-leak',
    keywords: [
      'application does not close sockets',
      'socket leak',
      'too many open files sockets',
      '文件描述符不够',
      '文件描述符耗尽',
      '程序没有 close',
      'what causes close_wait',
      'close_wait does not go away',
      'too many close_wait',
      'close_wait 是怎么产生的',
      'close_wait 一直不消失',
      'close_wait 过多怎么办',
    ],
  },
  {
    id: 'close-or-shutdown',
    question: {
      en: 'What is the difference between close() and shutdown()?',
      zh: 'close() 和 shutdown() 有什么区别？',
    },
    answer: {
      en: 'shutdown(SHUT_WR) ends one direction: it sends FIN, and the program goes on reading. close() gives up both: text that still arrives is answered with RST.',
      zh: 'shutdown(SHUT_WR) 只结束一个方向：发 FIN，还能继续读。close() 两个方向都不要了：此后到达的数据一律用 RST 回应。',
    },
    scenario: 'half-close',
    keywords: [
      'shutdown vs close',
      'graceful close',
      'how to close a socket properly',
      '优雅关闭连接',
      'close 和 shutdown 的区别',
      '单方面关闭',
    ],
  },
  {
    id: 'data-after-close',
    question: {
      en: 'Data arrives after close() was called: what happens?',
      zh: '调用 close() 之后又收到数据，会怎样？',
    },
    answer: {
      en: 'It is answered with RST: nobody can read it any more (section 3.6.1).',
      zh: '回 RST，因为已经没有谁能读这些数据了（第 3.6.1 节）。',
    },
    scenario: 'late-data-rst',
  },
  {
    id: 'linger-zero',
    question: { en: 'What does SO_LINGER with 0 do?', zh: 'SO_LINGER 设为 0 会怎样？' },
    answer: {
      en: 'close() then sends RST instead of FIN: no TIME-WAIT, and what was not delivered is lost.',
      zh: 'close() 不发 FIN 而是直接发 RST：没有 TIME-WAIT，尚未送达的数据全部丢失。',
    },
    scenario: 'hs',
    edits: ['left abort 100ms'],
    keywords: ['so_linger zero', 'so_linger zero timeout', 'so_linger 设为 0', 'linger', 'abort'],
  },
  {
    id: 'fin-out-of-order',
    question: { en: 'What if the FIN overtakes the data before it?', zh: 'FIN 比前面的数据先到会怎样？' },
    answer: {
      en: 'It waits in the reassembly queue; the state changes only when the hole before it is filled.',
      zh: '先放进重组队列，等前面的空缺补齐之后才会改变状态。',
    },
    scenario: 'ooo-fin',
  },
  {
    id: 'simultaneous-close',
    question: { en: 'What is a simultaneous close?', zh: '什么是同时关闭？' },
    answer: {
      en: 'Both FINs cross: both ends go from FIN-WAIT-1 to CLOSING to TIME-WAIT.',
      zh: '两个 FIN 在途中交错，两端都从 FIN-WAIT-1 经 CLOSING 进入 TIME-WAIT。',
    },
    scenario: 'simclose',
  },
];
