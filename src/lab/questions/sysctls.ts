// Questions on Linux's settings: default, effect, and whether to change them. Held against ip-sysctl.rst of the kernel's
// documentation, and against the values of Linux 6.18 by a test.

import type { Question } from './question.ts';

/** Settings of Linux. */
export const sysctlQuestions: readonly Question[] = [
  {
    id: 'tcp-tw-reuse',
    question: {
      en: 'net.ipv4.tcp_tw_reuse: what does it do, and should I turn it on?',
      zh: 'net.ipv4.tcp_tw_reuse 有什么作用？要不要打开？',
    },
    answer: {
      en: 'It lets connect() take a local port whose last connection to the same destination is in TIME-WAIT for a second or more. Default 2: on the loopback only. Set it to 1 only on a host that opens very many short connections and runs out of ports; at a listening server it does nothing.',
      zh: '让 connect() 可以使用这样的本地端口：它到同一目的地的上一个连接已在 TIME-WAIT 停留一秒以上。默认 2，只对回环有效。只有大量发起短连接、端口不够用的机器才需要设为 1；对只接受连接的服务器没有作用。',
    },
    more: {
      en: 'It needs timestamps at both ends (net.ipv4.tcp_timestamps): they tell old segments from new ones. 0 turns it off, 1 on for all. The delay is net.ipv4.tcp_tw_reuse_delay, 1000 ms, where the kernel has it. What remains: a lost last ACK leaves the peer in LAST-ACK, whose FIN or RST the new connection must bear. The kernel’s documentation: not to be changed without advice of experts. Its dangerous relative tcp_tw_recycle was removed in Linux 4.12. Better than either: reuse connections.',
      zh: '两端都要有时间戳（net.ipv4.tcp_timestamps），靠它区分新旧报文段。0 关闭，1 全部启用。等待时间是 net.ipv4.tcp_tw_reuse_delay，1000 ms（有此参数的内核）。遗留的风险：最后一个 ACK 丢了，对端还在 LAST-ACK，它的 FIN 或 RST 要由新连接来应付。内核文档说：没有专家建议不要改。危险的兄弟 tcp_tw_recycle 在 Linux 4.12 已删除。比哪个都好的办法是复用连接。',
    },
    scenario: 'tw-syn',
    keywords: [
      'tcp_tw_reuse',
      'should i enable tcp_tw_reuse',
      'net.ipv4.tcp_tw_reuse=1',
      'tw_reuse 要不要开',
      'tcp_tw_reuse 作用',
      'tcp_tw_reuse 默认值',
      'tcp_tw_reuse 2',
    ],
  },
  {
    id: 'tcp-fin-timeout',
    question: {
      en: 'net.ipv4.tcp_fin_timeout: what does it do? Does it shorten TIME-WAIT?',
      zh: 'net.ipv4.tcp_fin_timeout 有什么作用？能缩短 TIME_WAIT 吗？',
    },
    answer: {
      en: 'It bounds how long a connection stays in FIN-WAIT-2 after its program has called close(): 60 seconds. It does not shorten TIME-WAIT, which has 60 seconds that no sysctl changes. Leave it.',
      zh: '它限制程序 close() 之后连接停在 FIN-WAIT-2 的时间：60 秒。它不能缩短 TIME-WAIT，那 60 秒没有 sysctl 能改。不用动它。',
    },
    more: {
      en: 'Only orphans are bounded: after shutdown(SHUT_WR) a program may read from FIN-WAIT-2 for ever. One socket: TCP_LINGER2, at most 120 s. Lowering it helps only against peers that never close; a peer that still sends is answered by RST afterwards. Both numbers being 60 is what the folklore comes from.',
      zh: '只限制“孤儿”：shutdown(SHUT_WR) 之后程序仍可在 FIN-WAIT-2 里一直读。单个套接字用 TCP_LINGER2，最多 120 秒。调小它只对那些从不关闭的对端有用；之后对端再发数据就会收到 RST。两个数都是 60，传言由此而来。',
    },
    scenario: 'fw2-orphan',
    keywords: [
      'fin_wait_2 timeout',
      'fin_wait2 超时时间',
      'tcp_fin_timeout',
      'does tcp_fin_timeout affect time_wait',
      'lower tcp_fin_timeout',
      'tcp_fin_timeout 调小',
      'tcp_fin_timeout 和 time_wait',
      'tcp_fin_timeout 默认值',
    ],
  },
  {
    id: 'tcp-syn-retries',
    question: {
      en: 'net.ipv4.tcp_syn_retries: how long does connect() try?',
      zh: 'net.ipv4.tcp_syn_retries：connect() 会尝试多久？',
    },
    answer: {
      en: '6 by default: connect() fails with ETIMEDOUT after nominally 131 s (127 s before Linux 6.5). Do not lower it for one program: give that program a timeout of its own, or TCP_SYNCNT.',
      zh: '默认 6：connect() 名义上 131 秒后报 ETIMEDOUT（Linux 6.5 之前是 127 秒）。不要为某一个程序去改它：给那个程序自己设连接超时，或用 TCP_SYNCNT。',
    },
    more: {
      en: 'The SYN goes again after 1 s, and the pauses double. Since Linux 6.5 the first tcp_syn_linear_timeouts of them, 4, stay at 1 s, so there are ten retransmissions: 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 s; the last wait is 64 s. Before: 1, 3, 7, 15, 31, 63 s, and 127. Each step less halves the time. RFC 9293 (MUST-23) wants 3 minutes at least. One socket: TCP_SYNCNT, TCP_USER_TIMEOUT, or a non-blocking connect() with a timer, which is what libraries do.',
      zh: 'SYN 在 1 秒后重传，间隔加倍。Linux 6.5 起前 tcp_syn_linear_timeouts（4）次固定 1 秒，所以共重传十次：1、2、3、4、5、7、11、19、35、67 秒，最后再等 64 秒。之前是 1、3、7、15、31、63 秒，到 127 秒放弃。每减一，时间减半。RFC 9293（MUST-23）要求至少 3 分钟。单个套接字：TCP_SYNCNT、TCP_USER_TIMEOUT，或非阻塞 connect() 加定时器，各种库都是这么做的。',
    },
    scenario: 'filtered',
    keywords: [
      'SYN 重传次数',
      'SYN 超时重传',
      'SYN 重试几次',
      'how many times is a SYN retransmitted',

      'tcp_syn_retries',
      'tcp_syn_retries default',
      'connect timeout linux seconds',
      'how long does connect wait',
      'tcp_syn_linear_timeouts',
      '127 seconds connect timeout',
      'tcp_syn_retries 默认值',
      'connect 超时多久',
      'syn 重传几次',
      'connect 默认超时时间',
    ],
  },
  {
    id: 'tcp-synack-retries',
    question: {
      en: 'net.ipv4.tcp_synack_retries: what does it do?',
      zh: 'net.ipv4.tcp_synack_retries 有什么作用？',
    },
    answer: {
      en: 'How often a listener repeats its SYN,ACK: 5 by default, at 1, 3, 7, 15 and 31 seconds; after 63 seconds the SYN-RECEIVED is forgotten. Lowering it to 2 or 3 frees the SYN queue sooner in a flood; SYN cookies are the cure.',
      zh: '监听方重传 SYN,ACK 的次数：默认 5，分别在 1、3、7、15、31 秒；63 秒后忘掉这个 SYN-RECEIVED。被洪泛攻击时降到 2 或 3 能早点腾出半连接队列；根治靠 SYN cookie。',
    },
    more: {
      en: 'A client with a bad line suffers from a low value: each lost ACK uses one up. The client’s repeated SYNs get an answer besides. ss -tan state syn-recv shows the timer: timer:(on,672ms,0).',
      zh: '值太小会伤到线路差的客户端：每丢一个 ACK 就用掉一次。客户端重传的 SYN 也会另外得到应答。ss -tan state syn-recv 能看到定时器：timer:(on,672ms,0)。',
    },
    scenario: 'synack-lost',
    keywords: [
      'SYN,ACK 重传次数',
      'how many times is the SYN,ACK retransmitted',

      'tcp_synack_retries',
      'synack retransmission count',
      'how long does syn_recv last',
      'tcp_synack_retries 默认值',
      'syn ack 重传几次',
      'synack重试次数',
      'syn_recv 持续多久',
    ],
  },
  {
    id: 'somaxconn',
    question: {
      en: 'net.core.somaxconn: what is it, and should I raise it?',
      zh: 'net.core.somaxconn 是什么？要不要调大？',
    },
    answer: {
      en: 'The upper bound of every listener’s accept queue: min(backlog of listen(), somaxconn). Default 4096 (128 before Linux 5.4). Raise it together with the program’s backlog when ListenOverflows grows; the cause, though, is a program that accepts too slowly.',
      zh: '所有监听者全连接队列的上限：min(listen() 的 backlog, somaxconn)。默认 4096（Linux 5.4 之前是 128）。ListenOverflows 在涨时，连同程序的 backlog 一起调大；不过根源是程序 accept() 太慢。',
    },
    more: {
      en: 'ss -ltn shows for a listener: Recv-Q what waits, Send-Q the bound. nstat -az TcpExtListenOverflows TcpExtListenDrops count what did not fit. The program must ask for more as well (nginx: listen … backlog=, 511 by default; Redis: tcp-backlog 511; Node: backlog 511; Java: 50) and listen anew, since the value is read in listen(). A long queue does not make a slow program faster, it only lets clients wait longer.',
      zh: 'ss -ltn 里监听者的 Recv-Q 是排队数，Send-Q 是上限。nstat -az TcpExtListenOverflows TcpExtListenDrops 统计放不下的。程序也要要得更多（nginx：listen … backlog=，默认 511；Redis：tcp-backlog 511；Node：511；Java：50），并且重新 listen()，因为值是那时读取的。队列长不会让慢程序变快，只是让客户端等更久。',
    },
    scenario: 'acceptq',
    keywords: [
      'nginx backlog 511',
      'backlog and somaxconn',
      'somaxconn',
      'net.core.somaxconn',
      'increase somaxconn',
      'somaxconn default 4096',
      'somaxconn 默认值',
      'somaxconn 调大',
      'somaxconn 和 backlog',
    ],
  },
  {
    id: 'tcp-max-syn-backlog',
    question: {
      en: 'net.ipv4.tcp_max_syn_backlog: what does it do, beside somaxconn?',
      zh: 'net.ipv4.tcp_max_syn_backlog 有什么作用？和 somaxconn 什么关系？',
    },
    answer: {
      en: 'It bounds the SYN queue, but only when SYN cookies are off: then new SYNs of unknown hosts are dropped from three quarters of it on. With cookies (the default) the bound is that of the accept queue, min(backlog, somaxconn). So raise somaxconn and the backlog instead.',
      zh: '它限制半连接队列，但只在关闭 SYN cookie 时起作用：到了它的四分之三，就丢弃陌生主机的新 SYN。开着 cookie（默认）时，上限与全连接队列相同，即 min(backlog, somaxconn)。所以要调的是 somaxconn 和 backlog。',
    },
    more: {
      en: 'Default by memory, at least 128; 2048 on the machine where this was measured. A SYN-RECEIVED costs about 300 octets. ss -tan state syn-recv | wc -l counts them; nstat TcpExtTCPReqQFullDoCookies and TcpExtTCPReqQFullDrop say what became of SYNs for which there was no room. The accept queue being full drops SYNs, too.',
      zh: '默认随内存而定，至少 128，测试机上是 2048。一个 SYN-RECEIVED 约占 300 字节。ss -tan state syn-recv | wc -l 看数量；nstat 的 TcpExtTCPReqQFullDoCookies 和 TcpExtTCPReqQFullDrop 说明放不下的 SYN 怎样处理了。全连接队列满时也会丢 SYN。',
    },
    scenario: 'synflood',
    keywords: [
      'tcp_max_syn_backlog',
      'syn queue size linux',
      'tcp_max_syn_backlog vs somaxconn',
      'increase syn backlog',
      'tcp_max_syn_backlog 怎么调',
      '半连接队列大小',
      '半连接队列长度怎么调',
    ],
  },
  {
    id: 'tcp-abort-on-overflow',
    question: {
      en: 'net.ipv4.tcp_abort_on_overflow: should I set it to 1?',
      zh: 'net.ipv4.tcp_abort_on_overflow 要不要设为 1？',
    },
    answer: {
      en: 'No, as a rule. 0 (default): when the accept queue is full, the last ACK of a handshake is ignored, the SYN,ACK comes again, and a burst passes unnoticed. 1: the client gets a RST at once, and sees “connection reset by peer”.',
      zh: '一般不要。0（默认）：全连接队列满时忽略握手的最后一个 ACK，之后重传 SYN,ACK，短暂的突发就这样过去了。1：立即给客户端 RST，客户端看到 “connection reset by peer”。',
    },
    more: {
      en: 'With 0 the client believes to be connected and may send; its data is repeated until there is room. 1 is of use where a client should at once try another server, and for finding out. SYNs that come while the queue is full are dropped in both cases. The counters are the same, TcpExtListenOverflows and ListenDrops.',
      zh: '设为 0 时，客户端以为已连上，可以发数据，数据会一直重传到有空位为止。只在希望客户端立刻换一台服务器，或者为了排查时，才用 1。队列满时新来的 SYN 两种情况都丢弃。计数器相同：TcpExtListenOverflows 和 ListenDrops。',
    },
    scenario: 'acceptq-ack',
    keywords: [
      'tcp_abort_on_overflow',
      'tcp_abort_on_overflow 1 or 0',
      'reset when accept queue full',
      'tcp_abort_on_overflow 作用',
      'tcp_abort_on_overflow 要不要开',
    ],
  },
  {
    id: 'tcp-keepalive-sysctls',
    question: {
      en: 'net.ipv4.tcp_keepalive_time, _intvl, _probes: what do they do, and what to set?',
      zh: 'net.ipv4.tcp_keepalive_time、_intvl、_probes 有什么作用？该设多少？',
    },
    answer: {
      en: '7200 s idle, then 9 probes 75 s apart: a dead peer is found out after 2 hours 11 minutes, and only for sockets with SO_KEEPALIVE. For use 60, 10 and 6 for instance, below the shortest timeout on the way; better per socket than for all.',
      zh: '空闲 7200 秒后，每 75 秒探测一次，共 9 次：对端死了要 2 小时 11 分才发现，而且只对设了 SO_KEEPALIVE 的套接字有效。实用的值例如 60、10、6，要短于沿途最短的超时；按套接字设置比改全局好。',
    },
    more: {
      en: 'Per socket: TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT. 7200 + 9 × 75 = 7875 s. RFC 9293 section 3.8.4: off unless asked for (MUST-25), at least two hours by default (MUST-28). The probe has sequence number SND.NXT − 1, which the peer must answer by an ACK. It shows that the host is there, not that the program works: for that a heartbeat of the application. With unacknowledged data keep-alives do nothing: then tcp_retries2 or TCP_USER_TIMEOUT decides. ss -to shows timer:(keepalive,119min,0).',
      zh: '按套接字：TCP_KEEPIDLE、TCP_KEEPINTVL、TCP_KEEPCNT。7200 + 9 × 75 = 7875 秒。RFC 9293 第 3.8.4 节：不要求就不开（MUST-25），默认至少两小时（MUST-28）。探测的序列号是 SND.NXT − 1，对端必须用 ACK 回应。它只说明主机还在，不说明程序还能干活，后者要靠应用层心跳。有未确认数据时保活不起作用，由 tcp_retries2 或 TCP_USER_TIMEOUT 决定。ss -to 能看到 timer:(keepalive,119min,0)。',
    },
    scenario: 'keepalive',
    keywords: [
      'tcp_keepalive_time',
      'tcp_keepalive_intvl',
      'tcp_keepalive_probes',
      'tcp_keepalive_time 7200',
      'keepalive settings linux',
      'how to set keepalive',
      'tcp_keepidle',
      'tcp_keepalive_time 该设多少',
      'keepalive 参数',
      '保活参数怎么设',
      '保活时间默认两小时',
    ],
  },
  {
    id: 'tcp-retries2',
    question: {
      en: 'net.ipv4.tcp_retries2: how long does an established connection retry?',
      zh: 'net.ipv4.tcp_retries2：已建立的连接重传多久才放弃？',
    },
    answer: {
      en: '15 by default: at least 924.6 s, about a quarter of an hour, then ETIMEDOUT. For one program TCP_USER_TIMEOUT, in milliseconds, is better than a change for all; RFC 1122 wants at least 100 s, which is 8.',
      zh: '默认 15：至少 924.6 秒，约一刻钟，之后报 ETIMEDOUT。针对某个程序，设 TCP_USER_TIMEOUT（毫秒）比改全局好；RFC 1122 要求至少 100 秒，即不小于 8。',
    },
    more: {
      en: 'The time is computed with an RTO of 200 ms that doubles up to 120 s; with a longer round trip it is longer. tcp_retries1 (3): from then on the route is looked up anew. tcp_orphan_retries (0, meaning 8) is for connections whose program has closed: FIN-WAIT-1, CLOSING, LAST-ACK.',
      zh: '按 200 ms 起、逐次加倍到 120 秒的 RTO 计算；往返时间长则更久。tcp_retries1（3）：此后重新查路由。tcp_orphan_retries（0，实为 8）用于程序已关闭的连接：FIN-WAIT-1、CLOSING、LAST-ACK。',
    },
    scenario: 'hs',
    edits: ['cut 90ms', 'left write "hello" 100ms'],
    keywords: [
      'tcp_retries2',
      'tcp_user_timeout',
      'how long does tcp retransmit before giving up',
      'tcp_retries1',
      '924 seconds',
      'tcp_orphan_retries',
      'tcp_retries2 默认值',
      '断网后多久断开连接',
      '重传多久放弃',
    ],
  },
  {
    id: 'tcp-syncookies',
    question: {
      en: 'net.ipv4.tcp_syncookies: leave it at 1?',
      zh: 'net.ipv4.tcp_syncookies 保持 1 就好吗？',
    },
    answer: {
      en: 'Yes. 1 (default): cookies are sent only when the SYN queue is full. 2 sends them always, for tests; 0 never. “possible SYN flooding on port” in the log without an attack means that the queue is too short or accept() too slow.',
      zh: '是。1（默认）：只有半连接队列满了才发 cookie。2 一直发，用于测试；0 从不发。没有攻击，日志却出现 “possible SYN flooding on port”，说明队列太短或 accept() 太慢。',
    },
    scenario: 'synflood-cookies',
    keywords: [
      'tcp_syncookies',
      'possible syn flooding on port. sending cookies',
      'should i disable syncookies',
      'tcp_syncookies 要不要开',
      'possible SYN flooding',
    ],
  },
  {
    id: 'tcp-max-tw-buckets',
    question: {
      en: 'net.ipv4.tcp_max_tw_buckets: may I lower it against TIME-WAITs?',
      zh: '能靠调小 net.ipv4.tcp_max_tw_buckets 来减少 TIME_WAIT 吗？',
    },
    answer: {
      en: 'No. It bounds the number of TIME-WAITs on the host (131072 where this was measured); what is beyond is destroyed at once, with “time wait bucket table overflow” in the log: the protection is gone just when it is needed. A TIME-WAIT costs about 250 octets and no descriptor.',
      zh: '不要。它限制整机 TIME-WAIT 的数量（测试机上是 131072），超出的立即销毁，日志里出现 “time wait bucket table overflow”：恰恰在需要时失去保护。一个 TIME-WAIT 只占约 250 字节，不占描述符。',
    },
    scenario: 'tw-pile',
    keywords: [
      'tcp_max_tw_buckets',
      'time wait bucket table overflow',
      'limit time_wait count',
      'tcp_max_tw_buckets 调小',
    ],
  },
];
