// The fields of a packet, octet by octet: IPv4 (RFC 791), IPv6 (RFC 8200), TCP (RFC 9293 section 3.1) with its
// options. Reads what is there and stops where the packet ends; nothing is thrown for damaged packets.

import type { Trace } from '../../lab/index.ts';
import { formatWords } from '../../wire/index.ts';
import { sentOf } from './model.ts';

/** A field: where it is, and what it says. Names are those of the RFCs. */
export interface Field {
  readonly name: string;
  readonly value: string;
  /** Octets from the beginning of the packet, and how many. Of several fields in one octet each has the whole. */
  readonly at: number;
  readonly length: number;
}

const BITS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'] as const;
const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPv6' };

/** Octets of a hexadecimal text. */
export function octetsOf(hex: string): Uint8Array {
  const octets = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < octets.length; i++) octets[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return octets;
}

/** The packet of the segment at an event, in octets; null if there is none, or the trace is not detailed. */
export function packetAt(trace: Trace, at: number): Uint8Array | null {
  const packet = sentOf(trace, at)?.packet;
  return packet === undefined ? null : octetsOf(packet);
}

/** The fields of the packet at an event. */
export function fieldsAt(trace: Trace, at: number): readonly Field[] {
  const packet = packetAt(trace, at);
  return packet === null ? [] : dissect(packet);
}

/** Takes fields one after the other. */
class Reader {
  readonly fields: Field[] = [];
  readonly #octets: Uint8Array;
  readonly #view: DataView;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  /** A number of 1, 2 or 4 octets; 0 beyond the end. */
  number(at: number, length: 1 | 2 | 4): number {
    if (at + length > this.#octets.length) return 0;
    if (length === 1) return this.#view.getUint8(at);
    return length === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  put(name: string, at: number, length: number, value: string | number): void {
    if (length > 0 && at + length <= this.#octets.length)
      this.fields.push({ name, value: String(value), at, length });
  }

  plain(name: string, at: number, length: 1 | 2 | 4): void {
    this.put(name, at, length, this.number(at, length));
  }

  hex(name: string, at: number, length: 1 | 2 | 4): void {
    this.put(name, at, length, hex(this.number(at, length), 2 * length));
  }

  slice(at: number, length: number): Uint8Array {
    return this.#octets.subarray(at, at + length);
  }

  get length(): number {
    return this.#octets.length;
  }
}

function hex(n: number, digits: number): string {
  return `0x${n.toString(16).padStart(digits, '0')}`;
}

/** The fields of an IP packet, in the order of their octets. */
export function dissect(packet: Uint8Array): Field[] {
  const reader = new Reader(packet);
  const version = reader.number(0, 1) >> 4;
  if (version === 4) ipv4(reader);
  else if (version === 6) ipv6(reader);
  else reader.put('version', 0, 1, version);
  return reader.fields;
}

function ipv4(r: Reader): void {
  const header = (r.number(0, 1) & 15) * 4;
  r.put('ip.version', 0, 1, 4);
  r.put('ip.ihl', 0, 1, `${header / 4} (${header})`);
  r.hex('ip.tos', 1, 1);
  r.plain('ip.total length', 2, 2);
  r.hex('ip.identification', 4, 2);
  const fragment = r.number(6, 2);
  r.put('ip.flags', 6, 2, [fragment & 0x4000 ? 'DF' : '', fragment & 0x2000 ? 'MF' : ''].join('') || '-');
  r.put('ip.fragment offset', 6, 2, (fragment & 0x1fff) * 8);
  r.plain('ip.ttl', 8, 1);
  const protocol = r.number(9, 1);
  r.put('ip.protocol', 9, 1, `${protocol}${protocol in PROTOCOLS ? ` ${PROTOCOLS[protocol]}` : ''}`);
  r.hex('ip.checksum', 10, 2);
  r.put('ip.source', 12, 4, r.slice(12, 4).join('.'));
  r.put('ip.destination', 16, 4, r.slice(16, 4).join('.'));
  if (header > 20) r.put('ip.options', 20, header - 20, hexText(r.slice(20, header - 20)));
  if (protocol === 6 && (fragment & 0x1fff) === 0) tcp(r, header, Math.min(r.number(2, 2), r.length));
  else r.put('payload', header, r.length - header, hexText(r.slice(header, r.length - header)));
}

function ipv6(r: Reader): void {
  const first = r.number(0, 4);
  r.put('ip.version', 0, 1, 6);
  r.put('ip.traffic class', 0, 2, hex((first >>> 20) & 255, 2));
  r.put('ip.flow label', 1, 3, hex(first & 0xfffff, 5));
  r.plain('ip.payload length', 4, 2);
  const next = r.number(6, 1);
  r.put('ip.next header', 6, 1, `${next}${next in PROTOCOLS ? ` ${PROTOCOLS[next]}` : ''}`);
  r.plain('ip.hop limit', 7, 1);
  if (r.length >= 40) {
    r.put('ip.source', 8, 16, ipv6Text(r, 8));
    r.put('ip.destination', 24, 16, ipv6Text(r, 24));
  }
  if (next === 6) tcp(r, 40, Math.min(40 + r.number(4, 2), r.length));
}

function ipv6Text(r: Reader, at: number): string {
  return formatWords(6, r.number(at, 4), r.number(at + 4, 4), r.number(at + 8, 4), r.number(at + 12, 4));
}

function tcp(r: Reader, at: number, end: number): void {
  const header = (r.number(at + 12, 1) >> 4) * 4;
  r.plain('tcp.source port', at, 2);
  r.plain('tcp.destination port', at + 2, 2);
  r.plain('tcp.seq', at + 4, 4);
  r.plain('tcp.ack', at + 8, 4);
  r.put('tcp.data offset', at + 12, 1, `${header / 4} (${header})`);
  const control = r.number(at + 13, 1);
  const names = BITS.filter((_, i) => (control & (1 << i)) !== 0).reverse();
  r.put('tcp.control bits', at + 13, 1, names.length === 0 ? '-' : names.join(','));
  r.plain('tcp.window', at + 14, 2);
  r.hex('tcp.checksum', at + 16, 2);
  r.plain('tcp.urgent pointer', at + 18, 2);
  options(r, at + 20, Math.min(at + header, end));
  const text = at + Math.max(header, 20);
  if (text < end) r.put('tcp.text', text, end - text, printable(r.slice(text, end - text)));
}

function options(r: Reader, begin: number, end: number): void {
  let at = begin;
  while (at < end) {
    const kind = r.number(at, 1);
    if (kind === 0) {
      r.put('option end', at, end - at, '');
      return;
    }
    if (kind === 1) {
      r.put('option NOP', at, 1, '');
      at++;
      continue;
    }
    const length = r.number(at + 1, 1);
    if (length < 2 || at + length > end) {
      r.put('options (damaged)', at, end - at, hexText(r.slice(at, end - at)));
      return;
    }
    option(r, kind, at, length);
    at += length;
  }
}

function option(r: Reader, kind: number, at: number, length: number): void {
  if (kind === 2 && length === 4) r.put('option MSS', at, 4, r.number(at + 2, 2));
  else if (kind === 3 && length === 3)
    r.put(
      'option window scale',
      at,
      3,
      `${r.number(at + 2, 1)} (x${2 ** Math.min(r.number(at + 2, 1), 14)})`,
    );
  else if (kind === 4 && length === 2) r.put('option SACK permitted', at, 2, '');
  else if (kind === 5) {
    const edges: string[] = [];
    for (let i = at + 2; i + 8 <= at + length; i += 8) edges.push(`${r.number(i, 4)}..${r.number(i + 4, 4)}`);
    r.put('option SACK', at, length, edges.join(' '));
  } else if (kind === 8 && length === 10)
    r.put('option timestamps', at, 10, `${r.number(at + 2, 4)}, echo ${r.number(at + 6, 4)}`);
  else if (kind === 34) r.put('option Fast Open', at, length, hexText(r.slice(at + 2, length - 2)) || '-');
  else r.put(`option ${kind}`, at, length, hexText(r.slice(at + 2, length - 2)));
}

function hexText(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join(' ');
}

/** Octets as text in quotes; others than printing ASCII, and UTF-8, as dots. */
function printable(octets: Uint8Array): string {
  const text = new TextDecoder().decode(octets).replace(/[\p{Cc}\p{Cf}\ufffd]/gu, '.');
  return `"${text}"`;
}
