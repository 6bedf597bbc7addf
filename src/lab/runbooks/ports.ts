// Runbook: a client that has no port left (RFC 6056; net.ipv4.ip_local_port_range).

import type { Runbook } from './runbook.ts';

/** A client runs out of ports. */
export const ports: Runbook = {
  id: 'ports',
  aliases: [
    'port exhaustion',
    'EADDRNOTAVAIL',
    'cannot assign requested address',
    'ephemeral ports',
    'ip_local_port_range',
    '端口耗尽',
    '端口用完',
  ],
  title: { en: 'Out of ports (EADDRNOTAVAIL)', zh: '端口耗尽（EADDRNOTAVAIL）' },
  means: {
    en: 'connect() finds no local port that is free for this destination: a connection is its four numbers, three are given, and all 28,232 values of the fourth are in use, most of them in TIME-WAIT or in an ESTABLISHED leak.',
    zh: 'connect() 找不到对这个目标可用的本地端口：连接由四个数确定，三个已定，第四个的 28,232 个取值全被占用，多半是 TIME-WAIT，或者泄漏的 ESTABLISHED。',
  },
  fault: {
    en: 'The client’s program: it opens a connection for each request, and closes first; or it never closes. The server has no part in it. Behind a NAT or proxy the same happens to that device, for all its clients together.',
    zh: '客户端程序：每个请求开一个连接并先关闭，或者从不关闭。与服务器无关。NAT 或代理设备上也会这样，而且是它的所有客户端合在一起。',
  },
  looks: [
    {
      ask: { en: 'Which destination?', zh: '是哪个目标？' },
      run: `ss -Htan | awk '$1!="LISTEN"{print $5}' | sort | uniq -c | sort -rn | head -3`,
      prints: '    100 10.0.0.2:80',
      reads: {
        en: 'One address and port with as many connections as the range has ports (here a range of 100).',
        zh: '某个地址和端口上的连接数等于端口范围的大小（这里的范围是 100 个）。',
      },
    },
    {
      ask: { en: 'In which states?', zh: '处于什么状态？' },
      run: "ss -Htan dst PEER | awk '{print $1}' | sort | uniq -c",
      prints: '    100 TIME-WAIT',
      reads: {
        en: 'TIME-WAIT: a new connection for each request. ESTAB: they are not given back: a leak, or too large a pool. CLOSE-WAIT: see the runbook close-wait.',
        zh: 'TIME-WAIT：每个请求都新建连接。ESTAB：没有归还，泄漏或连接池太大。CLOSE-WAIT：见 runbook close-wait。',
      },
    },
    {
      ask: { en: 'How large is the range?', zh: '范围有多大？' },
      run: 'sysctl net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports net.ipv4.tcp_tw_reuse',
      prints:
        'net.ipv4.ip_local_port_range = 50000\t50099\nnet.ipv4.ip_local_reserved_ports = \nnet.ipv4.tcp_tw_reuse = 2',
      reads: {
        en: 'Here 100 ports; the default is 32768 to 60999: 28,232. Divided by 60 s: 470 connections a second to one address and port.',
        zh: '这里是 100 个；默认 32768 到 60999，共 28,232 个。除以 60 秒：对一个地址和端口每秒 470 个连接。',
      },
    },
    {
      ask: { en: 'What does the program get?', zh: '程序得到什么错误？' },
      run: 'strace -f -e trace=connect curl -sS http://PEER/ 2>&1 | grep PEER',
      prints:
        'connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("10.0.0.2")}, 16) = -1 EADDRNOTAVAIL (Cannot assign requested address)',
      reads: {
        en: 'At once, and no packet is sent. curl itself only says “Couldn’t connect to server”.',
        zh: '立即返回，一个包都没发。curl 自己只会说 “Couldn’t connect to server”。',
      },
    },
  ],
  now: [
    {
      en: 'TIME-WAIT: net.ipv4.tcp_tw_reuse=1 on the client; it takes up those that are more than a second old, when both ends have timestamps (seen here: connect() succeeds again, TcpExtTWRecycled 1).',
      zh: 'TIME-WAIT：在客户端设 net.ipv4.tcp_tw_reuse=1；两端都有时间戳时，重新使用超过 1 秒的（实测：connect() 恢复成功，TcpExtTWRecycled 为 1）。',
    },
    {
      en: 'ip_local_port_range "1024 65535" more than doubles the ports; put your own listeners’ ports into ip_local_reserved_ports.',
      zh: 'ip_local_port_range 设为 "1024 65535" 可让端口增加一倍多；把自己监听的端口放进 ip_local_reserved_ports。',
    },
  ],
  forGood: [
    {
      en: 'Reuse connections: one pool for the process, keep-alive, HTTP/2. A new client object for each request has a new pool each time.',
      zh: '复用连接：整个进程一个连接池、keep-alive、HTTP/2。每个请求新建客户端对象，就等于每次新建连接池。',
    },
    {
      en: 'More destinations or sources: several addresses or ports of the server, several addresses of the client. A program that bind()s its source address sets IP_BIND_ADDRESS_NO_PORT.',
      zh: '增加目标或来源：服务器多个地址或端口，客户端多个地址。先 bind() 源地址的程序要设 IP_BIND_ADDRESS_NO_PORT。',
    },
  ],
  useless: [
    {
      en: 'tcp_fin_timeout: it does not shorten TIME-WAIT. ulimit -n: descriptors fail with EMFILE, not with EADDRNOTAVAIL.',
      zh: 'tcp_fin_timeout：缩短不了 TIME-WAIT。ulimit -n：描述符用完报的是 EMFILE，不是 EADDRNOTAVAIL。',
    },
    {
      en: 'SO_REUSEADDR on the client: it is for bind(), not for the port that connect() looks for.',
      zh: '客户端设 SO_REUSEADDR：它管 bind()，不管 connect() 自动选的端口。',
    },
  ],
  scenario: 'close4',
  edits: ['left connect 1s'],
};
