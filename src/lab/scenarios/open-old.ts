// Scenarios: an old SYN arrives (RFC 9293 section 3.5, figure 8): why three segments.

import type { Scenario } from '../scenario/index.ts';

/** Old SYNs. */
export const openingOld: readonly Scenario[] = [
  {
    id: 'stale-listen',
    group: 'open',
    title: {
      en: 'An old SYN arrives, and nobody is waiting for the answer',
      zh: '失效的 SYN 突然到达，客户端已无此连接',
    },
    question: {
      en: 'A SYN was delayed until the client had given up. Does the server end up with a connection to nobody?',
      zh: '一个 SYN 在网络里滞留，到达时客户端早已放弃。服务器会不会白白建立一个连接？',
    },
    explanation: {
      en:
        'The server cannot see that the SYN is old: it answers, and is SYN-RECEIVED. The SYN,ACK reaches a host without ' +
        'such a connection, which must answer with RST (CLOSED, section 3.10.7.1): seq=SEG.ACK, so that the server ' +
        'believes it. The server goes back to LISTEN; no program was told anything. With two segments instead of three ' +
        'the server would have been ESTABLISHED for nobody.',
      zh:
        '服务器看不出这个 SYN 是旧的：它照常应答，进入 SYN-RECEIVED。SYN,ACK 到达的主机上没有这个连接，按规定必须回 RST' +
        '（CLOSED 状态，第 3.10.7.1 节），RST 的 seq 取自 SEG.ACK，所以服务器会相信它。服务器回到 LISTEN，应用程序毫不知情。' +
        '如果只用两次握手，服务器此时就已经为一个不存在的客户端进入 ESTABLISHED 了。',
    },
    notice: [
      {
        en: 'The client does not ignore the SYN,ACK: it answers RST, ten milliseconds later.',
        zh: '客户端并不是“不予理睬”：它立刻回了一个 RST。',
      },
      {
        en: 'The RST has the number that the SYN,ACK acknowledged; it needs no ACK bit.',
        zh: 'RST 的序列号就是 SYN,ACK 的确认号，不需要 ACK 标志。',
      },
      {
        en: 'Lose the RST (drop RST#1) and the server repeats its SYN,ACK instead; the next RST ends it.',
        zh: '把 RST 丢掉（drop RST#1），服务器会重传 SYN,ACK，下一个 RST 才让它结束。',
      },
    ],
    keywords: ['old duplicate SYN', 'why three-way', '已失效的连接请求报文段', '历史连接', '谢希仁'],
    setup: {},
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'close', end: 'left', when: 50 },
    ],
    faults: ['delay SYN#1 left->right 200ms'],
  },
  {
    id: 'stale-first',
    group: 'open',
    title: { en: 'The old SYN arrives before the new one', zh: '旧的 SYN 比新的先到' },
    question: {
      en: 'The client tries again with a new sequence number, and the old SYN gets there first. How is that noticed?',
      zh: '客户端换了新的初始序列号重新发起连接，旧的 SYN 却抢先到达，怎样才能识破？',
    },
    explanation: {
      en:
        'The server acknowledges the SYN that it got, the old one. In SYN-SENT the client checks that number: it is not ' +
        'between its new ISS and SND.NXT, so the answer is for another connection. The client resets it with seq=SEG.ACK ' +
        'and stays in SYN-SENT; the server goes back to LISTEN, and the new SYN, sent again, is answered with the right number ' +
        '(section 3.5, figure 8). Only the third segment gives the client the chance to say so.',
      zh:
        '服务器确认的是它收到的那个 SYN，也就是旧的。客户端在 SYN-SENT 状态检查这个确认号：它不在新的 ISS 与 SND.NXT 之间，' +
        '可见这不是对自己这次连接的应答。客户端回 RST（seq=SEG.ACK），自己仍留在 SYN-SENT；服务器回到 LISTEN，' +
        '等新的 SYN 再次发来，就用正确的确认号应答（第 3.5 节，图 8）。正是第三个报文段给了客户端说“不对”的机会。',
    },
    notice: [
      {
        en: 'ack=1 counts from the old SYN, ack=1′ from the new one.',
        zh: 'ack=1 是从旧 SYN 数起的，ack=1′ 才是从新 SYN 数起的。',
      },
      {
        en: 'A retransmitted SYN would have the old number: two different numbers mean two attempts.',
        zh: '重传的 SYN 序列号不变；序列号不同，说明是两次不同的连接请求。',
      },
      {
        en: 'After its RST the client sends its SYN again at once, not after a second: the way is clear now.',
        zh: '客户端发完 RST 立刻重传 SYN，不必等满 1 秒：障碍已经清除了。',
      },
      {
        en: 'The client never leaves SYN-SENT until the right SYN,ACK comes.',
        zh: '在正确的 SYN,ACK 到来之前，客户端始终停在 SYN-SENT。',
      },
    ],
    linux: {
      en: 'Linux does the same; its SYN was sent again 75 ms after the first, not after 1 s.',
      zh: 'Linux 也是这样：实测 SYN 在 75 ms 后就重传，而不是等 1 秒。',
    },
    keywords: ['figure 8', 'old duplicate SYN', 'RST in SYN-SENT', '旧 SYN 先到', '历史连接'],
    setup: {},
    steps: [
      { do: 'connect', end: 'left', when: 0 },
      { do: 'close', end: 'left', when: 40 },
      { do: 'connect', end: 'left', when: 80 },
    ],
    faults: ['delay SYN#1 left->right 100ms', 'drop SYN#2 left->right'],
  },
];
