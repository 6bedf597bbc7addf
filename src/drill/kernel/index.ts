// The door of drill/kernel: scripts in real time, against the TCP of the Linux kernel or against synfin
// behind a TUN device. Node and Linux only.

import type { Script } from '../ast.ts';
import { isOfSuite } from '../parse/index.ts';

export { KernelCalls } from './calls.ts';
export { loadSocketLibc, type SocketLibc } from './libc.ts';
export { leaveNetwork } from './namespace.ts';
export { KernelTarget } from './target.ts';
export { TunTarget } from './tun-target.ts';

/** The local address that packetdrill gives the stack under test, for runScript's `args`; the script's own lines win. */
export function kernelArguments(script: Script): { local_ip?: string } {
  if (isOfSuite(script.initCommand?.text ?? '')) return {}; // its suite says
  const version = script.options.findLast((option) => option.name === 'ip_version')?.value;
  return { local_ip: version === 'ipv6' ? 'fd3d:fa7b:d17d::1' : '192.168.0.1' };
}
