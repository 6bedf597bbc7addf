// What can be set for a connection. A host has defaults; OPEN may change them. Times in
// milliseconds, sizes in octets.

import { flag, named, oneOf, outOfRange, Schema, whole } from '../options/index.ts';
import { congestionNames } from './congestion/control.ts';

/** Settings of a connection. */
export interface TcpConfig {
  /** Maximum segment lifetime (RFC 9293 section 3.4.2 says 120 000; Linux waits 2 x 30 000). */
  readonly mslMs: number;
  /** Send buffer, as it begins: SEND refuses octets beyond it. */
  readonly sendBuffer: number;
  /** What the send buffer grows to: twice cwnd. Who sets `sendBuffer` alone has set this, too. */
  readonly sendBufferMax: number;
  /**
   * Octets that wait to be sent for the first time, beyond which a user is not asked for more (TCP_NOTSENT_LOWAT): what
   * is written late is written with the latest knowledge. 0: as many as the send buffer holds.
   */
  readonly notsentLowat: number;
  /** Receive buffer, as it begins: the largest window we offer. */
  readonly receiveBuffer: number;
  /**
   * The receive buffer grows up to `receiveBufferMax`, to twice what its user takes in a round-trip time. Who sets
   * `receiveBuffer` alone has turned it off.
   */
  readonly receiveBufferTuning: boolean;
  /** The receive buffer grows to a multiple of the MSS when that is known (FreeBSD). */
  readonly receiveWholeSegments: boolean;
  /** So does the send buffer, of the peer's MSS (FreeBSD). */
  readonly sendWholeSegments: boolean;
  /** A CLOSE while something is unread sends a RST (section 3.6.1, SHLD-3); else it is thrown away, and a FIN goes (FreeBSD). */
  readonly resetUnread: boolean;
  /**
   * Every ACK offers the window as it is, unless it is a silly one, and who reads a quarter of the buffer has the peer
   * told at once (FreeBSD); else its right edge moves in steps of a segment, and the peer is told when the window has
   * doubled. Both are receiver SWS avoidance (section 3.8.6.2.2, MUST-39).
   */
  readonly windowInOctets: boolean;
  /**
   * A window that is no multiple of 2^Rcv.Wind.Shift is told rounded up, by less than that beyond the buffer (Linux,
   * FreeBSD); else rounded down. Rounded up every window can be seen: the shift is the one for the largest.
   */
  readonly windowRoundedUp: boolean;
  /**
   * The receive buffer counts the memory that packets take, twice as much as `receiveBuffer`, and not their octets: the
   * window follows from what is left of it, and grows with segments that are worth their memory. What begins in the
   * window is taken whole when nothing waits for the user (Linux).
   */
  readonly receiveMemory: boolean;
  /**
   * With `receiveMemory`, a scaled window is taken back when there is no memory for it (tcp_shrink_window of Linux); RFC 9293
   * section 3.8.6 says SHLD-14: it should not be. What was offered before is still taken.
   */
  readonly windowMayShrink: boolean;
  /** The window of a SYN: the receive buffer, or the whole segments that it holds (Linux). */
  readonly synWindow: 'buffer' | 'segments';
  /** What the receive buffer may grow to: what the window scale is chosen for. */
  readonly receiveBufferMax: number;
  /** RFC 7323 window scale. */
  readonly windowScale: boolean;
  /** RFC 7323 timestamps. */
  readonly timestamps: boolean;
  /** RFC 2018 selective acknowledgments. */
  readonly sack: boolean;
  /** A SYN cookie says whether SACK is used, also where there are no timestamps to say it (FreeBSD). */
  readonly cookieSack: boolean;
  /** Our SYN tells our MSS, and the peer's is believed (MUST-14). Without it both are the default (section 3.7.1). */
  readonly mssOption: boolean;
  /** A segment has no more text than half of the largest window that the peer has offered (Linux). */
  readonly halfWindowSegments: boolean;
  /** The order of a SYN's options, which the RFCs leave open. */
  readonly synOptionOrder: 'linux' | 'freebsd';
  /**
   * Explicit congestion notification: 'on' asks for it and grants it to who asks, 'accept' grants it (as Linux does), 'off'
   * neither (RFC 3168). 'accurate' does so with accurate feedback (RFC 9768), 'accept-accurate' grants that, and
   * 'on-accept-accurate' asks for the classic one. In this order tcp_ecn of Linux is 0, 2, 1, 3, 5 and 4.
   */
  readonly ecn: 'off' | 'accept' | 'on' | 'accurate' | 'accept-accurate' | 'on-accept-accurate';
  /** ECN is given up where the path seems to mangle it or to drop what has its bits (RFC 3168 section 6.1.1.1, RFC 9768 sections 3.1.4.1 and 3.2.2.3). */
  readonly ecnFallback: boolean;
  /** SYNs that go again and still ask for classic ECN, where there is a fallback (RFC 3168 section 6.1.1.1). */
  readonly ecnRetries: number;
  /** A SYN that crosses ours is answered as one that a listener gets, when it asks for classic ECN. */
  readonly ecnOfCrossingSyn: boolean;
  /**
   * What AccECN tells of the IP-ECN field of our SYN or SYN,ACK counts: one that arrived marked makes the initial window one
   * segment, and one that arrived as anything but Not-ECT, or an answer that tells nothing, ends sending ECT (RFC 9768
   * sections 3.2.2.2 and 3.2.2.3).
   */
  readonly ecnOfHandshake: boolean;
  /** In AccECN mode all segments but SYNs and RSTs are ECN-capable, and not only new text (ECN++, draft-ietf-tcpm-generalized-ecn). */
  readonly ecnPlusPlus: boolean;
  /**
   * Counters of AccECN in options (RFC 9768 section 3.2.3.3): 'changed' with an ACK when one has changed, those that ever
   * have; 'linux' all of them with every segment, to a peer that has sent some; 'off' none: the ACE field is enough.
   */
  readonly accEcnOption: 'off' | 'changed' | 'linux';
  /** Nagle's algorithm off (MUST-17). */
  readonly noDelay: boolean;
  /** Longest delay of an ACK (MUST-40: below 500); 0 acknowledges at once. */
  readonly delayedAckMs: number;
  /**
   * Segments with text that are acknowledged at once before ACKs are delayed (Linux: 16): a peer in slow
   * start grows faster. It ends early when the user answers within the delay. 0: none.
   */
  readonly quickAcks: number;
  /** RFC 6298 section 2.1: before the first measurement. */
  readonly initialRtoMs: number;
  readonly minRtoMs: number;
  /** Added to every RTO but that of the first SYN or SYN,ACK, as FreeBSD does. */
  readonly rtoSlopMs: number;
  readonly maxRtoMs: number;
  /** R1 (3.8.3, SHLD-10): retransmissions of one segment before the user is told. */
  readonly r1: number;
  /** R2 (3.8.3, SHLD-11): how long one segment is retransmitted before the connection is given up. */
  readonly r2Ms: number;
  /** R2 for a SYN (MUST-23: at least 180 000). */
  readonly synR2Ms: number;
  /** R2 for the SYN,ACK of a passive open. */
  readonly synAckR2Ms: number;
  /** R2 of a connection whose user has gone (both directions are closed); 0: as `r2Ms`. */
  readonly orphanR2Ms: number;
  /** USER TIMEOUT: overrides r2Ms when not 0 (MUST-21). */
  readonly userTimeoutMs: number;
  /** Keep-alives (MUST-25: off unless asked for). */
  readonly keepAlive: boolean;
  /** Idle time before the first probe (MUST-28: 7 200 000 or more by default). */
  readonly keepAliveIdleMs: number;
  readonly keepAliveIntervalMs: number;
  readonly keepAliveCount: number;
  /** How long FIN-WAIT-2 waits when the user has gone. */
  readonly finWait2Ms: number;
  /** RFC 5961 section 7: at most one challenge ACK a connection in this time. */
  readonly challengeAckMs: number;
  /** Initial window in segments (RFC 6928). */
  readonly initialWindow: number;
  /** Least MSS that is believed; a smaller option counts as this. */
  readonly minMss: number;
  /** Largest MSS that is offered and used, below what the path allows (TCP_MAXSEG); 0: no such bound. */
  readonly maxMss: number;
  /**
   * Search for the path MTU by probes (RFC 4821): 'on' from the start; 'blackhole' after R1 retransmissions of a
   * full segment of which no router said that it is too big; 'off': only routers are heard (RFC 1191, RFC 8201).
   */
  readonly mtuProbing: 'off' | 'blackhole' | 'on';
  /**
   * Ranges kept out of order; text that would make one more is dropped. 0: one for each 1024 octets of the receive
   * buffer, and 64 at least.
   */
  readonly maxRanges: number;
  /**
   * How a loss is found where SACK was negotiated: 'rack' by time, with tail loss probes (RFC 8985), 'dupacks' by
   * counting what was SACKed (RFC 6675). Without SACK duplicate ACKs are counted (RFC 5681, RFC 6582).
   */
  readonly lossDetection: 'rack' | 'dupacks';
  /** Name of the congestion control: 'cubic' (RFC 9438), 'newreno' (RFC 5681), 'bbr' (draft-ietf-ccwg-bbr), or one that was registered. */
  readonly congestion: string;
  /**
   * What connections leave to later ones to the same peer (RFC 9040): 'path' round-trip time, reordering, and that
   * SYNs for AccECN do not get through (RFC 9768 section 3.1.4.1), 'all' ssthresh, too; 'off': each begins knowing nothing.
   */
  readonly peerMetrics: 'off' | 'path' | 'all';
  /**
   * What makes a client leave Fast Open to a server alone for a while (RFC 7413 section 4.1.3.1): 'silence' no answer to
   * the SYN; 'refusal' the text of the SYN not taken, too; 'ignored' a request for a cookie not granted, too. 'never' is
   * Linux's: a request that was not granted is made once more with the experimental option, then as before.
   */
  readonly fastOpenRetreat: 'never' | 'silence' | 'refusal' | 'ignored';
  /** cwnd is what it was at the start again, or less, when nothing was sent for an RTO (RFC 5681 section 4.1, RFC 7661). */
  readonly restartAfterIdle: boolean;
  /** An echo of ECN costs CUBIC 15 % of cwnd and NewReno 20 % (RFC 8511), and not what a loss does. */
  readonly abe: boolean;
  /**
   * Segments leave at the rate that the congestion control answers, and not all at once that cwnd allows: 'on' and 'off'
   * always and never, 'auto' where the control asks for it, as 'bbr' does.
   */
  readonly pacing: 'auto' | 'on' | 'off';
  /** An ICMP report of an MTU that the quoted packet fits is not believed (RFC 5927 section 7.2). */
  readonly doubtsMtu: boolean;
  /** Segments of the usual kind are processed by a shorter way, with the same result. */
  readonly headerPrediction: boolean;
}

/** Defaults: Linux's where the RFCs leave a choice. */
export const defaultConfig: TcpConfig = {
  mslMs: 30_000,
  sendBuffer: 256 * 1024,
  sendBufferMax: 4 * 1024 * 1024,
  notsentLowat: 0,
  receiveBuffer: 256 * 1024,
  receiveBufferTuning: true,
  receiveWholeSegments: false,
  sendWholeSegments: false,
  resetUnread: true,
  windowInOctets: false,
  windowRoundedUp: false,
  receiveMemory: false,
  windowMayShrink: false,
  synWindow: 'buffer',
  receiveBufferMax: 6 * 1024 * 1024,
  windowScale: true,
  timestamps: true,
  sack: true,
  cookieSack: false,
  ecn: 'accept',
  ecnFallback: true,
  ecnRetries: 0,
  ecnOfCrossingSyn: false,
  ecnOfHandshake: true,
  ecnPlusPlus: false,
  accEcnOption: 'changed',
  mssOption: true,
  halfWindowSegments: false,
  synOptionOrder: 'linux',
  noDelay: false,
  delayedAckMs: 40,
  quickAcks: 0,
  initialRtoMs: 1000,
  minRtoMs: 200,
  rtoSlopMs: 0,
  maxRtoMs: 120_000,
  r1: 3,
  r2Ms: 924_600,
  synR2Ms: 180_000,
  synAckR2Ms: 180_000,
  orphanR2Ms: 0,
  userTimeoutMs: 0,
  keepAlive: false,
  keepAliveIdleMs: 7_200_000,
  keepAliveIntervalMs: 75_000,
  keepAliveCount: 9,
  finWait2Ms: 60_000,
  challengeAckMs: 500,
  initialWindow: 10,
  minMss: 48,
  maxMss: 0,
  doubtsMtu: true,
  mtuProbing: 'blackhole', // it costs nothing until then, and many a firewall drops what routers say
  maxRanges: 0,
  lossDetection: 'rack',
  congestion: 'cubic',
  peerMetrics: 'off', // what a connection does then follows from its own segments alone
  fastOpenRetreat: 'refusal',
  restartAfterIdle: true,
  abe: true,
  pacing: 'auto',
  headerPrediction: true,
};

/** What settings may be, each for itself. */
export const tcpOptions = new Schema<Partial<TcpConfig>>('tcp', {
  mslMs: whole(1, 600_000),
  sendBuffer: whole(1, 2 ** 24),
  sendBufferMax: whole(1, 2 ** 24),
  notsentLowat: whole(0, 2 ** 30),
  receiveBuffer: whole(1, 2 ** 24),
  receiveBufferTuning: flag,
  receiveWholeSegments: flag,
  sendWholeSegments: flag,
  resetUnread: flag,
  windowInOctets: flag,
  windowRoundedUp: flag,
  receiveMemory: flag,
  windowMayShrink: flag,
  synWindow: oneOf('buffer', 'segments'),
  receiveBufferMax: whole(1, 2 ** 30 - 1),
  windowScale: flag,
  timestamps: flag,
  sack: flag,
  cookieSack: flag,
  mssOption: flag,
  halfWindowSegments: flag,
  synOptionOrder: oneOf('linux', 'freebsd'),
  ecn: oneOf('off', 'accept', 'on', 'accurate', 'accept-accurate', 'on-accept-accurate'),
  ecnFallback: flag,
  ecnRetries: whole(0, 31),
  ecnOfCrossingSyn: flag,
  ecnOfHandshake: flag,
  ecnPlusPlus: flag,
  accEcnOption: oneOf('off', 'changed', 'linux'),
  noDelay: flag,
  delayedAckMs: whole(0, 499),
  quickAcks: whole(0, 1000),
  initialRtoMs: whole(1, 60_000),
  minRtoMs: whole(1, 60_000),
  rtoSlopMs: whole(0, 60_000),
  maxRtoMs: whole(1, 3_600_000),
  r1: whole(1, 100),
  r2Ms: whole(1000, 2 ** 30),
  synR2Ms: whole(1, 2 ** 30),
  synAckR2Ms: whole(1, 2 ** 30),
  orphanR2Ms: whole(0, 2 ** 30),
  userTimeoutMs: whole(0, 2 ** 30),
  keepAlive: flag,
  keepAliveIdleMs: whole(1, 2 ** 30),
  keepAliveIntervalMs: whole(1, 2 ** 30),
  keepAliveCount: whole(1, 127),
  finWait2Ms: whole(1, 2 ** 30),
  challengeAckMs: whole(0, 60_000),
  initialWindow: whole(1, 100),
  minMss: whole(28, 536), // options take up to 12 of them
  maxMss: whole(0, 0xffff),
  doubtsMtu: flag,
  mtuProbing: oneOf('off', 'blackhole', 'on'),
  maxRanges: whole(0, 65_536),
  lossDetection: oneOf('rack', 'dupacks'),
  congestion: named(congestionNames),
  peerMetrics: oneOf('off', 'path', 'all'),
  fastOpenRetreat: oneOf('never', 'silence', 'refusal', 'ignored'),
  restartAfterIdle: flag,
  abe: flag,
  pacing: oneOf('auto', 'on', 'off'),
  headerPrediction: flag,
});

/**
 * `base` with what differs. A buffer whose size is set is of that size: it does not grow, unless what it grows to
 * is set beside it.
 */
export function withSettings(base: TcpConfig, differing: Partial<TcpConfig>): TcpConfig {
  const { sendBuffer, receiveBuffer, receiveBufferMax } = differing;
  return {
    ...base,
    ...(sendBuffer === undefined ? {} : { sendBufferMax: sendBuffer }),
    ...(receiveBuffer === undefined || receiveBufferMax !== undefined
      ? {}
      : { receiveBufferTuning: false, receiveBufferMax: Math.max(receiveBuffer, base.receiveBufferMax) }),
    ...differing,
  };
}

/** Throws an OptionTypeError or OptionRangeError that names the setting that cannot be. */
export function checkConfig(c: TcpConfig): TcpConfig {
  tcpOptions.checkAt(c, '', 'tcp.');
  const ordered = (
    low: 'sendBuffer' | 'receiveBuffer' | 'minRtoMs' | 'minMss',
    high: keyof TcpConfig,
  ): void => {
    if ((c[high] as number) >= c[low]) return;
    throw outOfRange('', `tcp.${high}`, c[high], `at least ${low}, which is ${c[low]}`);
  };
  ordered('sendBuffer', 'sendBufferMax');
  ordered('receiveBuffer', 'receiveBufferMax');
  ordered('minRtoMs', 'maxRtoMs');
  if (c.maxMss !== 0) ordered('minMss', 'maxMss');
  return c;
}
