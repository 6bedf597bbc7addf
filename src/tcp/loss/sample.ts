// What one ACK said: filled in segment-arrives/ack.ts, then read by loss detection, by the congestion control and
// by whoever measures the path, in this order. One object for each engine, filled anew for each ACK; all int32.

import { seqGt } from '../../wire/seq.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** One ACK. Octets, unless a name says otherwise. */
export class AckSample {
  /** What SND.UNA moved over; the SYN is none. */
  acked = 0;
  /** What was SACKed by this ACK and by none before. */
  sacked = 0;
  /** DeliveredData (RFC 9937 section 5): `acked` and `sacked`, each octet counted once in its life. */
  delivered = 0;
  /** What this ACK gave reason to count as lost, and nothing before. */
  lost = 0;
  /** The round-trip time of what was sent once and is now acknowledged or SACKed, in microseconds; -1: none. */
  rttUs = -1;
  /** In flight before this ACK, and after it and the losses it told of. */
  priorInFlight = 0;
  inFlight = 0;
  /** 1: what is acknowledged was sent while the program or the peer's window was the limit, and not cwnd. */
  appLimited = 0;
  /** 1: the segment has ECE, on a connection that uses ECN. */
  ece = 0;
  /** Octets that the peer reports as marked since the last ACK (AccECN). */
  eceOctets = 0;
  /** Delivery rate (draft-ietf-ccwg-bbr section 4.1): so many octets in so many microseconds; 0: no sample. */
  rateDelivered = 0;
  rateIntervalUs = 0;
  /** Lost between the sending of what is acknowledged and now, and what was in flight when it was sent (BBRv3). */
  rateLost = 0;
  txInFlight = 0;
  /** 1: SND.UNA moved. */
  advanced = 0;
  /** 1: something sent after the last round began is acknowledged: a new round begins. */
  roundStart = 0;

  /** An ACK whose ACK field is `ack` arrives for `tcb`, with `inFlight` octets on their way. SND.UNA has not moved. */
  begin(tcb: Tcb, ack: number, inFlight: number): this {
    const { snd } = tcb;
    const advanced = seqGt(ack, snd.una);
    // The SYN is no octet: it does not open cwnd.
    this.acked = advanced ? (ack - snd.una - snd.syn) | 0 : 0;
    this.sacked = 0;
    this.delivered = this.acked;
    this.lost = 0;
    this.rttUs = -1;
    this.priorInFlight = inFlight;
    this.inFlight = inFlight;
    this.appLimited = 0;
    this.ece = 0;
    this.eceOctets = 0;
    this.rateDelivered = 0;
    this.rateIntervalUs = 0;
    this.rateLost = 0;
    this.txInFlight = 0;
    this.advanced = advanced ? 1 : 0;
    this.roundStart = 0;
    return this;
  }
}
