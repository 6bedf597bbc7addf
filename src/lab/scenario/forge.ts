// A segment that nobody sent: an attacker's, or one of a connection long gone. Its numbers are given
// relative to the TCB that it is meant for.

import { rcvWnd, type Tcb } from '../../tcp/index.ts';
import {
  ACK,
  CWR,
  ECE,
  FIN,
  finish,
  IPPROTO_TCP,
  IPV4_DF,
  Memory,
  PSH,
  parseAddress,
  pseudoSumWords,
  RST,
  Segment,
  SYN,
  sum,
  TCP_CHECKSUM_OFFSET,
  tcpHeaderLength,
  URG,
  writeIpv4Header,
  writeTcpHeader,
} from '../../wire/index.ts';
import type { Forged } from './scenario.ts';

const BITS: Readonly<Record<string, number>> = { FIN, SYN, RST, PSH, ACK, URG, ECE, CWR };
const IP_HEADER = 20;
const TTL = 64;
/** What forged text consists of: '!'. */
const TEXT = 0x21;
const WINDOW = 65_535;

/** Where a forged segment claims to come from, and where it goes. */
export interface ForgedWay {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** The number that `rcv.nxt+5` is for a TCB; without one, numbers count from 0. */
export function numberOf(text: string, tcb: Tcb | null): number {
  const found = /^(rcv\.nxt|rcv\.edge|snd\.una|snd\.nxt|iss|irs)?([+-]?\d+)?$/.exec(text);
  const [, name, plus] = found ?? [];
  return (base(name, tcb) + Number(plus ?? 0)) | 0;
}

function base(name: string | undefined, tcb: Tcb | null): number {
  if (tcb === null) return 0;
  switch (name) {
    case 'rcv.nxt':
      return tcb.rcv.nxt;
    case 'rcv.edge':
      return tcb.rcv.nxt + rcvWnd(tcb);
    case 'snd.una':
      return tcb.snd.una;
    case 'snd.nxt':
      return tcb.snd.nxt;
    case 'iss':
      return tcb.snd.iss;
    case 'irs':
      return tcb.rcv.irs;
    default:
      return 0;
  }
}

/** The octets of the IP packet. */
export function forge(forged: Forged, tcb: Tcb | null, way: ForgedWay): Uint8Array {
  let ctl = 0;
  for (const name of forged.flags.split(',')) ctl |= BITS[name] ?? 0;
  const ack = (ctl & ACK) === 0 ? 0 : numberOf(forged.ack ?? 'snd.nxt', tcb);
  const seg = new Segment().set(numberOf(forged.seq ?? 'rcv.nxt', tcb), ack, ctl);
  seg.srcPort = way.sourcePort;
  seg.dstPort = way.destinationPort;
  seg.wnd = forged.window ?? WINDOW;
  const header = tcpHeaderLength(seg);
  const payload = header + (forged.length ?? 0);
  const memory = new Memory({ initial: 4096 });
  const off = memory.alloc(IP_HEADER + payload);
  const src = wordOf(way.source);
  const dst = wordOf(way.destination);
  writeIpv4Header(memory, off, payload, 0, IPV4_DF, TTL, 0, IPPROTO_TCP, src, dst);
  const at = off + IP_HEADER;
  writeTcpHeader(memory, at, seg);
  memory.u8.fill(TEXT, at + header, at + payload);
  const pseudo = pseudoSumWords(4, 0, 0, 0xffff, src, 0, 0, 0xffff, dst, IPPROTO_TCP, payload);
  memory.dv.setUint16(at + TCP_CHECKSUM_OFFSET, finish(sum(memory, at, payload, pseudo)));
  return memory.u8.slice(off, off + IP_HEADER + payload);
}

function wordOf(address: string): number {
  return parseAddress(address)?.w3 ?? 0;
}
