// A process with descriptors over a Host: the calls that take a descriptor. What a call gives is an
// Outcome; `tick` after every event of the stack keeps readiness right.

import type { Host, IpService } from '../../host/index.ts';
import type { TcpConfig } from '../../tcp/index.ts';
import { constant } from './constants.ts';
import { Epoll } from './epoll.ts';
import { type File, FileTable, Poll } from './file.ts';
import { sendfile, splice } from './moving.ts';
import { getOption, type OptionValue, setOption } from './options.ts';
import {
  type Blocked,
  done,
  failed,
  mapped,
  type Outcome,
  type Result,
  unsupported,
  waitFor,
} from './outcome.ts';
import { type SocketAddress, type SocketOwner, UNSPECIFIED } from './owner.ts';
import { linux, type Personality } from './personality.ts';
import { PipeEnd, StoredFile } from './stored-file.ts';
import { TcpSocket } from './tcp-socket.ts';
import { UdpSocket } from './udp-socket.ts';

const O_RDWR = constant('O_RDWR');
const O_NONBLOCK = constant('O_NONBLOCK');
const SOCK_NONBLOCK = constant('SOCK_NONBLOCK');
const SOCK_CLOEXEC = constant('SOCK_CLOEXEC');

/** Octets of the largest file, and how many files there may be. */
const MOST_FILE = 2 ** 24;
const MOST_FILES = 64;

/** What poll looks at. */
export interface PollEntry {
  readonly fd: number;
  readonly events: number;
}

/** Options of {@link Posix}. */
export interface PosixOptions {
  readonly host: Host;
  readonly personality?: Personality;
}

/** The sockets of one process. */
export class Posix implements SocketOwner {
  readonly host: Host;
  readonly personality: Personality;
  readonly files = new FileTable();
  /** Settings of sockets to come that differ from the host's: what sysctl changes. */
  settings: Partial<TcpConfig> = {};
  /** Whether listeners to come have SYN cookies when their queue is full, and whether they answer every SYN by one. */
  synCookies = true;
  synCookiesOnly = false;

  /** Files of zeros: their sizes by path. */
  readonly #stored = new Map<string, number>();

  constructor(options: PosixOptions) {
    this.host = options.host;
    this.personality = options.personality ?? linux;
    Object.assign(this.host.tcp.timeWaitReuse, this.personality.timeWaitReuse);
    if (this.personality.boundResets) this.host.tcp.serviceOfPort = (port) => this.#serviceOfPort(port);
  }

  /** That of a socket that has the port, and neither listens nor is connected. */
  #serviceOfPort(port: number): IpService | null {
    for (const [, file] of this.files.entries()) {
      if (!(file instanceof TcpSocket) || file.bound?.port !== port) continue;
      if (file.connection === null && file.listener === null) return file.service();
    }
    return null;
  }

  now(): number {
    return this.host.clock.now();
  }
  open(file: File): number {
    return this.files.add(file);
  }
  taken(socket: TcpSocket, address: SocketAddress): boolean {
    for (const [, file] of this.files.entries()) {
      if (!(file instanceof TcpSocket) || file === socket) continue;
      const other = file.localAddress;
      if (other === null || other.port !== address.port) continue;
      if (other.address !== null && address.address !== null && other.address !== address.address) continue;
      const listening = file.listener !== null && !file.listener.closed;
      if (listening || !(file.reuseAddress && socket.reuseAddress)) return true;
    }
    return false;
  }

  /** After every event of the stack. */
  tick(): void {
    for (const [, file] of this.files.entries()) file.tick();
  }

  /** The TCP socket behind a descriptor. */
  tcp(fd: number): TcpSocket | null {
    const file = this.files.get(fd);
    return file instanceof TcpSocket ? file : null;
  }

  // Calls.

  socket(domain: number, type: number, protocol: number): Outcome {
    const family = domain === constant('AF_INET') ? 4 : domain === constant('AF_INET6') ? 6 : null;
    if (family === null) return failed('EAFNOSUPPORT');
    const kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    let file: TcpSocket | UdpSocket;
    if (kind === constant('SOCK_STREAM') && (protocol === 0 || protocol === constant('IPPROTO_TCP'))) {
      file = new TcpSocket(this, family);
    } else if (kind === constant('SOCK_DGRAM') && (protocol === 0 || protocol === constant('IPPROTO_UDP'))) {
      file = new UdpSocket(this, family);
    } else {
      return unsupported(`socket of type ${kind}, protocol ${protocol}`);
    }
    file.nonblocking = (type & SOCK_NONBLOCK) !== 0;
    return done(this.files.add(file));
  }

  bind(fd: number, address: SocketAddress): Outcome {
    return this.#socket(fd, (s) => s.bind(address));
  }
  listen(fd: number, backlog: number): Outcome {
    return this.#tcp(fd, (s) => s.listen(backlog));
  }
  accept(fd: number, flags = 0): Outcome {
    return this.#tcp(fd, (s) => s.accept((flags & SOCK_NONBLOCK) !== 0));
  }
  /** `to` null is AF_UNSPEC. */
  connect(fd: number, to: SocketAddress | null): Outcome {
    return this.#socket(fd, (s) => {
      if (s instanceof TcpSocket) return to === null ? s.disconnect() : s.opening.connect(to);
      return s.connect(to ?? UNSPECIFIED);
    });
  }
  shutdown(fd: number, how: number): Outcome {
    return this.#tcp(fd, (s) => s.shutdown(how));
  }

  read(fd: number, max: number): Outcome {
    return this.receive(fd, max, 0);
  }
  receive(fd: number, max: number, flags: number): Outcome {
    const file = this.files.get(fd);
    if (file instanceof PipeEnd && flags === 0) return file.read(max);
    return this.#socket(fd, (s) => (s instanceof TcpSocket ? s.receiving : s).receive(max, flags));
  }
  /** `to` is for sendto and sendmsg. */
  send(fd: number, octets: Uint8Array, flags = 0, to: SocketAddress | null = null): Outcome {
    const file = this.files.get(fd);
    if (file instanceof PipeEnd && flags === 0 && to === null) return file.write(octets);
    return this.#socket(fd, (s) => {
      if (s instanceof UdpSocket) return s.send(octets, to);
      return s.sending.send(octets, flags, to, []);
    });
  }

  /** recvmsg: `out` of the result is a {@link Message}. */
  receiveMessage(fd: number, max: number, flags: number): Outcome {
    return this.#socket(fd, (s) => {
      if (s instanceof TcpSocket) return s.receiving.receiveMessage(max, flags);
      return mapped(s.receive(max, flags), (r) =>
        r.kind === 'done' ? done(r.value, { octets: r.out as Uint8Array, flags: 0, control: [] }) : r,
      );
    });
  }
  /** sendmsg: the octets of several buffers, one after the other. */
  sendMessage(fd: number, buffers: readonly Uint8Array[], flags: number, to: SocketAddress | null): Outcome {
    const octets = new Uint8Array(buffers.reduce((n, b) => n + b.length, 0));
    let at = 0;
    for (const b of buffers) {
      octets.set(b, at);
      at += b.length;
    }
    return this.#socket(fd, (s) => {
      if (s instanceof UdpSocket) return s.send(octets, to);
      return s.sending.send(octets, flags, to, buffers.length > 1 ? buffers.map((b) => b.length) : []);
    });
  }

  /** There is a file of `size` zeros at `path`; null: none any more. Throws RangeError for more than 16 MiB. */
  store(path: string, size: number | null): void {
    if (size !== null && (size > MOST_FILE || this.#stored.size >= MOST_FILES))
      throw new RangeError('too large');
    if (size === null) this.#stored.delete(path);
    else this.#stored.set(path, size);
  }
  /** open, for reading. */
  openFile(path: string): Outcome {
    const size = this.#stored.get(path);
    return size === undefined ? failed('ENOENT') : done(this.files.add(new StoredFile(size)));
  }
  /** pipe: `out` are the descriptors, the reader's first. */
  pipe(): Outcome {
    return done(
      0,
      PipeEnd.pair().map((end) => this.files.add(end)),
    );
  }
  /** `offset` null: from where the file is read. */
  sendfile(to: number, from: number, offset: number | null, count: number): Outcome {
    return sendfile(this.files.get(to), this.files.get(from), offset, count);
  }
  splice(from: number, to: number, length: number, flags: number): Outcome {
    return splice(this.files.get(from), this.files.get(to), length, flags);
  }

  close(fd: number): Outcome {
    const file = this.files.get(fd);
    if (file === undefined) return failed('EBADF');
    this.files.remove(fd);
    for (const [, other] of this.files.entries()) if (other instanceof Epoll) other.forget(file);
    return file.close();
  }

  fcntl(fd: number, command: number, argument: number): Outcome {
    const file = this.files.get(fd);
    if (file === undefined) return failed('EBADF');
    if (command === constant('F_GETFL')) return done(O_RDWR | (file.nonblocking ? O_NONBLOCK : 0));
    if (command === constant('F_SETFL')) {
      file.nonblocking = (argument & O_NONBLOCK) !== 0;
      return done();
    }
    if (command === constant('F_GETFD') || command === constant('F_SETFD')) return done();
    return unsupported(`fcntl command ${command}`);
  }

  /** `out` of the result is the number that the call writes. */
  ioctl(fd: number, request: number, argument: number): Outcome {
    return this.#socket(fd, (s) => {
      if (request === constant('FIONBIO')) {
        s.nonblocking = argument !== 0;
        return done();
      }
      if (s instanceof UdpSocket) return unsupported(`ioctl ${request} of a UDP socket`);
      if (s.listener !== null) return failed('EINVAL');
      if (request === constant('SIOCINQ')) return done(0, s.receiving.unread);
      if (request === constant('SIOCOUTQ') || request === constant('FIONWRITE'))
        return done(0, s.sending.unacknowledged);
      if (request === constant('SIOCOUTQNSD')) return done(0, s.connection?.info().notSentBytes ?? 0);
      if (request === constant('SIOCATMARK')) return done(0, s.receiving.atMark ? 1 : 0);
      return unsupported(`ioctl ${request}`);
    });
  }

  setsockopt(fd: number, level: number, name: number, value: OptionValue): Outcome {
    return this.#socket(fd, (s) => {
      if (s instanceof TcpSocket) return setOption(s, level, name, value);
      const harmless = level === constant('SOL_SOCKET') && name === constant('SO_REUSEADDR');
      return harmless ? done() : unsupported('setsockopt of a UDP socket');
    });
  }
  getsockopt(fd: number, level: number, name: number): Outcome {
    return this.#socket(fd, (s) => {
      if (s instanceof TcpSocket) return getOption(s, level, name);
      return unsupported('getsockopt of a UDP socket');
    });
  }

  /** `out` is a {@link SocketAddress}. */
  getsockname(fd: number): Outcome {
    return this.#socket(fd, (s) => done(0, s.localAddress ?? { address: null, port: 0 }));
  }
  getpeername(fd: number): Outcome {
    return this.#socket(fd, (s) => (s.peerAddress === null ? failed('ENOTCONN') : done(0, s.peerAddress)));
  }

  /** `out` is the `revents` of each entry; `timeoutMs` below 0 waits for ever. */
  poll(entries: readonly PollEntry[], timeoutMs: number): Outcome {
    const look = (): number[] =>
      entries.map(({ fd, events }) => {
        if (fd < 0) return 0;
        const file = this.files.get(fd);
        return file === undefined ? Poll.NVAL : file.ready() & (events | Poll.ERR | Poll.HUP);
      });
    const attempt = (): Result | null => {
      const bits = look();
      const n = bits.filter((b) => b !== 0).length;
      return n > 0 ? done(n, bits) : null;
    };
    const nothing = done(
      0,
      entries.map(() => 0),
    );
    return this.#timed(attempt, timeoutMs, nothing);
  }

  epollCreate(): Outcome {
    return done(this.files.add(new Epoll()));
  }
  epollControl(epfd: number, op: number, fd: number, events: number, data: number): Outcome {
    const epoll = this.files.get(epfd);
    if (!(epoll instanceof Epoll)) return failed(epoll === undefined ? 'EBADF' : 'EINVAL');
    return epoll.control(op, fd, this.files.get(fd), events, data);
  }
  /** `out` is a list of EpollEvent. */
  epollWait(epfd: number, most: number, timeoutMs: number): Outcome {
    const epoll = this.files.get(epfd);
    if (!(epoll instanceof Epoll)) return failed(epoll === undefined ? 'EBADF' : 'EINVAL');
    if (most < 1) return failed('EINVAL');
    const attempt = (): Result | null => {
      const events = epoll.take(most);
      return events.length > 0 ? done(events.length, events) : null;
    };
    return this.#timed(attempt, timeoutMs, done(0, []));
  }

  #timed(attempt: () => Result | null, timeoutMs: number, nothing: Result): Result | Blocked {
    if (timeoutMs === 0) return attempt() ?? nothing;
    const deadline = timeoutMs < 0 ? Number.POSITIVE_INFINITY : this.now() + timeoutMs * 1000;
    return waitFor(false, 'EAGAIN', attempt, deadline, nothing);
  }

  #socket(fd: number, call: (s: TcpSocket | UdpSocket) => Outcome): Outcome {
    const file = this.files.get(fd);
    if (file === undefined) return failed('EBADF');
    if (!(file instanceof TcpSocket) && !(file instanceof UdpSocket)) return failed('ENOTSOCK');
    return call(file);
  }

  #tcp(fd: number, call: (s: TcpSocket) => Outcome): Outcome {
    return this.#socket(fd, (s) => (s instanceof TcpSocket ? call(s) : failed('EOPNOTSUPP')));
  }
}
