// What a script can be run against: a stack with socket calls, a wire that carries raw IP packets, and
// a clock. The synfin Host in virtual time is one; a kernel behind a TUN device is another.

import type { Posix, TcpInfo } from '../../socket/posix/index.ts';
import type { TcpConfig } from '../../tcp/index.ts';
import type { Steps } from './profile.ts';
import type { HostSettings, ShellAction } from './shell-action.ts';

/** Socket calls of the stack under test. */
export type Syscalls = Pick<
  Posix,
  | 'socket'
  | 'bind'
  | 'listen'
  | 'accept'
  | 'connect'
  | 'shutdown'
  | 'receive'
  | 'receiveMessage'
  | 'send'
  | 'sendMessage'
  | 'close'
  | 'store'
  | 'openFile'
  | 'pipe'
  | 'sendfile'
  | 'splice'
  | 'fcntl'
  | 'ioctl'
  | 'setsockopt'
  | 'getsockopt'
  | 'getsockname'
  | 'getpeername'
  | 'poll'
  | 'epollCreate'
  | 'epollControl'
  | 'epollWait'
>;

/** A stack under test. Times are microseconds of its own clock. */
export interface Target {
  readonly name: string;
  /** Its clock is the machine's. */
  readonly realTime?: boolean;
  /** Its settings are a machine's: what only a comment of a script names is not set. */
  readonly ownSettings?: boolean;
  readonly syscalls: Syscalls;
  now(): number;
  /** A packet for the stack. */
  inject(packet: Uint8Array): void;
  /** Called for every packet from the stack, with the time it left. */
  onPacket: ((packet: Uint8Array, atUs: number) => void) | null;
  /** Lets time pass up to `untilUs`, or until `stop` (asked before and after every event) is true. */
  advance(untilUs: number, stop: () => boolean): Promise<void>;
  /** Settings of the stack for connections to come; a reason when it cannot have them. */
  configure(settings: Partial<TcpConfig>): string | null;
  /** Steps that a sysctl chooses, for connections old and new; missing: cannot be. */
  choose?(steps: Steps): void;
  /** Settings of the host; a reason when it cannot have them. Missing: it has none of them. */
  configureHost?(settings: HostSettings): string | null;
  /** Ends the connections in `state`, or all, as FreeBSD's tcpdrop does (ECONNABORTED); missing: cannot be. */
  drop?(state: string | null): void;
  /** Shell lines as this stack understands them: it does what it can, and gives what is left to do. */
  shell?(text: string): ShellAction[];
  /** TCP_INFO of a descriptor, null when it is none of a TCP socket. */
  tcpInfo(fd: number): TcpInfo | null;
  /** Connections by state as the RFC spells it, TIME-WAIT included; null: cannot be told. */
  countInState(state: string): number | null;
  /** Counters by the names of nstat: those that it has; missing: none. */
  counters?(): ReadonlyMap<string, number>;
  /** Lines of its table of sockets, as /proc/net/tcp has them; missing: it has none. */
  socketLines?(): readonly string[];
  /** Sets the MTU of its device; a reason when it cannot be. Missing: it is fixed. */
  setMtu?(mtu: number): string | null;
  /** Ends the stack. */
  close(): Promise<void>;
}
