// Scenarios: TIME-WAIT (RFC 9293 section 3.6.1, RFC 6191, RFC 1337).

import type { Scenario, Step } from '../scenario/index.ts';

const connect: Step = { do: 'connect', end: 'left', when: 0 };
/** The server closes first: TIME-WAIT is at its end. */
const closes: readonly Step[] = [
  { do: 'close', end: 'right', when: { end: 'right', state: 'ESTABLISHED', after: 50 } },
  { do: 'close', end: 'left', when: { end: 'left', sees: 'eof' } },
];

/** A short request and its answer; the server closes when it has answered. */
function request(connection: number): Step[] {
  const asked = { end: 'right', read: 3, connection } as const;
  return [
    { do: 'connect', end: 'left', connection, when: connection * 200 },
    {
      do: 'write',
      end: 'left',
      connection,
      what: 'GET',
      when: { end: 'left', state: 'ESTABLISHED', connection },
    },
    { do: 'write', end: 'right', connection, what: '200 OK', when: asked },
    { do: 'close', end: 'right', connection, when: asked },
    { do: 'close', end: 'left', connection, when: { end: 'left', sees: 'eof', connection } },
  ];
}

/** TIME-WAIT. */
export const timeWait: readonly Scenario[] = [
  {
    id: 'tw-old',
    group: 'time-wait',
    title: { en: 'An old duplicate arrives in TIME-WAIT', zh: '旧的重复报文段到达 TIME-WAIT' },
    question: {
      en: 'What does TIME-WAIT do with a segment that wandered about in the network?',
      zh: '在网络中滞留的报文段到来时，TIME-WAIT 怎么处理？',
    },
    explanation: {
      en:
        'The client’s data is held up in the network for 600 ms; its retransmission does the work, and the connection ' +
        'is closed. Then the first copy arrives after all. The server is in TIME-WAIT: it knows which sequence numbers ' +
        'the connection has used up, finds the text outside its window, discards it and acknowledges. Had the pair of ' +
        'sockets been used again meanwhile, the text could have been taken for the new connection’s. After 2 MSL no ' +
        'such segment can exist any more (section 3.6.1).',
      zh:
        '客户端的数据在网络中滞留了 600 毫秒，任务由重传的那一份完成，连接随后关闭。这时最初那一份才到。服务器处在 TIME-WAIT，' +
        '记得这个连接已经用掉了哪些序列号，发现它在窗口之外，便丢弃并回一个确认。假如这一对套接字此时已被新连接使用，' +
        '这段数据就可能被误认为是新连接的。过了 2MSL，网络中就不可能再有这样的报文段（第 3.6.1 节）。',
    },
    notice: [
      {
        en: 'The late copy has seq=1: a number that was consumed long ago.',
        zh: '迟到的副本是 seq=1：这个序列号早已用过。',
      },
      {
        en: 'It is discarded, and answered with an ACK; the state and the 2 MSL timer stay as they are.',
        zh: '它被丢弃，并得到一个 ACK；状态和 2MSL 定时器都不受影响。',
      },
      {
        en: 'The client has no connection any more and answers that ACK with RST, which TIME-WAIT ignores (RFC 1337).',
        zh: '客户端已经没有这个连接，用 RST 回应那个 ACK；TIME-WAIT 忽略它（RFC 1337）。',
      },
    ],
    keywords: ['old duplicate', 'delayed segment', '2MSL', '旧报文段', '滞留的报文段', '重复报文段'],
    setup: { tcp: { timestamps: false } },
    steps: [
      connect,
      { do: 'write', end: 'left', what: 'old', when: { end: 'left', state: 'ESTABLISHED', after: 60 } },
      { do: 'close', end: 'right', when: { end: 'right', read: 3, after: 60 } },
      { do: 'close', end: 'left', when: { end: 'left', sees: 'eof' } },
    ],
    faults: ['delay data#1 left->right 600ms'],
  },
  {
    id: 'tw-syn',
    group: 'time-wait',
    title: { en: 'A new SYN arrives in TIME-WAIT', zh: 'TIME-WAIT 收到新的 SYN' },
    question: {
      en: 'Can the same pair of sockets be connected again while one end is in TIME-WAIT?',
      zh: '一端还在 TIME-WAIT 时，同一对套接字能重新建立连接吗？',
    },
    explanation: {
      en:
        'Yes, if nothing old can be mistaken for new: the SYN’s sequence number is larger than all that the old ' +
        'connection has used, or its timestamp is newer (RFC 6191), and the ISN with which this end answers is larger ' +
        'than all that it has used itself (MAY-2, section 3.6.1). Then TIME-WAIT ends at once and the SYN goes to the ' +
        'listener as any other. ISNs that grow with a clock (section 3.4.1) make this the normal case.',
      zh:
        '能，只要旧的不会被当成新的：SYN 的序列号大于旧连接用过的所有序列号，或者时间戳更新（RFC 6191），' +
        '而且本端应答所用的 ISN 也大于自己用过的所有序列号（第 3.6.1 节，MAY-2）。这时 TIME-WAIT 立即结束，' +
        'SYN 像平常一样交给监听套接字。ISN 随时钟增长（第 3.4.1 节），所以这是通常的情形。',
    },
    notice: [
      {
        en: 'The server goes from TIME-WAIT to CLOSED and to SYN-RECEIVED with one segment, 59 s before 2 MSL are over.',
        zh: '服务器因为这一个报文段，从 TIME-WAIT 经 CLOSED 进入 SYN-RECEIVED，比 2MSL 到期早了 59 秒。',
      },
      {
        en: 'Numbers with a mark (0′) belong to the second incarnation: both ends have new ISNs.',
        zh: '带撇的编号（0′）属于第二次连接：两端的 ISN 都是新的。',
      },
    ],
    linux: {
      en: 'Linux does so too. Whether the client may take a port that is in TIME-WAIT on its own side is another matter: tcp_tw_reuse, whose default 2 allows it on loopback only, and after 1 s.',
      zh: 'Linux 也是如此。至于客户端能否使用自己这一侧处于 TIME-WAIT 的端口，则是另一回事，由 tcp_tw_reuse 控制：默认值 2 只允许在回环接口上、1 秒之后重用。',
    },
    keywords: ['TIME-WAIT reuse', 'tcp_tw_reuse', 'MAY-2', 'TIME_WAIT 收到 SYN', '端口重用', '复用'],
    setup: {},
    steps: [
      connect,
      ...closes,
      { do: 'connect', end: 'left', when: { end: 'right', state: 'TIME-WAIT', after: 1000 } },
    ],
    untilMs: 5000,
  },
  {
    id: 'tw-kill',
    group: 'time-wait',
    title: { en: 'A RST for TIME-WAIT (RFC 1337)', zh: 'TIME-WAIT 收到 RST（RFC 1337）' },
    question: {
      en: 'An old SYN arrives in TIME-WAIT. How can it end the state, and why should it not?',
      zh: '旧的 SYN 到达 TIME-WAIT。它怎么会使这个状态提前结束？为什么不该如此？',
    },
    explanation: {
      en:
        'The SYN’s number is older than what the connection has used, so it is answered with an ACK. The client, where ' +
        'the connection is CLOSED, must answer that ACK with RST. By the letter of RFC 9293 (section 3.10.7.4, second ' +
        'step) this RST deletes TIME-WAIT, and with it the protection against old duplicates: RFC 1337 calls it ' +
        'assassination, and proposes to ignore RST in TIME-WAIT. That is what synfin does.',
      zh:
        '这个 SYN 的序列号比连接用过的还旧，得到的应答是 ACK。客户端一侧的连接已是 CLOSED，按规定要用 RST 回应这个 ACK。' +
        '照 RFC 9293 的字面（第 3.10.7.4 节第二步），这个 RST 会删除 TIME-WAIT，对旧报文段的防护也就没了；' +
        'RFC 1337 把这叫做“暗杀”，建议 TIME-WAIT 忽略 RST。synfin 正是这样做的。',
    },
    notice: [
      {
        en: 'Nothing is forged: the SYN is a late copy of the very first segment, and the RST comes from the client, provoked by the ACK.',
        zh: '没有任何伪造：SYN 是第一个报文段迟到的副本，RST 确实出自客户端，由那个 ACK 引起。',
      },
      {
        en: 'It is discarded as rst-in-time-wait; the state ends when 2 MSL are over.',
        zh: '它被丢弃（rst-in-time-wait）；2MSL 到期，状态才结束。',
      },
    ],
    linux: {
      en: 'Linux by default (tcp_rfc1337=0) does not ignore it: Linux 6.18 was seen to leave TIME-WAIT on this very RST, and on a direct one.',
      zh: 'Linux 默认（tcp_rfc1337=0）并不忽略：实测 Linux 6.18 正是因这个 RST 离开了 TIME-WAIT，直接收到 RST 也一样。',
    },
    keywords: ['TIME-WAIT assassination', 'RFC 1337', 'tcp_rfc1337', 'TIME_WAIT 收到 RST', '暗杀'],
    setup: { tcp: { timestamps: false } },
    steps: [
      connect,
      ...closes,
      // The very first segment, wandering about since.
      { do: 'repeat', from: 'left', nth: 1, when: { end: 'right', state: 'TIME-WAIT', after: 1000 } },
    ],
  },
  {
    id: 'tw-pile',
    group: 'time-wait',
    title: { en: 'Where TIME-WAITs pile up', zh: 'TIME-WAIT 堆积在哪一端' },
    question: {
      en: 'Three short requests, and the server closes first. Who has the TIME-WAITs, and what do they cost?',
      zh: '三次短请求，都由服务器先关闭。TIME-WAIT 在哪一端？代价是什么？',
    },
    explanation: {
      en:
        'TIME-WAIT is at the end that closes first, client or server: here at the server, once for each connection, ' +
        '60 s long. At a server they cost a little memory, because all share its one port. At a client that closes ' +
        'first each one keeps a local port busy for that destination: 28232 ports (the default range of Linux) in 60 s ' +
        'are about 470 connections a second, and then connect() fails. The remedy is to keep connections open, or to ' +
        'let the other end close first (section 3.6.1).',
      zh:
        '哪一端先关闭，TIME-WAIT 就在哪一端，与客户端、服务器的身份无关：这里在服务器，每个连接一个，各 60 秒。' +
        '对服务器来说只是占一点内存，因为它们共用同一个端口。若是客户端先关闭，每个 TIME-WAIT 都占住一个通往该目的地的本地端口：' +
        'Linux 默认有 28232 个端口，60 秒内用完，相当于每秒约 470 个连接，再多 connect() 就会失败。' +
        '办法是使用长连接，或者让对方先关闭（第 3.6.1 节）。',
    },
    notice: [
      {
        en: 'The client is CLOSED as soon as its FIN is acknowledged, three times, and could use the ports again.',
        zh: '客户端的 FIN 一得到确认就进入 CLOSED，三次都是如此，端口随即可以再用。',
      },
      {
        en: 'At 0.5 s the server has three connections in TIME-WAIT; each ends 60 s after it began.',
        zh: '0.5 秒时服务器有三个连接处在 TIME-WAIT，各自在开始 60 秒后结束。',
      },
    ],
    linux: {
      en: 'SO_REUSEADDR lets bind() succeed in spite of TIME-WAIT; it does not shorten the state. The number of them is limited by tcp_max_tw_buckets.',
      zh: 'SO_REUSEADDR 只是让 bind() 在有 TIME-WAIT 时也能成功，并不缩短这个状态。TIME-WAIT 的总数受 tcp_max_tw_buckets 限制。',
    },
    keywords: [
      'TIME_WAIT',
      'port exhaustion',
      'SO_REUSEADDR',
      'EADDRINUSE',
      'address already in use',
      '端口被占用',
      'short connections',
      'TIME_WAIT 过多',
      '端口耗尽',
      '短连接',
    ],
    setup: {},
    steps: [...request(0), ...request(1), ...request(2)],
  },
];
