// For tests: one endpoint without a host, whose segments are kept as plain records with their octets,
// and two of them with a wire in between that loses, duplicates, holds and changes what it is told to.

import { formatSegment } from '../wire/format.ts';
import {
  ACK,
  CWR,
  ECE,
  FIN,
  OPT_ACC_ECN,
  OPT_FAST_OPEN,
  PSH,
  RST,
  Segment,
  SYN,
  URG,
} from '../wire/segment.ts';
import * as calls from './calls.ts';
import { defaultConfig, type TcpConfig, withSettings } from './config.ts';
import { type Drop, dropName } from './drop.ts';
import { Engine, type Output, type TimerName, type TimerTrace } from './engine.ts';
import { type Cookies, FastOpen } from './fast-open.ts';
import { type Rules, rfc9293 } from './rules.ts';
import { segmentArrives } from './segment-arrives/index.ts';
import { keepTimes } from './tcb/fields.ts';
import { brokenInvariant } from './tcb/invariants.ts';
import { stateName } from './tcb/state.ts';
import { receivable, sendRoom, Tcb, wakeAt } from './tcb/tcb.ts';
import type { Transition } from './tcb/transitions.ts';
import { timeout } from './timeouts.ts';

/** A segment as data: what a test compares, changes and delivers. */
export interface SegmentRecord {
  seq: number;
  ack: number;
  ctl: number;
  wnd: number;
  up: number;
  opts: number;
  mss: number;
  wscale: number;
  tsVal: number;
  tsEcr: number;
  sack: number[];
  /** The Fast Open option; empty: a request. */
  cookie?: number[];
  /** ECN field of the packet. */
  ecn?: number;
  /** AE, of the three bits that make the ACE field. */
  ae?: number;
  /** The AccECN option: its order, and its counters in that. */
  counters?: { order: number; values: number[] };
  /** It stands for several. */
  gsoSize?: number;
  text: Uint8Array;
}

const BITS: Readonly<Record<string, number>> = { FIN, SYN, RST, PSH, ACK, URG, ECE, CWR };

/** 'SYN,ACK' as control bits. */
export function control(text: string): number {
  return text === '' ? 0 : text.split(',').reduce((ctl, name) => ctl | (BITS[name] as number), 0);
}

function countersOf({ ecnOrder, ecnFields, e0b, ceb, e1b }: Segment): { order: number; values: number[] } {
  const values = ecnOrder === 0 ? [e0b, ceb, e1b] : [e1b, ceb, e0b];
  return { order: ecnOrder, values: values.slice(0, ecnFields) };
}

function setCounters(seg: Segment, order: number, values: readonly number[]): void {
  const [first = 0, ceb = 0, last = 0] = values;
  seg.opts |= OPT_ACC_ECN;
  seg.ecnOrder = order;
  seg.ecnFields = values.length;
  seg.e0b = order === 0 ? first : last;
  seg.ceb = ceb;
  seg.e1b = order === 0 ? last : first;
}

/** The ACE field of a record. */
export function aceOfRecord(r: SegmentRecord): number {
  return ((r.ae ?? 0) << 2) | ((r.ctl >> 6) & 3);
}

/** Its change. */
export function setAceOfRecord(r: SegmentRecord, ace: number): void {
  r.ae = (ace >> 2) & 1;
  r.ctl = (r.ctl & ~(ECE | CWR)) | ((ace & 3) << 6);
}

function record(seg: Segment, text: Uint8Array): SegmentRecord {
  const { seq, ack, ctl, wnd, up, opts, mss, wscale, tsVal, tsEcr } = seg;
  return {
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
    ...((opts & OPT_FAST_OPEN) === 0 ? {} : { cookie: [...seg.cookie.subarray(0, seg.cookieLen)] }),
    ...((seg.reserved & 1) === 0 ? {} : { ae: 1 }),
    ...((opts & OPT_ACC_ECN) === 0 ? {} : { counters: countersOf(seg) }),
    ...(seg.ecn === 0 ? {} : { ecn: seg.ecn }),
    text,
  };
}

/** Cookies of TCP Fast Open for one endpoint: a server grants and takes COOKIE, a client has it or asks. */
export class TestCookies implements Cookies {
  static readonly COOKIE: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8];
  /** What the client has. */
  cookie: number[];
  mss = 1460;
  learned = 0;
  failures = 0;

  constructor(cookie: readonly number[] = []) {
    this.cookie = [...cookie];
  }
  admit(tcb: Tcb, seg: Segment): boolean {
    if ((seg.opts & OPT_FAST_OPEN) === 0) return false;
    const is = [...seg.cookie.subarray(0, seg.cookieLen)];
    if (is.join() === TestCookies.COOKIE.join()) return true;
    tcb.fastOpen |= FastOpen.OFFER;
    return false;
  }
  offer(tcb: Tcb, seg: Segment): number {
    const cookie = tcb.passive === 1 ? TestCookies.COOKIE : this.cookie;
    seg.opts |= OPT_FAST_OPEN;
    seg.cookieLen = cookie.length;
    seg.cookie.set(cookie);
    return cookie.length === 0 ? 0 : this.mss;
  }
  learn(_tcb: Tcb, seg: Segment): void {
    this.learned++;
    if ((seg.opts & OPT_FAST_OPEN) !== 0) this.cookie = [...seg.cookie.subarray(0, seg.cookieLen)];
  }
  failed(): void {
    this.failures++;
  }
}

/** One TCP endpoint. Its socket is 10.0.0.`number`:`port`; octets are kept by sequence number. */
export class Endpoint implements Output, TimerTrace {
  readonly engine: Engine;
  tcb: Tcb;
  /** What it sent and nobody took yet. */
  readonly sent: SegmentRecord[] = [];
  readonly rows: string[] = [];
  readonly drops: string[] = [];
  readonly timersFired: TimerName[] = [];
  /** All octets SENT, and all octets RECEIVEd. */
  readonly written: number[] = [];
  readonly read: number[] = [];
  /** Whether RECEIVE takes what arrives at once. */
  autoRead = true;
  /** What `spawn`, `admit` and `text` answer. */
  synQueueOpen = true;
  acceptQueueOpen = true;
  memoryLeft = true;
  reopened: { seg: SegmentRecord; minIss: number } | null = null;
  signals = 0;
  readonly #store = new Map<number, number>();
  #arriving: SegmentRecord | null = null;

  constructor(number = 1, port = 1000, config: Partial<TcpConfig> = {}, rules: Rules = rfc9293) {
    this.engine = new Engine(this, new Int32Array([number, 2, 3, 4]), rules);
    this.engine.trace = this;
    // NewReno, unless the test says otherwise: its windows are easily told beforehand.
    this.tcb = new Tcb({
      ...withSettings(defaultConfig, config),
      congestion: 'newreno',
      abe: false,
      ...config,
    });
    const { tcb } = this;
    tcb.l2 = tcb.r2 = 0xffff;
    tcb.l3 = (10 << 24) | number;
    tcb.r3 = (10 << 24) | (3 - number);
    tcb.localPort = port;
    tcb.remotePort = 3000 - port;
  }

  get state(): string {
    return stateName(this.tcb.state);
  }

  // Output
  segment(tcb: Tcb, seg: Segment): void {
    const text = new Uint8Array(seg.textLen);
    const first = (seg.seq + ((seg.ctl >> 1) & 1)) | 0;
    for (let i = 0; i < text.length; i++) text[i] = this.written[(first + i - tcb.snd.iss - 1) | 0] as number;
    this.sent.push(record(seg, text));
  }
  reply(_to: Segment, seg: Segment): void {
    this.sent.push(record(seg, new Uint8Array(0)));
  }
  text(_tcb: Tcb, seg: Segment, skip: number, seq: number, len: number): boolean {
    if (!this.memoryLeft) return false;
    const { text } = this.#arriving as SegmentRecord;
    for (let i = 0; i < len; i++) this.#store.set((seq + i) | 0, text[seg.textOff + skip + i] as number);
    return true;
  }
  spawn(listen: Tcb): Tcb | null {
    return this.synQueueOpen ? listen : null;
  }
  admit(): boolean {
    return this.acceptQueueOpen;
  }
  reopen(_tcb: Tcb, seg: Segment, minIss: number): boolean {
    if (!this.acceptQueueOpen) return false;
    this.reopened = { seg: record(seg, new Uint8Array(0)), minIss };
    return true;
  }
  transition(_tcb: Tcb, row: Transition): void {
    this.rows.push(row.name);
  }
  drop(_tcb: Tcb | null, _seg: Segment, reason: Drop): void {
    this.drops.push(dropName(reason));
  }
  sweep(fromMs: number, elapsedMs: number): void {
    keepTimes(this.tcb, fromMs, elapsedMs);
  }
  timerSet(): void {}
  timerFired(_tcb: Tcb, timer: TimerName): void {
    this.timersFired.push(timer);
  }

  // Events
  setNow(us: number): void {
    this.engine.setNow(us);
  }

  /** Delivers a segment. */
  arrive(r: SegmentRecord): void {
    const seg = new Segment().set(r.seq | 0, r.ack | 0, r.ctl);
    seg.srcPort = this.tcb.remotePort;
    seg.dstPort = this.tcb.localPort;
    seg.wnd = r.wnd;
    seg.up = r.up;
    seg.ecn = r.ecn ?? 0;
    seg.reserved = r.ae ?? 0;
    seg.opts = r.counters === undefined ? r.opts & ~OPT_ACC_ECN : r.opts;
    if (r.counters !== undefined) setCounters(seg, r.counters.order, r.counters.values);
    seg.mss = r.mss;
    seg.wscale = r.wscale;
    seg.tsVal = r.tsVal | 0;
    seg.tsEcr = r.tsEcr | 0;
    seg.sackCount = r.sack.length / 2;
    seg.sack.set(r.sack);
    if (r.cookie !== undefined) {
      seg.opts |= OPT_FAST_OPEN;
      seg.cookieLen = r.cookie.length;
      seg.cookie.set(r.cookie);
    }
    seg.textLen = r.text.length;
    seg.gsoSize = r.gsoSize ?? 0;
    this.#arriving = r;
    segmentArrives(this.engine, this.tcb, seg);
    this.#arriving = null;
    this.#after();
  }

  /**
   * Delivers a segment written by hand: numbers relative to the peer's ISS (`tcb.rcv.irs`, or 0 before a
   * SYN) and to ours, so that the peer's SYN is 0 and its first octet 1.
   */
  inject(ctl: string, seq: number, ack = 0, more: Partial<SegmentRecord> = {}): void {
    const irs = this.tcb.state <= 2 ? 0 : this.tcb.rcv.irs;
    this.arrive({
      seq: (irs + seq) | 0,
      ack: (this.tcb.snd.iss + ack) | 0,
      ctl: control(ctl),
      wnd: 65535,
      up: 0,
      opts: 0,
      mss: 0,
      wscale: 0,
      tsVal: 0,
      tsEcr: 0,
      sack: [],
      text: new Uint8Array(0),
      ...more,
    });
  }

  openActive(): number {
    return calls.openActive(this.engine, this.tcb);
  }
  /** Active OPEN with Fast Open; how many octets of `early` were queued before the SYN went out. */
  openFast(early: Iterable<number> = []): number {
    calls.openFast(this.engine, this.tcb);
    const n = this.send(early);
    calls.sendFirstSyn(this.engine, this.tcb);
    this.#after();
    return n;
  }
  openPassive(): number {
    return calls.openPassive(this.engine, this.tcb);
  }
  /** SEND of as many of the octets as there is room for; the number taken, or -Err. */
  send(octets: Iterable<number>, urgent = false): number {
    const all = [...octets];
    const n = Math.min(all.length, sendRoom(this.tcb));
    for (let i = 0; i < n; i++) this.written.push(all[i] as number);
    const err = calls.send(this.engine, this.tcb, n, urgent);
    if (err !== 0) this.written.splice(this.written.length - n, n);
    this.#after();
    return err === 0 ? n : -err;
  }
  /** RECEIVE of everything, or of `n` octets. */
  receive(n = receivable(this.tcb)): number {
    const { rcv } = this.tcb;
    for (let i = 0; i < n; i++) {
      const at = (rcv.user + i) | 0;
      this.read.push(this.#store.get(at) as number);
      this.#store.delete(at);
    }
    return calls.receive(this.engine, this.tcb, n);
  }
  close(): number {
    const err = calls.close(this.engine, this.tcb);
    this.#after();
    return err;
  }
  detach(): void {
    calls.detach(this.engine, this.tcb);
    this.#after();
  }
  abort(): number {
    const err = calls.abort(this.engine, this.tcb);
    this.#after();
    return err;
  }
  /** Runs the timers that are due. */
  tick(): void {
    timeout(this.engine, this.tcb);
    this.#after();
  }

  #after(): void {
    this.signals |= this.tcb.signals;
    this.tcb.signals = 0;
    if (this.autoRead && receivable(this.tcb) > 0) this.receive();
    const broken = brokenInvariant(this.tcb);
    if (broken !== null) throw new Error(`invariant: ${broken} in ${this.state}`);
  }

  /** What was sent since the last call, one line each, relative to both ISSs. */
  lines(): string[] {
    const { iss } = this.tcb.snd;
    const { irs } = this.tcb.rcv;
    return this.sent.splice(0).map((r) => formatRecord(r, iss, irs));
  }
}

/** One line of {@link formatSegment}; timestamps are left out. */
export function formatRecord(r: SegmentRecord, seqBase = 0, ackBase = 0): string {
  const seg = new Segment().set(r.seq, r.ack, r.ctl);
  seg.wnd = r.wnd;
  seg.up = r.up;
  seg.opts = r.opts & ~(0x10 | OPT_ACC_ECN);
  seg.mss = r.mss;
  seg.wscale = r.wscale;
  seg.sackCount = r.sack.length / 2;
  seg.sack.set(r.sack);
  seg.textLen = r.text.length;
  return formatSegment(seg, seqBase, (r.ctl & ACK) !== 0 ? ackBase : 0);
}

/** When the endpoint wants `tick`, in microseconds; Infinity when it waits for nothing. */
export function wakeUs(a: Endpoint): number {
  const wake = wakeAt(a.tcb);
  if (wake === 0) return Number.POSITIVE_INFINITY;
  const ms = Math.floor(a.engine.now / 1000);
  return (ms + ((wake - ms) | 0)) * 1000;
}

/** What the wire does with a segment: deliver it (once or more, each after a delay in microseconds) or nothing. */
export type Fate = (r: SegmentRecord, from: 'a' | 'b', index: number) => readonly number[];

/** Two endpoints and a wire with a delay. */
export class Pair {
  readonly a: Endpoint;
  readonly b: Endpoint;
  now = 0;
  fate: Fate;
  readonly #flight: { at: number; order: number; to: Endpoint; r: SegmentRecord }[] = [];
  #order = 0;
  readonly #index = { a: 0, b: 0 };

  constructor(
    options: {
      a?: Partial<TcpConfig>;
      b?: Partial<TcpConfig>;
      delayUs?: number;
      fate?: Fate;
      rules?: Rules;
      /** The clock at the start, in microseconds. */
      startUs?: number;
    } = {},
  ) {
    this.a = new Endpoint(1, 1000, options.a, options.rules);
    this.b = new Endpoint(2, 2000, options.b, options.rules);
    const delay = options.delayUs ?? 10_000;
    this.fate = options.fate ?? (() => [delay]);
    this.setNow(options.startUs ?? 0);
  }

  /** Puts what the endpoints have sent onto the wire. */
  collect(): void {
    for (const side of ['a', 'b'] as const) {
      for (const r of this[side].sent.splice(0)) {
        for (const delay of this.fate(r, side, this.#index[side]++)) {
          this.#flight.push({
            at: this.now + delay,
            order: this.#order++,
            to: side === 'a' ? this.b : this.a,
            r,
          });
        }
      }
    }
  }

  /** The next event: a delivery or a timer. False when nothing is left to happen (before `until`). */
  step(until = Number.POSITIVE_INFINITY): boolean {
    this.collect();
    let next = Number.POSITIVE_INFINITY;
    for (const f of this.#flight) next = Math.min(next, f.at);
    for (const side of [this.a, this.b]) {
      next = Math.min(next, Math.max(this.now, wakeUs(side)));
    }
    if (next > until) {
      if (until !== Number.POSITIVE_INFINITY) this.setNow(until);
      return false;
    }
    if (next === Number.POSITIVE_INFINITY) return false;
    this.setNow(next);
    this.#flight.sort((x, y) => x.at - y.at || x.order - y.order);
    while (this.#flight.length > 0 && (this.#flight[0] as { at: number }).at <= this.now) {
      const f = this.#flight.shift() as { to: Endpoint; r: SegmentRecord };
      f.to.arrive(f.r);
    }
    this.a.tick();
    this.b.tick();
    this.collect();
    return true;
  }

  setNow(us: number): void {
    this.now = us;
    this.a.setNow(us);
    this.b.setNow(us);
  }

  /** Runs until nothing is left, `done` holds, or `untilUs`. */
  run(done: () => boolean = () => false, untilUs = Number.POSITIVE_INFINITY): void {
    for (let i = 0; i < 1_000_000; i++) {
      if (done() || !this.step(untilUs)) return;
    }
    throw new Error('the pair never comes to rest');
  }

  /** Opens a (active) to b (passive) and runs the handshake. */
  connect(): void {
    this.b.openPassive();
    this.a.openActive();
    this.run(() => this.a.state === 'ESTABLISHED' && this.b.state === 'ESTABLISHED');
  }
}
