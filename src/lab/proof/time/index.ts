// Time by clocks: why TIME-WAIT lasts two MSL. A theory of its own, with connections of one four-tuple whose numbers are all
// alike, so that nothing but time keeps them apart (RFC 9293 sections 3.4.1, 3.6 and 3.10.7.4 eighth, RFC 1337).
//
// An incarnation is a whole connection here: the side that closes first and waits (`state`), and the other (`other`). Nobody
// adds or subtracts: `msl(s, t)` says that t is at least an MSL after s, `msl2(s, t)` at least two, and the axioms say
// what follows from that for any MSL.

import type { RemovedRule } from '../removed.ts';
import type { Part, Theory } from '../theory.ts';

const TWO_MSL = 'msl2(since(p), now)';
const PATIENCE = '~msl(fin_at(p), now)';

const waiting: Part = {
  id: 'time',
  title: { en: 'Closing by the clock', zh: '按时钟关闭' },
  state: {
    now: {
      args: [],
      sort: 'instant',
      initial: null,
      says: { en: 'The time.', zh: '当前时刻。' },
    },
    state: {
      args: ['incarnation'],
      sort: 'state',
      initial: 'NONE',
      says: {
        en: 'The side that closes first: until its TIME-WAIT it is ESTABLISHED here.',
        zh: '先关闭的一侧：进入 TIME-WAIT 之前，这里都算 ESTABLISHED。',
      },
    },
    other: {
      args: ['incarnation'],
      sort: 'state',
      initial: 'NONE',
      says: {
        en: 'The other side: LAST-ACK from its FIN on, until that is acknowledged or given up.',
        zh: '另一侧：从发出 FIN 起是 LAST-ACK，直到 FIN 得到确认或放弃重传。',
      },
    },
    sent: {
      args: ['incarnation', 'instant'],
      sort: 'truth',
      initial: 'false',
      says: {
        en: 'A segment of the connection with text or a FIN, of either side, was sent at this time.',
        zh: '该连接（任一侧）在此时刻发出过带数据或 FIN 的报文段。',
      },
    },
    fin_at: {
      args: ['incarnation'],
      sort: 'instant',
      initial: null,
      says: { en: 'When the other side first sent its FIN.', zh: '另一侧首次发出 FIN 的时刻。' },
    },
    since: {
      args: ['incarnation'],
      sort: 'instant',
      initial: null,
      says: { en: 'Since when TIME-WAIT lasts.', zh: 'TIME-WAIT 计时的起点。' },
    },
    read: {
      args: ['incarnation', 'incarnation'],
      sort: 'truth',
      initial: 'false',
      ghost: true,
      says: {
        en: 'Text or a FIN of the second connection was taken in the first.',
        zh: '第一个连接接受了第二个连接的数据或 FIN。',
      },
    },
  },
  actions: [
    {
      name: 'time',
      section: '3.4.1',
      says: { en: 'Time passes.', zh: '时间流逝。' },
      when: ['by(now, t)'],
      does: ['now := t'],
    },
    {
      name: 'OPEN',
      section: '3.10.1',
      says: {
        en: 'A connection is made where none is left, not even in TIME-WAIT.',
        zh: '没有连接留下（TIME-WAIT 也没有）时，建立一个连接。',
      },
      when: ['state(p) = NONE', 'forall q. state(q) in {NONE, ENDED}'],
      does: ['state(p) := ESTABLISHED', 'other(p) := ESTABLISHED'],
    },
    {
      name: 'text sent',
      section: '3.8',
      says: {
        en: 'Either side sends text, or the first side its FIN, for the first time or again.',
        zh: '任一侧发送或重传数据，或先关闭的一侧发送或重传 FIN。',
      },
      when: ['state(p) = ESTABLISHED'],
      does: ['sent(p, now) := true'],
    },
    {
      name: 'FIN sent',
      section: '3.10.4',
      says: { en: 'The other side sends its FIN for the first time.', zh: '另一侧首次发出 FIN。' },
      when: ['state(p) = ESTABLISHED', 'other(p) = ESTABLISHED'],
      does: ['other(p) := LAST_ACK', 'fin_at(p) := now', 'sent(p, now) := true'],
    },
    {
      name: 'FIN again',
      section: '3.8.3',
      says: {
        en: 'The FIN is sent again, but for no longer than R2, which is less than an MSL.',
        zh: '重传 FIN，但不超过 R2（小于一个 MSL）。',
      },
      when: ['other(p) = LAST_ACK', PATIENCE],
      does: ['sent(p, now) := true'],
    },
    {
      name: 'LAST-ACK over',
      section: '3.10.7.4 fifth',
      says: {
        en: 'The other side’s FIN is acknowledged, or given up.',
        zh: '另一侧的 FIN 得到确认，或放弃重传。',
      },
      when: ['other(p) = LAST_ACK'],
      does: ['other(p) := ENDED'],
    },
    {
      name: 'FIN in order',
      section: '3.10.7.4 eighth',
      says: {
        en: 'The other side’s FIN comes while it lives: TIME-WAIT begins.',
        zh: '另一侧的 FIN 在其寿命之内到达：进入 TIME-WAIT。',
      },
      when: [
        'state(p) = ESTABLISHED',
        'other(p) in {LAST_ACK, ENDED}',
        'sent(p, t)',
        'by(fin_at(p), t)',
        '~msl(t, now)',
      ],
      does: ['state(p) := TIME_WAIT', 'since(p) := now'],
    },
    {
      name: 'TIME-WAIT: FIN',
      section: '3.10.7.4 eighth',
      says: { en: 'The FIN comes again: the 2 MSL begin anew.', zh: 'FIN 再次到达：2 MSL 重新计时。' },
      when: ['state(p) = TIME_WAIT', 'sent(p, t)', 'by(fin_at(p), t)', '~msl(t, now)'],
      does: ['since(p) := now'],
    },
    {
      name: 'TIME-WAIT: RST',
      section: 'RFC 1337 3',
      says: {
        en: 'The other side is gone and answers a late copy by a RST: it does not end TIME-WAIT.',
        zh: '另一侧已不在，用 RST 应答迟到的副本：它不能终止 TIME-WAIT。',
      },
      when: ['state(p) = TIME_WAIT', 'other(p) = ENDED'],
      does: ['state(p) := TIME_WAIT'],
    },
    {
      name: '2 MSL',
      section: '3.10.8',
      says: {
        en: 'TIME-WAIT is over, two MSL after the last FIN came.',
        zh: '最后一个 FIN 到达后两个 MSL，TIME-WAIT 结束。',
      },
      when: ['state(p) = TIME_WAIT', TWO_MSL],
      does: ['state(p) := ENDED'],
    },
    {
      name: 'text',
      section: '3.10.7.4 seventh',
      says: {
        en: 'Text or a FIN of any connection comes while it lives: its numbers fit.',
        zh: '任一连接的数据或 FIN 在其寿命之内到达：序列号都相符。',
      },
      when: ['state(p) = ESTABLISHED', 'sent(q, t)', '~msl(t, now)'],
      does: ['read(p, q) := true'],
    },
  ],
  properties: [
    {
      name: 'own text',
      says: {
        en: 'What is read was written in this very connection, though the numbers of all are alike.',
        zh: '即使各个连接的序列号完全相同，读到的也只是本连接所写的。',
      },
      holds: 'read(p, q) -> p = q',
    },
    {
      name: 'quiet',
      says: {
        en: 'When a connection has ended, all its text and FINs have left the network: they are gone before the next begins.',
        zh: '连接结束时，它的数据和 FIN 都已离开网络：在下一个连接开始之前就已消失。',
      },
      holds: 'state(p) = ENDED & sent(p, t) -> msl(t, now)',
    },
  ],
  helpers: [
    {
      name: 'sent before',
      says: {
        en: 'Nothing was sent in the future, or in no connection.',
        zh: '没有来自将来的报文段，也没有不属于任何连接的。',
      },
      holds: 'sent(p, t) -> by(t, now) & state(p) ~= NONE',
      neededFor: ['FIN in order', 'waited for'],
    },
    {
      name: 'one at a time',
      says: { en: 'There is one connection at a time.', zh: '同时只有一个连接。' },
      holds: 'state(p) in {ESTABLISHED, TIME_WAIT} & state(q) in {ESTABLISHED, TIME_WAIT} -> p = q',
      neededFor: ['text', 'own text'],
    },
    {
      name: 'begun',
      says: { en: 'The other side has not begun before this one.', zh: '另一侧不会先于这一侧开始。' },
      holds: 'state(p) = NONE -> other(p) = NONE',
      neededFor: ['FIN again', 'sent before'],
    },
    {
      name: 'FIN first',
      says: {
        en: 'The other side’s FIN was sent before TIME-WAIT began, and that is past.',
        zh: '另一侧的 FIN 在 TIME-WAIT 开始之前发出，而那已是过去。',
      },
      holds: 'state(p) = TIME_WAIT -> by(fin_at(p), since(p)) & by(since(p), now)',
      neededFor: ['FIN again', 'waited for'],
    },
    {
      name: 'waited for',
      says: {
        en: 'In TIME-WAIT, nothing was sent as late as an MSL after it began: the second MSL outlives the last segment.',
        zh: '处于 TIME-WAIT 时，没有报文段是在它开始一个 MSL 之后才发出的：第二个 MSL 足以等到最后的报文段消失。',
      },
      holds: 'state(p) = TIME_WAIT & sent(p, t) -> ~msl(since(p), t)',
      neededFor: ['2 MSL', 'quiet'],
    },
    {
      name: 'patience over',
      says: {
        en: 'When TIME-WAIT is over, so is the time in which the FIN is sent again.',
        zh: 'TIME-WAIT 结束时，重传 FIN 的时间也已过去。',
      },
      holds: 'state(p) = ENDED & other(p) = LAST_ACK -> msl(fin_at(p), now)',
      neededFor: ['FIN again', 'quiet'],
    },
    {
      name: 'first side',
      says: { en: 'The side that closes first is never in LAST-ACK.', zh: '先关闭的一侧不会进入 LAST-ACK。' },
      holds: 'state(p) ~= LAST_ACK',
      neededFor: ['text', 'own text'],
    },
  ],
};

/** TIME-WAIT against old segments, when numbers do not help. */
export const time: Theory = {
  id: 'time',
  title: { en: 'Time: 2 MSL', zh: '时间：2 MSL' },
  assumes: [
    { en: 'No segment lives as long as an MSL.', zh: '没有报文段能存活一个 MSL。' },
    {
      en: 'Who sends a FIN sends it again for less than an MSL (R2): who goes on for longer may be heard after TIME-WAIT.',
      zh: '重传 FIN 的时间（R2）短于一个 MSL：重传得更久，就可能在 TIME-WAIT 之后仍被收到。',
    },
    {
      en: 'Connections are opened, and closed gracefully by one side first. Not modelled: simultaneous close, aborts and crashes (after those nobody waits, and a moving ISS must help: the base theory), a SYN that reopens TIME-WAIT, segments without text or FIN. All clocks run alike.',
      zh: '连接被建立，由一侧先正常关闭。未建模：同时关闭、中止与崩溃（此后没有谁等待，要靠变化的 ISS，见基本理论）、重新打开 TIME-WAIT 的 SYN、不带数据和 FIN 的报文段。所有时钟快慢一致。',
    },
  ],
  states: ['NONE', 'ESTABLISHED', 'LAST_ACK', 'TIME_WAIT', 'ENDED'],
  rigid: {
    by: {
      args: ['instant', 'instant'],
      sort: 'truth',
      says: { en: 'The first is not later than the second.', zh: '第一个时刻不晚于第二个。' },
    },
    msl: {
      args: ['instant', 'instant'],
      sort: 'truth',
      says: { en: 'The second is at least an MSL later.', zh: '第二个时刻至少晚一个 MSL。' },
    },
    msl2: {
      args: ['instant', 'instant'],
      sort: 'truth',
      says: { en: 'The second is at least two MSL later.', zh: '第二个时刻至少晚两个 MSL。' },
    },
  },
  axioms: [
    'by(t, t)',
    'by(s, t) & by(t, s) -> s = t',
    'by(s, t) & by(t, u) -> by(s, u)',
    'by(s, t) | by(t, s)',
    'msl(s, t) -> ~by(t, s)',
    'by(s, t) & msl(t, u) -> msl(s, u)',
    'msl(s, t) & by(t, u) -> msl(s, u)',
    'msl2(s, t) & ~msl(s, u) -> msl(u, t)',
  ],
  definitions: {},
  parts: [waiting],
};

/** What fails when nobody waits for long enough. */
export const timeRules: readonly RemovedRule[] = [
  {
    id: 'timewait',
    rule: { en: 'Who closes first waits in TIME-WAIT.', zh: '先关闭的一侧要在 TIME-WAIT 中等待。' },
    section: '3.6',
    changes: [{ action: 'FIN in order', does: { 'state(p) := TIME_WAIT': ['state(p) := ENDED'] } }],
    fails: [
      ['FIN in order', 'quiet'],
      ['FIN in order', 'patience over'],
    ],
  },
  {
    id: '2msl',
    rule: { en: 'TIME-WAIT lasts two MSL; one is not enough.', zh: 'TIME-WAIT 持续两个 MSL，一个不够。' },
    section: '3.6',
    changes: [{ action: '2 MSL', when: { [TWO_MSL]: ['msl(since(p), now)'] } }],
    fails: [['2 MSL', 'quiet']],
  },
  {
    id: 'timewait-rst',
    rule: { en: 'No RST ends TIME-WAIT.', zh: 'RST 不能终止 TIME-WAIT。' },
    section: 'RFC 1337 3',
    changes: [{ action: 'TIME-WAIT: RST', does: { 'state(p) := TIME_WAIT': ['state(p) := ENDED'] } }],
    fails: [['TIME-WAIT: RST', 'quiet']],
  },
  {
    id: 'r2-below-msl',
    rule: { en: 'A FIN is not sent again for ever.', zh: 'FIN 不会无限期地重传。' },
    section: '3.8.3',
    changes: [{ action: 'FIN again', when: { [PATIENCE]: [] } }],
    fails: [
      ['FIN again', 'quiet'],
      ['FIN again', 'waited for'],
    ],
  },
];
