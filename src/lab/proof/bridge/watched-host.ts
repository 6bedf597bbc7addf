// A real host whose every event is a step of the theory: what its tap tells while a segment is processed, while a timer
// fires, while a program calls, put into the theory's words (abstraction.ts). What segments say is noted where they are
// sent; the network only carries octets.

import type { Connection, Host, HostTap } from '../../../host/index.ts';
import { State, type Tcb, type Transition } from '../../../tcp/index.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../../wire/segment.ts';
import type { Abstraction, Cookie, Said, View } from './abstraction.ts';
import type { EngineEvent } from './allowed.ts';
import type { EngineStep } from './explain.ts';
import { INCARNATIONS } from './finite.ts';

/** What a segment is known by where it arrives. */
function nameOf({ seq, ack, ctl, textLen }: Segment): string {
  return `${seq} ${(ctl & ACK) === 0 ? 0 : ack} ${ctl & (SYN | ACK | RST | FIN)} ${textLen}`;
}

/** ISSs this near are of incarnations whose numbers, with the window, may overlap. */
const OVERLAP = 1024;

/** Thrown when a run has more incarnations than the theory is held against. */
export class TooMany extends Error {}

/** One host of two. */
export class WatchedHost {
  readonly host: Host;
  readonly index: 0 | 1;
  peer!: WatchedHost;
  /** Told of each step; what throws a RangeError while a step is put into words is one that cannot be. */
  readonly #tell: (step: EngineStep | RangeError) => void;
  readonly #abstraction: Abstraction;
  /** Every segment that was sent, by its name. */
  readonly #said = new Map<string, Said>();
  #view: View;
  #sent: Said[] = [];
  #arrived: Said | null = null;
  #incarnation = 0;
  readonly #isses: number[] = [];
  #connection = 0;
  #cookies: Cookie[] = [];
  #spent: Cookie[] = [];
  /** How its program has closed; a CLOSE before ESTABLISHED is kept by the host until then. */
  #closes: 'close' | 'detach' | null = null;
  #timer = false;
  /** A cookie has come back, and its connection is made while the segment is processed. */
  #revived = false;
  #error: RangeError | null = null;
  /**
   * What the theory takes for impossible: the numbers of two incarnations overlap, or a cookie was good once more although
   * its connection has ended.
   */
  outside = false;

  constructor(
    host: Host,
    index: 0 | 1,
    abstraction: Abstraction,
    tell: (step: EngineStep | RangeError) => void,
  ) {
    this.host = host;
    this.index = index;
    this.#abstraction = abstraction;
    this.#tell = tell;
    this.#view = abstraction.view(index, { incarnation: 0, tcb: null, nowMs: 0, took: 0, called: false });
    host.tap = this.#tap();
  }

  /** The connection, if there is one that is not in TIME-WAIT. */
  get connection(): Connection | null {
    for (const c of this.host.tcp.connections()) return c;
    return null;
  }

  /** The connections that there were. */
  get incarnations(): number {
    return this.#incarnation;
  }

  /** A program's call, as one step. */
  call(event: EngineEvent, act: () => void): void {
    this.settle();
    act();
    if (event === 'close' || event === 'detach') this.#closes = event;
    this.#step(event);
  }

  /** What has happened since the last step, by itself: a timer, or what was still to be sent. */
  settle(): void {
    const { closed, closeWaits } = this.#view;
    const closes = closed || closeWaits ? null : this.#closes;
    const event = this.#timer ? 'timer' : (closes ?? 'read');
    this.#timer = false;
    if (this.#sent.length > 0 || this.#error !== null || this.#differs()) this.#step(event);
  }

  /** Whether the connection is no longer what it was at the last step. */
  #differs(): boolean {
    try {
      return JSON.stringify(this.#look(null)) !== JSON.stringify(this.#view);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return true; // the step tells why
    }
  }

  #tap(): HostTap {
    return {
      arrives: (_tcb, seg) => {
        if (!this.#revived) this.settle();
        this.#arrived = this.peer.#said.get(nameOf(seg)) ?? null;
        if (this.#arrived === null) this.#error ??= new RangeError('a segment that nobody has sent');
      },
      processed: (tcb) => {
        this.#revived = false;
        this.#step('segment', tcb);
        this.#arrived = null;
      },
      segmentOut: (tcb, seg) => this.#sends(tcb, seg),
      transition: (tcb, row) => this.#begins(tcb, row),
      timerFired: () => {
        this.#timer = true;
      },
      timerSet() {},
    };
  }

  #begins(tcb: Tcb, { name }: Transition): void {
    if (name === 'open-active' || name === 'listen-syn') {
      this.#connection = this.#begin(tcb.snd.iss);
      this.#closes = null;
    } else if (name === 'listen-cookie') {
      this.#connection = this.#abstraction.whose(this.index, tcb.snd.iss);
      this.#closes = null;
      this.#revived = true;
      const back = this.#cookies.filter(({ incarnation }) => incarnation === this.#connection);
      if (back.length === 0) this.outside = true;
      this.#cookies = this.#cookies.filter((cookie) => !back.includes(cookie));
      this.#spent = [...this.#spent, ...back];
    } else if (name === 'time-wait-timeout') this.#timer = true;
  }

  #begin(iss: number): number {
    if (this.#incarnation === INCARNATIONS) throw new TooMany();
    this.#incarnation++;
    if (this.#isses.some((each) => Math.abs((iss - each) | 0) < OVERLAP)) this.outside = true;
    this.#isses.push(iss);
    this.#abstraction.learn(this.index, this.#incarnation, iss);
    return this.#incarnation;
  }

  #sends(tcb: Tcb | null, seg: Segment): void {
    try {
      const isCookie = tcb === null && (seg.ctl & SYN) !== 0;
      const incarnation = isCookie ? this.#cookie(seg) : tcb === null ? 0 : this.#connection;
      const said = this.#abstraction.said(this.index, incarnation, seg);
      this.#said.set(nameOf(seg), said);
      if (!this.#sent.some((each) => JSON.stringify(each) === JSON.stringify(said))) this.#sent.push(said);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#error ??= error;
    }
  }

  /** The incarnation whose ISS is this cookie. */
  #cookie({ seq, ack }: Segment): number {
    const known = this.#abstraction.whose(this.index, seq);
    if (known > 0) return known;
    const took = this.#abstraction.whose(1 - this.index, (ack - 1) | 0);
    const incarnation = this.#begin(seq);
    const irs = this.#abstraction.numberOf(1 - this.index, took);
    this.#cookies = [...this.#cookies, { incarnation, irs, took }];
    return incarnation;
  }

  /** What the host's connection is now; `tcb`: that of the segment which has just been processed, if it has one. */
  #look(tcb: Tcb | null): View {
    const { tcp } = this.host;
    const nowMs = tcp.engine.ms;
    const nothing = { ...this.#counts(), nowMs };
    if (tcb !== null && tcb.id < 0 && tcb.state === State.TIME_WAIT && this.#view.state === 'TIME_WAIT')
      return { ...this.#abstraction.recordView(this.index, this.#view, tcb, nowMs), ...this.#counts() };
    const connection = this.connection;
    const own = connection === null || connection.tcb.state === State.CLOSED ? null : connection.tcb;
    if (own !== null) {
      const took = own.state === State.SYN_SENT ? 0 : this.#abstraction.whose(1 - this.index, own.rcv.irs);
      return this.#abstraction.view(this.index, {
        ...nothing,
        connection: this.#connection,
        tcb: own,
        took,
        called: own.snd.fin === 1,
      });
    }
    const rests = tcb === null || tcb.id >= 0 || tcb.state === State.LISTEN;
    if (rests && tcp.timeWait.size > 0 && this.#view.state === 'TIME_WAIT')
      return { ...this.#view, ...this.#counts() };
    return this.#abstraction.view(this.index, { ...nothing, tcb: null, took: 0, called: false });
  }

  #counts(): Pick<View, 'incarnation' | 'cookies' | 'spent'> {
    return { incarnation: this.#incarnation, cookies: this.#cookies, spent: this.#spent };
  }

  #step(event: EngineEvent, tcb: Tcb | null = null): void {
    const before = this.#view;
    let step: EngineStep | RangeError;
    try {
      if (this.#error !== null) throw this.#error;
      this.#view = this.#look(tcb);
      step = { host: this.index, event, before, after: this.#view, arrived: this.#arrived, sent: this.#sent };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      step = error;
    }
    this.#error = null;
    this.#sent = [];
    this.#tell(step);
  }
}
