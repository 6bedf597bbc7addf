// What a host counts, and what somebody may watch: counters always, a tap when there is one.

import { DROP_COUNT, type Drop, type Tcb, type TimerName, type Transition } from '../../tcp/index.ts';
import type { Segment } from '../../wire/index.ts';

/** Counters of a host. Packets, octets, events since it was made. */
export class HostCounters {
  packetsIn = 0;
  packetsOut = 0;
  octetsIn = 0;
  octetsOut = 0;
  /** By `Malformed` code. */
  readonly malformed: number[] = new Array(64).fill(0);
  /** Not to an address of ours. */
  notForUs = 0;
  /** From an address that nobody can have: a group's, all, nobody's, from outside a loopback's or ours. */
  impossibleSource = 0;
  /** Packets that went on to other hosts. */
  forwarded = 0;
  /** Those that did not: from or to where none may go. */
  forwardMartians = 0;
  /** Whose time to live was over. */
  forwardExpired = 0;
  /** Too big for the next link, and not to be fragmented. */
  forwardTooBig = 0;
  /** No protocol of ours. */
  unknownProtocol = 0;
  noRoute = 0;
  noMemory = 0;
  /** Buffers that could not grow because the Memory is nearly full. */
  buffersRefused = 0;
  /** Connections that gave up their text out of order for that reason. */
  outOfOrderPruned = 0;
  /** Connections without a user that were reset for that reason, or because there are `orphanCapacity`. */
  orphansAborted = 0;
  /** Connections whose peer kept its window closed that were reset because the Memory is nearly full. */
  zeroWindowsAborted = 0;
  /** Fragments that were discarded, alone or with their datagram. */
  fragmentsDropped = 0;
  reassembled = 0;
  loopbackDropped = 0;
  /** Reads, writes, accepts and receives that were refused because too many wait. */
  waitsRefused = 0;
  /** Packets that waited for a neighbour and gave way: four for each, entries by the cache's capacity. */
  neighbourOverflows = 0;
  tcpBadChecksum = 0;
  /** To an address that cannot speak TCP: a group's (MUST-57). */
  tcpBadAddress = 0;
  segmentsIn = 0;
  segmentsOut = 0;
  resetsOut = 0;
  /** Segments that could not be signed: the key of their peer is gone (RFC 2385). */
  md5NoKey = 0;
  /** RSTs to segments of no connection that were not sent because of the rate limit. */
  resetsLimited = 0;
  activeOpens = 0;
  passiveOpens = 0;
  /** Discarded segments by {@link Drop}. */
  readonly drops: number[] = new Array(DROP_COUNT + 1).fill(0);
  /** Connections refused because there are `connectionCapacity`. */
  connectionOverflows = 0;
  /** SYNs refused because the accept queue was full. */
  acceptOverflows = 0;
  /** SYNs that met a full SYN queue. */
  synOverflows = 0;
  cookiesSent = 0;
  cookiesAccepted = 0;
  cookiesFailed = 0;
  /** TCP Fast Open: SYNs whose cookie was right, wrong, or right with `fastOpen` of the listener waiting. */
  fastOpenAccepted = 0;
  fastOpenBadCookies = 0;
  fastOpenOverflows = 0;
  /** SYNs of ours with the option that were not answered within the RTO. */
  fastOpenFailed = 0;
  /** Connections that began with what earlier ones to the peer had found out, and peers forgotten for newer ones. */
  metricsUsed = 0;
  metricsEvicted = 0;
  /** TIME-WAIT records pushed out before their time. */
  timeWaitOverflows = 0;
  udpIn = 0;
  udpOut = 0;
  udpBadChecksum = 0;
  /** Datagrams for a full queue. */
  udpDropped = 0;
  icmpIn = 0;
  icmpOut = 0;
  /** ICMP errors that quoted nothing of ours (RFC 5927). */
  icmpIgnored = 0;
  /** ICMP errors not sent because of the rate limit. */
  icmpLimited = 0;
}

/** Somebody who watches a host. None of these may change anything. The TCB is valid only during the call. */
export interface HostTap {
  /** A segment went out; `tcb` is null when it belongs to no connection. */
  segmentOut?(tcb: Tcb | null, seg: Segment, nowUs: number): void;
  /** A segment has come, and nothing is done about it yet; `tcb` is that of its connection, or listener, or record. */
  arrives?(tcb: Tcb | null, seg: Segment, nowUs: number): void;
  /**
   * It has been processed: `tcb.state` is the state after it, `tcb` that of the connection which it has made. Of the
   * segment what was old or beyond the window may be cut off.
   */
  processed?(tcb: Tcb | null, seg: Segment, nowUs: number): void;
  transition?(tcb: Tcb, row: Transition, nowUs: number): void;
  drop?(tcb: Tcb | null, seg: Segment, reason: Drop, nowUs: number): void;
  timerSet?(tcb: Tcb, timer: TimerName, deadlineMs: number, nowUs: number): void;
  timerFired?(tcb: Tcb, timer: TimerName, nowUs: number): void;
}

/** A host has one tap: this one tells two, the first one first. */
export function bothTaps(a: HostTap | null, b: HostTap): HostTap {
  if (a === null) return b;
  const timers: HostTap = {};
  if (a.timerSet !== undefined || b.timerSet !== undefined) {
    timers.timerSet = (tcb, timer, deadlineMs, nowUs) => {
      a.timerSet?.(tcb, timer, deadlineMs, nowUs);
      b.timerSet?.(tcb, timer, deadlineMs, nowUs);
    };
  }
  if (a.timerFired !== undefined || b.timerFired !== undefined) {
    timers.timerFired = (tcb, timer, nowUs) => {
      a.timerFired?.(tcb, timer, nowUs);
      b.timerFired?.(tcb, timer, nowUs);
    };
  }
  return {
    ...timers,
    segmentOut(tcb, seg, nowUs) {
      a.segmentOut?.(tcb, seg, nowUs);
      b.segmentOut?.(tcb, seg, nowUs);
    },
    arrives(tcb, seg, nowUs) {
      a.arrives?.(tcb, seg, nowUs);
      b.arrives?.(tcb, seg, nowUs);
    },
    processed(tcb, seg, nowUs) {
      a.processed?.(tcb, seg, nowUs);
      b.processed?.(tcb, seg, nowUs);
    },
    transition(tcb, row, nowUs) {
      a.transition?.(tcb, row, nowUs);
      b.transition?.(tcb, row, nowUs);
    },
    drop(tcb, seg, reason, nowUs) {
      a.drop?.(tcb, seg, reason, nowUs);
      b.drop?.(tcb, seg, reason, nowUs);
    },
  };
}
