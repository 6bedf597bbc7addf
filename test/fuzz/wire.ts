// The codecs under fuzzed octets: each parser twice with different octets around the packet, so that a read
// outside shows, and what was parsed is written and parsed again.

import { Random } from '../../src/sim/index.ts';
import {
  ArpPacket,
  EthernetFrame,
  IcmpMessage,
  IpPacket,
  Malformed,
  Memory,
  OPT_MSS,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  OPT_WSCALE,
  parseArp,
  parseEthernet,
  parseIcmp4,
  parseIcmp6,
  parseIp,
  parseQuotedIp,
  parseTcp,
  parseUdp,
  Segment,
  TcpOptionCursor,
  tcpHeaderLength,
  UdpDatagram,
  writeTcpHeader,
} from '../../src/wire/index.ts';
import type { Coverage } from './coverage.ts';
import { layoutOf } from './layout.ts';
import { mutate } from './mutate.ts';
import { templates } from './templates.ts';

const ROOM = 70_000;
const WIRE = 7;

const OPTION_VALUES = [
  [OPT_MSS, 'mss'],
  [OPT_WSCALE, 'wscale'],
  [OPT_TIMESTAMPS, 'tsVal'],
  [OPT_TIMESTAMPS, 'tsEcr'],
] as const;

/** One kind of parser: its code, and everything it said, as text. */
type Run = (mem: Memory, off: number, len: number) => { code: number; view: object };

const runs: readonly Run[] = [
  (mem, off, len) => {
    const view = new IpPacket();
    return { code: parseIp(mem, off, len, view), view };
  },
  (mem, off, len) => {
    const view = new IpPacket();
    return { code: parseQuotedIp(mem, off, len, view), view };
  },
  (mem, off, len) => {
    const view = new Segment();
    return { code: parseTcp(mem, off, len, view), view };
  },
  (mem, off, len) => {
    const view = new UdpDatagram();
    return { code: parseUdp(mem, off, len, view), view };
  },
  (mem, off, len) => {
    const view = new IcmpMessage();
    return { code: parseIcmp4(mem, off, len, view), view };
  },
  (mem, off, len) => {
    const view = new IcmpMessage();
    return { code: parseIcmp6(mem, off, len, 0, view), view };
  },
  (mem, off, len) => {
    const view = new ArpPacket();
    return { code: parseArp(mem, off, len, view), view };
  },
  (mem, off, len) => {
    const view = new EthernetFrame();
    return { code: parseEthernet(mem, off, len, view), view };
  },
];

/** A session for codecs. */
export class WireLab {
  executions = 0;
  onPacket: ((to: 'a' | 'b', bytes: Uint8Array, nowUs: number) => void) | null = null;
  readonly #coverage: Coverage;
  readonly #zeros = new Memory({ initial: ROOM });
  readonly #ones = new Memory({ initial: ROOM });
  readonly #before = new Segment();
  readonly #after = new Segment();
  readonly #history: Uint8Array[] = [];

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  step(gene: number): void {
    const r = new Random(gene);
    const ethernet = r.chance(0.5);
    const pool = this.#history.length > 0 && r.chance(0.3) ? this.#history : templates(true);
    const frame = pool[r.int(pool.length)] as Uint8Array;
    const packet = mutate(ethernet ? frame : frame.slice(14), r, {
      ethernet,
      numbers: [0, 0x7fffffff],
      others: templates(ethernet),
    });
    this.#tryAt(packet, 0);
    if (ethernet) this.#tryAt(packet, 14);
    const { upper } = layoutOf(packet, ethernet);
    if (upper > 0) this.#tryAt(packet, upper);
    if (ethernet && r.chance(0.1)) {
      if (this.#history.length > 100) this.#history.splice(r.int(100), 1);
      this.#history.push(packet);
    }
  }

  #tryAt(bytes: Uint8Array, from: number): void {
    const part = bytes.subarray(Math.min(from, bytes.length));
    const off = 70 + (this.executions & 7);
    this.executions++;
    this.onPacket?.('a', part, 0);
    this.#zeros.u8.fill(0, 0, off + part.length + 64);
    this.#ones.u8.fill(0xff, 0, off + part.length + 64);
    this.#zeros.u8.set(part, off);
    this.#ones.u8.set(part, off);
    runs.forEach((run, which) => {
      const one = run(this.#zeros, off, part.length);
      const two = run(this.#ones, off, part.length);
      this.#coverage.note(WIRE, which, one.code);
      if (one.code !== Malformed.OK) this.#coverage.malformed.add(one.code);
      if (one.code !== two.code || JSON.stringify(one.view) !== JSON.stringify(two.view))
        throw new Error(`parser ${which} reads outside the packet`);
      if (one.code === Malformed.OK && which === 2) this.#again(this.#zeros, one.view as Segment);
    });
  }

  /** What was parsed, written and parsed again, is the same. */
  #again(mem: Memory, seg: Segment): void {
    const cursor = new TcpOptionCursor();
    cursor.start(seg.optOff, seg.optLen);
    for (let n = 0; cursor.next(mem); n++) if (n > 40) throw new Error('more than 40 options in 40 octets');
    const before = this.#copy(seg, this.#before);
    if (tcpHeaderLength(before) > 60) throw new Error('a header of more than 60 octets');
    const at = 60_000;
    const len = writeTcpHeader(mem, at, before);
    const after = this.#after;
    if (parseTcp(mem, at, len, after) !== Malformed.OK) throw new Error('what was written does not parse');
    for (const name of ['srcPort', 'dstPort', 'seq', 'ack', 'ctl', 'wnd', 'up'] as const) {
      if (after[name] !== seg[name]) throw new Error(`${name} was ${seg[name]}, came back as ${after[name]}`);
    }
    // SACK blocks and a cookie are left out when they do not fit; the rest always does.
    const kept = OPT_MSS | OPT_WSCALE | OPT_TIMESTAMPS | OPT_SACK_PERMITTED;
    if ((after.opts & kept) !== (seg.opts & kept))
      throw new Error(`options were ${seg.opts}, came back as ${after.opts}`);
    for (const [bit, name] of OPTION_VALUES) {
      if ((seg.opts & bit) !== 0 && after[name] !== seg[name])
        throw new Error(`${name} was ${seg[name]}, came back as ${after[name]}`);
    }
  }

  #copy(from: Segment, to: Segment): Segment {
    to.set(from.seq, from.ack, from.ctl);
    const { srcPort, dstPort, wnd, up, opts, mss, wscale, tsVal, tsEcr, sackCount } = from;
    const { cookieLen, cookieExperimental } = from;
    Object.assign(to, { srcPort, dstPort, wnd, up, opts, mss, wscale, tsVal, tsEcr, sackCount });
    Object.assign(to, { cookieLen, cookieExperimental });
    to.sack.set(from.sack);
    to.cookie.set(from.cookie);
    return to;
  }

  end(): void {}
}
