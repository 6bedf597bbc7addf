// Interview: the queues of a listener, and floods (RFC 4987).

import type { InterviewEntry } from './interview.ts';

/** Queues. */
export const queues: readonly InterviewEntry[] = [
  {
    of: 'queues',
    full: {
      en: 'The SYN queue holds small records: on Linux a request socket of about 300 octets for each SYN,ACK that is not acknowledged. The accept queue holds whole connections that wait for accept(). Linux drops a new SYN as soon as the accept queue is full, without an answer, so that the client tries again; the SYN queue is then no longer filled. See ss -ltn: for a listener Recv-Q is the number that wait, Send-Q the bound; and ListenOverflows.',
      zh: '半连接队列里是小记录：Linux 上每个未确认的 SYN,ACK 占一个约 300 字节的请求套接字。全连接队列里是等待 accept() 的完整连接。全连接队列一满，Linux 就不声不响地丢弃新的 SYN，让客户端重试，于是半连接队列也不再增长。看 ss -ltn：监听套接字的 Recv-Q 是等待的数量，Send-Q 是上限；另看 ListenOverflows。',
    },
    traps: [15],
  },
  {
    of: 'backlog',
    full: {
      en: 'RFC 9293 does not know it; it comes from the sockets interface. On Linux since 2.2 it bounds only the accept queue: min(backlog, net.core.somaxconn), 4096 by default since 5.4, 128 before. It takes effect at listen(). The SYN queue is bounded by the same number while SYN cookies are on. A larger one rides out bursts; against a program that does not accept fast enough it only lengthens the wait.',
      zh: 'RFC 9293 里没有它，它来自套接字接口。Linux 2.2 起它只限制全连接队列：min(backlog, net.core.somaxconn)，默认 5.4 起 4096，之前 128。在 listen() 时生效。开着 SYN cookie 时，半连接队列也以同一数值为限。大一些可以扛住突发；若程序 accept() 本来就跟不上，只是让客户端等得更久。',
    },
    mistakes: [
      {
        wrong: { en: 'backlog is the size of the SYN queue.', zh: 'backlog 是半连接队列的长度。' },
        right: {
          en: 'It is the accept queue’s; tcp_max_syn_backlog counts only where SYN cookies are off.',
          zh: '它是全连接队列的长度；tcp_max_syn_backlog 只在关闭 SYN cookie 时起作用。',
        },
      },
    ],
  },
  {
    of: 'without-accept',
    full: {
      en: 'The handshake is the kernel’s affair: a listener’s program may sleep. The connection is ESTABLISHED at both ends, the client’s data are acknowledged and wait in the receive buffer until its window is full. Only the queue sets a bound: when it is full, further SYNs are dropped. So a health check that only connects says nothing about the program.',
      zh: '握手由内核完成，监听程序睡着也行。连接在两端都是 ESTABLISHED，客户端的数据会被确认，放在接收缓冲区里，直到窗口填满。只有队列长度是限制：满了之后，新的 SYN 被丢弃。所以只做 connect 的健康检查说明不了程序的死活。',
    },
    mistakes: [
      {
        wrong: { en: 'accept() does the third step of the handshake.', zh: 'accept() 完成第三次握手。' },
        right: {
          en: 'accept() sends nothing: it takes an established connection out of the queue.',
          zh: 'accept() 不发任何报文段：它只是从队列里取走一个已建立的连接。',
        },
      },
    ],
  },
  {
    of: 'queue-overflow-ack',
    full: {
      en: 'It can happen when the SYNs were in flight before the queue was full. The server drops the ACK, the client believes to be connected, and its data are dropped, too. After a second the SYN,ACK comes again, and the handshake ends if there is room by then. tcp_abort_on_overflow=1 sends RST instead: a burst that would have been served becomes an error, which is why 0 is the default.',
      zh: '当 SYN 在队列变满之前就已在途时会发生。服务器丢弃这个 ACK，客户端以为连上了，它发的数据也被丢弃。1 秒后 SYN,ACK 重传，若那时有了空位，握手就完成。tcp_abort_on_overflow=1 时改回 RST：本来能服务的突发变成了错误，所以默认是 0。',
    },
    traps: [22],
  },
  {
    of: 'syn-flood',
    full: {
      en: 'The attacker sends SYNs from addresses that do not answer; each takes a place for up to 63 s. 2048 places are filled by 33 SYNs a second. A SYN cookie takes none: the SYN,ACK’s sequence number is a keyed hash of the four numbers, a slow clock and the MSS, and the third segment proves that the client got it. Linux sends cookies only when the queue is full (tcp_syncookies=1). Firewalls do the same as SYN proxies.',
      zh: '攻击者用不会应答的地址发 SYN，每个最多占位 63 秒。2048 个位置，每秒 33 个 SYN 就填满了。SYN cookie 不占位：SYN,ACK 的序列号是四元组、慢时钟和 MSS 的带密钥散列，第三个报文段证明客户端确实收到了。Linux 只在队列满时才发 cookie（tcp_syncookies=1）。防火墙作为 SYN 代理也是同样的做法。',
    },
    traps: [15],
  },
  {
    of: 'syn-cookie-price',
    full: {
      en: 'A few bits of the sequence number are all there is to remember in: one of four (Linux) MSS values. Window scale, SACK and ECN travel in the low bits of the timestamp if the client sends one, else they are lost for the whole connection. The SYN,ACK cannot be repeated, so that a lost third segment leaves a client that believes to be connected: where the server speaks first, it hangs.',
      zh: '能用来记忆的只有序列号里的几位：Linux 存四个 MSS 取值之一。窗口扩大、SACK、ECN 在客户端发时间戳时藏在时间戳的低位，否则整个连接都没有。SYN,ACK 不能重传，于是第三个报文段若丢失，客户端以为已连上：若协议是服务器先说话，就会卡住。',
    },
    mistakes: [
      {
        wrong: {
          en: 'With tcp_syncookies=1 every connection loses its options.',
          zh: 'tcp_syncookies=1 时，所有连接都丢掉选项。',
        },
        right: {
          en: '1 means: only while the queue is full. Only 2 means always.',
          zh: '1 的意思是只在队列满时使用；2 才是总是使用。',
        },
      },
    ],
  },
  {
    of: 'syn-dropped',
    full: {
      en: 'On Linux: the accept queue is full (ListenOverflows); the SYN queue is full and cookies are off (TCPReqQFullDrop); a filter drops it; its checksum is wrong; the reverse path filter finds no way back. Until 4.12 tcp_tw_recycle dropped SYNs of several clients behind one NAT. None of these sends anything: the client sees only a timeout.',
      zh: '在 Linux 上：全连接队列满（ListenOverflows）；半连接队列满且没开 cookie（TCPReqQFullDrop）；被防火墙丢弃；校验和错误；反向路径过滤找不到回程。4.12 之前 tcp_tw_recycle 还会误丢同一 NAT 后面多个客户端的 SYN。这些情况什么都不回，客户端只看到超时。',
    },
    traps: [9],
  },
];
