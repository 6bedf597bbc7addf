// Interview: TIME-WAIT (RFC 9293 sections 3.4.2 and 3.6.1; RFC 1337, RFC 6191).

import type { InterviewEntry } from './interview.ts';

/** TIME-WAIT. */
export const timeWaitQuestions: readonly InterviewEntry[] = [
  {
    of: 'why-2msl',
    full: {
      en: 'Two things must be over. My last ACK may be lost: then the peer repeats its FIN, and I must be there to acknowledge it. And no segment of this connection, in either direction, may turn up in the next one with the same four numbers. My ACK lives at most one MSL; a FIN that the peer sent just before it arrived lives one more. The RFC’s MSL is 2 minutes; Linux waits 60 s in all. It assumes that one copy of the ACK arrives.',
      zh: '要等两件事过去。其一，我最后的 ACK 可能丢失，对端会重传 FIN，我必须还在，才能再确认。其二，这个连接两个方向的报文段都不能混进下一个四元组相同的连接。我的 ACK 最多存活一个 MSL；对端在它到达前一刻发出的 FIN 再活一个 MSL。RFC 的 MSL 是 2 分钟，Linux 总共只等 60 秒。前提是 ACK 至少有一份能到。',
    },
    traps: [74, 71],
  },
  {
    of: 'why-active-waits',
    full: {
      en: 'The one that closes second knows that all is over when its FIN is acknowledged: nothing of it is outstanding, and the ACK told it so. The one that closed first has sent the last ACK, and an ACK is not acknowledged: it cannot know. So it stays, ready to repeat it. In a simultaneous close both have sent the last word, and both wait.',
      zh: '后关闭的一方在自己的 FIN 得到确认时就知道全部结束：它没有未确认的东西了。先关闭的一方发出了最后的 ACK，而 ACK 不会再被确认，它无从知道到了没有，所以留下来，随时准备重发。同时关闭时，双方都说了最后一句话，所以两端都要等。',
    },
    mistakes: [
      {
        wrong: { en: 'The client has TIME-WAIT.', zh: 'TIME-WAIT 在客户端。' },
        right: {
          en: 'The end that closes first has it: for HTTP servers that close after the answer, the server.',
          zh: '在先关闭的一端：HTTP 服务器答完就关时，就在服务器。',
        },
      },
    ],
  },
  {
    of: 'many-time-wait',
    full: {
      en: 'Count per address and port first. A TIME-WAIT is about 250 octets on Linux, no descriptor, no buffer: a hundred thousand are harmless to a server. A client keeps one local port busy for each, for one destination: at 470 new connections a second the 28,232 are used up, and connect() fails with EADDRNOTAVAIL. The cure is fewer connections (pool, keep-alive); then tcp_tw_reuse=1 at the client; then more addresses.',
      zh: '先按目标地址和端口统计。Linux 上一个 TIME-WAIT 约 250 字节，没有描述符和缓冲区：服务器上十万个也无妨。客户端则每个占用一个本地端口（针对同一目标）：每秒新建 470 个连接，28,232 个端口就用完，connect() 报 EADDRNOTAVAIL。首先减少连接（连接池、keep-alive），其次客户端设 tcp_tw_reuse=1，再次增加地址。',
    },
    mistakes: [
      {
        wrong: { en: 'tcp_fin_timeout shortens TIME-WAIT.', zh: 'tcp_fin_timeout 可以缩短 TIME-WAIT。' },
        right: {
          en: 'It bounds FIN-WAIT-2 of closed sockets. TIME-WAIT is 60 s, a constant of the kernel.',
          zh: '它限制的是已 close() 套接字的 FIN-WAIT-2。TIME-WAIT 固定 60 秒，是内核常量。',
        },
      },
    ],
  },
  {
    of: 'tw-reuse',
    full: {
      en: 'It lets connect() take a port whose connection has been in TIME-WAIT for more than a second, if timestamps were in use: the new SYN’s timestamp is larger, and PAWS keeps old segments out. Two hazards stay: PAWS does not judge a RST of the old connection, and if the peer still waits in LAST-ACK, its answer to the SYN is an ACK, to which the client must answer RST and try again. It acts only for outgoing connections.',
      zh: '它允许 connect() 使用处于 TIME-WAIT 超过 1 秒的端口，条件是用了时间戳：新 SYN 的时间戳更大，PAWS 挡住旧报文段。仍有两个风险：PAWS 不检查旧连接的 RST；若对端还停在 LAST-ACK，对 SYN 的回答是 ACK，客户端要先回 RST 再重试。它只对主动发起的连接有效。',
    },
    mistakes: [
      {
        wrong: {
          en: 'tcp_tw_reuse helps a server with many TIME-WAIT.',
          zh: '服务器 TIME-WAIT 多，可以开 tcp_tw_reuse。',
        },
        right: {
          en: 'It acts in connect() only; a server that accepts does not use up ports.',
          zh: '它只在 connect() 时起作用；接受连接的服务器不消耗端口。',
        },
      },
    ],
  },
  {
    of: 'tw-recycle',
    full: {
      en: 'It ended TIME-WAIT after three and a half RTOs and remembered, per remote address, the latest timestamp: SYNs with an older one were dropped. Behind a NAT several hosts share an address, each with its own timestamp clock; so some of them could not connect, at random. Since 4.10 timestamps start at a random offset for each connection, which made the idea impossible. Advice that still names it is older than 2017.',
      zh: '它让 TIME-WAIT 三个半 RTO 就结束，并按对方地址记住最新的时间戳，时间戳更旧的 SYN 一律丢弃。NAT 后面多台主机共用一个地址，时间戳时钟各不相同，于是其中一些随机地连不上。4.10 起每个连接的时间戳有随机起点，这个办法就彻底行不通了。仍在推荐它的文章都早于 2017 年。',
    },
    mistakes: [
      {
        wrong: { en: 'Set tcp_tw_recycle=1 on busy servers.', zh: '繁忙的服务器应设 tcp_tw_recycle=1。' },
        right: { en: 'There is no such sysctl since Linux 4.12.', zh: 'Linux 4.12 起没有这个参数了。' },
      },
    ],
  },
  {
    of: 'reuseaddr',
    full: {
      en: 'bind() refuses a port that has connections left, TIME-WAIT included: EADDRINUSE. SO_REUSEADDR, set before bind(), says that this is meant; a port with a listener is refused all the same. The old connections stay as they are: they differ from new ones in their four numbers. SO_REUSEPORT is something else: several listeners that share one port, among which the kernel distributes.',
      zh: 'bind() 拒绝还留有连接（包括 TIME-WAIT）的端口：EADDRINUSE。在 bind() 之前设 SO_REUSEADDR，表示就是要这样；有监听者的端口仍会被拒绝。旧连接原样保留，它们与新连接的四元组不同。SO_REUSEPORT 是另一回事：多个监听者共用一个端口，由内核分配。',
    },
    mistakes: [
      {
        wrong: { en: 'SO_REUSEADDR shortens TIME-WAIT.', zh: 'SO_REUSEADDR 会缩短 TIME-WAIT。' },
        right: { en: 'It only lets bind() succeed.', zh: '它只是让 bind() 成功。' },
      },
    ],
  },
  {
    of: 'syn-to-time-wait',
    full: {
      en: 'Both ways are in section 3.10.7.4 and RFC 6191. Newer, by timestamp or by a sequence number above RCV.NXT: a listener takes it, with an own ISN above the old SND.NXT, and TIME-WAIT ends early without harm. Older: it may be a stray duplicate, so it gets the ACK that any unacceptable segment gets. A real client answers that ACK with RST, which by default ends TIME-WAIT on Linux; its next SYN then succeeds.',
      zh: '两种情况都在第 3.10.7.4 节和 RFC 6191 里。更新（时间戳更大，或序列号大于 RCV.NXT）：由监听者接手，自己的 ISN 取在旧 SND.NXT 之上，TIME-WAIT 提前结束且无害。更旧：可能是迷路的副本，按不可接受的报文段回 ACK。真正的客户端用 RST 回应这个 ACK，Linux 默认会因此结束 TIME-WAIT，客户端下一个 SYN 就能成功。',
    },
    mistakes: [
      {
        wrong: { en: 'A SYN in TIME-WAIT is always dropped.', zh: 'TIME-WAIT 收到的 SYN 一律丢弃。' },
        right: {
          en: 'It is never just dropped: a newer one opens the connection, an older one gets an ACK.',
          zh: '不会简单丢弃：更新的会重新打开连接，更旧的得到一个 ACK。',
        },
      },
    ],
  },
  {
    of: 'rst-to-time-wait',
    full: {
      en: 'RFC 1337 calls it TIME-WAIT assassination: an old segment arrives, TIME-WAIT answers with an ACK, the peer has no connection any more and answers RST, and the state is gone before its time. Then old segments meet no guard. It wants nobody’s malice. tcp_rfc1337=1 makes Linux ignore RST there; FreeBSD, gVisor and lwIP do so by default. The price: a client whose SYN is older must wait.',
      zh: 'RFC 1337 称之为 TIME-WAIT 暗杀：一个旧报文段到达，TIME-WAIT 回 ACK，对端已没有连接，回 RST，状态提前消失，旧报文段从此无人把守。这不需要谁有恶意。Linux 设 tcp_rfc1337=1 就忽略这种 RST；FreeBSD、gVisor、lwIP 默认忽略。代价是：SYN 较旧的客户端得等。',
    },
    mistakes: [
      {
        wrong: {
          en: 'RFC 9293 says that a RST in TIME-WAIT is ignored.',
          zh: 'RFC 9293 规定 TIME-WAIT 忽略 RST。',
        },
        right: {
          en: 'Its text closes the connection; ignoring it is RFC 1337’s advice.',
          zh: '它的正文是关闭连接；忽略 RST 是 RFC 1337 的建议。',
        },
      },
    ],
  },
];
