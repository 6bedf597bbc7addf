// Stories: how a connection ends (RFC 9293 section 3.6).

import type { Story } from './story.ts';

export const closeStories: readonly Story[] = [
  {
    id: 'why-four',
    title: { en: 'Why four segments to close?', zh: '为什么要四次挥手？' },
    lead: {
      en: 'A connection is two directions. Each is closed by its own end, and each closing is acknowledged.',
      zh: '一条连接是两个方向。每个方向由自己的一端关闭，每次关闭都要得到确认。',
    },
    scenario: 'close4',
    steps: [
      {
        at: { state: 'ESTABLISHED', end: 'right' },
        title: { en: 'Two directions, both open', zh: '两个方向都开着' },
        text: {
          en: 'The two strands of a lifeline are what an end sends and what it hears. All four are full.',
          zh: '生命线的两股分别是这一端发送的与听到的。现在四股都是实的。',
        },
      },
      {
        at: { sent: 'FIN,ACK' },
        title: { en: '“I have no more to send”', zh: '“我没有要发的了”' },
        text: {
          en: 'The client closes. Its FIN ends one direction only: it says nothing about what the server still has to send.',
          zh: '客户端关闭。它的 FIN 只结束一个方向：至于服务器还有没有要发的，它什么也没说。',
        },
      },
      {
        at: { state: 'CLOSE-WAIT', end: 'right' },
        title: { en: 'The server’s program is told', zh: '服务器的程序得知' },
        text: {
          en: 'read() returns 0: end of stream. TCP cannot know whether the program has something left to say, so the server may go on sending for as long as it likes.',
          zh: 'read() 返回 0：流结束。TCP 不可能知道程序是否还有话说，所以服务器想发多久就可以发多久。',
        },
      },
      {
        at: { arrived: 'ACK', nth: 2 },
        title: { en: 'The first two: one direction is closed', zh: '前两次：一个方向关闭了' },
        text: {
          en: 'The FIN is acknowledged: FIN-WAIT-2. What the client sends is over, what it hears is not.',
          zh: 'FIN 得到确认：FIN-WAIT-2。客户端的发送结束了，接收还没有。',
        },
      },
      {
        at: { sent: 'FIN,ACK', nth: 2 },
        title: { en: 'The server’s program closes, too', zh: '服务器的程序也关闭' },
        text: {
          en: 'Only now. That is why it takes a segment of its own: between the ACK and this FIN lies the time that the program needed.',
          zh: '直到这时。这就是它需要单独一个报文段的原因：ACK 与这个 FIN 之间，隔着程序所需的时间。',
        },
      },
      {
        at: { state: 'CLOSED', end: 'right' },
        title: { en: 'The last ACK', zh: '最后一个 ACK' },
        text: {
          en: 'The server may forget everything. The client waits 2 MSL in TIME-WAIT, in case this ACK did not arrive.',
          zh: '服务器可以忘掉一切。客户端在 TIME-WAIT 中等 2MSL，以防这个 ACK 没有送到。',
        },
      },
    ],
    breaks: [
      {
        label: { en: 'the server closes at once: three segments', zh: '服务器立刻关闭：三次' },
        scenario: 'close3',
      },
      { label: { en: 'the second FIN is lost', zh: '第二个 FIN 丢了' }, edits: ['drop FIN#1 right->left'] },
      {
        label: { en: 'the first FIN closes both directions', zh: '第一个 FIN 就关闭两个方向' },
        rules: 'close-both-ways',
      },
    ],
  },
  {
    id: 'why-2msl',
    title: { en: 'Why wait 2 MSL?', zh: '为什么要等 2MSL？' },
    lead: {
      en: 'The last ACK is lost. Who is left to answer when the FIN comes again?',
      zh: '最后一个 ACK 丢了。当 FIN 再次到来时，还有谁来回答？',
    },
    scenario: 'lastack-lost',
    steps: [
      {
        at: { sent: 'FIN,ACK' },
        title: { en: 'The client closes first', zh: '客户端先关闭' },
        text: {
          en: 'Who closes first will be the one who waits at the end.',
          zh: '谁先关闭，最后就由谁来等待。',
        },
      },
      {
        at: { state: 'LAST-ACK', end: 'right' },
        title: { en: 'The server sends its FIN', zh: '服务器发出 FIN' },
        text: {
          en: 'LAST-ACK says what it is waiting for: one acknowledgment, the last one. Until it comes, the FIN has a timer.',
          zh: 'LAST-ACK 的名字就是它所等的：一个确认，最后的一个。在它到来之前，FIN 带着定时器。',
        },
      },
      {
        at: { state: 'TIME-WAIT', end: 'left' },
        title: { en: 'The client answers, and waits', zh: '客户端应答，然后等待' },
        text: {
          en: 'The ACK that it sends is never acknowledged itself. So the client cannot know whether it arrives, and stays: TIME-WAIT.',
          zh: '它发出的 ACK 自己不会得到确认。客户端无法知道它是否送到，所以留下来：TIME-WAIT。',
        },
      },
      {
        at: { lost: 'ACK' },
        title: { en: 'The last ACK is lost', zh: '最后一个 ACK 丢了' },
        text: {
          en: 'An ACK lives for at most one MSL in the network. If it has not arrived by then, it never will.',
          zh: '一个 ACK 在网络中最多存活一个 MSL。到那时还没有到，就永远不会到了。',
        },
      },
      {
        at: { sent: 'FIN,ACK', nth: 3 },
        title: { en: 'The FIN comes again', zh: 'FIN 再次到来' },
        text: {
          en: 'The server’s timer repeats the FIN. That, too, may take one MSL to arrive: one for the ACK that was lost, one for the FIN that follows. That makes two.',
          zh: '服务器的定时器重传 FIN。它也可能要走一个 MSL：丢掉的 ACK 一个，随后的 FIN 一个，合起来两个。',
        },
      },
      {
        at: { arrived: 'FIN,ACK', nth: 3 },
        title: { en: 'Somebody is there', zh: '有人在' },
        text: {
          en: 'TIME-WAIT acknowledges the FIN once more, and begins its 2 MSL anew. Without TIME-WAIT the answer would have been a RST.',
          zh: 'TIME-WAIT 再次确认 FIN，并重新开始计 2MSL。如果没有 TIME-WAIT，回答会是一个 RST。',
        },
      },
      {
        at: 'end',
        title: { en: 'And old segments are gone', zh: '旧报文段也消失了' },
        text: {
          en: 'After 2 MSL nothing of this connection is left in the network, in either direction: the ports may be used again.',
          zh: '2MSL 之后，网络中两个方向都不再有这条连接的任何东西：端口可以再用了。',
        },
      },
    ],
    breaks: [
      { label: { en: 'without TIME-WAIT', zh: '没有 TIME-WAIT' }, rules: 'no-time-wait' },
      { label: { en: 'TIME-WAIT of one MSL', zh: 'TIME-WAIT 只等一个 MSL' }, scenario: 'tw-1msl' },
      { label: { en: 'an old duplicate arrives meanwhile', zh: '其间来了一个旧的副本' }, scenario: 'tw-old' },
    ],
  },
  {
    id: 'half-close',
    title: { en: 'Closed in one direction', zh: '只关闭一个方向' },
    lead: {
      en: 'shutdown() ends what an end sends, and nothing else. The other direction still carries data.',
      zh: 'shutdown() 结束的是这一端的发送，仅此而已。另一个方向仍在传送数据。',
    },
    scenario: 'half-close',
    steps: [
      {
        at: { call: 'shutdown', end: 'left' },
        title: { en: 'The client has asked its question', zh: '客户端问完了' },
        text: {
          en: 'shutdown(SHUT_WR): no more will be written. The program keeps the socket, to read the answer.',
          zh: 'shutdown(SHUT_WR)：不再写入。程序保留套接字，等着读回答。',
        },
      },
      {
        at: { state: 'CLOSE-WAIT', end: 'right' },
        title: { en: 'The server hears the end', zh: '服务器听到了结束' },
        text: {
          en: 'read() returns 0. That is how it knows that the question is complete: half-closed is a signal, too.',
          zh: 'read() 返回 0。它由此知道问题已经完整：半关闭也是一种信号。',
        },
      },
      {
        at: { state: 'FIN-WAIT-2', end: 'left' },
        title: { en: 'One strand is thin', zh: '一股变细了' },
        text: {
          en: 'The client sends nothing any more, and hears everything. This can last as long as both programs want.',
          zh: '客户端不再发送，但一切都听得到。只要两个程序愿意，这种状态可以一直持续。',
        },
      },
      {
        at: { call: 'write', end: 'right' },
        title: { en: 'The answer flows', zh: '回答在流动' },
        text: {
          en: '3000 octets, in segments of at most 1448. The client acknowledges them: acknowledging is not sending text.',
          zh: '3000 字节，每个报文段最多 1448 字节。客户端逐一确认：确认不算发送数据。',
        },
      },
      {
        at: { state: 'LAST-ACK', end: 'right' },
        title: { en: 'Now the server closes', zh: '现在服务器关闭' },
        text: {
          en: 'The second FIN ends the second direction.',
          zh: '第二个 FIN 结束第二个方向。',
        },
      },
      {
        at: { state: 'TIME-WAIT', end: 'left' },
        title: { en: 'End of stream, everything read', zh: '流结束，全部读到' },
        text: {
          en: 'With close() in place of shutdown() nobody would have been left to read: the answer would have met a RST.',
          zh: '如果用 close() 而不是 shutdown()，就没有人来读了：回答会碰上 RST。',
        },
      },
    ],
    breaks: [
      {
        label: { en: 'close() in place of shutdown()', zh: '用 close() 代替 shutdown()' },
        scenario: 'late-data-rst',
      },
      {
        label: { en: 'the first FIN closes both directions', zh: '第一个 FIN 就关闭两个方向' },
        rules: 'close-both-ways',
      },
    ],
  },
  {
    id: 'rst-or-fin',
    title: { en: 'close(), and out comes a RST', zh: 'close() 却发出了 RST' },
    lead: {
      en: 'A FIN says “that was all”. A RST says “that did not work”. Which one close() sends depends on what was read.',
      zh: 'FIN 说“就这些了”，RST 说“没成功”。close() 发哪一个，取决于读了什么。',
    },
    scenario: 'unread-rst',
    steps: [
      {
        at: { sent: 'PSH,ACK' },
        title: { en: 'The client sends six octets', zh: '客户端发送六个字节' },
        text: { en: 'An ordinary request on an open connection.', zh: '在一条开着的连接上的普通请求。' },
      },
      {
        at: { arrived: 'PSH,ACK' },
        title: { en: 'They arrive', zh: '它们到了' },
        text: {
          en: 'TCP has them in its buffer. The server’s program has not read them.',
          zh: 'TCP 把它们放在缓冲区里。服务器的程序还没有读。',
        },
      },
      {
        at: { arrived: 'ACK', nth: 2 },
        title: { en: 'Acknowledged is not read', zh: '确认不等于已读' },
        text: {
          en: 'The ACK tells the client’s TCP that the octets have arrived at the other TCP. Of the program it tells nothing.',
          zh: 'ACK 告诉客户端的 TCP：字节到了对方的 TCP。至于程序有没有读，它只字未提。',
        },
      },
      {
        at: { call: 'close', end: 'right' },
        title: { en: 'close() with unread data', zh: '还有未读数据就 close()' },
        text: {
          en: 'A FIN would claim that all was well. But data is thrown away, and the peer ought to know: RST (RFC 2525, 2.17).',
          zh: 'FIN 会声称一切正常。但数据被丢弃了，对方应当知道：于是 RST（RFC 2525 2.17）。',
        },
      },
      {
        at: { state: 'CLOSED', end: 'left' },
        title: { en: 'The client is told', zh: '客户端得知' },
        text: {
          en: 'ECONNRESET, “connection reset by peer”. The connection is gone at both ends, without TIME-WAIT.',
          zh: 'ECONNRESET，即“connection reset by peer”。连接在两端都消失了，没有 TIME-WAIT。',
        },
      },
    ],
    breaks: [
      { label: { en: 'the RST is lost', zh: 'RST 丢了' }, edits: ['drop RST#1'] },
      {
        label: { en: 'everything was read: an ordinary close', zh: '全部读完：普通的关闭' },
        scenario: 'close4',
      },
    ],
  },
];
