// The state of a TCP handle that its reading and its writing share: the connection, how it is being opened, what broke
// it and whether somebody was told, and whether the process has to live on for it.

import { AsyncResource } from 'node:async_hooks';
import type { Connection, ConnectionHandler, Listener } from '../../host/index.ts';
import type { TcpError } from '../../tcp/index.ts';
import { errorNumber } from './errors.ts';
import { type JsStream, uvError } from './internals.ts';
import { keepAlive } from './liveness.ts';
import { currentTurns, type Turns } from './places.ts';
import { Reading } from './tcp-reading.ts';
import { Writing } from './tcp-writing.ts';

/** The request of a connect; `handle` is the one that was asked. */
export interface ConnectReq {
  /** net.js takes it away from an attempt that it gives up (happy eyeballs). */
  oncomplete?: (
    status: number,
    handle: JsStream,
    req: ConnectReq,
    readable: boolean,
    writable: boolean,
  ) => void;
}

/** A connect that was asked for and not answered yet. */
export interface Connecting {
  readonly req: ConnectReq;
  readonly context: AsyncResource;
}

/** What happens to the connection of a handle comes here; it is the connection's handler. */
export class TcpState implements ConnectionHandler {
  /** As in the kernel: what came before a RST can be read. */
  readonly keepsUnread = true;
  /** The handle. */
  readonly stream: JsStream;
  /** The context in which the user made, or listened on, the handle. */
  readonly context = new AsyncResource('SYNFIN_TCP');
  /** Those of who made the handle. */
  readonly turns: Turns = currentTurns();
  readonly reading: Reading;
  readonly writing: Writing;
  connection: Connection | null = null;
  listener: Listener | null = null;
  connecting: Connecting | null = null;
  /** The error's number of what broke the connection; 0: nothing. */
  broken = 0;
  /** The same, until it was told: once, to a read or to a write. */
  untold = 0;
  /** Nothing can be written any more: the host is being closed. */
  isEnding = false;
  isClosed = false;
  #isRef = true;
  #counted = false;

  constructor(stream: JsStream) {
    this.stream = stream;
    this.reading = new Reading(this);
    this.writing = new Writing(this);
  }

  // What the connection tells.

  open(): void {
    this.#connected(0);
  }

  readable(): void {
    this.reading.schedule();
  }

  writable(): void {
    this.writing.flush();
  }

  closing(): void {
    this.isEnding = true;
    this.writing.handOver();
  }

  /** The connection has ended: in order, or by an error that whoever waits is told. */
  close(_connection: Connection, error: TcpError | null): void {
    if (error === null) {
      if (this.connecting !== null) this.#connected(uvError('ECANCELED'));
      this.reading.schedule();
      return;
    }
    // To Linux it is EPIPE after the peer's FIN: who reads has been told the end.
    const isEnded = this.reading.isEndTold || this.connection?.eof === true;
    const status = isEnded && error.code === 'ECONNRESET' ? uvError('EPIPE') : errorNumber(error);
    this.broken = status;
    if (this.connecting !== null) {
      this.#connected(status);
      return;
    }
    this.untold = status;
    this.live();
    // libuv reads before it writes: a reader is told first, and what it does about it comes before the write.
    if (this.reading.isWaiting) this.reading.schedule();
    else this.writing.fail();
  }

  #connected(status: number): void {
    const { connecting } = this;
    if (connecting === null) return;
    const { context, req } = connecting;
    const tell = (): void => {
      if (this.connecting !== connecting) return;
      this.connecting = null;
      this.live();
      context.runInAsyncScope(() => req.oncomplete?.(status, this.stream, req, true, true));
    };
    // A turn for the ACK: a listener of this process has accepted when the client hears, as with the kernel.
    this.later(status === 0 ? () => this.later(tell) : tell);
  }

  /** Runs `action` in the next turn of the event loop; a world in virtual time waits for it. */
  later<T>(action: (of: T) => void, of?: T): void {
    this.connection?.owner.woke();
    this.turns.later(action, of as T);
  }

  /** As {@link later}, before the next turn. */
  tick(action: () => void): void {
    this.connection?.owner.woke();
    this.turns.tick(action);
  }

  /** What broke the connection, to the one who is told. */
  takeUntold(): number {
    const status = this.untold;
    this.untold = 0;
    return status;
  }

  // Liveness, as libuv's: while listening, connecting, reading before the end, writing, or shutting down.

  get isRef(): boolean {
    return this.#isRef;
  }
  set isRef(on: boolean) {
    this.#isRef = on;
    this.live();
  }

  /** Something has changed that the process may live for. */
  live(): void {
    const isActive =
      !this.isClosed &&
      (this.listener !== null ||
        this.connecting !== null ||
        this.reading.isWaiting ||
        this.writing.isPending);
    const wanted = isActive && this.#isRef;
    if (wanted === this.#counted || !this.turns.keepAlive) return;
    this.#counted = wanted;
    keepAlive(wanted ? 1 : -1);
  }
}
