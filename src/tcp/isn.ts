// The initial send sequence number: a clock plus a keyed hash of the connection's four-tuple
// (RFC 9293 section 3.4.1, MUST-8, SHLD-1, MUST-9; RFC 6528 section 3).

import { seqLt } from '../wire/seq.ts';
import type { Engine } from './engine.ts';
import { portsOf, sipHashTuple } from './siphash.ts';
import type { Tcb } from './tcb/tcb.ts';

/** M + F(localip, localport, remoteip, remoteport, secretkey), M ticking every 4 microseconds. */
export function selectIss(e: Engine, tcb: Tcb): number {
  const clock = Math.floor(e.now / 4) | 0;
  const hash = sipHashTuple(e.issKey, tcb, portsOf(tcb), 0);
  const iss = (clock + hash) | 0;
  return tcb.hasMinIss === 1 && seqLt(iss, tcb.minIss) ? tcb.minIss : iss;
}
