// Runbook: an accept queue that overflows (Linux: net.core.somaxconn, backlog of listen()).

import type { Runbook } from './runbook.ts';

/** The accept queue overflows. */
export const acceptQueue: Runbook = {
  id: 'accept-queue',
  aliases: [
    'acceptq',
    'ListenOverflows',
    'SYNs to LISTEN sockets dropped',
    'listen queue of a socket overflowed',
    'listen queue overflow',
    'backlog',
    'somaxconn',
    '全连接队列',
  ],
  title: { en: 'The accept queue overflows', zh: '全连接队列溢出' },
  means: {
    en: 'Connections are ESTABLISHED faster than the program calls accept(). When the queue is full the kernel drops new SYNs without a word: clients see connect() hang for 1, 2, 3 … seconds, or time out.',
    zh: '连接建立得比程序 accept() 快。队列满后，内核一声不响地丢弃新的 SYN：客户端看到 connect() 卡 1、2、3……秒，甚至超时。',
  },
  fault: {
    en: 'The server’s program: it is busy or blocked between two accept(); or its backlog is too small for its bursts.',
    zh: '服务器程序：两次 accept() 之间忙着或被阻塞；或者 backlog 对它的突发来说太小。',
  },
  looks: [
    {
      ask: { en: 'Is a queue full now?', zh: '现在有队列是满的吗？' },
      run: 'ss -ltn',
      prints:
        'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 3      2            0.0.0.0:8080      0.0.0.0:*',
      reads: {
        en: 'For LISTEN, Recv-Q is how many wait, Send-Q the bound: min(backlog, somaxconn). Full means Recv-Q > Send-Q: the kernel compares with >, so that bound + 1 fit.',
        zh: '对 LISTEN，Recv-Q 是正在等待的数量，Send-Q 是上限 min(backlog, somaxconn)。Recv-Q > Send-Q 就是满了：内核用 > 比较，所以能放下上限加一个。',
      },
    },
    {
      ask: { en: 'Did it overflow?', zh: '溢出过吗？' },
      run: 'nstat -az TcpExtListenOverflows TcpExtListenDrops',
      prints:
        '#kernel\nTcpExtListenOverflows           8                  0.0\nTcpExtListenDrops               8                  0.0',
      reads: {
        en: 'Each SYN (or last ACK) that was dropped because of a full accept queue counts in both: four clients sent two SYNs each. ListenDrops alone grows for other reasons, no memory for instance.',
        zh: '每个因全连接队列满而丢弃的 SYN（或最后的 ACK）两个计数都加一：四个客户端各发了两个 SYN。只有 ListenDrops 增长：是别的原因，例如内存不足。',
      },
    },
    {
      ask: { en: 'What does a client see?', zh: '客户端看到什么？' },
      run: 'ss -tno state syn-sent',
      prints:
        'Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n0      1           10.0.0.2:40288     10.0.0.1:8080 timer:(on,900ms,2)',
      reads: {
        en: 'On the client (10.0.0.2): SYN-SENT, as if a filter were in the way.',
        zh: '在客户端（10.0.0.2）上：停在 SYN-SENT，就像被防火墙过滤了一样。',
      },
    },
    {
      ask: { en: 'Which bound counts, and whose process is it?', zh: '哪个上限在起作用？是哪个进程？' },
      run: 'sysctl net.core.somaxconn net.ipv4.tcp_abort_on_overflow; ss -Hltnp',
      prints:
        'net.core.somaxconn = 4096\nnet.ipv4.tcp_abort_on_overflow = 0\n' +
        'LISTEN 3      2            0.0.0.0:8080      0.0.0.0:*    users:(("gateway",pid=326,fd=21))',
      reads: {
        en: 'somaxconn is 4096 (128 before Linux 5.4); the program asked for 2. Send-Q at 128 or 511 is a program’s own default.',
        zh: 'somaxconn 为 4096（Linux 5.4 以前是 128），而程序只要了 2。Send-Q 是 128 或 511 时，那是程序自己的默认值。',
      },
    },
  ],
  now: [
    {
      en: 'Look what the accepting thread does (a stack, strace -p PID -e accept4): an event loop that stands still, a pool that is used up.',
      zh: '看负责 accept 的线程在做什么（线程栈，strace -p PID -e accept4）：事件循环停住了，或线程池耗尽。',
    },
    {
      en: 'Take the host out of the load balancer until it has caught up.',
      zh: '先从负载均衡摘下这台机器，等它缓过来。',
    },
  ],
  forGood: [
    {
      en: 'A backlog for a burst of a second or two (1024 or more), in the program and in somaxconn; it takes effect with the next listen().',
      zh: '让 backlog 承受一两秒的突发（1024 以上），程序里和 somaxconn 都要改；下一次 listen() 才生效。',
    },
    {
      en: 'accept() in a thread that does nothing else, or several listeners with SO_REUSEPORT.',
      zh: '让 accept() 在专门的线程里进行，或用 SO_REUSEPORT 开多个监听者。',
    },
    { en: 'Watch TcpExtListenOverflows: it should be 0.', zh: '监控 TcpExtListenOverflows：它应当是 0。' },
  ],
  useless: [
    {
      en: 'tcp_max_syn_backlog: the other queue. A huge backlog before a program that stands still: clients wait longer for the same failure.',
      zh: 'tcp_max_syn_backlog：那是另一个队列。程序卡住时把 backlog 调得很大：客户端只是等更久，结果一样。',
    },
    {
      en: 'tcp_abort_on_overflow=1: a burst that the next second would have served becomes an error.',
      zh: 'tcp_abort_on_overflow=1：下一秒本可以服务的突发，变成了错误。',
    },
  ],
  scenario: 'acceptq',
};
