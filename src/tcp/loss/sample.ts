// What one ACK said: filled in segment-arrives/ack.ts, then read by loss detection, by the congestion control and
// by whoever measures the path, in this order. One object for each engine, filled anew for each ACK; all int32.

import { OPT_TIMESTAMPS, type Segment } from '../../wire/segment.ts';
import { seqGt } from '../../wire/seq.ts';
import { inFlight } from '../send/sent.ts';
import type { Tcb } from '../tcb/tcb.ts';

/** One ACK. Octets, unless a name says otherwise. */
export class AckSample {
  /** What SND.UNA moved over; the SYN is none. */
  acked = 0;
  /** What was SACKed by this ACK and by none before. */
  sacked = 0;
  /** DeliveredData (RFC 9937 section 5): what arrived, each octet counted once in its life. */
  delivered = 0;
  /** What this ACK gave reason to count as lost, and nothing before. */
  lost = 0;
  /** The least round-trip time of what was sent once and has now arrived, in microseconds; -1: none. */
  rttUs = -1;
  /** The greatest, which holds the delay of a delayed ACK: what RFC 6298 measures. */
  longestRttUs = -1;
  /** In flight before this ACK, and after it and the losses it told of. */
  priorInFlight = 0;
  inFlight = 0;
  /** 1: what is acknowledged was sent while the program or the peer's window was the limit, and not cwnd. */
  appLimited = 0;
  /** 1: the peer feeds back a mark that is to be responded to: ECE of classic ECN, or AccECN. */
  ece = 0;
  /** Packets that the network has marked, as AccECN feeds back (RFC 9768); classic ECN does not count them. */
  ce = 0;
  /** Delivery rate (draft-ietf-ccwg-bbr section 4.1): so many octets in so many microseconds; 0: no sample. */
  rateDelivered = 0;
  rateIntervalUs = 0;
  /** Lost since what is acknowledged was sent, and what was in flight when it was sent (BBRv3). */
  rateLost = 0;
  txInFlight = 0;
  /** 1: SND.UNA moved. */
  advanced = 0;
  /** 1: something sent after the last round began is acknowledged: a new round begins. */
  roundStart = 0;
  /** Octets of a duplicate that the peer reports (RFC 2883), and where they end. */
  dsack = 0;
  dsackRight = 0;
  /** 1: something has arrived that was sent once and lies below what had arrived before; the lowest of it. */
  overtaken = 0;
  overtakenSeq = 0;
  /** 1: something that was sent again has arrived; 1: something outstanding at a timeout and not sent again has. */
  resent = 0;
  original = 0;
  /** 1: a partial acknowledgment of a peer without SACK (RFC 6582): what follows goes again in any case. */
  partial = 0;
  /** 1: the segment echoes a timestamp; which. */
  echoed = 0;
  tsEcr = 0;
  /** What has arrived and was sent last: when, its end, and the record's words about it. `newest` 1: there is such. */
  newest = 0;
  newestUs = 0;
  newestEnd = 0;
  newestDelivered = 0;
  newestDeliveredUs = 0;
  newestFirstSentUs = 0;
  newestLost = 0;
  /** The highest octet that has arrived, and one; meaningful when `newest` is 1. */
  highest = 0;

  /** `seg` arrives for `tcb`. SND.UNA has not moved. */
  begin(tcb: Tcb, seg: Segment): this {
    const { snd } = tcb;
    this.none(tcb);
    if (seqGt(seg.ack, snd.una)) {
      this.advanced = 1;
      this.acked = (seg.ack - snd.una - snd.syn) | 0; // the SYN is no octet: it does not open cwnd
    }
    this.echoed = tcb.ts === 1 && (seg.opts & OPT_TIMESTAMPS) !== 0 && seg.tsEcr !== 0 ? 1 : 0;
    this.tsEcr = seg.tsEcr;
    return this;
  }

  /** No ACK: a timer asks. */
  none(tcb: Tcb): this {
    this.acked = 0;
    this.sacked = 0;
    this.delivered = 0;
    this.lost = 0;
    this.rttUs = -1;
    this.longestRttUs = -1;
    this.priorInFlight = inFlight(tcb);
    this.inFlight = this.priorInFlight;
    this.appLimited = 0;
    this.ece = 0;
    this.ce = 0;
    this.rateDelivered = 0;
    this.rateIntervalUs = 0;
    this.rateLost = 0;
    this.txInFlight = 0;
    this.advanced = 0;
    this.roundStart = 0;
    this.dsack = 0;
    this.overtaken = 0;
    this.resent = 0;
    this.original = 0;
    this.partial = 0;
    this.echoed = 0;
    this.newest = 0;
    return this;
  }
}
