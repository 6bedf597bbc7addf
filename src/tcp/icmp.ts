// What an ICMP error does to the connection that it quotes (RFC 9293 section 3.9.2.2, RFC 5927).

import { seqGeq, seqGt, seqLt } from '../wire/seq.ts';
import type { Engine } from './engine.ts';
import { Err } from './errors.ts';
import { updateSendMss } from './form/emit.ts';
import { startLoss } from './loss/recovery.ts';
import { resendProbe } from './send/mtu-probe.ts';
import { limitSearch } from './send/mtu-search.ts';
import { transmit } from './send/transmit.ts';
import { Signal } from './signals.ts';
import { State } from './tcb/state.ts';
import type { Tcb } from './tcb/tcb.ts';
import * as row from './tcb/transitions.ts';
import { endConnection, setTimer } from './timers.ts';

/** RFC 5927 section 4.1: an error must quote something that is in flight now. */
export function quotesFlight(tcb: Tcb, seq: number): boolean {
  return seqGeq(seq, tcb.snd.una) && seqLt(seq, tcb.snd.nxt);
}

/** What an ICMP error complains of. */
export const IcmpCause = {
  /** Network or host, or their kin. */
  UNREACHABLE: 0,
  PROTOCOL: 1,
  PORT: 2,
  /** Somebody's policy: communication administratively prohibited. */
  PROHIBITED: 3,
  TIME_EXCEEDED: 4,
  PARAMETER: 5,
  /** ICMPv6: nobody takes the next header. */
  NEXT_HEADER: 6,
  /** Nobody answers at the next hop: our own finding, not somebody's word. */
  NEXT_HOP: 7,
  /** Not all fragments of a packet came in time. */
  REASSEMBLY: 8,
} as const;

/** One of {@link IcmpCause}. */
export type IcmpCause = (typeof IcmpCause)[keyof typeof IcmpCause];

/** What `cause` ends an opening connection with: "protocol unreachable", "port unreachable" (SHLD-26); OK: it is soft. */
export function openingError(cause: IcmpCause, error: Err): Err {
  switch (cause) {
    case IcmpCause.PROTOCOL:
    case IcmpCause.PORT:
    case IcmpCause.NEXT_HOP:
      return error;
    default:
      return Err.OK;
  }
}

/** True while the connection of an active open is opening; `cause` is of no account. */
export function opens({ state, passive }: Tcb, _cause: IcmpCause): boolean {
  return state === State.SYN_SENT || (state === State.SYN_RECEIVED && passive === 0);
}

/**
 * A soft error (MUST-56) is remembered and reported. A hard one (SHLD-26) ends a connection that is
 * opening; in the synchronized states it counts as soft (RFC 5927 section 5.2).
 */
export function icmpError(e: Engine, tcb: Tcb, seq: number, cause: IcmpCause, error: Err): boolean {
  if (!quotesFlight(tcb, seq)) return false;
  if (e.rules.opens(tcb, cause)) {
    const ends = e.rules.openingError(cause, error);
    if (ends !== Err.OK) {
      endConnection(e, tcb, row.ICMP_HARD[tcb.state], ends);
      return true;
    }
  }
  tcb.softError = error;
  tcb.signals |= Signal.SOFT_ERROR;
  return true;
}

/**
 * No packet of this connection may be larger than `mtu`: what the interface takes, or less because a router said so
 * (RFC 1191, RFC 8201). It grows when what routers said is ten minutes old (RFC 1191 section 6.3).
 */
export function pathMtu(e: Engine, tcb: Tcb, mtu: number): void {
  const { snd, pmtu, mtuSearch: search } = tcb;
  const { mss } = snd;
  let probeTooBig = false;
  if (search !== null) {
    probeTooBig = limitSearch(e, tcb, search, mtu);
  } else {
    tcb.pmtu = mtu;
    updateSendMss(tcb);
  }
  if (tcb.state === State.SYN_SENT && tcb.pmtu < pmtu && seqGt(snd.nxt, (snd.iss + 1) | 0)) {
    e.rules.retransmit(e, tcb, snd.iss); // without the text that made it too big
    return;
  }
  if (tcb.state < State.ESTABLISHED || snd.una === snd.nxt) return;
  // What was too big is lost for sure; it is no sign of congestion (RFC 1191 section 6.4).
  if (snd.mss < mss) {
    if (snd.syn === 0 && snd.probe === 0) {
      startLoss(tcb);
      setTimer(e, tcb, 'rexmt', tcb.rto.rtoMs);
    }
    transmit(e, tcb);
  } else if (search !== null && probeTooBig) {
    resendProbe(e, tcb, search);
  }
}
