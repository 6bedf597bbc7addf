// Inbound packets of a script to octets: ports, sequence numbers, SACK blocks and timestamp echoes from
// the script's terms to live ones.

import type { Echoed, Ecn, IcmpPacket, IpInfo, Packet, Ports, TcpOption, TcpPacket } from '../ast.ts';
import { icmpCode, icmpType } from '../parse/icmp-names.ts';
import { isJudged } from '../parse/index.ts';
import type { RunConfig } from './config.ts';
import type { Flow } from './flow.ts';
import { sign } from './md5.ts';
import { address, checksum, ICMP, ICMPV6, type IpFields, ipPacket, TCP, UDP } from './octets.ts';
import { Mismatch, UnsupportedError } from './result.ts';
import { tcpOctets } from './tcp-octets.ts';

const SYN = 2;
const ACK = 16;
const DEFAULT_TTL = 255;
const ECN_BITS: Readonly<Record<Ecn, number>> = { noecn: 0, ect1: 1, ect0: 2, ect01: 2, ce: 3 };

/** The octets to inject for an inbound packet. Throws UnsupportedError, Mismatch. */
export function inboundOctets(p: Packet, flow: Flow, config: RunConfig): Uint8Array {
  if (p.encapsulation.length > 0) throw new UnsupportedError(`encapsulation in ${p.encapsulation[0]?.kind}`);
  switch (p.protocol) {
    case 'tcp': {
      const segment = inboundTcp(p, flow, config);
      const carrier = p.udpEncapsulation;
      if (carrier === null) return withIp(p.ip, TCP, segment, config);
      carries(config);
      return withIp(p.ip, UDP, datagram(carrier, segment), config);
    }
    case 'udp': {
      const ports = { src: p.ports?.src ?? flow.remotePort, dst: p.ports?.dst ?? flow.localPort };
      return withIp(p.ip, UDP, datagram(ports, new Uint8Array(p.length)), config);
    }
    case 'icmp':
      return withIp(p.ip, config.wire === 4 ? ICMP : ICMPV6, inboundIcmp(p, flow, config), config);
  }
}

/** Throws UnsupportedError when no line may have TCP in a datagram. */
function carries(config: RunConfig): void {
  if (!config.udpEncapsulation) throw new UnsupportedError('TCP in UDP without --udp_encapsulation=tcp');
}

/** Header, its checksum 0, and data. */
function datagram({ src, dst }: Ports, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(8 + data.length);
  const dv = new DataView(out.buffer);
  dv.setUint16(0, src);
  dv.setUint16(2, dst);
  dv.setUint16(4, out.length);
  out.set(data, 8);
  return out;
}

const CHECKSUM_AT: Readonly<Record<number, number>> = { [TCP]: 16, [UDP]: 6, [ICMP]: 2, [ICMPV6]: 2 };

function withIp(info: IpInfo, protocol: number, payload: Uint8Array, config: RunConfig): Uint8Array {
  const src = address(config.remoteIp);
  const dst = address(config.localIp);
  const sum = checksum(payload, src, dst, protocol);
  new DataView(payload.buffer).setUint16(
    CHECKSUM_AT[protocol] as number,
    protocol === UDP && sum === 0 ? 0xffff : sum,
  );
  const tos = (info.tos ?? 0) | (info.ecn === null ? 0 : ECN_BITS[info.ecn]);
  const fields: IpFields = {
    src,
    dst,
    protocol,
    tos,
    ttl: info.ttl ?? DEFAULT_TTL,
    flowLabel: info.flowLabel ?? 0,
  };
  return ipPacket(fields, payload);
}

function inboundTcp(p: TcpPacket, flow: Flow, config: RunConfig): Uint8Array {
  if (p.options === 'any') throw new UnsupportedError('<...> in an inbound packet');
  const syn = (p.flags.bits & SYN) !== 0;
  const hasAck = (p.flags.bits & ACK) !== 0;
  const seq = p.seq.absolute ? p.seq.start : p.seq.start + flow.remoteOffset(syn);
  const ack = hasAck ? (p.ack ?? 0) + flow.localOffset(syn) : (p.ack ?? 0);
  const options = p.options.map((o) => liveOption(o, flow, syn, hasAck, config));
  const fin = p.flags.bits & 1;
  flow.lastInjected = {
    seq: (seq + p.seq.length + fin + (syn ? 1 : 0)) >>> 0,
    ack: ack >>> 0,
    win: p.win ?? 0,
    hasAck,
  };
  const segment = tcpOctets(
    {
      srcPort: p.ports?.src ?? flow.remotePort,
      dstPort: p.ports?.dst ?? flow.localPort,
      seq,
      ack,
      bits: p.flags.bits,
      win: p.win ?? 0,
      urg: p.urg ?? 0,
      options,
      reserved: 0,
    },
    p.seq.length,
  );
  const md5 = p.options.find((o) => o.kind === 'md5');
  if (md5 !== undefined && isJudged(md5.digest))
    sign(segment, md5.digest, address(config.remoteIp), address(config.localIp), config.md5Secret);
  return segment;
}

function liveOption(o: TcpOption, flow: Flow, syn: boolean, hasAck: boolean, config: RunConfig): TcpOption {
  if (o.kind === 'sack') {
    const by = flow.localOffset(syn);
    return {
      ...o,
      blocks: o.blocks.map((b) => ({ left: (b.left + by) >>> 0, right: (b.right + by) >>> 0 })),
    };
  }
  if (o.kind !== 'TS' || !hasAck || o.ecrAbsolute) return o;
  const exact = flow.tsVals.get(o.ecr);
  if (exact !== undefined) return { ...o, ecr: exact };
  const first = flow.firstTs;
  if (config.tsEcrScaled && first !== null) return { ...o, ecr: (o.ecr - first.script + first.live) >>> 0 };
  const seen = [...flow.tsVals.keys()].join(', ');
  throw new Mismatch(
    `an inbound ecr must be a TS val that an earlier outbound line has, and ${o.ecr} is not`,
    `ecr one of: ${seen === '' ? 'none so far' : seen}`,
    `ecr ${o.ecr}`,
  );
}

const ICMP_ECHOED = 8;

/** Messages that complain of a packet: without a word of it, it is the segment at the ISN, as in packetdrill. */
const ERRORS = /^(?:unreachable|packet_too_big|time_exceeded|parameter_problem)$/;
function firstSegment({ synLength }: Flow): Echoed {
  const seq = { start: 0, end: synLength, length: synLength, absolute: false, ignored: false };
  return { protocol: 'tcp', seq, udpEncapsulation: null };
}

function inboundIcmp(p: IcmpPacket, flow: Flow, config: RunConfig): Uint8Array {
  const type = icmpType(config.wire, p.type);
  const code = icmpCode(config.wire, p.type, p.code);
  if (type === null || code === null) throw new UnsupportedError(`ICMP ${p.type} ${p.code ?? ''}`.trim());
  const echoed = p.echoed ?? (ERRORS.test(p.type) && flow.protocol === 'tcp' ? firstSegment(flow) : null);
  const quote = echoed === null ? new Uint8Array(0) : quoted(echoed, flow, config);
  const out = new Uint8Array(8 + quote.length);
  const dv = new DataView(out.buffer);
  dv.setUint8(0, type);
  dv.setUint8(1, code);
  if (p.mtu !== null) dv.setUint32(4, p.mtu);
  if (p.echoId !== null) dv.setUint16(4, p.echoId);
  out.set(quote, 8);
  return out;
}

/** The beginning of the packet that the message complains about: ours, so local to remote. */
function quoted(e: Echoed, flow: Flow, config: RunConfig): Uint8Array {
  if (e.protocol === 'raw') return new Uint8Array(e.length);
  const carrier = e.protocol === 'tcp' ? e.udpEncapsulation : null;
  let inner: Uint8Array = new Uint8Array(ICMP_ECHOED);
  const dv = new DataView(inner.buffer);
  dv.setUint16(0, flow.localPort);
  dv.setUint16(2, flow.remotePort);
  let length: number;
  if (e.protocol === 'tcp') {
    dv.setUint32(4, (e.seq.absolute ? e.seq.start : e.seq.start + flow.localOffset(false)) >>> 0);
    length = 20 + e.seq.length;
  } else {
    length = 8 + e.length;
    dv.setUint16(4, length);
  }
  if (carrier !== null) {
    carries(config);
    inner = datagram(carrier, inner);
    length += 8;
  }
  const fields: IpFields = {
    src: address(config.localIp),
    dst: address(config.remoteIp),
    protocol: e.protocol === 'tcp' && carrier === null ? TCP : UDP,
    tos: 0,
    ttl: DEFAULT_TTL,
    flowLabel: 0,
  };
  return ipPacket(fields, inner, length);
}

/** A RST that the stack accepts: it ends the connection under test. */
export function finalReset(flow: Flow, config: RunConfig): Uint8Array {
  const injected = flow.lastInjected;
  const sent = flow.lastOutbound;
  let seq = 0;
  let ack = ((sent?.seq ?? 0) + 1) >>> 0;
  if (injected?.hasAck === true) ({ seq, ack } = injected);
  else if (sent?.hasAck === true) ({ ack: seq, seq: ack } = sent);
  const octets = tcpOctets(
    {
      srcPort: flow.remotePort,
      dstPort: flow.localPort,
      seq,
      ack,
      bits: 4 | ACK,
      win: injected?.win ?? 0,
      urg: 0,
      options: [],
      reserved: 0,
    },
    0,
  );
  return withIp({ ecn: null, tos: null, flowLabel: null, ttl: null }, TCP, octets, config);
}
