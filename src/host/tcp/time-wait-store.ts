// Connections in TIME-WAIT as compact records. A segment for one is processed by the engine on a TCB
// that is rebuilt from the record for that moment, so that the rules of TIME-WAIT stand in one place
// (tcp/segment-arrives/time-wait.ts).

import { keepTimes, State, Tcb, type TcpConfig } from '../../tcp/index.ts';
import { copySockets, FourTuple, NONE, type TupleTable } from '../base/index.ts';
import {
  TimeWaitTable,
  TW_EXPIRY,
  TW_FLAGS,
  TW_LAST_CHALLENGE,
  TW_RCV_NXT,
  TW_RCV_WND,
  TW_SND_NXT,
  TW_TS_OFFSET,
  TW_TS_RECENT,
  TW_TS_RECENT_AT,
} from './time-wait.ts';

const FLAG_TS = 1;
const FLAG_CHALLENGED = 2;
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
  readonly capacity: number;
  /** Is told of every record that goes because its time has come. */
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
  readonly #ended: (tcb: Tcb) => void;
  /** Time to live and Diffserv field of the record that was loaded last (RFC 9293 MUST-48, MUST-49). */
  ttl = 0;
  tos = 0;

  constructor(o: TimeWaitStoreOptions) {
    this.#table = o.table;
    this.#tcb = new Tcb(o.config);
    this.#tcb.id = -1;
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
    const r = this.#records;
    r.set(index, TW_SND_NXT, tcb.snd.nxt);
    r.set(index, TW_RCV_NXT, tcb.rcv.nxt);
    r.set(index, TW_RCV_WND, (tcb.rcv.edge - tcb.rcv.nxt) | 0);
    r.set(index, TW_TS_OFFSET, tcb.tsOffset);
    r.set(index, TW_FLAGS, (ttl << TTL_SHIFT) | (tos << TOS_SHIFT));
    this.#save(index, tcb);
  }

  #save(index: number, tcb: Tcb): void {
    const r = this.#records;
    r.set(index, TW_TS_RECENT, tcb.tsRecent);
    r.set(index, TW_TS_RECENT_AT, tcb.tsRecentMs);
    r.set(index, TW_LAST_CHALLENGE, tcb.challengeMs);
    r.set(
      index,
      TW_FLAGS,
      (r.get(index, TW_FLAGS) & KEPT) |
        (tcb.ts === 1 ? FLAG_TS : 0) |
        (tcb.challenged === 1 ? FLAG_CHALLENGED : 0) |
        (tcb.rcv.wscale << WSCALE_SHIFT),
    );
  }

  /** The TCB of a record, until the next call. */
  load(index: number): Tcb {
    const r = this.#records;
    const tcb = this.#tcb;
    const { snd, rcv } = tcb;
    const flags = r.get(index, TW_FLAGS);
    tcb.state = State.TIME_WAIT;
    copySockets(r.tuple(index, this.#loaded), tcb);
    tcb.error = 0;
    tcb.signals = 0;
    tcb.ackNow = 0;
    this.ttl = flags >>> TTL_SHIFT;
    this.tos = (flags >>> TOS_SHIFT) & 0xff;
    tcb.ts = flags & FLAG_TS;
    tcb.challenged = (flags & FLAG_CHALLENGED) !== 0 ? 1 : 0;
    tcb.challengeMs = r.get(index, TW_LAST_CHALLENGE);
    tcb.tsRecent = r.get(index, TW_TS_RECENT);
    tcb.tsRecentMs = r.get(index, TW_TS_RECENT_AT);
    tcb.tsOffset = r.get(index, TW_TS_OFFSET);
    snd.nxt = r.get(index, TW_SND_NXT);
    snd.una = snd.nxt;
    snd.fin = 1;
    snd.end = (snd.nxt - 1) | 0;
    rcv.nxt = r.get(index, TW_RCV_NXT);
    rcv.user = rcv.nxt;
    rcv.acked = rcv.nxt;
    rcv.edge = (rcv.nxt + r.get(index, TW_RCV_WND)) | 0;
    rcv.buf = r.get(index, TW_RCV_WND);
    rcv.wscale = (flags >> WSCALE_SHIFT) & 15;
    tcb.timer.wait = r.get(index, TW_EXPIRY);
    return tcb;
  }

  /** Keeps what a segment has changed in the TCB of `load`. */
  store(index: number, tcb: Tcb): void {
    if (tcb.timer.wait !== this.#records.get(index, TW_EXPIRY)) this.#records.restart(index, tcb.timer.wait);
    this.#save(index, tcb);
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
  }

  expire(nowMs: number): void {
    this.#records.expire(nowMs);
  }

  untilNext(nowMs: number): number {
    return this.#records.untilNext(nowMs);
  }

  /** Takes the record's entry out of the table, and no other's; the TCB of the record. */
  #unlink(index: number): Tcb {
    const t = this.load(index);
    const tuple = this.#loaded;
    const value = this.#table.delete(tuple);
    if (value !== ~index && value !== NONE) this.#table.set(tuple, value);
    return t;
  }

  #expired(index: number): void {
    const tcb = this.#unlink(index);
    tcb.state = State.CLOSED;
    this.#ended(tcb);
  }
}
