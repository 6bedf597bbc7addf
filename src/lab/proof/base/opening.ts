// Opening (RFC 9293 sections 3.4, 3.5, 3.10.1, 3.10.7.2 and 3.10.7.3): who has heard whom, and what an ACK of a SYN shows.

import type { Part } from '../theory.ts';

export const opening: Part = {
  id: 'opening',
  title: { en: 'Opening', zh: '建立连接' },
  state: {
    state: {
      args: ['incarnation'],
      sort: 'state',
      initial: 'NONE',
      says: {
        en: 'The state of figure 5. NONE: not begun; ENDED: closed in both directions; GONE: ended otherwise.',
        zh: '图 5 的状态。NONE：尚未开始；ENDED：双向都已正常关闭；GONE：以其他方式结束。',
      },
    },
    used: {
      args: ['host', 'number'],
      sort: 'truth',
      initial: 'false',
      says: { en: 'The host has used this ISS.', zh: '主机用过这个 ISS。' },
    },
    heard: {
      args: ['incarnation'],
      sort: 'truth',
      initial: 'false',
      says: { en: 'It has taken a SYN: IRS is known.', zh: '已接受一个 SYN，IRS 已知。' },
    },
    irs: {
      args: ['incarnation'],
      sort: 'number',
      initial: null,
      says: { en: 'IRS, once a SYN was taken.', zh: '接受 SYN 之后的 IRS。' },
    },
    took: {
      args: ['incarnation', 'incarnation'],
      sort: 'truth',
      initial: 'false',
      ghost: true,
      says: { en: 'Whose SYN it took.', zh: '它接受的是谁的 SYN。' },
    },
    syn_acked: {
      args: ['incarnation'],
      sort: 'truth',
      initial: 'false',
      says: { en: 'Its SYN is acknowledged.', zh: '它的 SYN 已得到确认。' },
    },
    sent_syn: {
      args: ['incarnation'],
      sort: 'truth',
      initial: 'false',
      says: { en: 'Its SYN is in the network.', zh: '网络中有它的 SYN。' },
    },
    sent_syn_ack: {
      args: ['incarnation'],
      sort: 'truth',
      initial: 'false',
      says: { en: 'Its SYN,ACK is in the network.', zh: '网络中有它的 SYN,ACK。' },
    },
    sent_ack: {
      args: ['incarnation', 'offset'],
      sort: 'truth',
      initial: 'false',
      says: {
        en: 'A segment of it with this SEG.ACK, counted from its IRS, is in the network.',
        zh: '网络中有它发出的、确认号（从其 IRS 算起）为此值的报文段。',
      },
    },
  },
  actions: [
    {
      name: 'OPEN',
      section: '3.10.1',
      says: { en: 'The program opens actively.', zh: '应用程序主动打开。' },
      when: ['state(p) = NONE', 'nobody(host(p))', '~used(host(p), iss(p))'],
      does: ['state(p) := SYN_SENT', 'used(host(p), iss(p)) := true', 'sent_syn(p) := true'],
    },
    {
      name: 'LISTEN: SYN',
      section: '3.10.7.2',
      says: { en: 'A SYN comes to a listener.', zh: '监听端收到 SYN。' },
      when: ['state(p) = NONE', 'nobody(host(p))', '~used(host(p), iss(p))', 'apart(p, q)', 'sent_syn(q)'],
      does: [
        'state(p) := SYN_RECEIVED',
        'used(host(p), iss(p)) := true',
        'heard(p) := true',
        'irs(p) := iss(q)',
        'took(p, q) := true',
        'sent_syn_ack(p) := true',
      ],
    },
    {
      name: 'SYN-SENT: SYN,ACK',
      section: '3.10.7.3',
      says: { en: 'Our SYN is answered.', zh: '我方的 SYN 得到应答。' },
      when: ['state(p) = SYN_SENT', 'apart(p, q)', 'sent_syn_ack(q)', 'irs(q) = iss(p)'],
      does: [
        'state(p) := ESTABLISHED',
        'syn_acked(p) := true',
        'heard(p) := true',
        'irs(p) := iss(q)',
        'took(p, q) := true',
        'sent_ack(p, one) := true',
      ],
    },
    {
      name: 'SYN-SENT: SYN',
      section: '3.10.7.3',
      says: { en: 'Both open at once: a SYN meets ours.', zh: '双方同时打开：我方的 SYN 遇上对方的 SYN。' },
      when: ['state(p) = SYN_SENT', 'apart(p, q)', 'sent_syn(q)'],
      does: [
        'state(p) := SYN_RECEIVED',
        'heard(p) := true',
        'irs(p) := iss(q)',
        'took(p, q) := true',
        'sent_syn_ack(p) := true',
      ],
    },
    {
      name: 'SYN-RECEIVED: ACK',
      section: '3.10.7.4 fifth',
      says: { en: 'Our SYN is acknowledged: the third segment.', zh: '我方的 SYN 得到确认：第三次握手。' },
      when: [
        'state(p) = SYN_RECEIVED',
        'apart(p, q)',
        'sent_ack(q, x)',
        'iss(q) = irs(p)',
        'irs(q) = iss(p)',
        'one <= x',
      ],
      does: ['state(p) := ESTABLISHED', 'syn_acked(p) := true'],
    },
    {
      name: 'SYN-RECEIVED: SYN,ACK',
      section: '3.10.7.4 fifth',
      says: {
        en: 'Both have opened at once: the other’s SYN,ACK acknowledges our SYN.',
        zh: '双方同时打开：对方的 SYN,ACK 确认了我方的 SYN。',
      },
      when: [
        'state(p) = SYN_RECEIVED',
        'apart(p, q)',
        'sent_syn_ack(q)',
        'iss(q) = irs(p)',
        'irs(q) = iss(p)',
      ],
      does: ['state(p) := ESTABLISHED', 'syn_acked(p) := true'],
    },
    {
      name: 'FIN-WAIT-1: ACK of the SYN',
      section: '3.10.7.4 fifth',
      says: {
        en: 'The program has closed in SYN-RECEIVED; the ACK of our SYN comes now.',
        zh: '应用程序在 SYN-RECEIVED 中已经关闭；我方 SYN 的确认此时才到。',
      },
      when: [
        'state(p) = FIN_WAIT_1',
        '~syn_acked(p)',
        'apart(p, q)',
        'sent_ack(q, x)',
        'iss(q) = irs(p)',
        'irs(q) = iss(p)',
      ],
      does: ['syn_acked(p) := true'],
    },
    {
      name: 'SYN again',
      section: '3.8.1',
      says: { en: 'The SYN is sent again.', zh: '重传 SYN。' },
      when: ['state(p) = SYN_SENT'],
      does: ['sent_syn(p) := true'],
    },
    {
      name: 'SYN,ACK again',
      section: '3.8.1',
      says: { en: 'The SYN,ACK is sent again.', zh: '重传 SYN,ACK。' },
      when: ['state(p) = SYN_RECEIVED | state(p) = FIN_WAIT_1 & heard(p) & ~syn_acked(p)'],
      does: ['sent_syn_ack(p) := true'],
    },
    {
      name: 'ACK',
      section: '3.10.7.4',
      says: {
        en: 'Who knows its peer may acknowledge at any time: an answer, a challenge, a probe, a window.',
        zh: '知道对端的一方随时可以发送 ACK：应答、挑战、探测、窗口更新。',
      },
      when: ['talks(p)'],
      does: ['sent_ack(p, rcv_nxt(p)) := true'],
    },
  ],
  properties: [
    {
      name: 'agreement',
      says: {
        en: 'Whose SYN is acknowledged agrees with its peer on both initial sequence numbers, also after a simultaneous open.',
        zh: 'SYN 得到确认的一端，与对端对两个初始序列号的认识一致；同时打开时也是如此。',
      },
      holds: 'syn_acked(p) & took(p, q) -> took(q, p) & irs(p) = iss(q) & irs(q) = iss(p)',
    },
    {
      name: 'one peer',
      says: { en: 'No two are connected to the same peer.', zh: '没有两个化身与同一个对端相连。' },
      holds: 'syn_acked(p) & took(p, q) & syn_acked(r) & took(r, q) -> p = r',
    },
    {
      name: 'established',
      says: {
        en: 'From ESTABLISHED on, our SYN is acknowledged.',
        zh: '进入 ESTABLISHED 之后，我方的 SYN 总是已被确认。',
      },
      holds:
        'state(p) in {ESTABLISHED, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT, ENDED} -> syn_acked(p)',
    },
  ],
  helpers: [
    {
      name: 'took',
      says: {
        en: 'Whose SYN was taken is on the other host and has begun, and its ISS is our IRS.',
        zh: '被接受了 SYN 的化身在另一台主机上，已经开始，其 ISS 就是我方的 IRS。',
      },
      holds: 'took(p, q) -> apart(p, q) & begun(p) & begun(q) & irs(p) = iss(q) & heard(p)',
      neededFor: ['LISTEN: SYN', 'agreement'],
    },
    {
      name: 'heard',
      says: {
        en: 'Who heard this ISS took that very incarnation’s SYN.',
        zh: '谁得知了这个 ISS，谁接受的就是那个化身的 SYN。',
      },
      holds: 'heard(p) & apart(p, q) & begun(q) & irs(p) = iss(q) -> took(p, q)',
      neededFor: ['SYN-SENT: SYN,ACK', 'agreement'],
    },
    {
      name: 'one ISS',
      says: {
        en: 'Two incarnations of a host never have the same ISS.',
        zh: '同一主机的两个化身，ISS 从不相同。',
      },
      holds: 'begun(p) & begun(q) & host(p) = host(q) & iss(p) = iss(q) -> p = q',
      neededFor: ['SYN-SENT: SYN,ACK', 'one peer'],
    },
    {
      name: 'one at a time',
      says: {
        en: 'A host has one connection of the four-tuple at a time.',
        zh: '一台主机上，同一四元组同时只有一个连接。',
      },
      holds: 'live(p) & live(q) & host(p) = host(q) -> p = q',
      neededFor: ['SYN-SENT: ACK of another', 'RST'],
    },
    {
      name: 'talks',
      says: { en: 'From SYN-RECEIVED on, IRS is known.', zh: '从 SYN-RECEIVED 起，IRS 已知。' },
      holds: 'talks(p) -> heard(p)',
      neededFor: ['SYN,ACK again', 'SYN,ACK'],
    },
    {
      name: 'unheard',
      says: { en: 'In SYN-SENT nothing was heard yet.', zh: '在 SYN-SENT 中还没有听到过对端。' },
      holds: 'state(p) in {NONE, SYN_SENT} -> ~heard(p)',
      neededFor: ['SYN-SENT: SYN,ACK', 'agreement'],
    },
    {
      name: 'used',
      says: { en: 'The ISS of who has begun is used.', zh: '已开始的化身，其 ISS 已被用过。' },
      holds: 'begun(p) -> used(host(p), iss(p))',
      neededFor: ['OPEN', 'one ISS'],
    },
    {
      name: 'heard, so used',
      says: {
        en: 'What was heard was used: nobody knows an ISS that is still to come.',
        zh: '听到的都是用过的：没有谁知道尚未出现的 ISS。',
      },
      holds: 'heard(p) & h ~= host(p) -> used(h, irs(p))',
      neededFor: ['OPEN', 'heard'],
    },
    {
      name: 'SYN',
      says: { en: 'A SYN was sent by somebody who has begun.', zh: 'SYN 的发送者已经开始。' },
      holds: 'sent_syn(p) -> begun(p)',
      neededFor: ['LISTEN: SYN', 'took'],
    },
    {
      name: 'SYN,ACK',
      says: { en: 'A SYN,ACK was sent by somebody who knows IRS.', zh: 'SYN,ACK 的发送者知道 IRS。' },
      holds: 'sent_syn_ack(p) -> heard(p)',
      neededFor: ['SYN-SENT: SYN,ACK', 'agreement'],
    },
    {
      name: 'ACK',
      says: {
        en: 'An ACK was sent by somebody who knows IRS, and acknowledges no more than has come.',
        zh: 'ACK 的发送者知道 IRS，确认的不超过已收到的。',
      },
      holds: 'sent_ack(p, x) -> heard(p) & one <= x <= rcv_nxt(p)',
      neededFor: ['SYN-RECEIVED: ACK', 'agreement'],
    },
  ],
};
