// The signature of a segment by the TCP MD5 Signature option (RFC 2385 section 2.0).

import { Md5 } from './md5.ts';
import type { Memory } from './memory.ts';
import { TCP_CHECKSUM_OFFSET, TCP_HEADER_LENGTH } from './tcp.ts';

/** Protocol number of TCP, as it stands in the pseudo-header. */
const PROTOCOL = 6;

/** Where a packet comes from and goes to: four words each, IPv4 as ::ffff:a.b.c.d. */
export interface Md5Way {
  readonly family: number;
  readonly src0: number;
  readonly src1: number;
  readonly src2: number;
  readonly src3: number;
  readonly dst0: number;
  readonly dst1: number;
  readonly dst2: number;
  readonly dst3: number;
}

const md5 = new Md5();
const pseudo = new Uint8Array(40);
const pseudoView = new DataView(pseudo.buffer);
const header = new Uint8Array(TCP_HEADER_LENGTH);

/**
 * The signature of the segment of `len` octets at `off`, with `headerLen` octets of header, into 16 octets of `out` from
 * `at` on: over the pseudo-header, the header without options and with a checksum of zero, the text, and the key.
 */
export function tcpSignature(
  mem: Memory,
  way: Md5Way,
  off: number,
  headerLen: number,
  len: number,
  key: Uint8Array,
  out: Uint8Array,
  at: number,
): void {
  const { u8 } = mem;
  header.set(u8.subarray(off, off + TCP_HEADER_LENGTH));
  header.fill(0, TCP_CHECKSUM_OFFSET, TCP_CHECKSUM_OFFSET + 2);
  md5
    .start()
    .add(pseudo, 0, writePseudo(way, len))
    .add(header)
    .add(u8, off + headerLen, off + len)
    .add(key)
    .finish(out, at);
}

/** The pseudo-header as octets (RFC 9293 section 3.1, RFC 8200 section 8.1); how many they are. */
function writePseudo(w: Md5Way, len: number): number {
  pseudo.fill(0);
  const dv = pseudoView;
  if (w.family !== 6) {
    dv.setInt32(0, w.src3);
    dv.setInt32(4, w.dst3);
    dv.setUint16(8, PROTOCOL);
    dv.setUint16(10, len);
    return 12;
  }
  [w.src0, w.src1, w.src2, w.src3, w.dst0, w.dst1, w.dst2, w.dst3].forEach((word, i) => {
    dv.setInt32(4 * i, word);
  });
  dv.setUint32(32, len);
  dv.setUint32(36, PROTOCOL);
  return 40;
}
