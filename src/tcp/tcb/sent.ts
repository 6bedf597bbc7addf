// The record of what was sent and is not yet acknowledged: ranges of sequence numbers in the order of the numbers,
// each with what is known of its last transmission. What was sent at one time is one range, so is what was SACKed in
// one piece; a range ends where the next begins, the last at SND.NXT. Plain data; send/sent.ts works on it.

/** What one range holds, as offsets into its words. */
export const LEFT = 0;
/** When it was sent last, in microseconds of the engine's clock. */
export const SENT_US = 1;
/** {@link Fate}. */
export const FATE = 2;
/** How often it was sent. */
export const TIMES = 3;
/** `cc.delivered` and `cc.lost` at that time, the time of the last delivery before it, and the sending that began
 * that sample (draft-ietf-ccwg-bbr section 4.1: P.delivered, P.lost, P.delivered_time, P.first_sent_time). */
export const DELIVERED = 4;
export const LOST_BEFORE = 5;
export const DELIVERED_US = 6;
export const FIRST_SENT_US = 7;
/** In flight when it left, itself included (P.tx_in_flight). */
export const TX_IN_FLIGHT = 8;
/** 1: the program or the peer's window was the limit then (P.is_app_limited). */
export const APP_LIMITED = 9;
/** Words of a range. */
export const WORDS = 10;

/** Where a range is, as far as the sender can tell: on its way, at the peer, or lost and not yet sent again. */
export const Fate = { FLIGHT: 0, SACKED: 1, LOST: 2 } as const;

/** The record, and what loss detection and recovery know as long as something is outstanding. */
export class Sent {
  /** Ranges `first` to before `first + count` are in use. */
  words = new Int32Array(8 * WORDS);
  first = 0;
  count = 0;
  /** Octets in ranges that are SACKED. */
  sacked = 0;
  /** Octets in ranges that are LOST. */
  lost = 0;
  /** Octets that duplicate ACKs without SACK say have left the network. */
  departed = 0;
  /** Reports of the peer that would have cut the record into more pieces than there were segments. */
  refused = 0;
  /** When something was sent last: later sendings of one microsecond have later times on record. */
  clockUs = 0;
  /** Where that ended. */
  clockEnd = 0;
  /** The delivery rate (draft-ietf-ccwg-bbr section 4.1): when something arrived last. */
  deliveredUs = 0;
  /** When that was sent: the next sample begins there. */
  firstSentUs = 0;
  /** What `cc.delivered` has to pass before the program and the peer's window are no limit any more; 0: they are none. */
  appLimited = 0;
  /** `cc.delivered` when the present round began: what is sent from then on ends it. */
  roundEnd = 0;
  /** SND.UNA for which the loss probe timer was set. */
  ptoUna = 0;
  /** SND.NXT for which it was. */
  ptoNxt = 0;
  /** RFC 8985 section 5.3. 1: `rackUs` and `rackEnd` are valid. */
  rack = 0;
  /** When the segment was sent that was sent last of all that have arrived. */
  rackUs = 0;
  /** Where it ended. */
  rackEnd = 0;
  /** Its round-trip time; SRTT, until there is one. */
  rackRttUs = 0;
  /** One after the highest octet that has arrived. */
  fack = 0;
  /** 1: `dsackRound` is valid. */
  dsackRounds = 0;
  /** The reordering window does not grow again before SND.UNA is here. */
  dsackRound = 0;
  /** What was outstanding and not SACKed when recovery began (RFC 9937 section 5). */
  recoverFs = 0;
  /** Octets that have arrived in this recovery. */
  prrDelivered = 0;
  /** Octets that were sent in it. */
  prrOut = 0;
  /** RFC 6675 section 4: the end of what is outstanding goes again when SND.UNA has passed this. */
  rescueRxt = 0;
  /** 1: the episode can be undone (undo.ts). */
  undoable = 0;
  /** SND.UNA when it began. */
  undoFrom = 0;
  /** Octets sent again in it of which the peer has not reported a duplicate. */
  resentOctets = 0;
  /** 1: something was sent again in it. */
  resentAny = 0;
  /** The timestamp of the first of that. */
  resentStamp = 0;
  /** Where F-RTO stands: `Frto` in undo.ts. */
  frto = 0;

  /** As it began, but for the room that it has. */
  reset(): void {
    this.first = 0;
    this.count = 0;
    this.sacked = 0;
    this.lost = 0;
    this.departed = 0;
    this.refused = 0;
    this.clockUs = 0;
    this.clockEnd = 0;
    this.deliveredUs = 0;
    this.firstSentUs = 0;
    this.appLimited = 0;
    this.roundEnd = 0;
    this.ptoUna = 0;
    this.ptoNxt = 0;
    this.rack = 0;
    this.rackUs = 0;
    this.rackEnd = 0;
    this.rackRttUs = 0;
    this.fack = 0;
    this.dsackRounds = 0;
    this.dsackRound = 0;
    this.recoverFs = 0;
    this.prrDelivered = 0;
    this.prrOut = 0;
    this.rescueRxt = 0;
    this.undoable = 0;
    this.undoFrom = 0;
    this.resentOctets = 0;
    this.resentAny = 0;
    this.resentStamp = 0;
    this.frto = 0;
  }
}

/** A copy that shares nothing. */
export function cloneSent(from: Sent): Sent {
  return Object.assign(new Sent(), from, { words: from.words.slice() });
}
