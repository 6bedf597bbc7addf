// Scenarios: handshakes of other shapes: text in them, both ends at once, more than three segments.

import type { Scenario } from '../scenario/index.ts';

/** Other handshakes. */
export const openingKinds: readonly Scenario[] = [
  {
    id: 'ack3-payload',
    group: 'open',
    title: { en: 'The third segment carries data', zh: '第三次握手携带数据' },
    question: {
      en: 'May the third segment of the handshake carry data? And what about its sequence number?',
      zh: '第三次握手能带数据吗？它的序列号又是怎么来的？',
    },
    explanation: {
      en:
        'Yes. The program wrote while its end was still SYN-SENT; when the SYN,ACK arrives, the client is ESTABLISHED and ' +
        'may send: its ACK goes with the first segment of text. Its sequence number is SND.NXT. That it equals the ' +
        'acknowledgment number of the SYN,ACK is a coincidence of having nothing in flight: the segment behind it ' +
        'has a higher number, although the server has not acknowledged anything more.',
      zh:
        '可以。应用程序在 SYN-SENT 状态就写好了数据；SYN,ACK 一到，客户端进入 ESTABLISHED，可以发送数据，ACK 便与第一段数据同行。' +
        '它的序列号取自 SND.NXT，与 SYN,ACK 的确认号相等，只是因为此刻没有在途数据：紧跟其后的报文段序列号已经变大，' +
        '而服务器并没有再确认什么。',
    },
    notice: [
      {
        en: 'The third segment is ACK with 1448 octets of text, the server takes them on its way to ESTABLISHED.',
        zh: '第三个报文段是带着 1448 字节数据的 ACK，服务器在进入 ESTABLISHED 的同时就收下了数据。',
      },
      {
        en: 'The fourth segment has seq=1449; the last acknowledgment that the client has got is still 1.',
        zh: '第四个报文段 seq=1449，而此时客户端收到过的最大确认号仍然是 1。',
      },
    ],
    keywords: ['data in the third segment', 'payload', 'SND.NXT', '第三次握手携带数据'],
    setup: {},
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'write', end: 'left', what: 2896, when: 5 },
    ],
  },
  {
    id: 'tfo',
    group: 'open',
    title: { en: 'TCP Fast Open: data in the SYN', zh: 'TCP Fast Open：SYN 携带数据' },
    question: {
      en: 'Can a request travel with the SYN, and be read before the handshake is over?',
      zh: '请求能不能随 SYN 一起发出，并在握手完成之前就被读到？',
    },
    explanation: {
      en:
        'With TCP Fast Open (RFC 7413) it can. The first connection asks for a cookie, in an option of its SYN, and gets ' +
        'one with the SYN,ACK: a hash that proves that the client receives packets at its address. The SYN of the ' +
        'second connection has the cookie and the request; the server gives the text to its program in SYN-RECEIVED, ' +
        'and acknowledges SYN and text together. Without a cookie, text in a SYN is legal but is not given to the ' +
        'program before ESTABLISHED. A SYN can arrive twice, so only requests that may be repeated should go this way.',
      zh:
        '启用 TCP Fast Open（RFC 7413）就可以。第一个连接在 SYN 的选项里索要 cookie，服务器随 SYN,ACK 发回：它是一个散列值，' +
        '证明客户端确实能在这个地址收到报文。第二个连接的 SYN 带上 cookie 和请求，服务器在 SYN-RECEIVED 状态就把数据交给应用程序，' +
        '并把 SYN 和数据一并确认。没有 cookie 时，SYN 带数据也合法，但 ESTABLISHED 之前不会交付。由于 SYN 可能重复到达，' +
        '只有允许重复执行的请求才适合这样发送。',
    },
    notice: [
      {
        en: 'TFO? asks for a cookie, the SYN,ACK brings it, and the SYN of the second connection (#1 or :50001) has it.',
        zh: 'TFO? 表示索要 cookie，SYN,ACK 把它带回来，第二个连接（#1 或 :50001）的 SYN 就带上了它。',
      },
      {
        en: 'Second connection: the server reads the request before the third segment, one round trip earlier.',
        zh: '看第二个连接：服务器在第三个报文段到来之前就读到了请求，省下一个往返时间。',
      },
      {
        en: 'The SYN,ACK acknowledges SYN and text: ack=1+15.',
        zh: 'SYN,ACK 把 SYN 和数据一起确认：ack=1+15。',
      },
      {
        en: 'First connection: the same text had to wait for the handshake, because there was no cookie yet.',
        zh: '第一个连接还没有 cookie，同样的数据只能等握手完成后再发。',
      },
    ],
    keywords: [
      'TFO',
      'fast open',
      'cookie',
      '0-RTT',
      'data in SYN',
      'SYN 携带数据',
      '第一次握手能带数据吗',
      '前两次握手能带数据吗',
      'TLS 1.3',
    ],
    setup: { listen: { fastOpen: 10 } },
    steps: [
      { do: 'connect', end: 'left', fastOpen: true, text: 'GET / HTTP/1.0\n', when: 0 },
      { do: 'connect', end: 'left', connection: 1, fastOpen: true, text: 'GET / HTTP/1.0\n', when: 120 },
      {
        do: 'write',
        end: 'right',
        connection: 1,
        what: 'HTTP/1.0 200 OK\n',
        when: { end: 'right', connection: 1, read: 15 },
      },
    ],
    untilMs: 1000,
  },
  {
    id: 'simopen',
    group: 'open',
    title: { en: 'Simultaneous open', zh: '同时打开' },
    question: {
      en: 'Both ends call connect(), and nobody listens. Can that become a connection?',
      zh: '两端同时调用 connect()，谁也没有监听，能建立连接吗？',
    },
    explanation: {
      en:
        'Yes, one connection. In SYN-SENT a SYN without ACK is not an answer but the other end’s own attempt: each goes ' +
        'to SYN-RECEIVED and sends SYN,ACK with the sequence number that its SYN had. The SYN,ACK of the other end ' +
        'acknowledges that SYN, and both are ESTABLISHED. Four segments, no listener, no server (section 3.5, figure 7, ' +
        'MUST-10). Both ends have to know the other’s port beforehand; some ways through NATs work like this.',
      zh:
        '能，而且只建立一个连接。SYN-SENT 状态下收到不带 ACK 的 SYN，说明对方也在主动打开：两端各自进入 SYN-RECEIVED，' +
        '用原来的序列号发出 SYN,ACK；收到对方的 SYN,ACK 后双双进入 ESTABLISHED。一共四个报文段，没有监听者，也没有服务器' +
        '（第 3.5 节，图 7，MUST-10）。前提是双方事先知道对方的端口，有些 NAT 穿透方法就是这样做的。',
    },
    notice: [
      {
        en: 'Both ends pass SYN-SENT, SYN-RECEIVED, ESTABLISHED.',
        zh: '两端都依次经过 SYN-SENT、SYN-RECEIVED、ESTABLISHED。',
      },
      {
        en: 'The SYN,ACK has seq=0 like the SYN before it: it is the same SYN, with an acknowledgment.',
        zh: 'SYN,ACK 的 seq 与之前的 SYN 相同，都是 0：这是同一个 SYN，只是加上了确认。',
      },
    ],
    linux: {
      en: 'Linux sends one more ACK from each end, a duplicate.',
      zh: 'Linux 的两端各自还会多发一个重复的 ACK。',
    },
    keywords: ['simultaneous open', 'figure 7', 'MUST-10', '同时打开', '没有 listen 能建立连接吗', 'NAT'],
    setup: { listen: null, left: { name: 'A' }, right: { name: 'B' } },
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'connect', end: 'right', when: 4 },
    ],
  },
  {
    id: 'split-hs',
    group: 'open',
    title: { en: 'A handshake of four segments', zh: '四个报文段的握手' },
    question: {
      en: 'Must the server put its SYN and its ACK into one segment?',
      zh: '服务器的 SYN 和 ACK 必须合在一个报文段里吗？',
    },
    explanation: {
      en:
        'It may, and every ordinary server does, but nothing obliges it. Here the server answers SYN with SYN alone. The ' +
        'client, in SYN-SENT, cannot tell that from a simultaneous open: it goes to SYN-RECEIVED and sends SYN,ACK itself. ' +
        'What has to be said is the same in any case: two SYNs and two acknowledgments; how they are grouped into ' +
        'segments is open (section 3.4.1, section 3.5). Firewalls that take the sender of the SYN,ACK for the server get ' +
        'the direction of such a connection wrong.',
      zh:
        '可以合在一起，普通服务器也都这么做，但并非必须。这里服务器只用一个 SYN 来应答。处在 SYN-SENT 的客户端分不出这和同时打开有什么两样，' +
        '于是进入 SYN-RECEIVED，反过来由它发出 SYN,ACK。要交代的事情始终只有四件：两个 SYN、两个确认；怎样组合成报文段，' +
        '标准并没有限定（第 3.4.1、3.5 节）。有的防火墙把发 SYN,ACK 的一方当作服务器，遇到这种握手就会把连接方向判反。',
    },
    notice: [
      {
        en: 'Now it is the client that passes SYN-RECEIVED, too, and sends SYN,ACK.',
        zh: '这一次，客户端也经过 SYN-RECEIVED，并且由它发出 SYN,ACK。',
      },
      {
        en: 'Four segments instead of three, and two round trips instead of one and a half.',
        zh: '三个报文段变成四个，一个半往返变成两个。',
      },
    ],
    keywords: ['split handshake', 'four-way handshake', '四次握手', '为什么不是四次', 'SYN 和 ACK 分开'],
    setup: { right: { splitsHandshake: true } },
    steps: [{ do: 'connect', end: 'left', when: 0 }],
  },
];
