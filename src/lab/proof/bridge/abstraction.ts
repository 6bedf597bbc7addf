// What the real engine's state and its segments are in the words of the theory. This is what has to be believed of the
// bridge: it reads fields of the TCB and numbers of segments, and decides nothing. The mutants are its tests.

import { finAcked, State, type Tcb, usedEarly } from '../../../tcp/index.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../../wire/segment.ts';
import { INCARNATIONS, OFFSETS } from './finite.ts';

/** The theory's names of the engine's states. */
const STATE_NAMES: Readonly<Record<number, string>> = {
  [State.SYN_SENT]: 'SYN_SENT',
  [State.SYN_RECEIVED]: 'SYN_RECEIVED',
  [State.ESTABLISHED]: 'ESTABLISHED',
  [State.FIN_WAIT_1]: 'FIN_WAIT_1',
  [State.FIN_WAIT_2]: 'FIN_WAIT_2',
  [State.CLOSE_WAIT]: 'CLOSE_WAIT',
  [State.CLOSING]: 'CLOSING',
  [State.LAST_ACK]: 'LAST_ACK',
  [State.TIME_WAIT]: 'TIME_WAIT',
};

/** What a host has of the connection, and what its TCB does not know of itself. */
export interface Held {
  /** Incarnations so far, and which of them is the connection, if it is there: the last, without cookies. */
  readonly incarnation: number;
  readonly connection?: number;
  readonly cookies?: readonly Cookie[];
  readonly spent?: readonly Cookie[];
  /** null: there is no connection. */
  readonly tcb: Tcb | null;
  /** The host's clock. */
  readonly nowMs: number;
  /** The incarnation of the peer whose SYN was taken; 0: nobody's. */
  readonly took: number;
  /** Its program has called CLOSE. */
  readonly called: boolean;
}

/** A SYN cookie that is out: it is an incarnation, and has answered the SYN of one of the peer's. */
export interface Cookie {
  readonly incarnation: number;
  /** The index of the peer's ISS among the numbers. */
  readonly irs: number;
  readonly took: number;
}

/** The connection of a host, as the theory sees it; offsets are counted from ISS and IRS. */
export interface View {
  /** Incarnations so far; which of them is the connection: 0, none. */
  readonly incarnation: number;
  readonly connection: number;
  readonly cookies: readonly Cookie[];
  /** Cookies that have come back, and made their connection. */
  readonly spent: readonly Cookie[];
  readonly state: string;
  /** 2 MSL have passed: TIME-WAIT is over with whatever happens next. */
  readonly waitOver: boolean;
  readonly heard: boolean;
  /** The index of IRS among the numbers, and the incarnation of the peer whose SYN was taken; 0: nobody's. */
  readonly irs: number;
  readonly took: number;
  readonly sndEnd: number;
  readonly rcvNxt: number;
  readonly synAcked: boolean;
  readonly finAcked: boolean;
  readonly finReached: boolean;
  readonly closed: boolean;
  /** CLOSE was called in SYN-RECEIVED, and waits (3.10.4). */
  readonly closeWaits: boolean;
  /** Both directions are closed; null: TIME-WAIT does not tell, and it makes no difference there. */
  readonly deaf: boolean | null;
  /** Offset of the FIN that waits for text before it; -1: none. */
  readonly finKept: number;
  /** Offsets of octets that wait for text before them: a bit each. */
  readonly kept: number;
}

/** `name(args)` holds of the network. */
export interface Fact {
  readonly name: string;
  readonly args: readonly number[];
}

/** A segment: what it says, and the incarnation that sent it with its IRS; -1: the host itself, or nobody. */
export interface Said {
  readonly sender: number;
  readonly irs: number;
  readonly syn: boolean;
  readonly facts: readonly Fact[];
}

/** Knows the numbers of a run. Number k of the theory is the ISS of the first incarnation that has it, or a forged one. */
export class Abstraction {
  /** How many numbers there may be. */
  static readonly NUMBERS = 2 * INCARNATIONS + 1;
  /** The number that somebody who forges has for an ISS. */
  static readonly FORGED = 2 * INCARNATIONS;

  /** The number of each incarnation's ISS. */
  readonly iss: number[] = Array.from({ length: 2 * INCARNATIONS }, (_, p) => p);
  /** The ISSs themselves; null: not known yet. */
  readonly #isses: (number | null)[] = Array.from({ length: 2 * INCARNATIONS }, () => null);
  readonly #forged: number | null;
  readonly #textInSyn: boolean;

  /** `forged`: the sequence number that a forged SYN has, null: nobody forges; `textInSyn`: SYNs may have text. */
  constructor({ forged = null, textInSyn = false }: { forged?: number | null; textInSyn?: boolean } = {}) {
    this.#forged = forged;
    this.#textInSyn = textInSyn;
  }

  /** A run begins in which no ISS is known. */
  reset(): void {
    for (const p of this.iss.keys()) {
      this.iss[p] = p;
      this.#isses[p] = null;
    }
  }

  /** Incarnation `k` of a host has this ISS. */
  learn(host: number, k: number, iss: number): void {
    const p = incarnationOf(host, k);
    const first = this.#isses.indexOf(iss);
    this.#isses[p] = iss;
    this.iss[p] = first < 0 || first > p ? p : first;
  }

  /** The incarnation of a host that has this ISS, the last one; 0: none. */
  whose(host: number, iss: number): number {
    for (let k = INCARNATIONS; k > 0; k--) if (this.#isses[incarnationOf(host, k)] === iss) return k;
    return 0;
  }

  /** The number of an incarnation's ISS. */
  numberOf(host: number, k: number): number {
    return this.iss[incarnationOf(host, k)] as number;
  }

  /** A number of a host as ISS and offset. Throws a RangeError for one that is near no ISS: nobody may send it. */
  #split(host: number, number: number): readonly [iss: number, offset: number] {
    for (let k = 1; k <= INCARNATIONS; k++) {
      const p = incarnationOf(host, k);
      const iss = this.#isses[p] ?? null;
      const offset = iss === null ? -1 : (number - iss) | 0;
      if (offset >= 0 && offset < OFFSETS) return [this.iss[p] as number, offset];
    }
    const offset = this.#forged === null ? -1 : (number - this.#forged) | 0;
    if (offset >= 0 && offset < OFFSETS) return [Abstraction.FORGED, offset];
    throw new RangeError(`${number >>> 0} is no sequence number of host ${host}`);
  }

  /** What a host's connection is. */
  view(host: number, held: Held): View {
    const { incarnation, connection = incarnation, tcb, nowMs, took, called } = held;
    const { cookies = [], spent = [] } = held;
    if (tcb === null) return { ...NOBODY, incarnation, cookies, spent };
    const { snd, rcv, outOfOrder } = tcb;
    const state = tcb.state as State;
    const waits = state === State.SYN_SENT || state === State.SYN_RECEIVED;
    const heard = state !== State.SYN_SENT;
    const irs = took === 0 ? rcv.irs : (this.#isses[incarnationOf(1 - host, took)] as number);
    const iss = this.#isses[incarnationOf(host, connection)] as number;
    const offset = (number: number): number => (number - irs) | 0;
    let kept = 0;
    for (let i = 0; heard && outOfOrder !== null && i < outOfOrder.count; i++) {
      const at = 2 * (outOfOrder.first + i);
      const right = offset(outOfOrder.ranges[at + 1] as number);
      for (let x = offset(outOfOrder.ranges[at] as number); x < right; x++) kept |= 1 << x;
    }
    const fin = heard && rcv.fin === 1 ? offset(rcv.finSeq) : -1;
    // Fast Open: a connection that is used early sends its FIN at once, as figure 5 has it.
    const early = called && usedEarly(tcb);
    return {
      incarnation,
      connection,
      cookies,
      spent,
      state: early ? 'FIN_WAIT_1' : (STATE_NAMES[state] ?? 'GONE'),
      waitOver: state === State.TIME_WAIT && ((tcb.timer.wait - nowMs) | 0) <= 0,
      heard,
      irs: heard ? this.#split(1 - host, irs)[0] : -1,
      took: heard ? took : 0,
      sndEnd: Math.max((snd.end - iss) | 0, 1),
      rcvNxt: heard ? offset(rcv.nxt) : 1,
      synAcked: !waits && snd.syn === 0,
      finAcked: finAcked(tcb),
      finReached: fin >= 0 && offset(rcv.nxt) > fin,
      closed: called && (!waits || early),
      closeWaits: called && waits && !early,
      deaf: state === State.TIME_WAIT ? null : called && !waits && tcb.orphan === 1,
      finKept: fin >= offset(rcv.nxt) ? fin : -1,
      kept,
    };
  }

  /** What a record in TIME-WAIT is, which keeps less than the TCB that it was made of. */
  recordView(host: number, before: View, { snd, rcv, timer }: Tcb, nowMs: number): View {
    const iss = this.#isses[incarnationOf(host, before.connection)] as number;
    const irs = this.#isses[incarnationOf(1 - host, before.took)] as number;
    return {
      ...before,
      waitOver: ((timer.wait - nowMs) | 0) <= 0,
      sndEnd: (snd.end - iss) | 0,
      rcvNxt: (rcv.nxt - irs) | 0,
    };
  }

  /**
   * What a segment says. `incarnation` of the host sends it; 0: the host itself, for no connection. Throws a RangeError
   * for numbers that no rule gives.
   */
  said(host: number, incarnation: number, seg: Segment): Said {
    const { ctl, seq, ack, textLen } = seg;
    const peer = 1 - host;
    if ((ctl & RST) !== 0)
      return { sender: -1, irs: -1, syn: false, facts: this.#reset(host, incarnation, seg) };
    if (incarnation === 0) throw new RangeError('a host itself sends nothing but RST');
    const sender = incarnationOf(host, incarnation);
    const from = (seq - (this.#isses[sender] as number)) | 0;
    const syn = (ctl & SYN) !== 0;
    const [irs, acked] = (ctl & ACK) === 0 ? [-1, -1] : this.#split(peer, ack);
    if (syn) return { sender, irs, syn, facts: synFacts(sender, from, acked, seg) };
    const facts: Fact[] = [{ name: 'sent_ack', args: [sender, acked] }];
    for (let x = 0; x < textLen; x++) facts.push({ name: 'sent_octet', args: [sender, from + x] });
    if ((ctl & FIN) !== 0) facts.push({ name: 'sent_fin', args: [sender, from + textLen] });
    return { sender, irs, syn, facts };
  }

  /** A RST may acknowledge a SYN; where it comes from a connection it counts by its SEG.SEQ, too. */
  #reset(host: number, incarnation: number, { ctl, seq, ack }: Segment): Fact[] {
    const facts: Fact[] = [];
    if ((ctl & ACK) !== 0) {
      const [iss, offset] = this.#split(1 - host, ack);
      if (offset === 1 || (this.#textInSyn && offset > 1))
        facts.push({ name: 'sent_rst_ack', args: [host, iss] });
      else if (incarnation === 0) throw new RangeError('a RST,ACK of nobody acknowledges more than a SYN');
    }
    if (facts.length === 0 || incarnation !== 0)
      facts.push({ name: 'sent_rst', args: [host, ...this.#split(host, seq)] });
    return facts;
  }
}

/** A SYN may have text, and a SYN,ACK may acknowledge that of the SYN (RFC 7413). */
function synFacts(sender: number, from: number, acked: number, { textLen }: Segment): Fact[] {
  if (from !== 0) throw new RangeError('a SYN does not have its ISS');
  if (acked === 0) throw new RangeError('a SYN,ACK does not acknowledge the SYN');
  const facts: Fact[] = [{ name: acked < 0 ? 'sent_syn' : 'sent_syn_ack', args: [sender] }];
  if (acked > 1) facts.push({ name: 'sent_ack', args: [sender, acked] });
  for (let x = 1; x <= textLen; x++) facts.push({ name: 'early', args: [sender, x] });
  return facts;
}

/** The number of incarnation `k` of a host. */
export function incarnationOf(host: number, k: number): number {
  return host * INCARNATIONS + k - 1;
}

/** A forged segment: what it says is never in the network, for it arrives where it is sent. */
export function forgedSaid(syn: boolean): Said {
  return { sender: -1, irs: -1, syn, facts: [] };
}

const NOBODY: View = {
  incarnation: 0,
  connection: 0,
  cookies: [],
  spent: [],
  state: 'GONE',
  waitOver: false,
  heard: false,
  irs: -1,
  took: 0,
  sndEnd: 1,
  rcvNxt: 1,
  synAcked: false,
  finAcked: false,
  finReached: false,
  closed: false,
  closeWaits: false,
  deaf: false,
  finKept: -1,
  kept: 0,
};
