// The base theory with an attacker off the path: it knows the four-tuple and forges what it likes, but sees nothing, and
// guesses no number that counts (RFC 5961). Its segments are not kept in the network: each arrives where it is sent.

import { base } from '../base/index.ts';
import type { RemovedRule } from '../removed.ts';
import type { Part, Theory } from '../theory.ts';

const SYNCHRONIZED =
  'state(p) in {ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT}';
const KNOWS_IRS =
  'state(p) in {SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT}';
const CHALLENGE = 'sent_ack(p, rcv_nxt(p)) := true';

const forged: Part = {
  id: 'forged',
  title: { en: 'Forged segments', zh: '伪造的报文段' },
  state: {},
  actions: [
    {
      name: 'LISTEN: forged SYN',
      section: '3.10.7.2',
      says: {
        en: 'A SYN of nobody comes to a listener, with a number that no host has used.',
        zh: '监听端收到来历不明的 SYN，其序列号没有任何主机用过。',
      },
      when: ['state(p) = NONE', 'nobody(host(p))', '~used(host(p), iss(p))', 'h ~= host(p)', '~used(h, n)'],
      does: [
        'state(p) := SYN_RECEIVED',
        'used(host(p), iss(p)) := true',
        'used(h, n) := true',
        'heard(p) := true',
        'irs(p) := n',
        'sent_syn_ack(p) := true',
      ],
    },
    {
      name: 'SYN-SENT: forged SYN',
      section: '3.10.7.3',
      says: {
        en: 'A SYN of nobody meets ours: it looks like a simultaneous open.',
        zh: '来历不明的 SYN 遇上我方的 SYN：看上去像同时打开。',
      },
      when: ['state(p) = SYN_SENT', 'h ~= host(p)', '~used(h, n)'],
      does: [
        'state(p) := SYN_RECEIVED',
        'used(h, n) := true',
        'heard(p) := true',
        'irs(p) := n',
        'sent_syn_ack(p) := true',
      ],
    },
    {
      name: 'forged RST',
      section: 'RFC 5961 3',
      says: {
        en: 'A RST in the window, but not at RCV.NXT: a challenge ACK.',
        zh: '窗口之内、但不在 RCV.NXT 的 RST：用挑战 ACK 应答。',
      },
      when: [KNOWS_IRS],
      does: [CHALLENGE],
    },
    {
      name: 'forged SYN',
      section: 'RFC 5961 4',
      says: {
        en: 'A SYN for a connection that is there: a challenge ACK.',
        zh: '已有连接收到 SYN：用挑战 ACK 应答。',
      },
      when: [KNOWS_IRS],
      does: [CHALLENGE],
    },
    {
      name: 'forged ACK',
      section: 'RFC 5961 5',
      says: {
        en: 'An ACK of what was not sent, or long ago: a challenge ACK, and its text is dropped.',
        zh: '确认的是没有发过或很久以前的数据：用挑战 ACK 应答，其数据丢弃。',
      },
      when: [KNOWS_IRS],
      does: [CHALLENGE],
    },
    {
      name: 'forged SYN refused',
      section: '3.10.7.1',
      says: {
        en: 'A SYN of nobody where nobody listens: <SEQ=0><ACK=SEG.SEQ+1><CTL=RST,ACK>.',
        zh: '没有监听者时收到来历不明的 SYN：<SEQ=0><ACK=SEG.SEQ+1><CTL=RST,ACK>。',
      },
      when: ['nobody(h)', 'g ~= h', '~used(g, n)'],
      does: ['used(g, n) := true', 'sent_rst_ack(h, n) := true'],
    },
    {
      name: 'forged ACK refused',
      section: '3.10.7.1, 3.10.7.2, 3.10.7.3, 3.10.7.4 fifth',
      says: {
        en: 'An ACK of what was never sent, where no connection is ESTABLISHED: a RST with the number that it acknowledges.',
        zh: '没有已建立的连接时，确认从未发送之物的 ACK：用 RST 应答，其序列号就是所确认的号。',
      },
      when: ['nobody(h) | (exists r. host(r) = h & state(r) in {SYN_SENT, SYN_RECEIVED})', '~used(h, n)'],
      does: ['used(h, n) := true', 'sent_rst(h, n, x) := true'],
    },
  ],
  properties: [],
  helpers: [],
};

/** The base theory, and somebody who forges. */
export const blind: Theory = {
  ...base,
  id: 'blind',
  title: { en: 'The base theory, and forged segments', zh: '基本理论，外加伪造的报文段' },
  assumes: [
    ...base.assumes.filter(({ en }) => !en.startsWith('Nobody forges')),
    {
      en: 'Who forges segments is off the path: they have no ISS of the past or to come, no RST has exactly RCV.NXT, and no ACK or text has numbers that are acceptable.',
      zh: '伪造者不在路径上：伪造的报文段没有用到过去或将来的 ISS，RST 的序列号不会恰好是 RCV.NXT，ACK 和数据的序列号不会是可接受的。',
    },
  ],
  parts: [...base.parts, forged],
};

const ENDS: readonly string[] = [
  'state(p) := GONE',
  'killed(p) := killed(p) | (exists q. took(p, q) & took(q, p) & live(q))',
];

/** What somebody who forges breaks without the rules against it. */
export const blindRules: readonly RemovedRule[] = [
  {
    id: 'challenge-rst',
    rule: {
      en: 'A RST in the window ends nothing: only one with exactly RCV.NXT does.',
      zh: '窗口之内的 RST 不能终止连接，只有序列号恰好等于 RCV.NXT 的才行。',
    },
    section: 'RFC 5961 3',
    changes: [{ action: 'forged RST', does: { [CHALLENGE]: ENDS } }],
    fails: [['forged RST', 'no reset']],
  },
  {
    id: 'challenge-syn',
    rule: {
      en: 'A SYN in the window ends nothing (RFC 793 had it end the connection).',
      zh: '窗口之内的 SYN 不能终止连接（RFC 793 曾规定它会）。',
    },
    section: 'RFC 5961 4',
    changes: [{ action: 'forged SYN', when: { [KNOWS_IRS]: [SYNCHRONIZED] }, does: { [CHALLENGE]: ENDS } }],
    adds: [{ name: 'forged SYN in SYN-RECEIVED', like: 'forged SYN', does: {} }],
    fails: [['forged SYN', 'no reset']],
  },
  {
    id: 'challenge-three',
    rule: {
      en: 'A SYN alone makes no connection: a forged one would, with nobody.',
      zh: '仅凭一个 SYN 不能建立连接，否则伪造的 SYN 也能建立一个没有对方的连接。',
    },
    section: '3.10.7.2',
    changes: [
      {
        action: 'LISTEN: forged SYN',
        does: { 'state(p) := SYN_RECEIVED': ['state(p) := ESTABLISHED'] },
      },
    ],
    fails: [['LISTEN: forged SYN', 'established']],
  },
];
