// MD5 signatures of segments in scripts (RFC 2385): those that are `valid` by `--tcp_md5_secret`, and `invalid` ones. The
// digest is the stack's code, which wire/md5.test.ts holds against another; what is digested is put together here.

import { type IpAddress, Md5 } from '../../wire/index.ts';
import type { TcpOption } from '../ast.ts';
import { isJudged } from '../parse/index.ts';
import { TCP } from './octets.ts';
import { UnsupportedError } from './result.ts';

const KIND_MD5 = 19;
const LENGTH = 16;

/** The signature of a segment from `src` to `dst`. Throws UnsupportedError without a secret. */
function signature(segment: Uint8Array, src: IpAddress, dst: IpAddress, secret: string | null): Uint8Array {
  if (secret === null) throw new UnsupportedError('an MD5 signature without --tcp_md5_secret');
  const six = src.family === 6;
  const pseudo = new Uint8Array(six ? 40 : 12);
  const dv = new DataView(pseudo.buffer);
  const words = [src, dst].flatMap((a) => (six ? [a.w0, a.w1, a.w2, a.w3] : [a.w3]));
  for (const [i, word] of words.entries()) dv.setInt32(4 * i, word);
  if (six) {
    dv.setUint32(32, segment.length);
    dv.setUint32(36, TCP);
  } else {
    dv.setUint16(8, TCP);
    dv.setUint16(10, segment.length);
  }
  const header = segment.slice(0, 20);
  header.fill(0, 16, 18);
  const text = segment.subarray(((segment[12] as number) >> 4) * 4);
  const out = new Uint8Array(LENGTH);
  new Md5().start().add(pseudo).add(header).add(text).add(new TextEncoder().encode(secret)).finish(out);
  return out;
}

/** What `word` means: the signature, or one in which every bit is wrong. */
function digestOf(word: string, right: Uint8Array): Uint8Array {
  return word === 'valid' ? right : right.map((octet) => ~octet & 0xff);
}

/** Fills in the signature of a segment whose option has room for it. */
export function sign(
  segment: Uint8Array,
  word: string,
  src: IpAddress,
  dst: IpAddress,
  secret: string | null,
): void {
  const end = ((segment[12] as number) >> 4) * 4;
  for (let i = 20; i < end && segment[i] !== 0; i += segment[i] === 1 ? 1 : (segment[i + 1] as number)) {
    if (segment[i] === KIND_MD5) segment.set(digestOf(word, signature(segment, src, dst, secret)), i + 2);
  }
}

/** The options of a line, with the digest that `valid` and `invalid` stand for in this live segment. */
export function withDigests(
  options: readonly TcpOption[],
  segment: Uint8Array,
  src: IpAddress,
  dst: IpAddress,
  secret: string | null,
): readonly TcpOption[] {
  return options.map((o) => {
    if (o.kind !== 'md5' || !isJudged(o.digest)) return o;
    const octets = digestOf(o.digest, signature(segment, src, dst, secret));
    return { kind: 'md5', digest: [...octets].map((b) => b.toString(16).padStart(2, '0')).join('') };
  });
}
