// One segment as it was captured, and what following its connection found out about it.

import { ACK, FIN, RST, SYN } from '../../wire/index.ts';

/** What a segment turned out to be. Bits of {@link Seen.marks}. */
export const Mark = {
  /** Its sequence numbers were sent before. With it come the bits that say why. */
  RETRANSMITTED: 1 << 0,
  /** The retransmission timer ran out (RFC 6298). */
  TIMEOUT: 1 << 1,
  /** After duplicate ACKs (RFC 5681 section 3.2). */
  FAST: 1 << 2,
  /** Of a hole that SACK showed (RFC 6675). */
  SACK_HOLE: 1 << 3,
  /** The tail sent once more, before the timer (RFC 8985 section 7). */
  TAIL_PROBE: 1 << 4,
  /** It was not needed: acknowledged before, or DSACK (RFC 2883) or timestamps (RFC 3522) say so later. */
  SPURIOUS: 1 << 5,
  /** Its first sending is not in the capture: it was lost before this point, or by the capture. */
  FIRST_UNSEEN: 1 << 6,
  /** Overtaken on the way: no retransmission. */
  REORDERED: 1 << 7,
  /** The same acknowledgment again (RFC 5681 section 2). */
  DUPLICATE_ACK: 1 << 8,
  /** It announces a window of 0. */
  ZERO_WINDOW: 1 << 9,
  /** Asks whether the window is still 0 (RFC 9293 section 3.8.6.1). */
  WINDOW_PROBE: 1 << 10,
  /** Asks whether the peer is there (section 3.8.4). */
  KEEP_ALIVE: 1 << 11,
  /** It fills the announced window. */
  WINDOW_FULL: 1 << 12,
  /** It acknowledges what is not in the capture. */
  UNSEEN_ACKED: 1 << 13,
  /** The same packet, captured twice. */
  COPY: 1 << 14,
  /** The capture has it before its cause. */
  CAPTURE_ORDER: 1 << 15,
  /** Its numbers are not of this connection: an answer for an old one, or for nobody. */
  STRAY: 1 << 16,
  /** Its checksum is wrong: the receiver discards it. */
  BAD_SUM: 1 << 17,
  /** Its options make no sense. */
  BAD_OPTION: 1 << 18,
  /** The snap length cut its options: those that are not there may have been. */
  OPTIONS_CUT: 1 << 19,
} as const;

/** Names of the marks, as the JSON has them. */
export const markNames: readonly string[] = Object.keys(Mark).map((name) =>
  name.toLowerCase().replaceAll('_', '-'),
);

/** The names of the bits in `marks`. */
export function namesOfMarks(marks: number): string[] {
  return markNames.filter((_, bit) => (marks & (1 << bit)) !== 0);
}

/** Who sent: 0 is the client, who opened actively as far as is known; 1 the server. */
export type Way = 0 | 1;

/** The other side. */
export function otherWay(way: Way): Way {
  return way === 0 ? 1 : 0;
}

/** A captured segment. Sequence numbers are int32, as on the wire. */
export class Seen {
  readonly frame: number;
  /** Microseconds since the first frame of the capture. */
  readonly us: number;
  readonly way: Way;
  readonly ctl: number;
  readonly seq: number;
  readonly ack: number;
  /** The window field, not scaled. */
  readonly wnd: number;
  /** Octets of text, on the wire. */
  readonly length: number;
  /** OPT_… bits; options that matter follow. */
  readonly opts: number;
  readonly mss: number;
  /** -1: no option. */
  readonly wscale: number;
  readonly tsVal: number;
  readonly tsEcr: number;
  /** Pairs of edges; null without the option. */
  readonly sack: readonly number[] | null;
  readonly ttl: number;
  /** Identification of the IPv4 packet; -1 in IPv6. */
  readonly ipId: number;
  /** The four bits between data offset and CWR. */
  readonly reserved: number;
  marks = 0;
  /** The sets of states that both ends may be in after it: the client's in the lower 16 bits. */
  states = 0;

  constructor(values: Omit<Seen, 'marks' | 'states' | 'end' | 'is' | 'pure'>) {
    this.frame = values.frame;
    this.us = values.us;
    this.way = values.way;
    this.ctl = values.ctl;
    this.seq = values.seq;
    this.ack = values.ack;
    this.wnd = values.wnd;
    this.length = values.length;
    this.opts = values.opts;
    this.mss = values.mss;
    this.wscale = values.wscale;
    this.tsVal = values.tsVal;
    this.tsEcr = values.tsEcr;
    this.sack = values.sack;
    this.ttl = values.ttl;
    this.ipId = values.ipId;
    this.reserved = values.reserved;
  }

  /** The sequence number behind it. */
  get end(): number {
    return (this.seq + this.length + ((this.ctl & SYN) >> 1) + (this.ctl & FIN)) | 0;
  }

  /** Whether all these control bits are set. */
  is(bits: number): boolean {
    return (this.ctl & bits) === bits;
  }

  /** An ACK and nothing else. */
  get pure(): boolean {
    return this.length === 0 && (this.ctl & (SYN | FIN | RST | ACK)) === ACK;
  }
}

/** An ICMP error about a segment of the connection. */
export interface IcmpSeen {
  readonly frame: number;
  readonly us: number;
  /** The family of the message: the types of ICMP and ICMPv6 differ. */
  readonly family: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** Of "fragmentation needed" and "packet too big"; 0 when not told. */
  readonly mtu: number;
  /** Who sent the segment that the error is about. */
  readonly way: Way;
  /** Who sent the error. */
  readonly from: string;
}
