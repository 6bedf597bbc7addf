// Interview: connections that stay: CLOSE-WAIT, FIN-WAIT-2, peers that are gone (RFC 9293 sections 3.5.1, 3.6 and 3.8.4).

import type { InterviewEntry } from './interview.ts';

/** What stays. */
export const stuck: readonly InterviewEntry[] = [
  {
    of: 'close-wait',
    full: {
      en: 'Look at ss -tnp state close-wait: which process, which peer, and Recv-Q. 0: the end of the stream was read and close() forgotten. 1: nobody read even that: a blocked thread, an exhausted pool. More: data is unread, too. The peer’s FIN-WAIT-2 is over after a minute; our end learns of it only by sending (RST). No sysctl ends CLOSE-WAIT; descriptors run out in the end (EMFILE). A restart closes them; the cure is in the program.',
      zh: '看 ss -tnp state close-wait：哪个进程、哪个对端，以及 Recv-Q。0：已读到流的末尾却忘了 close()。1：连末尾都没人读，线程阻塞或线程池耗尽。更大：还有数据没读。对端的 FIN-WAIT-2 一分钟就没了，我们要发送时才会知道（RST）。没有哪个 sysctl 能结束 CLOSE-WAIT，最后描述符用完（EMFILE）。重启能清掉，根治要改程序。',
    },
    traps: [59],
    mistakes: [
      {
        wrong: {
          en: 'Tune tcp_keepalive_time against CLOSE-WAIT.',
          zh: '调小 tcp_keepalive_time 来治 CLOSE-WAIT。',
        },
        right: {
          en: 'Keep-alive finds peers that are gone, and only on sockets that ask for it; a leak it hides at most.',
          zh: '保活只能发现已消失的对端，而且套接字要自己开启；对泄漏最多只是掩盖。',
        },
      },
    ],
  },
  {
    of: 'fin-wait-2',
    full: {
      en: 'The RFC has no timer, because a half-closed connection is legal and may be busy for hours. After close() that argument fails: nobody can read. Linux keeps such orphans for tcp_fin_timeout, in a small record like that of TIME-WAIT, and then forgets them without a segment: the peer’s CLOSE-WAIT is not told. ss shows the difference: with a process (shutdown), or timer:(timewait,…) without one.',
      zh: 'RFC 没有定时器，因为半关闭是合法的，可以忙上几个小时。close() 之后就没有这个理由了：没有人能读。Linux 把这种孤儿放在像 TIME-WAIT 那样的小记录里，保留 tcp_fin_timeout，然后不发任何报文段就忘掉，对端的 CLOSE-WAIT 得不到通知。用 ss 可以区分：有进程的是 shutdown，没有进程而带 timer:(timewait,…) 的是 close。',
    },
    traps: [83, 84],
  },
  {
    of: 'cable-power-kill',
    full: {
      en: 'kill -9 ends a process, not the kernel, which closes its descriptors: FIN, or RST if data was unread. Power loss says nothing; after the reboot there is no connection, and the peer’s next segment gets RST. A cut cable says nothing either; sent data is repeated for about 15 minutes (tcp_retries2=15), an idle end notices nothing, and if the cable is back in time, the connection goes on. An unplugged cable at this end does not end it: TCP does not ask about links.',
      zh: 'kill -9 结束的是进程，内核还在，会关闭它的描述符：发 FIN，有未读数据则发 RST。断电什么都不说；重启后没有这个连接，对端下一个报文段得到 RST。网线断了也什么都不说：已发的数据会重传约 15 分钟（tcp_retries2=15），空闲的一端毫无察觉；若及时接回，连接照常继续。本机拔掉网线也不会结束连接：TCP 不过问链路。',
    },
    mistakes: [
      {
        wrong: { en: 'When a process crashes the peer gets nothing.', zh: '进程崩溃，对端什么也收不到。' },
        right: {
          en: 'The kernel closes for it: FIN or RST. Only a host that dies is silent.',
          zh: '内核会替它关闭：FIN 或 RST。只有主机宕机才没有声息。',
        },
      },
    ],
  },
  {
    of: 'crash-without-data',
    full: {
      en: 'A connection is only two records that agree; no segment flows while nothing is sent. So the surviving end stays ESTABLISHED for days. It learns of the crash by sending (the rebooted host answers RST; one that stays dead: timeout after about 15 minutes), or by keep-alive: after 7200 s idle, nine probes 75 s apart, 2 h 11 min on Linux. Applications therefore have heartbeats of their own.',
      zh: '连接不过是两端各有一份一致的记录；不发数据就没有报文段往来。所以幸存的一端可以 ESTABLISHED 好几天。它要靠发送才知道（对方重启后回 RST；一直不回来则约 15 分钟后超时），或者靠保活：空闲 7200 秒后，每 75 秒探测一次，共九次，Linux 上共 2 小时 11 分。所以应用程序常有自己的心跳。',
    },
    traps: [71],
  },
  {
    of: 'keepalives',
    full: {
      en: 'The probe has seq=SND.NXT-1: old, so that any living TCP must answer with an ACK (section 3.8.4). An answer of a rebooted host is RST. SO_KEEPALIVE per socket; TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT set the times. It shows that the peer’s kernel lives, not its program, and it also keeps NAT entries alive if it comes often enough. HTTP’s has its own timeout, at the server, and saves handshakes.',
      zh: '探测报文段 seq=SND.NXT-1，是旧的，任何活着的 TCP 都必须回 ACK（第 3.8.4 节）；重启过的主机回 RST。每个套接字用 SO_KEEPALIVE 开启，TCP_KEEPIDLE、TCP_KEEPINTVL、TCP_KEEPCNT 设定时间。它说明对端内核活着，不说明程序活着；足够频繁时还能维持 NAT 表项。HTTP 的 Keep-Alive 另有服务器端的超时，省的是握手。',
    },
    mistakes: [
      {
        wrong: { en: 'TCP keep-alive is on by default.', zh: 'TCP 保活默认开启。' },
        right: {
          en: 'It must be off by default (MUST-25); a program asks for it.',
          zh: '必须默认关闭（MUST-25），由程序自己开启。',
        },
      },
    ],
  },
];
