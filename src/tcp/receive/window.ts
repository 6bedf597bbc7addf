// The receive window: what we offer, and when we say that it has grown (RFC 9293 section 3.8.6,
// silly-window avoidance 3.8.6.2.2 MUST-39, no shrinking SHLD-14).

import { seqGt } from '../../wire/seq.ts';
import type { TcpConfig } from '../config.ts';
import { rcvWnd, type Tcb } from '../tcb/tcb.ts';

const MAX_FIELD = 0xffff;

/** Timestamps as they go in every segment, with padding (RFC 7323 appendix A). */
export const TIMESTAMPS_OCTETS = 12;

/** Smallest shift with which a window of `octets` fits in 16 bits (RFC 7323 section 2.3). */
export function windowShift(octets: number): number {
  let shift = 0;
  while (shift < 14 && octets >> shift > MAX_FIELD) shift++;
  return shift;
}

/**
 * The shift that we offer: for the largest window that there may be, yet not so coarse that a buffer of `now` could not
 * be seen. Rounded up it can always be seen.
 */
export function offeredShift(config: TcpConfig, now: number): number {
  const { receiveBufferMax: most, windowRoundedUp } = config;
  return windowShift(windowRoundedUp ? most : Math.min(most, now * 256));
}

/**
 * The window of a SYN, which is never scaled (RFC 7323 section 2.2): the buffer of `octets`, or the whole segments of `mss`
 * octets that it holds, less what timestamps take of them.
 */
export function firstWindow({ synWindow }: TcpConfig, octets: number, mss: number, stamped: boolean): number {
  return Math.min(synWindow === 'segments' ? wholeSegments(octets, mss, stamped) : octets, MAX_FIELD);
}

/** Of `octets` of buffer, what whole segments fill. */
function wholeSegments(octets: number, mss: number, stamped: boolean): number {
  const text = stamped ? mss - TIMESTAMPS_OCTETS : mss;
  return octets > text ? octets - (octets % text) : octets;
}

/** A window of `octets` in units of 2^`shift`: rounded up, so that one that is told again is no smaller. */
function roundedUp(octets: number, shift: number): number {
  return (octets + (1 << shift) - 1) >> shift;
}

/** How far the right edge could be: what the user has taken, plus the buffer; until text comes, what a SYN would offer. */
function possibleEdge({ config, rcv, passive, ts }: Tcb): number {
  if (config.synWindow === 'segments' && rcv.nxt === ((rcv.irs + 1) | 0))
    return (rcv.nxt + wholeSegments(rcv.buf, rcv.mss, passive === 1 && ts === 1)) | 0;
  return (rcv.user + rcv.buf) | 0;
}

/** The smallest step in which the right edge moves: min(Fr * RCV.BUFF, Eff.snd.MSS). */
function leastStep(tcb: Tcb): number {
  if (tcb.config.windowInOctets) return sillyWindow(tcb) ? tcb.rcv.buf + 1 : 1;
  const half = tcb.rcv.buf >> 1;
  return Math.min(half, tcb.rcv.fullSize);
}

/** True when less is free than a segment and a quarter of the buffer: not worth offering. */
function sillyWindow(tcb: Tcb): boolean {
  const free = (possibleEdge(tcb) - tcb.rcv.nxt) | 0;
  return free < Math.min(tcb.rcv.buf >> 2, tcb.rcv.fullSize);
}

/** RCV.WND as the peer can see it: in units of 2^Rcv.Wind.Shift. */
function seenWnd(tcb: Tcb): number {
  const wnd = rcvWnd(tcb);
  return wnd <= 0 ? 0 : (wnd >> tcb.rcv.wscale) << tcb.rcv.wscale;
}

/** Moves the right edge if it may, and returns the window field for an outgoing segment (not a SYN). */
export function offerWindow(tcb: Tcb): number {
  const { rcv } = tcb;
  const { wscale, nxt } = rcv;
  const edge = possibleEdge(tcb);
  let wnd = (rcv.edge - nxt) | 0;
  const hidden = wnd - (wnd <= 0 ? 0 : (wnd >> wscale) << wscale); // the peer sees units of 2^Rcv.Wind.Shift
  const step = (edge - rcv.edge) | 0;
  if (step > 0 && step + hidden >= leastStep(tcb)) {
    rcv.edge = edge;
    wnd = (edge - nxt) | 0;
  }
  if (wnd <= 0) return 0;
  if (tcb.config.windowRoundedUp) {
    const units = Math.min(roundedUp(wnd, wscale), MAX_FIELD);
    const told = (nxt + (units << wscale)) | 0;
    // Rounded up again and again it would pass the buffer without end: a unit is the most.
    if (((told - edge) | 0) < 1 << wscale) {
      rcv.edge = told;
      return units;
    }
  }
  // Rounded down: the peer may see less than there is, but what it was offered is always taken
  // (RFC 7323 section 2.4).
  const field = wnd >> wscale;
  if (field < MAX_FIELD) return field;
  // The edge is where the peer sees it: the rest is offered as the window moves on.
  const seen = (nxt + (MAX_FIELD << wscale)) | 0;
  if (seqGt(rcv.edge, seen)) rcv.edge = seen;
  return MAX_FIELD;
}

/** True when the user has taken enough that the peer should hear of it at once. */
export function windowUpdateDue(tcb: Tcb): boolean {
  const { rcv } = tcb;
  const wnd = seenWnd(tcb);
  const free = (possibleEdge(tcb) - rcv.nxt) | 0;
  const possible = Math.min(free, MAX_FIELD << rcv.wscale); // more cannot be said
  const half = rcv.buf >> 1;
  const step = Math.min(half, 2 * rcv.fullSize);
  return possible - wnd >= Math.max(step, 1) && wnd * 2 <= possible;
}
