// SEGMENT ARRIVES (RFC 9293 section 3.10.7): which steps, in which order. The steps are entries of
// `e.rules`, each in the file of its name beside this one. A step returns true when it has dealt with
// the segment completely.

import { type Segment, segmentsIn } from '../../wire/segment.ts';
import type { Engine } from '../engine.ts';
import { noteDuplicate } from '../receive/reassembly.ts';
import { transmit } from '../send/transmit.ts';
import { State } from '../tcb/state.ts';
import type { Tcb } from '../tcb/tcb.ts';
import { predicted } from './predicted.ts';
import { predictedEnd } from './predicted-end.ts';

/**
 * An arriving segment whose checksum was right and whose four-tuple is this connection's. The TCB of the connection
 * that a SYN in LISTEN has made; else null.
 */
export function segmentArrives(e: Engine, tcb: Tcb, seg: Segment): Tcb | null {
  tcb.segsIn = (tcb.segsIn + segmentsIn(seg)) | 0;
  switch (tcb.state) {
    case State.CLOSED:
      e.rules.closed(e, seg);
      return null;
    case State.LISTEN:
      return arrivesInListen(e, tcb, seg);
    case State.SYN_SENT:
      arrivesInSynSent(e, tcb, seg);
      return null;
    default:
      arrivesSynchronized(e, tcb, seg);
      return null;
  }
}

/**
 * The same in ESTABLISHED, of one segment, where the engine predicts and the connection's settings allow it: that is tried at
 * once, by a function that V8 compiles with what it calls.
 */
export function arrivesInEstablished(e: Engine, tcb: Tcb, seg: Segment): void {
  tcb.segsIn = (tcb.segsIn + 1) | 0;
  if (!predicted(e, tcb, seg) && !predictedEnd(e, tcb, seg)) arrivesInSteps(e, tcb, seg);
}

/** 3.10.7.2 */
function arrivesInListen(e: Engine, tcb: Tcb, seg: Segment): Tcb | null {
  const r = e.rules;
  if (r.listenRst(e, tcb, seg)) return null;
  if (r.listenAck(e, tcb, seg)) return null;
  return r.listenSyn(e, tcb, seg);
}

/** 3.10.7.3 */
function arrivesInSynSent(e: Engine, tcb: Tcb, seg: Segment): void {
  const r = e.rules;
  if (r.synSentAck(e, tcb, seg)) return;
  if (r.synSentRst(e, tcb, seg)) return;
  if (r.synSentSyn(e, tcb, seg)) return;
  textAndFin(e, tcb, seg);
}

/** 3.10.7.4, the shorter way first. */
function arrivesSynchronized(e: Engine, tcb: Tcb, seg: Segment): void {
  if (e.predicts && tcb.config.headerPrediction && (predicted(e, tcb, seg) || predictedEnd(e, tcb, seg)))
    return;
  arrivesInSteps(e, tcb, seg);
}

/** 3.10.7.4 */
function arrivesInSteps(e: Engine, tcb: Tcb, seg: Segment): void {
  const r = e.rules;
  if (r.timestamps(e, tcb, seg)) return;
  if (r.sequence(e, tcb, seg)) return; // first
  if (r.rst(e, tcb, seg)) return; // second; third, security: no compartments here
  if (r.syn(e, tcb, seg)) return; // fourth
  const old = r.trim(e, tcb, seg);
  if (r.ack(e, tcb, seg)) {
    tcb.ackNow = 0; // what was trimmed off a segment that goes no further needs no ACK of its own
    return;
  }
  if (old > 0) noteDuplicate(tcb, (seg.seq - old) | 0, seg.seq);
  textAndFin(e, tcb, seg);
}

/** The sixth, seventh and eighth step, and what there is to send afterwards. */
function textAndFin(e: Engine, tcb: Tcb, seg: Segment): void {
  const r = e.rules;
  r.urg(e, tcb, seg); // sixth
  if (r.text(e, tcb, seg)) return; // seventh
  r.fin(e, tcb, seg); // eighth
  transmit(e, tcb);
}
