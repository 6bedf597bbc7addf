// Socket calls of a script on real sockets. The program has one thread, so no call may block it: every
// socket is non-blocking underneath, O_NONBLOCK as the script sees it is kept here, and a call that would
// block is asked again until it has something to say. A close that lingers goes to another thread.

import { systemError } from '../../link/tun/errors.ts';
import {
  constant,
  done,
  type Errno,
  errnoNumbers,
  failed,
  mapped,
  type OptionValue,
  type Outcome,
  type PollEntry,
  type Result,
  type SocketAddress,
  type TcpInfo,
  UNSPECIFIED,
  unsupported,
} from '../../socket/posix/index.ts';
import type { Syscalls } from '../run/index.ts';
import { KernelFiles } from './files.ts';
import { pinnedBytes, type SocketLibc } from './libc.ts';
import { receiveMessage, sendMessage } from './messages.ts';
import { KernelOptions, type TimeoutOption } from './options.ts';
import { epollControl, epolled, polled } from './readiness.ts';
import { LITTLE, readSockaddr, SOCKADDR_BYTES, sockaddr } from './sockaddr.ts';

const O_NONBLOCK = constant('O_NONBLOCK');
const SOCK_NONBLOCK = constant('SOCK_NONBLOCK');
const SOCK_CLOEXEC = constant('SOCK_CLOEXEC');
const MSG_DONTWAIT = constant('MSG_DONTWAIT');
const MSG_WAITALL = constant('MSG_WAITALL');
const SOL_SOCKET = constant('SOL_SOCKET');
const SOL_TCP = constant('SOL_TCP');
const SO_LINGER = constant('SO_LINGER');
const POLLOUT = constant('POLLOUT');
const MSG_FASTOPEN = constant('MSG_FASTOPEN');
const MSG_ERRQUEUE = constant('MSG_ERRQUEUE');
const MSG_ZEROCOPY = constant('MSG_ZEROCOPY');
const SPLICE_F_NONBLOCK = constant('SPLICE_F_NONBLOCK');
const NEVER = Number.POSITIVE_INFINITY;

/** Longest wait of a call on another thread. */
const MOST_WAIT_S = 10;

const byNumber = new Map<number, Errno>();
for (const [name, number] of Object.entries(errnoNumbers)) byNumber.set(number, name as Errno);

/** A descriptor that a script has. */
interface Owned {
  readonly family: 4 | 6;
  /** O_NONBLOCK as the script sees it. */
  nonblocking: boolean;
  /** TCP_FASTOPEN_CONNECT: the first write connects. */
  opensLater: boolean;
  /** It is no socket. */
  readonly plain?: boolean;
}

/** The calls, on sockets of this process. */
export class KernelCalls implements Syscalls {
  readonly #libc: SocketLibc;
  readonly #options: KernelOptions;
  readonly #now: () => number;
  /** TCP_CONGESTION of sockets to come; '': the system's. */
  congestion = '';
  readonly #owned = new Map<number, Owned>();
  readonly #files: KernelFiles;
  /** Buffers that the kernel reads later. */
  readonly #lent: Uint8Array[] = [];

  constructor(libc: SocketLibc, now: () => number) {
    this.#libc = libc;
    this.#options = new KernelOptions(libc);
    this.#files = new KernelFiles(libc);
    this.#now = now;
  }

  // Results.

  /** The errno of the call before. */
  #failure(): Result {
    const number = this.#libc.errno();
    const errno = byNumber.get(number);
    return errno === undefined ? unsupported(systemError('a call', number).code) : failed(errno);
  }

  #result(value: number, out: unknown = null): Result {
    return value < 0 ? this.#failure() : done(value, out);
  }

  /** Only descriptors of the script are touched: the others are this program's. */
  #with(fd: number, call: (file: Owned) => Outcome): Outcome {
    const file = this.#owned.get(fd);
    return file === undefined ? failed('EBADF') : call(file);
  }

  #retried(attempt: () => Result | null, deadlineUs: number, late: Result): Outcome {
    const retry = (nowUs: number): Result | null => attempt() ?? (nowUs >= deadlineUs ? late : null);
    return retry(this.#now()) ?? { kind: 'blocked', deadlineUs, retry };
  }

  /** Until when a call may wait by SO_RCVTIMEO or SO_SNDTIMEO. */
  #deadline(fd: number, name: TimeoutOption): number {
    const us = this.#options.timeoutUs(fd, name);
    return us === 0 ? NEVER : this.#now() + us;
  }

  #address(address: SocketAddress | null, family: 4 | 6): { bytes: Uint8Array; at: number } {
    const bytes = sockaddr(address === UNSPECIFIED ? null : address, family);
    return { bytes, at: this.#libc.addressOf(bytes) };
  }

  // Sockets.

  socket(domain: number, type: number, protocol: number): Outcome {
    const fd = this.#libc.socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd < 0) return this.#failure();
    const family = domain === constant('AF_INET6') ? 6 : 4;
    this.#owned.set(fd, { family, nonblocking: (type & SOCK_NONBLOCK) !== 0, opensLater: false });
    const stream = (type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) === constant('SOCK_STREAM');
    if (this.congestion === '' || !stream) return done(fd);
    const chosen = this.setsockopt(fd, SOL_TCP, constant('TCP_CONGESTION'), this.congestion);
    return chosen.kind === 'done' ? done(fd) : unsupported(`congestion control '${this.congestion}'`);
  }

  bind(fd: number, address: SocketAddress): Outcome {
    return this.#with(fd, ({ family }) => {
      const { bytes, at } = this.#address(address, family);
      return this.#result(this.#libc.bind(fd, at, bytes.length));
    });
  }

  listen(fd: number, backlog: number): Outcome {
    return this.#with(fd, () => this.#result(this.#libc.listen(fd, backlog)));
  }

  accept(fd: number, flags = 0): Outcome {
    return this.#with(fd, ({ family, nonblocking }) => {
      const attempt = (): Result => {
        const live = this.#libc.accept4(fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (live >= 0)
          this.#owned.set(live, { family, nonblocking: (flags & SOCK_NONBLOCK) !== 0, opensLater: false });
        return this.#result(live);
      };
      return this.#unlessBusy(attempt, nonblocking, fd, 'SO_RCVTIMEO');
    });
  }

  /** `attempt` again as long as it gives EAGAIN, unless the call must not wait. */
  #unlessBusy(
    attempt: () => Result,
    nonblocking: boolean,
    fd: number,
    timeout: TimeoutOption,
    first = attempt(),
  ): Outcome {
    const busy = (r: Result): boolean => r.kind === 'error' && r.errno === 'EAGAIN';
    if (nonblocking || !busy(first)) return first;
    const again = (): Result | null => {
      const r = attempt();
      return busy(r) ? null : r;
    };
    return this.#retried(again, this.#deadline(fd, timeout), first);
  }

  connect(fd: number, to: SocketAddress | null): Outcome {
    return this.#with(fd, ({ family, nonblocking }) => {
      const { bytes, at } = this.#address(to, family);
      const begun = this.#result(this.#libc.connect(fd, at, bytes.length));
      const waits = begun.kind === 'error' && (begun.errno === 'EINPROGRESS' || begun.errno === 'EALREADY');
      if (nonblocking || !waits) return begun;
      const ended = (): Result | null => {
        if (this.#ready([{ fd, events: POLLOUT }])[0] === 0) return null;
        const number = this.#options.error(fd);
        if (number === 0) return done();
        const errno = byNumber.get(number);
        return errno === undefined ? unsupported(systemError('connect', number).code) : failed(errno);
      };
      return this.#retried(ended, this.#deadline(fd, 'SO_SNDTIMEO'), failed('EINPROGRESS'));
    });
  }

  shutdown(fd: number, how: number): Outcome {
    return this.#with(fd, () => this.#result(this.#libc.shutdown(fd, how)));
  }

  receive(fd: number, max: number, flags: number): Outcome {
    return this.#with(fd, (file) => {
      const buffer = pinnedBytes(Math.max(1, max));
      const at = this.#libc.addressOf(buffer);
      const all = (flags & MSG_WAITALL) !== 0 && !file.nonblocking;
      let got = 0;
      const attempt = (): Result => {
        for (;;) {
          const left = max - got;
          const n = file.plain
            ? this.#libc.read(fd, at + got, left)
            : this.#libc.recv(fd, at + got, left, flags);
          if (n < 0) {
            const result = this.#failure();
            const wait = result.kind === 'error' && result.errno === 'EAGAIN';
            return got > 0 && !wait ? done(got, buffer.subarray(0, got)) : result;
          }
          got += n;
          if (!all || n === 0 || got >= max) return done(got, buffer.subarray(0, got));
        }
      };
      const nonblocking = file.nonblocking || (flags & MSG_DONTWAIT) !== 0;
      return this.#unlessBusy(attempt, nonblocking, fd, 'SO_RCVTIMEO');
    });
  }

  receiveMessage(fd: number, max: number, flags: number): Outcome {
    return this.#with(fd, (file) => {
      const attempt = (): Result => {
        const { n, message } = receiveMessage(this.#libc, fd, max, flags, (us) => this.#ofRealTime(us));
        return this.#result(n, message);
      };
      const nonblocking = file.nonblocking || (flags & (MSG_DONTWAIT | MSG_ERRQUEUE)) !== 0;
      return this.#unlessBusy(attempt, nonblocking, fd, 'SO_RCVTIMEO');
    });
  }

  /** A time of CLOCK_REALTIME by the clock of the target, in microseconds. */
  #ofRealTime(us: number): number {
    return this.#now() - ((performance.timeOrigin + performance.now()) * 1000 - us);
  }

  /** Buffers that the kernel does not copy stay apart; all others it is given as one. */
  sendMessage(fd: number, buffers: readonly Uint8Array[], flags: number, to: SocketAddress | null): Outcome {
    const octets = Uint8Array.from(buffers.flatMap((b) => [...b]));
    if ((flags & MSG_ZEROCOPY) === 0 || buffers.length < 2 || to !== null)
      return this.send(fd, octets, flags, to);
    return this.#with(fd, (file) => {
      const pinned = buffers.map((b) => pinnedBytes(Math.max(1, b.length)).subarray(0, b.length));
      this.#lent.push(...pinned);
      const n = sendMessage(this.#libc, fd, pinned, flags);
      const first = this.#result(n);
      if (first.kind !== 'done' || n >= octets.length || file.nonblocking) return first;
      return mapped(this.send(fd, octets.subarray(n), flags), (r) =>
        done(n + (r.kind === 'done' ? r.value : 0)),
      );
    });
  }

  /** A blocking send returns when all octets have found a place in the send buffer. */
  send(fd: number, octets: Uint8Array, flags = 0, to: SocketAddress | null = null): Outcome {
    return this.#with(fd, (file) => {
      const buffer = pinnedBytes(Math.max(1, octets.length));
      buffer.set(octets);
      if ((flags & MSG_ZEROCOPY) !== 0) this.#lent.push(buffer);
      const at = this.#libc.addressOf(buffer);
      const peer = to === null ? null : this.#address(to, file.family);
      const nonblocking = file.nonblocking || (flags & MSG_DONTWAIT) !== 0;
      if (!nonblocking && ((flags & MSG_FASTOPEN) !== 0 || file.opensLater)) {
        file.opensLater = false;
        return this.#sendWaiting(fd, buffer, octets.length, flags, peer);
      }
      let sent = 0;
      const attempt = (): Result => {
        const left = octets.length - sent;
        const n = this.#libc.sendto(fd, at + sent, left, flags, peer?.at ?? 0, peer?.bytes.length ?? 0);
        if (n < 0) {
          const result = this.#failure();
          const wait = result.kind === 'error' && result.errno === 'EAGAIN';
          return sent > 0 && !wait ? done(sent) : result;
        }
        sent += n;
        return nonblocking || sent >= octets.length ? done(sent) : failed('EAGAIN');
      };
      const first = attempt();
      const waits = first.kind === 'error' && first.errno === 'EAGAIN';
      if (nonblocking || !waits || this.#deadline(fd, 'SO_SNDTIMEO') !== NEVER)
        return this.#unlessBusy(attempt, nonblocking, fd, 'SO_SNDTIMEO', first);
      // Who sleeps is woken when a good part of the buffer is free, not by each octet.
      return this.#sendWaiting(fd, buffer, octets.length, flags, peer, sent);
    });
  }

  /**
   * A send that waits on another thread, `sent` octets on: one that opens the connection, which asked twice would be
   * another, and one whose wake-up is the kernel's to choose.
   */
  #sendWaiting(
    fd: number,
    buffer: Uint8Array,
    length: number,
    flags: number,
    peer: { bytes: Uint8Array; at: number } | null,
    sent = 0,
  ): Outcome {
    const libc = this.#libc;
    let ended: Result | null = null;
    const unlimited = this.#deadline(fd, 'SO_SNDTIMEO') === NEVER;
    if (unlimited) this.#options.setTimeout(fd, 'SO_SNDTIMEO', MOST_WAIT_S); // no thread waits for ever for a script that has ended
    libc.fcntl(fd, constant('F_SETFL'), 0);
    libc.sendtoAsync(
      fd,
      libc.addressOf(buffer) + sent,
      length - sent,
      flags,
      peer?.at ?? 0,
      peer?.bytes.length ?? 0,
      (n) => {
        ended = n < 0 && sent > 0 ? done(sent) : this.#result(n < 0 ? n : n + sent);
        libc.fcntl(fd, constant('F_SETFL'), O_NONBLOCK);
        if (unlimited) this.#options.setTimeout(fd, 'SO_SNDTIMEO', 0);
        void buffer; // it was in use until now
      },
    );
    return { kind: 'blocked', deadlineUs: NEVER, retry: () => ended };
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
    if (fds === null) return this.#failure();
    if (typeof fds === 'string') return failed(fds);
    for (const fd of fds)
      this.#owned.set(fd, { family: 4, nonblocking: false, opensLater: false, plain: true });
    return fds.length === 1 ? done(fds[0]) : done(0, fds);
  }

  sendfile(to: number, from: number, offset: number | null, count: number): Outcome {
    return this.#with(from, () =>
      this.#with(to, (file) => {
        let sent = 0;
        const attempt = (): Result => {
          const n = this.#files.sendfile(to, from, offset === null ? null : offset + sent, count - sent);
          if (n < 0) return this.#failure();
          sent += n;
          return file.nonblocking || n === 0 || sent >= count ? done(sent) : failed('EAGAIN');
        };
        return this.#unlessBusy(attempt, file.nonblocking, to, 'SO_SNDTIMEO');
      }),
    );
  }

  /** What the kernel does when it waits is not what it does when asked again: a call that may wait does on another thread. */
  splice(from: number, to: number, length: number, flags: number): Outcome {
    return this.#with(from, (file) =>
      this.#with(to, () => {
        const libc = this.#libc;
        if (file.nonblocking || (flags & SPLICE_F_NONBLOCK) !== 0)
          return this.#result(libc.splice(from, 0, to, 0, length, flags));
        let ended: Result | null = null;
        const unlimited = this.#deadline(from, 'SO_RCVTIMEO') === NEVER;
        if (unlimited) this.#options.setTimeout(from, 'SO_RCVTIMEO', MOST_WAIT_S);
        libc.fcntl(from, constant('F_SETFL'), 0);
        libc.spliceAsync(from, to, length, flags, (n) => {
          ended = this.#result(n);
          libc.fcntl(from, constant('F_SETFL'), O_NONBLOCK);
          if (unlimited) this.#options.setTimeout(from, 'SO_RCVTIMEO', 0);
        });
        return { kind: 'blocked', deadlineUs: NEVER, retry: () => ended };
      }),
    );
  }

  close(fd: number): Outcome {
    return this.#with(fd, () => {
      const linger = this.#options.linger(fd);
      this.#owned.delete(fd);
      if (!linger.on || linger.seconds === 0) return this.#result(this.#libc.close(fd));
      let ended: Result | null = null;
      this.#libc.closeAsync(fd, (result) => {
        ended = result < 0 ? failed('EBADF') : done();
      });
      return { kind: 'blocked', deadlineUs: NEVER, retry: () => ended };
    });
  }

  fcntl(fd: number, command: number, argument: number): Outcome {
    return this.#with(fd, (file) => {
      if (command === constant('F_GETFL')) {
        const flags = this.#libc.fcntl(fd, command, 0);
        if (flags < 0) return this.#failure();
        return done((flags & ~O_NONBLOCK) | (file.nonblocking ? O_NONBLOCK : 0));
      }
      if (command === constant('F_SETFL')) {
        file.nonblocking = (argument & O_NONBLOCK) !== 0;
        return this.#result(this.#libc.fcntl(fd, command, argument | O_NONBLOCK));
      }
      return this.#result(this.#libc.fcntl(fd, command, argument));
    });
  }

  ioctl(fd: number, request: number, argument: number): Outcome {
    return this.#with(fd, (file) => {
      if (request === constant('FIONBIO')) {
        file.nonblocking = argument !== 0;
        return done();
      }
      const bytes = pinnedBytes(8);
      const result = this.#libc.ioctl(fd, request, this.#libc.addressOf(bytes));
      return this.#result(result, new DataView(bytes.buffer).getInt32(0, LITTLE));
    });
  }

  // Options.

  setsockopt(fd: number, level: number, name: number, value: OptionValue): Outcome {
    return this.#with(fd, (file) => {
      if (level === SOL_TCP && name === constant('TCP_FASTOPEN_CONNECT')) file.opensLater = value === 1;
      return this.#result(this.#options.write(fd, level, name, value));
    });
  }

  getsockopt(fd: number, level: number, name: number): Outcome {
    return this.#with(fd, () => {
      const value = this.#options.get(fd, level, name);
      return value === null ? this.#failure() : done(0, value);
    });
  }

  /** TCP_INFO, null for what is no TCP socket. */
  tcpInfo(fd: number): TcpInfo | null {
    return this.#owned.has(fd) ? this.#options.tcpInfo(fd) : null;
  }

  getsockname(fd: number): Outcome {
    return this.#name(fd, this.#libc.getsockname);
  }
  getpeername(fd: number): Outcome {
    return this.#name(fd, this.#libc.getpeername);
  }

  #name(fd: number, call: SocketLibc['getsockname']): Outcome {
    return this.#with(fd, () => {
      const bytes = pinnedBytes(SOCKADDR_BYTES);
      const length = pinnedBytes(4);
      new DataView(length.buffer).setUint32(0, SOCKADDR_BYTES, LITTLE);
      const { addressOf } = this.#libc;
      const result = call(fd, addressOf(bytes), addressOf(length));
      return result < 0 ? this.#failure() : done(0, readSockaddr(bytes));
    });
  }

  // Readiness.

  #ready(entries: readonly PollEntry[]): number[] {
    // A descriptor that is not the script's is none that could exist.
    const foreign = (fd: number): boolean => fd >= 0 && !this.#owned.has(fd);
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
    return this.#retried(
      attempt,
      this.#until(timeoutMs),
      done(
        0,
        entries.map(() => 0),
      ),
    );
  }

  #until(timeoutMs: number): number {
    return timeoutMs < 0 ? NEVER : this.#now() + timeoutMs * 1000;
  }

  epollCreate(): Outcome {
    const fd = this.#libc.epollCreate(SOCK_CLOEXEC);
    if (fd >= 0) this.#owned.set(fd, { family: 4, nonblocking: false, opensLater: false });
    return this.#result(fd);
  }

  epollControl(epfd: number, op: number, fd: number, events: number, data: number): Outcome {
    return this.#with(epfd, () =>
      this.#with(fd, () => {
        return this.#result(epollControl(this.#libc, epfd, op, fd, { events, data }));
      }),
    );
  }

  epollWait(epfd: number, most: number, timeoutMs: number): Outcome {
    return this.#with(epfd, () => {
      const attempt = (): Result | null => {
        const events = epolled(this.#libc, epfd, most);
        if (events === null) return this.#failure();
        return events.length === 0 ? null : done(events.length, events);
      };
      return this.#retried(attempt, this.#until(timeoutMs), done(0, []));
    });
  }

  /** Closes every descriptor that the script left open, at once and with a RST where there is one to send. */
  closeAll(): void {
    for (const fd of this.#owned.keys()) {
      this.setsockopt(fd, SOL_SOCKET, SO_LINGER, { on: true, seconds: 0 });
      this.#libc.close(fd);
    }
    this.#owned.clear();
  }
}
