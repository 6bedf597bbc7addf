// What comes out of the engine: segments become packets, text goes into the ring of its connection, and whoever
// watches is told.

import {
  type Drop,
  keepTimes,
  type Output,
  type Tcb,
  type TimerName,
  type TimerTrace,
  type Transition,
  wakeAt,
} from '../../tcp/index.ts';
import { OPT_MD5, RST, type Segment, segmentsIn } from '../../wire/index.ts';
import { FourTuple, NONE, RateLimit } from '../base/index.ts';
import { DEFAULT_TTL, type IpService } from '../ip/index.ts';
import { admit, listenerFor, reopen, spawn } from './passive-open.ts';
import { predictedOutput } from './predicted-output.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** What packets of nobody ask of IP. */
const NO_SERVICE: IpService = {};

/** What the packets of those ask of IP to whom the segment in hand has come, though it may not be of theirs. */
function serviceOfArriving(tcp: TcpLayer): IpService {
  const value = tcp.table.tuples.find(tcp.arriving);
  if (value === NONE) return listenerFor(tcp) ?? tcp.serviceOfPort?.(tcp.arriving.localPort) ?? NO_SERVICE;
  return tcp.connection(value) ?? tcp.timeWait.readService(~value);
}

/** The engine's output on one host. */
export class EngineOutput implements Output, TimerTrace {
  readonly #tcp: TcpLayer;
  readonly #resets: RateLimit;
  /** That of a record in TIME-WAIT. */
  readonly #tuple = new FourTuple();

  /** `resetsPerSecond`: most RSTs to segments of no connection. */
  constructor(tcp: TcpLayer, resetsPerSecond: number) {
    this.#tcp = tcp;
    this.#resets = new RateLimit(resetsPerSecond);
  }

  segment(tcb: Tcb, seg: Segment): void {
    const tcp = this.#tcp;
    this.#count(tcb, seg);
    if (tcb.id >= 0) {
      const c = tcp.table.of(tcb);
      if (!predictedOutput(tcp, c, seg)) tcp.output.send(c, seg);
      return;
    }
    const { ttl, tos } = tcp.timeWait; // a record's: no other TCB without a connection sends
    tcp.output.sendLoose(this.#tuple.copy(tcb), seg, ttl, tos, tcb.udpPort);
  }

  reply(_to: Segment, seg: Segment): void {
    const { engine, counters } = this.#tcp;
    if ((seg.ctl & RST) !== 0 && !this.#resets.allows(engine.now)) {
      counters.resetsLimited++;
      return;
    }
    if (this.#tcp.signed) seg.opts |= OPT_MD5;
    const { ttl = DEFAULT_TTL, tos = 0 } = serviceOfArriving(this.#tcp);
    this.answer(seg, ttl, tos);
  }

  /** Sends a segment without text, of no connection, to where the segment in hand came from. */
  answer(seg: Segment, ttl: number, tos: number): void {
    this.#count(null, seg);
    const { output, arriving, arrivingUdp } = this.#tcp;
    output.sendLoose(arriving, seg, ttl, tos, arrivingUdp);
  }

  #count(tcb: Tcb | null, seg: Segment): void {
    const { counters, tap, engine } = this.#tcp;
    counters.segmentsOut += segmentsIn(seg);
    if ((seg.ctl & RST) !== 0) counters.resetsOut++;
    if (tap !== null) tap.segmentOut?.(tcb, seg, engine.now);
  }

  text(tcb: Tcb, seg: Segment, skip: number, seq: number, len: number): boolean {
    if (seg.placed === 1) return true;
    const { table, engine, pressure } = this.#tcp;
    const c = table.of(tcb);
    const beyond = seq !== tcb.rcv.nxt;
    if (beyond) engine.mayGrow = !pressure.short;
    if (!c.makeRoom((seq + len - tcb.rcv.user) | 0, beyond)) {
      this.#tcp.counters.noMemory++;
      return false;
    }
    c.rcvRing.copyIn(seq, seg.textOff + skip, len);
    return true;
  }

  spawn(listen: Tcb, seg: Segment): Tcb | null {
    return spawn(this.#tcp, listen, seg);
  }

  admit(tcb: Tcb): boolean {
    return admit(this.#tcp, tcb);
  }

  reopen(_tcb: Tcb, _seg: Segment, minIss: number): boolean {
    return reopen(this.#tcp, minIss);
  }

  transition(tcb: Tcb, row: Transition): void {
    const { tap, engine } = this.#tcp;
    if (tap !== null) tap.transition?.(tcb, row, engine.now);
  }

  drop(tcb: Tcb | null, seg: Segment, reason: Drop): void {
    const { counters, tap, engine } = this.#tcp;
    const { drops } = counters;
    drops[reason] = (drops[reason] as number) + 1;
    if (tap !== null) tap.drop?.(tcb, seg, reason, engine.now);
  }

  sweep(fromMs: number, elapsedMs: number): void {
    const { table, engine, timeWait, rest } = this.#tcp;
    table.wheel.restart(engine.ms);
    for (const c of table.all) {
      if (c === null || c.atRest) continue;
      keepTimes(c.tcb, fromMs, elapsedMs);
      const at = wakeAt(c.tcb);
      if (at !== 0) table.wheel.arm(c.tcb.id, at);
    }
    rest.sweep(fromMs, elapsedMs);
    timeWait.sweep(fromMs, elapsedMs);
  }

  timerSet(tcb: Tcb, timer: TimerName, deadlineMs: number): void {
    this.#tcp.tap?.timerSet?.(tcb, timer, deadlineMs, this.#tcp.engine.now);
  }

  timerFired(tcb: Tcb, timer: TimerName): void {
    this.#tcp.tap?.timerFired?.(tcb, timer, this.#tcp.engine.now);
  }
}
