// The calls of programs on their connections and listeners (RFC 9293 section 3.10). A call happens now, not at the
// time of the last event. A connection whose `id` is negative has ended, or is a record in TIME-WAIT: only reading goes
// on.

import {
  abort,
  close,
  detach,
  Err,
  parts,
  push,
  receive,
  State,
  send,
  setKeepAlive,
  setUserTimeout,
  type Tcb,
} from '../../tcp/index.ts';
import type { Memory } from '../../wire/index.ts';
import type { Connection, ConnectionOwner, Listener, ListenerOwner } from '../connection/index.ts';
import type { Waits } from '../time/index.ts';
import { endEvent } from './event-end.ts';
import type { MemoryPressure } from './memory-pressure.ts';
import { stopListening } from './passive-open.ts';
import { followPath } from './path.ts';
import type { TcpLayer } from './tcp-layer.ts';

/** What the connections and listeners of a host ask of it. */
export class UserCalls implements ConnectionOwner, ListenerOwner {
  readonly memory: Memory;
  readonly pressure: MemoryPressure;
  readonly waits: Waits;
  readonly woke: () => void;
  readonly #tcp: TcpLayer;
  readonly #orphanCapacity: number;

  /** `orphanCapacity`: most connections without a user. */
  constructor(tcp: TcpLayer, orphanCapacity: number) {
    this.#tcp = tcp;
    this.memory = tcp.memory;
    this.pressure = tcp.pressure;
    this.waits = tcp.waits;
    this.woke = tcp.woke;
    this.#orphanCapacity = orphanCapacity;
  }

  send(c: Connection, octets: number, urgent: boolean): Err {
    if (c.tcb.id < 0) return Err.CLOSING;
    this.#enter(c);
    const err = send(this.#tcp.engine, c.tcb, octets, urgent);
    this.#leave(c);
    return err;
  }

  received(c: Connection, octets: number): void {
    this.#enter(c);
    const { engine, pressure } = this.#tcp;
    engine.mayGrow = !pressure.short;
    receive(engine, c.tcb, octets);
    this.#leave(c);
  }

  close(c: Connection): Err {
    if (c.tcb.id < 0) return Err.NOT_CONNECTED;
    this.#enter(c);
    const err = close(this.#tcp.engine, c.tcb);
    this.#leave(c);
    return err;
  }

  detach(c: Connection): void {
    if (c.tcb.id < 0) return;
    this.#enter(c);
    const { engine, table, counters } = this.#tcp;
    const { tcb } = c;
    const had = tcb.orphan;
    detach(engine, tcb);
    table.orphans += tcb.orphan - had;
    if (tcb.state !== State.CLOSED && table.orphans > this.#orphanCapacity) {
      counters.orphansAborted++;
      abort(engine, tcb);
    }
    this.#leave(c);
  }

  abort(c: Connection, why: Err = Err.ABORTED): void {
    if (c.tcb.id < 0) return;
    this.#enter(c);
    abort(this.#tcp.engine, c.tcb, why);
    this.#leave(c);
  }

  push(c: Connection): void {
    if (c.tcb.id < 0) return;
    this.#enter(c);
    push(this.#tcp.engine, c.tcb);
    this.#leave(c);
  }

  setKeepAlive(c: Connection, on: boolean): void {
    if (c.tcb.id < 0) return;
    this.#enter(c);
    setKeepAlive(this.#tcp.engine, c.tcb, on);
    this.#leave(c);
  }

  setUserTimeout(c: Connection, ms: number): void {
    if (c.tcb.id < 0) return;
    this.#enter(c);
    setUserTimeout(this.#tcp.engine, c.tcb, ms);
    this.#leave(c);
  }

  /** R2 of an opening connection is longer by `ms`, maybe less than 0: it counts from the first SYN on. */
  extendSynR2(c: Connection, ms: number): void {
    const { tcb } = c;
    if (tcb.state !== State.SYN_SENT || tcb.timer.user === 0 || tcb.userTimeoutMs !== 0) return;
    this.#enter(c);
    parts.setDeadline(this.#tcp.engine, tcb, 'user', (tcb.timer.user + ms) | 0 || 1);
    this.#leave(c);
  }

  wake(record: number): Tcb {
    return this.#tcp.rest.wake(record);
  }

  starved(c: Connection): void {
    const tcp = this.#tcp;
    tcp.entered();
    tcp.starved.add(c, tcp.nowMs);
    tcp.touched();
  }

  closeListener(listener: Listener): void {
    stopListening(this.#tcp, listener);
    this.#tcp.touched();
  }

  #enter(c: Connection): void {
    this.#tcp.entered();
    followPath(this.#tcp, c);
  }

  #leave(c: Connection): void {
    endEvent(this.#tcp, c);
    this.#tcp.touched();
  }
}
