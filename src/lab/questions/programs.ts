// Questions on resets, failures, and what programs see.

import type { Question } from './question.ts';

/** Resets, failures, programs. */
export const programQuestions: readonly Question[] = [
  {
    id: 'when-rst',
    question: { en: 'When is a RST sent?', zh: '什么时候会发 RST？' },
    answer: {
      en: 'When there is no connection for a segment; when an acknowledgment is wrong in SYN-SENT or SYN-RECEIVED; when a program closes with unread data, aborts (SO_LINGER 0), or data comes after close(); when an end has lost its memory (half-open).',
      zh: '报文段找不到对应的连接；SYN-SENT、SYN-RECEIVED 状态收到错误的确认号；有数据未读就 close()、放弃连接（SO_LINGER 0）、close() 之后又来数据；一端崩溃忘了连接（半打开）。',
    },
    scenario: 'refused',
    keywords: [
      'tcpdump RST',
      'tcpdump Flags RST',

      '[RST, ACK]',
      'RST ACK wireshark',
      'wireshark RST red',

      'what is a rst packet',
      'rst packet meaning',
      'when does tcp send a reset',
      'what causes a rst',
      'rst 是什么',
      '什么情况会发 rst',
      'rst 报文什么时候发',
    ],
  },
  {
    id: 'rst-answered',
    question: { en: 'Is a RST acknowledged or repeated?', zh: 'RST 需要应答吗？会重传吗？' },
    answer: {
      en: 'Neither. It ends the connection, and nobody waits for an answer to it. Only a RST whose number lies in the window but is not exactly the next one is answered, by a challenge ACK (RFC 5961; section 3.10.7.4, second step).',
      zh: '都不会。RST 直接结束连接，发送方也不等应答。只有序列号落在窗口内、却不恰好是下一个的 RST，才会换来一个挑战 ACK（RFC 5961；第 3.10.7.4 节第二步）。',
    },
    scenario: 'refused',
  },
  {
    id: 'cable-power-kill',
    question: {
      en: 'What is the difference between pulling the cable, losing power, and kill -9?',
      zh: '拔网线、断电、kill -9 有什么区别？',
    },
    answer: {
      en: 'Cable: nothing happens until data or a keep-alive goes unanswered. Power: the same, and after the reboot the next segment gets RST. kill -9: the kernel lives and sends FIN, or RST if data was unread.',
      zh: '拔网线：在数据或保活探测得不到回应之前，什么也不会发生。断电：同样如此，重启之后再收到报文段就回 RST。kill -9：内核还在，会发 FIN，若有未读数据则发 RST。',
    },
    more: {
      en: 'Cable pulled: both ends stay ESTABLISHED. Who sends repeats for about a quarter of an hour (tcp_retries2 15), then ETIMEDOUT; plugged in again before that, the connection goes on as if nothing had been. Who only reads never learns of it without keep-alives.\n\nProcess killed, crashed or out of memory: its kernel closes its descriptors: FIN, or RST where data is unread; the peer reads end of file. A signal makes no difference to TCP.\n\nPower off, kernel panic: silence, as with the cable. After the reboot the host knows no connection and answers the peer’s next segment with RST: ECONNRESET. An orderly shutdown or reboot ends the processes first, so that FINs are sent. A suspended host or a stopped process (SIGSTOP): its kernel acknowledges until the window is full.',
      zh: '拔网线：两端都停在 ESTABLISHED。发送的一方重传约一刻钟（tcp_retries2 为 15）后报 ETIMEDOUT；在那之前插回去，连接照常继续。只读的一方没有保活就永远不知道。\n\n进程被 kill、崩溃、OOM：它的内核会关闭描述符，发 FIN，有未读数据就发 RST；对端读到文件结束。用什么信号对 TCP 没有区别。\n\n断电、内核崩溃：和拔网线一样没有动静。重启之后主机不认识任何连接，对端的下一个报文段换来 RST：ECONNRESET。正常关机、重启会先结束进程，所以会发 FIN。进程被暂停（SIGSTOP）时，内核照样确认，直到窗口填满。',
    },
    scenario: 'halfopen',
    keywords: [
      'unplug network cable tcp connection',
      'kill -9 tcp connection',
      'power off tcp connection',
      'server reboot tcp connection',
      'process crash tcp connection',
      'what if the server loses power',
      '拔网线 tcp 连接',
      'kill -9 进程 tcp 连接',
      '服务器断电 连接',
      '进程崩溃 tcp 连接会怎样',
      '服务器宕机 客户端',
      '断网 tcp',
      '主机崩溃和进程崩溃的区别',
    ],
  },
  {
    id: 'crash-without-data',
    question: {
      en: 'One end crashes and nothing is sent: does the connection still exist?',
      zh: '一端崩溃，又没有数据传输，连接还在吗？',
    },
    answer: {
      en: 'At the other end, yes, ESTABLISHED for ever (half-open), unless keep-alives are on.',
      zh: '在另一端看来还在，永远是 ESTABLISHED（半打开），除非开启了保活。',
    },
    scenario: 'hs',
    edits: ['right crash 100ms'],
  },
  {
    id: 'keepalives',
    question: {
      en: 'What is the difference between TCP keep-alive and HTTP Keep-Alive?',
      zh: 'TCP 的 keepalive 和 HTTP 的 Keep-Alive 有什么区别？',
    },
    answer: {
      en: 'TCP’s asks an idle peer whether it is there, with a segment whose sequence number is one too low; it is off by default, and waits two hours. HTTP’s means that a connection is used for several requests.',
      zh: 'TCP 的保活用一个序列号小 1 的报文段探测空闲的对端还在不在，默认关闭，空闲两小时才开始；HTTP 的 Keep-Alive 是指一个连接用于多次请求。',
    },
    scenario: 'keepalive',
    keywords: [
      'tcp keepalive vs http keep-alive',
      'http keepalive 和 tcp keepalive 的区别',
      'tcp 保活和 http 长连接的区别',
    ],
  },
  {
    id: 'four-tuple',
    question: {
      en: 'What identifies a connection, and how many can a host have?',
      zh: '一个 TCP 连接由什么唯一确定？一台主机最多能有多少连接？',
    },
    answer: {
      en: 'Two addresses and two ports. A server’s number is bounded by memory and descriptors, a client’s by its ports for each destination.',
      zh: '由两端的地址和端口组成的四元组确定。服务器受内存和文件描述符限制，客户端则受限于到每个目的地可用的端口数。',
    },
    scenario: 'hs',
    edits: ['left connect conn=1 100ms'],
    keywords: [
      '4-tuple',
      '四元组',
      '65535',
      'how many connections can a client open',
      'max connections per server',
      'maximum number of tcp connections',
      '最大连接数',
      '一个客户端最多多少连接',
    ],
  },
  {
    id: 'tcp-udp-port',
    question: { en: 'Can TCP and UDP use the same port?', zh: 'TCP 和 UDP 可以使用同一个端口吗？' },
    answer: {
      en: 'Yes. The protocol field of the IP header comes first; each protocol has its own ports.',
      zh: '可以。先由 IP 首部的协议字段区分，每种协议各有一套端口。',
    },
    scenario: null,
  },
  {
    id: 'why-mss',
    question: { en: 'IP can fragment: why is there an MSS?', zh: 'IP 层会分片，为什么 TCP 还要 MSS？' },
    answer: {
      en: 'Because one lost fragment loses the whole packet, and IP repeats nothing. With segments that fit, only the lost one is sent again.',
      zh: '丢一个分片，整个 IP 数据报就作废，而 IP 不会重传。报文段大小合适，丢哪个才重传哪个。',
    },
    scenario: 'mtu-hole',
    keywords: [
      'how is the MSS negotiated',
      'MSS negotiation',
      'mss 怎么协商',

      'mtu vs mss',
      'mss and mtu difference',
      'mss 和 mtu 的区别',
      'why is the mss 1460',
      '为什么 mss 是 1460',
    ],
  },
  {
    id: 'tls-with-tcp',
    question: { en: 'Can TLS and TCP shake hands at the same time?', zh: 'TLS 和 TCP 能同时握手吗？' },
    answer: {
      en: 'Only with TCP Fast Open, which lets the ClientHello travel in the SYN; with TLS 1.3 and 0-RTT even the request. Otherwise one round trip for TCP, then one for TLS 1.3 (two for TLS 1.2).',
      zh: '只有用 TCP Fast Open 才行：ClientHello 随 SYN 发出；加上 TLS 1.3 的 0-RTT，连请求也能一起发。否则 TCP 一个往返，之后 TLS 1.3 再一个往返（TLS 1.2 两个）。',
    },
    scenario: 'tfo',
  },
  {
    id: 'https-rtts',
    question: { en: 'How many round trips does an HTTPS request take?', zh: 'HTTPS 请求一共要几个 RTT？' },
    answer: {
      en: 'Three: one for TCP, one for TLS 1.3, one for request and answer. With QUIC two, or one when the server is known.',
      zh: '三个：TCP 一个，TLS 1.3 一个，请求与应答一个。用 QUIC 是两个，曾经连过的服务器只要一个。',
    },
    scenario: 'hs',
  },
  {
    id: 'refused-timeout-reset',
    question: {
      en: '“Connection refused”, “timed out”, “reset by peer”: which segments are behind them?',
      zh: 'connect 报 refused、timed out、reset，背后分别是什么报文？',
    },
    answer: {
      en: 'Refused: RST,ACK to the SYN. Timed out: no answer at all. Reset: a RST on a connection that was open, before the peer’s FIN; after the FIN it is “broken pipe”, at the next write.',
      zh: 'refused：对 SYN 回了 RST,ACK；timed out：没有任何应答；reset：连接建立之后、对方的 FIN 之前收到 RST；在 FIN 之后则是下一次写得到 “broken pipe”。',
    },
    scenario: 'refused',
    keywords: [
      'ECONNREFUSED',
      'connection refused',
      'connect econnrefused 127.0.0.1',
      '连接被拒绝是什么原因',
      'refused timed out reset difference',
    ],
  },
  {
    id: 'timed-out',
    question: {
      en: 'connect() hangs and then times out: why?',
      zh: 'connect() 一直卡住，最后超时，为什么？',
    },
    answer: {
      en: 'The SYN is not answered at all: a firewall drops it, the host is down, or a queue of the listener is full. Seen from the client these look the same.',
      zh: 'SYN 没有得到任何应答：被防火墙丢弃、主机没开机，或者对方的队列满了。从客户端看，三者没有区别。',
    },
    scenario: 'filtered',
    keywords: [
      'SYN not answered',
      'no answer to SYN',
      'SYN 没有应答',

      'connect 超时 一直连不上',
      'cannot connect timeout',
      'ping works but tcp does not connect',
      'ping works but port does not',
      'ping 得通 端口不通',
      'telnet 不通',
      'connection timed out',
      'ETIMEDOUT',
      'connect timeout',
      'errno 110',
      'i/o timeout',
      'connection timed out 原因',
      '连接超时',
      'connect 超时',
      '连接超时怎么排查',
    ],
  },
  {
    id: 'reset-or-broken-pipe',
    question: {
      en: '“Connection reset by peer” or “broken pipe”: what is the difference?',
      zh: '“connection reset by peer” 和 “broken pipe” 有什么区别？',
    },
    answer: {
      en: 'ECONNRESET is told once, of a RST that comes while the peer’s stream has not ended: by the first read or write after it. EPIPE is a write to a direction that has ended: after that ECONNRESET was told, at once when the RST came after the peer’s FIN (as here, in CLOSE-WAIT), and after one’s own shutdown(SHUT_WR) without any RST.',
      zh: 'ECONNRESET 只报告一次：对方的流尚未结束时来了 RST，其后的第一次读或写得到它。EPIPE 是向已经结束的方向写数据：ECONNRESET 报告过之后；RST 来在对方的 FIN 之后（如本例，在 CLOSE-WAIT）则直接是 EPIPE；自己 shutdown(SHUT_WR) 之后再写也是 EPIPE，与 RST 无关。',
    },
    scenario: 'late-data-rst',
    keywords: [
      'SIGPIPE',
      'killed by SIGPIPE',

      'write after the peer closed',
      'peer closed connection but i keep writing',
      'write after rst',
      '对端关闭后继续写',
      '收到 rst 后继续写',
      'broken pipe',
      'EPIPE',
      'SIGPIPE',
      'java.io.IOException: Broken pipe',
      'what causes broken pipe',
      'broken pipe 原因',
      'broken pipe 是什么',
      '往已关闭的 socket 写数据',
    ],
  },
  {
    id: 'can-tcp-lose-data',
    question: { en: 'Can TCP lose data?', zh: 'TCP 会丢数据吗？' },
    answer: {
      en: 'An ACK means that the peer’s TCP has the octets, not that its program has read them; a RST discards what is unread, and what is still in flight.',
      zh: 'ACK 只说明对端的 TCP 收到了，不等于应用程序读到了；一个 RST 会让未读的和在途的数据全部作废。',
    },
    scenario: 'unread-rst',
    keywords: ['tcp 会丢包吗', 'tcp 不丢包', 'tcp 丢包', 'does tcp drop packets'],
  },
  {
    id: 'nagle-delayed-ack',
    question: {
      en: 'Small writes are delayed by 40 ms: what are Nagle and delayed ACKs doing?',
      zh: '小数据莫名其妙延迟 40 ms：Nagle 算法和延迟确认是怎么回事？',
    },
    answer: {
      en: 'Nagle’s algorithm keeps a small segment back while another is not acknowledged, and the receiver delays that very ACK by 40 ms. Write everything at once, or set TCP_NODELAY.',
      zh: 'Nagle 算法规定：前一个小报文段未被确认时，后一个先攒着；而接收方恰好把那个 ACK 延迟了 40 ms。应当一次写完，或者设置 TCP_NODELAY。',
    },
    scenario: 'hs',
    edits: ['left write "x" 50ms', 'left write "a" 150ms', 'left write "b" 150ms'],
    keywords: [
      'tcp_cork',
      'cork',
      'small packets delayed',
      'TCP_NODELAY',
      'TCP_QUICKACK',
      'write-write-read',
      'nagle and delayed ack',
      'nagle 算法和延迟 ack',
    ],
  },
  {
    id: 'wrap-paws',
    question: {
      en: 'What happens when sequence numbers wrap around? What is PAWS?',
      zh: '序列号回绕了怎么办？什么是 PAWS？',
    },
    answer: {
      en: 'Numbers are compared modulo 2^32, so that a wrap is nothing special; but 2^32 octets pass in 0.34 s at 100 Gb/s, and an old segment could fit again. With timestamps such a segment is recognised as old (RFC 7323).',
      zh: '序列号按模 2^32 比较，回绕本身不是问题；但 100 Gb/s 时 0.34 秒就传完 2^32 字节，旧报文段可能又对得上。有了时间戳，就能认出它是旧的（RFC 7323）。',
    },
    scenario: null,
    keywords: [
      'sequence number overflow',
      'sequence number wraparound',
      'sequence numbers run out',
      '序列号用完了',
      '序列号溢出',
    ],
  },
  {
    id: 'slow-window',
    question: {
      en: 'A transfer is slow although nothing is lost: what may a middlebox have done?',
      zh: '一个报文都没丢，传输却很慢，中间设备可能做了什么？',
    },
    answer: {
      en: 'Removed the window scale option from one SYN: one end divides its window by 2^k, the other takes the number as it is.',
      zh: '从某一个 SYN 里抹掉了窗口扩大选项：一端把窗口除以 2^k 后填写，另一端却照原样理解。',
    },
    scenario: 'wscale-strip',
  },
  {
    id: 'zero-window',
    question: { en: 'What happens when the receiver does not read?', zh: '接收方一直不读数据会怎样？' },
    answer: {
      en: 'Its window closes; the sender stops, and asks from time to time with a window probe until it opens again.',
      zh: '窗口会变成零；发送方停下来，隔一段时间发一次窗口探测，直到窗口重新打开。',
    },
    scenario: 'zerowin',
    keywords: [
      'receive buffer full',
      'receiver buffer is full',
      '接收缓冲区满了',
      '接收端处理不过来',

      'zero window',
      'zero window probe',
      'window probe',
      'zero window deadlock',
      'receiver does not read',
      '零窗口',
      '零窗口探测',
      '窗口为 0',
      '接收窗口为 0 怎么办',
      '零窗口死锁',
    ],
  },
  {
    id: 'dead-peer',
    question: { en: 'How does a program notice that the peer is gone?', zh: '怎么知道对方已经掉线了？' },
    answer: {
      en: 'By sending: what is not acknowledged ends in ETIMEDOUT, what meets a rebooted host in ECONNRESET. Who only reads never notices: use keep-alives (SO_KEEPALIVE with TCP_KEEPIDLE), or better a heartbeat of the application with a timeout of its own.',
      zh: '靠发送：得不到确认最终报 ETIMEDOUT，对方重启过则收到 RST，报 ECONNRESET。只读不写就永远不知道：开保活（SO_KEEPALIVE 加 TCP_KEEPIDLE），最好用应用层心跳并自己设超时。',
    },
    more: {
      en: 'A peer that closes or whose process dies sends FIN or RST: read() returns 0, or fails. A cut cable, a dead host or a NAT that forgot says nothing. TCP_USER_TIMEOUT bounds how long unacknowledged data is repeated, which is otherwise about a quarter of an hour (tcp_retries2). poll() and epoll report what TCP knows, no more.',
      zh: '对方关闭或进程死掉，会发 FIN 或 RST：read() 返回 0 或出错。网线断了、主机死了、NAT 忘了，则毫无动静。TCP_USER_TIMEOUT 限制未确认数据重传多久，否则约一刻钟（tcp_retries2）。poll()、epoll 只能报告 TCP 已知的事。',
    },
    scenario: 'keepalive',
    keywords: [
      'heartbeat vs keepalive',
      'how does heartbeat differ from keepalive',
      'why application heartbeat',
      '心跳和 keepalive 的区别',
      '有了 keepalive 为什么还要心跳',
      'how to detect dead peer',
      'detect disconnected client',
      'how does tcp know the connection is lost',
      'detect broken connection',
      '怎么判断对方断线',
      'tcp 怎么知道对方掉线',
      '检测连接断开',
      '如何检测死连接',
      '对端挂了怎么知道',
      '对端已经挂了 连接还是 established',
    ],
  },
  {
    id: 'read-zero',
    question: { en: 'What does it mean when read() returns 0?', zh: 'read() / recv() 返回 0 是什么意思？' },
    answer: {
      en: 'End of stream: the peer has sent FIN and everything before it was read. It is no error: the peer may still read; answer what is to be answered, then close().',
      zh: '流结束：对方发了 FIN，之前的数据都读完了。这不是错误，对方可能还在读；该回的回完，再 close()。',
    },
    scenario: 'half-close',
    keywords: [
      'empty reply from server',
      'closed connection without response',
      'unexpected EOF',
      'server closed the connection unexpectedly',
      '对方关闭了连接',

      'read returns 0',
      'recv returns 0',
      'recv 返回 0',
      'read 返回 0',
      'eof on socket',
      'end of stream socket',
    ],
  },
  {
    id: 'close-unsent',
    question: {
      en: 'What becomes of data that is not yet sent when close() is called?',
      zh: 'close() 时发送缓冲区里还有数据，会怎样？',
    },
    answer: {
      en: 'It is sent: close() returns at once, the kernel goes on, and the FIN follows the last octet. Whether it arrived nobody tells the program; who must know waits for an answer of the peer, after shutdown(SHUT_WR). Unread data in the receive buffer is another matter: then close() sends RST.',
      zh: '会继续发：close() 立即返回，内核接着发，FIN 跟在最后一个字节后面。到没到没人告诉程序；必须知道的，就先 shutdown(SHUT_WR)，等对方的应答。接收缓冲区里有未读数据则是另一回事：那时 close() 发 RST。',
    },
    scenario: 'hs',
    edits: ['left write 20000 100ms', 'left close 101ms'],
    keywords: [
      'close with data in send buffer',
      'does close flush',
      'close 时还有数据没发完',
      '发送缓冲区还有数据 close',
      'close 会丢数据吗',
    ],
  },
  {
    id: 'tcp-and-http',
    question: { en: 'What is the difference between TCP and HTTP?', zh: 'TCP 和 HTTP 有什么区别？' },
    answer: {
      en: 'They are layers: TCP carries octets reliably between two programs, HTTP says what the octets mean: requests and responses. HTTP/1.1 and HTTP/2 run over TCP, HTTP/3 over QUIC, which is over UDP.',
      zh: '不在一层：TCP 在两个程序之间可靠地传字节，HTTP 规定这些字节的含义，即请求和响应。HTTP/1.1 和 HTTP/2 跑在 TCP 上，HTTP/3 跑在 QUIC 上，QUIC 又在 UDP 上。',
    },
    scenario: null,
    keywords: ['tcp vs http', 'tcp 和 http 的区别', 'http 和 tcp 的关系', 'http基于tcp吗'],
  },
];
