// A host under test, and a peer beside it that is no TCP: it sends whatever segments a test writes, from
// any address and port, and notes what comes back. Time is virtual and passes only by `pass`.

import { Host, type HostOptions } from '../../src/host/index.ts';
import { StrictMemory } from '../../src/sim/testing.ts';
import { control, formatRecord, type SegmentRecord } from '../../src/tcp/testing.ts';
import {
  finish,
  IPPROTO_TCP,
  IpPacket,
  parseIp,
  parseTcp,
  pseudoSumWords,
  Segment,
  sum,
  TCP_CHECKSUM_OFFSET,
  tcpHeaderLength,
  writeIpv4Header,
  writeTcpHeader,
} from '../../src/wire/index.ts';

/** The host under test is 10.0.0.1. */
const HOST = 0x0a000001;
const MAPPED = 0xffff;
const IP_HEADER = 20;

/** A segment that the host sent: its record, and where it went. */
export interface Sent extends SegmentRecord {
  to: number;
  port: number;
  from: number;
}

/** One host and a peer that sends segments by hand. */
export class RawPeer {
  /** Throws when a block is freed twice, and knows which are live. */
  readonly memory = new StrictMemory();
  readonly host: Host;
  /** What the host sent and nobody took yet. */
  readonly sent: Sent[] = [];
  now = 1_000_000;
  /** The peer's address: 10.0.0.2 unless changed. */
  address = 0x0a000002;
  readonly #iface;
  readonly #packet = new IpPacket();

  constructor(options: Partial<HostOptions> = {}) {
    let x = 1;
    this.host = new Host({
      clock: { now: () => this.now },
      random: () => (x = Math.imul(x, 0x2c1b3c6d) + 0x297a2d39) ^ (x >>> 15),
      memory: this.memory,
      ...options,
    });
    this.#iface = this.host.addInterface({ addresses: ['10.0.0.1/8'] });
    this.host.addRoute('default', this.#iface, '10.0.0.254');
    this.#iface.attach((off, len) => {
      this.#note(off, len);
      this.memory.free(off, len);
    });
    this.host.poll(this.now);
  }

  #note(off: number, len: number): void {
    const p = this.#packet;
    const seg = new Segment();
    if (parseIp(this.memory, off, len, p) !== 0) throw new Error('the host sent no IP packet');
    if (p.protocol !== IPPROTO_TCP) return;
    if (parseTcp(this.memory, p.payloadOff, p.payloadLen, seg) !== 0) throw new Error('a bad segment');
    const { seq, ack, ctl, wnd, up, opts, mss, wscale, tsVal, tsEcr } = seg;
    this.sent.push({
      seq,
      ack,
      ctl,
      wnd,
      up,
      opts,
      mss,
      wscale,
      tsVal,
      tsEcr,
      sack: [...seg.sack.subarray(0, 2 * seg.sackCount)],
      text: this.memory.u8.slice(seg.textOff, seg.textOff + seg.textLen),
      to: p.dst3,
      port: seg.dstPort,
      from: seg.srcPort,
    });
  }

  /** Sends a segment from our `port` to the host's `to`; numbers as on the wire. */
  send(port: number, to: number, ctl: string, seq: number, ack = 0, more: Partial<SegmentRecord> = {}): void {
    const seg = new Segment().set(seq | 0, ack | 0, control(ctl));
    seg.srcPort = port;
    seg.dstPort = to;
    seg.wnd = more.wnd ?? 65535;
    seg.opts = more.opts ?? 0;
    seg.mss = more.mss ?? 0;
    seg.wscale = more.wscale ?? 0;
    seg.tsVal = (more.tsVal ?? 0) | 0;
    seg.tsEcr = (more.tsEcr ?? 0) | 0;
    const text = more.text ?? new Uint8Array(0);
    const header = tcpHeaderLength(seg);
    const payload = header + text.length;
    const mem = this.memory;
    const off = mem.alloc(IP_HEADER + payload);
    writeIpv4Header(mem, off, payload, 1, 0, 64, 0, IPPROTO_TCP, this.address, HOST);
    const at = off + IP_HEADER;
    writeTcpHeader(mem, at, seg);
    mem.u8.set(text, at + header);
    const pseudo = pseudoSumWords(4, 0, 0, MAPPED, this.address, 0, 0, MAPPED, HOST, IPPROTO_TCP, payload);
    mem.dv.setUint16(at + TCP_CHECKSUM_OFFSET, finish(sum(mem, at, payload, pseudo)));
    this.#iface.receive(off, IP_HEADER + payload);
    mem.free(off, IP_HEADER + payload);
    this.host.poll(this.now);
  }

  /** Lets `ms` pass; the host does what is due on the way. */
  pass(ms: number): void {
    const until = this.now + ms * 1000;
    for (let i = 0; i < 100_000; i++) {
      const wake = this.host.wakeAt();
      if (wake > until) {
        this.now = until;
        this.host.poll(until);
        return;
      }
      this.now = Math.max(this.now, wake);
      this.host.poll(this.now);
    }
    throw new Error('the host never comes to rest');
  }

  /** What the host sent since the last call: to `port`, with the control bits `ctl` exactly, or everything. */
  take(port?: number, ctl?: string): Sent[] {
    const wanted = (r: Sent): boolean =>
      (port === undefined || r.port === port) && (ctl === undefined || r.ctl === control(ctl));
    const taken = this.sent.filter(wanted);
    this.sent.splice(0, this.sent.length, ...this.sent.filter((r) => !wanted(r)));
    return taken;
  }

  /** What it sent to `port` as lines, relative to the ISSs, without window and options. */
  lines(port?: number, iss = 0, irs = 0): string[] {
    return this.take(port).map((r) =>
      formatRecord(r, iss, irs)
        .replace(/ win=\d+/, '')
        .replace(/ <.*>$/, ''),
    );
  }

  /** Sends a SYN from `port` and takes its SYN,ACK; null when there is none. */
  syn(port: number, to: number, irs = 1000 * port, more: Partial<SegmentRecord> = {}): Sent | null {
    this.send(port, to, 'SYN', irs, 0, more);
    return this.take(port, 'SYN,ACK')[0] ?? null;
  }

  /** A whole handshake from `port`; the host's ISS, or null without a SYN,ACK. The peer's ISS is `irs`. */
  open(port: number, to: number, irs = 1000 * port, more: Partial<SegmentRecord> = {}): number | null {
    const answer = this.syn(port, to, irs, more);
    if (answer === null) return null;
    this.send(port, to, 'ACK', irs + 1, answer.seq + 1, { ...more, tsEcr: answer.tsVal });
    return answer.seq;
  }
}
