// Socket calls of a script on real sockets. The program has one thread, so no call may block it: every
// socket is non-blocking underneath, O_NONBLOCK as the script sees it is kept here, and a call that would
// block is asked again until it has something to say. A close that lingers goes to another thread.

import { systemError } from '../../link/tun/errors.ts';
import {
  constant,
  done,
  type EpollEvent,
  type Errno,
  errnoNumbers,
  failed,
  type Linger,
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
import { LITTLE, readSockaddr, SOCKADDR_BYTES, sockaddr } from './sockaddr.ts';
import { readTcpInfo, TCP_INFO_BYTES } from './tcp-info.ts';

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

/** struct epoll_event is packed on x86-64 only. */
const EPOLL_DATA_AT = process.arch === 'x64' ? 4 : 8;
const EPOLL_BYTES = EPOLL_DATA_AT + 8;

const byNumber = new Map<number, Errno>();
for (const [name, number] of Object.entries(errnoNumbers)) byNumber.set(number, name as Errno);

/** The numbers of SO_MEMINFO, in order. */
const MEMORY = [
  ...['RMEM_ALLOC', 'RCVBUF', 'WMEM_ALLOC', 'SNDBUF', 'FWD_ALLOC', 'WMEM_QUEUED', 'OPTMEM', 'BACKLOG'],
  'DROPS',
] as const;

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
  readonly #now: () => number;
  /** TCP_CONGESTION of sockets to come; '': the system's. */
  congestion = '';
  readonly #owned = new Map<number, Owned>();
  readonly #files: KernelFiles;
  /** Buffers that the kernel reads later. */
  readonly #lent: Uint8Array[] = [];

  constructor(libc: SocketLibc, now: () => number) {
    this.#libc = libc;
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
  #deadline(fd: number, name: 'SO_RCVTIMEO' | 'SO_SNDTIMEO'): number {
    const { bytes } = this.#option(fd, SOL_SOCKET, constant(name), 16);
    const dv = new DataView(bytes.buffer);
    const us = Number(dv.getBigInt64(0, LITTLE)) * 1e6 + Number(dv.getBigInt64(8, LITTLE));
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
    timeout: 'SO_RCVTIMEO' | 'SO_SNDTIMEO',
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
        const number = new DataView(
          this.#option(fd, SOL_SOCKET, constant('SO_ERROR'), 4).bytes.buffer,
        ).getInt32(0, LITTLE);
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
    if (unlimited) this.#limit(fd, 'SO_SNDTIMEO', MOST_WAIT_S); // no thread waits for ever for a script that has ended
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
        if (unlimited) this.#limit(fd, 'SO_SNDTIMEO', 0);
        void buffer; // it was in use until now
      },
    );
    return { kind: 'blocked', deadlineUs: NEVER, retry: () => ended };
  }

  /** SO_SNDTIMEO or SO_RCVTIMEO; 0: none. */
  #limit(fd: number, name: 'SO_RCVTIMEO' | 'SO_SNDTIMEO', seconds: number): void {
    const bytes = pinnedBytes(16);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(seconds), LITTLE);
    this.#libc.setsockopt(fd, SOL_SOCKET, constant(name), this.#libc.addressOf(bytes), bytes.length);
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
        if (unlimited) this.#limit(from, 'SO_RCVTIMEO', MOST_WAIT_S);
        libc.fcntl(from, constant('F_SETFL'), 0);
        libc.spliceAsync(from, to, length, flags, (n) => {
          ended = this.#result(n);
          libc.fcntl(from, constant('F_SETFL'), O_NONBLOCK);
          if (unlimited) this.#limit(from, 'SO_RCVTIMEO', 0);
        });
        return { kind: 'blocked', deadlineUs: NEVER, retry: () => ended };
      }),
    );
  }

  close(fd: number): Outcome {
    return this.#with(fd, () => {
      const linger = this.#linger(fd);
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

  #option(
    fd: number,
    level: number,
    name: number,
    size: number,
  ): { bytes: Uint8Array<ArrayBuffer>; length: number; result: number } {
    const bytes = pinnedBytes(size) as Uint8Array<ArrayBuffer>;
    const length = pinnedBytes(4);
    const lengths = new DataView(length.buffer);
    lengths.setUint32(0, size, LITTLE);
    const { addressOf } = this.#libc;
    const result = this.#libc.getsockopt(fd, level, name, addressOf(bytes), addressOf(length));
    return { bytes, length: lengths.getUint32(0, LITTLE), result };
  }

  #linger(fd: number): Linger {
    const { bytes, result } = this.#option(fd, SOL_SOCKET, SO_LINGER, 8);
    const dv = new DataView(bytes.buffer);
    return { on: result === 0 && dv.getInt32(0, LITTLE) !== 0, seconds: dv.getInt32(4, LITTLE) };
  }

  setsockopt(fd: number, level: number, name: number, value: OptionValue): Outcome {
    return this.#with(fd, (file) => {
      if (level === SOL_TCP && name === constant('TCP_FASTOPEN_CONNECT')) file.opensLater = value === 1;
      let bytes: Uint8Array;
      if (typeof value === 'string') {
        bytes = pinnedBytes(value.length);
        for (let i = 0; i < value.length; i++) bytes[i] = value.charCodeAt(i);
      } else {
        bytes = pinnedBytes(typeof value === 'number' ? 4 : 8);
        const dv = new DataView(bytes.buffer);
        dv.setInt32(0, typeof value === 'number' ? value | 0 : Number(value.on), LITTLE);
        if (typeof value !== 'number') dv.setInt32(4, value.seconds, LITTLE);
      }
      const at = this.#libc.addressOf(bytes);
      return this.#result(this.#libc.setsockopt(fd, level, name, at, bytes.length));
    });
  }

  getsockopt(fd: number, level: number, name: number): Outcome {
    return this.#with(fd, () => {
      if (level === SOL_TCP && name === constant('TCP_INFO')) {
        const info = this.tcpInfo(fd);
        return info === null ? this.#failure() : done(0, info);
      }
      if (level === SOL_SOCKET && name === SO_LINGER) return done(0, this.#linger(fd));
      const text = level === SOL_TCP && name === constant('TCP_CONGESTION');
      const { bytes, length, result } = this.#option(fd, level, name, text ? 16 : 4);
      if (result < 0) return this.#failure();
      if (!text) return done(0, new DataView(bytes.buffer).getInt32(0, LITTLE));
      return done(0, String.fromCharCode(...bytes.subarray(0, length)).replace(/\0.*$/s, ''));
    });
  }

  /** TCP_INFO, null for what is no TCP socket. */
  tcpInfo(fd: number): TcpInfo | null {
    if (!this.#owned.has(fd)) return null;
    const { bytes, length, result } = this.#option(fd, SOL_TCP, constant('TCP_INFO'), TCP_INFO_BYTES);
    return result < 0 ? null : { ...readTcpInfo(bytes, length), ...this.#memoryOf(fd) };
  }

  /** SO_MEMINFO: SK_MEMINFO_… of <linux/sock_diag.h>. */
  #memoryOf(fd: number): TcpInfo {
    const { bytes, length } = this.#option(fd, SOL_SOCKET, constant('SO_MEMINFO'), 4 * MEMORY.length);
    const dv = new DataView(bytes.buffer);
    const given = MEMORY.slice(0, length >> 2);
    return Object.fromEntries(given.map((name, i) => [`SK_MEMINFO_${name}`, dv.getUint32(4 * i, LITTLE)]));
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
    const bytes = pinnedBytes(Math.max(8, 8 * entries.length));
    const dv = new DataView(bytes.buffer);
    for (const [i, { fd, events }] of entries.entries()) {
      // A descriptor that is not the script's is none that could exist.
      dv.setInt32(8 * i, fd >= 0 && !this.#owned.has(fd) ? 0x3fffffff : fd, LITTLE);
      dv.setInt16(8 * i + 4, events, LITTLE);
    }
    this.#libc.poll(this.#libc.addressOf(bytes), entries.length, 0);
    return entries.map((_, i) => dv.getUint16(8 * i + 6, LITTLE));
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
        const bytes = pinnedBytes(EPOLL_BYTES);
        const dv = new DataView(bytes.buffer);
        dv.setUint32(0, events >>> 0, LITTLE);
        dv.setBigUint64(EPOLL_DATA_AT, BigInt(data), LITTLE);
        return this.#result(this.#libc.epollControl(epfd, op, fd, this.#libc.addressOf(bytes)));
      }),
    );
  }

  epollWait(epfd: number, most: number, timeoutMs: number): Outcome {
    return this.#with(epfd, () => {
      const bytes = pinnedBytes(EPOLL_BYTES * Math.max(1, Math.min(most, 1024)));
      const dv = new DataView(bytes.buffer);
      const attempt = (): Result | null => {
        const n = this.#libc.epollWait(epfd, this.#libc.addressOf(bytes), Math.min(most, 1024), 0);
        if (n < 0) return this.#failure();
        if (n === 0) return null;
        const events: EpollEvent[] = Array.from({ length: n }, (_, i) => ({
          events: dv.getUint32(EPOLL_BYTES * i, LITTLE),
          data: Number(dv.getBigUint64(EPOLL_BYTES * i + EPOLL_DATA_AT, LITTLE)),
        }));
        return done(n, events);
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
