// Connections in TIME-WAIT as compact records. A segment for one is processed by the engine on a TCB
// that is rebuilt from the record for that moment, so that the rules of TIME-WAIT stand in one place
// (tcp/segment-arrives/time-wait.ts).

import { keepTimes, kept, State, Tcb, type TcpConfig } from '../../tcp/index.ts';
import { copySockets, FourTuple, NONE, type TupleTable } from '../base/index.ts';
import {
  TimeWaitTable,
  TW_EXPIRY,
  TW_FLAGS,
  TW_RCV_NXT,
  TW_RCV_WND,
  TW_SND_NXT,
  TW_TS_RECENT,
  TW_TS_RECENT_AT,
} from './time-wait.ts';

const FLAG_TS = 1;
const FLAG_CHALLENGED = 2;
/** Its UDP port is among `#udpPorts`. */
const FLAG_IN_UDP = 4;
const FLAG_MD5 = 8;
const WSCALE_SHIFT = 8;
const TOS_SHIFT = 16;
const TTL_SHIFT = 24;
/** The octets of the flags that `add` sets for good. */
const KEPT = -0x10000;

/** What the records of a host are made of. */
export interface TimeWaitStoreOptions {
  readonly config: TcpConfig;
  /** Where tuples are found: theirs, as ~index. */
  readonly table: TupleTable;
  /** The timestamp offset of a connection: that of its addresses, which no record has to keep. */
  readonly tsOffset: (tcb: Tcb) => number;
  readonly capacity: number;
  /** Whether somebody wants to hear of those that end. */
  readonly watched: () => boolean;
  /** Is told of every record that goes because its time has come, if so. */
  readonly ended: (tcb: Tcb) => void;
}

/** The TIME-WAIT records of a host, and their entries in its tuple table (as ~index). */
export class TimeWaitStore {
  readonly #records: TimeWaitTable;
  readonly #table: TupleTable;
  readonly #tcb: Tcb;
  /** The tuple of the TCB that becomes a record, and that of the record that was loaded last. */
  readonly #added = new FourTuple();
  readonly #loaded = new FourTuple();
  readonly #watched: () => boolean;
  readonly #ended: (tcb: Tcb) => void;
  /** The UDP ports of records whose segments go in datagrams: there are few, if any. */
  readonly #udpPorts = new Map<number, number>();
  /** When the last challenge ACK of a record was sent (RFC 5961 section 7): few have been challenged at all. */
  readonly #challenges = new Map<number, number>();
  readonly #tsOffset: (tcb: Tcb) => number;
  /** Time to live and Diffserv field of the record that was loaded last (RFC 9293 MUST-48, MUST-49). */
  ttl = 0;
  tos = 0;

  constructor(o: TimeWaitStoreOptions) {
    this.#table = o.table;
    this.#tcb = new Tcb(o.config);
    this.#tcb.id = -1;
    this.#tsOffset = o.tsOffset;
    this.#watched = o.watched;
    this.#ended = o.ended;
    this.#records = new TimeWaitTable(o.capacity, (index) => this.#expired(index));
  }

  get size(): number {
    return this.#records.size;
  }
  get bytes(): number {
    return this.#records.bytes;
  }
  get overflowed(): number {
    return this.#records.overflowed;
  }

  /** Turns a TCB that has entered TIME-WAIT into a record; its packets go on with `ttl` and `tos`. */
  add(tcb: Tcb, ttl: number, tos: number): void {
    const tuple = this.#added.copy(tcb);
    const index = this.#records.add(tcb.timer.wait, tuple);
    this.#table.set(tuple, ~index);
    const words = this.#records.wordsOf(index);
    const at = this.#records.placeOf(index);
    words[at + TW_SND_NXT] = tcb.snd.nxt;
    words[at + TW_RCV_NXT] = tcb.rcv.nxt;
    words[at + TW_RCV_WND] = tcb.rcv.edge - tcb.rcv.nxt;
    words[at + TW_FLAGS] = (ttl << TTL_SHIFT) | (tos << TOS_SHIFT);
    if (tcb.udpPort !== 0) this.#udpPorts.set(index, tcb.udpPort);
    this.#save(index, words, at, tcb);
  }

  /** The TCB of a record, until the next call. */
  load(index: number): Tcb {
    const words = this.#records.wordsOf(index);
    const at = this.#records.placeOf(index);
    const tcb = this.#tcb;
    const { snd, rcv } = tcb;
    const flags = words[at + TW_FLAGS] as number;
    tcb.state = State.TIME_WAIT;
    copySockets(this.#records.tuple(index, this.#loaded), tcb);
    tcb.error = 0;
    tcb.signals = 0;
    tcb.ackNow = 0;
    this.#setService(flags);
    tcb.ts = flags & FLAG_TS;
    tcb.md5 = (flags & FLAG_MD5) !== 0 ? 1 : 0;
    tcb.udpPort = (flags & FLAG_IN_UDP) === 0 ? 0 : (this.#udpPorts.get(index) ?? 0);
    tcb.challenged = (flags & FLAG_CHALLENGED) !== 0 ? 1 : 0;
    tcb.challengeMs = this.#challenges.get(index) ?? 0;
    tcb.tsRecent = words[at + TW_TS_RECENT] as number;
    tcb.tsRecentMs = words[at + TW_TS_RECENT_AT] as number;
    tcb.tsOffset = this.#tsOffset(tcb);
    snd.nxt = words[at + TW_SND_NXT] as number;
    snd.una = snd.nxt;
    snd.fin = 1;
    snd.end = (snd.nxt - 1) | 0;
    rcv.nxt = words[at + TW_RCV_NXT] as number;
    rcv.user = rcv.nxt;
    rcv.acked = rcv.nxt;
    rcv.edge = (rcv.nxt + (words[at + TW_RCV_WND] as number)) | 0;
    rcv.buf = words[at + TW_RCV_WND] as number;
    rcv.wscale = (flags >> WSCALE_SHIFT) & 15;
    tcb.timer.wait = words[at + TW_EXPIRY] as number;
    return tcb;
  }

  /** `ttl` and `tos` are those of a record. */
  readService(index: number): this {
    this.#setService(this.#records.get(index, TW_FLAGS));
    return this;
  }

  #setService(flags: number): void {
    this.ttl = flags >>> TTL_SHIFT;
    this.tos = (flags >>> TOS_SHIFT) & 0xff;
  }

  /** Keeps what a segment has changed in the TCB of `load`. */
  store(index: number, tcb: Tcb): void {
    if (tcb.timer.wait !== this.#records.get(index, TW_EXPIRY)) this.#records.restart(index, tcb.timer.wait);
    this.#save(index, this.#records.wordsOf(index), this.#records.placeOf(index), tcb);
  }

  /** What a segment may change. */
  #save(index: number, words: Int32Array, at: number, tcb: Tcb): void {
    words[at + TW_TS_RECENT] = tcb.tsRecent;
    words[at + TW_TS_RECENT_AT] = tcb.tsRecentMs;
    words[at + TW_FLAGS] = flagsOf(words[at + TW_FLAGS] as number, tcb);
    if (tcb.challenged === 1) this.#challenges.set(index, tcb.challengeMs);
  }

  /** Forgets a record: its tuple is used again. */
  remove(index: number): void {
    this.#unlink(index);
    this.#records.remove(index);
  }

  /** Forgets all of them. */
  clear(): void {
    while (this.#records.oldest !== -1) this.remove(this.#records.oldest);
  }

  /** A sweep of the times of all records: see `Output.sweep`. */
  sweep(fromMs: number, elapsedMs: number): void {
    keepTimes(this.#tcb, fromMs, elapsedMs);
    this.#records.sweep(fromMs, elapsedMs);
    for (const [index, ms] of this.#challenges) this.#challenges.set(index, kept(ms, fromMs, elapsedMs));
  }

  expire(nowMs: number): void {
    this.#records.expire(nowMs);
  }

  untilNext(nowMs: number): number {
    return this.#records.untilNext(nowMs);
  }

  /** Takes the record's entry out of the table, and no other's. */
  #unlink(index: number): void {
    const tuple = this.#records.tuple(index, this.#loaded);
    const value = this.#table.delete(tuple);
    if (value !== ~index && value !== NONE) this.#table.set(tuple, value);
    if (this.#udpPorts.size > 0) this.#udpPorts.delete(index);
    if (this.#challenges.size > 0) this.#challenges.delete(index);
  }

  #expired(index: number): void {
    this.#unlink(index);
    if (!this.#watched()) return;
    const tcb = this.load(index);
    tcb.state = State.CLOSED;
    this.#ended(tcb);
  }
}

/** The flags of a record, of which some were set for good. */
function flagsOf(flags: number, tcb: Tcb): number {
  const bits = (tcb.ts === 1 ? FLAG_TS : 0) | (tcb.challenged === 1 ? FLAG_CHALLENGED : 0);
  const way = (tcb.udpPort === 0 ? 0 : FLAG_IN_UDP) | (tcb.md5 === 1 ? FLAG_MD5 : 0);
  return (flags & KEPT) | bits | way | (tcb.rcv.wscale << WSCALE_SHIFT);
}
