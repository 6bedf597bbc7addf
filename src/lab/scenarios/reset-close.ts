// Scenarios: closing that becomes a reset, because text would be lost (RFC 9293 section 3.6.1, SHLD-3; RFC 2525 2.17).

import type { Scenario } from '../scenario/index.ts';

/** Closing that becomes a reset. */
export const closingResets: readonly Scenario[] = [
  {
    id: 'unread-rst',
    group: 'reset',
    title: { en: 'close() with unread data sends RST', zh: '有数据未读就 close()，发出的是 RST' },
    question: {
      en: 'The server closes without having read what has arrived. What does the client learn?',
      zh: '服务器没读已到达的数据就关闭，客户端会得知什么？',
    },
    explanation: {
      en:
        'The six octets were received and acknowledged: TCP has them, the program has not. When the program closes ' +
        'without reading them they are lost, and an orderly FIN would pretend otherwise. So a RST goes out instead, ' +
        'which ends both directions at once, without anybody’s consent (section 3.6.1, SHLD-3). An acknowledgment ' +
        'means that the peer’s TCP has the text, never that the program has read it.',
      zh:
        '这 6 个字节已经收到，也确认了：TCP 有，程序却没有读。程序不读就关闭，数据便丢了，若仍用 FIN 正常结束，等于假装没事。' +
        '所以发出的是 RST，两个方向同时终止，不需要谁同意（第 3.6.1 节，SHLD-3）。' +
        '收到确认只说明对方的 TCP 已收下数据，并不说明对方的程序读过。',
    },
    notice: [
      {
        en: 'There is no FIN and no TIME-WAIT: one segment, and both ends are CLOSED.',
        zh: '没有 FIN，也没有 TIME-WAIT：一个报文段，两端都是 CLOSED。',
      },
      {
        en: 'The data was acknowledged before: the client had no reason to think that it was lost.',
        zh: '数据此前已被确认：客户端本来没有理由认为它丢了。',
      },
      {
        en: 'The client’s next call, read or write, fails with ECONNRESET; after that read() returns 0 and write() fails with EPIPE.',
        zh: '客户端的下一次调用，无论读写，都以 ECONNRESET 失败；此后 read() 返回 0，write() 得到 EPIPE。',
      },
    ],
    linux: {
      en: 'Linux 6.18 does the same: RST,ACK and no FIN. SO_LINGER with a timeout of 0 has this effect on purpose, unread data or not.',
      zh: 'Linux 6.18 相同：发 RST,ACK，不发 FIN。SO_LINGER 超时设为 0 就是故意要这个效果，不管有没有未读数据。',
    },
    keywords: [
      'ECONNRESET',
      'connection reset by peer',
      'SO_LINGER',
      '数据丢失',
      '连接被对方重置',
      '未读数据',
    ],
    setup: { right: { reads: 'none' } },
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'write', end: 'left', what: 'unread', when: { end: 'left', state: 'ESTABLISHED', after: 60 } },
      { do: 'close', end: 'right', when: 200 },
    ],
  },
  {
    id: 'late-data-rst',
    group: 'reset',
    title: {
      en: 'Data after the peer’s close(): RST, then EPIPE',
      zh: '对方 close() 之后再发数据：先 RST，后 EPIPE',
    },
    question: {
      en: 'The client has called close(), not shutdown(). What if the server still sends?',
      zh: '客户端调用的是 close() 而不是 shutdown()，服务器再发数据会怎样？',
    },
    explanation: {
      en:
        'On the wire close() and shutdown() look the same: a FIN. The difference shows when text arrives: after close() ' +
        'nobody will ever read it, so the client answers it with RST and forgets the connection (section 3.6.1, ' +
        'SHLD-3). The server’s first write succeeded, since TCP only took the octets. The RST finds the server in ' +
        'CLOSE-WAIT, where its program has read the end of the stream already: read() goes on to return 0, and the ' +
        'next write fails with EPIPE, “broken pipe”. ECONNRESET would be told of a RST without a FIN before it.',
      zh:
        '在线路上 close() 和 shutdown() 看起来一样，都是一个 FIN。数据到达时才见分晓：close() 之后再没有人会读，' +
        '客户端便以 RST 回应，并忘掉这个连接（第 3.6.1 节，SHLD-3）。服务器第一次 write() 是成功的，' +
        'TCP 只是收下了数据。RST 到达时服务器处在 CLOSE-WAIT，程序早已读到流的末尾：read() 仍然返回 0，' +
        '下一次 write() 得到 EPIPE（broken pipe）。若 RST 之前没有 FIN，得到的才是 ECONNRESET。',
    },
    notice: [
      {
        en: 'The client was in FIN-WAIT-2, as with shutdown(); the RST comes only with the text.',
        zh: '客户端本来在 FIN-WAIT-2，和 shutdown() 时一样；数据到了才发 RST。',
      },
      {
        en: 'ECONNRESET appears nowhere. “Broken pipe” is a write to a direction that has ended: after a RST that came after the peer’s FIN, after an ECONNRESET that was told already, or after one’s own shutdown(SHUT_WR), for which no RST is needed.',
        zh: 'ECONNRESET 从未出现。“broken pipe” 是向已经结束的方向写数据：RST 来在对方的 FIN 之后，或者 ECONNRESET 已经报告过，或者自己调用过 shutdown(SHUT_WR)，最后这种情形连 RST 都不需要。',
      },
    ],
    linux: {
      en: 'Linux 6.18: a RST in CLOSE-WAIT sets EPIPE. It is what SO_ERROR says, and what every write fails with (and SIGPIPE, unless MSG_NOSIGNAL is set).',
      zh: 'Linux 6.18：CLOSE-WAIT 收到 RST 时设置的错误就是 EPIPE：SO_ERROR 是它，每次写也都以它失败（并有 SIGPIPE 信号，除非设了 MSG_NOSIGNAL）。',
    },
    keywords: [
      'EPIPE',
      'broken pipe',
      'SIGPIPE',
      'ECONNRESET',
      'close vs shutdown',
      'close 与 shutdown 的区别',
    ],
    setup: {},
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'close', end: 'left', when: { end: 'left', state: 'ESTABLISHED', after: 60 } },
      { do: 'write', end: 'right', what: 'late', when: { end: 'right', sees: 'eof', after: 70 } },
      { do: 'write', end: 'right', what: 'more', when: { end: 'right', sees: 'eof', after: 140 } },
    ],
  },
];
