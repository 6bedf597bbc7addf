// How a TCP socket comes to a connection by a call of its own: connect, the first write of TCP Fast Open, and FreeBSD's sendto.

import type { Connection, ConnectionHandler } from '../../host/index.ts';
import { State, type TcpConfig } from '../../tcp/index.ts';
import { parseAddress } from '../../wire/index.ts';
import { constant } from './constants.ts';
import { done, failed, mapped, type Outcome, type Result, thrown, waitFor } from './outcome.ts';
import { type SocketAddress, UNSPECIFIED } from './owner.ts';
import type { Text } from './sending.ts';
import type { TcpSocket } from './tcp-socket.ts';

const MSG_DONTWAIT = constant('MSG_DONTWAIT');

/** Octets of options for which a SYN with text leaves room. */
const SYN_OPTIONS = 40;

/** What came before a RST can be read after it. */
export const KEEPS_UNREAD: ConnectionHandler = { keepsUnread: true };

/** The active side of one socket. */
export class Opening {
  /** TCP_FASTOPEN_CONNECT: connect leaves the SYN to the first write. */
  fastOpenConnect = false;
  /** TCP_REMOTE_UDP_ENCAPS_PORT. */
  udpPort = 0;
  /** IPV6_USE_MIN_MTU: packets of no more than the least MTU of IPv6. */
  leastMtu = false;
  /** IP_LOCAL_PORT_RANGE: the first port in the low half, the last in the high half; 0: those of the host. */
  portRange = 0;
  /** The handshake has completed. */
  connected = false;
  /** Where a connect that waits for the first write goes to. */
  deferred: SocketAddress | null = null;
  /** connect has returned 0. */
  #told = false;
  readonly #socket: TcpSocket;

  constructor(socket: TcpSocket) {
    this.#socket = socket;
  }

  /** The socket is that of a connection which a listener has accepted. */
  accepted(): void {
    this.connected = true;
    this.#told = true;
  }

  connect(to: SocketAddress): Outcome {
    const socket = this.#socket;
    const c = socket.connection;
    if (socket.listener !== null || this.deferred !== null) return failed('EISCONN');
    if (c !== null) {
      if (!this.connected && !c.ended) {
        if (c.tcb.state >= State.ESTABLISHED) return this.#connectDone(c) ?? failed('EISCONN');
        return failed('EALREADY');
      }
      if (this.connected)
        return this.#told || !socket.owner.personality.connectTells ? failed('EISCONN') : this.#tell();
      const errno = socket.takeError();
      socket.connection = null;
      if (errno !== null) return failed(errno);
    }
    if (to.address === null || to.port === 0) return failed(to.port === 0 ? 'EADDRNOTAVAIL' : 'ENETUNREACH');
    if (this.fastOpenConnect && this.#roomInSyn(to) > 0) {
      this.deferred = to;
      return done();
    }
    try {
      const opened = this.#open(to, this.fastOpenConnect ? { fastOpen: true } : {});
      return waitFor(socket.nonblocking, 'EINPROGRESS', () => this.#connectDone(opened));
    } catch (e) {
      return thrown(e);
    }
  }

  /** Active OPEN; throws what `host.open` throws. */
  #open(to: SocketAddress, first: { fastOpen?: boolean; early?: Uint8Array }): Connection {
    const socket = this.#socket;
    const { owner, bound } = socket;
    const opened = owner.host.open({
      address: to.address ?? '',
      port: to.port,
      ...(bound?.address == null ? {} : { localAddress: bound.address }),
      localPort: bound?.port ?? 0,
      ...this.#localPorts(),
      ...socket.service(),
      udpPort: this.udpPort,
      md5: socket.md5,
      tcp: { ...owner.settings, ...socket.config, ...this.#leastMss() },
      ...first,
    });
    if (owner.personality.readsAfterReset) opened.handler ??= KEEPS_UNREAD;
    this.connected = false;
    this.#told = false;
    socket.adopt(opened);
    socket.applySettings();
    return opened;
  }

  #localPorts(): { localPorts?: { first: number; last: number } } {
    const range = this.portRange;
    return range === 0 ? {} : { localPorts: { first: range & 0xffff || 1, last: range >>> 16 || 0xffff } };
  }

  #leastMss(): Partial<TcpConfig> {
    return this.leastMtu ? { maxMss: 1280 - 60 - (this.udpPort === 0 ? 0 : 8) } : {};
  }

  /** Octets that a SYN can carry, 0 without a cookie. */
  #roomInSyn(to: SocketAddress): number {
    const a = to.address === null ? null : parseAddress(to.address);
    if (a === null) return 0;
    const { tcp } = this.#socket.owner.host;
    const path = tcp.ip.way(a.w0, a.w1, a.w2, a.w3);
    const offered = path === null ? 0 : path.iface.mtu - (a.family === 4 ? 40 : 60);
    const { maxMss = 0 } = this.#socket.config;
    const most = (maxMss === 0 ? offered : Math.min(maxMss, offered)) - SYN_OPTIONS;
    return Math.min(tcp.fastOpen.room(a, offered), most);
  }

  /** The connection is forgotten. */
  forget(): void {
    this.deferred = null;
    this.connected = false;
  }

  /** connect says that it has succeeded. */
  #tell(): Result {
    this.#told = true;
    return done();
  }

  #connectDone(c: Connection): Result | null {
    if (c.tcb.state >= State.ESTABLISHED && !c.ended) {
      this.connected = true;
      return this.#tell();
    }
    if (!c.ended) return null;
    const errno = this.#socket.takeError() ?? 'ECONNABORTED';
    this.#socket.connection = null;
    return failed(errno);
  }

  /** FreeBSD: connects, and queues what the send buffer takes; with TCP_FASTOPEN the first of it goes in the SYN. */
  sendImplied(text: Text, to: SocketAddress): Outcome {
    if (to.address === null || to.port === 0) return failed('EADDRNOTAVAIL');
    const fast = this.#socket.fastOpenQueue > 0;
    const early = text.octets.subarray(0, fast ? this.#roomInSyn(to) : 0);
    try {
      const c = this.#open(to, fast ? { fastOpen: true, early } : {});
      return done(early.length + this.#socket.sending.offer(c, text, early.length));
    } catch (e) {
      return thrown(e);
    }
  }

  /**
   * The first octets go with the SYN (RFC 7413), as many as fit where there is a cookie. Without blocking that
   * is the result, as on Linux, or EINPROGRESS when there are none.
   */
  sendFast(text: Text, to: SocketAddress | null): Outcome {
    const socket = this.#socket;
    const { octets, flags } = text;
    const address = this.deferred ?? to;
    if (!socket.owner.host.tcp.fastOpen.mode.client || to === UNSPECIFIED) return failed('EOPNOTSUPP');
    if (socket.listener !== null) return failed('EISCONN');
    if (socket.connection !== null) {
      if (this.connected) return this.#sendLate(socket.connection, text);
      if (!socket.connection.ended) return failed('EALREADY');
      const errno = socket.takeError();
      socket.connection = null;
      if (errno !== null) return failed(errno);
    }
    if (address === null || address.address === null || address.port === 0) return failed('EINVAL');
    const early = octets.subarray(0, this.#roomInSyn(address));
    this.deferred = null;
    try {
      const c = this.#open(address, { fastOpen: true, early });
      const nonblocking = socket.nonblocking || (flags & MSG_DONTWAIT) !== 0;
      if (nonblocking) return early.length > 0 ? done(early.length) : failed('EINPROGRESS');
      return mapped(socket.sending.sendOn(c, text, early.length, 'EINPROGRESS'), (result) => {
        if (result.kind === 'done') this.#told = true;
        return result;
      });
    } catch (e) {
      return thrown(e);
    }
  }

  /** MSG_FASTOPEN after the handshake: it connects once more, as connect does, before it sends. */
  #sendLate(c: Connection, text: Text): Outcome {
    if (this.#told || !this.#socket.owner.personality.connectTells) return failed('EISCONN');
    this.#told = true;
    return this.#socket.sending.sendOn(c, text, 0, 'EAGAIN');
  }
}
