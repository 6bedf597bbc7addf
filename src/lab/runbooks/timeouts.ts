// Runbook: connections that time out: silence (RFC 9293 section 3.8.3).

import type { Runbook } from './runbook.ts';

/** Connections time out. */
export const timeouts: Runbook = {
  id: 'timeouts',
  aliases: ['timeout', 'connection timed out', 'ETIMEDOUT', 'syn-sent', 'SYN_SENT', '连接超时', '超时'],
  title: { en: 'Connections time out (ETIMEDOUT)', zh: '连接超时（ETIMEDOUT）' },
  means: {
    en: 'Segments are sent again and again, and nothing comes back: no ACK, no RST. In connect(): the SYN. Later: data, or keep-alive probes.',
    zh: '报文段一再重传，什么都没回来：没有 ACK，也没有 RST。发生在 connect()：是 SYN；之后：是数据或保活探测。',
  },
  fault: {
    en: 'Silence has no sender: a filter that drops, a host that is down, a wrong route, or a server whose accept queue is full. A refusal would have come in one round trip: so it is not “nothing listens there”.',
    zh: '沉默没有署名：丢包的防火墙、主机宕机、路由错误，或服务器全连接队列已满。若只是“没人监听”，一个往返就会被拒绝，所以不是那种情况。',
  },
  looks: [
    {
      ask: { en: 'Which connections are not answered?', zh: '哪些连接没有应答？' },
      run: 'ss -tnop state syn-sent',
      prints:
        'Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n' +
        '0      1           10.0.0.1:44422     10.0.0.2:81   users:(("client",pid=32513,fd=21)) timer:(on,896ms,2)',
      reads: {
        en: 'The SYN (Send-Q 1) was sent again twice, next in 0.9 s. All to one address and port: that server, or the way to it. To many: the network here.',
        zh: 'SYN（Send-Q 为 1）已重传两次，0.9 秒后再传。都指向同一个地址和端口：那台服务器或去那里的路有问题；指向很多地址：本机网络有问题。',
      },
    },
    {
      ask: { en: 'Does the SYN leave, does a SYN,ACK come?', zh: 'SYN 出去了吗？SYN,ACK 回来了吗？' },
      run: "tcpdump -nni any -c 3 'host PEER and tcp[tcpflags] & tcp-syn != 0'",
      prints:
        'IP 10.0.0.1.50110 > 10.0.0.2.80: Flags [S], seq 3978902594, win 64240, length 0\n' +
        'IP 10.0.0.1.50110 > 10.0.0.2.80: Flags [S], seq 3978902594, win 64240, length 0',
      reads: {
        en: 'The same [S] again and again, no [S.]. Now the same capture on the server: no [S] there: lost on the way out, look for a filter. [S] and [S.] there: lost on the way back. [S] and no [S.]: the server drops it, see the runbook accept-queue.',
        zh: '同一个 [S] 反复出现，没有 [S.]。再到服务器上抓同样的包：没有 [S]：去程丢了，查防火墙；有 [S] 也有 [S.]：回程丢了；有 [S] 无 [S.]：被服务器丢弃，见 runbook accept-queue。',
      },
    },
    {
      ask: { en: 'Which way does it go?', zh: '走哪条路？' },
      run: 'ip route get PEER; ip neigh show PEER',
      prints:
        '10.0.0.2 dev eth0 src 10.0.0.1 uid 0\n    cache\n10.0.0.2 dev eth0 lladdr 02:31:15:4e:27:37 REACHABLE',
      reads: {
        en: 'The interface and source address that are used; a neighbour that is FAILED or INCOMPLETE ends in “no route to host” (EHOSTUNREACH) after a few seconds, not in a timeout.',
        zh: '实际使用的接口和源地址。邻居若是 FAILED 或 INCOMPLETE，几秒后报的是 “no route to host”（EHOSTUNREACH），而不是超时。',
      },
    },
    {
      ask: { en: 'How many, since when?', zh: '有多少？' },
      run: 'nstat -az TcpExtTCPSynRetrans TcpExtTCPTimeouts TcpExtTCPAbortOnTimeout TcpActiveOpens',
      prints:
        '#kernel\nTcpActiveOpens                  5                  0.0\nTcpExtTCPTimeouts               6                  0.0\n' +
        'TcpExtTCPAbortOnTimeout         0                  0.0\nTcpExtTCPSynRetrans             6                  0.0',
      reads: {
        en: 'TCPSynRetrans: SYNs and SYN,ACKs sent again; TCPTimeouts: all timeouts, those of data, too; AbortOnTimeout: connections given up. Without -a, nstat shows what was added since its last run.',
        zh: 'TCPSynRetrans：重传的 SYN 和 SYN,ACK；TCPTimeouts：所有超时（含数据）；AbortOnTimeout：被放弃的连接。nstat 不带 -a 时显示自上次运行以来的增量。',
      },
    },
    {
      ask: { en: 'How long until it is given up?', zh: '多久才放弃？' },
      run: 'sysctl net.ipv4.tcp_syn_retries net.ipv4.tcp_syn_linear_timeouts net.ipv4.tcp_retries2',
      prints:
        'net.ipv4.tcp_syn_retries = 6\nnet.ipv4.tcp_syn_linear_timeouts = 4\nnet.ipv4.tcp_retries2 = 15',
      reads: {
        en: 'connect(): nominally 131 s since Linux 6.5 (four SYNs a second apart first), 127 s before. Data: tcp_retries2 15 is nominally 924.6 s from a timeout of 0.2 s, more where it is longer.',
        zh: 'connect()：Linux 6.5 起名义上 131 秒（先间隔 1 秒重传四次），之前是 127 秒。数据：tcp_retries2 为 15，超时从 0.2 秒算起名义上 924.6 秒，超时更长则更久。',
      },
    },
  ],
  now: [
    {
      en: 'From the client: another port of the same host (nc -vz PEER PORT), another host of the same network, the same port from inside the server. The first that answers shows where the silence begins.',
      zh: '从客户端试：同一主机的另一个端口（nc -vz PEER PORT）、同一网段的另一台主机、从服务器内部连同一端口。哪一个先有回应，就知道沉默从哪里开始。',
    },
  ],
  forGood: [
    {
      en: 'A timeout of your own for connect() (a few seconds) and for every read; TCP_USER_TIMEOUT for data that nobody acknowledges.',
      zh: '给 connect() 设自己的超时（几秒），每次读也设；用 TCP_USER_TIMEOUT 限制无人确认的数据。',
    },
    {
      en: 'Firewalls inside one’s own network should reject (RST or ICMP), not drop: then programs know at once.',
      zh: '内网防火墙应当拒绝（RST 或 ICMP）而不是丢弃：程序立刻就能知道。',
    },
  ],
  useless: [
    {
      en: 'More tcp_syn_retries: it only fails later. A bigger backlog, unless ListenOverflows grows at the server.',
      zh: '调大 tcp_syn_retries：只是失败得更晚。加大 backlog：除非服务器的 ListenOverflows 在增长，否则没用。',
    },
  ],
  scenario: 'filtered',
};
