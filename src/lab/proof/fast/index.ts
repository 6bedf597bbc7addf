// The base theory and TCP Fast Open (RFC 7413): a SYN may carry text, which a listener reads before its own SYN is
// acknowledged. That costs what RFC 7413 section 2.1 says it does: the text of a SYN may be read twice, in two connections. What it
// does not cost is here, too: nothing else is read twice, and all that is read was written by the peer.

import { base } from '../base/index.ts';
import { type RemovedRule, theoryWithout } from '../removed.ts';
import type { Clause, Part, Theory } from '../theory.ts';

const IN_SYN = 'early(q, x)';

const early: Part = {
  id: 'fast',
  title: { en: 'Text in a SYN', zh: 'SYN 中的数据' },
  state: {
    early: {
      args: ['incarnation', 'offset'],
      sort: 'truth',
      initial: 'false',
      says: {
        en: 'Its octet at this offset is in a SYN in the network.',
        zh: '网络中有它的 SYN，带着此偏移处的字节。',
      },
    },
  },
  actions: [
    {
      name: 'SYN with text',
      section: 'RFC 7413 4.2',
      says: {
        en: 'The SYN is sent with a cookie and an octet of text; many are many.',
        zh: '发送带 cookie 和一个字节数据的 SYN；多个字节就是多次。',
      },
      when: ['state(p) = SYN_SENT', 'one <= x', 'x < snd_end(p)'],
      does: ['sent_syn(p) := true', 'early(p, x) := true'],
    },
    {
      name: 'text of a SYN',
      section: 'RFC 7413 4.2',
      says: { en: 'The text of the SYN that was taken is kept.', zh: '保存所接受的 SYN 中的数据。' },
      when: [
        'state(p) = SYN_RECEIVED',
        'apart(p, q)',
        IN_SYN,
        'iss(q) = irs(p)',
        'rcv_nxt(p) <= x',
        '~kept(p, x)',
      ],
      does: ['kept(p, x) := true', 'got(p, x) := octet(q, x)'],
    },
    {
      name: 'text of a SYN in order',
      section: 'RFC 7413 4.2',
      says: {
        en: 'It is read before our own SYN is acknowledged.',
        zh: '在我方的 SYN 得到确认之前就读取它。',
      },
      when: ['state(p) = SYN_RECEIVED', 'rcv_nxt(p) < x', 'forall y. rcv_nxt(p) <= y & y < x -> kept(p, y)'],
      does: ['rcv_nxt(p) := x', 'sent_ack(p, x) := true'],
    },
  ],
  properties: [
    {
      name: 'read once',
      says: {
        en: 'An octet is read in two connections only if it was sent in a SYN: that is the exception, and the only one.',
        zh: '一个字节只有在 SYN 中发送过，才可能在两个连接里各读一次：这是例外，也是唯一的例外。',
      },
      holds:
        'took(p, q) & took(r, q) & p ~= r & one <= x & x < rcv_nxt(p) & x < rcv_nxt(r) & x < snd_end(q) -> early(q, x)',
    },
  ],
  helpers: [
    {
      name: 'SYN with text',
      says: {
        en: 'The text of a SYN was written by somebody who has begun.',
        zh: 'SYN 中的数据是写过的，写的一方已经开始。',
      },
      holds: 'early(p, x) -> begun(p) & one <= x < snd_end(p)',
      neededFor: ['text of a SYN', 'kept'],
    },
    {
      name: 'nothing before a SYN',
      says: { en: 'Before a SYN comes nothing is kept.', zh: '收到 SYN 之前，什么也没有保存。' },
      holds: 'state(p) in {NONE, SYN_SENT} -> rcv_nxt(p) = one & ~kept(p, x)',
      neededFor: ['LISTEN: SYN', 'kept'],
    },
    {
      name: 'read, so kept',
      says: { en: 'What is read was kept.', zh: '读到的都是保存过的。' },
      holds: 'took(p, q) & one <= x < rcv_nxt(p) & x < snd_end(q) -> kept(p, x)',
      neededFor: ['text in order', 'read once'],
    },
  ],
};

/** Clauses of the base theory that Fast Open weakens. */
const INSTEAD: Readonly<Record<string, Pick<Clause, 'says' | 'holds' | 'neededFor'>>> = {
  'before ESTABLISHED': {
    neededFor: ['LISTEN: SYN', 'agreement'],
    says: {
      en: 'Before ESTABLISHED nothing is acknowledged or ended.',
      zh: '进入 ESTABLISHED 之前，没有得到确认，也没有结束。',
    },
    holds: 'state(p) in {NONE, SYN_SENT, SYN_RECEIVED} -> ~fin_reached(p) & ~fin_acked(p) & ~syn_acked(p)',
  },
  'kept, so acked': {
    neededFor: ['text in order', 'read once'],
    says: {
      en: 'Who keeps text knows that its SYN was heard, or the text was in the SYN that it took.',
      zh: '保存了数据的一端，知道自己的 SYN 已被对方收到，否则数据就在它所接受的 SYN 里。',
    },
    holds: 'took(p, q) & kept(p, x) -> syn_acked(p) | early(q, x)',
  },
};

/** A RST of who has read text of a SYN acknowledges that, too: it still refuses the SYN. */
const withText = theoryWithout(base, {
  id: 'text in a SYN',
  changes: [
    {
      action: 'ABORT',
      does: {
        'sent_rst_ack(host(p), irs(p)) := sent_rst_ack(host(p), irs(p)) | rcv_nxt(p) = one': [
          'sent_rst_ack(host(p), irs(p)) := true',
        ],
      },
    },
  ],
});

/** The base theory, and text in SYNs. */
export const fast: Theory = {
  ...base,
  id: 'fast',
  title: { en: 'The base theory, and Fast Open', zh: '基本理论，外加 Fast Open' },
  assumes: [
    ...base.assumes.map((text) =>
      text.en.startsWith('Not modelled')
        ? { en: text.en.replace(', Fast Open', ''), zh: text.zh.replace('、Fast Open', '') }
        : text,
    ),
    {
      en: 'The exception: a copy of a SYN may come again, when its connection has ended or before, and its text is read once more (RFC 7413 2.1). It is for programs to which that does no harm.',
      zh: '例外：SYN 的副本可能在其连接结束之后（或之前）再次到达，其中的数据会再读一遍（RFC 7413 2.1）。只适合对此无妨的应用程序。',
    },
    {
      en: 'Not modelled: a FIN in a SYN, and who has a cookie: a listener believes any SYN.',
      zh: '未建模：SYN 中的 FIN，以及谁有 cookie：监听端相信任何 SYN。',
    },
  ],
  parts: [
    ...withText.parts.map((part) => ({
      ...part,
      helpers: part.helpers.map((clause) =>
        clause.name in INSTEAD ? { ...clause, ...INSTEAD[clause.name] } : clause,
      ),
    })),
    early,
  ],
};

/** What fails when more than the text of the SYN is believed. */
export const fastRules: readonly RemovedRule[] = [
  {
    id: 'early-text',
    rule: {
      en: 'Before ESTABLISHED, only text of the SYN is read.',
      zh: '进入 ESTABLISHED 之前，只读 SYN 中的数据。',
    },
    section: 'RFC 7413 4.2',
    changes: [{ action: 'text of a SYN', when: { [IN_SYN]: [`${IN_SYN} | sent_octet(q, x)`] } }],
    fails: [['text of a SYN', 'kept, so acked']],
  },
  {
    id: 'early-seq',
    rule: {
      en: 'The text of a SYN is that of the SYN that was taken.',
      zh: 'SYN 中的数据必须属于所接受的那个 SYN。',
    },
    section: 'RFC 7413 4.2',
    changes: [{ action: 'text of a SYN', when: { 'iss(q) = irs(p)': [] } }],
    fails: [
      ['text of a SYN', 'kept'],
      ['text of a SYN', 'kept, so acked'],
    ],
  },
];
