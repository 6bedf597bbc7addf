// Runbook: many connections in LAST-ACK: peers that are gone.

import type { Runbook } from './runbook.ts';

/** Many connections in LAST-ACK. */
export const lastAck: Runbook = {
  id: 'last-ack',
  aliases: ['LAST_ACK'],
  title: { en: 'Many connections in LAST-ACK', zh: '大量连接处于 LAST-ACK' },
  means: {
    en: 'The peer closed first, this host’s program closed, too, and its FIN is not acknowledged. That takes one round trip where all is well.',
    zh: '对端先关闭，本机程序也关闭了，但本机的 FIN 没得到确认。正常情况下这只需一个往返。',
  },
  fault: {
    en: 'The path, or a peer that is gone: clients that lose their radio, a NAT or firewall that forgets a connection at the first FIN. Never the program here: it has done its part.',
    zh: '路径，或已经消失的对端：断网的移动客户端；一看到 FIN 就忘掉连接的 NAT 或防火墙。绝不是本机程序：它已经做完了自己的事。',
  },
  looks: [
    {
      ask: { en: 'How often was the FIN sent?', zh: 'FIN 发了几次？' },
      run: 'ss -tno state last-ack',
      prints:
        'Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n' +
        '0      1           10.0.0.1:8080     10.0.0.2:41314 timer:(on,1.296ms,3)\n' +
        '0      1           10.0.0.1:8080     10.0.0.2:41310 timer:(on,1.296ms,3)',
      reads: {
        en: 'Send-Q 1 is the FIN. timer:(on, time to the next, repetitions so far): three here (“1.296ms” are 1.3 s). A larger Send-Q: data before the FIN is not acknowledged either.',
        zh: 'Send-Q 的 1 就是 FIN。timer:(on, 距下次重传, 已重传次数)：这里是三次（“1.296ms” 即 1.3 秒）。Send-Q 更大：FIN 之前的数据也没被确认。',
      },
    },
    {
      ask: { en: 'Is one network concerned?', zh: '是不是集中在某个网络？' },
      run: `ss -Htn state last-ack | awk '{print $4}' | sed 's/:[0-9]*$//' | sort | uniq -c | sort -rn | head -3`,
      prints: '      2 10.0.0.2',
      reads: {
        en: 'One prefix: a device on the way there. Everywhere a few: clients that come and go.',
        zh: '集中在一个网段：那条路上的某台设备。到处都有一点：客户端来来去去，正常。',
      },
    },
    {
      ask: { en: 'Does anything come back?', zh: '有东西回来吗？' },
      run: "tcpdump -nni any -c 2 'tcp[tcpflags] & tcp-fin != 0'",
      prints:
        'IP 10.0.0.1.8080 > 10.0.0.2.41314: Flags [F.], seq 1842934894, ack 1220203555, win 64, length 0\n' +
        'IP 10.0.0.1.8080 > 10.0.0.2.41310: Flags [F.], seq 1136895719, ack 3818721704, win 64, length 0',
      reads: {
        en: 'Only FINs from here: capture at the peer, too, to see on which way they are lost. An ICMP error or a RST would have ended them.',
        zh: '只有本机发出的 FIN：到对端也抓包，看丢在哪个方向。若有 RST 回来，连接早就结束了。',
      },
    },
    {
      ask: { en: 'Are they given up?', zh: '有没有被放弃？' },
      run: 'nstat -az TcpExtTCPTimeouts TcpExtTCPAbortOnTimeout TcpRetransSegs',
      prints:
        '#kernel\nTcpRetransSegs                  8                  0.0\nTcpExtTCPTimeouts               6                  0.0\n' +
        'TcpExtTCPAbortOnTimeout         0                  0.0',
      reads: {
        en: 'TCPTimeouts grows with each repetition by timer; TCPAbortOnTimeout when one is given up: after tcp_orphan_retries (0 stands for 8), about 100 s from a timeout of 0.2 s.',
        zh: '每次定时器重传 TCPTimeouts 加一；放弃一个时 TCPAbortOnTimeout 加一：由 tcp_orphan_retries 决定（0 表示 8 次），超时从 0.2 秒算起约 100 秒。',
      },
    },
  ],
  now: [
    {
      en: 'Usually nothing: each is gone after about 100 s, and holds little.',
      zh: '通常什么都不用做：每个约 100 秒后消失，占用很少。',
    },
    {
      en: 'Many suddenly from one prefix: look for what was changed on the firewall or NAT before it.',
      zh: '某个网段突然大量出现：查它前面的防火墙或 NAT 最近改过什么。',
    },
  ],
  forGood: [
    {
      en: 'Longer times for closing connections in the NAT or firewall (Linux conntrack: nf_conntrack_tcp_timeout_last_ack, nf_conntrack_tcp_timeout_fin_wait).',
      zh: '调长 NAT 或防火墙对关闭中连接的超时（Linux conntrack：nf_conntrack_tcp_timeout_last_ack、nf_conntrack_tcp_timeout_fin_wait）。',
    },
    {
      en: 'Fewer repetitions where many clients vanish: tcp_orphan_retries 3 to 5.',
      zh: '客户端常常消失的场合，减少重传次数：tcp_orphan_retries 取 3 到 5。',
    },
  ],
  useless: [
    {
      en: 'tcp_fin_timeout and tcp_tw_reuse: other states. Changing the program: it has closed already.',
      zh: 'tcp_fin_timeout、tcp_tw_reuse：管的是别的状态。改程序：它已经关闭了。',
    },
  ],
  scenario: 'lastack-lost',
  edits: ['drop ACK#2- left->right'],
};
