// Scenarios: the SYN queue and the accept queue of a listener (RFC 4987).

import type { Scenario, Step } from '../scenario/index.ts';

/** SYNs from addresses that no host has: nobody resets what they open. */
const flood: readonly Step[] = [0, 1, 2].map((i) => ({
  do: 'inject',
  to: 'right',
  segment: { flags: 'SYN', seq: String(1000 * (i + 1)), address: `10.0.0.${66 + i}`, port: 40_001 + i },
  when: i * 20,
}));

/** The queues of a listener. */
export const queues: readonly Scenario[] = [
  {
    id: 'acceptq',
    group: 'queues',
    title: { en: 'The accept queue is full', zh: '全连接队列已满' },
    question: {
      en: 'Nobody calls accept(). Is a connection opened all the same? And what happens when the queue is full?',
      zh: '没有人调用 accept()，连接还能建立吗？全连接队列满了又会怎样？',
    },
    explanation: {
      en:
        'The handshake needs no program: TCP completes it, and the connection waits in the accept queue, ESTABLISHED. The ' +
        'queue has a bound, the backlog of listen(): when it is full a SYN is dropped without a word, because a RST would ' +
        'say that nobody listens. The client repeats its SYN; once the program has accepted, there is room, and the ' +
        'repeated SYN is answered.',
      zh:
        '握手不需要应用程序参与：TCP 自己就能完成，连接以 ESTABLISHED 状态停在全连接队列里等待。队列有上限，就是 listen() 的 ' +
        'backlog：队列满时，新来的 SYN 会被悄悄丢弃，因为回 RST 等于宣布没有监听。客户端照常重传 SYN；等应用程序取走连接、' +
        '队列有了空位，重传的 SYN 就会得到应答。',
    },
    notice: [
      {
        en: 'The first connection is ESTABLISHED at both ends, and accept() has not been called.',
        zh: '第一个连接两端都是 ESTABLISHED，而 accept() 还没有被调用过。',
      },
      {
        en: 'The SYN of the second connection (#1 or :50001 in the ladder) arrives and is dropped: from outside it looks like a filter.',
        zh: '第二个连接（图中的 #1 或 :50001）的 SYN 到达后被丢弃：从外面看，就像被防火墙过滤了一样。',
      },
      {
        en: 'After accept() the queue is empty, and the repeated SYN is answered.',
        zh: 'accept() 之后队列空了，重传的 SYN 得到应答。',
      },
    ],
    linux: {
      en:
        'Linux compares with >, so that listen(n) lets n+1 connections wait; SYNs beyond it are dropped ' +
        '(ListenOverflows, ListenDrops). net.core.somaxconn bounds the backlog.',
      zh:
        'Linux 的比较用的是 >，所以 listen(n) 的队列里可以排 n+1 个连接，再来的 SYN 就被丢弃（ListenOverflows、ListenDrops）。' +
        'backlog 还受 net.core.somaxconn 限制。',
    },
    keywords: ['backlog', 'somaxconn', 'accept queue', '全连接队列', '没有 accept 能建立连接吗'],
    setup: { listen: { backlog: 1, accepts: false } },
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'connect', end: 'left', connection: 1, when: 100 },
      { do: 'accept', end: 'right', when: 600 },
    ],
    untilMs: 2000,
  },
  {
    id: 'acceptq-ack',
    group: 'queues',
    title: { en: 'The accept queue fills while a handshake is under way', zh: '握手途中全连接队列被占满' },
    question: {
      en: 'When there was room for the SYN but none for the last ACK, what becomes of the connection?',
      zh: 'SYN 到达时还有空位，最后一个 ACK 到达时却没有了，连接会怎样？',
    },
    explanation: {
      en:
        'The ACK is dropped, and the connection stays SYN-RECEIVED, in the SYN queue. The client has its SYN,ACK and is ' +
        'ESTABLISHED. The server repeats its SYN,ACK when its timer fires; the client answers with an ACK; when there is ' +
        'room by then, that one is taken. It takes handshakes that overlap to see this: a SYN that finds the queue ' +
        'full is dropped already.',
      zh:
        'ACK 被丢弃，连接留在半连接队列里，状态仍是 SYN-RECEIVED；而客户端收到过 SYN,ACK，已经是 ESTABLISHED。服务器的定时器到期后重传 ' +
        'SYN,ACK，客户端再回一个 ACK，那时有空位就会收下。只有几个握手同时进行才会见到这种情形：若 SYN 到达时队列已满，SYN 就先被丢了。',
    },
    notice: [
      {
        en: 'The last ACK of the second connection (#1 or :50001 in the ladder) arrives and is dropped; client ESTABLISHED, server SYN-RECEIVED.',
        zh: '第二个连接（图中的 #1 或 :50001）的最后一个 ACK 到达后被丢弃：客户端 ESTABLISHED，服务器 SYN-RECEIVED。',
      },
      {
        en: 'One second later the SYN,ACK is repeated, and the ACK for it finds room.',
        zh: '一秒后 SYN,ACK 重传，对它的 ACK 到达时已有空位。',
      },
    ],
    linux: {
      en: 'With tcp_abort_on_overflow=1 Linux answers the ACK with RST; the default is 0, to drop it.',
      zh: 'tcp_abort_on_overflow=1 时 Linux 会用 RST 回应这个 ACK；默认值 0 则是丢弃。',
    },
    keywords: ['accept queue overflow', 'tcp_abort_on_overflow', 'ack dropped', '全连接队列溢出'],
    setup: { listen: { backlog: 1, accepts: false } },
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'connect', end: 'left', connection: 1, when: 5 },
      { do: 'accept', end: 'right', when: 600 },
    ],
    untilMs: 2000,
  },
  {
    id: 'synflood',
    group: 'queues',
    title: { en: 'SYN flood without SYN cookies', zh: 'SYN 洪泛攻击（未启用 SYN cookie）' },
    question: {
      en: 'How do a few SYNs from forged addresses keep everybody else out?',
      zh: '几个伪造源地址的 SYN 怎么就能把正常用户挡在门外？',
    },
    explanation: {
      en:
        'Each SYN makes an unfinished connection, which waits in the SYN queue for an ACK that never comes: the SYN,ACK goes ' +
        'to an address that nobody has. The server repeats it before it gives up: for three minutes by the RFC (MUST-23), for 63 s on Linux (tcp_synack_retries=5). When the queue is full, the ' +
        'SYN of an honest client is dropped. A bigger queue and fewer repetitions only move the bound; SYN cookies ' +
        'remove it (RFC 4987).',
      zh:
        '每个 SYN 都会产生一个未完成的连接，停在半连接队列里等一个永远不会来的 ACK：SYN,ACK 发往的地址根本没有主机。服务器要一再重传才会放弃：按 RFC 是 3 分钟（MUST-23），Linux 是 63 秒（tcp_synack_retries=5）。' +
        '队列一满，正常客户端的 SYN 也被丢弃。加大队列、减少重传次数只能推迟问题，SYN cookie 才能根治（RFC 4987）。',
    },
    notice: [
      {
        en: 'The SYN queue holds 2: the third forged SYN and the client’s SYN are dropped.',
        zh: '半连接队列只能容纳 2 个：第 3 个伪造的 SYN 和客户端的 SYN 都被丢弃。',
      },
      {
        en: 'The SYN,ACKs are lost because nobody has those addresses; a host that had one would answer RST.',
        zh: 'SYN,ACK 发往无人使用的地址而丢失；如果那个地址上有主机，它会回 RST。',
      },
      {
        en: 'One second later: both SYN,ACKs are repeated, and the client’s SYN is dropped again.',
        zh: '一秒后：两个 SYN,ACK 重传，客户端重传的 SYN 再次被丢弃。',
      },
    ],
    linux: {
      en: 'tcp_syncookies=1 is the default: cookies are sent when the queue is full, and only then.',
      zh: 'Linux 默认 tcp_syncookies=1：只有半连接队列满了才发 cookie。',
    },
    keywords: [
      'SYN flood',
      'SYN queue',
      'DoS',
      'RFC 4987',
      'SYN 洪泛',
      'SYN 攻击',
      '半连接队列',
      '半连接队列满',
    ],
    setup: { listen: { synBacklog: 2, synCookies: false } },
    steps: [...flood, { do: 'connect', end: 'left', when: 100 }],
    untilMs: 1500,
  },
  {
    id: 'synflood-cookies',
    group: 'queues',
    title: { en: 'SYN flood with SYN cookies', zh: 'SYN 洪泛攻击（启用 SYN cookie）' },
    question: {
      en: 'How does a server answer SYNs when it has no room to remember them?',
      zh: '服务器已经没有地方记住 SYN，怎样还能应答？',
    },
    explanation: {
      en:
        'It lets the client remember. The sequence number of the SYN,ACK is a cookie: a keyed hash of addresses, ports, the ' +
        'client’s number and the time, with a few bits for the MSS. Nothing is stored. The ACK of an honest client brings ' +
        'y+1 back; the server checks the hash and makes the connection out of it, until then it is in LISTEN, as far ' +
        'as this client is concerned. The price: a SYN,ACK that nobody remembers cannot be retransmitted, and options survive only where the ' +
        'timestamp has room for them (RFC 4987, section 3.6).',
      zh:
        '让客户端替它记。SYN,ACK 的序列号就是 cookie：对双方地址、端口、客户端序列号和时间做带密钥的散列，再用几个比特表示 MSS，' +
        '服务器什么也不存。正常客户端的 ACK 会把 y+1 带回来，服务器验证散列后直接由它造出连接；在此之前，对这个客户端来说服务器始终是 LISTEN。' +
        '代价是：没有记住的 SYN,ACK 无法重传，选项也只有借时间戳的空位才能保留（RFC 4987 第 3.6 节）。',
    },
    notice: [
      {
        en: 'The SYN queue is full, and the client’s SYN is answered all the same.',
        zh: '半连接队列已满，客户端的 SYN 照样得到应答。',
      },
      {
        en: 'The server’s state for this client is LISTEN until the ACK comes; then it passes SYN-RECEIVED in an instant and is ESTABLISHED.',
        zh: '对这个客户端，服务器一直是 LISTEN，ACK 一到便瞬间经过 SYN-RECEIVED，进入 ESTABLISHED。',
      },
    ],
    keywords: ['SYN cookie', 'tcp_syncookies', 'RFC 4987', 'SYN cookie 的代价', '防御 SYN 攻击'],
    setup: { listen: { synBacklog: 2, synCookies: true } },
    steps: [...flood, { do: 'connect', end: 'left', when: 100 }],
    untilMs: 900,
  },
];
