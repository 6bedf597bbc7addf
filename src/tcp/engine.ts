// What surrounds one connection: the time, the rules, and where segments and news go. The engine of
// a host is one object; its functions take it first.

import { Segment } from '../wire/segment.ts';
import type { Drop } from './drop.ts';
import type { Cookies } from './fast-open.ts';
import { AckSample } from './loss/sample.ts';
import type { MetricsStore } from './metrics.ts';
import type { Rules } from './rules.ts';
import type { Sent } from './tcb/sent.ts';
import type { Tcb } from './tcb/tcb.ts';
import type { Transition } from './tcb/transitions.ts';
import { SWEEP_MS } from './time.ts';

/**
 * Where the engine's output goes. None of these may call the engine: what the user should do about
 * an event waits until the event is over (`tcb.signals`).
 */
export interface Output {
  /**
   * Send a segment of this connection. Its text is the octets [seg.seq, seg.seq + seg.textLen) of the
   * send buffer (one further if the segment has SYN). `seg` is valid only during the call.
   */
  segment(tcb: Tcb, seg: Segment): void;
  /** Send a segment that belongs to no connection, back to where `to` came from. */
  reply(to: Segment, seg: Segment): void;
  /** Keep `len` octets of the arriving segment's text, `skip` octets into it, as sequence numbers [seq, seq + len). False: no memory. */
  text(tcb: Tcb, seg: Segment, skip: number, seq: number, len: number): boolean;
  /**
   * A SYN has arrived at `listen`, a TCB in LISTEN. The TCB that becomes SYN-RECEIVED: a new one in
   * LISTEN with both sockets filled in, `listen` itself, or null when there is no room.
   */
  spawn(listen: Tcb, seg: Segment): Tcb | null;
  /** The handshake of a passive open is about to complete: false when the accept queue is full. */
  admit(tcb: Tcb): boolean;
  /**
   * A SYN for `tcb`, which is in TIME-WAIT, wants a new connection whose ISS is at least `minIss`. True:
   * it will be made when this event is over, and TIME-WAIT ends; false: nobody listens, TIME-WAIT stays.
   */
  reopen(tcb: Tcb, seg: Segment, minIss: number): boolean;
  /** A state change, after it happened. */
  transition(tcb: Tcb, row: Transition): void;
  /** A segment, or its text, was discarded. */
  drop(tcb: Tcb | null, seg: Segment, reason: Drop): void;
  /**
   * The clock went on by `elapsedMs` (any number) from `fromMs` (int32), and stands at its new time: call `keepTimes`
   * for every TCB, and see that each is given its `timeout` at its new `wakeAt`. See time.ts.
   */
  sweep(fromMs: number, elapsedMs: number): void;
}

/** Names of the timers of a connection. */
export type TimerName =
  | 'rexmt'
  | 'persist'
  | 'delack'
  | 'keep'
  | 'user'
  | 'wait'
  | 'reorder'
  | 'pto'
  | 'pace';

/** Somebody who watches the timers. */
export interface TimerTrace {
  /** A timer was set to a deadline (ms), or cancelled (0). */
  timerSet(tcb: Tcb, timer: TimerName, deadlineMs: number): void;
  timerFired(tcb: Tcb, timer: TimerName): void;
}

/** The engine of one host. */
export class Engine {
  /** Microseconds: what `setNow` was given. */
  now = 0;
  /** Whole milliseconds of now, int32. */
  ms = 0;
  /** The same, rounded up: deadlines count from here. */
  msUp = 0;
  /** Microseconds of now, int32 (wraps). */
  us = 0;
  readonly out: Output;
  readonly rules: Rules;
  /** Key of RFC 6528: four words from a CSPRNG. */
  readonly issKey: Int32Array;
  trace: TimerTrace | null = null;
  /** False: memory is short, and no buffer is to become larger. */
  mayGrow = true;
  /** Segments of the usual kind go the shorter way, where the settings allow it: only with rules that are `predictable` (rules.ts). */
  predicts = false;
  /** So do ACKs of text in order: only with rules that are `predictableAcks`. */
  predictsAcks = false;
  /** So is the next text: only with rules that are `predictableText`. */
  predictsText = false;
  /** So are the ACK that completes a passive open, FINs and ACKs of FINs: only with rules that are `predictableEnds`. */
  predictsEnds = false;
  /** Full segments that leave at once are given to the output as one that stands for them, where the settings allow it. */
  trains = false;
  /** Segments come together: what ACKs let go leaves at once, in trains, when the host calls `push` for who signals `USABLE`. */
  together = false;
  /** Cookies of TCP Fast Open; null: there is none. */
  cookies: Cookies | null = null;
  /** What is remembered of peers; null: nothing is. */
  metrics: MetricsStore | null = null;
  /** When the times of the TCBs are to be swept next, in microseconds. */
  #sweepAtUs = SWEEP_MS * 1000;
  /** The segment under construction; one is enough, since `out.segment` consumes it at once. */
  readonly outgoing = new Segment();
  /** What the ACK in hand says; one is enough likewise. */
  readonly sample = new AckSample();
  /** Records of what was sent that no connection needs now: see send/sent.ts. */
  readonly spareSent: Sent[] = [];

  constructor(out: Output, issKey: Int32Array, rules: Rules) {
    this.out = out;
    this.issKey = issKey;
    this.rules = rules;
  }

  /** Sets the time, in microseconds; it never goes back. */
  setNow(us: number): void {
    const before = this.now;
    this.now = us;
    this.us = us | 0;
    this.ms = Math.floor(us / 1000) | 0;
    this.msUp = Math.ceil(us / 1000) | 0;
    if (us < this.#sweepAtUs) return;
    this.#sweepAtUs = us + SWEEP_MS * 1000;
    const fromMs = Math.floor(before / 1000);
    this.out.sweep(fromMs | 0, Math.floor(us / 1000) - fromMs);
  }
}
