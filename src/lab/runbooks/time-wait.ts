// Runbook: many connections in TIME-WAIT (RFC 9293 section 3.6.1; net.ipv4 sysctls of Linux).

import type { Runbook } from './runbook.ts';

/** Many connections in TIME-WAIT. */
export const timeWait: Runbook = {
  id: 'time-wait',
  aliases: ['TIME_WAIT', 'tw', 'TIMEWAIT', 'time wait bucket table overflow'],
  title: { en: 'Many connections in TIME-WAIT', zh: '大量连接处于 TIME-WAIT' },
  means: {
    en: 'This host closed first, many times in the last minute. It is the orderly end of a connection: each stays 60 s on Linux (RFC 9293: 2 MSL), without a process, without buffers, in a few hundred octets of memory.',
    zh: '过去一分钟里本机多次先关闭连接。这是连接正常的结尾：Linux 上每个停留 60 秒（RFC 9293：2MSL），不占进程，没有缓冲区，只占几百字节内存。',
  },
  fault: {
    en: 'Usually nobody’s. It is a load to think about only where one client opens hundreds of connections a second to the same address and port: then its ports may run out.',
    zh: '通常谁都没错。只有当一台客户端每秒向同一个地址和端口新建几百个连接时才需要考虑：端口可能用完。',
  },
  looks: [
    {
      ask: { en: 'How many?', zh: '有多少？' },
      run: 'ss -s | head -2',
      prints: 'Total: 0\nTCP:   203 (estab 0, closed 203, orphaned 0, timewait 200)',
      reads: {
        en: 'timewait is the number. At this rate timewait / 60 connections end here every second.',
        zh: 'timewait 就是数量。照此计算，每秒有 timewait / 60 个连接由本机先关闭。',
      },
    },
    {
      ask: { en: 'To which address and port?', zh: '都连向哪个地址和端口？' },
      run: "ss -Htn state time-wait | awk '{print $4}' | sort | uniq -c | sort -rn | head -3",
      prints: '    200 10.0.0.2:80',
      reads: {
        en: 'Many for one address and port: this host is the client, and each holds one of its ports. Many different peers, one local port: this host is the server, and no port is used up at all.',
        zh: '集中在同一个地址和端口：本机是客户端，每个都占用本机一个端口。对端各不相同、本地端口相同：本机是服务器，根本不消耗端口。',
      },
    },
    {
      ask: { en: 'How long do they last?', zh: '还要等多久？' },
      run: 'ss -tno state time-wait | head -3',
      prints:
        'Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n' +
        '0      0           10.0.0.1:49774     10.0.0.2:80   timer:(timewait,59sec,0)\n' +
        '0      0           10.0.0.1:49788     10.0.0.2:80   timer:(timewait,59sec,0)',
      reads: {
        en: 'The rest of the 60 s. They are a constant of the kernel (TCP_TIMEWAIT_LEN); there is no sysctl.',
        zh: '60 秒中剩余的时间。这是内核常量（TCP_TIMEWAIT_LEN），没有对应的 sysctl。',
      },
    },
    {
      ask: { en: 'Is the table full? Are they taken up again?', zh: '表满了吗？有没有被重新使用？' },
      run: 'nstat -az TcpExtTW TcpExtTWRecycled TcpExtTCPTimeWaitOverflow',
      prints:
        '#kernel\nTcpExtTW                        200                0.0\n' +
        'TcpExtTWRecycled                0                  0.0\nTcpExtTCPTimeWaitOverflow       0                  0.0',
      reads: {
        en: 'TW: connections that entered TIME-WAIT; TWRecycled: taken up by tcp_tw_reuse; TCPTimeWaitOverflow: more than tcp_max_tw_buckets, so that connections were dropped without TIME-WAIT: raise it.',
        zh: 'TW：进入过 TIME-WAIT 的数量；TWRecycled：被 tcp_tw_reuse 重新使用的数量；TCPTimeWaitOverflow：超过 tcp_max_tw_buckets，连接没有 TIME-WAIT 就被丢弃：应当调大。',
      },
    },
    {
      ask: { en: 'What are the bounds?', zh: '上限是多少？' },
      run: 'sysctl net.ipv4.tcp_max_tw_buckets net.ipv4.tcp_tw_reuse net.ipv4.ip_local_port_range',
      prints:
        'net.ipv4.tcp_max_tw_buckets = 131072\nnet.ipv4.tcp_tw_reuse = 2\nnet.ipv4.ip_local_port_range = 32768\t60999',
      reads: {
        en: 'A client has 28,232 ports for each address and port that it talks to: 28,232 / 60 s = 470 connections a second. tcp_tw_reuse 2: only to loopback addresses.',
        zh: '对每个目标地址和端口，客户端有 28,232 个端口可用：28,232 / 60 秒 = 每秒 470 个连接。tcp_tw_reuse 为 2：只对环回地址有效。',
      },
    },
  ],
  now: [
    {
      en: 'Nothing, if no connect() fails with EADDRNOTAVAIL. If it does: see the runbook ports.',
      zh: '若没有 connect() 报 EADDRNOTAVAIL，就什么都不用做。若有：见 runbook ports。',
    },
    {
      en: 'A server that cannot bind() after a restart (EADDRINUSE) wants SO_REUSEADDR, not fewer TIME-WAIT.',
      zh: '服务器重启后 bind() 报 EADDRINUSE：应当设 SO_REUSEADDR，而不是减少 TIME-WAIT。',
    },
  ],
  forGood: [
    {
      en: 'Keep connections: HTTP keep-alive, a pool. That takes away the connections, and with them their TIME-WAIT.',
      zh: '复用连接：HTTP keep-alive、连接池。连接少了，TIME-WAIT 自然就少。',
    },
    {
      en: 'Let the client close: then the TIME-WAIT are spread over the clients.',
      zh: '让客户端先关闭：TIME-WAIT 就分散到各个客户端上。',
    },
    {
      en: 'On a client with one busy destination: net.ipv4.tcp_tw_reuse=1 (needs timestamps at both ends); or more destination addresses.',
      zh: '只连一个繁忙目标的客户端：net.ipv4.tcp_tw_reuse=1（两端都要有时间戳）；或增加目标地址。',
    },
  ],
  useless: [
    {
      en: 'tcp_fin_timeout: it shortens FIN-WAIT-2 of orphans, not TIME-WAIT.',
      zh: 'tcp_fin_timeout：它缩短的是孤儿连接的 FIN-WAIT-2，不是 TIME-WAIT。',
    },
    {
      en: 'tcp_tw_recycle: it broke clients behind NAT, and was removed in Linux 4.12.',
      zh: 'tcp_tw_recycle：会害了 NAT 后面的客户端，Linux 4.12 已删除。',
    },
    {
      en: 'SO_LINGER with 0: RST instead of FIN loses what was not delivered; a smaller tcp_max_tw_buckets takes the protection away.',
      zh: 'SO_LINGER 设 0：用 RST 代替 FIN，未送达的数据会丢；调小 tcp_max_tw_buckets：等于取消这层保护。',
    },
  ],
  scenario: 'tw-pile',
};
