// TCP segments of a script to octets and back: every flag and option can be written, right or wrong
// (RFC 9293 section 3.1 and 3.2, RFC 7413, RFC 9768).

import type { AccEcnCounter, TcpFlags, TcpOption } from '../ast.ts';
import { isJudged } from '../parse/index.ts';

/** Option kinds. */
const KIND = { eol: 0, nop: 1, mss: 2, wscale: 3, sackOK: 4, sack: 5, TS: 8, md5: 19, FO: 34 } as const;
const ECN_E0B_FIRST = 172;
const ECN_E1B_FIRST = 174;
const EXPERIMENT = 254;
const FASTOPEN_MAGIC = 0xf989;
const AE = 256;

function hex(text: string): number[] {
  return text.match(/../g)?.map((h) => Number.parseInt(h, 16)) ?? [];
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

function u32(n: number): number[] {
  return [(n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff];
}

function counters(list: readonly AccEcnCounter[]): number[] {
  return list.flatMap(({ value }) => [(value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
}

/** Octets of one option. Missing values (`wscale *`, `TS val ...`) are 0. */
export function optionOctets(o: TcpOption): number[] {
  const wrap = (kind: number, data: number[]): number[] => [kind, data.length + 2, ...data];
  switch (o.kind) {
    case 'eol':
    case 'nop':
      return [KIND[o.kind]];
    case 'sackOK':
      return wrap(KIND.sackOK, []);
    case 'mss':
      return wrap(KIND.mss, [o.bytes >>> 8, o.bytes & 0xff]);
    case 'wscale':
      return wrap(KIND.wscale, [o.shift ?? 0]);
    case 'sack':
      return wrap(
        KIND.sack,
        o.blocks.flatMap((b) => [...u32(b.left), ...u32(b.right)]),
      );
    case 'TS':
      return wrap(KIND.TS, [...u32(o.val ?? 0), ...u32(o.ecr)]);
    case 'md5':
      // A signature that is `valid` or `invalid` is filled in when the segment is whole.
      return wrap(KIND.md5, isJudged(o.digest) ? new Array<number>(16).fill(0) : hex(o.digest));
    case 'FO':
      return wrap(KIND.FO, hex(o.cookie));
    case 'FOEXP':
      return wrap(EXPERIMENT, [FASTOPEN_MAGIC >>> 8, FASTOPEN_MAGIC & 0xff, ...hex(o.cookie)]);
    case 'ECN':
      return wrap(o.counters[0]?.name === 'e1b' ? ECN_E1B_FIRST : ECN_E0B_FIRST, counters(o.counters));
    case 'unknown':
      return wrap(o.option, hex(o.data));
  }
}

/** What a segment's header says; sequence numbers unsigned. */
export interface TcpFields {
  readonly srcPort: number;
  readonly dstPort: number;
  readonly seq: number;
  readonly ack: number;
  /** FIN 1 … CWR 128, AE 256. */
  readonly bits: number;
  readonly win: number;
  readonly urg: number;
  readonly options: readonly TcpOption[];
  /** The three bits between data offset and AE. */
  readonly reserved: number;
}

/** Header and `length` zero octets; the checksum field is 0. Options are padded with zeros. */
export function tcpOctets(f: TcpFields, length: number): Uint8Array {
  const options = f.options.flatMap(optionOctets);
  const head = 20 + Math.ceil(options.length / 4) * 4;
  const out = new Uint8Array(head + length);
  const dv = new DataView(out.buffer);
  dv.setUint16(0, f.srcPort);
  dv.setUint16(2, f.dstPort);
  dv.setUint32(4, f.seq >>> 0);
  dv.setUint32(8, f.ack >>> 0);
  dv.setUint8(12, ((head >> 2) << 4) | (f.reserved << 1) | ((f.bits & AE) !== 0 ? 1 : 0));
  dv.setUint8(13, f.bits & 0xff);
  dv.setUint16(14, f.win);
  dv.setUint16(18, f.urg);
  out.set(options, 20);
  return out;
}

/** A segment that was read; `options` null when their lengths are wrong. */
export interface TcpView extends Omit<TcpFields, 'options'> {
  readonly headerLength: number;
  readonly options: readonly TcpOption[] | null;
  readonly payload: Uint8Array;
}

/** Reads a segment; null when it is too short to be one. */
export function readTcp(bytes: Uint8Array): TcpView | null {
  if (bytes.length < 20) return null;
  const dv = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerLength = (dv.getUint8(12) >> 4) * 4;
  if (headerLength < 20 || headerLength > bytes.length) return null;
  return {
    srcPort: dv.getUint16(0),
    dstPort: dv.getUint16(2),
    seq: dv.getUint32(4),
    ack: dv.getUint32(8),
    bits: dv.getUint8(13) | ((dv.getUint8(12) & 1) << 8),
    reserved: (dv.getUint8(12) >> 1) & 7,
    win: dv.getUint16(14),
    urg: dv.getUint16(18),
    headerLength,
    options: readOptions(bytes.subarray(20, headerLength)),
    payload: bytes.subarray(headerLength),
  };
}

function readOptions(bytes: Uint8Array): TcpOption[] | null {
  const out: TcpOption[] = [];
  for (let i = 0; i < bytes.length; ) {
    const kind = bytes[i] as number;
    if (kind === KIND.eol || kind === KIND.nop) {
      out.push({ kind: kind === KIND.eol ? 'eol' : 'nop' });
      i++;
      continue;
    }
    const length = bytes[i + 1] ?? 0;
    if (length < 2 || i + length > bytes.length) return null;
    out.push(readOption(kind, bytes.subarray(i + 2, i + length)));
    i += length;
  }
  return out;
}

function readOption(kind: number, data: Uint8Array): TcpOption {
  const dv = new DataView(data.buffer, data.byteOffset, data.length);
  const n = data.length;
  if (kind === KIND.mss && n === 2) return { kind: 'mss', bytes: dv.getUint16(0) };
  if (kind === KIND.wscale && n === 1) return { kind: 'wscale', shift: dv.getUint8(0) };
  if (kind === KIND.sackOK && n === 0) return { kind: 'sackOK' };
  if (kind === KIND.TS && n === 8)
    return { kind: 'TS', val: dv.getUint32(0), ecr: dv.getUint32(4), ecrAbsolute: false };
  if (kind === KIND.sack && n > 0 && n % 8 === 0) {
    const blocks = Array.from({ length: n / 8 }, (_, i) => ({
      left: dv.getUint32(8 * i),
      right: dv.getUint32(8 * i + 4),
    }));
    return { kind: 'sack', blocks };
  }
  if (kind === KIND.md5 && n === 16) return { kind: 'md5', digest: toHex(data) };
  if (kind === KIND.FO) return { kind: 'FO', cookie: toHex(data) };
  if (kind === EXPERIMENT && n >= 2 && dv.getUint16(0) === FASTOPEN_MAGIC)
    return { kind: 'FOEXP', cookie: toHex(data.subarray(2)) };
  if ((kind === ECN_E0B_FIRST || kind === ECN_E1B_FIRST) && n % 3 === 0 && n > 0 && n <= 9) {
    const names =
      kind === ECN_E0B_FIRST ? (['e0b', 'ceb', 'e1b'] as const) : (['e1b', 'ceb', 'e0b'] as const);
    const list = Array.from({ length: n / 3 }, (_, i) => ({
      name: names[i] as 'e0b' | 'ceb' | 'e1b',
      value: (dv.getUint8(3 * i) << 16) | dv.getUint16(3 * i + 1),
    }));
    return { kind: 'ECN', counters: list };
  }
  return { kind: 'unknown', option: kind, data: toHex(data) };
}

const LETTERS: readonly (readonly [number, string])[] = [
  [1, 'FIN'],
  [2, 'SYN'],
  [4, 'RST'],
  [8, 'PSH'],
  [16, 'ACK'],
  [32, 'URG'],
  [64, 'ECE'],
  [128, 'CWR'],
  [256, 'AE'],
];

/** Control bits by name, for messages: `SYN,ACK`. */
export function bitNames(bits: number): string {
  const names = LETTERS.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? 'none' : names.join(',');
}

/** Flags of a live segment, without an ACE digit. */
export function flagsOf(bits: number, asAce: boolean): TcpFlags {
  const ace = ((bits >> 8) & 1) * 4 + ((bits >> 7) & 1) * 2 + ((bits >> 6) & 1);
  return { bits, ace: asAce ? ace : null };
}
