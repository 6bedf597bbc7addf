// Rules removed: the base theory with one rule less (each is a guard, or what an action does). A proof that does not need a
// rule says nothing about it; so each has a step that fails without it, and names it.

import type { Text } from '../text/index.ts';
import type { Action, Theory } from './theory.ts';

/** Texts of an action, by what stands there instead. */
type Instead = Readonly<Record<string, readonly string[]>>;

/** What CLOSE, the ACK of a FIN, and a FIN make of the state. */
const CLOSE = 'state(p) := if state(p) = CLOSE_WAIT then LAST_ACK else FIN_WAIT_1';
const ACK_OF_FIN =
  'state(p) := if state(p) = FIN_WAIT_1 then FIN_WAIT_2 else if state(p) = CLOSING then TIME_WAIT else ENDED';
const FIN_IN_ORDER =
  'state(p) := if state(p) = ESTABLISHED then CLOSE_WAIT else if state(p) = FIN_WAIT_1 then CLOSING else TIME_WAIT';
/** The states in which a RST counts. */
const RESETTABLE =
  'state(p) in {SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK}';

/** A rule, and the theory without it. */
export interface RemovedRule {
  readonly id: string;
  readonly rule: Text;
  /** Where the rule stands: a section of RFC 9293. */
  readonly section: string;
  /** How its actions are changed. */
  readonly changes: readonly { readonly action: string; readonly when?: Instead; readonly does?: Instead }[];
  /** What is possible beside: an action as it is without the rule, where it is still possible with it. */
  readonly adds?: readonly {
    readonly name: string;
    readonly like: string;
    readonly when?: Instead;
    readonly does: Instead;
  }[];
  /**
   * The steps that fail: an action, and a clause that it no longer keeps. None: what the rule is for takes what the base
   * theory leaves out.
   */
  readonly fails: readonly (readonly [action: string, clause: string])[];
}

/** All of them, in the order of a connection's life. */
export const removedRules: readonly RemovedRule[] = [
  {
    id: 'isn',
    rule: {
      en: 'No host begins with an ISS that it has used before.',
      zh: '主机不会再次使用用过的 ISS。',
    },
    section: '3.4.1',
    changes: [
      { action: 'OPEN', when: { '~used(host(p), iss(p))': [] } },
      { action: 'LISTEN: SYN', when: { '~used(host(p), iss(p))': [] } },
    ],
    // Numbers that were unlike are alike now, and an ACK of too much is one of another.
    adds: ['SYN-SENT: ACK of another', 'SYN-RECEIVED: ACK of another'].map((like) => ({
      name: `${like}, with our ISS`,
      like,
      when: { 'irs(q) ~= iss(p)': ['irs(q) = iss(p)', 'one < x'] },
      does: {},
    })),
    fails: [
      ['OPEN', 'heard'],
      ['OPEN', 'one ISS'],
      ['OPEN', 'RST'],
      ['LISTEN: SYN', 'heard'],
      ['LISTEN: SYN', 'one ISS'],
      ['LISTEN: SYN', 'RST'],
      ['SYN-SENT: ACK of another, with our ISS', 'RST'],
      ['SYN-RECEIVED: ACK of another, with our ISS', 'RST'],
    ],
  },
  {
    id: 'one-at-a-time',
    rule: {
      en: 'A SYN makes no second connection where one is live.',
      zh: '已有活动连接时，SYN 不会再建立第二个连接。',
    },
    section: '3.10.7.4 fourth',
    changes: [{ action: 'LISTEN: SYN', when: { 'nobody(host(p))': [] } }],
    fails: [['LISTEN: SYN', 'one at a time']],
  },
  {
    id: 'three',
    rule: {
      en: 'A SYN alone makes no connection: it takes the ACK of our own SYN.',
      zh: '仅凭一个 SYN 不能建立连接：还需要对我方 SYN 的确认。',
    },
    section: '3.10.7.2',
    changes: [
      {
        action: 'LISTEN: SYN',
        does: { 'state(p) := SYN_RECEIVED': ['state(p) := ESTABLISHED', 'syn_acked(p) := true'] },
      },
    ],
    fails: [
      ['LISTEN: SYN', 'agreement'],
      ['LISTEN: SYN', 'one peer'],
    ],
  },
  {
    id: 'ack-check',
    rule: {
      en: 'In SYN-SENT, a SYN,ACK must acknowledge our own SYN.',
      zh: '在 SYN-SENT 中，SYN,ACK 必须确认我方这一次的 SYN。',
    },
    section: '3.10.7.3',
    changes: [{ action: 'SYN-SENT: SYN,ACK', when: { 'irs(q) = iss(p)': [] } }],
    fails: [
      ['SYN-SENT: SYN,ACK', 'agreement'],
      ['SYN-SENT: SYN,ACK', 'one peer'],
    ],
  },
  {
    id: 'third-ack',
    rule: {
      en: 'In SYN-RECEIVED, an ACK must acknowledge our own SYN.',
      zh: '在 SYN-RECEIVED 中，ACK 必须确认我方这一次的 SYN。',
    },
    section: '3.10.7.4 fifth',
    changes: [{ action: 'SYN-RECEIVED: ACK', when: { 'irs(q) = iss(p)': [] } }],
    fails: [
      ['SYN-RECEIVED: ACK', 'agreement'],
      ['SYN-RECEIVED: ACK', 'one peer'],
    ],
  },
  {
    id: 'simultaneous-ack',
    rule: {
      en: 'In a simultaneous open, too, a SYN,ACK must acknowledge our own SYN.',
      zh: '同时打开时，SYN,ACK 也必须确认我方这一次的 SYN。',
    },
    section: '3.10.7.4 fifth',
    changes: [{ action: 'SYN-RECEIVED: SYN,ACK', when: { 'irs(q) = iss(p)': [] } }],
    fails: [
      ['SYN-RECEIVED: SYN,ACK', 'agreement'],
      ['SYN-RECEIVED: SYN,ACK', 'one peer'],
    ],
  },
  {
    id: 'third-seq',
    rule: {
      en: 'In SYN-RECEIVED, an ACK must have the numbers of the SYN that was taken.',
      zh: '在 SYN-RECEIVED 中，ACK 的序列号必须与已接受的 SYN 相符。',
    },
    section: '3.10.7.4 first',
    changes: [{ action: 'SYN-RECEIVED: ACK', when: { 'iss(q) = irs(p)': [] } }],
    fails: [
      ['SYN-RECEIVED: ACK', 'agreement'],
      ['SYN-RECEIVED: ACK', 'one peer'],
    ],
  },
  {
    id: 'ack-what-came',
    rule: {
      en: 'Only what has come is acknowledged.',
      zh: '只确认已收到的数据。',
    },
    section: '3.10.7.4',
    changes: [
      {
        action: 'ACK',
        when: { 'talks(p)': ['talks(p)', 'one <= x'] },
        does: { 'sent_ack(p, rcv_nxt(p)) := true': ['sent_ack(p, x) := true'] },
      },
    ],
    fails: [['ACK', 'ACK']],
  },
  {
    id: 'text-seq',
    rule: {
      en: 'Text counts only with the numbers of this connection.',
      zh: '数据的序列号必须属于本连接，否则不接受。',
    },
    section: '3.10.7.4 first',
    changes: [{ action: 'text', when: { 'iss(q) = irs(p)': [] } }],
    fails: [
      ['text', 'agreement'],
      ['text', 'one peer'],
      ['text', 'kept'],
    ],
  },
  {
    id: 'text-order',
    rule: {
      en: 'Text is read in order, without gaps.',
      zh: '数据按序读取，中间没有缺口。',
    },
    section: '3.10.7.4 seventh',
    changes: [{ action: 'text in order', when: { 'forall y. rcv_nxt(p) <= y & y < x -> kept(p, y)': [] } }],
    fails: [['text in order', 'prefix']],
  },
  {
    id: 'closed-is-closed',
    rule: {
      en: 'After CLOSE nothing more is written.',
      zh: '调用 CLOSE 之后不能再写。',
    },
    section: '3.10.2',
    changes: [{ action: 'SEND', when: { '~closed(p)': [] } }],
    fails: [
      ['SEND', 'prefix'],
      ['SEND', 'end'],
      ['SEND', 'FIN kept'],
      ['SEND', 'FIN sent'],
    ],
  },
  {
    id: 'fin-seq',
    rule: {
      en: 'A FIN counts only with the numbers of this connection.',
      zh: 'FIN 的序列号必须属于本连接，否则不接受。',
    },
    section: '3.10.7.4 first',
    changes: [{ action: 'FIN', when: { 'iss(q) = irs(p)': [] } }],
    fails: [
      ['FIN', 'agreement'],
      ['FIN', 'one peer'],
      ['FIN', 'FIN kept'],
    ],
  },
  {
    id: 'fin-order',
    rule: {
      en: 'A FIN waits for the text before it.',
      zh: 'FIN 要等它之前的数据全部到达。',
    },
    section: '3.10.7.4 eighth',
    changes: [{ action: 'FIN in order', when: { 'x = rcv_nxt(p)': [] } }],
    fails: [['FIN in order', 'prefix']],
  },
  {
    id: 'ack-of-fin',
    rule: {
      en: 'A FIN has a sequence number of its own: only an ACK beyond it acknowledges it.',
      zh: 'FIN 占用一个序列号：确认号越过它才算确认了它。',
    },
    section: '3.10.7.4 fifth',
    changes: [{ action: 'ACK of the FIN', when: { 'snd_end(p) < x': ['snd_end(p) <= x'] } }],
    fails: [['ACK of the FIN', 'FIN heard']],
  },
  {
    id: 'fin-ack-seq',
    rule: {
      en: 'The ACK of a FIN counts only with the numbers of this connection.',
      zh: '对 FIN 的确认，其序列号必须属于本连接。',
    },
    section: '3.10.7.4 first',
    changes: [{ action: 'ACK of the FIN', when: { 'iss(q) = irs(p)': [] } }],
    fails: [
      ['ACK of the FIN', 'agreement'],
      ['ACK of the FIN', 'one peer'],
      ['ACK of the FIN', 'FIN heard'],
    ],
  },
  {
    id: 'four',
    rule: {
      en: 'Each direction is closed by its own FIN: who has sent one goes on receiving until the peer’s comes.',
      zh: '两个方向各自用 FIN 关闭：发出 FIN 的一方仍要继续接收，直到收到对方的 FIN。',
    },
    section: '3.6',
    changes: [],
    adds: [
      {
        name: 'ACK of the FIN: both directions',
        like: 'ACK of the FIN',
        when: { 'state(p) in {FIN_WAIT_1, CLOSING, LAST_ACK}': ['state(p) = FIN_WAIT_1'] },
        does: { [ACK_OF_FIN]: ['state(p) := ENDED'] },
      },
      {
        name: 'FIN-WAIT-2: ACK',
        like: 'ACK of the FIN',
        when: {
          'state(p) in {FIN_WAIT_1, CLOSING, LAST_ACK}': ['state(p) = FIN_WAIT_2'],
          'snd_end(p) < x': ['one <= x'],
        },
        does: { [ACK_OF_FIN]: ['state(p) := ENDED'] },
      },
    ],
    fails: [
      ['ACK of the FIN: both directions', 'graceful end'],
      ['FIN-WAIT-2: ACK', 'graceful end'],
    ],
  },
  {
    id: 'merge',
    rule: {
      en: 'Our own FIN waits for CLOSE, whatever the peer has closed.',
      zh: '不论对端是否已关闭，己方的 FIN 都要等应用程序调用 CLOSE。',
    },
    section: '3.6',
    changes: [{ action: 'FIN sent', when: { 'closed(p)': ['closed(p) | fin_reached(p)'] } }],
    adds: [
      {
        name: 'FIN in order: ours with it',
        like: 'FIN in order',
        does: { [FIN_IN_ORDER]: ['state(p) := LAST_ACK'] },
      },
      {
        name: 'CLOSE: the FIN is sent already',
        like: 'CLOSE',
        when: {
          'state(p) in {SYN_RECEIVED, ESTABLISHED, CLOSE_WAIT}': ['state(p) = LAST_ACK'],
        },
        does: { [CLOSE]: ['state(p) := LAST_ACK'] },
      },
    ],
    fails: [['FIN sent', 'FIN sent']],
  },
  {
    id: 'closing',
    rule: {
      en: 'TIME-WAIT begins only when our own FIN is acknowledged, too: until then it is CLOSING.',
      zh: '己方的 FIN 也得到确认之后才进入 TIME-WAIT；在那之前是 CLOSING。',
    },
    section: '3.10.7.4 eighth',
    changes: [
      {
        action: 'FIN in order',
        does: {
          [FIN_IN_ORDER]: ['state(p) := if state(p) = ESTABLISHED then CLOSE_WAIT else TIME_WAIT'],
        },
      },
    ],
    fails: [['FIN in order', 'TIME-WAIT']],
  },
  {
    id: 'rst-seq',
    rule: {
      en: 'A RST counts only with the numbers of this connection.',
      zh: 'RST 的序列号必须属于本连接，否则无效。',
    },
    section: '3.10.7.4 second',
    changes: [{ action: 'RST', when: { 'n = irs(p)': [] } }],
    fails: [['RST', 'no reset']],
  },
  {
    id: 'rst',
    rule: {
      en: 'A RST counts only with exactly the next number, RCV.NXT.',
      zh: 'RST 的序列号必须恰好是下一个（RCV.NXT），否则无效。',
    },
    section: '3.10.7.4 second',
    changes: [{ action: 'RST', when: { 'x = rcv_nxt(p)': [] } }],
    fails: [],
  },
  {
    id: 'timewait-rst',
    rule: { en: 'No RST ends TIME-WAIT.', zh: 'RST 不能终止 TIME-WAIT。' },
    section: 'RFC 1337 3',
    changes: [{ action: 'RST', when: { [RESETTABLE]: [`${RESETTABLE} | state(p) = TIME_WAIT`] } }],
    fails: [],
  },
  {
    id: 'rst-of-nobody',
    rule: {
      en: 'An ACK is answered by a RST only where there is no connection.',
      zh: '只有在没有连接的地方，才用 RST 应答 ACK。',
    },
    section: '3.10.7.1',
    changes: [{ action: 'nobody: ACK', when: { 'nobody(h)': [] } }],
    fails: [['nobody: ACK', 'RST']],
  },
  {
    id: 'rst-of-another',
    rule: {
      en: 'In SYN-RECEIVED, an ACK of our own SYN is not answered by a RST.',
      zh: '在 SYN-RECEIVED 中，确认我方 SYN 的 ACK 不会招来 RST。',
    },
    section: '3.10.7.4 fifth',
    changes: [{ action: 'SYN-RECEIVED: ACK of another', when: { 'irs(q) ~= iss(p)': [] } }],
    fails: [['SYN-RECEIVED: ACK of another', 'RST']],
  },
];

/** The rule of a name. Throws a RangeError for an unknown one. */
export function removedRule(id: string): RemovedRule {
  const found = removedRules.find((rule) => rule.id === id);
  if (found === undefined) {
    throw new RangeError(`no rule '${id}': one of ${removedRules.map((rule) => rule.id).join(', ')}`);
  }
  return found;
}

/** The actions that are others without a rule, or that only a theory without it has. */
export function touchedBy({ changes, adds = [] }: RemovedRule): string[] {
  return [...changes.map(({ action }) => action), ...adds.map(({ name }) => name)];
}

/** A theory without a rule. Throws a RangeError when the rule does not fit it. */
export function theoryWithout(
  theory: Theory,
  { id, changes, adds = [] }: Pick<RemovedRule, 'id' | 'changes' | 'adds'>,
): Theory {
  let changed = 0;
  const change = (action: Action): Action => {
    const mine = changes.find((each) => each.action === action.name);
    if (mine === undefined) return action;
    changed++;
    return { ...action, when: replaced(action.when, mine.when), does: replaced(action.does, mine.does) };
  };
  const added = (action: Action): Action[] =>
    adds
      .filter(({ like }) => like === action.name)
      .map(({ name, like, when, does }) => ({
        ...action,
        name,
        like,
        when: replaced(action.when, when),
        does: replaced(action.does, does),
      }));
  const parts = theory.parts.map((part) => ({
    ...part,
    actions: part.actions.flatMap((action) => [change(action), ...added(action)]),
  }));
  if (changed !== changes.length) throw new RangeError(`${theory.id} does not have all actions of '${id}'`);
  return { ...theory, parts };
}

function replaced(texts: readonly string[], instead: Instead = {}): readonly string[] {
  for (const text of Object.keys(instead)) {
    if (!texts.includes(text)) throw new RangeError(`there is no '${text}' to remove`);
  }
  return texts.flatMap((text) => instead[text] ?? [text]);
}
