// A bounded model against the theory of time. There an incarnation is a whole connection: host A, which closes first and waits,
// and host B, which closes when it has read the end. What of both hosts and of the packets under way the theory speaks of is
// read here; numbers it does not know, so that nothing but time keeps connections apart. Connections that are aborted, reset
// or given up are not the theory's: where one is, the search goes no further, and counts it.

import { State } from '../../../tcp/index.ts';
import { FIN } from '../../../wire/segment.ts';
import { Kind, type ModelConfig, type ModelOptions, tcpOf } from '../../check/model/index.ts';
import type { Theory } from '../theory.ts';
import { Clock } from './clock.ts';
import { Finite, type FiniteAction, INCARNATIONS } from './finite.ts';
import { HeldModel } from './held.ts';
import { type Goal, pathTo } from './paths.ts';

/** One connection, as the theory sees it; instants in milliseconds of the hosts' clock. */
interface TimeView {
  readonly state: 'NONE' | 'ESTABLISHED' | 'TIME_WAIT' | 'ENDED';
  readonly other: 'NONE' | 'ESTABLISHED' | 'LAST_ACK' | 'ENDED';
  /** Since when TIME-WAIT lasts, and when the other side first sent its FIN; null: not, or not known any more. */
  readonly since: number | null;
  readonly finAt: number | null;
}

/** A step of both hosts. */
export interface TimeStep {
  readonly event: keyof typeof ALLOWED;
  readonly connections: readonly (readonly [before: TimeView, after: TimeView])[];
  /** The clock before and after. */
  readonly now: readonly [before: number, after: number];
  /** The text or FIN that arrived: its connection, and when it was sent; null: neither, or nothing. */
  readonly arrived: { readonly connection: number; readonly sentAt: number } | null;
  /** The connection that took it; 0: none. */
  readonly taken: number;
  /** Connections of which text or a FIN was sent. */
  readonly sent: readonly number[];
}

/** What each event may be. */
const ALLOWED = {
  open: ['OPEN'],
  call: ['text sent', 'FIN sent'],
  segment: [
    'text sent',
    'FIN sent',
    'FIN again',
    'LAST-ACK over',
    'FIN in order',
    'TIME-WAIT: FIN',
    'TIME-WAIT: RST',
    'text',
  ],
  timer: ['time', 'text sent', 'FIN again', 'LAST-ACK over', '2 MSL'],
} as const;

const EVENTS: Readonly<Record<number, keyof typeof ALLOWED>> = {
  [Kind.OPEN]: 'open',
  [Kind.WRITE]: 'call',
  [Kind.CLOSE]: 'call',
  [Kind.DELIVER]: 'segment',
  [Kind.DUPLICATE]: 'segment',
  [Kind.TIMER]: 'timer',
  [Kind.EXPIRE]: 'timer',
};

/** Ends of a connection that the theory does not have; that of LAST-ACK by R2 it has. */
const OUTSIDE = /^(abort|rst|user-timeout|syn-.*(rst.*|close|timeout)|keepalive-timeout|fin-wait-2-timeout)$/;

const once = {
  id: 'time-wait',
  about:
    'A connection, and another when it has ended; the client closes first, the server when it has read that. Packets take up to an MSL, one may be copied; a FIN is given up after less than an MSL.',
  a: { opens: 2, closes: true },
  b: { listens: true, closes: 'last' },
  network: 'slow',
  losses: 1,
  duplicates: 1,
  flight: 3,
  incarnations: 2,
  tcp: { r2Ms: 3500, synR2Ms: 3500, synAckR2Ms: 3500 },
} as const satisfies ModelConfig;

/** The models of the theory; `patient`: a FIN is sent again for longer than an MSL, which the theory takes for impossible. */
export const timeConfigs = {
  lossless: {
    ...once,
    id: 'time-wait-lossless',
    about: 'The same as the next, without loss and copies.',
    losses: 0,
    duplicates: 0,
    flight: 2,
  },
  once,
  patient: { ...once, id: 'time-wait-patient', tcp: { r2Ms: 7000 } },
} as const satisfies Record<string, ModelConfig>;

/** A model and the theory of time, side by side. */
export class TimeBridge extends HeldModel<TimeStep> {
  readonly used = new Set<string>();
  readonly #known = new Map<string, boolean>();
  readonly #clock: Clock;
  readonly #finite: Finite;
  readonly #rows: string[] = [];
  #before: readonly TimeView[] = [];
  #now = 0;
  #packets: readonly { readonly head: number; readonly incarnation: number; readonly sentAt: number }[] = [];
  #nxt: readonly number[] = [];
  /** Of each incarnation of B, that of A whose SYN it took. */
  readonly #took: number[] = [];

  constructor(theory: Theory, config: ModelConfig, options: ModelOptions = {}) {
    super(theory, config, options);
    this.#clock = new Clock(tcpOf(config).mslMs);
    this.#finite = new Finite(theory, [], 0, this.#clock);
    for (const side of this.model.sides) {
      const transition = side.transition.bind(side);
      side.transition = (tcb, row): void => {
        const last = side.index === 1 && row.from === State.LAST_ACK;
        if (!last || row.name !== 'user-timeout') this.#rows.push(row.name);
        transition(tcb, row);
      };
    }
  }

  get questions(): number {
    return this.#known.size;
  }

  load(bytes: Uint8Array, off: number, len: number): number {
    const actions = this.model.load(bytes, off, len);
    const { packets, nowMs } = this.model;
    this.#now = nowMs;
    this.#before = this.#views();
    this.#nxt = this.#received();
    for (let i = 1; i <= INCARNATIONS; i++) this.#took[i] = this.model.sides[1].peerOf(i);
    this.#packets = Array.from({ length: packets.count }, (_, i) => ({
      head: packets.head[i] as number,
      incarnation: packets.incarnation(i),
      sentAt: nowMs - packets.age(i),
    }));
    return actions;
  }

  override step(i: number, out: Uint8Array): number {
    this.#rows.length = 0;
    return super.step(i, out);
  }

  protected override isOutside(): boolean {
    return this.#rows.some((name) => OUTSIDE.test(name)) || this.#beginsAgain();
  }

  /** A copy of its SYN has begun a connection once more whose other side had given it up. */
  #beginsAgain(): boolean {
    return this.#views().some(
      (view, i) => this.#before[i]?.other === 'ENDED' && view.other === 'ESTABLISHED',
    );
  }

  /** The connection of a host, if it has one: the number of A's incarnation. */
  #connectionOf(host: number, incarnation: number): number {
    if (host === 0) return incarnation;
    // The model forgets whose SYN was taken by one that is gone.
    return this.model.sides[1].peerOf(incarnation) || (this.#took[incarnation] ?? 0);
  }

  #views(): TimeView[] {
    const [a, b] = this.model.sides;
    const last = b.present === 1 ? b.peerOf(b.inc) : 0;
    return Array.from({ length: INCARNATIONS }, (_, i): TimeView => {
      const k = i + 1;
      if (k > a.inc) return { state: 'NONE', other: 'NONE', since: null, finAt: null };
      const there = a.present === 1 && a.inc === k;
      const waits = there && a.tcb.state === State.TIME_WAIT;
      const since = waits ? a.tcb.timer.wait - a.engine.rules.timeWaitMs(a.tcb) : null;
      const state = waits ? 'TIME_WAIT' : there ? 'ESTABLISHED' : 'ENDED';
      const opening = there && a.tcb.state === State.SYN_SENT;
      if (last !== k) return { state, other: opening ? 'ESTABLISHED' : 'ENDED', since, finAt: null };
      const { state: other, timer, config } = b.tcb;
      // Nothing but its FIN is outstanding in LAST-ACK, and R2 counts from when it was first sent.
      if (other === State.LAST_ACK)
        return { state, other: 'LAST_ACK', since, finAt: timer.user - config.r2Ms };
      // What an old copy of the SYN makes in TIME-WAIT sends no text, and never is ESTABLISHED.
      return { state, other: state === 'ESTABLISHED' ? 'ESTABLISHED' : 'ENDED', since, finAt: null };
    });
  }

  /** How far each host has received. */
  #received(): number[] {
    return this.model.sides.map(({ present, tcb }) =>
      present === 1 && tcb.state > State.SYN_RECEIVED ? tcb.rcv.nxt : 0,
    );
  }

  #matters(head: number): boolean {
    const ctl = (head >> 1) & 7;
    return (ctl & FIN) !== 0 || ((head >> 5) & 3) > 0;
  }

  #stepOf(kind: number, argument: number): TimeStep {
    const { model } = this;
    const delivers = kind === Kind.DELIVER || kind === Kind.DUPLICATE;
    const packet = delivers ? this.#packets[argument] : undefined;
    const after = this.#views();
    let arrived: TimeStep['arrived'] = null;
    let taken = 0;
    if (packet !== undefined && packet.incarnation !== 0 && this.#matters(packet.head)) {
      const from = packet.head & 1;
      arrived = { connection: this.#connectionOf(from, packet.incarnation), sentAt: packet.sentAt };
      const to = model.sides[(1 - from) as 0 | 1];
      const nxt = this.#received()[to.index] as number;
      if (nxt !== 0 && this.#nxt[to.index] !== 0 && nxt !== this.#nxt[to.index])
        taken = this.#connectionOf(to.index, to.inc);
    }
    const sent = model.emitted
      .filter(({ head, tail }) => (tail & 7) !== 0 && this.#matters(head))
      .map(({ head, tail }) => this.#connectionOf(head & 1, tail & 7));
    return {
      event: EVENTS[kind] as TimeStep['event'],
      connections: this.#before.map((view, i) => [view, after[i] as TimeView]),
      now: [this.#now, model.nowMs],
      arrived,
      taken,
      sent: [...new Set(sent)],
    };
  }

  protected isExplained(kind: number, argument: number): boolean {
    const step = this.#stepOf(kind, argument);
    const key = JSON.stringify(step);
    let good = this.#known.get(key);
    if (good === undefined) {
      const { actions } = this.#finite;
      const names: readonly string[] = ALLOWED[step.event];
      const goal = new TimeGoal(this.#finite, this.#clock, step);
      const allowed = actions.filter(({ name, like }: FiniteAction) => names.includes(like ?? name));
      const path = pathTo(this.#finite, allowed, goal);
      for (const name of path ?? []) this.used.add(name);
      good = path !== null;
      this.#known.set(key, good);
      if (!good) this.first ??= step;
    }
    return good;
  }
}

/** The state before a step in the cells, and what must hold of them afterwards. */
class TimeGoal implements Goal {
  readonly #finite: Finite;
  readonly #clock: Clock;
  readonly #wanted: (readonly [cell: number, value: number])[] = [];
  readonly #sendable = new Set<number>();
  readonly #sent: ReadonlySet<number>;

  constructor(finite: Finite, clock: Clock, { connections, now, arrived, taken, sent }: TimeStep) {
    this.#finite = finite;
    this.#clock = clock;
    finite.reset();
    clock.reset();
    const [before, after] = [clock.at(now[0]), clock.at(now[1])];
    finite.set('now', [], before);
    this.#want('now', [], after);
    // A FIN whose sending nobody knows any more was sent before any that is under way.
    const long = clock.at(Number.MIN_SAFE_INTEGER);
    for (const [p, [was, is]] of connections.entries()) {
      finite.set('state', [p], finite.states.indexOf(was.state));
      finite.set('other', [p], finite.states.indexOf(was.other));
      finite.set('since', [p], clock.at(was.since ?? now[0]));
      finite.set('fin_at', [p], was.finAt === null ? long : clock.at(was.finAt));
      this.#want('state', [p], finite.states.indexOf(is.state));
      this.#want('other', [p], finite.states.indexOf(is.other));
      if (is.since !== null) this.#want('since', [p], clock.at(is.since));
      if (is.finAt !== null) this.#want('fin_at', [p], clock.at(is.finAt));
    }
    if (arrived !== null) {
      finite.set('sent', [arrived.connection - 1, clock.at(arrived.sentAt)], 1);
      if (taken > 0) this.#want('read', [taken - 1, arrived.connection - 1], 1);
    }
    for (const k of sent) this.#sendable.add(this.#want('sent', [k - 1, after], 1));
    this.#sent = new Set(finite.cellsOf((name) => name === 'sent'));
  }

  #want(name: string, args: number[], value: number): number {
    const cell = this.#finite.cell(name, ...args);
    this.#wanted.push([cell, value]);
    return cell;
  }

  reached(): boolean {
    const { cells } = this.#finite;
    return this.#wanted.every(([cell, value]) => cells[cell] === value);
  }

  possible(): boolean {
    return this.#finite.written().every((cell) => !this.#sent.has(cell) || this.#sendable.has(cell));
  }

  range(_slot: number, sort: string): readonly [from: number, to: number] {
    return sort === 'instant' ? [0, this.#clock.count] : [0, INCARNATIONS];
  }
}
