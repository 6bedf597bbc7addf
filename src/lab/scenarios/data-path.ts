// Scenarios: what the path does to a connection: silence, small MTUs, middleboxes.

import type { Scenario } from '../scenario/index.ts';

/** The path. */
export const path: readonly Scenario[] = [
  {
    id: 'keepalive',
    group: 'data',
    title: { en: 'Keep-alive: is anybody there?', zh: '保活探测：对端还在吗？' },
    question: {
      en: 'The cable is cut while nothing is sent. How can an end notice?',
      zh: '连接空闲时网线断了，怎样才能发现？',
    },
    explanation: {
      en:
        'By asking. With keep-alives on (section 3.8.4; off by default, MUST-25) an end that has heard nothing for a while ' +
        'sends a segment with seq=SND.NXT-1, which is old and must be answered with an ACK. Answered: all is well. ' +
        'Several times not answered: the connection is aborted, ETIMEDOUT. Without keep-alives and without data the ' +
        'connection would stay ESTABLISHED for ever. HTTP’s Keep-Alive is something else: using a connection again.',
      zh:
        '主动去问。打开保活（第 3.8.4 节，默认关闭，MUST-25）之后，一端若很久没有收到任何报文段，就发一个 seq=SND.NXT-1 的报文段，' +
        '这是一个旧序列号，对方必须回 ACK。有回应就一切正常；连续几次没有回应，就放弃连接，报 ETIMEDOUT。不开保活又不发数据，' +
        '连接会永远停在 ESTABLISHED。HTTP 的 Keep-Alive 是另一回事，指的是复用连接。',
    },
    notice: [
      {
        en: 'The probe has seq=0, one less than the next octet: it can deliver nothing, only be answered.',
        zh: '探测报文段 seq=0，比下一个字节的序列号小 1：它不可能交付数据，只会换来应答。',
      },
      {
        en: 'The first probe is answered; after the cut three are not, and the connection is aborted. The RST would tell a server that can hear it.',
        zh: '第一次探测得到应答；断线之后三次都没有，连接随即被放弃。最后的 RST 是说给还收得到的服务器听的。',
      },
      {
        en: 'The server, which sends nothing and has no keep-alive, is still ESTABLISHED.',
        zh: '服务器不发数据、也没开保活，至今仍是 ESTABLISHED。',
      },
    ],
    linux: {
      en: 'Linux’s times are 7200 s until the first probe, 75 s between probes, 9 probes. Here: 5 s, 1 s, 3.',
      zh: 'Linux 的默认值是空闲 7200 秒后开始探测，间隔 75 秒，共 9 次；这里分别取 5 秒、1 秒、3 次。',
    },
    keywords: ['SO_KEEPALIVE', 'keepalive', 'tcp_keepalive_time', '保活', '拔网线', '心跳'],
    setup: { left: { tcp: { keepAliveIdleMs: 5000, keepAliveIntervalMs: 1000, keepAliveCount: 3 } } },
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'keepalive', end: 'left', when: 50 },
      { do: 'cut', when: 6000 },
    ],
    untilMs: 20_000,
  },
  {
    id: 'mtu-hole',
    group: 'data',
    title: { en: 'A path that swallows big packets', zh: '路径 MTU 黑洞：大报文有去无回' },
    question: {
      en: 'The handshake works, small requests work, and large ones hang. Why?',
      zh: '握手正常，小请求也正常，一传大数据就卡住，为什么？',
    },
    explanation: {
      en:
        'Each end tells in its SYN how big a segment it can take: MSS 1460, from the MTU of its own link, 1500. A link in ' +
        'the middle takes only 1400. A router should say so by ICMP; this one is silent, and drops. Everything small gets ' +
        'through, the handshake too; a full segment never does, however often it is repeated. IP could fragment, but then ' +
        'one lost fragment loses the whole segment: that is why there is an MSS at all. Where ICMP is filtered, lowering ' +
        'the MSS (MSS clamping) or probing (RFC 4821) helps: synfin tries smaller segments after the third loss ' +
        'unless it is told not to, as here; Linux does with net.ipv4.tcp_mtu_probing=1.',
      zh:
        '双方在 SYN 里告诉对方自己最大能收多大的报文段：MSS 1460，由自己链路的 MTU 1500 得出。但途中有一段链路只容得下 1400 字节。' +
        '路由器本应发 ICMP 通知，这一台却一声不响地丢弃。小的报文都过得去，握手也不例外；满长的报文段无论重传多少次都到不了。' +
        '让 IP 分片也不好：丢一个分片就等于丢整个报文段，这正是 TCP 要有 MSS 的原因。ICMP 被过滤时，可以调小 MSS（MSS clamping）' +
        '或者主动探测路径 MTU（RFC 4821）：synfin 默认在第三次丢失后改用较小的报文段，这里特意关掉了；Linux 要设置 ' +
        'net.ipv4.tcp_mtu_probing=1。',
    },
    notice: [
      {
        en: 'Both SYNs offer MSS 1460: neither end knows of the link in the middle.',
        zh: '两个 SYN 都通告 MSS 1460：两端都不知道中间那段链路。',
      },
      {
        en: 'The small write arrives, the segment of 1448 octets is lost every time it is sent.',
        zh: '小数据顺利到达，1448 字节的报文段每次都丢。',
      },
    ],
    keywords: ['MTU', 'MSS', 'black hole', 'PMTUD', 'fragmentation', '路径 MTU', '分片', '为什么要 MSS'],
    setup: { wire: { mtu: 1400 }, left: { tcp: { mtuProbing: 'off' } } },
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'write', end: 'left', what: 'small', when: 100 },
      { do: 'write', end: 'left', what: 1448, when: 250 },
    ],
    untilMs: 2500,
  },
  {
    id: 'wscale-strip',
    group: 'data',
    title: { en: 'A middlebox takes the window scale off', zh: '中间设备抹掉了窗口扩大选项' },
    question: {
      en: 'Something on the path removes an option from the SYN,ACK. What do the ends disagree about?',
      zh: '途中的设备从 SYN,ACK 里抹掉一个选项，两端会在什么事情上产生误解？',
    },
    explanation: {
      en:
        'About the window. The server saw the option in the SYN and sent its own, so it scales: it writes its window ' +
        'divided by 2^k into the header. The client saw no option in the SYN,ACK, so for it nothing is scaled (RFC 7323, ' +
        'section 2.2): it takes the field as it is, a window many times too small. The transfer crawls, although no ' +
        'segment is lost. Options are negotiated in the SYNs, once; nobody notices what is missing later.',
      zh:
        '在窗口大小上。服务器在 SYN 里看到了这个选项，也发了自己的，于是按扩大后的方式工作：首部里写的是窗口除以 2^k 的值。' +
        '客户端在 SYN,ACK 里没看到选项，就认为双方都不扩大（RFC 7323 第 2.2 节），把字段原样当作窗口，结果小了许多倍。' +
        '报文段一个没丢，传输却慢得像爬。选项只在两个 SYN 里协商一次，之后缺了什么谁也发现不了。',
    },
    notice: [
      {
        en: 'The server’s ACK has 2048 in its window field and means 262144; the client reads 2048.',
        zh: '服务器 ACK 的窗口字段是 2048，意思是 262144；客户端却就当它是 2048。',
      },
      {
        en: 'Only one full segment fits into 2048: the client sends one at a time, and waits for its delayed ACK.',
        zh: '2048 只放得下一个满长的报文段：客户端一次只发一个，还得等它的延迟确认。',
      },
    ],
    keywords: ['window scale', 'middlebox', 'RFC 7323', '窗口扩大', '中间设备', '传输很慢'],
    setup: {},
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'write', end: 'left', what: 'hello', when: 100 },
      { do: 'write', end: 'left', what: 3000, when: 250 },
    ],
    faults: ['strip wscale right->left'],
  },
];
