// Scenarios: closing that stops half way because a program does not do its part, or that comes early
// (RFC 9293 sections 3.6.1 and 3.10.4).

import type { Scenario, Step } from '../scenario/index.ts';

const connect: Step = { do: 'connect', end: 'left', when: 0 };

/** Closing that stops, or comes early. */
export const closeStuck: readonly Scenario[] = [
  {
    id: 'fw2-orphan',
    group: 'close',
    title: { en: 'FIN-WAIT-2 whose program has gone', zh: '无主的 FIN-WAIT-2' },
    question: {
      en: 'The peer never closes. Does FIN-WAIT-2 last for ever?',
      zh: '对方一直不关闭，FIN-WAIT-2 会永远等下去吗？',
    },
    explanation: {
      en:
        'RFC 9293 has no timer for FIN-WAIT-2: it may last for ever, because the peer is free to send for as long as ' +
        'it likes. But after close() no program is left that could read what comes. So implementations let such an ' +
        'orphan go after a while, here after 60 s, without a segment and without TIME-WAIT; the server’s end, in ' +
        'CLOSE-WAIT, is told nothing. After shutdown() the program is still there, and the wait has no end.',
      zh:
        'RFC 9293 没有给 FIN-WAIT-2 规定定时器：对方想发多久就可以发多久，所以原则上可以永远等下去。但 close() 之后，' +
        '本端已经没有程序来读数据了，因此各种实现都让这种“孤儿”过一段时间就消失，这里是 60 秒：不发任何报文段，' +
        '也不进入 TIME-WAIT；还在 CLOSE-WAIT 的服务器一端毫不知情。若用的是 shutdown()，程序还在，就会一直等下去。',
    },
    notice: [
      {
        en: 'After 60 s the client goes from FIN-WAIT-2 to CLOSED, by a timer, without a segment.',
        zh: '60 秒后，客户端由定时器从 FIN-WAIT-2 直接到 CLOSED，没有发送任何报文段。',
      },
      {
        en: 'The server stays in CLOSE-WAIT: nothing that the client does can take it out of there.',
        zh: '服务器停在 CLOSE-WAIT：客户端做什么都没法让它离开这个状态。',
      },
    ],
    linux: {
      en: 'Linux: tcp_fin_timeout, 60 s, for sockets that were closed; for ever after shutdown(SHUT_WR).',
      zh: 'Linux：已 close() 的套接字由 tcp_fin_timeout 控制，默认 60 秒；shutdown(SHUT_WR) 之后则没有期限。',
    },
    keywords: ['FIN-WAIT-2', 'tcp_fin_timeout', 'orphan', '孤儿连接', 'FIN_WAIT2 过多'],
    setup: {},
    steps: [connect, { do: 'close', end: 'left', when: { end: 'left', state: 'ESTABLISHED', after: 60 } }],
  },
  {
    id: 'cw-leak',
    group: 'close',
    title: { en: 'CLOSE-WAIT: a program that forgets to close', zh: 'CLOSE-WAIT：忘记关闭的程序' },
    question: {
      en: 'Why do connections stay in CLOSE-WAIT, and what ends it?',
      zh: '连接为什么会一直停在 CLOSE-WAIT？怎样才能结束？',
    },
    explanation: {
      en:
        'In CLOSE-WAIT the peer has closed, and TCP waits for its own program to do so. There is no timer and no ' +
        'retransmission: as long as the program does not call close() the connection stays, whatever the other end ' +
        'does. Here the server’s program remembers after two minutes. Its FIN then finds nobody any more (the client’s ' +
        'FIN-WAIT-2 has run out) and is answered with RST. Many connections in CLOSE-WAIT mean a fault in the program ' +
        'of this host: a forgotten close, a blocked thread (section 3.6, case 2).',
      zh:
        'CLOSE-WAIT 表示对方已经关闭，TCP 在等自己这一端的程序关闭。这个状态没有定时器，也没有重传：程序不调用 close()，' +
        '连接就一直留着，对方做什么都没用。本例中服务器程序过了两分钟才想起来，这时它的 FIN 已经找不到人' +
        '（客户端的 FIN-WAIT-2 早已到期），收到的是 RST。CLOSE-WAIT 堆积说明本机的程序有问题：' +
        '漏掉了 close()，或者线程被阻塞（第 3.6 节，情形 2）。',
    },
    notice: [
      {
        en: 'From 0.1 s to 120 s nothing happens at the server: no timer runs in CLOSE-WAIT.',
        zh: '从 0.1 秒到 120 秒，服务器一端什么也没有发生：CLOSE-WAIT 中没有任何定时器在走。',
      },
      {
        en: 'The FIN is sent in the instant in which the program calls close(), not before.',
        zh: '程序调用 close() 的那一刻才发出 FIN，在此之前不会有。',
      },
      {
        en: 'It came too late: the answer is RST, not an ACK.',
        zh: '这个 FIN 来得太晚：得到的是 RST，而不是 ACK。',
      },
    ],
    linux: {
      en: 'Linux has no timeout for CLOSE-WAIT either; with keep-alive on, a peer that is gone is noticed after 2 h 11 min.',
      zh: 'Linux 同样没有 CLOSE-WAIT 的超时；开启保活后，要 2 小时 11 分钟才能发现对方已经不在。',
    },
    keywords: [
      'CLOSE-WAIT',
      'CLOSE_WAIT',
      'leak',
      'too many open files',
      'CLOSE_WAIT 过多',
      '连接泄漏',
      '忘记 close',
    ],
    setup: {},
    steps: [
      connect,
      { do: 'close', end: 'left', when: { end: 'left', state: 'ESTABLISHED', after: 60 } },
      { do: 'close', end: 'right', when: 120_000 },
    ],
  },
  {
    id: 'early-close',
    group: 'close',
    title: { en: 'CLOSE before the connection is established', zh: '连接尚未建立就关闭' },
    question: {
      en: 'Can an end enter FIN-WAIT-1 without having been ESTABLISHED?',
      zh: '没有经过 ESTABLISHED，也能进入 FIN-WAIT-1 吗？',
    },
    explanation: {
      en:
        'Yes. Both programs open actively at the same time, so that both ends are in SYN-RECEIVED. The client’s ' +
        'program calls close() there: with nothing queued to send, the FIN goes out at once and the state is ' +
        'FIN-WAIT-1 (section 3.10.4, SYN-RECEIVED). The handshake is completed by the same segments.',
      zh:
        '能。两端的程序同时主动打开，都处在 SYN-RECEIVED；这时客户端程序调用 close()。由于没有数据等待发送，FIN 立即发出，' +
        '状态直接变为 FIN-WAIT-1（第 3.10.4 节，SYN-RECEIVED 状态）。握手由这些报文段顺带完成。',
    },
    notice: [
      {
        en: 'The client’s states: SYN-SENT, SYN-RECEIVED, FIN-WAIT-1. ESTABLISHED is not among them.',
        zh: '客户端经过的状态：SYN-SENT、SYN-RECEIVED、FIN-WAIT-1，其中没有 ESTABLISHED。',
      },
      {
        en: 'The server is ESTABLISHED before it sees the FIN.',
        zh: '服务器在见到 FIN 之前先进入了 ESTABLISHED。',
      },
    ],
    keywords: ['SYN-RECEIVED', 'CLOSE', 'FIN-WAIT-1', '提前关闭', '握手未完成就关闭'],
    setup: { listen: null },
    steps: [
      connect,
      { do: 'connect', end: 'right', when: 0 },
      { do: 'close', end: 'left', when: { end: 'left', state: 'SYN-RECEIVED', after: 5 } },
      { do: 'close', end: 'right', when: { end: 'right', sees: 'eof', after: 100 } },
    ],
  },
];
