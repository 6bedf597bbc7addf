// A TCP socket as POSIX shapes it over a Host: bind, listen, accept, shutdown, close, its errors and its readiness, as on Linux.
// How it comes to a connection, receives and sends is opening.ts, receiving.ts and sending.ts. Every call is synchronous; what
// blocks is an `Outcome`.

import { type Connection, fastOpenKeys, type Listener } from '../../host/index.ts';
import { State, type TcpConfig } from '../../tcp/index.ts';
import { parseAddress } from '../../wire/index.ts';
import { type Errno, isErrno } from './errno.ts';
import { ErrorQueue } from './error-queue.ts';
import { type File, Poll } from './file.ts';
import { configure } from './octets.ts';
import { KEEPS_UNREAD, Opening } from './opening.ts';
import { done, failed, type Outcome, type Result, thrown, unsupported, waitFor } from './outcome.ts';
import type { Linger, SocketAddress, SocketOwner } from './owner.ts';
import { Receiving } from './receiving.ts';
import { Sending } from './sending.ts';

/** One TCP socket. */
export class TcpSocket implements File {
  nonblocking = false;
  readonly family: 4 | 6;
  bound: SocketAddress | null = null;
  connection: Connection | null = null;
  listener: Listener | null = null;
  /** Settings for the connections of this socket that differ from the host's. */
  config: Partial<TcpConfig> = {};
  reuseAddress = false;
  linger: Linger = { on: false, seconds: 0 };
  keepAlive = false;
  noDelay = false;
  cork = false;
  /** TCP_FASTOPEN: the bound of a listener's early connections. */
  fastOpenQueue = 0;
  /** TCP_FASTOPEN_KEY: its 16 or 32 octets; null: the host's keys. */
  fastOpenKey: Uint8Array | null = null;
  /** TCP_DEFER_ACCEPT, in repetitions of the SYN,ACK. */
  deferAccept = 0;
  /** TCP_MD5SIG. */
  md5 = false;
  tos = 0;
  /** IP_PMTUDISC_DONT. */
  fragments = false;
  /** 0: the host's default. */
  ttl = 0;
  /** Values of options that only have to be remembered. */
  readonly remembered = new Map<string, number>();
  readonly owner: SocketOwner;
  /** The last state that was seen of a connection, CLOSED aside. */
  lastState: number = State.CLOSED;
  readonly opening: Opening;
  readonly receiving: Receiving;
  readonly sending: Sending;
  readonly #errors: ErrorQueue;
  #errorTaken = false;

  constructor(owner: SocketOwner, family: 4 | 6) {
    this.owner = owner;
    this.family = family;
    this.#errors = new ErrorQueue(family);
    this.opening = new Opening(this);
    this.receiving = new Receiving(this, this.#errors);
    this.sending = new Sending(this, this.#errors);
  }

  // Naming.

  bind(address: SocketAddress): Outcome {
    if (this.bound !== null || this.connection !== null || this.listener !== null) return failed('EINVAL');
    if (address.address !== null) {
      const a = parseAddress(address.address);
      if (a === null) return failed('EINVAL');
      if (this.owner.host.ip.owner(a.w0, a.w1, a.w2, a.w3) === null) return failed('EADDRNOTAVAIL');
    }
    if (address.port !== 0 && this.owner.taken(this, address)) return failed('EADDRINUSE');
    this.bound = address;
    return done();
  }

  /** getsockname: null before a port was chosen. */
  get localAddress(): SocketAddress | null {
    const { connection, listener, bound } = this;
    if (connection !== null) return { address: connection.localAddress, port: connection.localPort };
    if (listener !== null) return { address: listener.address?.toString() ?? null, port: listener.port };
    return bound;
  }

  /** getpeername: null when there is no peer. */
  get peerAddress(): SocketAddress | null {
    const c = this.connection;
    return c === null || !this.opening.connected ? null : { address: c.remoteAddress, port: c.remotePort };
  }

  // Connections.

  listen(backlog: number): Outcome {
    if (this.connection !== null) return failed('EINVAL');
    const most = this.owner.personality.acceptQueue(backlog);
    if (this.listener !== null) {
      return this.listener.backlog === most
        ? done()
        : unsupported('listen: the backlog of a listener is fixed');
    }
    try {
      this.listener = this.owner.host.listen({
        port: this.bound?.port ?? 0,
        ...(this.bound?.address == null ? {} : { address: this.bound.address }),
        backlog: most,
        synBacklog: Math.max(most, 1),
        fastOpen: this.fastOpenQueue,
        deferAccept: this.deferAccept,
        synCookies: this.owner.synCookiesOnly ? 'always' : this.owner.synCookies,
        md5: this.md5,
        ...this.service(),
        tcp: { ...this.owner.settings, ...this.config },
      });
      this.listener.keepsReset = this.owner.personality.readsAfterReset;
      this.listener.fastOpenKeys = this.fastOpenKey === null ? null : fastOpenKeys(this.fastOpenKey);
      return done();
    } catch (e) {
      return thrown(e);
    }
  }

  accept(nonblocking: boolean): Outcome {
    const { listener } = this;
    if (listener === null) return failed('EINVAL');
    return waitFor(this.nonblocking, 'EAGAIN', () => {
      if (listener.closed) return failed('EINVAL');
      const c = listener.take();
      if (c === null) return null;
      return done(this.#child(c, nonblocking), { address: c.remoteAddress, port: c.remotePort });
    });
  }

  /** The descriptor of a socket for a connection that was accepted. */
  #child(c: Connection, nonblocking: boolean): number {
    const child = new TcpSocket(this.owner, this.family);
    if (this.owner.personality.readsAfterReset) c.handler ??= KEEPS_UNREAD;
    child.adopt(c);
    child.opening.accepted();
    child.#inherit(this);
    child.nonblocking = nonblocking;
    return this.owner.open(child);
  }

  /** `c` is the connection of this socket. */
  adopt(c: Connection): void {
    this.connection = c;
    // One that was reset in the accept queue was in CLOSE-WAIT if the peer's FIN had come.
    this.lastState = c.ended && c.peerEnded ? State.CLOSE_WAIT : c.tcb.state;
    this.#errorTaken = false;
  }

  /** What IP is asked to do with its packets, from the SYN on. */
  service(): { tos: number; ttl?: number } {
    return { tos: this.tos, ...(this.ttl === 0 ? {} : { ttl: this.ttl }) };
  }

  /** AF_UNSPEC: forgets the connection. */
  disconnect(): Outcome {
    this.connection?.abort();
    this.connection = null;
    this.opening.forget();
    this.sending.shut = false;
    this.receiving.shut = false;
    return done();
  }

  /** What the child of a listener has from it. */
  #inherit(from: TcpSocket): void {
    this.config = { ...from.config };
    this.reuseAddress = from.reuseAddress;
    this.linger = from.linger;
    this.keepAlive = from.keepAlive;
    this.noDelay = from.noDelay;
    this.cork = from.cork;
    this.tos = from.tos;
    this.fragments = from.fragments;
    this.ttl = from.ttl;
    this.receiving.inherit(from.receiving);
    this.sending.inherit(from.sending);
    for (const [name, value] of from.remembered) this.remembered.set(name, value);
    this.applySettings();
  }

  /** Gives the connection what was set on the socket. */
  applySettings(): void {
    if (this.listener !== null && !this.listener.closed) this.listener.configure(this.config);
    const c = this.connection;
    if (c === null || c.ended) return;
    c.tos = this.tos;
    c.fragments = this.fragments;
    if (this.ttl !== 0) c.ttl = this.ttl;
    configure(c, this.config);
    if (this.noDelay !== (c.tcb.noDelay === 1)) c.setNoDelay(this.noDelay);
    if (this.cork && c.tcb.cork === 0) c.cork();
    else if (!this.cork && !this.sending.more && c.tcb.cork === 1) c.uncork();
    const keepAlive = this.keepAlive || c.tcb.config.keepAlive; // net.inet.tcp.always_keepalive
    if (keepAlive !== (c.tcb.keepAlive === 1)) c.setKeepAlive(keepAlive);
  }

  // Errors.

  /** SO_ERROR: the pending error, which is then no longer pending. */
  takeError(): Errno | null {
    const errno = this.pendingError;
    if (errno !== null) this.#errorTaken = true;
    return errno;
  }

  /** The pending error. */
  get pendingError(): Errno | null {
    const c = this.connection;
    if (c === null || c.error === null || this.#errorTaken) return null;
    const { code } = c.error;
    if (code === 'ECONNRESET' && this.lastState === State.CLOSE_WAIT && this.owner.personality.brokenPipe) {
      return 'EPIPE';
    }
    return isErrno(code) ? code : 'ECONNABORTED';
  }

  // Closing.

  shutdown(how: number): Outcome {
    if (how < 0 || how > 2) return failed('EINVAL');
    if (this.listener !== null) {
      if (how !== 1) this.listener.close();
      return done();
    }
    const c = this.connection;
    if (c === null || c.ended) return failed('ENOTCONN');
    if (c.tcb.state === State.SYN_SENT) return this.disconnect();
    if (how !== 1) this.receiving.shut = true;
    if (how !== 0 && !this.sending.shut) {
      this.sending.shut = true;
      void c.end().catch(() => {});
    }
    return done();
  }

  close(): Outcome {
    this.listener?.close();
    const c = this.connection;
    if (c === null || c.ended) return done();
    if (this.linger.on && this.linger.seconds === 0) {
      c.abort();
      return done();
    }
    c.close();
    if (!this.linger.on || this.nonblocking) return done();
    const deadline = this.owner.now() + this.linger.seconds * 1_000_000;
    const finished = (): Result | null =>
      c.ended || c.tcb.state === State.FIN_WAIT_2 || c.tcb.state === State.TIME_WAIT ? done() : null;
    return waitFor(false, 'EAGAIN', finished, deadline, done());
  }

  // Readiness.

  tick(): void {
    const { connection: c, opening } = this;
    if (c === null) return;
    if (!c.ended) this.lastState = c.tcb.state;
    if (!opening.connected && !c.ended && c.tcb.state >= State.ESTABLISHED) opening.connected = true;
    this.receiving.look(c);
    this.sending.look(c);
  }

  arrivals(): number {
    return (this.connection === null ? 0 : this.connection.tcb.rcv.nxt) + this.#errors.edges;
  }

  ready(): number {
    const { listener, connection: c, receiving, sending } = this;
    if (listener !== null)
      return !listener.closed && listener.acceptQueueLength > 0 ? Poll.IN | Poll.RDNORM : 0;
    let bits = this.pendingError === null && !this.#errors.waiting ? 0 : Poll.ERR;
    if (this.opening.deferred !== null) return bits | Poll.OUT | Poll.WRNORM;
    if (c === null) return bits | Poll.OUT | Poll.WRNORM | Poll.HUP;
    const receiveShut = receiving.shut || c.ended || receiving.finReached(c);
    const sendShut = sending.shut || c.ended;
    if ((receiveShut && sendShut) || c.ended) bits |= Poll.HUP;
    if (receiveShut) bits |= Poll.IN | Poll.RDNORM | Poll.RDHUP;
    if (!c.ended && c.tcb.state < State.ESTABLISHED && !c.early) return bits;
    if (sendShut || sending.writable(c)) bits |= Poll.OUT | Poll.WRNORM;
    return bits | receiving.ready(c);
  }
}
