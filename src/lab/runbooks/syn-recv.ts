// Runbook: many connections in SYN-RECEIVED: a SYN flood, or answers that are lost (RFC 4987).

import type { Runbook } from './runbook.ts';

/** Many connections in SYN-RECEIVED. */
export const synReceived: Runbook = {
  id: 'syn-recv',
  aliases: [
    '半连接队列溢出',
    'SYN_RECV',
    'SYN-RECEIVED',
    'SYN_RCVD',
    'syn-rcvd',
    'syn flood',
    'possible SYN flooding',
    '半连接',
  ],
  title: { en: 'Many connections in SYN-RECV', zh: '大量连接处于 SYN-RECV' },
  means: {
    en: 'SYNs came, were answered with SYN,ACK, and the third segment did not come. (`ss` says SYN-RECV, RFC 9293 SYN-RECEIVED.)',
    zh: '收到 SYN，回了 SYN,ACK，第三个报文段却没有来。（`ss` 显示 SYN-RECV，RFC 9293 称 SYN-RECEIVED。）',
  },
  fault: {
    en: 'Many unknown sources, few handshakes completed: an attack (SYN flood). Sources that you know: the way back to them, where the SYN,ACK is lost (asymmetric route, firewall, wrong neighbour entry), or the way of their ACK.',
    zh: '来源陌生且极少完成握手：攻击（SYN flood）。来源是熟人：回程有问题，SYN,ACK 丢在路上（非对称路由、防火墙、错误的邻居表项），或者对方的 ACK 到不了。',
  },
  looks: [
    {
      ask: { en: 'Who are they, and how often were they answered?', zh: '是谁？已经应答过几次？' },
      run: 'ss -tno state syn-recv | head',
      prints:
        'Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n' +
        '0      0           10.0.0.1:8080     10.0.0.2:32988 timer:(on,1.508ms,2)\n' +
        '0      0           10.0.0.1:8080     10.0.0.2:32990 timer:(on,1.508ms,2)',
      reads: {
        en: 'timer:(on, time to the next SYN,ACK, how many were sent again). iproute2 6.1 prints 1.508 s as “1.508ms”. The last SYN,ACK of 5 repetitions leaves after 31 s, the entry goes after 63 s.',
        zh: 'timer:(on, 距下次重传 SYN,ACK 的时间, 已重传次数)。iproute2 6.1 把 1.508 秒显示成 “1.508ms”。重传 5 次，最后一次在 31 秒，63 秒后放弃。',
      },
    },
    {
      ask: { en: 'How many sources?', zh: '有多少来源？' },
      run: `ss -Htn state syn-recv | awk '{print $4}' | sed 's/:[0-9]*$//' | sort | uniq -c | sort -rn | head -3`,
      prints: '      5 10.0.0.2',
      reads: {
        en: 'Few sources with many each: a path, or one client. Thousands with one each: forged addresses.',
        zh: '来源少、每个很多：是路径或某个客户端的问题。成千上万个来源、每个一条：地址是伪造的。',
      },
    },
    {
      ask: { en: 'Does the SYN,ACK leave, and what comes back?', zh: 'SYN,ACK 发出去了吗？有什么回来？' },
      run: "tcpdump -nni any -c 3 'tcp[tcpflags] & tcp-syn != 0'",
      prints:
        'IP 10.0.0.2.32976 > 10.0.0.1.8080: Flags [S], seq 223636016, win 64240, length 0\n' +
        'IP 10.0.0.1.8080 > 10.0.0.2.32976: Flags [S.], seq 661710138, ack 223636017, win 65160, length 0\n' +
        'IP 10.0.0.2.32988 > 10.0.0.1.8080: Flags [S], seq 1374475798, win 64240, length 0',
      reads: {
        en: '[S] comes, [S.] goes, and the same [S] comes again: the client does not get our answer. Capture at the client, too.',
        zh: '[S] 进来，[S.] 出去，同一个 [S] 又来：客户端收不到我们的应答。到客户端也抓一份。',
      },
    },
    {
      ask: { en: 'Is the queue full? Are cookies sent?', zh: '队列满了吗？在发 cookie 吗？' },
      run: 'nstat -az TcpExtTCPReqQFullDoCookies TcpExtTCPReqQFullDrop TcpExtSyncookiesSent TcpExtSyncookiesRecv',
      prints:
        '#kernel\nTcpExtSyncookiesSent            0                  0.0\nTcpExtSyncookiesRecv            0                  0.0\n' +
        'TcpExtTCPReqQFullDoCookies      0                  0.0\nTcpExtTCPReqQFullDrop           0                  0.0',
      reads: {
        en: 'ReqQFullDoCookies grows: the queue is full, and cookies serve honest clients. ReqQFullDrop grows: full, and cookies are off: clients are refused. Sent ≫ Recv: most sources never answer, a flood.',
        zh: 'ReqQFullDoCookies 增长：队列已满，正由 cookie 服务正常客户端。ReqQFullDrop 增长：已满且没开 cookie，客户端被拒。Sent 远大于 Recv：多数来源从不应答，是洪泛。',
      },
    },
    {
      ask: { en: 'How big is the queue?', zh: '队列有多大？' },
      run: 'sysctl net.ipv4.tcp_max_syn_backlog net.core.somaxconn net.ipv4.tcp_synack_retries net.ipv4.tcp_syncookies',
      prints:
        'net.ipv4.tcp_max_syn_backlog = 2048\nnet.core.somaxconn = 4096\nnet.ipv4.tcp_synack_retries = 5\nnet.ipv4.tcp_syncookies = 1',
      reads: {
        en: 'With cookies (1) the bound is the backlog of listen(), itself at most somaxconn; tcp_max_syn_backlog counts only without cookies.',
        zh: '开着 cookie（1）时，上限是 listen() 的 backlog（不超过 somaxconn）；tcp_max_syn_backlog 只在关闭 cookie 时起作用。',
      },
    },
  ],
  now: [
    {
      en: 'Flood: make sure that tcp_syncookies is 1; set tcp_synack_retries to 2 for as long as it lasts; drop sources at the edge.',
      zh: '洪泛：确认 tcp_syncookies 为 1；期间把 tcp_synack_retries 降到 2；在边界丢弃攻击来源。',
    },
    {
      en: 'Lost answers: ip route get PEER and ip neigh show PEER here, a capture on the firewall between.',
      zh: '应答丢失：在本机看 ip route get PEER 和 ip neigh show PEER，并在中间的防火墙上抓包。',
    },
  ],
  forGood: [
    {
      en: 'A backlog of listen() and a somaxconn that carry a burst of a second or two; cookies on; filtering of forged addresses upstream (BCP 38).',
      zh: '让 listen() 的 backlog 和 somaxconn 承受得住一两秒的突发；开着 cookie；在上游过滤伪造地址（BCP 38）。',
    },
    {
      en: 'Routes that are symmetric where a stateful firewall stands in the way.',
      zh: '有状态防火墙所在之处，来回路由要对称。',
    },
  ],
  useless: [
    {
      en: 'A faster accept(): connections in SYN-RECV are not in the accept queue yet.',
      zh: '加快 accept()：SYN-RECV 的连接还没进全连接队列。',
    },
    {
      en: 'tcp_tw_reuse, tcp_fin_timeout: other states.',
      zh: 'tcp_tw_reuse、tcp_fin_timeout：管的是别的状态。',
    },
  ],
  scenario: 'synflood',
};
