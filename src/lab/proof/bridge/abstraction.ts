// What the real engine's state and its segments are in the words of the theory. This is what has to be believed of the
// bridge: it reads fields of the TCB and numbers of segments, and decides nothing. The mutants are its tests.

import { finAcked, State } from '../../../tcp/index.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../../wire/segment.ts';
import type { TcpModel } from '../../check/model/index.ts';
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

/** The connection of a host, as the theory sees it; offsets are counted from ISS and IRS. */
export interface View {
  /** Incarnations so far; the last is the connection, if it is there. */
  readonly incarnation: number;
  readonly present: boolean;
  readonly state: string;
  /** 2 MSL have passed: TIME-WAIT is over with whatever happens next. */
  readonly waitOver: boolean;
  readonly heard: boolean;
  /** The index of IRS among the numbers, and the incarnation of the peer whose SYN was taken. */
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

/** A segment: what it says, and the incarnation that sent it with its IRS; -1: the host itself. */
export interface Said {
  readonly sender: number;
  readonly irs: number;
  readonly syn: boolean;
  readonly facts: readonly Fact[];
}

/** Reads the hosts of a model. */
export class Abstraction {
  readonly model: TcpModel;
  /** ISSs of the run, each once: a number of the theory is an index of these. */
  readonly numbers: readonly number[];
  /** The index of each incarnation's ISS. */
  readonly iss: readonly number[];

  constructor(model: TcpModel) {
    this.model = model;
    const isses = model.sides.flatMap(({ numbers }) => [...numbers.iss].slice(0, INCARNATIONS));
    this.numbers = [...new Set(isses)];
    this.iss = isses.map((iss) => this.numbers.indexOf(iss));
  }

  #iss(p: number): number {
    return this.numbers[this.iss[p] as number] as number;
  }

  /** A number of a host as ISS and offset. Throws a RangeError for one that is near no ISS: nobody may send it. */
  #split(host: number, number: number): readonly [iss: number, offset: number] {
    for (let p = host * INCARNATIONS; p < (host + 1) * INCARNATIONS; p++) {
      const offset = (number - this.#iss(p)) | 0;
      if (offset >= 0 && offset < OFFSETS) return [this.iss[p] as number, offset];
    }
    throw new RangeError(`${number >>> 0} is no sequence number of host ${host}`);
  }

  /** What a host's connection is. */
  view(host: number): View {
    const side = this.model.sides[host as 0 | 1];
    const { inc, tcb } = side;
    const { snd, rcv, outOfOrder } = tcb;
    const present = side.present === 1;
    const state = present ? (tcb.state as State) : State.CLOSED;
    const took = present ? side.peerOf(inc) : 0;
    const heard = took !== 0;
    const offset = (number: number): number => (number - rcv.irs) | 0;
    let kept = 0;
    for (let i = 0; heard && outOfOrder !== null && i < outOfOrder.count; i++) {
      const at = 2 * (outOfOrder.first + i);
      const right = offset(outOfOrder.ranges[at + 1] as number);
      for (let x = offset(outOfOrder.ranges[at] as number); x < right; x++) kept |= 1 << x;
    }
    const fin = heard && rcv.fin === 1 ? offset(rcv.finSeq) : -1;
    const called = present && (side.closed & side.bit()) !== 0;
    const waits = state === State.SYN_SENT || state === State.SYN_RECEIVED;
    return {
      incarnation: inc,
      present,
      state: STATE_NAMES[state] ?? 'GONE',
      waitOver: state === State.TIME_WAIT && ((tcb.timer.wait - side.engine.ms) | 0) <= 0,
      heard,
      irs: heard ? this.numbers.indexOf(rcv.irs) : -1,
      took,
      sndEnd: present ? Math.max((snd.end - snd.iss) | 0, 1) : 1,
      rcvNxt: heard ? offset(rcv.nxt) : 1,
      synAcked: present && !waits && snd.syn === 0,
      finAcked: present && finAcked(tcb),
      finReached: fin >= 0 && offset(rcv.nxt) > fin,
      closed: called && !waits,
      closeWaits: called && waits,
      finKept: fin >= offset(rcv.nxt) ? fin : -1,
      kept,
    };
  }

  /**
   * What a segment says. `incarnation` of the host sends it; 0: the host itself, for no connection. `irs` is what that
   * incarnation has for its peer's ISS, if it has one. Throws a RangeError for numbers that no rule gives.
   */
  said(host: number, incarnation: number, seg: Segment): Said {
    const { ctl, seq, ack, textLen } = seg;
    const peer = 1 - host;
    if ((ctl & RST) !== 0)
      return { sender: -1, irs: -1, syn: false, facts: this.#reset(host, incarnation, seg) };
    if (incarnation === 0) throw new RangeError('a host itself sends nothing but RST');
    const sender = host * INCARNATIONS + incarnation - 1;
    const from = (seq - this.#iss(sender)) | 0;
    const syn = (ctl & SYN) !== 0;
    const [irs, acked] = (ctl & ACK) === 0 ? [-1, -1] : this.#split(peer, ack);
    if (syn) {
      if (from !== 0 || textLen > 0) throw new RangeError('a SYN does not have its ISS');
      if (acked !== -1 && acked !== 1) throw new RangeError('a SYN,ACK acknowledges more than a SYN');
      return { sender, irs, syn, facts: [{ name: irs < 0 ? 'sent_syn' : 'sent_syn_ack', args: [sender] }] };
    }
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
      if (offset === 1) facts.push({ name: 'sent_rst_ack', args: [host, iss] });
      else if (incarnation === 0) throw new RangeError('a RST,ACK of nobody acknowledges more than a SYN');
    }
    if (facts.length === 0 || incarnation !== 0)
      facts.push({ name: 'sent_rst', args: [host, ...this.#split(host, seq)] });
    return facts;
  }
}
