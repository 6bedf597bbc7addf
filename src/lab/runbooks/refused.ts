// Runbook: connections that are refused (RFC 9293 section 3.5.2, group 1).

import type { Runbook } from './runbook.ts';

/** Connections are refused. */
export const refused: Runbook = {
  id: 'refused',
  aliases: ['connection refused', 'ECONNREFUSED', '连接被拒绝', '拒绝连接'],
  title: { en: 'Connections are refused (ECONNREFUSED)', zh: '连接被拒绝（ECONNREFUSED）' },
  means: {
    en: 'The SYN was answered with RST: the host is there, and nothing listens at that address and port. Or a firewall rejects in its name.',
    zh: 'SYN 得到的回答是 RST：主机在，但那个地址和端口上没有监听者；或者防火墙代它拒绝。',
  },
  fault: {
    en: 'The server’s side: the program is not running, not yet, or listens elsewhere (another port, 127.0.0.1 only, only IPv6). Or the client’s: a wrong address or port.',
    zh: '服务器一方：程序没运行、还没起来，或监听在别处（别的端口、只有 127.0.0.1、只有 IPv6）。或客户端一方：地址或端口写错。',
  },
  looks: [
    {
      ask: { en: 'What listens there?', zh: '那里有谁在监听？' },
      run: 'ss -ltnp',
      prints:
        'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n' +
        'LISTEN 0      128          0.0.0.0:8080      0.0.0.0:*    users:(("gateway",pid=32655,fd=21))',
      reads: {
        en: 'On the server. 0.0.0.0:8080: all IPv4 addresses; 127.0.0.1:8080: only programs of this host (or of this container); [::]:8080 or *:8080: IPv6, and IPv4 too unless IPV6_V6ONLY is set. Clients went to 8081: nothing there.',
        zh: '在服务器上运行。0.0.0.0:8080：所有 IPv4 地址；127.0.0.1:8080：只有本机（或本容器）的程序能连；[::]:8080 或 *:8080：IPv6，未设 IPV6_V6ONLY 时也含 IPv4。客户端连的是 8081：那里没有人。',
      },
    },
    {
      ask: { en: 'Who answers?', zh: '是谁回答的？' },
      run: "tcpdump -nni any -c 2 'port PORT and tcp[tcpflags] & (tcp-syn|tcp-rst) != 0'",
      prints:
        'IP 10.0.0.2.34170 > 10.0.0.1.8081: Flags [S], seq 3623744280, win 64240, length 0\n' +
        'IP 10.0.0.1.8081 > 10.0.0.2.34170: Flags [R.], seq 0, ack 3623744281, win 0, length 0',
      reads: {
        en: '[R.] with seq 0 and ack = x+1, at once. If the server’s own capture does not show the SYN, a firewall on the way answered for it.',
        zh: '立刻回来 [R.]，seq 为 0，ack 为 x+1。若服务器自己抓不到这个 SYN，就是路上的防火墙代答的。',
      },
    },
    {
      ask: { en: 'How often?', zh: '多频繁？' },
      run: 'nstat -az TcpAttemptFails TcpOutRsts',
      prints:
        '#kernel\nTcpAttemptFails                 1                  0.0\nTcpOutRsts                      0                  0.0',
      reads: {
        en: 'At the client AttemptFails grows, at the server OutRsts (here the client’s figures).',
        zh: '客户端上 AttemptFails 增长，服务器上 OutRsts 增长（这里是客户端的数字）。',
      },
    },
  ],
  now: [
    {
      en: 'Start the program, or correct the address: 127.0.0.1 inside a container is the container. Is the name resolved to ::1 where the server has only IPv4?',
      zh: '启动程序，或改正地址：容器里的 127.0.0.1 是容器自己。名字是否解析成了 ::1，而服务器只有 IPv4？',
    },
  ],
  forGood: [
    {
      en: 'Let clients try again with growing pauses: a server that starts refuses until listen().',
      zh: '客户端要带退避地重试：服务器启动时，在 listen() 之前都会拒绝。',
    },
    {
      en: 'Send traffic only after a readiness check that connects to the real port.',
      zh: '就绪检查要真的连接那个端口，通过之后才放流量进来。',
    },
  ],
  useless: [
    {
      en: 'A bigger backlog: with a full accept queue Linux drops SYNs, so that clients time out; it does not refuse (unless tcp_abort_on_overflow is 1, and that is a reset after the handshake).',
      zh: '加大 backlog：全连接队列满时 Linux 是丢弃 SYN，客户端会超时，而不是被拒绝（tcp_abort_on_overflow 为 1 时也是在握手之后重置）。',
    },
  ],
  scenario: 'refused',
};
