// ICMP (RFC 792; RFC 1122 section 3.2.2; fragmentation needed RFC 1191; quoting RFC 1812 section 4.3.2.3).

import { MAPPED } from './address.ts';
import { sum } from './checksum.ts';
import {
  ICMP_HEADER_LENGTH,
  type IcmpMessage,
  readEcho,
  readIcmpHeader,
  readQuoted,
  writeIcmp,
} from './icmp.ts';
import { Malformed } from './malformed.ts';
import type { Memory } from './memory.ts';

// Types.

/** Echo reply. */
export const ICMP4_ECHO_REPLY = 0;
/** Destination unreachable; the code says why. */
export const ICMP4_UNREACHABLE = 3;
/** Source quench: deprecated, to be ignored (RFC 6633). */
export const ICMP4_SOURCE_QUENCH = 4;
/** Redirect to a better gateway. */
export const ICMP4_REDIRECT = 5;
/** Echo request. */
export const ICMP4_ECHO_REQUEST = 8;
/** Time exceeded: TTL, or reassembly. */
export const ICMP4_TIME_EXCEEDED = 11;
/** A field of the header makes no sense. */
export const ICMP4_PARAMETER_PROBLEM = 12;

// Codes of ICMP4_UNREACHABLE.

/** Net unreachable. */
export const UNREACH4_NET = 0;
/** Host unreachable. */
export const UNREACH4_HOST = 1;
/** Protocol unreachable. */
export const UNREACH4_PROTOCOL = 2;
/** Port unreachable. */
export const UNREACH4_PORT = 3;
/** Communication with the destination network administratively prohibited (RFC 1122 section 3.2.2.1). */
export const UNREACH4_NET_PROHIBITED = 9;
/** Communication with the destination host administratively prohibited. */
export const UNREACH4_HOST_PROHIBITED = 10;
/** Fragmentation needed and DF set; has the MTU of the next hop (RFC 1191 section 4). */
export const UNREACH4_FRAG_NEEDED = 4;
/** Source route failed. */
export const UNREACH4_SOURCE_ROUTE = 5;
/** Communication administratively prohibited (RFC 1812 section 5.2.7.1). */
export const UNREACH4_ADMIN_PROHIBITED = 13;
// Codes of ICMP4_TIME_EXCEEDED.

/** TTL exceeded in transit. */
export const TIME4_TTL = 0;
/** Not all fragments came in time. */
export const TIME4_REASSEMBLY = 1;

/** An error message is at most this many octets with its 20-octet IP header (RFC 1812 section 4.3.2.3). */
const MAX_ERROR_PACKET = 576;

/** Reads and verifies the message in [off, off + len), checksum included; 0 or a `Malformed` code. */
export function parseIcmp4(mem: Memory, off: number, len: number, out: IcmpMessage): number {
  if (len < ICMP_HEADER_LENGTH) return Malformed.TRUNCATED;
  if (sum(mem, off, len, 0) !== 0xffff) return Malformed.ICMP_CHECKSUM;
  readIcmpHeader(mem, off, len, out);
  switch (out.type) {
    case ICMP4_ECHO_REPLY:
    case ICMP4_ECHO_REQUEST:
      readEcho(out);
      break;
    case ICMP4_UNREACHABLE:
      readQuoted(out, ((out.rest >>> 16) & 0xff) << 2);
      if (out.code === UNREACH4_FRAG_NEEDED) out.mtu = out.rest & 0xffff;
      break;
    case ICMP4_TIME_EXCEEDED:
      readQuoted(out, ((out.rest >>> 16) & 0xff) << 2);
      break;
    case ICMP4_PARAMETER_PROBLEM:
      readQuoted(out, ((out.rest >>> 16) & 0xff) << 2);
      out.pointer = out.rest >>> 24;
      break;
    case ICMP4_SOURCE_QUENCH:
      readQuoted(out, 0);
      break;
    case ICMP4_REDIRECT:
      readQuoted(out, 0);
      out.target2 = MAPPED;
      out.target3 = out.rest;
      break;
  }
  return Malformed.OK;
}

/** Whether a message of this type reports an error, and so must never be answered by one (RFC 1122 section 3.2.2). */
export function isIcmp4Error(type: number): boolean {
  return (
    type === ICMP4_UNREACHABLE ||
    type === ICMP4_SOURCE_QUENCH ||
    type === ICMP4_REDIRECT ||
    type === ICMP4_TIME_EXCEEDED ||
    type === ICMP4_PARAMETER_PROBLEM
  );
}

/** Writes an echo request or reply with `dataLen` octets copied from `dataOff`; returns its length. */
export function writeIcmp4Echo(
  mem: Memory,
  off: number,
  type: typeof ICMP4_ECHO_REQUEST | typeof ICMP4_ECHO_REPLY,
  id: number,
  seq: number,
  dataOff: number,
  dataLen: number,
): number {
  return writeIcmp(mem, off, type, 0, (id << 16) | seq, dataOff, dataLen, 0);
}

/** Octets of a packet of `packetLen` that an error quotes. */
export function icmp4QuoteLength(packetLen: number): number {
  const room = MAX_ERROR_PACKET - 20 - ICMP_HEADER_LENGTH;
  return Math.min(packetLen, room);
}

/** Writes an error that quotes the packet at `quotedOff`, as much as may be; `rest` is octets 4..7. */
export function writeIcmp4Error(
  mem: Memory,
  off: number,
  type: number,
  code: number,
  rest: number,
  quotedOff: number,
  packetLen: number,
): number {
  return writeIcmp(mem, off, type, code, rest, quotedOff, icmp4QuoteLength(packetLen), 0);
}

/** Writes destination unreachable with `code` (not FRAG_NEEDED); returns its length. */
export function writeIcmp4Unreachable(
  mem: Memory,
  off: number,
  code: number,
  quotedOff: number,
  packetLen: number,
): number {
  return writeIcmp4Error(mem, off, ICMP4_UNREACHABLE, code, 0, quotedOff, packetLen);
}

/** Writes fragmentation needed with the next hop's MTU in octets (RFC 1191 section 4); returns its length. */
export function writeIcmp4FragNeeded(
  mem: Memory,
  off: number,
  mtu: number,
  quotedOff: number,
  packetLen: number,
): number {
  return writeIcmp4Error(
    mem,
    off,
    ICMP4_UNREACHABLE,
    UNREACH4_FRAG_NEEDED,
    mtu & 0xffff,
    quotedOff,
    packetLen,
  );
}

/** Writes time exceeded (TIME4_TTL or TIME4_REASSEMBLY); returns its length. */
export function writeIcmp4TimeExceeded(
  mem: Memory,
  off: number,
  code: number,
  quotedOff: number,
  packetLen: number,
): number {
  return writeIcmp4Error(mem, off, ICMP4_TIME_EXCEEDED, code, 0, quotedOff, packetLen);
}

/** Writes parameter problem that points at octet `pointer` of the quoted packet; returns its length. */
export function writeIcmp4ParameterProblem(
  mem: Memory,
  off: number,
  pointer: number,
  quotedOff: number,
  packetLen: number,
): number {
  return writeIcmp4Error(mem, off, ICMP4_PARAMETER_PROBLEM, 0, pointer << 24, quotedOff, packetLen);
}
