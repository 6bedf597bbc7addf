// The receiving side of a TCP socket: read, recv and recvmsg, the urgent octet apart from the stream, and what poll is told.

import type { Connection } from '../../host/index.ts';
import { State } from '../../tcp/index.ts';
import { constant } from './constants.ts';
import type { ErrorQueue } from './error-queue.ts';
import { Poll } from './file.ts';
import type { ControlMessage, Message } from './message.ts';
import { peekInto } from './octets.ts';
import { OutOfBand } from './out-of-band.ts';
import { done, failed, mapped, type Outcome, type Result, unsupported, waitFor } from './outcome.ts';
import type { TcpSocket } from './tcp-socket.ts';

const MSG_OOB = constant('MSG_OOB');
const MSG_PEEK = constant('MSG_PEEK');
const MSG_TRUNC = constant('MSG_TRUNC');
const MSG_DONTWAIT = constant('MSG_DONTWAIT');
const MSG_WAITALL = constant('MSG_WAITALL');
const MSG_NOSIGNAL = constant('MSG_NOSIGNAL');
const MSG_ERRQUEUE = constant('MSG_ERRQUEUE');
const FLAGS = MSG_OOB | MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL;
const SOL_TCP = constant('SOL_TCP');
const TCP_CM_INQ = constant('TCP_CM_INQ');

const NOTHING = new Uint8Array(0);

/** One socket as its reader sees it. */
export class Receiving {
  /** SO_RCVLOWAT. */
  lowWater = 1;
  /** SO_OOBINLINE. */
  inline = false;
  /** TCP_INQ: recvmsg tells how much is left. */
  tellsLeft = false;
  /** shutdown(SHUT_RD). */
  shut = false;
  readonly #socket: TcpSocket;
  readonly #errors: ErrorQueue;
  readonly #oob = new OutOfBand();

  constructor(socket: TcpSocket, errors: ErrorQueue) {
    this.#socket = socket;
    this.#errors = errors;
  }

  /** A socket that a listener has made has its options. */
  inherit(from: Receiving): void {
    this.lowWater = from.lowWater;
    this.inline = from.inline;
    this.tellsLeft = from.tellsLeft;
  }

  /** read, recv…: `out` of the result is the octets. */
  receive(max: number, flags = 0): Outcome {
    if ((flags & MSG_ERRQUEUE) !== 0) {
      const message = this.#errors.take();
      return message === null ? failed('EAGAIN') : done(message.octets.length, message.octets);
    }
    if ((flags & ~FLAGS) !== 0) return unsupported(`receive with flags 0x${(flags & ~FLAGS).toString(16)}`);
    const nonblocking = this.#socket.nonblocking || (flags & MSG_DONTWAIT) !== 0;
    const c = this.#socket.connection;
    if (c === null) {
      // A SYN that waits for the first write is as good as sent.
      if (this.#socket.opening.deferred !== null) return waitFor(nonblocking, 'EAGAIN', () => null);
      return failed('ENOTCONN');
    }
    if ((flags & MSG_OOB) !== 0) return this.#oob.receive(c, this.inline);
    const target = (flags & MSG_WAITALL) !== 0 ? max : Math.min(this.lowWater, max);
    return waitFor(nonblocking, 'EAGAIN', () => {
      if (max === 0) return done(0, NOTHING);
      const n = Math.min(this.#available(c), max);
      const ended = c.ended || this.shut || c.eof || this.finReached(c);
      if (n > 0 && (n >= target || nonblocking || ended || this.#oob.atEdge(c, n))) {
        return this.#take(c, n, flags);
      }
      // Once the peer's FIN has come there is nothing more to be read, and no error to be told here.
      const errno = this.finReached(c) ? null : this.#socket.takeError();
      if (errno !== null) return failed(errno);
      return ended ? done(0, NOTHING) : null;
    });
  }

  /** recvmsg: `out` of the result is a {@link Message}. */
  receiveMessage(max: number, flags: number): Outcome {
    if ((flags & MSG_ERRQUEUE) !== 0) {
      const message = this.#errors.take();
      return message === null ? failed('EAGAIN') : done(message.octets.length, message);
    }
    return mapped(this.receive(max, flags), (r) =>
      r.kind === 'done' ? done(r.value, this.#message(r.out as Uint8Array, flags)) : r,
    );
  }

  #message(octets: Uint8Array, flags: number): Message {
    const c = this.#socket.connection;
    const control: ControlMessage[] = [];
    if (this.tellsLeft && c !== null && (flags & MSG_OOB) === 0) {
      // The FIN counts as an octet.
      const data = c.readableLength + (this.finReached(c) ? 1 : 0);
      control.push({ level: SOL_TCP, type: TCP_CM_INQ, data });
    }
    return { octets, flags: flags & MSG_OOB, control };
  }

  /** Octets for splice: those there are; null: wait for some. */
  splice(max: number): Uint8Array | null {
    const c = this.#socket.connection as Connection;
    const n = Math.min(this.#available(c), max);
    if (n === 0) return c.readableLength > 0 || c.ended || this.shut || this.finReached(c) ? NOTHING : null;
    const octets = new Uint8Array(n);
    c.readInto(octets);
    return octets;
  }

  /** Octets that one read can take: up to the urgent octet when that is not inline. */
  #available(c: Connection): number {
    return this.inline ? c.readableLength : this.#oob.available(c);
  }

  /** The peer's FIN is here; also of a connection that has ended since. */
  finReached(c: Connection): boolean {
    const state = c.ended ? this.#socket.lastState : c.tcb.state;
    return (
      state === State.CLOSE_WAIT ||
      state === State.CLOSING ||
      state === State.LAST_ACK ||
      state === State.TIME_WAIT
    );
  }

  #take(c: Connection, n: number, flags: number): Result {
    if (!this.inline) this.#oob.stepOver(c);
    if ((flags & MSG_PEEK) !== 0) {
      const octets = new Uint8Array(n);
      if (peekInto(c, octets) < 0) return unsupported('MSG_PEEK on a connection that has ended');
      return done(n, octets);
    }
    if ((flags & MSG_TRUNC) !== 0) return done(c.discard(n), new Uint8Array(n));
    const octets = new Uint8Array(n);
    c.readInto(octets);
    return done(n, octets);
  }

  /** FIONREAD: up to the urgent octet when that is not inline. */
  get unread(): number {
    const c = this.#socket.connection;
    if (c === null) return 0;
    return this.inline ? c.readableLength : this.#oob.unread(c);
  }

  /** SIOCATMARK: true when the next octet is the urgent one. */
  get atMark(): boolean {
    const c = this.#socket.connection;
    return c !== null && this.#oob.atMark(c);
  }

  /** Something has happened on the connection. */
  look(c: Connection): void {
    if (!this.inline) this.#oob.notice(c);
  }

  /** Poll bits of reading. */
  ready(c: Connection): number {
    let bits = 0;
    if (this.#available(c) >= Math.max(1, this.lowWater)) bits |= Poll.IN | Poll.RDNORM;
    if (this.#oob.arrived(c)) bits |= Poll.PRI;
    return bits;
  }
}
