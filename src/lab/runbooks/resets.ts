// Runbook: resets in the middle of connections (RFC 9293 section 3.5.2).

import type { Runbook } from './runbook.ts';

/** Connections are reset. */
export const resets: Runbook = {
  id: 'resets',
  aliases: ['RST', 'reset', 'connection reset by peer', 'ECONNRESET', 'broken pipe', 'EPIPE', '连接被重置'],
  title: { en: 'Connections are reset (ECONNRESET)', zh: '连接被重置（ECONNRESET）' },
  means: {
    en: 'A RST came in the middle of a connection: the other end, or something between that speaks in its name, has no such connection or wants none any more. What was not delivered is lost.',
    zh: '连接中途来了 RST：对端，或路上冒充对端的设备，没有这个连接或不想要了。尚未送达的数据丢失。',
  },
  fault: {
    en: 'Whoever sends the RST; so find out who does. Most often: a program that closes with unread data or is killed; an idle connection that a server or load balancer had closed already, used again; a host that was restarted.',
    zh: '谁发 RST 就是谁的责任，所以先查是谁发的。最常见：程序没读完就 close()，或被杀死；空闲连接早被服务器或负载均衡关闭，却又拿来用；主机重启过。',
  },
  looks: [
    {
      ask: { en: 'Who sends them, after what?', zh: '谁发的？紧跟在什么之后？' },
      run: "tcpdump -nnvi any -c 2 'tcp[tcpflags] & tcp-rst != 0'",
      prints:
        'IP (tos 0x0, ttl 64, id 44232, flags [DF], proto TCP (6), length 52)\n' +
        '    10.0.0.1.8080 > 10.0.0.2.41714: Flags [R.], seq 428003429, ack 235899607, win 92, length 0\n' +
        'IP (tos 0x0, ttl 64, id 0, flags [DF], proto TCP (6), length 40)\n' +
        '    10.0.0.1.9999 > 10.0.0.2.36190: Flags [R.], seq 0, ack 39562936, win 0, length 0',
      reads: {
        en: 'First: in the middle of a connection, with its numbers and options. Second: seq 0, win 0, no options: the answer to a SYN on a port without a listener. A ttl that differs from the peer’s other packets: a device between sent it.',
        zh: '第一个：连接中途发出，带着该连接的序列号和选项。第二个：seq 0、win 0、无选项，是对没有监听的端口上的 SYN 的回答。ttl 与对端其他报文不同：是中间设备发的。',
      },
    },
    {
      ask: { en: 'Does this host send them, and why?', zh: '是本机发的吗？为什么？' },
      run: 'nstat -az TcpOutRsts TcpEstabResets TcpExtTCPAbortOnClose TcpExtTCPAbortOnData TcpExtTCPAbortOnTimeout TcpExtListenOverflows',
      prints:
        '#kernel\nTcpEstabResets                  2                  0.0\nTcpOutRsts                      3                  0.0\n' +
        'TcpExtListenOverflows           0                  0.0\nTcpExtTCPAbortOnData            0                  0.0\n' +
        'TcpExtTCPAbortOnClose           2                  0.0\nTcpExtTCPAbortOnTimeout         0                  0.0',
      reads: {
        en: 'TCPAbortOnClose: a program here closed with unread data (2 of the 3 RSTs). TCPAbortOnData: data came for a connection that a program had closed, or SO_LINGER was 0. OutRsts beyond these: no such connection, or no listener.',
        zh: 'TCPAbortOnClose：本机程序没读完就 close()（3 个 RST 中的 2 个）。TCPAbortOnData：程序关闭之后又来了数据，或 SO_LINGER 为 0。OutRsts 中多出来的：没有这个连接，或没有监听者。',
      },
    },
    {
      ask: { en: 'Does it strike idle connections?', zh: '出事的是空闲连接吗？' },
      run: "ss -Htnoi state established | grep -o 'lastsnd:[0-9]*' | sort -t: -k2 -n | tail -3",
      prints: 'lastsnd:1300\nlastsnd:1300\nlastsnd:564',
      reads: {
        en: 'How long the idlest have been idle, milliseconds. If resets come on the first request after N seconds of silence, N is somebody’s idle timeout: 60, 350 and 600 s are common ones of proxies and load balancers.',
        zh: '最空闲的连接已空闲多少毫秒。若总是静默 N 秒后的第一个请求被重置，N 就是某处的空闲超时：代理和负载均衡常见 60、350、600 秒。',
      },
    },
  ],
  now: [
    {
      en: 'Repeat the request on a new connection if it may be repeated (a GET, something with an idempotency key); a RST says nothing about whether it was carried out.',
      zh: '请求若可以重复（GET、带幂等键的），就换新连接重试；RST 不能说明请求是否已执行。',
    },
  ],
  forGood: [
    {
      en: 'The client’s idle time shorter than the server’s, and the server’s longer than the load balancer’s.',
      zh: '客户端的空闲时间短于服务器，服务器的长于负载均衡。',
    },
    {
      en: 'A server that refuses a request in the middle: read the rest, or shutdown(SHUT_WR), read to the end, close(). Otherwise the RST overtakes the answer.',
      zh: '服务器中途拒绝请求时：把剩下的读完，或 shutdown(SHUT_WR) 后读到末尾再 close()。否则 RST 会让对方连答复也读不到。',
    },
    {
      en: 'Shut servers down gently: stop accepting, finish what runs, then end.',
      zh: '平滑下线：停止接受新连接，做完手头的，再退出。',
    },
  ],
  useless: [
    {
      en: 'SO_KEEPALIVE with its defaults: the first probe comes after 2 hours; tcp_abort_on_overflow is 0 by default and seldom the reason.',
      zh: '默认参数的 SO_KEEPALIVE：2 小时后才发第一个探测；tcp_abort_on_overflow 默认就是 0，很少是原因。',
    },
  ],
  scenario: 'unread-rst',
};
