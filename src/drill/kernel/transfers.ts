// The calls that move octets: recv, send and their messages, sendfile and splice.

import {
  constant,
  done,
  failed,
  mapped,
  type Outcome,
  type Result,
  type SocketAddress,
} from '../../socket/posix/index.ts';
import { type Descriptors, NEVER } from './descriptors.ts';
import type { KernelFiles } from './files.ts';
import { pinnedBytes, type SocketLibc } from './libc.ts';
import { receiveMessage, sendMessage } from './messages.ts';

const MSG_DONTWAIT = constant('MSG_DONTWAIT');
const MSG_WAITALL = constant('MSG_WAITALL');
const MSG_FASTOPEN = constant('MSG_FASTOPEN');
const MSG_ERRQUEUE = constant('MSG_ERRQUEUE');
const MSG_ZEROCOPY = constant('MSG_ZEROCOPY');
const SPLICE_F_NONBLOCK = constant('SPLICE_F_NONBLOCK');

/** Octets to and from the descriptors of a script. */
export class Transfers {
  readonly #libc: SocketLibc;
  readonly #fds: Descriptors;
  readonly #files: KernelFiles;
  /** Buffers that the kernel reads later. */
  readonly #lent: Uint8Array[] = [];

  constructor(libc: SocketLibc, fds: Descriptors, files: KernelFiles) {
    this.#libc = libc;
    this.#fds = fds;
    this.#files = files;
  }

  receive(fd: number, max: number, flags: number): Outcome {
    return this.#fds.with(fd, (file) => {
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
            const result = this.#fds.failure();
            const wait = result.kind === 'error' && result.errno === 'EAGAIN';
            return got > 0 && !wait ? done(got, buffer.subarray(0, got)) : result;
          }
          got += n;
          if (!all || n === 0 || got >= max) return done(got, buffer.subarray(0, got));
        }
      };
      const nonblocking = file.nonblocking || (flags & MSG_DONTWAIT) !== 0;
      return this.#fds.unlessBusy(attempt, nonblocking, fd, 'SO_RCVTIMEO');
    });
  }

  receiveMessage(fd: number, max: number, flags: number): Outcome {
    return this.#fds.with(fd, (file) => {
      const attempt = (): Result => {
        const { n, message } = receiveMessage(this.#libc, fd, max, flags, (us) => this.#ofRealTime(us));
        return this.#fds.result(n, message);
      };
      const nonblocking = file.nonblocking || (flags & (MSG_DONTWAIT | MSG_ERRQUEUE)) !== 0;
      return this.#fds.unlessBusy(attempt, nonblocking, fd, 'SO_RCVTIMEO');
    });
  }

  /** A time of CLOCK_REALTIME by the clock of the target, in microseconds. */
  #ofRealTime(us: number): number {
    return this.#fds.now() - ((performance.timeOrigin + performance.now()) * 1000 - us);
  }

  /** Buffers that the kernel does not copy stay apart; all others it is given as one. */
  sendMessage(fd: number, buffers: readonly Uint8Array[], flags: number, to: SocketAddress | null): Outcome {
    const octets = Uint8Array.from(buffers.flatMap((b) => [...b]));
    if ((flags & MSG_ZEROCOPY) === 0 || buffers.length < 2 || to !== null)
      return this.send(fd, octets, flags, to);
    return this.#fds.with(fd, (file) => {
      const pinned = buffers.map((b) => pinnedBytes(Math.max(1, b.length)).subarray(0, b.length));
      this.#lent.push(...pinned);
      const n = sendMessage(this.#libc, fd, pinned, flags);
      const first = this.#fds.result(n);
      if (first.kind !== 'done' || n >= octets.length || file.nonblocking) return first;
      return mapped(this.send(fd, octets.subarray(n), flags), (r) =>
        done(n + (r.kind === 'done' ? r.value : 0)),
      );
    });
  }

  /** A blocking send returns when all octets have found a place in the send buffer. */
  send(fd: number, octets: Uint8Array, flags = 0, to: SocketAddress | null = null): Outcome {
    return this.#fds.with(fd, (file) => {
      const buffer = pinnedBytes(Math.max(1, octets.length));
      buffer.set(octets);
      if ((flags & MSG_ZEROCOPY) !== 0) this.#lent.push(buffer);
      const at = this.#libc.addressOf(buffer);
      const peer = to === null ? null : this.#fds.address(to, file.family);
      const nonblocking = file.nonblocking || (flags & MSG_DONTWAIT) !== 0;
      if (!nonblocking && ((flags & MSG_FASTOPEN) !== 0 || file.opensLater)) {
        file.opensLater = false;
        return this.#sendElsewhere(fd, buffer, octets.length, flags, peer);
      }
      let sent = 0;
      const attempt = (): Result => {
        const left = octets.length - sent;
        const n = this.#libc.sendto(fd, at + sent, left, flags, peer?.at ?? 0, peer?.bytes.length ?? 0);
        if (n < 0) {
          const result = this.#fds.failure();
          const wait = result.kind === 'error' && result.errno === 'EAGAIN';
          return sent > 0 && !wait ? done(sent) : result;
        }
        sent += n;
        return nonblocking || sent >= octets.length ? done(sent) : failed('EAGAIN');
      };
      const first = attempt();
      const waits = first.kind === 'error' && first.errno === 'EAGAIN';
      if (nonblocking || !waits || this.#fds.deadline(fd, 'SO_SNDTIMEO') !== NEVER)
        return this.#fds.unlessBusy(attempt, nonblocking, fd, 'SO_SNDTIMEO', first);
      // Who sleeps is woken when a good part of the buffer is free, not by each octet.
      return this.#sendElsewhere(fd, buffer, octets.length, flags, peer, sent);
    });
  }

  /**
   * On another thread, `sent` octets on: a send that opens the connection, which asked twice would be another, and one whose
   * wake-up is the kernel's to choose.
   */
  #sendElsewhere(
    fd: number,
    buffer: Uint8Array,
    length: number,
    flags: number,
    peer: { bytes: Uint8Array; at: number } | null,
    sent = 0,
  ): Outcome {
    const libc = this.#libc;
    const at = libc.addressOf(buffer) + sent;
    return this.#fds.elsewhere(fd, 'SO_SNDTIMEO', (ended) => {
      libc.sendtoAsync(fd, at, length - sent, flags, peer?.at ?? 0, peer?.bytes.length ?? 0, (n) => {
        void buffer; // it was in use until now
        ended(n < 0 && sent === 0 ? n : Math.max(n, 0) + sent);
      });
    });
  }

  sendfile(to: number, from: number, offset: number | null, count: number): Outcome {
    return this.#fds.with(from, () =>
      this.#fds.with(to, (file) => {
        let sent = 0;
        const attempt = (): Result => {
          const n = this.#files.sendfile(to, from, offset === null ? null : offset + sent, count - sent);
          if (n < 0) return this.#fds.failure();
          sent += n;
          return file.nonblocking || n === 0 || sent >= count ? done(sent) : failed('EAGAIN');
        };
        return this.#fds.unlessBusy(attempt, file.nonblocking, to, 'SO_SNDTIMEO');
      }),
    );
  }

  splice(from: number, to: number, length: number, flags: number): Outcome {
    return this.#fds.with(from, (file) =>
      this.#fds.with(to, () => {
        const libc = this.#libc;
        if (file.nonblocking || (flags & SPLICE_F_NONBLOCK) !== 0)
          return this.#fds.result(libc.splice(from, 0, to, 0, length, flags));
        return this.#fds.elsewhere(from, 'SO_RCVTIMEO', (ended) => {
          libc.spliceAsync(from, to, length, flags, ended);
        });
      }),
    );
  }
}
