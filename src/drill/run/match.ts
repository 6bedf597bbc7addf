// An outbound packet against the line that expects it: header lengths, every flag, numbers mapped to the
// script's, options octet for octet, payload of zeros, checksums.

import type { IcmpPacket, IpInfo, Packet, Ports, TcpOption, TcpPacket, UdpPacket } from '../ast.ts';
import { icmpCode, icmpType } from '../parse/icmp-names.ts';
import { printOption } from '../parse/print.ts';
import type { RunConfig } from './config.ts';
import type { Flow } from './flow.ts';
import type { LivePacket } from './live.ts';
import { withDigests } from './md5.ts';
import { ICMP, ICMPV6 } from './octets.ts';
import { Mismatch, UnsupportedError } from './result.ts';
import { bitNames, flagsOf, optionOctets, type TcpView } from './tcp-octets.ts';

const SYN = 2;
const ACK = 16;
const ACE_BITS = 64 | 128 | 256;

/** How strictly the referee looks. */
export interface MatchOptions {
  /** Whether TS ecr is compared with the script's, which packetdrill does not do. */
  readonly checkEcr: boolean;
  /**
   * The numbers of a socket that neither listens nor connects: as the script's first packet has them (packetdrill), or
   * those on the wire (its FreeBSD dialect).
   */
  readonly numbersOfClosed: 'script' | 'live';
}

/** A live segment in the script's terms. */
export function toScript(live: LivePacket, flow: Flow, ports: boolean, ace = false): Packet {
  const base = { direction: 'outbound', encapsulation: [], ip: NO_IP } as const;
  const { tcp, udp, icmp } = live;
  if (tcp !== null) {
    const syn = (tcp.bits & SYN) !== 0;
    const start = (tcp.seq - flow.localOffset(syn)) >>> 0;
    return {
      ...base,
      protocol: 'tcp',
      ports: ports ? { src: tcp.srcPort, dst: tcp.dstPort } : null,
      flags: flagsOf(tcp.bits, ace),
      seq: {
        start,
        end: (start + tcp.payload.length) >>> 0,
        length: tcp.payload.length,
        absolute: false,
        ignored: false,
      },
      ack: (tcp.bits & ACK) !== 0 ? (tcp.ack - flow.remoteOffset(syn)) >>> 0 : null,
      win: tcp.win,
      urg: tcp.urg === 0 ? null : tcp.urg,
      options: tcp.options === null ? [] : tcp.options.map((o) => scriptOption(o, flow, syn)),
      udpEncapsulation: live.carrier,
    };
  }
  if (udp !== null) {
    const length = udp.payload.length;
    return { ...base, protocol: 'udp', ports: ports ? { src: udp.srcPort, dst: udp.dstPort } : null, length };
  }
  return {
    ...base,
    protocol: 'icmp',
    type: `type_${icmp?.type ?? '?'}`,
    code: `code_${icmp?.code ?? '?'}`,
    mtu: null,
    echoId: null,
    echoed: null,
  };
}

const NO_IP: IpInfo = { ecn: null, tos: null, flowLabel: null, ttl: null };

function scriptOption(o: TcpOption, flow: Flow, syn: boolean): TcpOption {
  if (o.kind === 'sack') {
    const by = flow.remoteOffset(syn);
    return {
      ...o,
      blocks: o.blocks.map((b) => ({ left: (b.left - by) >>> 0, right: (b.right - by) >>> 0 })),
    };
  }
  if (o.kind === 'TS' && o.val !== null && flow.firstTs !== null) {
    return { ...o, val: (o.val - flow.firstTs.live + flow.firstTs.script) >>> 0 };
  }
  return o;
}

/** Throws Mismatch when `live` is not what `script` says. */
export function match(
  script: Packet,
  live: LivePacket,
  flow: Flow,
  config: RunConfig,
  o: MatchOptions,
): void {
  if (script.encapsulation.length > 0)
    throw new UnsupportedError(`encapsulation in ${script.encapsulation[0]?.kind}`);
  if (live.fault !== null) throw new Mismatch(live.fault, 'a right one', 'a wrong one');
  matchIp(script.ip, live, flow);
  switch (script.protocol) {
    case 'tcp':
      matchCarrier(script.udpEncapsulation, live.carrier);
      if (live.tcp === null) throw new Mismatch('not a TCP segment', 'TCP', `protocol ${live.protocol}`);
      matchTcp(judged(script, live, config), live.tcp, flow, config, o);
      return;
    case 'udp':
      matchUdp(script, live);
      return;
    case 'icmp':
      matchIcmp(script, live, config);
  }
}

/** The line with the MD5 signatures that this segment must have. */
function judged(script: TcpPacket, live: LivePacket, config: RunConfig): TcpPacket {
  if (script.options === 'any') return script;
  const segment = live.carrier === null ? live.payload : live.payload.subarray(8);
  const options = withDigests(script.options, segment, live.src, live.dst, config.md5Secret);
  return { ...script, options };
}

function matchCarrier(expected: Ports | null, actual: Ports | null): void {
  const show = (p: Ports | null): string =>
    p === null ? 'in a packet of its own' : `in udp(${p.src} > ${p.dst})`;
  if (show(expected) !== show(actual))
    throw new Mismatch('what carries the segment differs', show(expected), show(actual));
}

function field(name: string, expected: number, actual: number): void {
  if (expected !== actual) throw new Mismatch(`${name} differs`, `${name} ${expected}`, `${name} ${actual}`);
}

function matchIp(info: IpInfo, live: LivePacket, flow: Flow): void {
  const ecn = live.tos & 3;
  if (info.ecn === 'ect01') {
    if (ecn !== 1 && ecn !== 2) throw new Mismatch('the ECN field differs', 'ECT(0) or ECT(1)', `${ecn}`);
  } else if (info.ecn !== null) {
    field('ECN field', { noecn: 0, ect1: 1, ect0: 2, ce: 3 }[info.ecn], ecn);
  }
  if (info.tos !== null) field('TOS', info.tos, live.tos);
  if (info.ttl !== null) field('TTL', info.ttl, live.ttl);
  if (info.flowLabel !== null && info.flowLabel !== 0) matchLabel(info.flowLabel, live.flowLabel, flow);
}

/** The first label stands for the live one; another label means that the live one has changed. */
function matchLabel(script: number, live: number, flow: Flow): void {
  if (live === 0) throw new Mismatch('the packet has no flow label', `flow label ${script}`, 'none');
  const known = flow.label;
  if (known === null) {
    flow.label = { script, live };
  } else if ((known.script === script) !== (known.live === live)) {
    const changed = known.script === script ? 'the same flow label' : 'another flow label';
    throw new Mismatch(
      'the flow label differs',
      changed,
      `0x${live.toString(16)} after 0x${known.live.toString(16)}`,
    );
  } else {
    flow.label = { script, live };
  }
}

function matchTcp(p: TcpPacket, live: TcpView, flow: Flow, config: RunConfig, o: MatchOptions): void {
  const syn = (live.bits & SYN) !== 0;
  matchFlags(p, live);
  field('reserved bits', 0, live.reserved);
  if (!p.seq.ignored) {
    const by = p.seq.absolute ? 0 : flow.localOffset(syn);
    field('sequence number', p.seq.start >>> 0, (live.seq - by) >>> 0);
  }
  const hasAck = (live.bits & ACK) !== 0;
  const ack = hasAck ? (live.ack - flow.remoteOffset(syn)) >>> 0 : live.ack;
  field('acknowledgment number', p.ack ?? 0, ack);
  if (p.win !== null) field('window', p.win, live.win);
  field('urgent pointer', p.urg ?? 0, live.urg);
  field('payload length', p.seq.length, live.payload.length);
  matchOptions(p, live, flow, syn, config, o);
  const at = live.payload.findIndex((b) => b !== 0);
  if (at >= 0)
    throw new Mismatch('the payload is not zeros', 'octet 0', `octet ${live.payload[at]} at offset ${at}`);
}

function matchFlags(p: TcpPacket, live: TcpView): void {
  // Without an ACE digit every bit has its own meaning; with one, three of them are a number.
  const mask = p.flags.ace === null ? 0x1ff : 0x1ff & ~ACE_BITS;
  if ((p.flags.bits & mask) !== (live.bits & mask)) {
    throw new Mismatch('control bits differ', bitNames(p.flags.bits & mask), bitNames(live.bits & mask));
  }
  if (p.flags.ace !== null) field('ACE', p.flags.ace, flagsOf(live.bits, true).ace as number);
}

function matchOptions(
  p: TcpPacket,
  live: TcpView,
  flow: Flow,
  syn: boolean,
  config: RunConfig,
  o: MatchOptions,
): void {
  if (live.options === null)
    throw new Mismatch('the options have a wrong length', 'options', 'malformed octets');
  learnTimestamp(p, live, flow);
  if (p.options === 'any') return;
  const actual = live.options.map((x) => scriptOption(x, flow, syn));
  const octets = p.options.flatMap(optionOctets).length;
  const differ = (): Mismatch =>
    new Mismatch('TCP options differ', list(p.options as readonly TcpOption[]), list(actual));
  if (live.headerLength !== 20 + Math.ceil(octets / 4) * 4) throw differ();
  const expected = padded(p.options, octets);
  if (expected.length !== actual.length) throw differ();
  for (const [i, option] of expected.entries()) {
    if (!sameOption(option, actual[i] as TcpOption, config, o)) throw differ();
  }
}

/** The script's options with the padding that completes the header. */
function padded(options: readonly TcpOption[], octets: number): TcpOption[] {
  const eol: TcpOption = { kind: 'eol' };
  return [...options, ...new Array<TcpOption>((4 - (octets % 4)) % 4).fill(eol)];
}

function sameOption(a: TcpOption, b: TcpOption, config: RunConfig, o: MatchOptions): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === 'wscale' && a.shift === null) return true;
  if (a.kind === 'TS' && b.kind === 'TS') {
    if (o.checkEcr && a.ecr !== b.ecr) return false;
    if (config.tsTickUs === 0 || a.val === null || b.val === null) return true;
    return Math.abs((b.val - a.val) | 0) * config.tsTickUs <= config.toleranceUs;
  }
  return optionOctets(a).join() === optionOctets(b).join();
}

function list(options: readonly TcpOption[]): string {
  return `<${options.map(printOption).join(',')}>`;
}

/** Remembers which live TS val the script's val is. */
function learnTimestamp(p: TcpPacket, live: TcpView, flow: Flow): void {
  if (p.options === 'any' || live.options === null) return;
  const said = p.options.find((x) => x.kind === 'TS');
  const sent = live.options.find((x) => x.kind === 'TS');
  if (said === undefined || sent === undefined || said.val === null || sent.val === null) return;
  flow.tsVals.set(said.val, sent.val);
  flow.firstTs ??= { script: said.val, live: sent.val };
}

function matchUdp(p: UdpPacket, live: LivePacket): void {
  if (live.udp === null) throw new Mismatch('not a UDP datagram', 'UDP', `protocol ${live.protocol}`);
  field('UDP payload length', p.length, live.udp.payload.length);
  if (live.udp.payload.some((b) => b !== 0))
    throw new Mismatch('the payload is not zeros', 'zeros', 'others');
}

function matchIcmp(p: IcmpPacket, live: LivePacket, config: RunConfig): void {
  const { icmp } = live;
  if (icmp === null || live.protocol !== (config.wire === 4 ? ICMP : ICMPV6)) {
    throw new Mismatch('not an ICMP message', 'ICMP', `protocol ${live.protocol}`);
  }
  const type = icmpType(config.wire, p.type);
  const code = icmpCode(config.wire, p.type, p.code);
  if (type === null || code === null) throw new UnsupportedError(`ICMP ${p.type} ${p.code ?? ''}`.trim());
  field('ICMP type', type, icmp.type);
  field('ICMP code', code, icmp.code);
}
