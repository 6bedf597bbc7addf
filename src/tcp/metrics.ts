// What one connection leaves to the next one to the same peer (RFC 9040 section 5, temporal sharing): the round-trip
// time, ssthresh, reordering; and that SYNs for AccECN do not get through. The store is the host's; what is taken from it and put into it is decided here.

import { setSsthresh } from './congestion/cwnd.ts';
import type { Engine } from './engine.ts';
import { State } from './tcb/state.ts';
import { NO_SSTHRESH, Phase, type Tcb } from './tcb/tcb.ts';

/** What is remembered of a peer; 0: not known. */
export interface PeerMetrics {
  /** SRTT and RTTVAR (RFC 6298), in microseconds. */
  rttUs: number;
  rttvarUs: number;
  /** ssthresh after a loss, in octets. */
  ssthresh: number;
  /** RACK.reo_wnd_mult (RFC 8985 section 6.2). */
  reordering: number;
  /**
   * Handshakes in a row that came about only when the SYN no longer asked for AccECN (RFC 9768 section 3.1.4.1), and the
   * connections since that did not ask (ecn/blocked.ts).
   */
  accEcnBlocked: number;
}

/** Where a host keeps it, for the peer of a connection. */
export interface MetricsStore {
  /** What is known; null: nothing, or it is too old. */
  find(tcb: Tcb): PeerMetrics | null;
  /** The entry to be changed, made when there is none. */
  entry(tcb: Tcb): PeerMetrics;
}

/** Recoveries for which a reordering window stays that is wider than the least (RFC 8985 section 6.2 step 4). */
const PERSIST = 16;

/** ESTABLISHED: the connection begins with what is known. Only a longer round trip than its own SYN's is believed. */
export function useMetrics(e: Engine, tcb: Tcb): void {
  const { config, rto, cc } = tcb;
  if (config.peerMetrics === 'off' || e.metrics === null) return;
  const known = e.metrics.find(tcb);
  if (known === null) return;
  if (known.rttUs > (rto.measured === 1 ? rto.srttUs : 0)) {
    // RFC 6298 section 2.3, of what was measured before.
    const margin = Math.max(Math.ceil((4 * known.rttvarUs) / 1000), config.minRtoMs);
    rto.rtoMs = Math.min(Math.ceil(known.rttUs / 1000) + margin + config.rtoSlopMs, config.maxRtoMs);
  }
  if (tcb.sack === 1) {
    cc.reoMult = Math.max(cc.reoMult, known.reordering);
    if (cc.reoMult > 1) cc.reoPersist = PERSIST;
  }
  if (config.peerMetrics === 'all' && known.ssthresh > 0) setSsthresh(tcb, known.ssthresh);
}

/** The connection ends, or enters TIME-WAIT: what it has found out. */
export function noteMetrics(e: Engine, tcb: Tcb): void {
  const { config, rto, cc, state } = tcb;
  if (config.peerMetrics === 'off' || e.metrics === null) return;
  if (state < State.ESTABLISHED || state === State.TIME_WAIT) return;
  const m = e.metrics.entry(tcb);
  if (rto.measured === 0 || rto.timeouts > 0) {
    m.rttUs = m.rttvarUs = 0; // nothing came back in time: what was known is doubtful, too
    return;
  }
  // The longer one at once, a shorter one by and by.
  m.rttUs = m.rttUs > rto.srttUs ? m.rttUs - ((m.rttUs - rto.srttUs) >> 3) : rto.srttUs;
  m.rttvarUs = m.rttvarUs > rto.rttvarUs ? m.rttvarUs - ((m.rttvarUs - rto.rttvarUs) >> 2) : rto.rttvarUs;
  m.reordering = Math.max(m.reordering, cc.reoMult);
  if (cc.ssthresh < NO_SSTHRESH) {
    m.ssthresh = cc.phase === Phase.OPEN ? Math.max(cc.cwnd >> 1, cc.ssthresh) : cc.ssthresh;
  } else if (m.ssthresh > 0 && cc.cwnd >> 1 > m.ssthresh) {
    m.ssthresh = cc.cwnd >> 1; // slow start went beyond it without a loss
  }
}
