// A TCP segment as the engine sees it: SEG.SEQ, SEG.ACK, SEG.LEN, SEG.WND, SEG.UP and the control
// bits of RFC 9293 section 3.1, the options of section 3.2, and where its text lies. One object is
// reused for every segment; nothing here is allocated per packet.

// Control bits, at their place in the 13th octet of the header (RFC 9293 section 3.1).

/** No more data from the sender. */
export const FIN = 0x01;
/** Synchronize sequence numbers. */
export const SYN = 0x02;
/** Reset the connection. */
export const RST = 0x04;
/** Push function. */
export const PSH = 0x08;
/** The acknowledgment field is significant: in every segment but the first. */
export const ACK = 0x10;
/** The urgent pointer is significant. */
export const URG = 0x20;
/** ECN-Echo (RFC 3168 section 6.1). */
export const ECE = 0x40;
/** Congestion window reduced (RFC 3168 section 6.1). */
export const CWR = 0x80;

// Bits of `Segment.opts`: which options are present.

/** Maximum segment size (RFC 9293 section 3.7.1): in `Segment.mss`. */
export const OPT_MSS = 0x01;
/** Window scale (RFC 7323 section 2): in `Segment.wscale`. */
export const OPT_WSCALE = 0x02;
/** SACK-permitted (RFC 2018 section 2). */
export const OPT_SACK_PERMITTED = 0x04;
/** SACK blocks (RFC 2018 section 3). */
export const OPT_SACK = 0x08;
/** Timestamps (RFC 7323 section 3). */
export const OPT_TIMESTAMPS = 0x10;
/** At least one option of a kind we do not know; its bytes are in the option area. */
export const OPT_UNKNOWN = 0x20;
/** TCP Fast Open (RFC 7413 section 4.1.1): a cookie, or with `cookieLen` 0 a request for one. */
export const OPT_FAST_OPEN = 0x40;
/** AccECN0 or AccECN1 (RFC 9768 section 3.2.3): `ecnFields` counters in `ecnOrder`. */
export const OPT_ACC_ECN = 0x80;
/** MD5 signature (RFC 2385 section 3.0), at `md5Off`. */
export const OPT_MD5 = 0x100;

/** Longest Fast Open cookie, in octets. */
export const MAX_COOKIE_LENGTH = 16;

// ECN field of an IP header (RFC 3168 section 5): the two low bits of `Segment.ecn`.

/** Not ECN-capable. */
export const ECN_NOT_ECT = 0;
/** ECN-capable transport, ECT(1). */
export const ECN_ECT_1 = 1;
/** ECN-capable transport, ECT(0): what TCP sends (RFC 3168 section 6.1.2). */
export const ECN_ECT_0 = 2;
/** Congestion experienced: a router has set it instead of dropping the packet. */
export const ECN_CE = 3;

/** At most four SACK blocks fit in 40 octets of options (RFC 2018 section 3). */
export const MAX_SACK_BLOCKS = 4;

/** One segment, received or to be sent. Sequence numbers are int32. */
export class Segment {
  srcPort = 0;
  dstPort = 0;
  /** SEG.SEQ: of the SYN if there is one, else of the first octet of text. */
  seq = 0;
  /** SEG.ACK; meaningful only with the ACK bit. */
  ack = 0;
  /** Control bits: FIN | SYN | … */
  ctl = 0;
  /** The four bits between data offset and CWR; the lowest is AE (see `aceOf`), the others are ignored on receipt. */
  reserved = 0;
  /** SEG.WND as in the header: 16 bits, not scaled. */
  wnd = 0;
  /** SEG.UP: offset from SEG.SEQ of the first octet after the urgent data. */
  up = 0;
  /** Offset in Memory of the text (received segments). */
  textOff = 0;
  /** Octets of text. */
  textLen = 0;
  /** Octets of text in each of the segments that this one stands for (generic segmentation offload); 0: it is one. */
  gsoSize = 0;
  /** @internal 1: the text lies in the receive buffer of its connection already, and counts when it is taken. */
  placed = 0;
  /** OPT_… bits. */
  opts = 0;
  /** MSS option value, 0..65535. */
  mss = 0;
  /** Window scale shift as received, 0..255 (RFC 7323: above 14 counts as 14). */
  wscale = 0;
  tsVal = 0;
  tsEcr = 0;
  sackCount = 0;
  /** Pairs left edge, right edge. */
  readonly sack = new Int32Array(2 * MAX_SACK_BLOCKS);
  /** Octets of `cookie` that are meant: 0, or an even number from 4 to 16. */
  cookieLen = 0;
  readonly cookie = new Uint8Array(MAX_COOKIE_LENGTH);
  /** 1: the Fast Open option is of the experimental kind 254 (RFC 7413 appendix, RFC 6994). */
  cookieExperimental = 0;
  /** AccECN option: 0 is AccECN0 (EE0B, ECEB, EE1B), 1 is AccECN1 (EE1B, ECEB, EE0B), and how many of these it has. */
  ecnOrder = 0;
  ecnFields = 0;
  /** Its counters, 24 bits each; meaningful as far as `ecnFields` says. */
  e0b = 0;
  ceb = 0;
  e1b = 0;
  /** Offset in Memory of the 16 octets of the MD5 signature, with OPT_MD5: received, or to be filled in. */
  md5Off = 0;
  /** 1: the options of a SYN go out in FreeBSD's order and with its padding instead of Linux's. */
  freebsdOrder = 0;
  /** ECN field of the packet: ECN_NOT_ECT, ECN_ECT_0, ECN_ECT_1, ECN_CE. */
  ecn = 0;
  /** The whole option area of a received segment: offset in Memory and length. */
  optOff = 0;
  optLen = 0;

  /** Makes this a segment without text and options. */
  set(seq: number, ack: number, ctl: number): this {
    this.seq = seq;
    this.ack = ack;
    this.ctl = ctl;
    this.reserved = 0;
    this.wnd = 0;
    this.up = 0;
    this.textOff = 0;
    this.textLen = 0;
    this.gsoSize = 0;
    this.placed = 0;
    this.opts = 0;
    this.sackCount = 0;
    this.cookieLen = 0;
    this.cookieExperimental = 0;
    this.ecnFields = 0;
    this.md5Off = 0;
    this.freebsdOrder = 0;
    this.ecn = 0;
    this.optOff = 0;
    this.optLen = 0;
    return this;
  }
}

/** SEG.LEN: octets of text, counting SYN and FIN (RFC 9293 section 3.4). */
export function segLen(seg: Segment): number {
  return seg.textLen + ((seg.ctl >> 1) & 1) + (seg.ctl & 1);
}

/** AE, CWR and ECE as one number: the ACE field (RFC 9768 section 3.2.2). */
export function aceOf(seg: Segment): number {
  return ((seg.reserved & 1) << 2) | ((seg.ctl >> 6) & 3);
}

/** Sets AE, CWR and ECE to the three low bits of `ace`. */
export function setAce(seg: Segment, ace: number): void {
  seg.reserved = (seg.reserved & ~1) | ((ace >> 2) & 1);
  seg.ctl = (seg.ctl & ~(CWR | ECE)) | ((ace & 3) << 6);
}

/** How many segments this one is, or stands for. */
export function segmentsIn(seg: Segment): number {
  return seg.gsoSize === 0 || seg.textLen <= seg.gsoSize ? 1 : Math.ceil(seg.textLen / seg.gsoSize);
}
