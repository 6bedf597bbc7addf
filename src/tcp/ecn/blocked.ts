// Paths that let no SYN through that asks for AccECN (RFC 9768 section 3.1.4.1): what a client remembers of a peer, where
// the setting `peerMetrics` has it remember anything.

import { aceOf, type Segment } from '../../wire/segment.ts';
import type { Engine } from '../engine.ts';
import { EcnMode } from '../tcb/acc-ecn.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { ACC_ECN_SYNS, NOT_ECN } from './negotiate.ts';

/** Handshakes in a row after which "it is clear that the blockage is persistently and specifically due to AccECN". */
const CLEAR = 3;
/** Of the connections after that one in so many looks whether the path has changed. */
const ASKS_AGAIN = 32;

/** False: the SYN of a connection that would ask for AccECN does not, so that it does not have to go three times. */
export function mayAskAccEcn(e: Engine, tcb: Tcb): boolean {
  if (tcb.config.peerMetrics === 'off' || e.metrics === null) return true;
  const known = e.metrics.find(tcb);
  if (known === null || known.accEcnBlocked < CLEAR) return true;
  known.accEcnBlocked++;
  return known.accEcnBlocked % ASKS_AGAIN === 0;
}

/** The SYN,ACK to a SYN of ours that asked: was it an answer only to the one that no longer did? */
export function noteAccEcnAsked(e: Engine, tcb: Tcb, seg: Segment): void {
  const { config, rto } = tcb;
  if (tcb.ecn !== EcnMode.ACCURATE || config.peerMetrics === 'off' || e.metrics === null) return;
  if (config.ecnFallback && rto.timeouts >= ACC_ECN_SYNS && aceOf(seg) === NOT_ECN) {
    e.metrics.entry(tcb).accEcnBlocked++;
    return;
  }
  const known = e.metrics.find(tcb);
  if (known !== null) known.accEcnBlocked = 0;
}
