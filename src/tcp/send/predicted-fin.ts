// Header prediction of our FIN: after CLOSE, when nothing is queued or outstanding, it is all that there is to send. What
// transmit.ts would look for besides is not looked for; test/prediction.test.ts holds it against that.

import { ACK, FIN } from '../../wire/segment.ts';
import type { Engine } from '../engine.ts';
import { emit } from '../form/emit.ts';
import { Phase, type Tcb } from '../tcb/tcb.ts';
import { setTimer } from '../timers.ts';
import { noteSent } from './sent.ts';
import { startUserTimer } from './transmit.ts';

/** True: the FIN has left. False: nothing was done. */
export function predictedFin(e: Engine, tcb: Tcb): boolean {
  if (!e.predictsEnds || !tcb.config.headerPrediction || !isPredicted(tcb)) return false;
  const { snd } = tcb;
  const seq = snd.nxt;
  snd.nxt = (seq + 1) | 0;
  snd.lastMs = e.ms;
  const sent = noteSent(e, tcb, seq);
  setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
  startUserTimer(e, tcb);
  emit(e, tcb, seq, ACK | FIN, 0, true);
  e.rules.noteLimit(tcb, sent, true);
  e.rules.setProbeTimer(e, tcb, sent);
  return true;
}

/** Our FIN is next, with room in the peer's window, and nothing else waits or runs. */
function isPredicted(tcb: Tcb): boolean {
  const { snd, cc, timer } = tcb;
  if (tcb.sent !== null || snd.una !== snd.nxt || snd.end !== snd.nxt || snd.wnd <= 0 || snd.probe === 1)
    return false;
  if (tcb.accEcn !== null || tcb.mtuSearch !== null || tcb.marks !== null || tcb.pieces !== null)
    return false;
  if (cc.pacingRate > 0 || cc.phase !== Phase.OPEN) return false;
  return (timer.rexmt | timer.persist | timer.user | timer.pto | timer.reorder) === 0;
}
