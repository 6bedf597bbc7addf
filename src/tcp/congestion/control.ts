// The interface of congestion controls, and the registry. What an algorithm decides is how cwnd grows
// and where ssthresh goes; when a loss is one is recovery.ts's matter (RFC 5681 section 3.2, RFC 6582).

import type { Tcb } from '../tcb/tcb.ts';
import { newReno } from './newreno.ts';

/** One congestion control. All its state is in `tcb.cc`. */
export interface CongestionControl {
  readonly name: string;
  /** At ESTABLISHED, with `cwnd` already at the initial window. */
  init(tcb: Tcb): void;
  /** `acked` new octets were acknowledged outside fast recovery: grow `cwnd`. */
  acked(tcb: Tcb, acked: number, nowUs: number): void;
  /** A loss was found with `flight` octets outstanding: the new ssthresh, in octets. */
  ssthresh(tcb: Tcb, flight: number, nowUs: number): number;
}

const controls = new Map<string, CongestionControl>();

/** Makes a congestion control known by its name (MAY-18). */
export function registerCongestionControl(cc: CongestionControl): void {
  controls.set(cc.name, cc);
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
  return name === 'newreno' ? newReno : (controls.get(name) ?? newReno);
}

registerCongestionControl(newReno);
