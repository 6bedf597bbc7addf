// Runbook: many connections in CLOSE-WAIT (RFC 9293 section 3.6, case 2).

import type { Runbook } from './runbook.ts';

/** Many connections in CLOSE-WAIT. */
export const closeWait: Runbook = {
  id: 'close-wait',
  aliases: ['CLOSE_WAIT', 'cw', 'too many open files', 'EMFILE', '连接泄漏'],
  title: { en: 'Many connections in CLOSE-WAIT', zh: '大量连接处于 CLOSE-WAIT' },
  means: {
    en: 'The peers have sent FIN, and this host’s TCP waits for its own program to close. Nothing in TCP ends that wait: CLOSE-WAIT has no timer.',
    zh: '对端都已发来 FIN，本机的 TCP 在等自己的程序关闭。TCP 没有任何机制会结束这种等待：CLOSE-WAIT 没有定时器。',
  },
  fault: {
    en: 'A program on this host: it does not call close(). Neither the network nor the peer, and no setting of the kernel.',
    zh: '本机的某个程序：它没有调用 close()。与网络、对端、内核参数都无关。',
  },
  looks: [
    {
      ask: { en: 'Which process holds them?', zh: '是哪个进程占着？' },
      run: `ss -Htnp state close-wait | grep -o '"[^"]*",pid=[0-9]*' | sort | uniq -c | sort -rn`,
      prints: '      3 "gateway",pid=30493\n      1 "gateway",pid=30507',
      reads: {
        en: 'Connections for each process. Those of other users are named only to root.',
        zh: '每个进程各有多少个连接。其他用户的进程要 root 才看得到。',
      },
    },
    {
      ask: { en: 'Has it read the end of the stream?', zh: '程序读到流的末尾了吗？' },
      run: 'ss -tnp state close-wait',
      prints:
        'Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n' +
        '0      0           10.0.0.1:8080     10.0.0.2:43322 users:(("gateway",pid=30493,fd=23))\n' +
        '1      0           10.0.0.1:8081     10.0.0.2:39130 users:(("gateway",pid=30507,fd=22))',
      reads: {
        en: 'Recv-Q counts the unread FIN as one. 0: the program read the end and forgot close(): look for the path that returns early. 1: nobody reads, the FIN waits alone: a blocked thread, an exhausted pool, an event loop that stands still. More: data is unread, too.',
        zh: 'Recv-Q 把未读的 FIN 也算作 1。0：程序读到了末尾却忘了 close()，去找提前返回的那条路径。1：没有人读，只剩一个 FIN：线程阻塞、线程池耗尽或事件循环停住。大于 1：还有数据没读。',
      },
    },
    {
      ask: { en: 'Which peer, and so which code?', zh: '是哪个对端，也就是哪段代码？' },
      run: `ss -Htn state close-wait | awk '{print $4}' | sed 's/:[0-9]*$//' | sort | uniq -c | sort -rn | head`,
      prints: '      4 10.0.0.2',
      reads: {
        en: 'One address: the client, or the pool, that talks to it. All the same remote port, a database’s or a service’s: an outgoing pool whose idle connections the other side has closed.',
        zh: '只有一个地址：问题在与它通信的客户端或连接池。若远端端口都相同（数据库或某个服务的端口）：多半是出站连接池，空闲连接已被对方关闭。',
      },
    },
    {
      ask: { en: 'Since when?', zh: '从什么时候开始的？' },
      run: "ss -Htnoi state close-wait | grep -o 'lastrcv:[0-9]*' | sort -t: -k2 -n | tail -3",
      prints: 'lastrcv:1300\nlastrcv:1300\nlastrcv:1300',
      reads: {
        en: 'Milliseconds since the last data came, or since the handshake; the eldest last. Compare it with your deployments and with the peer’s idle timeout.',
        zh: '距最后一次收到数据（没有数据时是距握手）的毫秒数，最久的在最后。与发布时间、对端的空闲超时对照。',
      },
    },
    {
      ask: { en: 'Which descriptors of the process?', zh: '是进程的哪些描述符？' },
      run: 'lsof -nP -a -p PID -iTCP -sTCP:CLOSE_WAIT',
      prints:
        'COMMAND   PID USER   FD   TYPE  DEVICE SIZE/OFF NODE NAME\n' +
        'gateway 30493 root   22u  IPv4 4586070      0t0  TCP 10.0.0.1:8080->10.0.0.2:43308 (CLOSE_WAIT)',
      reads: {
        en: 'FD 22: the number by which logs, strace and a debugger know it.',
        zh: 'FD 22：日志、strace 和调试器里就用这个编号。',
      },
    },
    {
      ask: { en: 'How long until the descriptors run out?', zh: '文件描述符还能撑多久？' },
      run: "ls /proc/PID/fd | wc -l; grep 'open files' /proc/PID/limits",
      prints: '25\nMax open files            20000                20000                files',
      reads: {
        en: 'In use, and the soft limit. At the limit accept(), connect() and open() fail with EMFILE.',
        zh: '已用数量与软上限。到达上限后 accept()、connect()、open() 都会以 EMFILE 失败。',
      },
    },
  ],
  now: [
    {
      en: 'Take a stack of the process (jstack, py-spy, gdb, kill -QUIT for Go) while it is stuck; then restart it: the kernel closes what it held.',
      zh: '先在它卡住时取线程栈（jstack、py-spy、gdb，Go 用 kill -QUIT），再重启进程：内核会关闭它占有的一切。',
    },
    {
      en: "One connection without a restart: ss -K '( dst PEER and dport = :PORT and sport = :OWN )' aborts it (root; the kernel needs CONFIG_INET_DIAG_DESTROY). The program gets ECONNABORTED.",
      zh: "不重启而只结束某个连接：ss -K '( dst PEER and dport = :PORT and sport = :OWN )'（需要 root，内核需有 CONFIG_INET_DIAG_DESTROY）。程序得到 ECONNABORTED。",
    },
  ],
  forGood: [
    {
      en: 'Close on every path: try-with-resources, defer, with, finally; and treat read() = 0 as the end.',
      zh: '每条路径都要关闭：try-with-resources、defer、with、finally；并把 read() 返回 0 当作结束处理。',
    },
    {
      en: 'Take idle connections out of the pool before the peer closes them: an idle time below the peer’s, and a check before use.',
      zh: '让连接池先于对端淘汰空闲连接：空闲时间设得比对端短，取用前先检查。',
    },
    {
      en: 'Put a timeout on every read, and watch the number of CLOSE-WAIT: an alarm at a few hundred costs nothing.',
      zh: '给每次读设超时，并监控 CLOSE-WAIT 的数量：几百个时就告警，几乎没有成本。',
    },
  ],
  useless: [
    { en: 'tcp_fin_timeout: it is for FIN-WAIT-2.', zh: 'tcp_fin_timeout：那是管 FIN-WAIT-2 的。' },
    { en: 'tcp_tw_reuse: it is for TIME-WAIT.', zh: 'tcp_tw_reuse：那是管 TIME-WAIT 的。' },
    {
      en: 'A higher ulimit -n: the leak only takes longer. Keep-alive: it finds peers whose host is gone (after 2 h 11 min by default), not programs that forget.',
      zh: '调大 ulimit -n：只是泄漏得久一点。保活：它发现的是主机已经消失的对端（默认要 2 小时 11 分），发现不了忘记关闭的程序。',
    },
  ],
  scenario: 'cw-leak',
};
