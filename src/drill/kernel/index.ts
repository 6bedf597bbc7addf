// The door of drill/kernel: scripts against the TCP of the Linux kernel. Node and Linux only.

import type { Script } from '../ast.ts';

export { KernelTarget } from './target.ts';

/** The local address that packetdrill gives a kernel, for runScript's `args`; the script's own lines win. */
export function kernelArguments(script: Script): { local_ip: string } {
  const version = script.options.findLast((option) => option.name === 'ip_version')?.value;
  return { local_ip: version === 'ipv6' ? 'fd3d:fa7b:d17d::1' : '192.168.0.1' };
}
