// The stream (RFC 9293 sections 3.8, 3.10.2 and 3.10.7.4 seventh): what is written, sent, kept and read.

import type { Part } from '../theory.ts';

export const stream: Part = {
  id: 'stream',
  title: { en: 'The stream', zh: '数据流' },
  state: {
    snd_end: {
      args: ['incarnation'],
      sort: 'offset',
      initial: 'one',
      says: {
        en: 'Where what the program has written ends, counted from ISS.',
        zh: '应用程序已写数据的末尾（从 ISS 算起）。',
      },
    },
    rcv_nxt: {
      args: ['incarnation'],
      sort: 'offset',
      initial: 'one',
      says: { en: 'RCV.NXT, counted from IRS.', zh: 'RCV.NXT（从 IRS 算起）。' },
    },
    kept: {
      args: ['incarnation', 'offset'],
      sort: 'truth',
      initial: 'false',
      says: {
        en: 'The octet at this offset has come, in order or not.',
        zh: '此偏移处的字节已到达（不论是否按序）。',
      },
    },
    got: {
      args: ['incarnation', 'offset'],
      sort: 'octet',
      initial: null,
      says: { en: 'The octet that has come.', zh: '到达的字节。' },
    },
    sent_octet: {
      args: ['incarnation', 'offset'],
      sort: 'truth',
      initial: 'false',
      says: { en: 'Its octet at this offset is in the network.', zh: '网络中有它在此偏移处的字节。' },
    },
  },
  actions: [
    {
      name: 'SEND',
      section: '3.10.2',
      says: { en: 'The program writes some octets.', zh: '应用程序写入若干字节。' },
      when: ['live(p)', '~closed(p)', 'snd_end(p) < x'],
      does: ['snd_end(p) := x'],
    },
    {
      name: 'octet',
      section: '3.8',
      says: {
        en: 'An octet is sent, for the first time or again; a segment of many is many.',
        zh: '发送或重传一个字节；含多个字节的报文段就是多次。',
      },
      when: ['talks(p)', 'one <= x', 'x < snd_end(p)'],
      does: ['sent_octet(p, x) := true', 'sent_ack(p, rcv_nxt(p)) := true'],
    },
    {
      name: 'text',
      section: '3.10.7.4 seventh',
      says: { en: 'An octet comes, and is kept.', zh: '一个字节到达并保存下来。' },
      when: [
        'state(p) in {ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2}',
        'apart(p, q)',
        'sent_octet(q, x)',
        'iss(q) = irs(p)',
        'syn_acked(p) | irs(q) = iss(p)',
        'rcv_nxt(p) <= x',
        '~kept(p, x)',
      ],
      does: ['syn_acked(p) := true', 'kept(p, x) := true', 'got(p, x) := octet(q, x)'],
    },
    {
      name: 'text in order',
      section: '3.10.7.4 seventh',
      says: { en: 'What has come without a gap can be read.', zh: '没有缺口的数据可以读取。' },
      when: [
        'state(p) in {ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2}',
        'rcv_nxt(p) < x',
        'forall y. rcv_nxt(p) <= y & y < x -> kept(p, y)',
      ],
      does: ['rcv_nxt(p) := x'],
    },
  ],
  properties: [
    {
      name: 'prefix',
      says: {
        en: 'What is read is a prefix of what this very peer wrote.',
        zh: '读到的总是这个对端所写数据的一个前缀。',
      },
      holds:
        'took(p, q) & one <= x < rcv_nxt(p) & (fin_reached(p) -> x < snd_end(q)) -> x < snd_end(q) & got(p, x) = octet(q, x)',
    },
  ],
  helpers: [
    {
      name: 'kept',
      says: {
        en: 'Every octet that is kept, also out of order, is the peer’s.',
        zh: '保存的每个字节（包括乱序到达的）都是对端写的。',
      },
      holds: 'took(p, q) & kept(p, x) -> x < snd_end(q) & got(p, x) = octet(q, x)',
      neededFor: ['text in order', 'prefix'],
    },
    {
      name: 'kept, so acked',
      says: {
        en: 'Who keeps text knows that its SYN was heard.',
        zh: '保存了数据的一端，知道自己的 SYN 已被对方收到。',
      },
      holds: 'kept(p, x) -> syn_acked(p)',
      neededFor: ['LISTEN: SYN', 'kept'],
    },
    {
      name: 'octet',
      says: {
        en: 'An octet in the network was written, by somebody who knows its peer.',
        zh: '网络中的字节都是写过的，写的一方知道对端是谁。',
      },
      holds: 'sent_octet(p, x) -> heard(p) & one <= x < snd_end(p)',
      neededFor: ['text', 'agreement'],
    },
    {
      name: 'counted from one',
      says: { en: 'Offset 0 is the SYN; text begins at 1.', zh: '偏移 0 是 SYN，数据从 1 开始。' },
      holds: 'one <= rcv_nxt(p) & one <= snd_end(p)',
      neededFor: ['ACK of the FIN', 'FIN heard'],
    },
  ],
};
