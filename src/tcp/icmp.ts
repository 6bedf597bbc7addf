// What an ICMP error does to the connection that it quotes (RFC 9293 section 3.9.2.2, RFC 5927).

import { seqGeq, seqGt, seqLt } from '../wire/seq.ts';
import { updateSendMss } from './emit.ts';
import type { Engine } from './engine.ts';
import type { Err } from './errors.ts';
import { startLoss } from './recovery.ts';
import { Signal } from './signals.ts';
import { State } from './state.ts';
import type { Tcb } from './tcb.ts';
import { endConnection } from './timers.ts';
import * as row from './transitions.ts';
import { transmit } from './transmit.ts';

/** RFC 5927 section 4.1: an error must quote something that is in flight now. */
export function quotesFlight(tcb: Tcb, seq: number): boolean {
  return seqGeq(seq, tcb.snd.una) && seqLt(seq, tcb.snd.nxt);
}

/**
 * A soft error (MUST-56) is remembered and reported. A hard one (SHLD-26) ends a connection that is
 * opening; in the synchronized states it counts as soft (RFC 5927 section 5.2).
 */
export function icmpError(e: Engine, tcb: Tcb, seq: number, hard: boolean, error: Err): boolean {
  if (!quotesFlight(tcb, seq)) return false;
  if (hard && (tcb.state === State.SYN_SENT || (tcb.state === State.SYN_RECEIVED && tcb.passive === 0))) {
    endConnection(e, tcb, row.ICMP_HARD[tcb.state], error);
    return true;
  }
  tcb.softError = error;
  tcb.signals |= Signal.SOFT_ERROR;
  return true;
}

/** The path takes packets of at most `mtu` octets (RFC 1191, RFC 8201): smaller segments from now on. */
export function pathMtu(e: Engine, tcb: Tcb, mtu: number): void {
  if (mtu >= tcb.pmtu) return;
  const before = tcb.snd.mss;
  tcb.pmtu = mtu;
  updateSendMss(tcb);
  if (tcb.state === State.SYN_SENT && seqGt(tcb.snd.nxt, (tcb.snd.iss + 1) | 0)) {
    e.rules.retransmit(e, tcb, tcb.snd.iss); // without the text that made it too big
    return;
  }
  if (tcb.state < State.ESTABLISHED || tcb.snd.mss >= before || tcb.snd.una === tcb.snd.nxt) return;
  // What was too big is lost for sure; it is no sign of congestion (RFC 1191 section 6.4).
  if (tcb.snd.syn === 0 && tcb.snd.probe === 0) startLoss(tcb);
  transmit(e, tcb);
}
