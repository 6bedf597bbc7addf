// Episodes that were none: what was sent again had not been lost. Three signs: every retransmission was reported as a
// duplicate (DSACK, RFC 3708), an ACK of new octets echoes a timestamp from before the first retransmission (Eifel,
// RFC 3522), and after a timeout something arrives that was not sent again (F-RTO, RFC 5682). The answer is RFC 4015's.

import { seqGt, seqLt } from '../../wire/seq.ts';
import { controlOf } from '../congestion/control.ts';
import { setCwnd, setSsthresh } from '../congestion/cwnd.ts';
import type { Engine } from '../engine.ts';
import { join, setFate, word } from '../send/sent.ts';
import { FATE, Fate, type Sent } from '../tcb/sent.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import type { AckSample } from './sample.ts';

/** Where F-RTO stands after a timeout: it is not in use; the first segment went again; new text went instead of old. */
export const Frto = { OFF: 0, RESENT: 1, NEW_TEXT: 2 } as const;

/** An episode begins that can be undone; cwnd and ssthresh are still those from before it. */
export function startUndo(tcb: Tcb, sent: Sent): void {
  const { cc } = tcb;
  cc.priorCwnd = cc.cwnd;
  cc.priorSsthresh = cc.ssthresh;
  sent.undoable = 1;
  sent.undoFrom = tcb.snd.una;
  sent.resentOctets = 0;
  sent.resentAny = 0;
  sent.frto = Frto.OFF;
}

/** Looks for the signs, and undoes. True: the episode is over. */
export function undo(e: Engine, tcb: Tcb, s: AckSample): boolean {
  const { sent } = tcb;
  if (sent === null || sent.undoable === 0) return false;
  if (!allDuplicates(sent, s) && !eifel(tcb, sent, s) && !frto(tcb, sent, s)) return false;
  const { cc, snd } = tcb;
  sent.undoable = 0;
  sent.frto = Frto.OFF;
  sent.departed = 0;
  // What counted as lost is on its way again, as far as that goes; what arrives later says more.
  for (let i = 0; i < sent.count; i++) {
    if (word(sent, i, FATE) !== Fate.LOST) continue;
    setFate(tcb, sent, i, Fate.FLIGHT);
    if (join(sent, i)) i--;
  }
  cc.phase = Phase.OPEN;
  cc.dupAcks = 0;
  cc.recover = (snd.una - 2) | 0;
  setSsthresh(tcb, Math.max(cc.ssthresh, cc.priorSsthresh));
  setCwnd(tcb, controlOf(tcb).onUndo(tcb, e.now));
  return true;
}

/** RFC 3708: as many octets were reported twice as were sent again. */
function allDuplicates(sent: Sent, s: AckSample): boolean {
  if (s.dsack === 0 || sent.resentAny === 0 || !seqGt(s.dsackRight, sent.undoFrom)) return false;
  sent.resentOctets -= s.dsack;
  return sent.resentOctets <= 0;
}

/** RFC 3522 section 3.2. */
function eifel(tcb: Tcb, sent: Sent, s: AckSample): boolean {
  if (tcb.cc.phase === Phase.OPEN || s.advanced === 0 || s.echoed === 0 || sent.resentAny === 0) return false;
  return seqLt(s.tsEcr, sent.resentStamp);
}

/** RFC 5682 section 3.1. Step 2: the first ACK after the timeout; step 3: the one after new text was sent. */
function frto(tcb: Tcb, sent: Sent, s: AckSample): boolean {
  const { cc, snd } = tcb;
  if (cc.phase !== Phase.LOSS || sent.frto === Frto.OFF) return false;
  if (s.advanced === 1 && seqGt(snd.una, cc.recover)) sent.frto = Frto.OFF;
  else if (s.original === 1) return true;
  else if (sent.frto === Frto.RESENT && s.advanced === 1 && s.sacked === 0) sent.frto = Frto.NEW_TEXT;
  else if (s.advanced === 1 || s.sacked > 0) sent.frto = Frto.OFF;
  return false;
}
