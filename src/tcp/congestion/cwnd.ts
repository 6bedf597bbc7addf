// The congestion window: where it begins (RFC 6928), and the one place where it is written.

import type { Tcb } from '../tcb/tcb.ts';

/** No window is larger (RFC 7323 section 2.3). */
export const MAX_CWND = 0x3fffffff;

/** cwnd <- `octets`, at least one full segment; nothing else assigns it. The send buffer grows with it. */
export function setCwnd(tcb: Tcb, octets: number): void {
  const { cc, config, snd } = tcb;
  cc.cwnd = Math.max(Math.min(octets, MAX_CWND), snd.mss);
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
