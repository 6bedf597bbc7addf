// What is known of one side of a connection: what it offered, what it sent and what of that was acknowledged. Numbers
// are those of RFC 9293 section 3.3.1 as an observer can know them.

import { seqGeq, seqGt, seqLeq, seqLt, seqMax } from '../../wire/index.ts';
import { RoundTrips } from './round-trips.ts';
import type { Seen } from './seen.ts';

/** Sequence numbers that were skipped: somebody sent them, but they were not seen. */
export interface Hole {
  start: number;
  end: number;
  /** The segment that skipped them; null: an acknowledgment told of them. */
  readonly by: Seen | null;
  readonly us: number;
}

/** Text under way. */
export interface Flight {
  readonly seq: number;
  readonly end: number;
  /** When it was last sent. */
  us: number;
  /** How often. */
  times: number;
}

const MOST_HOLES = 64;
const MOST_FLIGHTS = 1024;

/** How often each kind of retransmission was seen. */
export interface Retransmissions {
  /** Without SYNs: those are `handshake`. */
  all: number;
  handshake: number;
  timeout: number;
  fast: number;
  sack: number;
  tailProbe: number;
  spurious: number;
  /** With a FIN, and needed. */
  fin: number;
  /** Whose first sending was not seen. */
  firstUnseen: number;
}

/** One side. */
export class Side {
  readonly address: string;
  readonly port: number;
  packets = 0;
  /** Octets of text, retransmissions included, and without. */
  octets = 0;
  newOctets = 0;
  firstUs = -1;
  lastUs = -1;
  /** Its first SYN, with or without ACK; null: not seen. */
  syn: Seen | null = null;
  syns = 0;
  fin: Seen | null = null;
  fins = 0;
  rst: Seen | null = null;
  rsts = 0;
  /** Its FIN was acknowledged. */
  finAcked: Seen | null = null;
  /** -1: no window scale option. */
  wscale = -1;
  /** 0: no MSS option. */
  mss = 0;
  sackPermitted = false;
  timestamps = false;
  /** SND.NXT as seen: behind the last that it sent. Only with `begun`. */
  nxt = 0;
  /** SND.UNA as seen: what the peer has acknowledged. */
  una = 0;
  begun = false;
  /** The last acknowledgment that it sent; only with `hasAcked`. */
  ack = 0;
  hasAcked = false;
  /** Octets of the window that it announced last, scaled as far as the scale is known; -1 before the first. */
  window = -1;
  leastWindow = Number.POSITIVE_INFINITY;
  mostWindow = 0;
  /** The window field of its last segment. */
  field = 0;
  dupAcks = 0;
  /** The highest edge that it reported by SACK since the acknowledgment moved. */
  sackHigh = 0;
  sacked = false;
  /** Octets of text of its largest segment. */
  largest = 0;
  /** TTL of its first segment; 0 before. */
  ttl = 0;
  partialSums = 0;
  /** Of segments without text: the kernel leaves such sums in those that it has put together of several, too. */
  partialSumsOfOwn = 0;
  badSums = 0;
  /** Packets that the capturing interface sent, and received. */
  outbound = 0;
  inbound = 0;
  reordered = 0;
  readonly retransmitted: Retransmissions = {
    ...{ all: 0, handshake: 0, timeout: 0, fast: 0, sack: 0, tailProbe: 0, spurious: 0, fin: 0 },
    ...{ firstUnseen: 0 },
  };
  zeroWindows = 0;
  windowProbes = 0;
  keepAlives = 0;
  windowFull = 0;
  /** Octets that the peer acknowledged although the capture does not have them. */
  unseen = 0;
  /** From text to its acknowledgment, at the point of capture: microseconds. */
  readonly rtt = new RoundTrips();
  /** Of the first text, where the others also have that of the SYN; 0 before. */
  firstRtt = 0;
  /** The most octets that were outstanding. */
  mostFlight = 0;
  readonly holes: Hole[] = [];
  flights: Flight[] = [];
  /** The last retransmission, for DSACK and timestamps to speak about. */
  lastRetransmission: Seen | null = null;

  constructor(address: string, port: number) {
    this.address = address;
    this.port = port;
  }

  /** The first sequence number that is known: that of the SYN, or the first seen. */
  get iss(): number | null {
    return this.syn === null ? null : this.syn.seq;
  }

  /** Octets outstanding. */
  get flight(): number {
    return this.begun ? Math.max(0, (this.nxt - this.una) | 0) : 0;
  }

  addHole(start: number, end: number, by: Seen | null, us: number): void {
    if (this.holes.length === MOST_HOLES) this.holes.shift();
    this.holes.push({ start, end, by, us });
  }

  /** The hole that a segment falls into; null: its numbers were seen before. */
  holeAt(seq: number, end: number): Hole | null {
    for (const hole of this.holes) if (seqLt(seq, hole.end) && seqGt(end, hole.start)) return hole;
    return null;
  }

  /** Takes [seq, end) out of a hole. */
  fill(hole: Hole, seq: number, end: number): void {
    const behind = hole.end;
    const at = this.holes.indexOf(hole);
    if (seqLeq(seq, hole.start) && seqGeq(end, behind)) this.holes.splice(at, 1);
    else if (seqLeq(seq, hole.start)) hole.start = end;
    else {
      hole.end = seq;
      if (seqLt(end, behind)) this.addHole(end, behind, hole.by, hole.us);
    }
  }

  /** The last sending of the text at `seq`. */
  flightAt(seq: number, end: number): Flight | null {
    for (let n = this.flights.length - 1; n >= 0; n--) {
      const flight = this.flights[n] as Flight;
      if (seqLt(seq, flight.end) && seqGt(end, flight.seq)) return flight;
    }
    return null;
  }

  /** New text: SND.NXT moves. */
  send(seen: Seen): void {
    this.fly(seen, 1);
    this.nxt = seqMax(this.nxt, seen.end);
    this.mostFlight = Math.max(this.mostFlight, this.flight);
  }

  /** Text is under way that was sent so often; beyond the bound the oldest is forgotten. */
  fly(seen: Seen, times: number): void {
    const { seq, end, us } = seen;
    if (this.flights.length >= MOST_FLIGHTS) this.flights.shift();
    this.flights.push({ seq, end, us, times });
  }

  /** A segment of the peer acknowledges more: a round-trip time of what was sent once (Karn's rule). */
  acknowledged({ ack, us, frame }: Seen): void {
    this.una = ack;
    let gone = 0;
    let sample: Flight | null = null;
    for (const flight of this.flights) {
      if (seqGt(flight.end, ack)) break;
      gone++;
      sample = flight;
    }
    if (sample !== null && sample.times === 1) {
      const rtt = us - sample.us;
      if (rtt >= 0) this.rtt.add(rtt, us, frame);
      if (this.firstRtt === 0 && sample.seq !== this.iss) this.firstRtt = Math.max(0, rtt);
    }
    if (gone === this.flights.length) this.flights = [];
    else if (gone > 0) this.flights.splice(0, gone);
  }
}
