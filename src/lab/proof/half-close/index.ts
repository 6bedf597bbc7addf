// The base theory and the two ways to close (RFC 9293 section 3.6.1, RFC 1122 4.2.2.13): SHUT_WR, after which a program
// goes on reading for as long as its peer writes; and close() of both directions, after which text that comes is refused by
// a RST and never thrown away in silence.

import { base } from '../base/index.ts';
import { type RemovedRule, theoryWithout } from '../removed.ts';
import type { Clause, Part, Theory } from '../theory.ts';

const LISTENS = '~deaf(p)';
const TEXT = 'text';
const SYN_REFUSED = 'sent_rst_ack(host(p), irs(p)) := sent_rst_ack(host(p), irs(p)) | rcv_nxt(p) = one';

const both: Part = {
  id: 'half-close',
  title: { en: 'Closing one direction, or both', zh: '关闭一个方向，或两个方向' },
  state: {
    deaf: {
      args: ['incarnation'],
      sort: 'truth',
      initial: 'false',
      says: {
        en: 'The program has closed both directions: it reads no more.',
        zh: '应用程序关闭了两个方向：不再读。',
      },
    },
    refused: {
      args: ['incarnation'],
      sort: 'truth',
      initial: 'false',
      ghost: true,
      says: {
        en: 'Text came to it that its program will not read.',
        zh: '有数据到达，而它的应用程序不会去读。',
      },
    },
  },
  actions: [
    {
      name: 'CLOSE of both',
      section: '3.6.1',
      says: {
        en: 'The program closes both directions: it will read no more.',
        zh: '应用程序关闭两个方向：不再读数据。',
      },
      when: ['closed(p)', 'live(p)', '~deaf(p)'],
      does: ['deaf(p) := true'],
    },
    {
      name: 'text refused',
      section: '3.6.1',
      says: {
        en: 'Text comes to a program that reads no more: a RST, and the connection is over.',
        zh: '数据到达，而应用程序不再读：发送 RST，连接就此结束。',
      },
      when: [
        'state(p) in {FIN_WAIT_1, FIN_WAIT_2}',
        'deaf(p)',
        'apart(p, q)',
        'sent_octet(q, x)',
        'iss(q) = irs(p)',
        'syn_acked(p) | irs(q) = iss(p)',
        'rcv_nxt(p) <= x',
        '~kept(p, x)',
        'one <= y',
      ],
      does: ['refused(p) := true', 'state(p) := GONE', 'sent_rst(host(p), iss(p), y) := true', SYN_REFUSED],
    },
  ],
  properties: [
    {
      name: 'reads on',
      says: {
        en: 'Who has closed is ready to receive until the peer’s end is reached, or the connection is broken off.',
        zh: '已关闭的一端，在读到对端的末尾之前始终可以接收，除非连接中断。',
      },
      holds: 'closed(p) & ~fin_reached(p) -> state(p) in {FIN_WAIT_1, FIN_WAIT_2, GONE}',
    },
    {
      name: 'writes on',
      says: {
        en: 'Whose peer has closed can go on writing until it closes, too, or the connection is broken off.',
        zh: '对端已关闭的一端，在自己关闭之前始终可以继续写，除非连接中断。',
      },
      holds: 'fin_reached(p) & ~closed(p) -> state(p) in {CLOSE_WAIT, GONE}',
    },
    {
      name: 'refused, so reset',
      says: {
        en: 'Where text was refused the connection never ends gracefully.',
        zh: '拒绝过数据的连接，不会算作正常结束。',
      },
      holds: 'refused(p) -> state(p) = GONE',
    },
    {
      name: 'heard to the end',
      says: {
        en: 'Whose FIN is acknowledged, nothing that it wrote was refused.',
        zh: 'FIN 得到确认的一端，它写的数据没有一个字节被拒绝。',
      },
      holds: 'fin_acked(p) & took(p, q) -> ~refused(q)',
    },
  ],
  helpers: [
    {
      name: 'CLOSE by state',
      says: {
        en: 'In FIN-WAIT-1 and FIN-WAIT-2 the program has closed, in ESTABLISHED it has not.',
        zh: '处于 FIN-WAIT-1 和 FIN-WAIT-2 时应用程序已关闭，处于 ESTABLISHED 时尚未关闭。',
      },
      holds: '(state(p) in {FIN_WAIT_1, FIN_WAIT_2} -> closed(p)) & (state(p) = ESTABLISHED -> ~closed(p))',
      neededFor: ['FIN in order', 'writes on'],
    },
    {
      name: 'refused before the end',
      says: {
        en: 'Who refused text has not come as far as the end of it.',
        zh: '拒绝了数据的一端，没有收到数据的末尾。',
      },
      holds: 'refused(p) & took(p, q) -> rcv_nxt(p) <= snd_end(q)',
      neededFor: ['ACK of the FIN', 'heard to the end'],
    },
  ],
};

/** A clause of the base theory that is needed here for another step: “CLOSE by state” keeps the one that it is there for. */
const ELSEWHERE: Readonly<Record<string, Pick<Clause, 'neededFor'>>> = {
  'end reached': { neededFor: ['CLOSE', 'reads on'] },
};

/** Closing one direction is another thing than closing both. */
export const halfClose: Theory = {
  ...base,
  id: 'half-close',
  title: { en: 'The base theory, and both ways to close', zh: '基本理论，外加两种关闭方式' },
  assumes: [
    ...base.assumes,
    {
      en: 'Who has closed both directions sends its RST when text comes, not before; what the program left unread is as if it had been read.',
      zh: '关闭两个方向的一端，在数据到达时才发送 RST，而不是之前；应用程序留下未读的数据视同已读。',
    },
  ],
  parts: [
    ...theoryWithout(base, {
      id: 'reads',
      changes: [{ action: TEXT, when: { '~kept(p, x)': ['~kept(p, x)', LISTENS] } }],
    }).parts.map((part) => ({
      ...part,
      helpers: part.helpers.map((clause) =>
        clause.name in ELSEWHERE ? { ...clause, ...ELSEWHERE[clause.name] } : clause,
      ),
    })),
    both,
  ],
};

/** What fails when the two are taken for one. */
export const halfCloseRules: readonly RemovedRule[] = [
  {
    id: 'one-direction',
    rule: {
      en: 'CLOSE closes one direction: the peer may go on writing.',
      zh: 'CLOSE 只关闭一个方向：对端仍可以继续写。',
    },
    section: '3.6',
    changes: [],
    adds: [
      {
        name: 'FIN in order: both directions',
        like: 'FIN in order',
        does: {
          'state(p) := if state(p) = ESTABLISHED then CLOSE_WAIT else if state(p) = FIN_WAIT_1 then CLOSING else TIME_WAIT':
            ['state(p) := if state(p) = ESTABLISHED then LAST_ACK else TIME_WAIT'],
        },
      },
      {
        name: 'ACK of the FIN: both directions',
        like: 'ACK of the FIN',
        when: { 'state(p) in {FIN_WAIT_1, CLOSING, LAST_ACK}': ['state(p) = FIN_WAIT_1'] },
        does: {
          'state(p) := if state(p) = FIN_WAIT_1 then FIN_WAIT_2 else if state(p) = CLOSING then TIME_WAIT else ENDED':
            ['state(p) := ENDED'],
        },
      },
    ],
    fails: [
      ['FIN in order: both directions', 'TIME-WAIT'],
      ['FIN in order: both directions', 'writes on'],
      ['ACK of the FIN: both directions', 'graceful end'],
      ['ACK of the FIN: both directions', 'reads on'],
    ],
  },
  {
    id: 'refused-rst',
    rule: {
      en: 'Text that nobody will read is answered by a RST, not by an ACK.',
      zh: '没有人会读的数据用 RST 应答，而不是 ACK。',
    },
    section: '3.6.1',
    changes: [
      {
        action: 'text refused',
        when: { 'one <= y': ['x < z'] },
        does: {
          'state(p) := GONE': ['rcv_nxt(p) := z'],
          'sent_rst(host(p), iss(p), y) := true': [],
          [SYN_REFUSED]: [],
        },
      },
    ],
    fails: [
      ['text refused', 'prefix'],
      ['text refused', 'refused, so reset'],
      ['text refused', 'refused before the end'],
    ],
  },
];
