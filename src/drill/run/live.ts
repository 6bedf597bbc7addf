// A packet as the stack under test sent it, read without trust and without a word of the stack's own code.

import { addressFromWords, type IpAddress } from '../../wire/index.ts';
import type { Ports } from '../ast.ts';
import { checksumOk, ICMP, ICMPV6, TCP, UDP } from './octets.ts';
import { readTcp, type TcpView } from './tcp-octets.ts';

/** An outbound packet, read. */
export interface LivePacket {
  readonly octets: Uint8Array;
  readonly atUs: number;
  readonly src: IpAddress;
  readonly dst: IpAddress;
  readonly tos: number;
  readonly ttl: number;
  readonly flowLabel: number;
  readonly protocol: number;
  /** Octets above IP. */
  readonly payload: Uint8Array;
  readonly tcp: TcpView | null;
  /** The ports of the datagram that carries the segment; null: it is in a packet of its own, or no segment. */
  readonly carrier: Ports | null;
  readonly udp: { readonly srcPort: number; readonly dstPort: number; readonly payload: Uint8Array } | null;
  readonly icmp: {
    readonly type: number;
    readonly code: number;
    readonly rest: number;
    /** Ports of the packet that an error quotes: the remote end has sent it. */
    readonly about: Ports | null;
  } | null;
  /** What is wrong with headers and checksums, or null. */
  readonly fault: string | null;
}

/** Reads an outbound packet; `tcpInUdp`: datagrams have TCP segments in them. */
export function readLive(octets: Uint8Array, atUs: number, tcpInUdp = false): LivePacket | string {
  const live = readIp(octets, atUs);
  return tcpInUdp && typeof live !== 'string' && live.udp !== null ? carried(live, live.udp) : live;
}

/** The segment in a datagram: its checksum is UDP's, and its own is 0. */
function carried(
  live: LivePacket,
  { srcPort, dstPort, payload }: NonNullable<LivePacket['udp']>,
): LivePacket {
  const tcp = readTcp(payload);
  const sum = payload.length < 18 ? 0 : ((payload[16] as number) << 8) | (payload[17] as number);
  const fault =
    live.fault ??
    (tcp === null ? 'no TCP segment is in the datagram' : sum !== 0 ? 'the TCP checksum is not 0' : null);
  return { ...live, tcp, udp: null, carrier: { src: srcPort, dst: dstPort }, fault };
}

function readIp(octets: Uint8Array, atUs: number): LivePacket | string {
  const dv = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const version = octets.length > 0 ? dv.getUint8(0) >> 4 : 0;
  if (version === 4 && octets.length >= 20) return read4(octets, dv, atUs);
  if (version === 6 && octets.length >= 40) return read6(octets, dv, atUs);
  return `a packet of ${octets.length} octets with version ${version}`;
}

function read4(octets: Uint8Array, dv: DataView, atUs: number): LivePacket | string {
  const head = (dv.getUint8(0) & 15) * 4;
  const total = dv.getUint16(2);
  if (head < 20 || total < head || total > octets.length) return 'an IPv4 packet with wrong lengths';
  let fault: string | null = null;
  const word = (at: number): IpAddress => addressFromWords(4, 0, 0, 0xffff, dv.getInt32(at));
  if (!checksumOk(octets.subarray(0, head), word(12), word(16), ICMP))
    fault = 'the IPv4 header checksum is wrong';
  else if (total !== octets.length)
    fault = `IPv4 total length ${total}, but there are ${octets.length} octets`;
  return upper(octets, atUs, word(12), word(16), dv.getUint8(9), octets.subarray(head, total), fault, {
    tos: dv.getUint8(1),
    ttl: dv.getUint8(8),
    flowLabel: 0,
  });
}

function read6(octets: Uint8Array, dv: DataView, atUs: number): LivePacket | string {
  const length = dv.getUint16(4);
  if (40 + length > octets.length) return 'an IPv6 packet with a wrong length';
  const at = (i: number): IpAddress =>
    addressFromWords(6, dv.getInt32(i), dv.getInt32(i + 4), dv.getInt32(i + 8), dv.getInt32(i + 12));
  const fault =
    40 + length === octets.length
      ? null
      : `IPv6 payload length ${length}, but there are ${octets.length - 40} octets`;
  const first = dv.getUint32(0);
  return upper(octets, atUs, at(8), at(24), dv.getUint8(6), octets.subarray(40, 40 + length), fault, {
    tos: (first >>> 20) & 0xff,
    ttl: dv.getUint8(7),
    flowLabel: first & 0xfffff,
  });
}

function upper(
  octets: Uint8Array,
  atUs: number,
  src: IpAddress,
  dst: IpAddress,
  protocol: number,
  payload: Uint8Array,
  ipFault: string | null,
  ip: { tos: number; ttl: number; flowLabel: number },
): LivePacket {
  const dv = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const tcp = protocol === TCP ? readTcp(payload) : null;
  const udp =
    protocol === UDP && payload.length >= 8
      ? { srcPort: dv.getUint16(0), dstPort: dv.getUint16(2), payload: payload.subarray(8) }
      : null;
  const isIcmp = protocol === ICMP || protocol === ICMPV6;
  const icmp =
    isIcmp && payload.length >= 8
      ? {
          type: dv.getUint8(0),
          code: dv.getUint8(1),
          rest: dv.getUint32(4),
          about: isError(protocol, dv.getUint8(0)) ? quotedPorts(payload.subarray(8)) : null,
        }
      : null;
  const whole = tcp !== null || udp !== null || icmp !== null;
  const unsummed = udp !== null && src.family === 4 && dv.getUint16(6) === 0;
  let fault = ipFault;
  if (fault === null && whole && !unsummed && !checksumOk(payload, src, dst, protocol)) {
    fault = `the ${tcp !== null ? 'TCP' : udp !== null ? 'UDP' : 'ICMP'} checksum is wrong`;
  }
  if (fault === null && udp !== null && dv.getUint16(4) !== payload.length) fault = 'the UDP length is wrong';
  return { octets, atUs, src, dst, protocol, payload, tcp, carrier: null, udp, icmp, fault, ...ip };
}

/** Of ICMP destination unreachable, source quench, time exceeded and parameter problem (RFC 792); of ICMPv6 all below 128. */
function isError(protocol: number, type: number): boolean {
  return protocol === ICMP ? [3, 4, 11, 12].includes(type) : type < 128;
}

/** The ports behind the IP header that an error quotes, of a protocol that has some. */
function quotedPorts(quoted: Uint8Array): Ports | null {
  const dv = new DataView(quoted.buffer, quoted.byteOffset, quoted.length);
  if (quoted.length < 20) return null;
  const v4 = dv.getUint8(0) >> 4 === 4;
  const head = v4 ? (dv.getUint8(0) & 15) * 4 : 40;
  const protocol = dv.getUint8(v4 ? 9 : 6);
  if ((protocol !== TCP && protocol !== UDP) || quoted.length < head + 4) return null;
  return { src: dv.getUint16(head), dst: dv.getUint16(head + 2) };
}
