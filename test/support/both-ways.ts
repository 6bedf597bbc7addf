// For tests of header prediction against the whole way of RFC 9293 section 3.10.7.4: two connections with the same past are given the
// same segments, calls and time; one predicts, the other does not. After each step they have sent, told and dropped the
// same, set the same timers, and their TCBs are equal, field by field.

import * as calls from '../../src/tcp/calls.ts';
import { defaultConfig, type TcpConfig } from '../../src/tcp/config.ts';
import { congestionNames } from '../../src/tcp/congestion/control.ts';
import { Engine, type Output, type TimerTrace } from '../../src/tcp/engine.ts';
import { predictableAcks, predictableEnds, predictableText, type Rules } from '../../src/tcp/rules.ts';
import { segmentArrives } from '../../src/tcp/segment-arrives/index.ts';
import { State } from '../../src/tcp/tcb/state.ts';
import { Phase, receivable, sendRoom, Tcb, wakeAt } from '../../src/tcp/tcb/tcb.ts';
import { timeout } from '../../src/tcp/timeouts.ts';
import {
  ACK,
  CWR,
  ECE,
  ECN_CE,
  FIN,
  OPT_ACC_ECN,
  OPT_MSS,
  OPT_SACK,
  OPT_SACK_PERMITTED,
  OPT_TIMESTAMPS,
  OPT_WSCALE,
  PSH,
  RST,
  Segment,
  SYN,
  setAce,
  URG,
} from '../../src/wire/segment.ts';

/** Segments of one connection, if it lives as long; of one that is brief. */
const LIFE = 400;
const BRIEF = 12;

/** Seeded 32-bit generator (mulberry32). */
function dice(seed: number): (below: number) => number {
  let a = seed | 0;
  return (below) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** One connection, and what came out of it since it was looked at. */
class Side implements Output, TimerTrace {
  readonly engine: Engine;
  readonly tcb: Tcb;
  readonly log: number[] = [];
  memoryLeft = true;
  admits = true;
  /** Segments that went the whole way. */
  whole = 0;

  constructor(config: TcpConfig, rules: Rules, predicts: boolean) {
    const sequence: Rules['sequence'] = (e, tcb, seg) => {
      this.whole++;
      return rules.sequence(e, tcb, seg);
    };
    this.engine = new Engine(this, new Int32Array([1, 2, 3, 4]), { ...rules, sequence });
    this.engine.trace = this;
    this.engine.predicts = predicts;
    this.engine.predictsAcks = predicts && predictableAcks(rules);
    this.engine.predictsText = predicts && predictableText(rules);
    this.engine.predictsEnds = predicts && predictableEnds(rules);
    this.tcb = new Tcb(config);
    this.tcb.l3 = 1;
    this.tcb.r3 = 2;
    this.tcb.localPort = 80;
    this.tcb.remotePort = 9;
  }

  segment(_tcb: Tcb, s: Segment): void {
    this.log.push(1, s.seq, s.ack, s.ctl, s.wnd, s.up, s.opts, s.textLen, s.gsoSize, s.ecn, s.sackCount);
    this.log.push(s.reserved);
    if ((s.opts & OPT_ACC_ECN) !== 0) this.log.push(s.ecnOrder, s.ecnFields, s.e0b, s.ceb, s.e1b);
    if ((s.opts & OPT_TIMESTAMPS) !== 0) this.log.push(s.tsVal, s.tsEcr);
    for (let i = 0; i < 2 * s.sackCount; i++) this.log.push(s.sack[i] as number);
  }
  reply(_to: Segment, s: Segment): void {
    this.log.push(2, s.seq, s.ack, s.ctl);
  }
  text(_tcb: Tcb, s: Segment, skip: number, seq: number, len: number): boolean {
    this.log.push(3, s.textOff + skip, seq, len);
    return this.memoryLeft;
  }
  spawn(listen: Tcb): Tcb {
    return listen;
  }
  admit(): boolean {
    return this.admits;
  }
  reopen(): boolean {
    return false;
  }
  transition(_tcb: Tcb, row: { readonly from: number; readonly to: number }): void {
    this.log.push(4, row.from, row.to);
  }
  drop(_tcb: Tcb | null, s: Segment, reason: number): void {
    this.log.push(5, reason, s.seq, s.textLen);
  }
  sweep(): void {}
  timerSet(_tcb: Tcb, timer: string, deadlineMs: number): void {
    this.log.push(6, timer.length, timer.charCodeAt(0), deadlineMs);
  }
  timerFired(_tcb: Tcb, timer: string): void {
    this.log.push(7, timer.length, timer.charCodeAt(0));
  }
}

type Fields = Readonly<Record<string, unknown>>;
/** Whether two records of a class have the same in all fields that are no objects: made once for each class, to be fast. */
const equals = new Map<unknown, { flat: (a: object, b: object) => boolean; deep: string[]; all: string[] }>();

/** The first field in which two records differ; null: none. */
function differs(a: object, b: object): string | null {
  let of = equals.get(a.constructor);
  if (of === undefined) {
    const all = Object.keys(a).filter((name) => name !== 'config');
    const deep = all.filter((name) => typeof (a as Fields)[name] === 'object');
    const flat = all.filter((name) => !deep.includes(name)).map((name) => `a.${name} === b.${name}`);
    of = {
      flat: new Function('a', 'b', `return ${flat.join(' && ')}`) as (a: object, b: object) => boolean,
      deep,
      all,
    };
    equals.set(a.constructor, of);
  }
  const [x, y] = [a as Fields, b as Fields];
  if (!of.flat(a, b))
    return of.all
      .filter((name) => x[name] !== y[name])
      .map((name) => `${name}: ${x[name]}, ${y[name]}`)
      .join();
  for (const name of of.deep) {
    const [p, q] = [x[name] as object | null, y[name] as object | null];
    if (p === null || q === null) {
      if (p !== q) return name;
      continue;
    }
    const inside = isArray(p) && isArray(q) ? arraysDiffer(p, q) : differs(p, q);
    if (inside !== null) return `${name}.${inside}`;
  }
  return null;
}

function isArray(of: object): of is ArrayLike<unknown> {
  return ArrayBuffer.isView(of) || Array.isArray(of);
}

function arraysDiffer(a: ArrayLike<unknown>, b: ArrayLike<unknown>): string | null {
  for (let i = 0; i < Math.max(a.length, b.length); i++)
    if (a[i] !== b[i]) return `word ${i}: ${a[i]}, ${b[i]}`;
  return null;
}

/** How often what was to be met was met. */
export const met = {
  recovery: 0,
  loss: 0,
  outOfOrder: 0,
  ece: 0,
  accEcn: 0,
  probe: 0,
  urgent: 0,
  paced: 0,
  tlp: 0,
  grown: 0,
  noMemory: 0,
  finWait2: 0,
  lastAck: 0,
  timeWait: 0,
};

class Run {
  readonly sides: readonly [Side, Side];
  readonly slow: Side;
  readonly seg = new Segment();
  readonly #roll: (below: number) => number;
  #us: number;
  #wnd = 65_535;
  /** It ends soon, and mostly in good order. */
  readonly #brief: boolean;
  segments = 0;

  constructor(seed: number, rules: Rules, brief: boolean) {
    const roll = dice(seed);
    this.#roll = roll;
    this.#us = [0, 5_000_000, (2 ** 31 - 500) * 1000, 2 ** 31 - 50_000][roll(4)] as number;
    const names = congestionNames().filter((name) => ['cubic', 'newreno', 'bbr'].includes(name));
    const config: TcpConfig = {
      ...defaultConfig,
      congestion: names[roll(names.length)] as string,
      pacing: roll(3) === 0 ? 'on' : 'auto',
      lossDetection: roll(4) === 0 ? 'dupacks' : 'rack',
      delayedAckMs: roll(4) === 0 ? 0 : 40,
      quickAcks: roll(2) * 8,
      noDelay: roll(2) === 0,
      keepAlive: roll(4) === 0,
      ecn: roll(2) === 0 ? 'accept' : 'accurate',
      ecnPlusPlus: roll(2) === 0,
      accEcnOption: (['off', 'changed', 'linux'] as const)[roll(3)] as TcpConfig['accEcnOption'],
      receiveBuffer: [5000, 65_536, 300_000][roll(3)] as number,
      receiveBufferMax: 1 << 20,
      sendBuffer: [5000, 65_536, 300_000][roll(3)] as number,
    };
    this.sides = [new Side(config, rules, true), new Side(config, rules, false)];
    [, this.slow] = this.sides;
    this.#both((side) => side.engine.setNow(this.#us));
    this.#both((side) => calls.openPassive(side.engine, side.tcb));
    this.#brief = brief;
    const irs = [0, -20, 2 ** 31 - 20_000, 77][roll(4)] as number;
    const ecn = roll(3) * (ECE | CWR);
    const offers =
      [OPT_WSCALE, 0][roll(2)]! | [OPT_SACK_PERMITTED, 0][roll(3) >> 1]! | (roll(2) * OPT_TIMESTAMPS);
    const mss = [1460, 536][roll(3) >> 1] as number;
    this.#arrive(irs | 0, 0, SYN | (ecn > 0 ? ECE | CWR : 0), 0, (seg) => {
      if (ecn > (ECE | CWR)) seg.reserved = 1;
      seg.opts = OPT_MSS | offers;
      seg.mss = mss;
      seg.wscale = 7;
    });
    this.#wait(1000 + roll(50_000));
    const { tcb } = this.slow;
    const first = roll(20);
    if (first === 0) this.#arrive(tcb.rcv.nxt, tcb.snd.una, ACK, 0);
    if (first === 1) this.#both((side) => calls.close(side.engine, side.tcb));
    if (first === 2) this.#both((side) => void (side.admits = false));
    this.#arrive(tcb.rcv.nxt, tcb.snd.nxt, first === 3 ? ACK | FIN : ACK, 0);
    if (first === 2) {
      this.#both((side) => void (side.admits = true));
      this.#arrive(tcb.rcv.nxt, tcb.snd.nxt, ACK, 0);
    }
    if (roll(4) === 0) this.#both((side) => void (side.tcb.gso = 65_535));
  }

  /** Something happens. False: the connection is over. */
  step(): boolean {
    const { tcb } = this.slow;
    if (tcb.state === State.CLOSED || tcb.state === State.LISTEN) return false;
    const roll = this.#roll;
    if (this.#brief && roll(2) === 0) {
      this.#end();
      this.#note();
      return true;
    }
    const what = roll(100);
    if (!this.slow.memoryLeft && roll(10) === 0) this.#both((side) => void (side.memoryLeft = true));
    if (what < 60) this.#segment();
    else if (what < 72) this.#send(roll(4) === 0 ? roll(3000) : 20_000);
    else if (what < 82) this.#receive();
    else if (what < 97) this.#wait([0, 3, 500, 5000, 30_000, 200_000, 2_000_000][roll(7)] as number);
    else if (what === 97) this.#both((side) => void (side.tcb.cork ^= 1));
    else if (what === 98) this.#both((side) => void (side.memoryLeft = !side.memoryLeft));
    else if (roll(60) === 0) this.#both((side) => calls.close(side.engine, side.tcb));
    this.#note();
    return true;
  }

  /** One of the two ends closes, or acknowledges that; or time passes. */
  #end(): void {
    const roll = this.#roll;
    const { snd, rcv } = this.slow.tcb;
    const what = roll(8);
    const ack = roll(12) === 0 ? snd.una : snd.nxt;
    if (what < 2) this.#both((side) => calls.close(side.engine, side.tcb));
    else if (what === 2) this.#both((side) => calls.detach(side.engine, side.tcb));
    else if (what < 5) this.#arrive(rcv.nxt, ack, ACK | FIN, 0);
    else if (what < 7) this.#arrive(rcv.nxt, ack, ACK, 0);
    else this.#wait([0, 3, 5000, 300_000][roll(4)] as number);
  }

  /** A segment that the peer could have sent, or somebody else. */
  #segment(): void {
    const roll = this.#roll;
    const { snd, rcv } = this.slow.tcb;
    const outstanding = (snd.nxt - snd.una) | 0;
    const kind = roll(100);
    let seq = rcv.nxt;
    let ack = snd.una;
    let ctl = ACK;
    let len = 0;
    if (kind < 45) {
      len = roll(5) === 0 ? roll(1460) : 1460;
      if (roll(3) === 0) ack = (snd.una + roll(outstanding + 1)) | 0;
      if (roll(8) === 0) ctl |= PSH;
    } else if (kind < 80) {
      ack = (snd.una + (roll(3) === 0 ? outstanding : Math.min(outstanding, roll(4) * snd.mss))) | 0;
    } else if (kind < 92) {
      // Out of order, old, beyond the window.
      seq = (rcv.nxt + [1460, 2920, 14_600, -1460, -700, 400_000][roll(6)]!) | 0;
      len = roll(3) * 730;
      if (roll(40) === 0) ctl |= FIN;
    } else if (kind < 96) {
      ack = (snd.una + [-1, -100_000, outstanding + 1, outstanding + 5000][roll(4)]!) | 0;
    } else {
      ctl |= [URG, URG | PSH, ECE, CWR, FIN, RST, SYN, ECE | PSH][roll(8)]!;
      if ((ctl & (FIN | RST | SYN)) !== 0 && roll(20) !== 0) ctl = ACK | URG;
      len = roll(2) * 300;
    }
    if (roll(25) === 0) ctl |= ECE;
    this.#arrive(seq, ack, ctl, len);
  }

  #arrive(seq: number, ack: number, ctl: number, len: number, more: (seg: Segment) => void = () => {}): void {
    const roll = this.#roll;
    const { snd, tsRecent, tsOffset, ts } = this.slow.tcb;
    if (roll(10) === 0) this.#wnd = [65_535, 65_535, 8192, 2000 + roll(60_000), 0][roll(5)] as number;
    const wnd = this.#wnd;
    const ecn = roll(20) === 0 ? ECN_CE : roll(2);
    const stamped = ts === 1 && roll(50) !== 0;
    const tsVal = (tsRecent + [0, 0, 1, 7, 100, -1][roll(roll(10) === 0 ? 6 : 5)]!) | 0;
    const tsEcr = (this.slow.engine.ms + tsOffset - [0, 1, 20, 100][roll(4)]!) | 0;
    const blocks = (ctl & SYN) === 0 && this.slow.tcb.sack === 1 && roll(12) === 0 ? 1 + roll(2) : 0;
    const at = [roll(30), roll(30)];
    const { accEcn } = this.slow.tcb;
    const ace = accEcn === null ? 0 : accEcn.sCep + (roll(4) === 0 ? roll(8) : 0);
    const told =
      accEcn === null || roll(4) > 0
        ? null
        : { ...accEcn, order: roll(2), fields: roll(4), marked: roll(3) * 700 };
    const seg = this.seg;
    this.#both((side) => {
      seg.set(seq, ack, ctl);
      seg.wnd = wnd;
      seg.up = (ctl & URG) !== 0 ? 1 + (len >> 1) : 0;
      seg.textOff = 64;
      seg.textLen = len;
      seg.ecn = ecn;
      if (accEcn !== null) setAce(seg, ace);
      if (told !== null) {
        seg.opts |= OPT_ACC_ECN;
        seg.ecnOrder = told.order;
        seg.ecnFields = told.fields;
        seg.e0b = told.sE0b & 0xffffff;
        seg.ceb = (told.sCeb + told.marked) & 0xffffff;
        seg.e1b = told.sE1b & 0xffffff;
      }
      if (stamped) {
        seg.opts |= OPT_TIMESTAMPS;
        seg.tsVal = tsVal;
        seg.tsEcr = tsEcr;
      }
      if (blocks > 0) {
        seg.opts |= OPT_SACK;
        seg.sackCount = blocks;
        for (let i = 0; i < blocks; i++) {
          seg.sack[2 * i] = (snd.una + at[i]! * snd.mss) | 0;
          seg.sack[2 * i + 1] = (snd.una + (at[i]! + 1 + i) * snd.mss) | 0;
        }
      }
      more(seg);
      segmentArrives(side.engine, side.tcb, seg);
    });
    this.segments++;
  }

  #send(octets: number): void {
    const n = Math.min(octets, Math.max(sendRoom(this.slow.tcb), 0));
    const urgent = this.#roll(40) === 0;
    this.#both((side) => calls.send(side.engine, side.tcb, n, urgent));
  }

  #receive(): void {
    const there = receivable(this.slow.tcb);
    const n = this.#roll(3) === 0 ? this.#roll(there + 1) : there;
    this.#both((side) => calls.receive(side.engine, side.tcb, n));
  }

  /** Time passes, and each timer has its time. */
  #wait(us: number): void {
    const until = this.#us + us;
    for (let i = 0; i < 20; i++) {
      const at = wakeAt(this.slow.tcb);
      const ms = Math.floor(this.#us / 1000);
      const wake = at === 0 ? Number.POSITIVE_INFINITY : (ms + ((at - ms) | 0)) * 1000;
      if (wake > until) break;
      this.#us = Math.max(this.#us, wake);
      this.#both((side) => {
        side.engine.setNow(this.#us);
        timeout(side.engine, side.tcb);
      });
    }
    this.#us = Math.max(this.#us, until);
    this.#both((side) => side.engine.setNow(this.#us));
  }

  #both(act: (side: Side) => void): void {
    const [fast, slow] = this.sides;
    act(fast);
    act(slow);
    const { log } = slow;
    let same = fast.log.length === log.length;
    for (let i = 0; same && i < log.length; i++) same = fast.log[i] === log[i];
    if (!same) throw new Error(`sent, told or set otherwise: ${fast.log.join()} and ${log.join()}`);
    const field = differs(fast.tcb, slow.tcb);
    if (field !== null) throw new Error(`TCBs differ: ${field}`);
    fast.log.length = log.length = fast.tcb.signals = slow.tcb.signals = 0;
  }

  #note(): void {
    const { tcb, memoryLeft } = this.slow;
    if (tcb.cc.phase === Phase.FAST_RECOVERY) met.recovery++;
    if (tcb.cc.phase === Phase.LOSS) met.loss++;
    if (tcb.outOfOrder !== null) met.outOfOrder++;
    if (tcb.ecnEcho === 1) met.ece++;
    if (tcb.accEcn !== null && tcb.accEcn.sCep !== 5 && tcb.accEcn.rCep !== 5) met.accEcn++;
    if (tcb.snd.probe === 1) met.probe++;
    if (tcb.rcv.urgent === 1) met.urgent++;
    if (tcb.timer.pace !== 0) met.paced++;
    if (tcb.cc.tlp !== 0) met.tlp++;
    if (tcb.rcv.buf > tcb.config.receiveBuffer) met.grown++;
    if (!memoryLeft) met.noMemory++;
    if (tcb.state === State.FIN_WAIT_2) met.finWait2++;
    if (tcb.state === State.LAST_ACK) met.lastAck++;
    if (tcb.state === State.TIME_WAIT) met.timeWait++;
  }
}

/**
 * Random connections, until so many segments have arrived at them; `brief`: such as end soon. Throws where the short way and
 * the whole differ. The share of the segments that went the short way.
 */
export function bothWays(rules: Rules, most: number, brief = false): number {
  const life = brief ? BRIEF : LIFE;
  let segments = 0;
  let whole = 0;
  for (let seed = 1; segments < most; seed++) {
    const run = new Run(seed, rules, brief);
    try {
      while (run.segments < life && run.step());
    } catch (error) {
      throw new Error(`seed ${seed}, segment ${run.segments}: ${(error as Error).message}`);
    }
    segments += run.segments;
    whole += run.sides[0].whole;
    if (run.sides[1].whole === 0) throw new Error(`seed ${seed}: the whole way was not gone`);
  }
  return 1 - whole / segments;
}
