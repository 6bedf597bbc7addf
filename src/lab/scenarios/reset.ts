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
        en: 'The refusal takes one round trip; a filtered port takes minutes (Linux: nominally 131 s, tcp_syn_retries=6).',
        zh: '被拒绝只需要一个往返时间；端口被过滤则要等上几分钟（Linux：名义上 131 秒，tcp_syn_retries=6）。',
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
  {
    id: 'filtered',
    group: 'reset',
    title: { en: 'Connection timed out: nobody answers', zh: '连接超时：没有任何应答' },
    question: {
      en: 'A firewall drops the SYN without a word. What does connect() do?',
      zh: '防火墙悄悄丢弃 SYN，connect() 会怎样？',
    },
    explanation: {
      en:
        'It waits. Silence is not an answer: the SYN may have been lost, or the server may be down, or a filter may have ' +
        'dropped it. The client repeats its SYN, waiting twice as long each time (RFC 6298), and gives up: ETIMEDOUT. ' +
        'By the RFC that is after three minutes at the earliest (R2 for a SYN, MUST-23), as here; on Linux after nominally ' +
        '131 s (127 s before 6.5; net.ipv4.tcp_syn_retries=6). A full SYN queue or accept queue looks exactly the same from here.',
      zh:
        '只能等。沉默不等于应答：可能是 SYN 丢了，可能是服务器没开机，也可能被过滤了。客户端反复重传 SYN，每次等待的时间加倍' +
        '（RFC 6298），最后放弃，返回 ETIMEDOUT。RFC 要求至少坚持 3 分钟（SYN 的 R2，MUST-23），这里正是如此；' +
        'Linux 名义上是 131 秒（6.5 之前 127 秒；net.ipv4.tcp_syn_retries=6）。在客户端看来，半连接队列或全连接队列满了也是同样的现象。',
    },
    notice: [
      {
        en: 'Every SYN has the same sequence number; the pauses are 1, 2, 4, 8 … seconds.',
        zh: '每个 SYN 的序列号都相同，间隔依次是 1、2、4、8……秒。',
      },
      {
        en: 'A port without a listener answers within one round trip: ECONNREFUSED. This takes three minutes here, nominally 131 s on Linux (tcp_syn_retries=6).',
        zh: '没有监听的端口一个往返就会答复 ECONNREFUSED，这里却要等三分钟，在 Linux 上名义上是 131 秒（tcp_syn_retries=6）。',
      },
    ],
    linux: {
      en:
        'Linux 6.18 sent eleven SYNs, the first ones a second apart and the last after 69.5 s (tcp_syn_retries=6, ' +
        'tcp_syn_linear_timeouts=4), and gives up after another 64 s: nominally 131 s. Before 6.5 the pauses doubled from the first: seven SYNs, 127 s.',
      zh:
        'Linux 6.18 实测共发 11 个 SYN，头几个间隔 1 秒，最后一个在 69.5 秒（tcp_syn_retries=6，tcp_syn_linear_timeouts=4），' +
        '再等 64 秒放弃，名义上共 131 秒。6.5 之前从第一次起就加倍：7 个 SYN，127 秒。',
    },
    keywords: ['ETIMEDOUT', 'connection timed out', 'firewall', 'drop', '连接超时', '防火墙', '丢弃'],
    setup: {},
    steps: [{ do: 'connect', end: 'left', when: 0 }],
    faults: ['drop SYN#1- left->right'],
  },
  {
    id: 'blind-rst',
    group: 'reset',
    title: { en: 'A forged RST, a forged SYN: challenge ACKs', zh: '伪造的 RST 与 SYN：挑战 ACK' },
    question: {
      en: 'Somebody who cannot see the connection sends RSTs and SYNs into it. What kills it?',
      zh: '看不到连接内容的攻击者往里面乱发 RST 和 SYN，怎样才能把连接杀死？',
    },
    explanation: {
      en:
        'Only a RST whose sequence number is exactly RCV.NXT. One that is merely inside the window, and any SYN, is ' +
        'answered with a challenge ACK (RFC 5961, in RFC 9293 section 3.10.7.4): if the other end really has no ' +
        'connection it answers that ACK with a RST that has the exact number; an attacker does not see the ACK and must ' +
        'guess one number in 2^32 instead of one window in 2^32. Challenge ACKs are limited in number.',
      zh:
        '只有序列号恰好等于 RCV.NXT 的 RST 才行。仅仅落在窗口之内的 RST，以及任何 SYN，都只换来一个挑战 ACK' +
        '（RFC 5961，见 RFC 9293 第 3.10.7.4 节）：如果对端真的没有这个连接，它会用序列号完全正确的 RST 回应；攻击者看不到这个 ACK，' +
        '原来只需猜中一个窗口，现在要在 2^32 个数里猜中唯一的一个。挑战 ACK 的发送速率也有限制。',
    },
    notice: [
      {
        en: 'RST at RCV.NXT+5, inside the window: a challenge ACK, the connection lives.',
        zh: 'RST 落在窗口内（RCV.NXT+5）：只回一个挑战 ACK，连接安然无恙。',
      },
      {
        en: 'A SYN for an ESTABLISHED connection: the same ACK, never a RST; the client, which is alive, ignores it.',
        zh: '已建立的连接收到 SYN：同样回挑战 ACK，绝不会是 RST；活着的客户端对它不予理会。',
      },
      {
        en: 'RST at RCV.NXT: the connection is gone, and nobody answers a RST.',
        zh: 'RST 恰好等于 RCV.NXT：连接立刻消失，而且没有谁会应答 RST。',
      },
    ],
    linux: {
      en: 'Linux does the same; a second challenge ACK within half a second is not sent (tcp_invalid_ratelimit).',
      zh: 'Linux 也是如此；半秒之内的第二个挑战 ACK 不会发出（tcp_invalid_ratelimit）。',
    },
    keywords: [
      'RFC 5961',
      'challenge ACK',
      'blind reset attack',
      '挑战 ACK',
      '伪造 RST',
      '已建立的连接收到 SYN',
    ],
    setup: {},
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'inject', to: 'right', segment: { flags: 'RST', seq: 'rcv.nxt+5' }, when: 200 },
      { do: 'inject', to: 'right', segment: { flags: 'SYN', seq: 'rcv.nxt+9' }, when: 900 },
      { do: 'inject', to: 'right', segment: { flags: 'RST', seq: 'rcv.nxt' }, when: 1100 },
    ],
  },
  {
    id: 'halfopen',
    group: 'reset',
    title: { en: 'Half-open: the server has crashed and come back', zh: '半打开：服务器崩溃后重启' },
    question: {
      en: 'One end loses its memory of the connection. When does the other find out?',
      zh: '一端崩溃重启，忘了连接的一切，另一端什么时候才会发现？',
    },
    explanation: {
      en:
        'Only when it sends something. A crash sends no segment, so the client stays ESTABLISHED, for ever if it has ' +
        'nothing to say: the connection is half-open. Its first data reaches a host that knows no such connection and ' +
        'answers RST with seq=SEG.ACK, exactly the number that the client expects; the client aborts and its program is ' +
        'told ECONNRESET (section 3.5.1). Half-open is not half-closed, and has nothing to do with the SYN queue.',
      zh:
        '只有等它发东西的时候。崩溃不会发出任何报文段，所以客户端一直停在 ESTABLISHED，若无话可说就永远如此：这就是半打开连接。' +
        '它的第一段数据到达一台不认识这个连接的主机，换来一个 RST，seq=SEG.ACK，正是客户端期望的序列号；' +
        '客户端随即放弃连接，应用程序得到 ECONNRESET（第 3.5.1 节）。半打开不同于半关闭，也和半连接队列无关。',
    },
    notice: [
      {
        en: 'Between crash and write nothing moves: client ESTABLISHED, server without a connection.',
        zh: '从崩溃到写数据之间风平浪静：客户端 ESTABLISHED，服务器上却没有这个连接。',
      },
      {
        en: 'kill -9 is different: the kernel lives, and closes the connection with FIN or RST.',
        zh: 'kill -9 不一样：内核还在，会替进程发 FIN 或 RST。',
      },
      {
        en: 'Nobody answers the RST: a RST is never acknowledged.',
        zh: 'RST 得不到任何应答：对 RST 从来不作应答。',
      },
    ],
    keywords: ['half-open', 'crash', 'reboot', 'ECONNRESET', '半打开', '崩溃', '断电'],
    setup: {},
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'crash', end: 'right', when: 100 },
      { do: 'reboot', end: 'right', when: 300 },
      { do: 'write', end: 'left', what: 'hello', when: 500 },
    ],
  },
];
