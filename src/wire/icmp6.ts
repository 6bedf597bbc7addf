// ICMPv6 (RFC 4443). Neighbour discovery messages are read in ndp.ts. Checksums cover the
// pseudo-header; the writers add the length to it themselves, since they decide how much to quote.

import { fold, halves, sum } from './checksum.ts';
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
import { isNdpType, NDP_REDIRECT, parseNdp } from './ndp.ts';

// Types. Below 128 are errors (section 2.1).

/** Destination unreachable; the code says why (section 3.1). */
export const ICMP6_UNREACHABLE = 1;
/** Packet too big; has the MTU of the next hop (section 3.2). */
export const ICMP6_PACKET_TOO_BIG = 2;
/** Time exceeded: hop limit, or reassembly (section 3.3). */
export const ICMP6_TIME_EXCEEDED = 3;
/** A field of a header makes no sense (section 3.4). */
export const ICMP6_PARAMETER_PROBLEM = 4;
/** Echo request (section 4.1). */
export const ICMP6_ECHO_REQUEST = 128;
/** Echo reply (section 4.2). */
export const ICMP6_ECHO_REPLY = 129;

// Codes of ICMP6_UNREACHABLE.

/** No route to the destination. */
export const UNREACH6_NO_ROUTE = 0;
/** Communication with the destination administratively prohibited. */
export const UNREACH6_ADMIN_PROHIBITED = 1;
/** Beyond the scope of the source address. */
export const UNREACH6_BEYOND_SCOPE = 2;
/** Address unreachable. */
export const UNREACH6_ADDRESS = 3;
/** Port unreachable. */
export const UNREACH6_PORT = 4;
// Codes of ICMP6_TIME_EXCEEDED.

/** Hop limit exceeded in transit. */
export const TIME6_HOP_LIMIT = 0;
/** Not all fragments came in time. */
export const TIME6_REASSEMBLY = 1;
// Codes of ICMP6_PARAMETER_PROBLEM.

/** Erroneous header field. */
export const PARAM6_HEADER_FIELD = 0;
/** Unrecognized Next Header type. */
export const PARAM6_NEXT_HEADER = 1;
/** Unrecognized IPv6 option. */
export const PARAM6_OPTION = 2;
/** A first fragment without its whole header chain (RFC 7112). */
export const PARAM6_HEADER_CHAIN = 3;
/** More extension headers, or options in one of them, than are walked (RFC 8883 section 5). */
export const PARAM6_TOO_MANY_HEADERS = 8;
/** More extension headers or options than are taken (RFC 8883 section 3). */
export const PARAM6_TOO_MANY_OPTIONS = 9;

/** An error packet never exceeds the minimum IPv6 MTU (section 2.4 c). */
const MAX_ERROR_PACKET = 1280;

/** Reads and verifies the message in [off, off + len); `pseudo` is `pseudoSum(packet, 58, len)`. */
export function parseIcmp6(mem: Memory, off: number, len: number, pseudo: number, out: IcmpMessage): number {
  if (len < ICMP_HEADER_LENGTH) return Malformed.TRUNCATED;
  if (sum(mem, off, len, pseudo) !== 0xffff) return Malformed.ICMP_CHECKSUM;
  readIcmpHeader(mem, off, len, out);
  if (isNdpType(out.type)) return parseNdp(mem, off, len, out);
  switch (out.type) {
    case ICMP6_ECHO_REQUEST:
    case ICMP6_ECHO_REPLY:
      readEcho(out);
      break;
    case ICMP6_UNREACHABLE:
    case ICMP6_TIME_EXCEEDED:
      readQuoted(out, (out.rest >>> 24) << 3);
      break;
    case ICMP6_PACKET_TOO_BIG:
      readQuoted(out, 0);
      out.mtu = out.rest >>> 0;
      break;
    case ICMP6_PARAMETER_PROBLEM:
      readQuoted(out, 0);
      out.pointer = out.rest >>> 0;
      break;
  }
  return Malformed.OK;
}

/** Whether a message of this type must never be answered by an error: an error, or a redirect (section 2.4 e). */
export function isIcmp6Error(type: number): boolean {
  return type < 128 || type === NDP_REDIRECT;
}

/**
 * Writes an echo request or reply with `dataLen` octets copied from `dataOff`; returns its length.
 * `addresses` is `pseudoSumWords(6, source, destination, 58, 0)`, here and in the other writers.
 */
export function writeIcmp6Echo(
  mem: Memory,
  off: number,
  type: typeof ICMP6_ECHO_REQUEST | typeof ICMP6_ECHO_REPLY,
  id: number,
  seq: number,
  dataOff: number,
  dataLen: number,
  addresses: number,
): number {
  const seed = fold(addresses + halves(ICMP_HEADER_LENGTH + dataLen));
  return writeIcmp(mem, off, type, 0, (id << 16) | seq, dataOff, dataLen, seed);
}

/** Octets of a packet of `packetLen` that an error quotes. */
export function icmp6QuoteLength(packetLen: number): number {
  const room = MAX_ERROR_PACKET - 40 - ICMP_HEADER_LENGTH;
  return Math.min(packetLen, room);
}

/** Writes an error that quotes the packet at `quotedOff`, as much as may be; `rest` is octets 4..7. */
export function writeIcmp6Error(
  mem: Memory,
  off: number,
  type: number,
  code: number,
  rest: number,
  quotedOff: number,
  packetLen: number,
  addresses: number,
): number {
  const quoteLen = icmp6QuoteLength(packetLen);
  const seed = fold(addresses + ICMP_HEADER_LENGTH + quoteLen);
  return writeIcmp(mem, off, type, code, rest, quotedOff, quoteLen, seed);
}

/** Writes destination unreachable; returns its length. */
export function writeIcmp6Unreachable(
  mem: Memory,
  off: number,
  code: number,
  quotedOff: number,
  packetLen: number,
  addresses: number,
): number {
  return writeIcmp6Error(mem, off, ICMP6_UNREACHABLE, code, 0, quotedOff, packetLen, addresses);
}

/** Writes packet too big with the next link's MTU in octets; returns its length. */
export function writeIcmp6PacketTooBig(
  mem: Memory,
  off: number,
  mtu: number,
  quotedOff: number,
  packetLen: number,
  addresses: number,
): number {
  return writeIcmp6Error(mem, off, ICMP6_PACKET_TOO_BIG, 0, mtu, quotedOff, packetLen, addresses);
}

/** Writes time exceeded (TIME6_HOP_LIMIT or TIME6_REASSEMBLY); returns its length. */
export function writeIcmp6TimeExceeded(
  mem: Memory,
  off: number,
  code: number,
  quotedOff: number,
  packetLen: number,
  addresses: number,
): number {
  return writeIcmp6Error(mem, off, ICMP6_TIME_EXCEEDED, code, 0, quotedOff, packetLen, addresses);
}

/** Writes parameter problem that points at octet `pointer` of the quoted packet; returns its length. */
export function writeIcmp6ParameterProblem(
  mem: Memory,
  off: number,
  code: number,
  pointer: number,
  quotedOff: number,
  packetLen: number,
  addresses: number,
): number {
  return writeIcmp6Error(mem, off, ICMP6_PARAMETER_PROBLEM, code, pointer, quotedOff, packetLen, addresses);
}
