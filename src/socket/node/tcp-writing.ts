// How a TCP handle writes: what the connection has room for it takes inside the call of the write; the rest waits for
// room, and a FIN waits for all of it. Both complete later, as with libuv.

import { AsyncResource } from 'node:async_hooks';
import { errorNumber } from './errors.ts';
import { canTellResults, type Req, uvError } from './internals.ts';
import type { TcpState } from './tcp-state.ts';

interface PendingWrite {
  /** Tells net.js, with 0 or the number of an error. */
  readonly done: (status: number) => void;
  readonly octets: Uint8Array[];
  /** Octets of all of it that the connection has not taken. */
  left: number;
  /** The connection has them all, and will say when they are sent. */
  isHandedOver: boolean;
}

/** The writing half of a {@link TcpState}. */
export class Writing {
  readonly #state: TcpState;
  #write: PendingWrite | null = null;
  #writeDone = false;
  #shutdown: Req | null = null;
  #shutdownDone = false;

  constructor(state: TcpState) {
    this.#state = state;
  }

  /** A write or a shutdown has not completed. */
  get isPending(): boolean {
    return this.#write !== null || this.#shutdown !== null;
  }

  /** Octets that wait for room. */
  get queued(): number {
    return this.#write?.left ?? 0;
  }

  /** Octets that the connection takes now. Whatever waits already is before them. */
  offer(octets: Uint8Array): number {
    const { connection, connecting, isClosed, broken } = this.#state;
    if (connection === null || connecting !== null || isClosed || !canTellResults()) return 0;
    if (this.isPending || broken !== 0) return 0;
    return connection.offer(octets);
  }

  /** A write of JSStream, which has copied the octets. 0, or the number of an error. */
  write(req: Req, octets: readonly Uint8Array[]): number {
    const { stream } = this.#state;
    return this.#wait([...octets], (status) => stream.finishWrite(req, status));
  }

  /** A write of net.js, which keeps the octets as they are until it is told, as for libuv. */
  keep(req: Req, octets: Uint8Array): number {
    const { stream } = this.#state;
    const context = new AsyncResource('SYNFIN_TCP_WRITE');
    return this.#wait([octets], (status) =>
      context.runInAsyncScope(() => req.oncomplete?.(status, stream, undefined)),
    );
  }

  #wait(octets: Uint8Array[], done: (status: number) => void): number {
    const failure = this.#failure();
    if (failure !== 0) return failure;
    let left = 0;
    for (const each of octets) left += each.length;
    this.#write = { done, octets, left, isHandedOver: false };
    this.#writeDone = false;
    this.flush();
    this.#state.live();
    return 0;
  }

  #failure(): number {
    const { connection, broken, isEnding } = this.#state;
    if (connection === null) return uvError('ENOTCONN');
    if (broken === 0) return connection.ended || isEnding ? uvError('EPIPE') : 0;
    // As the kernel: what broke the connection is told once, to a read or to a write.
    const status = this.#state.takeUntold();
    return status === 0 ? uvError('EPIPE') : status;
  }

  /** There may be room. */
  flush(): void {
    const { connection, connecting } = this.#state;
    const write = this.#write;
    if (write === null || this.#writeDone || connection === null || connecting !== null) return;
    if (write.isHandedOver) return;
    while (write.octets.length > 0) {
      const first = write.octets[0] as Uint8Array;
      const n = connection.offer(first);
      write.left -= n;
      if (n < first.length) {
        write.octets[0] = first.subarray(n);
        return;
      }
      write.octets.shift();
    }
    this.#finish(0);
  }

  /** The connection ends after what it has got by now: it gets what waits for room. */
  handOver(): void {
    const { connection } = this.#state;
    const write = this.#write;
    if (write === null || this.#writeDone || connection === null || write.isHandedOver) return;
    write.isHandedOver = true;
    const told = (status: number): void => {
      if (this.#write === write) this.#finish(status);
    };
    connection.write(Buffer.concat(write.octets)).then(
      () => told(0),
      (error: unknown) => told(errorNumber(error)),
    );
  }

  /** What broke the connection has ended the write. */
  fail(): void {
    const { broken, isClosed } = this.#state;
    if (broken !== 0 && !isClosed) this.#finish(broken);
  }

  #finish(status: number): void {
    const write = this.#write;
    if (write === null || this.#writeDone) return;
    this.#writeDone = true;
    this.#state.later(() => {
      if (this.#write !== write) return;
      this.#write = null;
      this.#state.live();
      write.done(status);
      this.#endWhenWritten();
    });
  }

  /** FIN, after what was written. 0, or the number of an error. */
  shutdown(req: Req): number {
    const { connection, broken } = this.#state;
    if (connection === null || (connection.ended && broken !== 0)) return uvError('ENOTCONN');
    this.#shutdown = req;
    this.#shutdownDone = false;
    this.#endWhenWritten();
    this.#state.live();
    return 0;
  }

  #endWhenWritten(): void {
    const req = this.#shutdown;
    if (req === null || this.#shutdownDone || this.#write !== null) return;
    this.#shutdownDone = true;
    const { connection, broken } = this.#state;
    const status = connection === null || broken !== 0 ? uvError('ENOTCONN') : 0;
    connection?.end().catch(() => {});
    this.#state.later(() => {
      if (this.#shutdown !== req) return;
      this.#shutdown = null;
      this.#state.live();
      this.#state.stream.finishShutdown(req, status);
    });
  }

  /** The handle is closed: tells, when it is called, what waited that nothing comes of it. */
  cancel(): () => void {
    const { stream } = this.#state;
    const write = this.#write;
    const shutdown = this.#shutdown;
    const written = this.#writeDone ? 0 : uvError('ECANCELED');
    this.#write = this.#shutdown = null;
    return () => {
      write?.done(written);
      if (shutdown !== null) stream.finishShutdown(shutdown, uvError('ECANCELED'));
    };
  }
}
