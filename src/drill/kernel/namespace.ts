// Every script in a network namespace of its own, and its thread before all others.

import { closeKernelDiag, inNamespace, TunError } from '../../link/tun/index.ts';
import { pinnedBytes, type SocketLibc } from './libc.ts';

const CLONE_NEWNET = 0x40000000;
const SCHED_FIFO = 1;
const SCHED_RESET_ON_FORK = 0x40000000;

/**
 * Leaves the network for a fresh one. Only in a process that `reexecInNamespace` started: throws a TunError
 * in any other.
 */
export function leaveNetwork(libc: SocketLibc): void {
  if (!inNamespace()) throw new TunError('EPERM', 'this wants a process in a namespace of its own');
  if (libc.unshare(CLONE_NEWNET) < 0) throw new TunError('EPERM', 'no new network namespace', libc.errno());
  closeKernelDiag(); // it would go on to tell of the network that was left
}

/** {@link leaveNetwork}, and from now on before all other threads of the machine. */
export function freshNamespace(libc: SocketLibc): void {
  leaveNetwork(libc);
  // A busy machine must not make a script late; where that is not allowed, it may. sched(7)
  const priority = pinnedBytes(4);
  new Uint32Array(priority.buffer)[0] = 1;
  libc.schedSetScheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, libc.addressOf(priority));
}
