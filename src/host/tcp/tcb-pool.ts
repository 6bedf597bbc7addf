// TCBs that are used again. A connection that has ended keeps what its user may still ask for (tcp/tcb/remains.ts); its TCB is the
// next connection's, but not before a moment at which no event is under way: until then somebody may have it in hand.

import { isOver, resetTcb, Tcb, type TcpConfig } from '../../tcp/index.ts';
import type { Connection } from '../connection/index.ts';

/** Most that wait for a connection, and most that wait for such a moment. */
const MOST = 128;

/** The TCBs of one host that are free: who was freed last is taken first, as it is in the caches of the processor. */
export class TcbPool {
  readonly #free: Tcb[] = [];
  /** TCBs of connections that have ended since the last {@link poll}. */
  readonly #ended: Tcb[] = [];

  /** How many wait for a connection. */
  get size(): number {
    return this.#free.length;
  }

  /** A TCB as new. */
  take(config: TcpConfig): Tcb {
    const tcb = this.#free.pop();
    if (tcb === undefined) return new Tcb(config);
    resetTcb(tcb, config);
    return tcb;
  }

  /** A connection has ended, is in no table, and its user has been told. */
  ended(c: Connection): void {
    if (c.atRest || this.#ended.length >= MOST) return;
    const { tcb } = c;
    if (!isOver(tcb)) return;
    c.leaveTcb();
    this.#ended.push(tcb);
  }

  /** No event is under way: nobody has a TCB in hand. */
  poll(): void {
    const ended = this.#ended;
    for (let tcb = ended.pop(); tcb !== undefined; tcb = ended.pop())
      if (this.#free.length < MOST) this.#free.push(tcb);
  }

  /** Somebody watches, who knows a connection by its TCB: none is used again. */
  clear(): void {
    this.#free.length = 0;
    this.#ended.length = 0;
  }
}
