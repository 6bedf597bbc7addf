// Questions about the rules of closing (RFC 9293 section 3.6) and of TIME-WAIT.

import type { WhyQuestion } from './question.ts';

/** Questions about closing. */
export const aboutClosing: readonly WhyQuestion[] = [
  {
    id: 'four',
    aliases: ['4', 'four-way', 'half-close', '四次', '四次挥手', '为什么四次挥手', '半关闭'],
    question: {
      en: 'Why four segments to close: a FIN and an ACK for each direction?',
      zh: '为什么关闭连接要四次挥手，每个方向各一对 FIN 和 ACK？',
    },
    mutant: 'close-both-ways',
    group: 'close',
    title: {
      en: 'One FIN for both directions: the other half is cut off',
      zh: '一个 FIN 关闭两个方向：另一半数据被截断',
    },
    answer: {
      en:
        'A FIN says “I have nothing more to send”, and nothing about the other direction, whose program may still be in ' +
        'the middle of its answer. If the ACK of the FIN ended both, the client would be gone while the server, in ' +
        'CLOSE-WAIT, may go on writing for as long as it likes: what it writes is lost. So each direction ends by itself: ' +
        'two FINs, two ACKs.',
      zh:
        'FIN 的意思是“我没有数据要发了”，并不涉及另一个方向，对方的程序可能才答到一半。若对 FIN 的确认就结束两个方向，' +
        '客户端便已消失，而处于 CLOSE-WAIT 的服务器想写多久就写多久：写出的数据全部丢失。所以两个方向各自关闭：两个 FIN，两个 ACK。',
    },
    notice: [
      {
        en: 'The client is CLOSED; the server is in CLOSE-WAIT and has not said that it has finished.',
        zh: '客户端已是 CLOSED；服务器还在 CLOSE-WAIT，并没有说自己发完了。',
      },
      { en: 'No FIN of the server has ever been sent.', zh: '服务器的 FIN 从未发出。' },
    ],
  },
  {
    id: 'merge',
    aliases: ['merged', 'three-segment-close', 'fin-ack', '三次挥手', '合并', '能否三次挥手', 'FIN+ACK 合并'],
    question: {
      en: 'Why not always send the FIN together with the ACK of the peer’s FIN, and close with three segments?',
      zh: '为什么不总是把自己的 FIN 和对对方 FIN 的确认合在一起，三次挥手就关闭？',
    },
    mutant: 'merged-fin',
    group: 'close',
    title: {
      en: 'Merged always: a program that had not finished cannot write',
      zh: '一律合并：还没写完的程序写不出去了',
    },
    answer: {
      en:
        'Three segments do, and are often seen, when the program closes at once. But only the program knows that it has ' +
        'finished. A TCP that sends its own FIN as soon as the peer’s arrives takes that decision away: the server’s next ' +
        'write is refused, though it never called close. That is what CLOSE-WAIT is for: TCP waits for its program.',
      zh:
        '如果程序立刻关闭，三次挥手是可行的，也很常见。但是否发完了，只有程序自己知道。TCP 若一收到对方的 FIN 就发自己的 FIN，' +
        '等于替程序做了决定：服务器并没有调用 close，下一次写却被拒绝。CLOSE-WAIT 的意义正在于此：TCP 要等它的程序。',
    },
    notice: [
      {
        en: 'The server’s ACK carries a FIN for which its program did not ask.',
        zh: '服务器的 ACK 里带着程序并没有要求的 FIN。',
      },
      { en: 'The server’s write is answered by EPIPE.', zh: '服务器程序写数据，得到 EPIPE。' },
    ],
  },
  {
    id: 'fin-again',
    aliases: ['fin-retransmission', 'FIN 重传', '重传 FIN', '为什么 FIN 要重传'],
    question: {
      en: 'Why does a FIN have a sequence number, and is sent again?',
      zh: 'FIN 为什么占用序列号，并且要重传？',
    },
    mutant: 'no-fin-retransmission',
    group: 'close',
    title: { en: 'Without it: FIN-WAIT-1 for ever', zh: '不重传 FIN：永远停在 FIN-WAIT-1' },
    answer: {
      en:
        'A FIN that is lost is like an octet that is lost: the peer does not know that it was ever sent. Since it has a ' +
        'number it can be acknowledged, and so be repeated until it is. Sent once only, its loss leaves one side in ' +
        'FIN-WAIT-1 and the other in ESTABLISHED, with nothing under way and no timer: for ever.',
      zh:
        'FIN 丢了，和一个字节丢了一样：对方并不知道它曾经发出。它占用一个序列号，因而可以被确认，也就可以一直重传到被确认为止。' +
        '若只发一次，一旦丢失，一端停在 FIN-WAIT-1，另一端停在 ESTABLISHED，网络中没有报文段，也没有定时器，永远如此。',
    },
    notice: [
      {
        en: 'The FIN is lost; the timer fires and nothing is sent.',
        zh: 'FIN 丢失；定时器超时，却什么也没有发送。',
      },
      {
        en: 'The server is still ESTABLISHED: it knows nothing of a FIN.',
        zh: '服务器仍是 ESTABLISHED：它对 FIN 一无所知。',
      },
    ],
  },
];

/** Questions about TIME-WAIT. */
export const aboutTimeWait: readonly WhyQuestion[] = [
  {
    id: 'timewait',
    aliases: ['time-wait', 'tw', 'last-ack', 'TIME_WAIT', '为什么要 TIME-WAIT', '时间等待'],
    question: { en: 'Why TIME-WAIT at all?', zh: '为什么要有 TIME-WAIT？' },
    mutant: 'no-time-wait',
    told: ['a OPEN', 'a1', 'b1', 'a2', 'a CLOSE', 'a3', 'b2', 'b CLOSE', 'b3', 'b rexmt', 'b4', 'a5'],
    group: 'time-wait',
    title: {
      en: 'Without TIME-WAIT: the FIN that comes again finds nobody',
      zh: '没有 TIME-WAIT：重传的 FIN 找不到人',
    },
    answer: {
      en:
        'Both programs have closed, and the client has sent the last ACK and forgotten everything. The ACK is lost; the ' +
        'server, in LAST-ACK, sends its FIN again, which finds nobody and is answered by a RST. A close that was proper on ' +
        'both sides ends in a RST, and the server’s TCP never learns that its FIN, and the text before it, has arrived. ' +
        'RFC 9293 signals nothing in LAST-ACK (section 3.10.7.4, second step); Linux tells ECONNRESET to a program that ' +
        'used shutdown() and still holds the descriptor. In TIME-WAIT the client would have repeated its ACK. The other ' +
        'half of the reason is old text: `why both`.',
      zh:
        '两端的程序都已关闭，客户端发出最后的 ACK 之后便忘掉了一切。这个 ACK 丢了；处于 LAST-ACK 的服务器重传 FIN，' +
        '找不到连接，换来一个 RST。双方都正常关闭，结局却是 RST：服务器的 TCP 始终不知道自己的 FIN 以及 FIN 之前的数据是否送达。' +
        '按 RFC 9293，LAST-ACK 收到 RST 不通知任何人（第 3.10.7.4 节第二步）；而在 Linux 上，用了 shutdown() 而仍持有描述符的程序会得到 ' +
        'ECONNRESET。若客户端处于 TIME-WAIT，它会再发一次 ACK。另一半理由是旧数据：见 `why both`。',
    },
    notice: [
      {
        en: 'The client is CLOSED at once after its last ACK, which is lost.',
        zh: '客户端发出最后的 ACK 后立即成为 CLOSED，而这个 ACK 丢了。',
      },
      {
        en: 'The server’s second FIN is answered by a RST, which ends a connection that both programs had closed properly.',
        zh: '服务器第二次发送的 FIN 换来 RST，断开的是双方程序都已正常关闭的连接。',
      },
    ],
  },
  {
    id: '2msl',
    aliases: ['two-msl', 'msl', '1msl', '2MSL', '为什么 2MSL', '为什么等 2MSL', '两个 MSL'],
    question: {
      en: 'Why does TIME-WAIT last 2 MSL, and not one?',
      zh: 'TIME-WAIT 为什么是 2MSL，而不是 1 个 MSL？',
    },
    mutant: 'one-msl',
    told: [
      'a OPEN',
      'a1',
      'b1',
      'a2',
      'a CLOSE',
      'a3',
      'b2',
      'b CLOSE',
      'b3',
      'b rexmt',
      'a wait',
      'b4',
      'a5',
    ],
    group: 'time-wait',
    title: {
      en: 'After one MSL: the FIN that comes again may still be under way',
      zh: '只等 1 个 MSL：重传的 FIN 可能还在路上',
    },
    answer: {
      en:
        'One MSL after the last ACK, that ACK has arrived or is dead. Here it is lost, and shortly before that MSL is over ' +
        'the server sends its FIN again, which may take almost one MSL itself. When it arrives, not half as old as that, ' +
        'the client has forgotten the connection and answers with a RST: LAST-ACK ends without its ACK, and the server ' +
        'never learns whether its last words have arrived. One MSL for the way there, one for the way back.',
      zh:
        '最后的 ACK 发出 1 个 MSL 之后，它要么已经到达，要么已经消失。这里它丢了；就在这个 MSL 快要结束时，服务器重传 FIN，' +
        '而这个 FIN 自己也可能走将近 1 个 MSL。它到达时年龄还不到 MSL 的一半，客户端却已忘掉连接，只能回复 RST：' +
        'LAST-ACK 没等到确认就结束了，服务器最后的数据是否送达也无从得知。去程 1 个 MSL，回程 1 个 MSL。',
    },
    notice: [
      {
        en: 'The server repeats its FIN because the last ACK has not come; TIME-WAIT ends soon after.',
        zh: '最后的 ACK 迟迟不到，服务器重传 FIN；不久 TIME-WAIT 就结束了。',
      },
      {
        en: 'The FIN arrives when it is younger than one MSL, and meets a client that knows nothing any more.',
        zh: '这个 FIN 到达时年龄不到 1 个 MSL，遇到的却是已经什么都不记得的客户端。',
      },
    ],
  },
  {
    id: 'timewait-rst',
    aliases: [
      'rfc1337',
      'assassination',
      'time-wait-rst',
      'TIME-WAIT 暗杀',
      '暗杀',
      '为什么 TIME-WAIT 忽略 RST',
    ],
    question: { en: 'Why does TIME-WAIT ignore a RST?', zh: 'TIME-WAIT 为什么要忽略 RST？' },
    mutant: 'fixed-isn-rfc1337-ignored',
    told: [
      ...['a OPEN', 'a1', 'b1', 'a2', 'a SEND', 'a3+', 'b2', 'a CLOSE', 'a4', 'b3', 'b CLOSE', 'b4', 'a5+'],
      ...['a5', 'b5', 'a OPEN', 'a6', 'b6', 'a7', 'a3'],
    ],
    group: 'time-wait',
    title: {
      en: 'TIME-WAIT assassinated: the next connection reads what the last one wrote',
      zh: 'TIME-WAIT 被“暗杀”：下一个连接读到了上一个连接写的内容',
    },
    answer: {
      en:
        'The server has its last ACK and is gone. A copy of that ACK comes late, meets nobody and is answered by a RST, ' +
        'which has just the number that TIME-WAIT expects. If it counts, TIME-WAIT is over long before 2 MSL, and the same ' +
        'sockets are connected again while old segments are still about: a copy of the old connection’s octet is delivered ' +
        'in the new one, in which nobody wrote it (RFC 1337, hazard H1: TIME-WAIT assassination). It takes no attacker, ' +
        'only copies that are late. That both connections begin with the same number stands for the case in which only ' +
        'TIME-WAIT protects.',
      zh:
        '服务器收到最后的 ACK 后已经消失。这个 ACK 的一个副本迟到，找不到连接，换来一个 RST，其序列号恰好是 TIME-WAIT 所期待的。' +
        '如果它有效，TIME-WAIT 远未到 2MSL 就结束了，同一对套接字重新建立连接，而旧报文段还在网络中：旧连接那个字节的副本被交付给新连接，' +
        '而新连接里没有人写过它（RFC 1337 的危害 H1：TIME-WAIT 暗杀）。这里没有任何攻击者，只是几个副本迟到了而已。' +
        '两个连接从同一个序列号开始，代表只剩 TIME-WAIT 在保护的情形。',
    },
    notice: [
      {
        en: 'The RST is the server’s honest answer to a copy of the last ACK, and stands exactly at RCV.NXT.',
        zh: '这个 RST 是服务器对最后的 ACK 的副本的如实应答，恰好位于 RCV.NXT。',
      },
      {
        en: 'TIME-WAIT lasted milliseconds instead of 2 MSL.',
        zh: 'TIME-WAIT 只持续了几十毫秒，而不是 2MSL。',
      },
      {
        en: 'The “a” is read twice: by the connection it was written to, and by the next one.',
        zh: '“a” 被读了两次：一次在写它的连接里，一次在下一个连接里。',
      },
    ],
  },
  {
    id: 'both',
    aliases: ['isn-timewait', 'reincarnation', 'old-data', '旧数据', '两道防线', '化身'],
    question: {
      en: 'Why both TIME-WAIT and a moving ISN against old segments?',
      zh: '为了防范旧报文段，为什么既要 TIME-WAIT 又要变化的初始序列号？',
    },
    mutant: 'fixed-isn-no-time-wait',
    group: 'time-wait',
    title: {
      en: 'With neither: the next connection reads what the last one wrote',
      zh: '两者都没有：下一个连接读到了上一个连接写的内容',
    },
    answer: {
      en:
        'Each stands in where the other does not reach. Here the first connection ends gracefully and the next begins at ' +
        'once with the same numbers; a copy of an octet that was delivered long ago arrives once more and is delivered ' +
        'again, to the wrong connection. TIME-WAIT alone would have made the copy die first; a clock in the ISN alone ' +
        'would have put its number outside the window.',
      zh:
        '两道防线互为补充。这里第一个连接正常结束，下一个连接立刻以同样的序列号开始；早已交付过的一个字节的副本再次到达，' +
        '又被交付了一次，而且交给了另一个连接。单有 TIME-WAIT，副本会先行消失；单有随时钟变化的初始序列号，副本的序列号就会落在窗口之外。',
    },
    notice: [
      {
        en: 'The “a” is read twice: by the connection it was written to, and by the next one.',
        zh: '“a” 被读了两次：一次在写它的连接里，一次在下一个连接里。',
      },
      {
        en: 'Both connections were closed and opened without a fault; only a copy was late.',
        zh: '两个连接的关闭和建立都没有差错，只是一个副本来迟了。',
      },
      {
        en: 'The late copy is the network’s own: no host has sent it again.',
        zh: '迟到的副本是网络自己造成的，没有哪台主机再次发送过它。',
      },
    ],
  },
];
