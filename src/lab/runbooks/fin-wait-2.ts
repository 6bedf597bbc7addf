// Runbook: many connections in FIN-WAIT-2: peers that do not close.

import type { Runbook } from './runbook.ts';

/** Many connections in FIN-WAIT-2. */
export const finWait2: Runbook = {
  id: 'fin-wait-2',
  aliases: ['FIN_WAIT2', 'FIN_WAIT_2', 'fw2', '半关闭'],
  title: { en: 'Many connections in FIN-WAIT-2', zh: '大量连接处于 FIN-WAIT-2' },
  means: {
    en: 'This host’s FIN is acknowledged, and the peer’s has not come: the peer is in CLOSE-WAIT. The connection is half-closed.',
    zh: '本机的 FIN 已被确认，对端的 FIN 还没来：对端处于 CLOSE-WAIT。连接是半关闭的。',
  },
  fault: {
    en: 'The peer’s program, which does not close; or nobody, where half-closing is meant (the peer is still sending). If the sockets have a process here, this program, too: it waits without a bound.',
    zh: '对端的程序不关闭；若本来就是有意半关闭（对端还在发），则谁都没错。若本机还有进程占着这些套接字，本机程序也有责任：它在无限期地等。',
  },
  looks: [
    {
      ask: { en: 'Closed, or only shut down?', zh: '是 close() 还是只 shutdown()？' },
      run: 'ss -tnop state fin-wait-2',
      prints:
        'Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n' +
        '0      0           10.0.0.1:49406     10.0.0.2:80   users:(("client",pid=30804,fd=21))\n' +
        '0      0           10.0.0.1:51684     10.0.0.2:80   timer:(timewait,59sec,0)',
      reads: {
        en: 'With a process: shutdown(SHUT_WR), the program still reads, no timer runs, it may last for ever. With timer timewait and no process: close(), it goes after tcp_fin_timeout.',
        zh: '有进程：shutdown(SHUT_WR)，程序还在读，没有定时器，可以永远等下去。有 timewait 定时器而没有进程：close()，到 tcp_fin_timeout 就消失。',
      },
    },
    {
      ask: { en: 'What does the peer see?', zh: '对端看到什么？' },
      run: 'ss -tn state close-wait',
      prints:
        'Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n0      0           10.0.0.2:80       10.0.0.1:49406',
      reads: {
        en: 'To be run on the peer (10.0.0.2): the same pair of sockets in CLOSE-WAIT. Then go on with the runbook close-wait there.',
        zh: '在对端（10.0.0.2）上运行：同一对套接字处于 CLOSE-WAIT。接下来在那边按 runbook close-wait 处理。',
      },
    },
    {
      ask: { en: 'How long do orphans last?', zh: '孤儿连接能存在多久？' },
      run: 'sysctl net.ipv4.tcp_fin_timeout',
      prints: 'net.ipv4.tcp_fin_timeout = 60',
      reads: {
        en: 'Seconds; for closed sockets only. TCP_LINGER2 sets it for one socket.',
        zh: '单位是秒；只对已 close() 的套接字有效。单个套接字用 TCP_LINGER2。',
      },
    },
  ],
  now: [
    {
      en: 'Orphans: wait, they are gone in a minute. With a process: restart it, or ss -K state fin-wait-2 dst PEER.',
      zh: '孤儿连接：等着，一分钟内就消失。有进程占着：重启它，或 ss -K state fin-wait-2 dst PEER。',
    },
    {
      en: 'Look at the peer: it is there that connections leak.',
      zh: '去看对端：泄漏发生在那里。',
    },
  ],
  forGood: [
    {
      en: 'After shutdown(SHUT_WR) read with a timeout, then close().',
      zh: 'shutdown(SHUT_WR) 之后带超时地读，然后 close()。',
    },
    {
      en: 'Mend the peer’s CLOSE-WAIT; where you cannot, keep-alive finds those whose host is gone.',
      zh: '修好对端的 CLOSE-WAIT；改不了时，保活能发现主机已消失的对端。',
    },
  ],
  useless: [
    {
      en: 'A smaller tcp_fin_timeout against sockets that a process holds: it does not count for them.',
      zh: '用更小的 tcp_fin_timeout 对付仍有进程占着的套接字：对它们不起作用。',
    },
  ],
  scenario: 'fw2-orphan',
};
