// What a program is told of text that it has sent: MSG_ZEROCOPY (that its buffer is free again) and SO_TIMESTAMPING (when
// it left, and when it was acknowledged), both through the error queue.

import type { Connection } from '../../host/index.ts';
import { seqGeq, seqGt } from '../../wire/index.ts';
import { constant } from './constants.ts';
import type { ErrorQueue } from './error-queue.ts';

const TX_HARDWARE = constant('SOF_TIMESTAMPING_TX_HARDWARE');
const TX_SOFTWARE = constant('SOF_TIMESTAMPING_TX_SOFTWARE');
const TX_SCHED = constant('SOF_TIMESTAMPING_TX_SCHED');
const TX_ACK = constant('SOF_TIMESTAMPING_TX_ACK');
const SOFTWARE = constant('SOF_TIMESTAMPING_SOFTWARE');
const OPT_ID = constant('SOF_TIMESTAMPING_OPT_ID');
const OPT_ID_TCP = constant('SOF_TIMESTAMPING_OPT_ID_TCP');
const TSONLY = constant('SOF_TIMESTAMPING_OPT_TSONLY');
const RECORDED = TX_HARDWARE | TX_SOFTWARE | TX_SCHED | TX_ACK;
const SCM_TSTAMP_SND = constant('SCM_TSTAMP_SND');
const SCM_TSTAMP_SCHED = constant('SCM_TSTAMP_SCHED');
const SCM_TSTAMP_ACK = constant('SCM_TSTAMP_ACK');

/** Calls, and texts with times, that wait for their end: who has more gets ENOBUFS, or no report. */
const MOST = 1024;

/** Text whose report waits, up to the sequence number `end`. */
interface Stamped {
  readonly end: number;
  readonly key: number;
  sent: boolean;
}

/** Calls with MSG_ZEROCOPY by number; `end` null: the last of them goes on. */
export interface ZeroCopy {
  readonly low: number;
  high: number;
  end: number | null;
}

/** The reports of one socket. */
export class SendReports {
  readonly #queue: ErrorQueue;
  /** SO_ZEROCOPY. */
  zeroCopy = false;
  /** SO_TIMESTAMPING, its flags. */
  #stamps = 0;
  #firstKey = 0;
  #nextCall = 0;
  readonly #stamped: Stamped[] = [];
  readonly #calls: ZeroCopy[] = [];

  constructor(queue: ErrorQueue) {
    this.#queue = queue;
  }

  get stamps(): number {
    return this.#stamps;
  }

  /** SO_TIMESTAMPING of a socket with the connection `c`, if it has one: keys count from what is acknowledged, or queued. */
  setStamps(flags: number, c: Connection | null): void {
    if ((flags & OPT_ID) !== 0 && (this.#stamps & OPT_ID) === 0 && c !== null)
      this.#firstKey = (flags & OPT_ID_TCP) !== 0 ? c.tcb.snd.end : c.tcb.snd.una;
    this.#stamps = flags;
  }

  /** A socket that a listener has made has its options. */
  inherit(from: SendReports): void {
    this.zeroCopy = from.zeroCopy;
    this.#stamps = from.#stamps;
    this.#firstKey = from.#firstKey;
  }

  /** No call with MSG_ZEROCOPY may begin: ENOBUFS. */
  get full(): boolean {
    return this.zeroCopy && this.#calls.length >= MOST;
  }

  /** A call with MSG_ZEROCOPY begins; text of it may join that of the call before where nothing of that was sent. */
  begin(c: Connection | null): ZeroCopy | null {
    if (!this.zeroCopy) return null;
    const number = this.#nextCall;
    this.#nextCall = (number + 1) >>> 0;
    const last = this.#calls.at(-1);
    if (last !== undefined && c !== null && last.end === c.tcb.snd.end && seqGt(last.end, c.tcb.snd.nxt)) {
      last.high = number;
      last.end = null;
      return last;
    }
    const call: ZeroCopy = { low: number, high: number, end: null };
    this.#calls.push(call);
    return call;
  }

  /** It has ended with text up to SND.UNA + what is queued, or without any (`c` null): then it has no number. */
  end(call: ZeroCopy, c: Connection | null): void {
    if (c !== null) {
      call.end = c.tcb.snd.end;
      return;
    }
    this.#nextCall = (this.#nextCall - 1) >>> 0;
    if (call.low === call.high) this.#calls.splice(this.#calls.indexOf(call), 1);
    else call.high = (call.high - 1) >>> 0;
  }

  /** Text was queued by one call. */
  queued(c: Connection): void {
    if ((this.#stamps & RECORDED) === 0) return;
    const { end, nxt } = c.tcb.snd;
    const key = (this.#stamps & OPT_ID) === 0 ? 0 : (end - 1 - this.#firstKey) >>> 0;
    // A segment has one key: that of the last octet in it.
    const last = this.#stamped.at(-1);
    if (last !== undefined && !last.sent && seqGt(last.end, nxt)) this.#stamped.pop();
    if (this.#stamped.length < MOST) this.#stamped.push({ end, key, sent: false });
    else this.#queue.lost++;
  }

  /** Something has happened on the connection. */
  look(c: Connection, nowUs: number): void {
    const { una, nxt } = c.tcb.snd;
    for (const x of this.#stamped) {
      if (x.sent || !seqGeq(nxt, x.end)) continue;
      x.sent = true;
      if ((this.#stamps & TX_SCHED) !== 0) this.#stamp(SCM_TSTAMP_SCHED, x, nowUs);
      if ((this.#stamps & TX_SOFTWARE) !== 0) this.#stamp(SCM_TSTAMP_SND, x, nowUs);
    }
    while (this.#stamped.length > 0 && seqGeq(una, (this.#stamped[0] as Stamped).end)) {
      const x = this.#stamped.shift() as Stamped;
      if ((this.#stamps & TX_ACK) !== 0) this.#stamp(SCM_TSTAMP_ACK, x, nowUs);
    }
    while (this.#calls.length > 0) {
      const { low, high, end } = this.#calls[0] as ZeroCopy;
      if (end === null || (!c.ended && !seqGeq(una, end))) return;
      this.#calls.shift();
      this.#queue.completed(low, high);
    }
  }

  #stamp(stage: number, { key }: Stamped, nowUs: number): void {
    const us = (this.#stamps & SOFTWARE) === 0 ? null : nowUs;
    this.#queue.stamped(stage, key, us, (this.#stamps & TSONLY) === 0);
  }
}
