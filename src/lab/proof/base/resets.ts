// Resets (RFC 9293 sections 3.5.2, 3.5.3, 3.10.5 and 3.10.7): who sends a RST with which number, and whom it may end.

import type { Part } from '../theory.ts';

export const resets: Part = {
  id: 'resets',
  title: { en: 'Resets', zh: '复位' },
  state: {
    sent_rst: {
      args: ['host', 'number', 'offset'],
      sort: 'truth',
      initial: 'false',
      says: {
        en: 'A RST of this host with SEG.SEQ at this offset from this ISS is in the network.',
        zh: '网络中有这台主机发出的 RST，其序列号位于此 ISS 之后的此偏移处。',
      },
    },
    sent_rst_ack: {
      args: ['host', 'number'],
      sort: 'truth',
      initial: 'false',
      says: {
        en: 'A RST,ACK of this host that acknowledges a SYN of this ISS is in the network.',
        zh: '网络中有这台主机发出的、确认此 ISS 的 SYN 的 RST,ACK。',
      },
    },
    killed: {
      args: ['incarnation'],
      sort: 'truth',
      initial: 'false',
      ghost: true,
      says: {
        en: 'A RST has ended it although its peer was there and each knew the other.',
        zh: '对端还在、双方也彼此知道，它却被 RST 终止。',
      },
    },
  },
  actions: [
    {
      name: 'nobody: ACK',
      section: '3.10.7.1, 3.10.7.2',
      says: {
        en: 'A segment for no connection is answered: <SEQ=SEG.ACK><CTL=RST>.',
        zh: '不属于任何连接的报文段得到应答：<SEQ=SEG.ACK><CTL=RST>。',
      },
      when: ['nobody(h)', 'host(q) ~= h', 'sent_ack(q, x)'],
      does: ['sent_rst(h, irs(q), x) := true'],
    },
    {
      name: 'nobody: SYN,ACK',
      section: '3.10.7.1, 3.10.7.2',
      says: {
        en: 'A SYN,ACK for no connection is answered in the same way.',
        zh: '不属于任何连接的 SYN,ACK 也同样用 RST 应答。',
      },
      when: ['nobody(h)', 'host(q) ~= h', 'sent_syn_ack(q)'],
      does: ['sent_rst(h, irs(q), one) := true'],
    },
    {
      name: 'CLOSED: SYN',
      section: '3.10.7.1',
      says: {
        en: 'A SYN where nobody listens: <SEQ=0><ACK=SEG.SEQ+1><CTL=RST,ACK>.',
        zh: '没有监听者时收到 SYN：<SEQ=0><ACK=SEG.SEQ+1><CTL=RST,ACK>。',
      },
      when: ['nobody(h)', 'host(q) ~= h', 'sent_syn(q)'],
      does: ['sent_rst_ack(h, iss(q)) := true'],
    },
    {
      name: 'SYN-SENT: ACK of another',
      section: '3.10.7.3',
      says: {
        en: 'In SYN-SENT, an ACK of something else than our SYN is answered by a RST.',
        zh: '在 SYN-SENT 中，确认的不是我方 SYN 的报文段，用 RST 应答。',
      },
      when: [
        'state(p) = SYN_SENT',
        'apart(p, q)',
        'sent_ack(q, x) | sent_syn_ack(q) & x = one',
        'irs(q) ~= iss(p)',
      ],
      does: ['sent_rst(host(p), irs(q), x) := true'],
    },
    {
      name: 'SYN-RECEIVED: ACK of another',
      section: '3.10.7.4 fifth',
      says: {
        en: 'In SYN-RECEIVED, too, an ACK of something else than our SYN is answered by a RST.',
        zh: '在 SYN-RECEIVED 中，确认的不是我方 SYN 的报文段，也用 RST 应答。',
      },
      when: [
        'state(p) = SYN_RECEIVED',
        'apart(p, q)',
        'sent_ack(q, x) | sent_syn_ack(q) & x = one',
        'irs(q) ~= iss(p)',
      ],
      does: ['sent_rst(host(p), irs(q), x) := true'],
    },
    {
      name: 'SYN-SENT: RST',
      section: '3.10.7.3',
      says: { en: 'Our SYN is refused.', zh: '我方的 SYN 被拒绝。' },
      when: ['state(p) = SYN_SENT', 'h ~= host(p)', 'sent_rst_ack(h, iss(p))'],
      does: ['state(p) := GONE'],
    },
    {
      name: 'RST',
      section: '3.10.7.4 second',
      says: {
        en: 'A RST with SEG.SEQ = RCV.NXT ends the connection.',
        zh: '序列号等于 RCV.NXT 的 RST 终止连接。',
      },
      when: [
        'state(p) in {SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK}',
        'h ~= host(p)',
        'sent_rst(h, n, x)',
        'n = irs(p)',
        'x = rcv_nxt(p)',
      ],
      does: ['state(p) := GONE', 'killed(p) := killed(p) | (exists q. took(p, q) & took(q, p) & live(q))'],
    },
    {
      name: 'ABORT',
      section: '3.10.5',
      says: {
        en: 'The program aborts: a RST is sent, which may acknowledge the peer’s SYN, too.',
        zh: '应用程序中止连接：发送 RST，它也可能确认对方的 SYN。',
      },
      when: ['talks(p)', 'state(p) ~= TIME_WAIT', 'one <= x'],
      does: [
        'state(p) := GONE',
        'sent_rst(host(p), iss(p), x) := true',
        'sent_rst_ack(host(p), irs(p)) := sent_rst_ack(host(p), irs(p)) | rcv_nxt(p) = one',
      ],
    },
    {
      name: 'gone',
      section: '3.10.8',
      says: {
        en: 'A connection is gone without a word: given up after R2, by ICMP, by a SYN in SYN-RECEIVED, or in a crash.',
        zh: '连接不声不响地消失：达到 R2 后放弃、收到 ICMP、在 SYN-RECEIVED 中收到 SYN，或者崩溃。',
      },
      when: ['live(p)'],
      does: ['state(p) := GONE'],
    },
  ],
  properties: [
    {
      name: 'no reset',
      says: {
        en: 'While both ends live and know each other, no RST ends either.',
        zh: '只要两端都在、并且彼此知道，就没有 RST 能终止任何一端。',
      },
      holds: '~killed(p)',
    },
  ],
  helpers: [
    {
      name: 'RST',
      says: {
        en: 'A RST with the numbers of an incarnation was sent when that had ended.',
        zh: '带有某化身序列号的 RST，是在该化身结束之后发出的。',
      },
      holds: 'begun(p) & sent_rst(host(p), iss(p), x) -> state(p) in {ENDED, GONE}',
      neededFor: ['RST', 'no reset'],
    },
    {
      name: 'RST, so used',
      says: {
        en: 'The number of a RST was used: no RST waits for an ISS to come.',
        zh: 'RST 的序列号都是用过的：没有 RST 等着将来的 ISS。',
      },
      holds: 'sent_rst(h, n, x) -> used(h, n)',
      neededFor: ['OPEN', 'RST'],
    },
  ],
};
