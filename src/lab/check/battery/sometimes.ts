// What a battery that is not vacuous shows sometimes: every state, every edge of figure 5 (RFC 9293 section 3.3.2)
// with its notes, and the forms of opening, closing and resetting that texts speak of. Each is a set of the models'
// facts: rows of the transition table, and reasons for discarding a segment.

import { stateName, transitionNamed } from '../../../tcp/index.ts';
import type { Text } from '../../text/index.ts';

/** Something that must be seen. */
export interface Sometimes {
  readonly text: Text;
  /** Facts of the models that must all be shown, as `FACTS` has them. */
  readonly facts: readonly string[];
}

function rows(...names: readonly string[]): string[] {
  return names.map((name) => {
    const row = transitionNamed(name);
    return `${row.name}: ${stateName(row.from)} to ${stateName(row.to)}`;
  });
}

/**
 * Edges of figure 5 and of its notes. Left out are the three of a listener (passive OPEN, CLOSE, and SEND or OPEN in
 * LISTEN): a model's listener is always there.
 */
const FIGURE_5 = [
  'open-active',
  'listen-syn',
  'syn-sent-syn',
  'syn-sent-syn-ack',
  'syn-sent-close',
  'syn-received-ack',
  'syn-received-close',
  'syn-received-rst-passive',
  'established-close',
  'established-fin',
  'fin-wait-1-ack',
  'fin-wait-1-fin',
  'fin-wait-1-fin-ack',
  'fin-wait-2-fin',
  'close-wait-close',
  'closing-ack',
  'last-ack-ack',
  'time-wait-timeout',
];

/** All of them, in the order in which they are told. */
export const sometimes: readonly Sometimes[] = [
  {
    text: { en: 'every edge of figure 5 but a listener’s own', zh: '图 5 的每一条边（监听者自身的除外）' },
    facts: rows(...FIGURE_5),
  },
  {
    text: { en: 'simultaneous open', zh: '同时打开' },
    facts: rows('syn-sent-syn', 'syn-received-ack'),
  },
  { text: { en: 'simultaneous close', zh: '同时关闭' }, facts: rows('fin-wait-1-fin', 'closing-ack') },
  { text: { en: 'a close in three segments', zh: '三个报文段的关闭' }, facts: rows('fin-wait-1-fin-ack') },
  {
    text: { en: 'a close in four segments', zh: '四个报文段的关闭' },
    facts: rows('fin-wait-1-ack', 'fin-wait-2-fin', 'last-ack-ack'),
  },
  {
    text: { en: 'a RST and a SYN in the window, challenged', zh: '窗口内的 RST 和 SYN 引来挑战 ACK' },
    facts: ['discarded: rst-challenged', 'discarded: syn-challenged'],
  },
  {
    text: { en: 'a RST from CLOSED', zh: 'CLOSED 回答 RST' },
    facts: ['discarded: closed'],
  },
  {
    text: { en: 'a RST that TIME-WAIT ignores', zh: 'TIME-WAIT 忽略 RST' },
    facts: ['discarded: rst-in-time-wait'],
  },
  {
    text: { en: 'a SYN that reopens TIME-WAIT', zh: 'SYN 使 TIME-WAIT 重新打开' },
    facts: rows('time-wait-syn'),
  },
  {
    text: { en: 'an old SYN,ACK refused in SYN-SENT', zh: 'SYN-SENT 拒绝旧的 SYN,ACK' },
    facts: ['discarded: bad-ack-in-syn-sent'],
  },
];

/** Of each, whether it was seen; and for what was not, the facts that are missing. */
export function seenSometimes(
  shown: ReadonlySet<string>,
): readonly { readonly text: Text; readonly missing: readonly string[] }[] {
  return sometimes.map(({ text, facts }) => ({ text, missing: facts.filter((fact) => !shown.has(fact)) }));
}
