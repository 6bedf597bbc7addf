// The segments of a sequence as packets, and the packets of a stack as what is compared: numbers relative,
// a TSval as nothing but there (it is a clock), everything else as it is.

import { address, checksum, ipPacket, TCP } from '../../src/drill/run/octets.ts';
import { bitNames, readTcp } from '../../src/drill/run/tcp-octets.ts';
import type { IpAddress } from '../../src/wire/index.ts';
import { ACK, type Option, RST, type SegmentStep, SYN } from './sequence.ts';

/** Both ends, and the numbers that a sequence's are relative to. */
export interface Flow {
  readonly stack: IpAddress;
  readonly peer: IpAddress;
  readonly stackPort: number;
  readonly peerPort: number;
  /** The peer's ISS and clock. */
  readonly peerIss: number;
  readonly clock: number;
  /** The stack's ISS, from its last SYN; 0 before it. */
  stackIss: number;
  /** The TSval that the stack sent last, and with its last SYN. */
  tsVal: number;
  synTsVal: number;
}

/** Addresses of the stack under test and of the peer. */
export const ADDRESSES = {
  4: { stack: '10.77.0.1', peer: '10.77.0.2', prefix: 24 },
  6: { stack: 'fd77::1', peer: 'fd77::2', prefix: 64 },
} as const;

const WORDS = {
  4: { stack: address(ADDRESSES[4].stack), peer: address(ADDRESSES[4].peer) },
  6: { stack: address(ADDRESSES[6].stack), peer: address(ADDRESSES[6].peer) },
} as const;

/** A flow whose stack has said nothing yet. */
export function newFlow(
  family: 4 | 6,
  stackPort: number,
  peerPort: number,
  peerIss: number,
  clock: number,
): Flow {
  return { ...WORDS[family], stackPort, peerPort, peerIss, clock, stackIss: 0, tsVal: 0, synTsVal: 0 };
}

/** The octet of the peer's text at a relative sequence number: none is like its neighbours. */
export function octetAt(seq: number): number {
  return (Math.imul(seq, 0x9e37) >>> 3) & 0xff;
}

function optionOctets(o: Option, flow: Flow): number[] {
  const u32 = (n: number): number[] => [(n >>> 24) & 0xff, (n >>> 16) & 0xff, (n >>> 8) & 0xff, n & 0xff];
  switch (o.kind) {
    case 'mss':
      return [2, 4, o.octets >> 8, o.octets & 0xff];
    case 'wscale':
      return [3, 3, o.shift];
    case 'sackOK':
      return [4, 2];
    case 'ts':
      return [8, 10, ...u32(flow.clock + o.val), ...u32(o.ecr === null ? 0 : flow.tsVal + o.ecr)];
    case 'sack': {
      const numbers = o.blocks.flat().flatMap((n) => u32(flow.stackIss + n));
      return [5, 2 + numbers.length, ...numbers];
    }
    case 'raw':
      return [...o.octets];
  }
}

const MOST_OPTIONS = 40;

/** The options that there is room for, in their order. */
export function fitting(options: readonly Option[]): Option[] {
  let left = MOST_OPTIONS;
  return options.filter((o) => {
    const length = optionOctets(o, newFlow(4, 0, 0, 0, 0)).length;
    if (length > left) return false;
    left -= length;
    return true;
  });
}

/** The packet of a step, whose options are {@link fitting}. */
export function packetOf(step: SegmentStep, flow: Flow): Uint8Array {
  const options = step.options.flatMap((o) => optionOctets(o, flow));
  while (options.length % 4 !== 0) options.push(1);
  const head = 20 + options.length;
  const out = new Uint8Array(head + step.length);
  const dv = new DataView(out.buffer);
  dv.setUint16(0, flow.peerPort);
  dv.setUint16(2, flow.stackPort);
  dv.setInt32(4, flow.peerIss + step.seq);
  dv.setInt32(8, (step.ctl & ACK) !== 0 || step.ack !== 0 ? flow.stackIss + step.ack : 0);
  const offset = step.damage === 'offset' ? 4 : head >> 2;
  dv.setUint8(12, (offset << 4) | (step.damage === 'reserved' ? 0x0e : 0));
  dv.setUint8(13, step.ctl);
  dv.setUint16(14, step.wnd);
  dv.setUint16(18, step.up);
  out.set(options, 20);
  const first = step.seq + ((step.ctl & SYN) === 0 ? 0 : 1);
  for (let i = 0; i < step.length; i++) out[head + i] = octetAt(first + i);
  const sum = checksum(out, flow.peer, flow.stack, TCP);
  dv.setUint16(16, step.damage === 'checksum' ? sum ^ 0x55 : sum);
  return ipPacket({ src: flow.peer, dst: flow.stack, protocol: TCP, tos: 0, ttl: 64, flowLabel: 0 }, out);
}

/** A segment that the stack sent. */
export interface Sent {
  readonly ctl: number;
  /** null: SEQ 0, which a RST has for a segment without ACK. */
  readonly seq: number | null;
  /** null without an ACK bit. */
  readonly ack: number | null;
  readonly length: number;
  readonly wnd: number;
  readonly up: number;
  /** Kinds of the options in their order, padding included; MSS and shift with their values. */
  readonly options: string;
  /** TSecr, relative to the peer's clock; null without the option, 'none' when it is 0. */
  readonly echo: number | 'none' | null;
  /** Blocks of SACK, relative. */
  readonly sack: readonly (readonly [number, number])[];
  /** Octets of the text, as a sum. */
  readonly text: number;
}

/** True when a packet goes to the flow's peer from the flow's stack. */
export function belongs(packet: Uint8Array, flow: Flow): boolean {
  const at = (packet[0] as number) >> 4 === 4 ? 20 : 40;
  const protocol = at === 20 ? packet[9] : packet[6];
  if (protocol !== TCP || packet.length < at + 20) return false;
  const dv = new DataView(packet.buffer, packet.byteOffset);
  return dv.getUint16(at) === flow.stackPort && dv.getUint16(at + 2) === flow.peerPort;
}

/** What a packet says; learns the ISS and the clock of the stack. Throws for what is no segment. */
export function sentOf(packet: Uint8Array, flow: Flow): Sent {
  const head = (packet[0] as number) >> 4 === 4 ? 20 : 40;
  const seg = readTcp(packet.subarray(head));
  if (seg?.options == null) throw new Error('the stack sent no TCP segment');
  if ((seg.bits & SYN) !== 0) flow.stackIss = seg.seq | 0;
  const rel = (n: number, to: number): number => (n - to) | 0;
  let echo: Sent['echo'] = null;
  let sack: [number, number][] = [];
  const options = seg.options.map((o) => {
    if (o.kind === 'TS') {
      flow.tsVal = (o.val ?? 0) | 0;
      if ((seg.bits & SYN) !== 0) flow.synTsVal = flow.tsVal;
      echo = o.ecr === 0 ? 'none' : rel(o.ecr, flow.clock);
    } else if (o.kind === 'sack') {
      sack = o.blocks.map((b) => [rel(b.left, flow.peerIss), rel(b.right, flow.peerIss)]);
    }
    if (o.kind === 'mss') return `mss ${o.bytes}`;
    if (o.kind === 'wscale') return `wscale ${o.shift}`;
    return o.kind;
  });
  let text = 0;
  for (const octet of seg.payload) text = (Math.imul(text, 31) + octet) | 0;
  const withAck = (seg.bits & ACK) !== 0;
  return {
    ctl: seg.bits,
    seq: (seg.bits & RST) !== 0 && seg.seq === 0 ? null : rel(seg.seq, flow.stackIss),
    ack: withAck ? rel(seg.ack, flow.peerIss) : null,
    length: seg.payload.length,
    wnd: seg.win,
    up: seg.urg,
    // Where SACK stands, and its padding, is told by there being blocks.
    options: options.join(', ').replace(/(, )?nop, nop, sack$/, ''),
    echo,
    sack,
    text,
  };
}

/** A segment in one line. */
export function formatSent(s: Sent): string {
  const parts = [`${bitNames(s.ctl)} ${s.seq ?? 'zero'}(${s.length})`];
  if (s.ack !== null) parts.push(`ack ${s.ack}`);
  parts.push(`win ${s.wnd}`);
  if (s.up !== 0) parts.push(`urg ${s.up}`);
  const options = s.options.replace('TS', `TS ecr ${s.echo}`);
  const sack = s.sack.map(([left, right]) => ` ${left}:${right}`).join('');
  const all = [options, sack === '' ? '' : `sack${sack}`].filter((text) => text !== '');
  if (all.length > 0) parts.push(`<${all.join(', ')}>`);
  return parts.join(' ');
}
