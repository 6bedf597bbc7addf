// The congestion window: where it begins (RFC 6928), and the one place where it and ssthresh are written.

import type { Tcb } from '../tcb/tcb.ts';

/** No window is larger (RFC 7323 section 2.3). */
export const MAX_CWND = 0x3fffffff;

/** What a congestion control has answered, as whole octets: at least a full segment, also of what is no number. */
function bounded(tcb: Tcb, octets: number): number {
  return Math.max(Math.min(octets, MAX_CWND) | 0, tcb.snd.mss);
}

/** ssthresh <- `octets`; but for the end of slow start (RFC 9406), nothing else assigns it. */
export function setSsthresh(tcb: Tcb, octets: number): void {
  tcb.cc.ssthresh = bounded(tcb, octets);
}

/** cwnd <- `octets`; nothing else assigns it. The send buffer grows with it. */
export function setCwnd(tcb: Tcb, octets: number): void {
  const { cc, config, snd } = tcb;
  cc.cwnd = bounded(tcb, octets);
  // What is in flight, and as much again for the round trip after it.
  if (2 * cc.cwnd > snd.buf && snd.buf < config.sendBufferMax)
    snd.buf = Math.min(2 * cc.cwnd, config.sendBufferMax);
}

/** IW (RFC 6928): min(10 * MSS, max(2 * MSS, 14600)), for `initialWindow` = 10. */
export function initialWindow(tcb: Tcb): number {
  const { snd, config } = tcb;
  const segments = config.initialWindow;
  return Math.min(segments * snd.mss, Math.max(2 * snd.mss, segments * 1460));
}

/**
 * The pacing rate of a control that has only a window, as Linux has it: twice that for each round trip in slow start, and
 * a fifth more than it else. In recovery, where cwnd is what may leave at once, what is outstanding is the window.
 */
export function windowRate(tcb: Tcb): number {
  const { cc, rto, snd } = tcb;
  if (rto.measured === 0) return 0;
  const gain = cc.cwnd < cc.ssthresh >> 1 ? 2 : 1.2;
  return (gain * Math.max(cc.cwnd, (snd.nxt - snd.una) | 0) * 1e6) / Math.max(rto.srttUs, 1);
}
