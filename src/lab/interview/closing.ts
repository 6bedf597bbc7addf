// Interview: closing a connection (RFC 9293 section 3.6).

import type { InterviewEntry } from './interview.ts';

/** Closing. */
export const closing: readonly InterviewEntry[] = [
  {
    id: 'four-way',
    question: {
      en: 'Walk me through the close: segments, numbers, states of both ends.',
      zh: '讲一讲四次挥手：报文段、序列号，以及两端的状态。',
    },
    short: {
      en: 'FIN+ACK seq=u: FIN-WAIT-1. ACK ack=u+1: CLOSE-WAIT there, FIN-WAIT-2 here. When the other program closes: FIN+ACK seq=w, LAST-ACK. ACK ack=w+1: TIME-WAIT here for 2 MSL, CLOSED there.',
      zh: '主动方发 FIN+ACK，seq=u，进入 FIN-WAIT-1。被动方回 ACK，ack=u+1，进入 CLOSE-WAIT；主动方收到后 FIN-WAIT-2。被动方程序关闭时发 FIN+ACK，seq=w，进入 LAST-ACK。主动方回 ACK，ack=w+1，进入 TIME-WAIT 等 2MSL；被动方收到后 CLOSED。',
    },
    full: {
      en: 'Each direction ends by itself: a FIN says “no more data from me”, and nobody has to agree. It stands in the sequence space after the last octet and is acknowledged like one. Between the second and the third segment the passive side may send for as long as it likes; then w is larger than v. All segments but a RST carry ACK once the connection is established, so a “bare FIN” does not occur. Either side may be first; both at once lead through CLOSING.',
      zh: '两个方向各自结束：FIN 表示“我没有数据要发了”，不需要谁同意。它在序列号空间里排在最后一个字节之后，像字节一样被确认。第二和第三个报文段之间，被动方想发多久都行，这时 w 大于 v。连接建立之后除 RST 外的报文段都带 ACK，所以没有“只有 FIN”的报文段。哪一方先关都可以；同时关就经过 CLOSING。',
    },
    traps: [45, 48, 56, 61, 62, 90],
    run: { scenario: 'close4' },
  },
  {
    of: 'why-four',
    full: {
      en: 'There are two FINs because there are two directions, and each must be acknowledged. That the second FIN usually does not go with the first ACK has one reason: TCP may not send it before its program has closed, and acknowledging cannot wait for that. It is not that data “may remain”, and the ACK is no consent. If the program closes within the delay of the ACK (40 ms on Linux), three segments are enough.',
      zh: '有两个 FIN，因为有两个方向，每个都要确认。第二个 FIN 通常不与第一个 ACK 同行，原因只有一个：程序没关闭之前，TCP 不能替它发 FIN，而确认又不能等那么久。不是因为“可能还有数据”，ACK 也不表示同意。程序若在 ACK 的延迟时间（Linux 40 毫秒）之内关闭，三个报文段就够了。',
    },
    traps: [57, 77, 78],
  },
  {
    of: 'close-in-three',
    full: {
      en: 'Then FIN-WAIT-1 gets FIN and the ACK of its own FIN in one segment and goes to TIME-WAIT directly, without FIN-WAIT-2 (figure 5, note 2); the passive side passes CLOSE-WAIT in an instant. Servers that close as soon as read() returns 0 show this nearly always: in captures three segments are more common than four. A RST ends it with one.',
      zh: '这时 FIN-WAIT-1 一次收到对方的 FIN 和对自己 FIN 的确认，直接进入 TIME-WAIT，不经过 FIN-WAIT-2（图 5 注 2）；被动方的 CLOSE-WAIT 一闪而过。read() 一返回 0 就关闭的服务器几乎总是这样，实际抓包中三个报文段比四个还常见。若是 RST，一个报文段就结束了。',
    },
    traps: [77, 78],
  },
  {
    of: 'close-or-shutdown',
    full: {
      en: 'shutdown(SHUT_WR) is the CLOSE of the RFC: FIN after what is queued; reading goes on, and the descriptor must still be closed. close() drops the descriptor; the last one sends FIN, and what still arrives is answered with RST, because nobody can read it. shutdown acts on the connection at once, even if other processes hold the socket; close only when the last descriptor is gone (after fork!). With unread data close() sends RST at once.',
      zh: 'shutdown(SHUT_WR) 就是 RFC 里的 CLOSE：排队的数据发完后发 FIN；还能继续读，描述符仍要 close()。close() 放弃描述符，最后一个关闭时发 FIN，此后到来的数据用 RST 回应，因为没有人能读。shutdown 立即作用于连接，即使别的进程也持有；close 要等最后一个描述符消失（fork 之后要当心！）。有未读数据时 close() 直接发 RST。',
    },
    traps: [75],
  },
  {
    id: 'three-halves',
    question: {
      en: 'Half-open, half-closed, and 半连接 (the SYN queue): what is what?',
      zh: '半打开、半关闭、半连接，分别是什么？',
    },
    short: {
      en: 'Half-closed: one direction has ended, FIN-WAIT-2 and CLOSE-WAIT. Half-open: one end has lost the connection and the other does not know. 半连接: a handshake that is not finished, SYN-RECEIVED.',
      zh: '半关闭：一个方向已结束，处于 FIN-WAIT-2 和 CLOSE-WAIT。半打开：一端已经丢失连接，另一端还不知道。半连接：握手还没完成，处于 SYN-RECEIVED。',
    },
    full: {
      en: 'Half-closed is orderly, and may last (section 3.6.1). Half-open is a fault (section 3.5.1): after a crash and reboot, or a server that gave up its SYN-RECEIVED; it is discovered by the next segment, which gets RST, or by keep-alive. 半连接 is a name of the queue of request sockets; tools that count “half-open connections” in a SYN flood mean these. So FIN-WAIT-2 is none of 半连接.',
      zh: '半关闭是正常的，可以持续很久（第 3.6.1 节）。半打开是故障（第 3.5.1 节）：一端崩溃重启，或服务器放弃了 SYN-RECEIVED；下一个报文段得到 RST，或靠保活才会发现。半连接是请求套接字队列的叫法；工具在 SYN 洪泛时统计的 “half-open connections” 指的就是它。所以 FIN-WAIT-2 不是半连接。',
    },
    traps: [83, 84],
    run: { scenario: 'halfopen' },
  },
  {
    id: 'who-closes-first',
    question: {
      en: 'Who closes first, the client or the server, and does it matter?',
      zh: '是客户端还是服务器先关闭？谁先关有区别吗？',
    },
    short: {
      en: 'Either may. It matters because the one that closes first has the TIME-WAIT: a port for 60 s at a client, only some memory at a server.',
      zh: '都可以。区别在于先关闭的一方要承担 TIME-WAIT：在客户端占一个端口 60 秒，在服务器只占一点内存。',
    },
    full: {
      en: 'The RFC speaks of two TCPs, not of client and server. HTTP/1.0 servers close first, HTTP/1.1 servers after their keep-alive timeout, clients when a pool shrinks. Where a server closes an idle connection the client may be sending its next request at that moment: it is answered with RST. So let the client’s idle time be the shorter one. A server that wants no TIME-WAIT lets its clients close first.',
      zh: 'RFC 只说两个 TCP，不分客户端和服务器。HTTP/1.0 由服务器先关；HTTP/1.1 服务器在 keep-alive 超时后关；连接池收缩时由客户端先关。服务器关闭空闲连接的同时，客户端可能正在发下一个请求，得到的就是 RST，所以要让客户端的空闲时间更短。不想积累 TIME-WAIT 的服务器，让客户端先关。',
    },
    traps: [43],
    run: { scenario: 'tw-pile' },
  },
  {
    of: 'simultaneous-close',
    full: {
      en: 'Each gets a FIN in FIN-WAIT-1 that does not acknowledge its own: CLOSING. The ACK of the own FIN then leads to TIME-WAIT, at both ends. Four segments, and nobody passes FIN-WAIT-2, CLOSE-WAIT or LAST-ACK (figure 13). It is rare, since the FINs must cross within one way’s delay; protocols in which both close on a message see it.',
      zh: '两端都在 FIN-WAIT-1 收到一个没有确认自己 FIN 的 FIN，进入 CLOSING；等自己的 FIN 被确认，两端都进入 TIME-WAIT。共四个报文段，谁都不经过 FIN-WAIT-2、CLOSE-WAIT、LAST-ACK（图 13）。它不常见，因为两个 FIN 必须在单程时延之内交错；双方都按某条消息同时关闭的协议会遇到。',
    },
    traps: [80],
  },
  {
    of: 'data-after-close',
    full: {
      en: 'After close() no program is left to read. Acknowledging the text would be a lie, dropping it silently would let the peer repeat it for minutes; so the stack sends RST (section 3.6.1, SHLD-3), and both ends are CLOSED. A program that wants to hear the peer’s last words uses shutdown(SHUT_WR), reads to the end, and then closes.',
      zh: 'close() 之后没有程序能读了。确认这些数据等于撒谎，默默丢弃又会让对方重传好几分钟，所以协议栈回 RST（第 3.6.1 节，SHLD-3），两端都 CLOSED。想听完对方最后的话，就用 shutdown(SHUT_WR)，读到末尾，再 close()。',
    },
    traps: [57],
  },
  {
    of: 'fin-out-of-order',
    full: {
      en: 'A FIN has a sequence number, and nothing is processed before what precedes it. The receiver remembers the FIN beyond the hole, acknowledges what it still waits for (with SACK also what it has), and stays ESTABLISHED. When the text comes, text and FIN are processed together: read() gives the octets, then 0, and the state is CLOSE-WAIT. Implementations that acted on the FIN at once have lost data.',
      zh: 'FIN 有序列号，前面的没处理完，后面的就不处理。接收方记住缺口之后的 FIN，确认自己仍在等的号（有 SACK 时也告知已收到的），保持 ESTABLISHED。数据到达后一并处理：read() 先返回数据，再返回 0，状态变为 CLOSE-WAIT。收到 FIN 就立即动作的实现曾因此丢过数据。',
    },
    mistakes: [
      {
        wrong: { en: 'A FIN that arrives early is dropped.', zh: '提前到达的 FIN 会被丢弃。' },
        right: {
          en: 'It is held in the reassembly queue (SHLD-31 for out-of-order segments).',
          zh: '它会留在重组队列里（对乱序报文段，SHLD-31）。',
        },
      },
    ],
  },
  {
    of: 'can-tcp-lose-data',
    full: {
      en: 'TCP delivers in order and without holes, or tells that the connection broke; it does not tell how much the other program has read. Unread octets go with a RST: close() with unread data, kill, SO_LINGER 0, a crash. close() returning success means that the data is queued, not that it arrived. Who needs to know waits for an answer of the application; shutdown() and reading the peer’s end is the least.',
      zh: 'TCP 要么按序无缺地交付，要么告诉你连接断了；但它不会告诉你对方程序读了多少。RST 会带走未读的数据：没读完就 close()、kill、SO_LINGER 0、崩溃。close() 返回成功只说明数据已排队，不说明已到达。要确知就得等应用层的应答；至少要 shutdown() 后读到对方的末尾。',
    },
    traps: [75],
  },
];
