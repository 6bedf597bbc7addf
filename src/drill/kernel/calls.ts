// Socket calls of a script on real sockets. The program has one thread, so no call may block it (descriptors.ts): a close
// that lingers goes to another thread. What moves octets is in transfers.ts.

import {
  constant,
  done,
  type Errno,
  failed,
  type OptionValue,
  type Outcome,
  type PollEntry,
  type Result,
  type SocketAddress,
  type TcpInfo,
  unsupported,
} from '../../socket/posix/index.ts';
import type { Syscalls } from '../run/index.ts';
import { Descriptors, failureOf, NEVER } from './descriptors.ts';
import { KernelFiles } from './files.ts';
import { pinnedBytes, type SocketLibc } from './libc.ts';
import { KernelOptions } from './options.ts';
import { epollControl, epolled, polled } from './readiness.ts';
import { LITTLE, readSockaddr, SOCKADDR_BYTES } from './sockaddr.ts';
import { Transfers } from './transfers.ts';

const O_NONBLOCK = constant('O_NONBLOCK');
const SOCK_NONBLOCK = constant('SOCK_NONBLOCK');
const SOCK_CLOEXEC = constant('SOCK_CLOEXEC');
const SOL_SOCKET = constant('SOL_SOCKET');
const SOL_TCP = constant('SOL_TCP');
const SO_LINGER = constant('SO_LINGER');
const POLLOUT = constant('POLLOUT');

/** The calls, on sockets of this process. */
export class KernelCalls implements Syscalls {
  readonly #libc: SocketLibc;
  readonly #options: KernelOptions;
  readonly #fds: Descriptors;
  readonly #files: KernelFiles;
  readonly #transfers: Transfers;
  /** TCP_CONGESTION of sockets to come; '': the system's. */
  congestion = '';

  constructor(libc: SocketLibc, now: () => number) {
    this.#libc = libc;
    this.#options = new KernelOptions(libc);
    this.#fds = new Descriptors(libc, this.#options, now);
    this.#files = new KernelFiles(libc);
    this.#transfers = new Transfers(libc, this.#fds, this.#files);
  }

  // Sockets.

  socket(domain: number, type: number, protocol: number): Outcome {
    const fd = this.#libc.socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd < 0) return this.#fds.failure();
    const family = domain === constant('AF_INET6') ? 6 : 4;
    this.#fds.owned.set(fd, { family, nonblocking: (type & SOCK_NONBLOCK) !== 0, opensLater: false });
    const stream = (type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) === constant('SOCK_STREAM');
    if (this.congestion === '' || !stream) return done(fd);
    const chosen = this.setsockopt(fd, SOL_TCP, constant('TCP_CONGESTION'), this.congestion);
    return chosen.kind === 'done' ? done(fd) : unsupported(`congestion control '${this.congestion}'`);
  }

  bind(fd: number, address: SocketAddress): Outcome {
    return this.#fds.with(fd, ({ family }) => {
      const { bytes, at } = this.#fds.address(address, family);
      return this.#fds.result(this.#libc.bind(fd, at, bytes.length));
    });
  }

  listen(fd: number, backlog: number): Outcome {
    return this.#fds.with(fd, () => this.#fds.result(this.#libc.listen(fd, backlog)));
  }

  accept(fd: number, flags = 0): Outcome {
    return this.#fds.with(fd, ({ family, nonblocking }) => {
      const attempt = (): Result => {
        const live = this.#libc.accept4(fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (live >= 0)
          this.#fds.owned.set(live, {
            family,
            nonblocking: (flags & SOCK_NONBLOCK) !== 0,
            opensLater: false,
          });
        return this.#fds.result(live);
      };
      return this.#fds.unlessBusy(attempt, nonblocking, fd, 'SO_RCVTIMEO');
    });
  }

  connect(fd: number, to: SocketAddress | null): Outcome {
    return this.#fds.with(fd, ({ family, nonblocking }) => {
      const { bytes, at } = this.#fds.address(to, family);
      const begun = this.#fds.result(this.#libc.connect(fd, at, bytes.length));
      const waits = begun.kind === 'error' && (begun.errno === 'EINPROGRESS' || begun.errno === 'EALREADY');
      if (nonblocking || !waits) return begun;
      const ended = (): Result | null => {
        if (this.#ready([{ fd, events: POLLOUT }])[0] === 0) return null;
        const number = this.#options.error(fd);
        return number === 0 ? done() : failureOf(number);
      };
      return this.#fds.retried(ended, this.#fds.deadline(fd, 'SO_SNDTIMEO'), failed('EINPROGRESS'));
    });
  }

  shutdown(fd: number, how: number): Outcome {
    return this.#fds.with(fd, () => this.#fds.result(this.#libc.shutdown(fd, how)));
  }

  store(path: string, size: number | null): void {
    this.#files.store(path, size);
  }
  openFile(path: string): Outcome {
    return this.#own(this.#files.open(path));
  }
  pipe(): Outcome {
    return this.#own(this.#files.pipe());
  }

  /** Descriptors that were given now are the script's. */
  #own(fds: readonly number[] | Errno | null): Outcome {
    if (fds === null) return this.#fds.failure();
    if (typeof fds === 'string') return failed(fds);
    for (const fd of fds)
      this.#fds.owned.set(fd, { family: 4, nonblocking: false, opensLater: false, plain: true });
    return fds.length === 1 ? done(fds[0]) : done(0, fds);
  }

  receive(fd: number, max: number, flags: number): Outcome {
    return this.#transfers.receive(fd, max, flags);
  }
  receiveMessage(fd: number, max: number, flags: number): Outcome {
    return this.#transfers.receiveMessage(fd, max, flags);
  }
  send(fd: number, octets: Uint8Array, flags = 0, to: SocketAddress | null = null): Outcome {
    return this.#transfers.send(fd, octets, flags, to);
  }
  sendMessage(fd: number, buffers: readonly Uint8Array[], flags: number, to: SocketAddress | null): Outcome {
    return this.#transfers.sendMessage(fd, buffers, flags, to);
  }
  sendfile(to: number, from: number, offset: number | null, count: number): Outcome {
    return this.#transfers.sendfile(to, from, offset, count);
  }
  splice(from: number, to: number, length: number, flags: number): Outcome {
    return this.#transfers.splice(from, to, length, flags);
  }

  close(fd: number): Outcome {
    return this.#fds.with(fd, () => {
      const linger = this.#options.linger(fd);
      this.#fds.owned.delete(fd);
      if (!linger.on || linger.seconds === 0) return this.#fds.result(this.#libc.close(fd));
      let ended: Result | null = null;
      this.#libc.closeAsync(fd, (result) => {
        ended = result < 0 ? failed('EBADF') : done();
      });
      return { kind: 'blocked', deadlineUs: NEVER, retry: () => ended };
    });
  }

  fcntl(fd: number, command: number, argument: number): Outcome {
    return this.#fds.with(fd, (file) => {
      if (command === constant('F_GETFL')) {
        const flags = this.#libc.fcntl(fd, command, 0);
        if (flags < 0) return this.#fds.failure();
        return done((flags & ~O_NONBLOCK) | (file.nonblocking ? O_NONBLOCK : 0));
      }
      if (command === constant('F_SETFL')) {
        file.nonblocking = (argument & O_NONBLOCK) !== 0;
        return this.#fds.result(this.#libc.fcntl(fd, command, argument | O_NONBLOCK));
      }
      return this.#fds.result(this.#libc.fcntl(fd, command, argument));
    });
  }

  ioctl(fd: number, request: number, argument: number): Outcome {
    return this.#fds.with(fd, (file) => {
      if (request === constant('FIONBIO')) {
        file.nonblocking = argument !== 0;
        return done();
      }
      const bytes = pinnedBytes(8);
      const result = this.#libc.ioctl(fd, request, this.#libc.addressOf(bytes));
      return this.#fds.result(result, new DataView(bytes.buffer).getInt32(0, LITTLE));
    });
  }

  // Options.

  setsockopt(fd: number, level: number, name: number, value: OptionValue): Outcome {
    return this.#fds.with(fd, (file) => {
      if (level === SOL_TCP && name === constant('TCP_FASTOPEN_CONNECT')) file.opensLater = value === 1;
      return this.#fds.result(this.#options.write(fd, level, name, value));
    });
  }

  getsockopt(fd: number, level: number, name: number): Outcome {
    return this.#fds.with(fd, () => {
      const value = this.#options.get(fd, level, name);
      return value === null ? this.#fds.failure() : done(0, value);
    });
  }

  /** TCP_INFO, null for what is no TCP socket. */
  tcpInfo(fd: number): TcpInfo | null {
    return this.#fds.owned.has(fd) ? this.#options.tcpInfo(fd) : null;
  }

  getsockname(fd: number): Outcome {
    return this.#name(fd, this.#libc.getsockname);
  }
  getpeername(fd: number): Outcome {
    return this.#name(fd, this.#libc.getpeername);
  }

  #name(fd: number, call: SocketLibc['getsockname']): Outcome {
    return this.#fds.with(fd, () => {
      const bytes = pinnedBytes(SOCKADDR_BYTES);
      const length = pinnedBytes(4);
      new DataView(length.buffer).setUint32(0, SOCKADDR_BYTES, LITTLE);
      const { addressOf } = this.#libc;
      const result = call(fd, addressOf(bytes), addressOf(length));
      return result < 0 ? this.#fds.failure() : done(0, readSockaddr(bytes));
    });
  }

  // Readiness.

  #ready(entries: readonly PollEntry[]): number[] {
    // A descriptor that is not the script's is none that could exist.
    const foreign = (fd: number): boolean => fd >= 0 && !this.#fds.owned.has(fd);
    return polled(
      this.#libc,
      entries.map(({ fd, events }) => ({ fd: foreign(fd) ? 0x3fffffff : fd, events })),
    );
  }

  poll(entries: readonly PollEntry[], timeoutMs: number): Outcome {
    const attempt = (): Result | null => {
      const bits = this.#ready(entries);
      const n = bits.filter((b) => b !== 0).length;
      return n > 0 ? done(n, bits) : null;
    };
    return this.#fds.retried(
      attempt,
      this.#until(timeoutMs),
      done(
        0,
        entries.map(() => 0),
      ),
    );
  }

  #until(timeoutMs: number): number {
    return timeoutMs < 0 ? NEVER : this.#fds.now() + timeoutMs * 1000;
  }

  epollCreate(): Outcome {
    const fd = this.#libc.epollCreate(SOCK_CLOEXEC);
    if (fd >= 0) this.#fds.owned.set(fd, { family: 4, nonblocking: false, opensLater: false });
    return this.#fds.result(fd);
  }

  epollControl(epfd: number, op: number, fd: number, events: number, data: number): Outcome {
    return this.#fds.with(epfd, () =>
      this.#fds.with(fd, () => {
        return this.#fds.result(epollControl(this.#libc, epfd, op, fd, { events, data }));
      }),
    );
  }

  epollWait(epfd: number, most: number, timeoutMs: number): Outcome {
    return this.#fds.with(epfd, () => {
      const attempt = (): Result | null => {
        const events = epolled(this.#libc, epfd, most);
        if (events === null) return this.#fds.failure();
        return events.length === 0 ? null : done(events.length, events);
      };
      return this.#fds.retried(attempt, this.#until(timeoutMs), done(0, []));
    });
  }

  /** Closes every descriptor that the script left open, at once and with a RST where there is one to send. */
  closeAll(): void {
    for (const fd of this.#fds.owned.keys()) {
      this.setsockopt(fd, SOL_SOCKET, SO_LINGER, { on: true, seconds: 0 });
      this.#libc.close(fd);
    }
    this.#fds.owned.clear();
  }
}
