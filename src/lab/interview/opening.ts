// Interview: opening a connection (RFC 9293 sections 3.4.1 and 3.5).

import type { InterviewEntry } from './interview.ts';

/** Opening. */
export const opening: readonly InterviewEntry[] = [
  {
    id: 'three-way',
    question: {
      en: 'Walk me through the three-way handshake: segments, numbers, states.',
      zh: '讲一讲三次握手的过程：报文段、序列号和状态。',
    },
    short: {
      en: 'SYN with seq=x: client SYN-SENT. SYN,ACK with seq=y, ack=x+1: server SYN-RECEIVED. ACK with seq=x+1, ack=y+1: the client is ESTABLISHED when the SYN,ACK arrives, the server when this ACK does.',
      zh: '客户端发 SYN，seq=x，进入 SYN-SENT。服务器回 SYN,ACK，seq=y、ack=x+1，进入 SYN-RECEIVED。客户端收到后即 ESTABLISHED，发 ACK，seq=x+1、ack=y+1；服务器收到这个 ACK 才 ESTABLISHED。',
    },
    full: {
      en: 'x and y are the initial sequence numbers, 32 bits, different for every connection. A SYN occupies one number, therefore +1; the pure ACK occupies none, so that the first octet of data is x+1, too. The SYNs also carry what can be agreed only here: MSS, window scale, SACK permitted, timestamps. The listener stays in LISTEN; it is a new connection that passes SYN-RECEIVED. connect() returns after the second segment, accept() can return after the third.',
      zh: 'x、y 是初始序列号，32 位，每个连接都不同。SYN 占一个序列号，所以要加 1；纯 ACK 不占，所以第一个数据字节也是 x+1。只有在两个 SYN 里才能商定的选项也在此：MSS、窗口扩大、SACK、时间戳。监听套接字始终是 LISTEN，经历 SYN-RECEIVED 的是新连接。connect() 在第二个报文段之后返回，accept() 要等第三个之后。',
    },
    traps: [4, 7, 13, 14, 22],
    run: { scenario: 'hs' },
  },
  {
    of: 'why-three',
    full: {
      en: 'RFC 9293 gives the principal reason: old duplicates of a SYN must not cause confusion. A server that were ESTABLISHED after two segments would believe every SYN that is late by minutes. With three, the client sees in the SYN,ACK an acknowledgment of a number that it did not send, and answers RST. Both sides’ numbers are agreed on and confirmed with the same three segments. Four are not needed: the server’s ACK and its SYN are one segment.',
      zh: 'RFC 9293 给出的首要理由是：不让旧的重复 SYN 造成混乱。若服务器两次就算建立，迟到几分钟的 SYN 它也会当真。有第三次，客户端从 SYN,ACK 里看到它确认的不是自己发的序列号，就回 RST。同样的三个报文段也让双方的初始序列号都得到确认。不需要四次：服务器的 ACK 和 SYN 合成一个报文段。',
    },
    traps: [23, 37, 40, 42],
  },
  {
    of: 'why-random-isn',
    full: {
      en: 'RFC 6528: ISN = M + F(addresses, ports, secret). M is a clock that ticks every 4 µs: a later connection of the same four numbers begins above what the earlier one used, so that its stragglers do not fit. F, a keyed hash, is different for each pair of sockets and cannot be computed by others: who cannot see the segments cannot guess a number within the window. With a fixed ISN an old segment is taken for new text: the lab finds that run by itself.',
      zh: 'RFC 6528：ISN = M + F(地址、端口、密钥)。M 是每 4 微秒走一格的时钟：同一四元组的下一个连接从更高处开始，上一个连接的迟到报文段就对不上。F 是带密钥的散列，每对套接字不同，外人算不出：看不到报文的攻击者猜不中窗口内的序列号。若 ISN 固定，旧报文段会被当作新数据收下，实验室能自己搜出这样的运行。',
    },
    traps: [4, 5],
  },
  {
    of: 'why-plus-one',
    full: {
      en: 'ack is the next number expected: everything below it has arrived. SYN and FIN occupy one number each, as if they were an octet, so that the same mechanism acknowledges and repeats them. An ACK without data occupies none: if it did, it would have to be acknowledged, and that again. seq=x+1 in the third segment is simply SND.NXT; it is not copied from the server’s ack, though without data the two are equal.',
      zh: 'ack 是期望的下一个序列号：在它之前的都已收到。SYN 和 FIN 各占一个号，好比一个字节，于是同一套机制就能确认它们、重传它们。不带数据的 ACK 不占号：否则它也要被确认，没完没了。第三个报文段的 seq=x+1 就是 SND.NXT，并不是照抄服务器的 ack，只是没有数据时两者恰好相等。',
    },
    traps: [18, 67],
  },
  {
    of: 'accept-when',
    full: {
      en: 'The client has all it needs when the SYN,ACK arrives: connect() returns half a round trip before the server is ESTABLISHED. The third segment puts the connection into the accept queue; accept() only takes it out, and may be called long after. So a successful connect() does not mean that the server’s program knows of you: it may be busy, or never call accept().',
      zh: 'SYN,ACK 一到，客户端要的都齐了：connect() 返回时，服务器还要再过半个往返才 ESTABLISHED。第三个报文段把连接放进全连接队列，accept() 只是取走它，可以晚很久。所以 connect() 成功并不说明服务器程序知道你来了：它可能在忙，也可能根本不 accept()。',
    },
    traps: [22],
  },
  {
    of: 'data-in-handshake',
    full: {
      en: 'The third may: its sender is ESTABLISHED, and the server, when it takes the ACK, takes the text, too. Then it is data with the ACK bit, and no separate ACK is sent. SYN and SYN,ACK may by the letter of section 3.5, but what they carry is not given to the program before ESTABLISHED. TCP Fast Open (RFC 7413) lifts that for clients that show a cookie; replay is then the program’s affair.',
      zh: '第三次可以：发送方已是 ESTABLISHED，服务器处理 ACK 的同时也收下数据。这时它就是一个带 ACK 位的数据报文段，不另发 ACK。按第 3.5 节，SYN 和 SYN,ACK 也可以带数据，但在 ESTABLISHED 之前不交给程序。TCP Fast Open（RFC 7413）对出示 cookie 的客户端放开了这一条，此时重放要由程序自己应付。',
    },
    traps: [19],
  },
  {
    id: 'old-syn',
    question: {
      en: 'An old SYN arrives at the server before the new one: what happens?',
      zh: '旧的 SYN 比新的先到服务器，会怎样？',
    },
    short: {
      en: 'The server answers the old one; the client sees an acknowledgment of a number that it did not send and answers RST. The server is back in LISTEN, and the new SYN succeeds.',
      zh: '服务器照常回应旧的 SYN；客户端发现确认号不是自己发的，回 RST。服务器回到 LISTEN，新的 SYN 随后成功。',
    },
    full: {
      en: 'In SYN-SENT an acknowledgment is acceptable only if it lies above ISS and not above SND.NXT (section 3.10.7.3, first step). The one for the old SYN does not: the client sends RST with seq=SEG.ACK, so that exactly that connection at the server fits, and stays in SYN-SENT. A mere retransmission of the SYN cannot cause this: it has the same number. The old SYN must be of an earlier attempt.',
      zh: '在 SYN-SENT，确认号必须大于 ISS 且不大于 SND.NXT 才可接受（第 3.10.7.3 节第一步）。对旧 SYN 的确认不满足，客户端发 RST，seq=SEG.ACK，正好对上服务器那边的连接，自己仍留在 SYN-SENT。单纯重传的 SYN 不会引起这种情况，因为序列号相同；旧 SYN 必定来自更早的一次尝试。',
    },
    traps: [37, 39],
    run: { scenario: 'stale-first' },
  },
  {
    of: 'simultaneous-open',
    full: {
      en: 'Each gets a bare SYN in SYN-SENT, answers SYN,ACK and is SYN-RECEIVED; the other’s SYN,ACK makes it ESTABLISHED. There are four segments, and still one connection, because both used the same pair of sockets (section 3.5, figure 7; MUST-10). It needs both sides to bind the port that the other connects to: peer-to-peer programs do that to get through NATs. A socket that connects to its own port is the same with one host.',
      zh: '两端都在 SYN-SENT 收到不带 ACK 的 SYN，各回 SYN,ACK，进入 SYN-RECEIVED；收到对方的 SYN,ACK 后 ESTABLISHED。共四个报文段，但仍是一个连接，因为用的是同一对套接字（第 3.5 节图 7，MUST-10）。前提是双方都 bind 了对方要连的端口：P2P 穿透 NAT 就这样做。一个套接字连到自己的端口，就是只有一台主机的同时打开。',
    },
    mistakes: [
      {
        wrong: {
          en: 'Two connections come of it, one in each direction.',
          zh: '会建立两个连接，一个方向一个。',
        },
        right: {
          en: 'One: a connection is its pair of sockets, whoever opened it.',
          zh: '只有一个：连接由一对套接字确定，与谁发起无关。',
        },
      },
    ],
  },
  {
    id: 'syn-options',
    question: {
      en: 'What do the two ends negotiate in the handshake besides sequence numbers?',
      zh: '除了序列号，握手时两端还协商了什么？',
    },
    short: {
      en: 'MSS, the window scale, SACK and timestamps: options of the SYN and the SYN,ACK. They can be agreed only there, and hold for the whole connection.',
      zh: 'MSS、窗口扩大因子、SACK、时间戳：都是 SYN 和 SYN,ACK 里的选项，只能在这里商定，整个连接期间有效。',
    },
    full: {
      en: 'MSS is not negotiated but told: the largest segment that I can take (without it 536 for IPv4, 1220 for IPv6). Window scale is a shift for each direction, and counts only if both sent it: without it no window is larger than 65,535. SACK permitted and timestamps likewise need both. A middlebox that removes one from a single SYN makes the ends disagree: with the window scale one end then reads windows that are many times too small.',
      zh: 'MSS 不是协商而是告知：我最大能收多大的报文段（没有时 IPv4 为 536，IPv6 为 1220）。窗口扩大是每个方向各一个移位数，双方都发了才生效，否则窗口不超过 65,535。SACK 和时间戳同样要双方都发。中间设备若只抹掉其中一个 SYN 里的选项，两端的理解就会不同：抹掉窗口扩大，一端读到的窗口会小很多倍。',
    },
    traps: [],
    mistakes: [
      {
        wrong: {
          en: 'The window field of a SYN is scaled, too.',
          zh: 'SYN 里的窗口字段也要按扩大因子计算。',
        },
        right: {
          en: 'The window of a segment with SYN is never scaled (RFC 7323, section 2.2).',
          zh: '带 SYN 的报文段，窗口从不扩大（RFC 7323 第 2.2 节）。',
        },
      },
    ],
    run: { scenario: 'wscale-strip' },
  },
  {
    of: 'four-tuple',
    full: {
      en: 'The demultiplexing key is local address, local port, remote address, remote port. One server port therefore holds any number of connections, as long as the other two differ; 65,535 is no limit of a server. A client that talks to one address and port varies only its own port: 28,232 with Linux’s default range. What really bounds a server: descriptors, memory for buffers, and work.',
      zh: '分用的键是本地地址、本地端口、远端地址、远端端口。所以服务器一个端口上可以有任意多连接，只要另外两项不同；65,535 不是服务器的上限。只连一个地址和端口的客户端，能变的只有自己的端口：Linux 默认范围 28,232 个。真正限制服务器的是文件描述符、缓冲区内存和处理能力。',
    },
    mistakes: [
      {
        wrong: {
          en: 'A server can have at most 65,535 connections.',
          zh: '一台服务器最多只能有 65,535 个连接。',
        },
        right: {
          en: 'The bound is 65,535 ports for each pair of addresses and each port of the server: that binds a single client.',
          zh: '65,535 是对每一对地址、每个服务器端口而言的，约束的是单个客户端。',
        },
      },
    ],
  },
];
