// The door of the POSIX layer: sockets by descriptor over a Host.

export { constant, constants } from './constants.ts';
export type { EpollEvent } from './epoll.ts';
export { type Errno, errnoNumbers, isErrno } from './errno.ts';
export {
  type ControlMessage,
  type ExtendedError,
  errorMessage,
  type Message,
  type Timestamp,
} from './message.ts';
export type { OptionValue } from './options.ts';
export { congestionOf } from './options.ts';
export {
  type Blocked,
  type Done,
  done,
  type Failed,
  failed,
  mapped,
  type Outcome,
  type Result,
  type Unsupported,
  unsupported,
} from './outcome.ts';
export { type Linger, type SocketAddress, UNSPECIFIED } from './owner.ts';
export { freebsd, linux, linuxStateNumber, type Personality } from './personality.ts';
export { type PollEntry, Posix, type PosixOptions } from './posix.ts';
export { LINUX_SYN_LINEAR_TIMEOUTS, synR2Ms } from './syn-retries.ts';
export { type TcpInfo, tcpInfo } from './tcp-info.ts';
export { TcpSocket } from './tcp-socket.ts';
