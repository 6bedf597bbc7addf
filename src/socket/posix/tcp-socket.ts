// A TCP socket as POSIX shapes it over a Host: bind, listen, accept, connect, send, receive, shutdown,
// close, with the errors that Linux gives. Every call is synchronous; what blocks is an `Outcome`.

import {
  type Connection,
  type ConnectionHandler,
  fastOpenKeys,
  type Host,
  type Listener,
} from '../../host/index.ts';
import { parts, State, type TcpConfig, TcpError } from '../../tcp/index.ts';
import { parseAddress } from '../../wire/index.ts';
import { constant } from './constants.ts';
import { type Errno, isErrno } from './errno.ts';
import { type File, Poll } from './file.ts';
import { configure, peekInto } from './octets.ts';
import { OutOfBand } from './out-of-band.ts';
import { done, failed, type Outcome, type Result, unsupported, waitFor } from './outcome.ts';
import type { Personality } from './personality.ts';

const MSG_OOB = constant('MSG_OOB');
const MSG_PEEK = constant('MSG_PEEK');
const MSG_TRUNC = constant('MSG_TRUNC');
const MSG_DONTWAIT = constant('MSG_DONTWAIT');
const MSG_WAITALL = constant('MSG_WAITALL');
const MSG_NOSIGNAL = constant('MSG_NOSIGNAL');
const MSG_MORE = constant('MSG_MORE');
const RECEIVE_FLAGS = MSG_OOB | MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL;
const MSG_FASTOPEN = constant('MSG_FASTOPEN');
const SEND_FLAGS = MSG_OOB | MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE | MSG_FASTOPEN;

/** Octets of options for which a SYN with text leaves room. */
const SYN_OPTIONS = 40;

/** What came before a RST can be read after it. */
const KEEPS_UNREAD: ConnectionHandler = { keepsUnread: true };

/** A socket address; `address` null is the wildcard. */
export interface SocketAddress {
  readonly address: string | null;
  readonly port: number;
}

/** AF_UNSPEC in the place of an address. */
export const UNSPECIFIED: SocketAddress = { address: null, port: 0 };

/** What a socket asks of the process it belongs to. */
export interface SocketOwner {
  readonly host: Host;
  readonly personality: Personality;
  /** Settings of sockets to come that differ from the host's. */
  readonly settings: Partial<TcpConfig>;
  readonly synCookies: boolean;
  readonly synCookiesOnly: boolean;
  now(): number;
  /** Gives a new file a descriptor. */
  open(file: File): number;
  /** True when another socket holds the address. */
  taken(socket: TcpSocket, address: SocketAddress): boolean;
}

/** SO_LINGER. */
export interface Linger {
  readonly on: boolean;
  readonly seconds: number;
}

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
  receiveLowWater = 1;
  keepAlive = false;
  noDelay = false;
  cork = false;
  outOfBandInline = false;
  /** TCP_FASTOPEN: the bound of a listener's early connections. */
  fastOpenQueue = 0;
  /** TCP_FASTOPEN_KEY: its 16 or 32 octets; null: the host's keys. */
  fastOpenKey: Uint8Array | null = null;
  /** TCP_DEFER_ACCEPT, in repetitions of the SYN,ACK. */
  deferAccept = 0;
  /** TCP_NOTSENT_LOWAT: writable only below so many octets that were never sent; negative or 0: no such limit. */
  notSentLowWater = 0;
  /** TCP_FASTOPEN_CONNECT: connect leaves the SYN to the first write. */
  fastOpenConnect = false;
  /** TCP_REMOTE_UDP_ENCAPS_PORT. */
  udpPort = 0;
  /** TCP_MD5SIG. */
  md5 = false;
  /** IPV6_USE_MIN_MTU: packets of no more than the least MTU of IPv6. */
  leastMtu = false;
  tos = 0;
  /** IP_PMTUDISC_DONT. */
  fragments = false;
  /** 0: the host's default. */
  ttl = 0;
  /** Values of options that only have to be remembered. */
  readonly remembered = new Map<string, number>();
  readonly owner: SocketOwner;
  readonly #oob = new OutOfBand();
  #connected = false;
  /** connect has returned 0. */
  #told = false;
  #errorTaken = false;
  #receiveShut = false;
  #sendShut = false;
  #more = false;
  #lastState: number = State.CLOSED;
  /** Where a connect that waits for the first write goes to. */
  #deferred: SocketAddress | null = null;

  constructor(owner: SocketOwner, family: 4 | 6) {
    this.owner = owner;
    this.family = family;
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
    return c === null || !this.#connected ? null : { address: c.remoteAddress, port: c.remotePort };
  }

  // Opening.

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
        ...this.#service(),
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
      const child = new TcpSocket(this.owner, this.family);
      child.#adopt(c);
      child.#inherit(this);
      child.nonblocking = nonblocking;
      const fd = this.owner.open(child);
      return done(fd, { address: c.remoteAddress, port: c.remotePort });
    });
  }

  #adopt(c: Connection): void {
    if (this.owner.personality.readsAfterReset) c.handler ??= KEEPS_UNREAD;
    this.connection = c;
    this.#told = true;
    this.#connected = true;
    this.#lastState = c.tcb.state;
  }

  /** What the child of a listener has from it. */
  #inherit(from: TcpSocket): void {
    this.config = { ...from.config };
    this.reuseAddress = from.reuseAddress;
    this.linger = from.linger;
    this.receiveLowWater = from.receiveLowWater;
    this.keepAlive = from.keepAlive;
    this.noDelay = from.noDelay;
    this.cork = from.cork;
    this.outOfBandInline = from.outOfBandInline;
    this.tos = from.tos;
    this.fragments = from.fragments;
    this.ttl = from.ttl;
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
    else if (!this.cork && !this.#more && c.tcb.cork === 1) c.uncork();
    const keepAlive = this.keepAlive || c.tcb.config.keepAlive; // net.inet.tcp.always_keepalive
    if (keepAlive !== (c.tcb.keepAlive === 1)) c.setKeepAlive(keepAlive);
  }

  connect(to: SocketAddress): Outcome {
    const c = this.connection;
    if (this.listener !== null || this.#deferred !== null) return failed('EISCONN');
    if (c !== null) {
      if (!this.#connected && !c.ended) {
        if (c.tcb.state >= State.ESTABLISHED) return this.#connectDone(c) ?? failed('EISCONN');
        return failed('EALREADY');
      }
      if (this.#connected)
        return this.#told || !this.owner.personality.connectTells ? failed('EISCONN') : this.#tell();
      const errno = this.takeError();
      this.connection = null;
      if (errno !== null) return failed(errno);
    }
    if (to.address === null || to.port === 0) return failed(to.port === 0 ? 'EADDRNOTAVAIL' : 'ENETUNREACH');
    if (this.fastOpenConnect && this.#roomInSyn(to) > 0) {
      this.#deferred = to;
      return done();
    }
    try {
      const opened = this.#open(to, this.fastOpenConnect ? { fastOpen: true } : {});
      return waitFor(this.nonblocking, 'EINPROGRESS', () => this.#connectDone(opened));
    } catch (e) {
      return thrown(e);
    }
  }

  /** Active OPEN; throws what `host.open` throws. */
  #open(to: SocketAddress, first: { fastOpen?: boolean; early?: Uint8Array }): Connection {
    this.#errorTaken = false;
    const opened = this.owner.host.open({
      address: to.address ?? '',
      port: to.port,
      ...(this.bound?.address == null ? {} : { localAddress: this.bound.address }),
      localPort: this.bound?.port ?? 0,
      ...this.#service(),
      udpPort: this.udpPort,
      md5: this.md5,
      tcp: { ...this.owner.settings, ...this.config, ...this.#leastMss() },
      ...first,
    });
    if (this.owner.personality.readsAfterReset) opened.handler ??= KEEPS_UNREAD;
    this.connection = opened;
    this.#connected = false;
    this.#told = false;
    this.#lastState = opened.tcb.state;
    this.applySettings();
    return opened;
  }

  /** What IP is asked to do with its packets, from the SYN on. */
  #service(): { tos: number; ttl?: number } {
    return { tos: this.tos, ...(this.ttl === 0 ? {} : { ttl: this.ttl }) };
  }

  #leastMss(): Partial<TcpConfig> {
    return this.leastMtu ? { maxMss: 1280 - 60 - (this.udpPort === 0 ? 0 : 8) } : {};
  }

  /** Octets that a SYN can carry, 0 without a cookie. */
  #roomInSyn(to: SocketAddress): number {
    const a = to.address === null ? null : parseAddress(to.address);
    if (a === null) return 0;
    const path = this.owner.host.tcp.ip.way(a.w0, a.w1, a.w2, a.w3);
    const offered = path === null ? 0 : path.iface.mtu - (a.family === 4 ? 40 : 60);
    const { maxMss = 0 } = this.config;
    const most = (maxMss === 0 ? offered : Math.min(maxMss, offered)) - SYN_OPTIONS;
    return Math.min(this.owner.host.tcp.fastOpen.room(a, offered), most);
  }

  /** AF_UNSPEC: forgets the connection. */
  disconnect(): Outcome {
    this.connection?.abort();
    this.connection = null;
    this.#deferred = null;
    this.#connected = false;
    this.#sendShut = false;
    this.#receiveShut = false;
    return done();
  }

  /** connect says that it has succeeded. */
  #tell(): Result {
    this.#told = true;
    return done();
  }

  #connectDone(c: Connection): Result | null {
    if (c.tcb.state >= State.ESTABLISHED && !c.ended) {
      this.#connected = true;
      return this.#tell();
    }
    if (!c.ended) return null;
    const errno = this.takeError() ?? 'ECONNABORTED';
    this.connection = null;
    return failed(errno);
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
    if (code === 'ECONNRESET' && this.#lastState === State.CLOSE_WAIT && this.owner.personality.brokenPipe) {
      return 'EPIPE';
    }
    return isErrno(code) ? code : 'ECONNABORTED';
  }

  // Reading.

  /** read, recv…: `out` of the result is the octets. */
  receive(max: number, flags = 0): Outcome {
    if ((flags & ~RECEIVE_FLAGS) !== 0)
      return unsupported(`receive with flags 0x${(flags & ~RECEIVE_FLAGS).toString(16)}`);
    const c = this.connection;
    if (c === null) return failed('ENOTCONN');
    if ((flags & MSG_OOB) !== 0) return this.#oob.receive(c, this.outOfBandInline);
    const nonblocking = this.nonblocking || (flags & MSG_DONTWAIT) !== 0;
    const target = (flags & MSG_WAITALL) !== 0 ? max : Math.min(this.receiveLowWater, max);
    return waitFor(nonblocking, 'EAGAIN', () => {
      if (max === 0) return done(0, new Uint8Array(0));
      const n = Math.min(this.#available(c), max);
      const ended = c.ended || this.#receiveShut || c.eof || this.#finReached(c);
      if (n > 0 && (n >= target || nonblocking || ended || this.#oob.atEdge(c, n))) {
        return this.#take(c, n, flags);
      }
      // Once the peer's FIN has come there is nothing more to be read, and no error to be told here.
      const errno = this.#finReached(c) ? null : this.takeError();
      if (errno !== null) return failed(errno);
      return ended ? done(0, new Uint8Array(0)) : null;
    });
  }

  /** Octets that one read can take: up to the urgent octet when that is not inline. */
  #available(c: Connection): number {
    return this.outOfBandInline ? c.readableLength : this.#oob.available(c);
  }

  /** The peer's FIN is here; also of a connection that has ended since. */
  #finReached(c: Connection): boolean {
    const state = c.ended ? this.#lastState : c.tcb.state;
    return (
      state === State.CLOSE_WAIT ||
      state === State.CLOSING ||
      state === State.LAST_ACK ||
      state === State.TIME_WAIT
    );
  }

  #take(c: Connection, n: number, flags: number): Result {
    if (!this.outOfBandInline) this.#oob.stepOver(c);
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
    const c = this.connection;
    if (c === null) return 0;
    return this.outOfBandInline ? c.readableLength : this.#oob.unread(c);
  }

  /** SIOCATMARK: true when the next octet is the urgent one. */
  get atMark(): boolean {
    return this.connection !== null && this.#oob.atMark(this.connection);
  }

  // Writing.

  /** write, send…; `to` counts with MSG_FASTOPEN only. */
  send(octets: Uint8Array, flags = 0, to: SocketAddress | null = null): Outcome {
    if ((flags & ~SEND_FLAGS) !== 0)
      return unsupported(`send with flags 0x${(flags & ~SEND_FLAGS).toString(16)}`);
    if ((flags & MSG_FASTOPEN) !== 0 || this.#deferred !== null) return this.#sendFast(octets, flags, to);
    const c = this.connection;
    if (c === null) {
      const connects = to !== null && this.owner.personality.impliedConnect && this.listener === null;
      return connects ? this.#sendImplied(octets, flags, to) : failed('EPIPE');
    }
    return this.#sendOn(c, octets, flags, 0, 'EAGAIN');
  }

  /** FreeBSD: connects, and queues what the send buffer takes; with TCP_FASTOPEN the first of it goes in the SYN. */
  #sendImplied(octets: Uint8Array, flags: number, to: SocketAddress): Outcome {
    if (to.address === null || to.port === 0) return failed('EADDRNOTAVAIL');
    const early = this.fastOpenQueue > 0 ? octets.subarray(0, this.#roomInSyn(to)) : octets.subarray(0, 0);
    try {
      const c = this.#open(to, this.fastOpenQueue > 0 ? { fastOpen: true, early } : {});
      return done(early.length + this.#offer(c, octets.subarray(early.length), flags));
    } catch (e) {
      return thrown(e);
    }
  }

  /**
   * The first octets go with the SYN (RFC 7413), as many as fit where there is a cookie. Without blocking that
   * is the result, as on Linux, or EINPROGRESS when there are none.
   */
  #sendFast(octets: Uint8Array, flags: number, to: SocketAddress | null): Outcome {
    const address = this.#deferred ?? to;
    if (!this.owner.host.tcp.fastOpen.mode.client || to === UNSPECIFIED) return failed('EOPNOTSUPP');
    if (this.listener !== null || this.#connected) return failed('EISCONN');
    if (this.connection !== null) {
      if (!this.connection.ended) return failed('EALREADY');
      const errno = this.takeError();
      this.connection = null;
      if (errno !== null) return failed(errno);
    }
    if (address === null || address.address === null || address.port === 0) return failed('EINVAL');
    const early = octets.subarray(0, this.#roomInSyn(address));
    this.#deferred = null;
    try {
      const c = this.#open(address, { fastOpen: true, early });
      const nonblocking = this.nonblocking || (flags & MSG_DONTWAIT) !== 0;
      if (nonblocking) return early.length > 0 ? done(early.length) : failed('EINPROGRESS');
      return this.#sendOn(c, octets, flags, early.length, 'EINPROGRESS');
    } catch (e) {
      return thrown(e);
    }
  }

  /** Sends what comes after the first `already` octets. */
  #sendOn(c: Connection, octets: Uint8Array, flags: number, already: number, would: Errno): Outcome {
    const nonblocking = this.nonblocking || (flags & MSG_DONTWAIT) !== 0;
    let sent = 0;
    let withSyn = already; // counts when the connection has opened
    const attempt = (): Result | null => {
      if (this.pendingError !== null || this.#sendShut || c.ended) {
        return sent > 0 ? done(sent) : failed(this.takeError() ?? 'EPIPE');
      }
      if (c.tcb.state < State.ESTABLISHED && !c.early) return null;
      // Linux: who has waited with more to send than the SYN took answers at once, and ACKs wait for that.
      if (withSyn > 0 && withSyn < octets.length && this.owner.personality.moreOnce) c.tcb.rcv.quick = 0;
      sent += withSyn;
      withSyn = 0;
      sent += this.#offer(c, octets.subarray(sent), flags);
      if (sent === octets.length || (nonblocking && sent > 0)) return done(sent);
      return null;
    };
    return waitFor(nonblocking, would, attempt);
  }

  #offer(c: Connection, octets: Uint8Array, flags: number): number {
    let n = Math.min(octets.length, c.writableLength);
    if (n === 0) return 0;
    const more = (flags & MSG_MORE) !== 0;
    c.tcb.more = more ? 1 : 0;
    if (more && c.tcb.cork === 0) c.cork();
    this.#more = more;
    if ((flags & MSG_OOB) !== 0) void c.write(octets.subarray(0, n), { urgent: true });
    else n = this.#offerBelow(c, octets.subarray(0, n));
    if (more && this.owner.personality.moreOnce && !this.cork) {
      c.tcb.cork = 0;
      this.#more = false;
    }
    if (!more && !this.cork && c.tcb.cork === 1) c.uncork();
    return n;
  }

  /** Linux takes no more while TCP_NOTSENT_LOWAT is unsent; what goes at once is sent. How many it took. */
  #offerBelow(c: Connection, octets: Uint8Array): number {
    const most = this.notSentLowWater;
    if (most <= 0 || !this.owner.personality.notSentLimits) {
      c.offer(octets);
      return octets.length;
    }
    const { snd, cc } = c.tcb;
    const window = Math.min((snd.una + snd.wnd - snd.nxt) | 0, (cc.cwnd - parts.inFlight(c.tcb)) | 0);
    const atOnce = Math.max(0, window - (window % snd.mss));
    const n = Math.min(octets.length, Math.max(0, atOnce + most - ((snd.end - snd.nxt) | 0)));
    if (n > 0) c.offer(octets.subarray(0, n));
    return n;
  }

  /** SIOCOUTQ: octets that the peer has not acknowledged, sent or not; on Linux the FIN is one. */
  get unacknowledged(): number {
    const c = this.connection;
    if (c === null || c.ended) return 0;
    const { snd } = c.tcb;
    return Math.max(0, (snd.end + snd.fin - snd.una - snd.syn) | 0);
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
    if (how !== 1) this.#receiveShut = true;
    if (how !== 0 && !this.#sendShut) {
      this.#sendShut = true;
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
    const c = this.connection;
    if (c === null) return;
    if (!c.ended) this.#lastState = c.tcb.state;
    if (!this.#connected && !c.ended && c.tcb.state >= State.ESTABLISHED) this.#connected = true;
    if (!this.outOfBandInline) this.#oob.notice(c);
  }

  arrivals(): number {
    return this.connection === null ? 0 : this.connection.tcb.rcv.nxt;
  }

  ready(): number {
    const { listener, connection: c } = this;
    if (listener !== null)
      return !listener.closed && listener.acceptQueueLength > 0 ? Poll.IN | Poll.RDNORM : 0;
    if (this.#deferred !== null) return Poll.OUT | Poll.WRNORM;
    if (c === null) return Poll.OUT | Poll.WRNORM | Poll.HUP;
    const { state } = c.tcb;
    let bits = this.pendingError === null ? 0 : Poll.ERR;
    const receiveShut = this.#receiveShut || c.ended || this.#finReached(c);
    const sendShut = this.#sendShut || c.ended;
    if ((receiveShut && sendShut) || c.ended) bits |= Poll.HUP;
    if (receiveShut) bits |= Poll.IN | Poll.RDNORM | Poll.RDHUP;
    if (!c.ended && state < State.ESTABLISHED && !c.early) return bits;
    if (this.#available(c) >= Math.max(1, this.receiveLowWater)) bits |= Poll.IN | Poll.RDNORM;
    if (sendShut || this.#writable(c)) bits |= Poll.OUT | Poll.WRNORM;
    if (this.#oob.arrived(c)) bits |= Poll.PRI;
    return bits;
  }

  /** Linux: a third of the send buffer is free. */
  #writable(c: Connection): boolean {
    const free = c.writableLength;
    const { snd } = c.tcb;
    if (this.notSentLowWater > 0 && 2 * ((snd.end - snd.nxt) | 0) >= this.notSentLowWater) return false;
    return free > 0 && 2 * free >= c.tcb.snd.buf - free;
  }
}

function thrown(e: unknown): Result {
  if (e instanceof TcpError && isErrno(e.code)) return failed(e.code);
  if (e instanceof RangeError || e instanceof TypeError) return failed('EINVAL');
  throw e;
}
