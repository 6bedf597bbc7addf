// The receive window: what we offer, and when we say that it has grown (RFC 9293 section 3.8.6,
// silly-window avoidance 3.8.6.2.2 MUST-39, no shrinking SHLD-14).

import { seqGt } from '../../wire/seq.ts';
import { rcvWnd, type Tcb } from '../tcb/tcb.ts';
import { memoryUpdateDue, offerMemoryWindow } from './memory.ts';
import { MAX_FIELD } from './syn-window.ts';

/** A window of `octets` in units of 2^`shift`: rounded up, so that one that is told again is no smaller. */
function roundedUp(octets: number, shift: number): number {
  return (octets + (1 << shift) - 1) >> shift;
}

/** How far the right edge could be: what the user has taken, plus the buffer. */
function possibleEdge({ rcv }: Tcb): number {
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
  if (tcb.config.receiveMemory) return offerMemoryWindow(tcb);
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
  if (tcb.config.receiveMemory) return memoryUpdateDue(tcb);
  const { rcv } = tcb;
  const wnd = seenWnd(tcb);
  const free = (possibleEdge(tcb) - rcv.nxt) | 0;
  const most = MAX_FIELD << rcv.wscale; // more cannot be said
  const possible = Math.min(free, most);
  if (tcb.config.windowInOctets) return possible - wnd >= quarterOrHalf(tcb, most);
  const half = rcv.buf >> 1;
  const step = Math.min(half, 2 * rcv.fullSize);
  return possible - wnd >= Math.max(step, 1) && wnd * 2 <= possible;
}

/** A quarter of what the window can be, but two segments at least, or half of it. `most`: what can be said. */
function quarterOrHalf({ rcv, snd }: Tcb, most: number): number {
  const space = Math.min(rcv.buf, most);
  return Math.max(Math.min(Math.max(space >> 2, 2 * snd.mss), (space + 1) >> 1), 1);
}
