// Questions on the states at a glance, and on what is half of something.

import type { Question } from './question.ts';

/** States. */
export const stateQuestions: readonly Question[] = [
  {
    id: 'eleven-states',
    question: { en: 'Which states does a TCP connection have?', zh: 'TCP 有哪十一种状态？' },
    answer: {
      en: 'Eleven: CLOSED, LISTEN, SYN-SENT, SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1, FIN-WAIT-2, CLOSE-WAIT, CLOSING, LAST-ACK, TIME-WAIT.',
      zh: '十一种：CLOSED、LISTEN、SYN-SENT、SYN-RECEIVED、ESTABLISHED、FIN-WAIT-1、FIN-WAIT-2、CLOSE-WAIT、CLOSING、LAST-ACK、TIME-WAIT。',
    },
    more: {
      en: 'Opening: LISTEN waits for a SYN, SYN-SENT for the SYN,ACK, SYN-RECEIVED for the last ACK. ESTABLISHED: data both ways.\n\nWho closes first: FIN-WAIT-1 (FIN sent), FIN-WAIT-2 (FIN acknowledged, the peer’s still to come), TIME-WAIT (both FINs acknowledged, 2 MSL). Who closes second: CLOSE-WAIT (the peer’s FIN is there, the program has not closed), LAST-ACK (own FIN sent). Both at once: CLOSING between FIN-WAIT-1 and TIME-WAIT. CLOSED is no connection at all.\n\nRFC 9293 section 3.3.2, figure 5. ss writes SYN-RECV, ESTAB, UNCONN; Linux knows a twelfth, NEW_SYN_RECV, for the SYN queue, which it shows as SYN-RECV. ss -tan state close-wait lists one of them.',
      zh: '打开：LISTEN 等 SYN，SYN-SENT 等 SYN,ACK，SYN-RECEIVED 等最后的 ACK。ESTABLISHED：双向传数据。\n\n先关闭的一方：FIN-WAIT-1（已发 FIN）、FIN-WAIT-2（FIN 已被确认，等对方的 FIN）、TIME-WAIT（两个 FIN 都已确认，等 2MSL）。后关闭的一方：CLOSE-WAIT（对方的 FIN 到了，自己的程序还没 close()）、LAST-ACK（已发自己的 FIN）。同时关闭：FIN-WAIT-1 与 TIME-WAIT 之间经过 CLOSING。CLOSED 就是没有连接。\n\n见 RFC 9293 第 3.3.2 节图 5。ss 写作 SYN-RECV、ESTAB、UNCONN；Linux 内部还有第十二种 NEW_SYN_RECV，用于半连接队列，也显示为 SYN-RECV。ss -tan state close-wait 可单独列出一种。',
    },
    scenario: 'close4',
    keywords: [
      'list of tcp states',
      'tcp state diagram',
      'tcp state machine',
      'how many states does tcp have',
      'what are the 11 states',
      'list all tcp states',
      'tcp 状态机',
      '十一种状态',
      'tcp 状态转换图',
      'tcp 有几种状态',
      'tcp 状态有哪些',
    ],
  },
  {
    id: 'half-things',
    question: {
      en: 'Half-open, half-closed, “half connection” (半连接): what is what?',
      zh: '半打开、半关闭、半连接有什么区别？',
    },
    answer: {
      en: 'Half-closed: one end has sent its FIN, the other still sends; normal. Half-open: one end has crashed or forgotten the connection and the other does not know; a fault. 半连接: a connection in the SYN queue, whose handshake is not finished; SYN-RECEIVED.',
      zh: '半关闭：一端已发 FIN，另一端还能发数据，属正常。半打开：一端崩溃或丢了连接，另一端不知道，属故障。半连接：握手未完成、还在半连接队列里的连接，状态是 SYN-RECEIVED。',
    },
    more: {
      en: 'Half-closed shows as FIN-WAIT-2 and CLOSE-WAIT (RFC 9293 section 3.6, figure 12). Half-open shows as ESTABLISHED, at one end only; data or a keep-alive finds it out, by RST if the other host is up again, by timeout if not (section 3.5.1). SYN scanners say “half-open scan” for a handshake that they break off: that is the third meaning under the second name.',
      zh: '半关闭表现为 FIN-WAIT-2 和 CLOSE-WAIT（RFC 9293 第 3.6 节，图 12）。半打开表现为只有一端是 ESTABLISHED；发数据或保活探测才会发现：对方主机已恢复就收到 RST，否则超时（第 3.5.1 节）。扫描器所谓“半开扫描”是故意不完成握手，叫的是第二个名字，意思却是第三个。',
    },
    scenario: 'half-close',
    keywords: [
      'half open vs half closed',
      'difference between half open and half closed',
      'half connection',
      'half open half closed',
      '半连接',
      '半连接是什么',
      '半打开和半关闭的区别',
      '半开半关',
      '半连接 半打开 半关闭 区别',
      '半连接和半打开',
    ],
  },
  {
    id: 'time-wait-how-long',
    question: {
      en: 'How long does TIME-WAIT last, and what is the MSL?',
      zh: 'TIME_WAIT 持续多久？MSL 是多少？',
    },
    answer: {
      en: 'Twice the MSL, the maximum segment lifetime: the longest that a segment is assumed to live in the network. The RFC says 2 minutes for the MSL, so 4 for TIME-WAIT; Linux has 60 seconds, compiled in.',
      zh: '2 倍 MSL。MSL 是报文段最大生存时间，即认为一个报文段在网络里最多能活多久。RFC 定为 2 分钟，TIME-WAIT 就是 4 分钟；Linux 是 60 秒，写死在内核里。',
    },
    more: {
      en: 'RFC 9293 sections 3.4.1 and 3.6.1 (MUST-13). Linux: TCP_TIMEWAIT_LEN is 60 s, no sysctl changes it; tcp_fin_timeout, though often said, does not: it is for FIN-WAIT-2. macOS and FreeBSD: net.inet.tcp.msl. Windows: TcpTimedWaitDelay. Whenever the peer’s FIN comes again, the timer starts anew. A SYN that is clearly newer may end it early (MAY-2), on Linux a RST, too, unless tcp_rfc1337 is 1. ss -tano state time-wait shows what is left: timer:(timewait,53sec,0).',
      zh: '见 RFC 9293 第 3.4.1、3.6.1 节（MUST-13）。Linux：TCP_TIMEWAIT_LEN 是 60 秒，没有 sysctl 能改；常有人说改 tcp_fin_timeout，其实那管的是 FIN-WAIT-2。macOS、FreeBSD：net.inet.tcp.msl；Windows：TcpTimedWaitDelay。对方的 FIN 再来一次就重新计时。明显更新的 SYN 可以提前结束它（MAY-2），Linux 上 RST 也会，除非 tcp_rfc1337 为 1。ss -tano state time-wait 能看到剩余时间：timer:(timewait,53sec,0)。',
    },
    scenario: 'close4',
    keywords: [
      'how long is time_wait',
      'time wait duration',
      'what is msl',
      'maximum segment lifetime',
      'msl value',
      'time_wait 60 seconds linux',
      'how to shorten time_wait',
      'time_wait 多久',
      'msl是什么',
      'msl 是多少',
      'time_wait 多长时间',
      '2msl 是多少秒',
      'linux time_wait 60秒',
      'time_wait 时间怎么改',
    ],
  },
  {
    id: 'close-wait-or-time-wait',
    question: {
      en: 'CLOSE-WAIT or TIME-WAIT: what is the difference?',
      zh: 'CLOSE_WAIT 和 TIME_WAIT 有什么区别？',
    },
    answer: {
      en: 'CLOSE-WAIT is at the end that was closed upon: its program has not called close(); it lasts until it does, and many of them are a bug. TIME-WAIT is at the end that closed first, after everything is done; it goes by itself after 2 MSL, and many of them are normal.',
      zh: 'CLOSE-WAIT 在被动关闭的一方：自己的程序还没 close()，不 close() 就一直在，多了就是程序有 bug。TIME-WAIT 在先关闭的一方，一切都已办完，2MSL 后自动消失，多了也属正常。',
    },
    scenario: 'close4',
    keywords: [
      'close_wait vs time_wait',
      'difference between close_wait and time_wait',
      'close_wait和time_wait区别',
      'time_wait 和 close_wait 的区别',
    ],
  },
];
