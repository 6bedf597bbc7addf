// 3.10.7.4, second: check the RST bit. Exactly RCV.NXT resets; elsewhere in the window it is challenged
// (RFC 5961 section 3). Outside the window it never gets here.

import { RST, type Segment } from '../../wire/segment.ts';
import { Drop } from '../drop.ts';
import type { Engine } from '../engine.ts';
import { Err } from '../errors.ts';
import { usedEarly } from '../fast-open.ts';
import { State } from '../tcb/state.ts';
import type { Tcb } from '../tcb/tcb.ts';
import * as row from '../tcb/transitions.ts';
import { endConnection, returnToListen } from '../timers.ts';

/** True when the segment had a RST. */
export function rst(e: Engine, tcb: Tcb, seg: Segment): boolean {
  if ((seg.ctl & RST) === 0) return false;
  if (seg.seq !== tcb.rcv.nxt) {
    e.out.drop(tcb, seg, Drop.RST_CHALLENGED);
    e.rules.challengeAck(e, tcb);
    return true;
  }
  resetConnection(e, tcb);
  return true;
}

/** What a valid RST does in each state. */
export function resetConnection(e: Engine, tcb: Tcb): void {
  switch (tcb.state) {
    case State.SYN_RECEIVED:
      if (usedEarly(tcb)) endConnection(e, tcb, row.SYN_RECEIVED_RST_ACTIVE, Err.RESET);
      else if (tcb.passive === 1) returnToListen(e, tcb, row.SYN_RECEIVED_RST_PASSIVE);
      else endConnection(e, tcb, row.SYN_RECEIVED_RST_ACTIVE, Err.REFUSED);
      return;
    case State.TIME_WAIT:
      endConnection(e, tcb, row.TIME_WAIT_RST, Err.OK);
      return;
    default:
      endConnection(e, tcb, row.RST[tcb.state], e.rules.resetSignal(tcb));
  }
}

/**
 * What a RST signals in a synchronized state: "connection reset", but nothing in CLOSING and LAST-ACK, where both
 * users have closed and the peer's whole stream is here.
 */
export function resetSignal({ state }: Tcb): Err {
  return state === State.CLOSING || state === State.LAST_ACK ? Err.OK : Err.RESET;
}
