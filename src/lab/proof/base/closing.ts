// Closing (RFC 9293 sections 3.6, 3.10.4, 3.10.7.4 fifth and eighth): each direction has its own FIN and its own ACK.

import type { Part } from '../theory.ts';

export const closing: Part = {
  id: 'closing',
  title: { en: 'Closing', zh: '关闭连接' },
  state: {
    closed: {
      args: ['incarnation'],
      sort: 'truth',
      initial: 'false',
      says: { en: 'The program has called CLOSE.', zh: '应用程序已调用 CLOSE。' },
    },
    fin_acked: {
      args: ['incarnation'],
      sort: 'truth',
      initial: 'false',
      says: { en: 'Its FIN is acknowledged.', zh: '它的 FIN 已得到确认。' },
    },
    fin_kept: {
      args: ['incarnation', 'offset'],
      sort: 'truth',
      initial: 'false',
      says: {
        en: 'A FIN at this offset has come, in order or not.',
        zh: '此偏移处的 FIN 已到达（不论是否按序）。',
      },
    },
    fin_reached: {
      args: ['incarnation'],
      sort: 'truth',
      initial: 'false',
      says: { en: 'It has reached the end of the stream.', zh: '它已读到数据流的末尾。' },
    },
    sent_fin: {
      args: ['incarnation', 'offset'],
      sort: 'truth',
      initial: 'false',
      says: { en: 'Its FIN, at this offset, is in the network.', zh: '网络中有它在此偏移处的 FIN。' },
    },
  },
  actions: [
    {
      name: 'CLOSE',
      section: '3.10.4',
      says: { en: 'The program closes; it goes on reading.', zh: '应用程序关闭发送方向，仍可继续读。' },
      when: ['state(p) in {SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT}', '~closed(p)'],
      does: ['closed(p) := true', 'state(p) := if state(p) = CLOSE_WAIT then LAST_ACK else FIN_WAIT_1'],
    },
    {
      name: 'FIN sent',
      section: '3.10.4',
      says: { en: 'The FIN is sent, for the first time or again.', zh: '发送或重传 FIN。' },
      when: ['talks(p)', 'closed(p)'],
      does: ['sent_fin(p, snd_end(p)) := true', 'sent_ack(p, rcv_nxt(p)) := true'],
    },
    {
      name: 'ACK of the FIN',
      section: '3.10.7.4 fifth',
      says: { en: 'Our FIN is acknowledged.', zh: '我方的 FIN 得到确认。' },
      when: [
        'state(p) in {FIN_WAIT_1, CLOSING, LAST_ACK}',
        'apart(p, q)',
        'sent_ack(q, x)',
        'iss(q) = irs(p)',
        'irs(q) = iss(p)',
        'snd_end(p) < x',
      ],
      does: [
        'syn_acked(p) := true',
        'fin_acked(p) := true',
        'state(p) := if state(p) = FIN_WAIT_1 then FIN_WAIT_2 else if state(p) = CLOSING then TIME_WAIT else ENDED',
      ],
    },
    {
      name: 'FIN',
      section: '3.10.7.4 eighth',
      says: { en: 'A FIN comes, and is kept until its turn.', zh: 'FIN 到达，保存到轮到它为止。' },
      when: [
        'state(p) in {ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2}',
        'apart(p, q)',
        'sent_fin(q, x)',
        'iss(q) = irs(p)',
        'syn_acked(p) | irs(q) = iss(p)',
        'rcv_nxt(p) <= x',
      ],
      does: ['syn_acked(p) := true', 'fin_kept(p, x) := true'],
    },
    {
      // What follows the FIN is any later offset: more than can happen, so what is proved holds for what can.
      name: 'FIN in order',
      section: '3.10.7.4 eighth',
      says: { en: 'The FIN’s turn: the end of the stream is reached.', zh: '轮到 FIN：到达数据流的末尾。' },
      when: [
        'state(p) in {ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2}',
        'fin_kept(p, x)',
        'x = rcv_nxt(p)',
        'x < y',
        'rcv_nxt(p) <= y',
      ],
      does: [
        'fin_reached(p) := true',
        'rcv_nxt(p) := y',
        'state(p) := if state(p) = ESTABLISHED then CLOSE_WAIT else if state(p) = FIN_WAIT_1 then CLOSING else TIME_WAIT',
      ],
    },
    {
      name: '2 MSL',
      section: '3.10.8',
      says: { en: 'TIME-WAIT is over.', zh: 'TIME-WAIT 结束。' },
      when: ['state(p) = TIME_WAIT'],
      does: ['state(p) := ENDED'],
    },
  ],
  properties: [
    {
      name: 'end',
      says: {
        en: 'The end of the stream comes only after CLOSE and after every octet.',
        zh: '只有在对端调用 CLOSE 之后、且每个字节都到达之后，才会读到流的末尾。',
      },
      holds: 'took(p, q) & fin_reached(p) -> closed(q) & snd_end(q) < rcv_nxt(p)',
    },
    {
      name: 'FIN heard',
      says: {
        en: 'Whose FIN is acknowledged, its peer has reached the end of the stream.',
        zh: 'FIN 得到确认，就说明对端已读到流的末尾。',
      },
      holds: 'fin_acked(p) & took(p, q) -> closed(p) & took(q, p) & fin_reached(q)',
    },
    {
      name: 'TIME-WAIT',
      says: {
        en: 'In TIME-WAIT both directions are closed and acknowledged.',
        zh: '处于 TIME-WAIT 时，两个方向都已关闭并得到确认。',
      },
      holds: 'state(p) = TIME_WAIT -> fin_reached(p) & fin_acked(p)',
    },
    {
      name: 'graceful end',
      says: {
        en: 'A connection ends gracefully only when both directions are closed and acknowledged.',
        zh: '只有两个方向都已关闭并得到确认，连接才算正常结束。',
      },
      holds: 'state(p) = ENDED -> fin_reached(p) & fin_acked(p)',
    },
  ],
  helpers: [
    {
      name: 'before ESTABLISHED',
      says: {
        en: 'Before ESTABLISHED nothing is acknowledged, read or ended.',
        zh: '进入 ESTABLISHED 之前，没有得到确认，没有读到数据，也没有结束。',
      },
      holds:
        'state(p) in {NONE, SYN_SENT, SYN_RECEIVED} -> ~fin_reached(p) & ~fin_acked(p) & ~syn_acked(p) & rcv_nxt(p) = one',
      neededFor: ['LISTEN: SYN', 'agreement'],
    },
    {
      name: 'FIN kept',
      says: {
        en: 'A FIN that is kept is that of the peer, who has closed, and stands at the end of what it wrote.',
        zh: '保存的 FIN 是对端的；对端已关闭，FIN 位于其所写数据的末尾。',
      },
      holds: 'took(p, q) & fin_kept(p, x) -> closed(q) & x = snd_end(q)',
      neededFor: ['FIN in order', 'prefix'],
    },
    {
      name: 'FIN kept, so acked',
      says: {
        en: 'Who keeps a FIN knows that its SYN was heard.',
        zh: '保存了 FIN 的一端，知道自己的 SYN 已被对方收到。',
      },
      holds: 'fin_kept(p, x) -> syn_acked(p)',
      neededFor: ['FIN in order', 'established'],
    },
    {
      name: 'FIN sent',
      says: {
        en: 'A FIN in the network was sent after CLOSE, at the end of what was written.',
        zh: '网络中的 FIN 是在 CLOSE 之后发出的，位于所写数据的末尾。',
      },
      holds: 'sent_fin(p, x) -> heard(p) & closed(p) & x = snd_end(p)',
      neededFor: ['FIN', 'agreement'],
    },
    {
      name: 'end reached',
      says: {
        en: 'CLOSE-WAIT, CLOSING and LAST-ACK come after the end.',
        zh: 'CLOSE-WAIT、CLOSING、LAST-ACK 都在到达末尾之后。',
      },
      holds: 'state(p) in {CLOSE_WAIT, CLOSING, LAST_ACK} -> fin_reached(p)',
      neededFor: ['ACK of the FIN', 'TIME-WAIT'],
    },
    {
      name: 'FIN-WAIT-2',
      says: { en: 'In FIN-WAIT-2 our FIN is acknowledged.', zh: '在 FIN-WAIT-2 中，我方的 FIN 已得到确认。' },
      holds: 'state(p) = FIN_WAIT_2 -> fin_acked(p)',
      neededFor: ['FIN in order', 'TIME-WAIT'],
    },
  ],
};
