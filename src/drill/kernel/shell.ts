// Shell lines of a script for the kernel: sysctl writes what is the network namespace's own, the rest is
// what it is for every target. No shell runs.

import { writeFileSync } from 'node:fs';
import { type ShellAction, shellActions, shellCommands, suiteSettings, sysctlPairs } from '../run/sysctl.ts';

/**
 * Carries out the sysctl lines of `text`; what is left to do for the others. `congestion`: takes the control of sockets
 * to come where a namespace may not have it by sysctl, which is where the machine does not allow it to everybody.
 */
export function kernelShell(text: string, congestion: (name: string) => void): ShellAction[] {
  const write = (name: string, value: string): string | null => {
    const refused = writeSysctl(name, value);
    if (refused === null || name !== 'net.ipv4.tcp_congestion_control') return refused;
    congestion(value);
    return null;
  };
  const actions: ShellAction[] = [];
  for (const command of shellCommands(text)) {
    const suite = suiteSettings(command);
    if (suite !== null) {
      for (const [name, value] of suite) {
        const refused = write(`net.ipv4.${name}`, value);
        if (refused !== null) actions.push({ kind: 'note', text: `defaults.sh: ${refused}` });
      }
      continue;
    }
    const pairs = sysctlPairs(command);
    if (pairs === null || pairs.length === 0) {
      actions.push(...shellActions(command));
      continue;
    }
    for (const { name, value } of pairs) {
      const refused = write(name, value);
      if (refused !== null) actions.push({ kind: 'unsupported', reason: refused });
    }
  }
  return actions;
}

/** Writes a setting of the namespace this process is in; why not, or null. */
function writeSysctl(name: string, value: string): string | null {
  if (!/^net\.(ipv4|ipv6|core)\.\w[\w.-]*$/.test(name) || name.includes('..')) return `sysctl ${name}`;
  try {
    writeFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, value);
    return null;
  } catch (error) {
    return `sysctl ${name}=${value}: ${(error as NodeJS.ErrnoException).code ?? 'failed'}`;
  }
}
