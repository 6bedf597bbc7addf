// sendfile and splice: octets from a file or a pipe to a TCP socket, and from a socket to a pipe.

import { constant } from './constants.ts';
import type { File } from './file.ts';
import { done, failed, mapped, type Outcome, type Result, unsupported, waitFor } from './outcome.ts';
import { PipeEnd, StoredFile } from './stored-file.ts';
import { TcpSocket } from './tcp-socket.ts';

const SPLICE_F_NONBLOCK = constant('SPLICE_F_NONBLOCK');
const SPLICE_F_MORE = constant('SPLICE_F_MORE');
const SPLICE_FLAGS = SPLICE_F_NONBLOCK | SPLICE_F_MORE | constant('SPLICE_F_MOVE');
const MSG_MORE = constant('MSG_MORE');
const MSG_DONTWAIT = constant('MSG_DONTWAIT');

/** sendfile; `offset` null: from where the file is read. */
export function sendfile(
  to: File | undefined,
  from: File | undefined,
  offset: number | null,
  count: number,
): Outcome {
  if (to === undefined || from === undefined) return failed('EBADF');
  if (!(from instanceof StoredFile)) return failed(offset === null ? 'EINVAL' : 'ESPIPE');
  if (!(to instanceof TcpSocket)) return unsupported('sendfile to what is no TCP socket');
  const octets = from.read(count, offset);
  return mapped(to.sending.send(octets, 0, null, []), (r) => {
    if (offset === null) from.putBack(octets.length - (r.kind === 'done' ? r.value : 0));
    return r;
  });
}

/** splice, without offsets: neither end has a place. */
export function splice(from: File | undefined, to: File | undefined, length: number, flags: number): Outcome {
  if (from === undefined || to === undefined) return failed('EBADF');
  if ((flags & ~SPLICE_FLAGS) !== 0) return failed('EINVAL');
  const never = (flags & SPLICE_F_NONBLOCK) !== 0;
  if (from instanceof TcpSocket && to instanceof PipeEnd) return fromSocket(from, to, length, never);
  if (!(from instanceof PipeEnd && to instanceof TcpSocket)) return failed('EINVAL');
  return waitFor(never, 'EAGAIN', () => {
    if (from.length === 0) return from.connected ? null : done(0);
    const octets = from.take(Math.min(length, from.length));
    const more = (flags & SPLICE_F_MORE) !== 0 ? MSG_MORE : 0;
    const sent = to.sending.send(octets, more | MSG_DONTWAIT, null, []);
    const n = sent.kind === 'done' ? sent.value : 0;
    const rest = from.take(from.length);
    from.put(octets.subarray(n));
    from.put(rest);
    if (sent.kind === 'blocked') return null;
    const waits = sent.kind === 'error' && sent.errno === 'EAGAIN' && !never && !to.nonblocking;
    return waits ? null : sent;
  });
}

function fromSocket(from: TcpSocket, to: PipeEnd, length: number, never: boolean): Outcome {
  if (from.connection === null) return failed('ENOTCONN');
  const nonblocking = never || from.nonblocking;
  return waitFor(nonblocking, 'EAGAIN', (): Result | null => {
    if (!to.connected) return failed('EPIPE');
    if (to.room === 0) return null;
    const octets = from.receiving.splice(Math.min(length, to.room));
    if (octets === null) {
      const errno = from.takeError();
      return errno === null ? null : failed(errno);
    }
    to.put(octets);
    return done(octets.length);
  });
}
