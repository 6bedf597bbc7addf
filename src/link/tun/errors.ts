// The one error type of this folder: what the kernel refused, and what to do about it.

import { getSystemErrorName } from 'node:util';

/** "File descriptor in bad state": what a TUN queue answers once its interface was deleted. */
const EBADFD = 77;

/** The kernel's name of an errno, as in errno(3): 13 is 'EACCES'. */
export function errnoName(errno: number): string {
  if (errno === EBADFD) return 'EBADFD';
  return errno > 0 ? getSystemErrorName(-errno) : 'EUNKNOWN';
}

/**
 * The kernel, or the machine, refused. `code` is the errno's name: 'EACCES' and 'EPERM' (no right to it),
 * 'ENOENT' (no /dev/net/tun), 'EBUSY' (the name is taken), 'ENODEV' (no such interface), 'EBADFD' (the
 * interface was deleted), 'ENOSYS' (not Linux, or koffi is missing), 'EINVAL' (a bad name or address), or
 * another of errno(3).
 */
export class TunError extends Error {
  override readonly name = 'TunError';
  /** errno(3) by name. */
  readonly code: string;
  /** errno(3) by number, 0 when no system call failed. */
  readonly errno: number;

  constructor(code: string, message: string, errno = 0, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.errno = errno;
  }
}

/** What somebody who meets this errno can do about it. */
function advice(code: string): string {
  switch (code) {
    case 'EACCES':
      return 'this user may not: run as root, or let it open the device (`chmod 666 /dev/net/tun`)';
    case 'EPERM':
      return 'it needs CAP_NET_ADMIN: run as root, or in a namespace of your own (`unshare -Urn`)';
    case 'ENOENT':
      return 'there is no /dev/net/tun: `modprobe tun`, or give the container `--device /dev/net/tun`';
    case 'EBUSY':
      return 'another process has this interface: choose another name';
    case 'ENODEV':
    case 'ENXIO':
      return 'there is no such interface in this network namespace';
    case 'EBADFD':
      return 'the interface was deleted';
    case 'EINVAL':
      return 'the kernel does not take this name, address or prefix';
    case 'EOPNOTSUPP':
    case 'EAFNOSUPPORT':
      return 'this kernel, or this interface, has no such address family (is IPv6 disabled?)';
    default:
      return 'see errno(3)';
  }
}

/** The error of a system call that failed with `errno` (a positive number); `what` was being done. */
export function systemError(what: string, errno: number): TunError {
  const code = errnoName(errno);
  return new TunError(code, `${what}: ${code}, ${advice(code)}`, errno);
}

/** The same for an error that Node's fs threw. */
export function fromNodeError(what: string, error: unknown): TunError {
  const { code, errno } = error as NodeJS.ErrnoException;
  const name = code ?? 'EUNKNOWN';
  return new TunError(name, `${what}: ${name}, ${advice(name)}`, Math.abs(errno ?? 0), { cause: error });
}
