// Scenarios of TCPs that forget a rule: not real TCP, but what it would be like without. Each is a story as books tell it;
// the shortest stories are found by search (lab/check/why).

import type { Scenario, Step } from '../scenario/index.ts';

const connect: Step = { do: 'connect', end: 'left', when: 0 };

/** TCPs without a rule. */
export const counterfactual: readonly Scenario[] = [
  {
    id: 'two-way',
    group: 'open',
    title: { en: 'Not real TCP: a handshake of two segments', zh: '并非真正的 TCP：只有两次握手' },
    question: {
      en: 'What if the server were ESTABLISHED as soon as it had answered a SYN?',
      zh: '如果服务器应答 SYN 之后就算建立连接，会怎样？',
    },
    explanation: {
      en:
        'This is not real TCP: here the passive side does not wait for an ACK of its SYN (RFC 9293 section 3.5). The ' +
        'client’s SYN is late, and the client has given up. The server answers and is ESTABLISHED; the answer is lost, ' +
        'and since the server waits for nothing it never repeats it. Its program has accepted a connection at whose ' +
        'other end nobody ever was, and no timer will end it. In real TCP it would be in SYN-RECEIVED, send its SYN,ACK ' +
        'again, and either be told RST or give up.',
      zh:
        '这并非真正的 TCP：被动打开的一方不等自己的 SYN 得到确认（RFC 9293 第 3.5 节）。客户端的 SYN 迟到了，客户端早已放弃。' +
        '服务器应答之后就进入 ESTABLISHED；应答丢了，而它什么都不等，也就不会重传。服务器程序接受了一个对端从未有过人的连接，' +
        '也没有任何定时器来结束它。真正的 TCP 会停在 SYN-RECEIVED，重传 SYN,ACK，要么收到 RST，要么最终放弃。',
    },
    notice: [
      {
        en: 'The server goes through SYN-RECEIVED to ESTABLISHED without receiving anything.',
        zh: '服务器没有收到任何报文段，就从 SYN-RECEIVED 到了 ESTABLISHED。',
      },
      {
        en: 'Nothing happens after that: the server waits, and nobody is there.',
        zh: '此后什么也没有发生：服务器在等待，对端却没有人。',
      },
    ],
    keywords: ['two-way handshake', '两次握手', '二次握手', 'counterfactual', '假如'],
    setup: {},
    steps: [connect, { do: 'abort', end: 'left', when: 50 }],
    faults: ['delay SYN#1 left->right 100ms', 'drop SYN+ACK#1 right->left'],
    rules: 'two-way-handshake',
  },
  {
    id: 'fixed-isn',
    group: 'open',
    title: {
      en: 'Not real TCP: every connection begins with the same number',
      zh: '并非真正的 TCP：每个连接都从同一个序列号开始',
    },
    question: {
      en: 'What if the initial sequence number were always the same?',
      zh: '如果初始序列号总是同一个数，会怎样？',
    },
    explanation: {
      en:
        'This is not real TCP: here the ISN does not follow a clock (RFC 9293 section 3.4.1). A segment with “old!” is late; ' +
        'its connection is aborted, and another one with the same ports begins with the same numbers. When the late ' +
        'segment arrives it has exactly the number that the server expects, so that the second connection’s program ' +
        'reads what was written in the first. With a clock in the ISN it would lie outside the window and be dropped. ' +
        '(Timestamps are off here; with them PAWS, RFC 7323, would have caught it, too.)',
      zh:
        '这并非真正的 TCP：初始序列号不随时钟变化（RFC 9293 第 3.4.1 节）。一个装着 “old!” 的报文段迟到了；它的连接已中止，' +
        '用同样端口建立的新连接又从同样的序列号开始。迟到的报文段到达时，序列号恰好是服务器期待的，于是新连接的程序读到了旧连接写的内容。' +
        '如果初始序列号随时钟增长，它就会落在窗口之外而被丢弃。' +
        '（这里关闭了时间戳选项；若启用，RFC 7323 的 PAWS 也能识别出它。）',
    },
    notice: [
      {
        en: 'Both SYNs have the same sequence number.',
        zh: '两个 SYN 的序列号相同。',
      },
      {
        en: 'The server’s program reads “old!” in the second connection, in which nobody has written anything.',
        zh: '服务器程序在第二个连接里读到 “old!”，而这个连接里没有人写过任何东西。',
      },
    ],
    keywords: ['fixed ISN', '固定初始序列号', 'ISN', 'counterfactual', '假如'],
    setup: { tcp: { timestamps: false } },
    steps: [
      connect,
      { do: 'write', end: 'left', what: 'old!', when: 40 },
      { do: 'abort', end: 'left', when: 60 },
      { do: 'connect', end: 'left', when: 120 },
    ],
    faults: ['delay data#1 left->right 200ms'],
    rules: 'fixed-isn',
    untilMs: 1000,
  },
  {
    id: 'no-tw',
    group: 'time-wait',
    title: { en: 'Not real TCP: no TIME-WAIT', zh: '并非真正的 TCP：没有 TIME-WAIT' },
    question: {
      en: 'What if the last ACK were lost, and there were no TIME-WAIT to repeat it?',
      zh: '如果最后的 ACK 丢了，又没有 TIME-WAIT 来重发，会怎样？',
    },
    explanation: {
      en:
        'This is not real TCP: here TIME-WAIT is over as soon as it begins (RFC 9293 section 3.6). Both programs close as ' +
        'they should. The last ACK is lost, so the server sends its FIN again; the client has forgotten everything and ' +
        'answers RST. A connection that was closed properly on both sides is ended by a RST at the server, whose TCP never ' +
        'learns that its FIN, and the text before it, has arrived. In LAST-ACK that is signalled to nobody (section ' +
        '3.10.7.4, second step); where TCP tells it all the same, as in Linux, a program that used shutdown() and still ' +
        'holds the descriptor finds an error. In TIME-WAIT the client would have repeated the ACK.',
      zh:
        '这并非真正的 TCP：TIME-WAIT 一开始就结束（RFC 9293 第 3.6 节）。双方程序都正常关闭。最后的 ACK 丢了，服务器重传 FIN，' +
        '而客户端已经忘掉一切，只能回复 RST。双方都正常关闭的连接，在服务器一端却被 RST 终止：它的 TCP 始终不知道自己的 FIN，' +
        '以及 FIN 之前的数据，对方是否收到。按 RFC，LAST-ACK 收到 RST 不通知任何人（第 3.10.7.4 节第二步）；' +
        '而 Linux 照样报告：用了 shutdown() 而仍持有描述符的程序会发现一个错误。若有 TIME-WAIT，客户端会重发这个 ACK。',
    },
    notice: [
      {
        en: 'The client goes through TIME-WAIT to CLOSED at the same instant.',
        zh: '客户端在同一瞬间经过 TIME-WAIT 到达 CLOSED。',
      },
      {
        en: 'The server’s second FIN is answered by RST: LAST-ACK ends without the ACK that it waited for.',
        zh: '服务器第二次发送的 FIN 换来 RST：LAST-ACK 没有等到它要的 ACK 就结束了。',
      },
    ],
    linux: {
      en: 'A RST in LAST-ACK (or CLOSING) is ECONNRESET on Linux 6.18 for who used shutdown() and still holds the descriptor: POLLERR, and SO_ERROR or the next write says so; read() returns 0. Who called close() is told nothing.',
      zh: 'Linux 6.18 在 LAST-ACK（或 CLOSING）收到 RST 时，对用了 shutdown() 而仍持有描述符的程序报 ECONNRESET：poll 得到 POLLERR，SO_ERROR 或下一次写给出错误，read() 返回 0。调用过 close() 的程序什么也得不到。',
    },
    keywords: ['no TIME-WAIT', '没有 TIME-WAIT', '去掉 TIME-WAIT', 'counterfactual', '假如'],
    setup: {},
    steps: [
      connect,
      { do: 'shutdown', end: 'left', when: 60 },
      { do: 'shutdown', end: 'right', when: { end: 'right', sees: 'eof', after: 20 } },
    ],
    faults: ['drop ACK#2 left->right'],
    rules: 'no-time-wait',
  },
  {
    id: 'tw-1msl',
    group: 'time-wait',
    title: { en: 'Not real TCP: TIME-WAIT of one MSL', zh: '并非真正的 TCP：TIME-WAIT 只有 1 个 MSL' },
    question: {
      en: 'What if TIME-WAIT lasted one MSL instead of two?',
      zh: '如果 TIME-WAIT 只持续 1 个 MSL，会怎样？',
    },
    explanation: {
      en:
        'This is not real TCP: here TIME-WAIT lasts one MSL, two seconds, instead of two (RFC 9293 section 3.6). The last ' +
        'ACK is lost; the server repeats its FIN, and this FIN takes almost one MSL itself, which it may. When it arrives ' +
        'the client’s one MSL is over, nobody knows the connection, and the answer is RST: the server’s LAST-ACK ends ' +
        'without its ACK, and whether its last words have arrived it never learns. One MSL covers the way of the ACK; the ' +
        'FIN that asks for it again needs the second.',
      zh:
        '这并非真正的 TCP：TIME-WAIT 只持续 1 个 MSL（这里是两秒），而不是 2MSL（RFC 9293 第 3.6 节）。最后的 ACK 丢了；' +
        '服务器重传 FIN，而这个 FIN 在网络中走了将近 1 个 MSL，这是允许的。它到达时，客户端的 1 个 MSL 已过，没有人记得这个连接，' +
        '只能回复 RST：服务器的 LAST-ACK 没等到确认就结束了，它最后的数据对方是否收到，也就无从得知。' +
        '一个 MSL 留给 ACK 的去程，请求重发的 FIN 还需要另一个。',
    },
    notice: [
      {
        en: 'The client leaves TIME-WAIT two seconds after it sent the last ACK.',
        zh: '发出最后的 ACK 两秒之后，客户端就离开了 TIME-WAIT。',
      },
      {
        en: 'The repeated FIN is younger than one MSL when it arrives, and is answered by RST.',
        zh: '重传的 FIN 到达时年龄不足 1 个 MSL，换来的却是 RST。',
      },
    ],
    keywords: ['1 MSL', '1MSL', '一个 MSL', 'counterfactual', '假如'],
    setup: { mslMs: 2000 },
    steps: [
      connect,
      { do: 'shutdown', end: 'left', when: 60 },
      { do: 'shutdown', end: 'right', when: { end: 'right', sees: 'eof', after: 20 } },
    ],
    faults: ['drop ACK#2 left->right', 'delay FIN#2 right->left 1900ms', 'drop FIN#3- right->left'],
    rules: 'one-msl',
  },
];
