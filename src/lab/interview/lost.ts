// Interview: what if a segment of the handshake or of the close is lost (RFC 9293 section 3.8.1, RFC 6298).

import type { InterviewEntry } from './interview.ts';

/** Lost segments. */
export const lost: readonly InterviewEntry[] = [
  {
    of: 'syn-lost',
    full: {
      en: 'The client stays in SYN-SENT; the server knows nothing. The first timeout is 1 s (RFC 6298). Linux since 6.5 sends four more a second apart (tcp_syn_linear_timeouts=4), then doubles; with tcp_syn_retries=6 it gives up after nominally 131 s, before 6.5 after 127 s. RFC 9293 wants at least three minutes (MUST-23). A lost SYN and a dropped one cannot be told apart; a refused one comes back as RST in one round trip.',
      zh: '客户端停在 SYN-SENT，服务器毫不知情。首次超时 1 秒（RFC 6298）。Linux 6.5 起先隔 1 秒重传四次（tcp_syn_linear_timeouts=4），之后加倍；tcp_syn_retries=6 时名义上 131 秒放弃，6.5 之前是 127 秒。RFC 9293 要求至少三分钟（MUST-23）。丢失与被丢弃无法区分；若是被拒绝，一个往返就会收到 RST。',
    },
    traps: [8],
  },
  {
    of: 'synack-lost',
    full: {
      en: 'Two timers run. The client’s SYN is not acknowledged: it goes again. The server’s SYN,ACK is not acknowledged either: it goes again; and a repeated SYN in SYN-RECEIVED makes the server answer at once. Whichever comes first ends the wait. Linux repeats a SYN,ACK tcp_synack_retries=5 times, and forgets the half-open connection after nominally 63 s. Sending a SYN,ACK proves nothing to the server: only the third segment does.',
      zh: '两个定时器都在走。客户端的 SYN 没被确认，重传；服务器的 SYN,ACK 也没被确认，重传；而且 SYN-RECEIVED 收到重复的 SYN，服务器会立刻再答。哪个先到都行。Linux 重传 SYN,ACK tcp_synack_retries=5 次，名义上 63 秒后忘掉这个半连接。服务器发出 SYN,ACK 并不能证明什么，收到第三个报文段才算。',
    },
    traps: [26],
  },
  {
    of: 'ack3-lost',
    full: {
      en: 'The client is ESTABLISHED, the server SYN-RECEIVED, and they disagree until something arrives. A pure ACK has no timer. Two things mend it: the server’s SYN,ACK again, after 1, 3, 7 … s, which the client answers with the same ACK; or any data of the client, since every segment after the handshake carries ack=y+1. No number of further ACKs could make both sides certain: that is the two generals’ problem.',
      zh: '客户端 ESTABLISHED，服务器 SYN-RECEIVED，在有东西到达之前，两端的认识不一致。纯 ACK 没有定时器。有两条路补救：服务器在 1、3、7……秒重传 SYN,ACK，客户端再回同样的 ACK；或者客户端发数据，因为握手之后每个报文段都带 ack=y+1。再多几次 ACK 也无法让双方都确信，这就是两军问题。',
    },
    traps: [22],
  },
  {
    of: 'ack3-data',
    full: {
      en: 'SYN-RECEIVED asks only for an acceptable acknowledgment (section 3.10.7.4, fifth step); it does not ask for a segment without text. The data’s ACK moves the server to ESTABLISHED, and in the same processing its text goes to the receive buffer. That is why lost third segments are hardly ever noticed: clients speak first in most protocols. Where the server speaks first (SMTP, MySQL), it costs a second.',
      zh: 'SYN-RECEIVED 只要求一个可接受的确认（第 3.10.7.4 节第五步），并不要求报文段不带数据。数据报文段的 ACK 让服务器进入 ESTABLISHED，同一次处理中数据进入接收缓冲区。所以第三次握手丢失几乎没人察觉：多数协议是客户端先说话。若是服务器先说话（SMTP、MySQL），就要多等 1 秒。',
    },
    traps: [19],
  },
  {
    of: 'server-gave-up',
    full: {
      en: 'The server has sent its SYN,ACK for the last time and deleted what it knew, without a segment. The client, ESTABLISHED, learns of it only when it sends: the server, CLOSED for these four numbers, answers RST with seq=SEG.ACK, which the client must believe. That is a half-open connection (section 3.5.1). A client that only listens would wait for ever, unless keep-alives are on.',
      zh: '服务器最后一次重传 SYN,ACK 之后就删掉了记录，不再发任何东西。客户端还是 ESTABLISHED，要到自己发送时才知道：对这个四元组来说服务器已是 CLOSED，回 RST，seq=SEG.ACK，客户端必须接受。这就是半打开连接（第 3.5.1 节）。若客户端只听不说，就会永远等下去，除非开了保活。',
    },
    traps: [22],
  },
  {
    of: 'fin-lost',
    full: {
      en: 'Until the FIN arrives nothing has changed for the peer: it is ESTABLISHED and may send. The timeout is computed from the measured round-trip time (at least 200 ms on Linux), and doubles. A socket that was closed is an orphan: Linux gives it up after tcp_orphan_retries (0 stands for 8), about 100 s from 200 ms. If the program used shutdown() and keeps the socket, tcp_retries2=15 counts.',
      zh: 'FIN 到达之前，对端那里什么都没变：它还是 ESTABLISHED，还可以发。超时由测得的往返时间算出（Linux 最少 200 毫秒），逐次加倍。已 close() 的套接字是孤儿：Linux 按 tcp_orphan_retries（0 表示 8 次）放弃，从 200 毫秒算约 100 秒。若程序用的是 shutdown() 并保留套接字，则由 tcp_retries2=15 决定。',
    },
    traps: [51, 82],
  },
  {
    of: 'finack-lost',
    full: {
      en: 'The FIN’s sender stays in FIN-WAIT-1 and repeats it; the receiver, in CLOSE-WAIT, finds it old and acknowledges once more. Often nothing is repeated at all: the other side’s data or its own FIN carries the same ack=u+1. If that FIN comes with the acknowledgment, FIN-WAIT-1 goes to TIME-WAIT directly.',
      zh: 'FIN 的发送方停在 FIN-WAIT-1 并重传；接收方处于 CLOSE-WAIT，发现是旧的，再确认一次。很多时候根本不用重传：对方的数据或它自己的 FIN 都带着 ack=u+1。若对方的 FIN 连同这个确认一起到达，FIN-WAIT-1 直接进入 TIME-WAIT。',
    },
    traps: [80],
  },
  {
    of: 'fin2-lost',
    full: {
      en: 'LAST-ACK has a retransmission timer as every state with something unacknowledged. The other end waits in FIN-WAIT-2, where nothing is sent: with shutdown() for as long as it takes, after close() at most tcp_fin_timeout (60 s on Linux). If that is over first, the repeated FIN finds nobody and gets RST.',
      zh: '凡有东西未被确认的状态都有重传定时器，LAST-ACK 也一样。另一端在 FIN-WAIT-2 等着，不发任何东西：用 shutdown() 的话要等多久等多久，close() 之后最多 tcp_fin_timeout（Linux 60 秒）。若先超时了，重传的 FIN 找不到人，得到 RST。',
    },
    traps: [65],
  },
  {
    of: 'lastack-lost',
    full: {
      en: 'This is half of the reason for TIME-WAIT. The peer’s FIN is repeated from LAST-ACK; only the end that still knows the connection can acknowledge it again. The 2 MSL begin anew with every FIN that comes. If nobody were there, the answer would be RST, although all was delivered. That no FIN has come for 2 MSL does not prove that the ACK arrived: a cut cable is as quiet.',
      zh: '这是 TIME-WAIT 存在的一半理由。对端在 LAST-ACK 重传 FIN，只有还记得这个连接的一端才能再次确认。每来一个 FIN，2MSL 就重新计时。若这一端已经忘了，回答就是 RST，尽管数据都已送达。2MSL 内没有 FIN 来，并不能证明 ACK 到了：线断了也一样安静。',
    },
    traps: [71],
  },
];
