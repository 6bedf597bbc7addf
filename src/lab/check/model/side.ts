// One host of a model: the real engine with at most one connection and perhaps a listener, its program, and the ghost
// state that properties speak of: which incarnation is which, who aborted, whose octets arrived. The ghosts never
// reach the engine.

import {
  type Drop,
  Engine,
  Err,
  finAcked,
  finSent,
  type Output,
  type Rules,
  State,
  Tcb,
  type TcpConfig,
  type Transition,
} from '../../../tcp/index.ts';
import { ACK, RST, type Segment, SYN } from '../../../wire/segment.ts';
import { Allowed, Carries, refines, TcpEvent } from '../tla/index.ts';
import type { ModelConfig, Program } from './config.ts';
import type { Numbers } from './numbers.ts';
import type { Packets } from './packets.ts';
import { P } from './properties.ts';
import { FACTS, FIRST_DROP, ROLE, Role } from './roles.ts';
import { begunTcb } from './tcb-codec.ts';

/** The instant at which every decoded state is: deadlines are relative to it. */
export const BASE_MS = 1_000_000;
/** Time between two incarnations as the ISN's clock sees it: a minute, so that their numbers lie far apart. */
export const EPOCH_US = 60_000_000;
/** Bit of `foreign`: the FIN that was kept is another incarnation's. */
const FOREIGN_FIN = 0x80;

/** What a host shares with its model. */
export interface Shared {
  readonly packets: Packets;
  /** The packet being delivered: the incarnation that sent it, the one it answers, whether an attacker did. */
  fromInc: number;
  cause: number;
  forged: boolean;
  /** What happens. */
  event: TcpEvent;
  /** Bits of broken properties. */
  broken: number;
  /** 1: a bound was reached. */
  cut: number;
  /** True: the network loses nothing. */
  readonly lossless: boolean;
  /** What the last event showed: {@link FACTS}. */
  readonly facts: Int32Array;
}

/** The peer's FIN has been reached. */
function finTaken({ rcv }: Tcb): boolean {
  return rcv.fin === 1 && ((rcv.nxt - rcv.finSeq) | 0) > 0;
}

/** One host. */
export class Side implements Output {
  readonly index: number;
  readonly engine: Engine;
  tcb: Tcb;
  readonly listener: Tcb | null;
  readonly program: Program;
  /** Most incarnations. */
  readonly most: number;
  peer!: Side;
  numbers!: Numbers;
  readonly #shared: Shared;

  /** 1: there is a connection. */
  present = 0;
  /** Incarnations so far; that of the connection, if there is one. */
  inc = 0;
  // Ghosts. In masks bit n - 1 stands for incarnation n.
  /** Incarnations whose program called CLOSE. */
  closed = 0;
  /** Incarnations that were aborted, reset, given up, or lost in a crash. */
  broken = 0;
  /** For each incarnation, 3 bits: the incarnation of the peer whose SYN it took; 0: none. */
  peers = 0;
  /** For each incarnation, 2 bits: octets written. */
  written = 0;
  /** Octets kept that another incarnation wrote, by position in the stream; bit 7: the FIN. */
  foreign = 0;
  /** Incarnations of which a segment came where there was no connection, and was not answered (L6). */
  unheard = 0;
  // Flood: deadlines of connections in SYN-RECEIVED that nobody will ever answer.
  readonly half: Int32Array;
  halfCount = 0;
  readonly backlog: number;
  /** Connections that there is memory for. */
  readonly memory: number;
  #floodTcb: Tcb | null;
  flooding = false;
  /** Whether the host has answered a segment that is no connection's. */
  replied = false;

  #floodSpawned = false;
  #reopening = false;
  #minIss = 0;
  #una = 0;
  #nxt = 0;
  #from: State = State.CLOSED;
  #syn = 0;
  #finAcked = false;
  #finTaken = false;

  constructor(
    index: number,
    program: Program,
    tcp: TcpConfig,
    rules: Rules,
    shared: Shared,
    most: number,
    backlog: number,
    flood: ModelConfig['flood'],
  ) {
    this.index = index;
    this.program = program;
    this.#shared = shared;
    this.most = most;
    this.backlog = backlog;
    this.memory = flood?.memory ?? Number.POSITIVE_INFINITY;
    this.half = new Int32Array(flood?.syns ?? 0);
    this.#floodTcb = flood === undefined ? null : this.#newTcb(tcp);
    // The ISN's clock is not that of the timers, which stands still while packets travel: an incarnation is a minute
    // after the one before. The rule itself is the real one, or the mutant's.
    const selectIss: Rules['selectIss'] = (e, tcb) => {
      const { now } = e;
      e.now = this.inc * EPOCH_US;
      const iss = rules.selectIss(e, tcb);
      e.now = now;
      return iss;
    };
    this.engine = new Engine(this, new Int32Array([index + 1, 2, 3, 4]), { ...rules, selectIss });
    this.tcb = this.#newTcb(tcp);
    this.listener = program.listens === true ? this.#newTcb(tcp) : null;
    if (this.listener !== null) this.listener.state = State.LISTEN;
  }

  #newTcb(tcp: TcpConfig): Tcb {
    const tcb = new Tcb(tcp);
    tcb.l2 = tcb.r2 = 0xffff;
    tcb.l3 = (10 << 24) | (1 + this.index);
    tcb.r3 = (10 << 24) | (2 - this.index);
    tcb.localPort = this.index === 0 ? 1000 : 2000;
    tcb.remotePort = 3000 - tcb.localPort;
    return tcb;
  }

  /** The ISSs of this side's incarnations, as the rule gives them. */
  isses(): number[] {
    const { inc } = this;
    const list: number[] = [];
    for (let i = 1; i <= 4; i++) {
      this.inc = i;
      this.renew(BASE_MS);
      list.push(this.engine.rules.selectIss(this.engine, this.tcb));
    }
    this.inc = inc;
    return list;
  }

  bit(): number {
    return 1 << (this.inc - 1);
  }
  /** The peer's incarnation that incarnation `inc` of this side knows; 0: none. */
  peerOf(inc: number): number {
    return inc === 0 ? 0 : (this.peers >> (3 * (inc - 1))) & 7;
  }
  writtenBy(inc: number): number {
    return (this.written >> (2 * (inc - 1))) & 3;
  }
  state(): State {
    return this.present === 1 ? this.tcb.state : State.CLOSED;
  }

  /** A TCB as if just created, in CLOSED. */
  renew(nowMs: number): void {
    const { sent } = this.tcb;
    if (sent !== null) {
      sent.reset();
      this.engine.spareSent.push(sent);
    }
    this.tcb = begunTcb(this.tcb, nowMs);
  }

  /** A new incarnation: a TCB as if just created, in CLOSED. */
  begin(): void {
    this.inc++;
    this.present = 1;
    this.foreign = 0;
    this.renew(this.engine.ms);
  }

  /** Before an event of the connection. */
  before(): void {
    const { tcb } = this;
    this.#una = tcb.snd.una;
    this.#nxt = tcb.rcv.nxt;
    this.#from = tcb.state;
    this.#syn = tcb.snd.syn;
    this.#finAcked = finAcked(tcb);
    this.#finTaken = finTaken(tcb);
  }

  /** After an event: a connection that has ended is gone. `began`: it is another one than before. */
  after(began: boolean): void {
    const { tcb } = this;
    tcb.signals = 0;
    if (!began && tcb.state > State.SYN_SENT) {
      if (((tcb.snd.una - this.#una) | 0) < 0) this.breaks(P.S5);
      if (this.#nxt !== 0 && ((tcb.rcv.nxt - this.#nxt) | 0) < 0) this.breaks(P.S5);
    }
    this.#refines(began);
    if (this.foreign !== 0 && (this.foreign & ((1 << this.#delivered()) - 1)) !== 0) this.breaks(P.S2);
    if (tcb.state === State.CLOSED || tcb.state === State.LISTEN)
      this.end(tcb.error !== Err.OK || tcb.state !== 0 || (finSent(tcb) && !finAcked(tcb)));
  }

  /** S5: figure 5, or the text, allows what the event did to the state. */
  #refines(began: boolean): void {
    const { tcb } = this;
    const { event } = this.#shared;
    const spawned = began && event === TcpEvent.SEGMENT;
    const from = spawned ? State.LISTEN : this.#from;
    if (from === tcb.state) return;
    const carries = event === TcpEvent.SEGMENT ? this.#carries(from) : 0;
    const passive = spawned || tcb.passive === 1;
    if (refines(from, tcb.state, event, carries, passive) === Allowed.NO) this.breaks(P.S5);
  }

  /** What the segment that was processed has brought into order. */
  #carries(from: State): number {
    const { tcb } = this;
    const { ctl, textLen } = this.arriving as Segment;
    if ((ctl & RST) !== 0) return Carries.RST;
    const synAcked = from !== State.LISTEN && this.#syn === 1 && tcb.snd.syn === 0;
    let carries = textLen > 0 ? Carries.TEXT : 0;
    // The engine has taken the SYN off the segment.
    if (synAcked && from === State.SYN_SENT) carries |= Carries.SYN_ACK;
    else {
      if ((ctl & SYN) !== 0) carries |= Carries.SYN;
      if (synAcked) carries |= Carries.ACK_OF_SYN;
    }
    if (!this.#finAcked && finAcked(tcb)) carries |= Carries.ACK_OF_FIN;
    if (!this.#finTaken && finTaken(tcb)) carries |= Carries.FIN;
    return carries;
  }

  /** The connection is gone; `broken`: not by a graceful close. */
  end(broken: boolean): void {
    if (broken) this.broken |= this.bit();
    this.present = 0;
    this.foreign = 0;
  }

  breaks(property: number): void {
    this.#shared.broken |= 1 << property;
  }

  /** Octets in order so far. */
  #delivered(): number {
    const { rcv } = this.tcb;
    const n = (rcv.nxt - rcv.irs - 1) | 0;
    return n > 6 ? 6 : Math.max(n, 0);
  }

  /** Whether a flood's SYN has made a connection: true, once. */
  spawnedFlood(): boolean {
    const has = this.#floodSpawned;
    this.#floodSpawned = false;
    return has;
  }

  /** The SYN that `reopen` accepted goes to the listener now: true, once. */
  takeReopening(): boolean {
    const is = this.#reopening;
    this.#reopening = false;
    return is;
  }

  // Output of the engine.

  segment(tcb: Tcb, seg: Segment): void {
    if (tcb === this.#floodTcb) return; // to an address where nobody is
    this.#shared.packets.send(this.index, seg, this.inc, 0);
  }

  reply(to: Segment, seg: Segment): void {
    const s = this.#shared;
    if ((to.ctl & RST) !== 0) this.breaks(P.S6);
    this.replied = true;
    // What answers a forged segment was caused by nobody's.
    s.packets.send(this.index, seg, 0, s.fromInc);
  }

  text(tcb: Tcb, _seg: Segment, _skip: number, seq: number, len: number): boolean {
    const own = this.#shared.fromInc !== 0 && this.#shared.fromInc === this.peerOf(this.inc);
    const at = (seq - tcb.rcv.irs - 1) | 0;
    const mask = ((1 << len) - 1) << at;
    this.foreign = own ? this.foreign & ~mask : this.foreign | (mask & 0x7f);
    return true;
  }

  spawn(listen: Tcb): Tcb | null {
    if (this.halfCount + (this.state() === State.SYN_RECEIVED ? 1 : 0) >= this.backlog) return null;
    if (this.halfCount + this.present >= this.memory) {
      if (!this.flooding) this.breaks(P.S9);
      return null;
    }
    if (this.flooding) {
      const tcb = begunTcb(this.#floodTcb as Tcb, this.engine.ms);
      this.#floodTcb = tcb;
      tcb.state = listen.state;
      this.#floodSpawned = true;
      return tcb;
    }
    if (this.inc >= this.most) {
      this.#shared.cut = 1;
      return null;
    }
    this.begin();
    this.tcb.state = listen.state;
    if (this.#minIss !== 0) {
      this.tcb.hasMinIss = 1;
      this.tcb.minIss = this.#minIss;
      this.#minIss = 0;
    }
    return this.tcb;
  }

  admit(): boolean {
    return true;
  }

  reopen(_tcb: Tcb, _seg: Segment, minIss: number): boolean {
    if (this.listener === null) return false;
    if (this.inc >= this.most) {
      this.#shared.cut = 1;
      return false;
    }
    this.#reopening = true;
    this.#minIss = minIss;
    return true;
  }

  /** Nothing of a model lasts so long. */
  sweep(): void {}
  drop(_tcb: Tcb | null, _seg: Segment, reason: Drop): void {
    const fact = FIRST_DROP + reason;
    this.#shared.facts[fact >> 5] = (this.#shared.facts[fact >> 5] as number) | (1 << (fact & 31));
  }

  transition(tcb: Tcb, row: Transition): void {
    const s = this.#shared;
    s.facts[row.id >> 5] = (s.facts[row.id >> 5] as number) | (1 << (row.id & 31));
    if (tcb !== this.tcb) return;
    switch (ROLE[row.id]) {
      case Role.TAKES_SYN: {
        const shift = 3 * (this.inc - 1);
        this.peers = (this.peers & ~(7 << shift)) | (s.fromInc << shift);
        if (row.to === State.ESTABLISHED) this.#agreement();
        return;
      }
      case Role.ESTABLISHED:
        this.#agreement();
        this.#meets(s.fromInc);
        return;
      case Role.TAKES_FIN:
        this.#eof();
        if (row.to === State.TIME_WAIT) this.#entersTimeWait();
        return;
      case Role.TIME_WAIT:
        this.#entersTimeWait();
        return;
      case Role.RESET:
        this.#reset(row);
        return;
      case Role.TIME_WAIT_RESET:
        this.breaks(P.S7);
        return;
      case Role.ENDS:
        if (tcb.error === Err.OK && (tcb.rcv.fin === 0 || ((tcb.rcv.nxt - tcb.rcv.finSeq) | 0) <= 0)) {
          this.breaks(P.S3);
        }
        return;
      case Role.GIVES_UP:
        this.#givesUp();
        return;
      default:
    }
  }

  // Properties that show in a transition.

  /** S1. */
  #agreement(): void {
    const { peer } = this;
    const j = this.peerOf(this.inc);
    if (j !== 0 && peer.peerOf(j) === this.inc) return;
    if (this.tcb.passive === 1 && j !== 0 && peer.inc === j && peer.state() === State.SYN_SENT) return;
    this.breaks(P.S1);
  }

  /**
   * Who is on the other side shows at ESTABLISHED: the incarnation that acknowledged our SYN. It differs from the one
   * whose SYN was taken only where both have the same ISS.
   */
  #meets(fromInc: number): void {
    const { iss } = this.peer.numbers;
    const j = this.peerOf(this.inc);
    if (fromInc === 0 || j === 0 || iss[fromInc - 1] !== iss[j - 1]) return;
    const shift = 3 * (this.inc - 1);
    this.peers = (this.peers & ~(7 << shift)) | (fromInc << shift);
  }

  /** S2-FIN and S3: the peer's FIN has been reached. */
  #eof(): void {
    const j = this.peerOf(this.inc);
    const s = this.#shared;
    if ((this.foreign & FOREIGN_FIN) !== 0 || j === 0) {
      this.breaks(P['S2-FIN']);
      return;
    }
    // The FIN that is reached came now, or was kept and was the peer's own.
    if (s.fromInc !== j && !this.finKept) {
      this.breaks(P['S2-FIN']);
      return;
    }
    const { peer } = this;
    const octets = (this.tcb.rcv.nxt - this.tcb.rcv.irs - 2) | 0;
    if (((peer.closed >> (j - 1)) & 1) === 0 || octets !== peer.writtenBy(j)) this.breaks(P.S3);
  }

  /** A FIN was kept before this event. */
  finKept = false;

  /** Before a segment is processed: whether a FIN waits already. */
  noteFin(): void {
    this.finKept = this.present === 1 && this.tcb.rcv.fin === 1;
  }

  /** After a segment was processed: whose FIN is kept now. */
  keepFin(): void {
    const { tcb } = this;
    if (this.finKept || tcb.rcv.fin === 0 || this.present === 0) return;
    if (this.#shared.fromInc !== this.peerOf(this.inc)) this.foreign |= FOREIGN_FIN;
  }

  /** S7, its first half. */
  #entersTimeWait(): void {
    const { tcb, engine } = this;
    const left = (tcb.timer.wait - engine.ms) | 0;
    const ended = tcb.rcv.fin === 1 && ((tcb.rcv.nxt - tcb.rcv.finSeq) | 0) > 0;
    if (!finAcked(tcb) || !ended || tcb.timer.wait === 0 || left < 2 * tcb.config.mslMs) this.breaks(P.S7);
  }

  /** S2-RST, S4 and S6: a RST has ended the connection. */
  #reset(row: Transition): void {
    const { tcb, peer } = this;
    const s = this.#shared;
    const { seq, ack, ctl } = this.arriving as Segment;
    const exact =
      row.from === State.SYN_SENT ? (ctl & ACK) !== 0 && ack === tcb.snd.nxt : seq === tcb.rcv.nxt;
    if (!exact) this.breaks(P.S6);
    const j = this.peerOf(this.inc);
    if (s.forged) {
      if (!exact && row.to === State.CLOSED) this.breaks(P['S2-RST']);
      return;
    }
    const mine =
      s.fromInc === 0 ? s.cause === this.inc : s.fromInc === j || peer.peerOf(s.fromInc) === this.inc;
    // Where the peer's incarnation is gone the RST is no lie, whatever it answers: nothing is lost that was alive. And a
    // half-open connection that returns to LISTEN was nobody's yet: its peer's SYN makes another.
    const alone = j !== 0 && (peer.present === 0 || peer.inc !== j);
    if (!mine && !alone && row.to === State.CLOSED) this.breaks(P['S2-RST']);
    if (row.to !== State.CLOSED || row.name !== 'rst' || j === 0) return;
    const graceful = ((peer.closed & ~peer.broken) >> (j - 1)) & 1;
    if (graceful === 1 && (this.closed & this.bit()) !== 0) this.breaks(P.S4);
  }

  /** L6. */
  #givesUp(): void {
    if (this.#shared.lossless && (this.unheard & this.bit()) !== 0) this.breaks(P.L6);
  }

  /** The segment being processed, as it arrived (its numbers at least). */
  arriving: Segment | null = null;
}
