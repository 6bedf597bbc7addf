// The interface of congestion controls, and the registry. What an algorithm decides is how cwnd grows and where
// ssthresh goes; when a loss is one is the matter of loss/ (RFC 8985, RFC 6675, RFC 6582).

import type { AckSample } from '../loss/sample.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { bbr } from './bbr.ts';
import { cubic } from './cubic.ts';
import { newReno } from './newreno.ts';

/**
 * What a control remembers of one connection (`tcb.cc.own`): an object of its own class with plain numbers in its
 * fields and nothing else, since it is copied with the TCB.
 */
export type ControlState = object;

/**
 * One congestion control. It has no state but `tcb.cc.own`, and never assigns `cwnd`, and `ssthresh` only to end slow
 * start (RFC 9406): it answers in octets, and the caller sets them, rounded down and bounded (cwnd.ts). Times are microseconds.
 */
export interface CongestionControl {
  readonly name: string;
  /**
   * At ESTABLISHED, with cwnd at the initial window: its own state, or null when it needs none. Asked again, at time 0,
   * when a TCB is packed or unpacked (tcb/packed.ts): the same TCB has the same state. One with more than 31 numbers is not
   * packed.
   */
  start(tcb: Tcb, nowUs: number): ControlState | null;
  /**
   * cwnd after an ACK that brought something new, while cwnd is the limit (RFC 7661); outside fast recovery only, unless
   * `ownsRecovery`.
   */
  onAck(tcb: Tcb, s: AckSample, nowUs: number): number;
  /**
   * A loss episode begins, with `flight` octets outstanding (FlightSize of RFC 5681, without what limited transmit
   * added): the new ssthresh. `cc.priorCwnd` and `cc.priorSsthresh` are kept by the caller for an undo.
   */
  onLoss(tcb: Tcb, flight: number, nowUs: number): number;
  /** The peer echoes a mark of ECN, at most once for each window: the new ssthresh, which is cwnd, too. */
  onEcn(tcb: Tcb, s: AckSample, nowUs: number): number;
  /** The retransmission timer expired: the new ssthresh. Only for the first timeout of an outage. */
  onTimeout(tcb: Tcb, flight: number, nowUs: number): number;
  /** Text goes out after `idleUs` with nothing in flight: cwnd (RFC 5681 section 4.1, RFC 7661). */
  onIdle(tcb: Tcb, idleUs: number, nowUs: number): number;
  /** Fast recovery is over: cwnd. */
  onExit(tcb: Tcb, nowUs: number): number;
  /** The loss was none: cwnd. The caller has put ssthresh back. */
  onUndo(tcb: Tcb, nowUs: number): number;
  /** Octets per second at which segments are to leave, where they are paced; 0: as fast as cwnd allows. */
  pacingRate(tcb: Tcb): number;
  /** True: segments are paced unless the settings forbid it; else only where the settings ask for it. */
  readonly paced?: boolean;
  /**
   * By what an ACK says, or the reordering timer, `size` octets are lost that were sent when `txInFlight` were in flight, these included; `lost`: what was lost
   * since then, these included.
   */
  onLost?(tcb: Tcb, size: number, txInFlight: number, lost: number, appLimited: boolean): void;
  /**
   * True: `onAck` is asked of every ACK that brought something new, in fast recovery and where cwnd was not the limit, too;
   * else RFC 9937 sets cwnd there.
   */
  readonly ownsRecovery?: boolean;
}

const controls = new Map<string, CongestionControl>();
/** The one that was asked for last: most connections have the same. */
let lastName = '';
let last: CongestionControl = newReno;

/** Makes a congestion control known by its name (MAY-18), in place of one that had it. */
export function registerCongestionControl(cc: CongestionControl): void {
  controls.set(cc.name, cc);
  lastName = '';
}

/** The names of those that there are. */
export function congestionNames(): string[] {
  return [...controls.keys()];
}

/** The control that a connection's settings name. Throws a RangeError for an unknown name. */
export function congestionControl(name: string): CongestionControl {
  const cc = controls.get(name);
  if (cc === undefined) {
    throw new RangeError(`unknown congestion control '${name}': one of ${congestionNames().join(', ')}`);
  }
  return cc;
}

/** The control of a connection; falls back to NewReno so that nothing on the segment path throws. */
export function controlOf(tcb: Tcb): CongestionControl {
  const name = tcb.config.congestion;
  if (name === lastName) return last;
  lastName = name;
  last = controls.get(name) ?? newReno;
  return last;
}

registerCongestionControl(cubic);
registerCongestionControl(newReno);
registerCongestionControl(bbr);
