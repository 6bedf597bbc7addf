// Runbook: many connections in FIN-WAIT-1: peers that do not answer, or do not read.

import type { Runbook } from './runbook.ts';

/** Many connections in FIN-WAIT-1. */
export const finWait1: Runbook = {
  id: 'fin-wait-1',
  aliases: ['FIN_WAIT1', 'FIN_WAIT_1', 'fw1', 'orphan', 'too many orphaned sockets', '孤儿连接'],
  title: { en: 'Many connections in FIN-WAIT-1', zh: '大量连接处于 FIN-WAIT-1' },
  means: {
    en: 'This host has closed, and its FIN, or data before it, is not acknowledged. In an orderly close that takes one round trip: many FIN-WAIT-1 mean peers that do not answer, or whose window is closed.',
    zh: '本机已关闭，但 FIN（或它前面的数据）还没得到确认。正常关闭时这只需一个往返：大量 FIN-WAIT-1 说明对端不应答，或者窗口关着。',
  },
  fault: {
    en: 'Send-Q 1 and a running timer: the path, or a peer that is gone. A large Send-Q and timer persist: the peer’s program, which does not read. On a public server a few are normal, and slow readers can be an attack.',
    zh: 'Send-Q 为 1 且重传定时器在走：路径或对端已不在。Send-Q 很大且定时器是 persist：对端的程序不读数据。公网服务器上有一些很正常；刻意慢读也可能是攻击。',
  },
  looks: [
    {
      ask: { en: 'Does the peer not answer, or not read?', zh: '对端是不应答，还是不读？' },
      run: 'ss -tno state fin-wait-1',
      prints:
        'Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n' +
        '0      621193      10.0.0.1:51680     10.0.0.2:80   timer:(persist,3.220ms,3)\n' +
        '0      1           10.0.0.1:54392     10.0.0.2:81   timer:(on,1.300ms,3)',
      reads: {
        en: 'First line: window 0, 621,192 octets and the FIN wait; probes are sent. Second: only the FIN is out (Send-Q 1), and was sent again three times. (“1.300ms” are 1.3 s: iproute2 6.1 prints it so.)',
        zh: '第一行：窗口为 0，621,192 字节和 FIN 都在等，正在发探测。第二行：只有 FIN 在外（Send-Q 为 1），已重传三次。（“1.300ms” 是 1.3 秒，iproute2 6.1 就这样显示。）',
      },
    },
    {
      ask: { en: 'How many orphans, and how much memory?', zh: '多少孤儿连接，占多少内存？' },
      run: 'grep TCP: /proc/net/sockstat',
      prints: 'TCP: inuse 3 orphan 3 tw 0 alloc 9 mem 260',
      reads: {
        en: 'orphan: closed by their program, kept by TCP. mem: pages of 4096 octets for all buffers.',
        zh: 'orphan：程序已关闭、由 TCP 保留的连接。mem：全部缓冲区占的页数（每页 4096 字节）。',
      },
    },
    {
      ask: { en: 'Are they given up?', zh: '有没有被放弃？' },
      run: 'nstat -az TcpExtTCPAbortOnMemory TcpExtTCPAbortOnTimeout TcpRetransSegs',
      prints:
        '#kernel\nTcpRetransSegs                  6                  0.0\nTcpExtTCPAbortOnMemory          0                  0.0\n' +
        'TcpExtTCPAbortOnTimeout         0                  0.0',
      reads: {
        en: 'AbortOnTimeout: given up after the last repetition. AbortOnMemory: too many orphans (tcp_max_orphans) or too little memory, ended with RST.',
        zh: 'AbortOnTimeout：最后一次重传后放弃。AbortOnMemory：孤儿过多（tcp_max_orphans）或内存不足，以 RST 结束。',
      },
    },
    {
      ask: { en: 'How often is a FIN repeated?', zh: 'FIN 会重传几次？' },
      run: 'sysctl net.ipv4.tcp_orphan_retries',
      prints: 'net.ipv4.tcp_orphan_retries = 0',
      reads: {
        en: '0 stands for 8. From a timeout of 0.2 s that is about 100 s. While a peer with window 0 answers the probes, nothing is counted: it can hold the connection for as long as it likes.',
        zh: '0 表示 8 次。若超时从 0.2 秒算起，约 100 秒。窗口为 0 的对端只要还应答探测，就不计次数：它可以想占多久就占多久。',
      },
    },
  ],
  now: [
    {
      en: 'One peer: ss -K state fin-wait-1 dst PEER (root) ends its connections.',
      zh: '只有一个对端：ss -K state fin-wait-1 dst PEER（root）结束它的连接。',
    },
    {
      en: 'Memory is short: set tcp_orphan_retries to 2 or 3 for a while.',
      zh: '内存吃紧：暂时把 tcp_orphan_retries 设为 2 或 3。',
    },
  ],
  forGood: [
    {
      en: 'Bound the silence: TCP_USER_TIMEOUT on the socket limits unacknowledged data and zero windows, and holds for what is left after close(), too.',
      zh: '给沉默设上限：套接字的 TCP_USER_TIMEOUT 限制未确认数据和零窗口的时长，close() 之后仍有效。',
    },
    {
      en: 'Do not write more into a connection than its peer reads: smaller send buffers, a limit for slow clients in the server.',
      zh: '不要往连接里写得比对端读得多：减小发送缓冲区，在服务器里限制慢客户端。',
    },
  ],
  useless: [
    {
      en: 'tcp_fin_timeout: it begins only in FIN-WAIT-2.',
      zh: 'tcp_fin_timeout：到 FIN-WAIT-2 才开始计时。',
    },
  ],
  scenario: 'fin-lost',
  edits: ['drop FIN#1- left->right'],
};
