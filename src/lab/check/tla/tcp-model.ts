// Markus Kuppe's TLA+ model of the TCP state machine (tlaplus/Examples, specifications/tcp/tcp.tla, checked as in
// MCtcp.tla): RFC 9293 figure 5 with its notes, two peers, no sequence numbers, a lossless FIFO each way. TLC's
// figures for it are known (1182 distinct states, 6322 generated, depth 14), so it tests the search itself.

import { State } from '../../../tcp/index.ts';
import { CUT, type Fairness, type Liveness, NOTHING, type Property, type System } from '../search/index.ts';

const S = State;

/** The messages of the model. It tells the ACK of a FIN from other ACKs, having no numbers to do so. */
export const Message = { SYN: 1, SYN_ACK: 2, ACK: 3, RST: 4, FIN: 5, ACK_OF_FIN: 6 } as const;
export type Message = (typeof Message)[keyof typeof Message];
const M = Message;

// A rule needs its state and what it takes off the queue of the peer (`head`), sends `reply`, and goes to `to`.
interface Rule {
  readonly name: string;
  readonly from: State | undefined;
  readonly takes: readonly Message[];
  readonly to: State;
  readonly reply: Message | undefined;
  /** What becomes of the TCB; `must` also asks for one. */
  readonly tcb: 'same' | 'create' | 'delete' | 'must';
  /** What kind of step it is: fairness and the model's bounds go by it. */
  readonly kind: 'open' | 'close' | 'abandon' | 'system' | 'reset';
}

function rule(
  name: string,
  kind: Rule['kind'],
  from: State | undefined,
  takes: readonly Message[],
  to: State,
  reply?: Message,
  tcb: Rule['tcb'] = 'same',
): Rule {
  return { name, from, takes, to, reply, tcb, kind };
}

/** The rules, each for either peer. */
export const rules: readonly Rule[] = [
  rule('passive OPEN', 'open', S.CLOSED, [], S.LISTEN, undefined, 'create'),
  rule('active OPEN', 'open', S.CLOSED, [], S.SYN_SENT, M.SYN, 'create'),
  rule('SEND', 'open', S.LISTEN, [], S.SYN_SENT, M.SYN),
  rule('CLOSE in SYN-SENT', 'abandon', S.SYN_SENT, [], S.CLOSED, undefined, 'delete'),
  rule('CLOSE in SYN-RECEIVED', 'close', S.SYN_RECEIVED, [], S.FIN_WAIT_1, M.FIN),
  rule('CLOSE in LISTEN', 'close', S.LISTEN, [], S.CLOSED, undefined, 'delete'),
  rule('CLOSE in ESTABLISHED', 'close', S.ESTABLISHED, [], S.FIN_WAIT_1, M.FIN),
  rule('CLOSE in CLOSE-WAIT', 'close', S.CLOSE_WAIT, [], S.LAST_ACK, M.FIN),

  rule('SYN in SYN-SENT', 'system', S.SYN_SENT, [M.SYN], S.SYN_RECEIVED, M.SYN_ACK),
  rule('SYN,ACK in SYN-SENT', 'system', S.SYN_SENT, [M.SYN_ACK], S.ESTABLISHED, M.ACK),
  rule('RST in SYN-RECEIVED', 'system', S.SYN_RECEIVED, [M.RST], S.LISTEN),
  rule('ACK in SYN-RECEIVED', 'system', S.SYN_RECEIVED, [M.ACK], S.ESTABLISHED),
  rule('SYN in LISTEN', 'system', S.LISTEN, [M.SYN], S.SYN_RECEIVED, M.SYN_ACK),
  rule('FIN in ESTABLISHED', 'system', S.ESTABLISHED, [M.FIN], S.CLOSE_WAIT, M.ACK_OF_FIN),
  rule('FIN in FIN-WAIT-1', 'system', S.FIN_WAIT_1, [M.FIN], S.CLOSING, M.ACK_OF_FIN),
  rule('ACK of FIN in FIN-WAIT-1', 'system', S.FIN_WAIT_1, [M.ACK_OF_FIN], S.FIN_WAIT_2),
  rule('FIN in FIN-WAIT-2', 'system', S.FIN_WAIT_2, [M.FIN], S.TIME_WAIT, M.ACK_OF_FIN),
  rule('ACK of FIN in CLOSING', 'system', S.CLOSING, [M.ACK_OF_FIN], S.TIME_WAIT),
  rule('ACK of FIN in LAST-ACK', 'system', S.LAST_ACK, [M.ACK_OF_FIN], S.CLOSED),
  rule('2MSL', 'system', S.TIME_WAIT, [], S.CLOSED, undefined, 'delete'),
  // Note 2: our FIN is acknowledged together with the peer's FIN.
  rule(
    'FIN, ACK of FIN in FIN-WAIT-1',
    'system',
    S.FIN_WAIT_1,
    [M.FIN, M.ACK_OF_FIN],
    S.TIME_WAIT,
    M.ACK_OF_FIN,
  ),

  // Note 3: RST is sent by any peer that has a TCB, and received in any state.
  rule('send RST', 'reset', undefined, [], S.TIME_WAIT, M.RST, 'must'),
  rule('RST: to LISTEN', 'reset', undefined, [M.RST], S.LISTEN),
  rule('RST: to CLOSED', 'reset', undefined, [M.RST], S.CLOSED),
];

const LONGEST_QUEUE = 15;
const NOT_ESTABLISHED_ALIKE = 1;
const MARKS = { sent: [1, 2], settled: [4, 8] } as const;

/**
 * The model as a system. An action is a rule and a peer: action `2 * r + p` is `rules[r]` for peer `p`. As in
 * MCtcp.tla one peer has sent its SYN and the other listens; no connection is opened again, and no queue ever
 * holds the same message twice in a row: such steps are cut.
 */
export class TcpModel implements System {
  // Both states, both TCBs in one octet, both lengths in one, then the queues: of peer 0, then of peer 1.
  readonly maxBytes = 4 + 2 * LONGEST_QUEUE;
  readonly initials = 2;
  readonly properties: readonly Property[] = [{ id: 'Inv', expected: 'holds' }];
  readonly coverageNames: readonly string[] = rules.map((r) => r.name);
  readonly liveness: readonly Liveness[] = [0, 1].map((p) => ({
    id: `Prop of peer ${p}`,
    expected: 'holds',
    form: 'inevitable',
    from: MARKS.sent[p]!,
    to: MARKS.settled[p]!,
  }));
  readonly fairness: readonly Fairness[] = [
    { id: 'System', kind: 'weak' },
    { id: 'CLOSE in SYN-SENT', kind: 'weak' },
  ];

  // The loaded state, and the successor as it is built.
  readonly #states = new Uint8Array(2);
  readonly #tcbs = new Uint8Array(2);
  readonly #queues = [new Uint8Array(LONGEST_QUEUE), new Uint8Array(LONGEST_QUEUE)] as const;
  readonly #lengths = new Uint8Array(2);
  #violated = 0;
  #covered = 0;

  initial(i: number, out: Uint8Array): number {
    const other = 1 - i;
    out.fill(0, 0, 5);
    out[i] = S.SYN_SENT;
    out[other] = S.LISTEN;
    out[2] = 3;
    out[3] = other === 0 ? 1 : 1 << 4;
    out[4] = M.SYN;
    this.#violated = 0;
    return 5;
  }

  load(bytes: Uint8Array, off: number, _len: number): number {
    let at = off + 4;
    for (let p = 0; p < 2; p++) {
      this.#states[p] = bytes[off + p]!;
      this.#tcbs[p] = (bytes[off + 2]! >> p) & 1;
      const length = (bytes[off + 3]! >> (4 * p)) & 15;
      this.#lengths[p] = length;
      for (let i = 0; i < length; i++) this.#queues[p]![i] = bytes[at++]!;
    }
    return rules.length * 2;
  }

  step(i: number, out: Uint8Array): number {
    const r = rules[i >> 1]!;
    const p = i & 1;
    if (r.from !== undefined && this.#states[p] !== r.from) return NOTHING;
    if ((r.tcb === 'must' || r.name === '2MSL') && this.#tcbs[p] === 0) return NOTHING;
    const mine = this.#queues[p]!;
    const taken = r.takes.length;
    if (taken > this.#lengths[p]!) return NOTHING;
    for (let n = 0; n < taken; n++) if (mine[n] !== r.takes[n]) return NOTHING;
    if (r.kind === 'open') return CUT;
    return this.#write(r, p, out);
  }

  violated(): number {
    return this.#violated;
  }

  coverage(into: Int32Array): void {
    into[this.#covered >> 5]! |= 1 << (this.#covered & 31);
  }

  marks(): number {
    let marks = 0;
    for (let p = 0; p < 2; p++) {
      const state = this.#states[p];
      if (state === S.SYN_SENT) marks |= MARKS.sent[p]!;
      if (state === S.ESTABLISHED || state === S.LISTEN || state === S.CLOSED) marks |= MARKS.settled[p]!;
    }
    return marks;
  }

  fair(i: number): number {
    const { kind } = rules[i >> 1]!;
    return kind === 'system' ? 0 : kind === 'abandon' ? 1 : -1;
  }

  #write(r: Rule, p: number, out: Uint8Array): number {
    const other = 1 - p;
    out[p] = r.to;
    out[other] = this.#states[other]!;
    let tcbs = this.#tcbs[0]! | (this.#tcbs[1]! << 1);
    if (r.tcb === 'create') tcbs |= 1 << p;
    if (r.tcb === 'delete') tcbs &= ~(1 << p);
    out[2] = tcbs;
    let at = 4;
    let lengths = 0;
    for (let q = 0; q < 2; q++) {
      const from = at;
      const queue = this.#queues[q]!;
      for (let n = q === p ? r.takes.length : 0; n < this.#lengths[q]!; n++) out[at++] = queue[n]!;
      if (q === other && r.reply !== undefined) out[at++] = r.reply;
      for (let n = from + 1; n < at; n++) if (out[n] === out[n - 1]) return CUT;
      if (at - from > 15) throw new RangeError('the queue of the model is too long for its encoding');
      lengths |= (at - from) << (4 * q);
    }
    out[3] = lengths;
    const quiet = lengths === 0;
    this.#violated =
      quiet && (out[0] === S.ESTABLISHED) !== (out[1] === S.ESTABLISHED) ? NOT_ESTABLISHED_ALIKE : 0;
    this.#covered = rules.indexOf(r);
    return at;
  }
}
