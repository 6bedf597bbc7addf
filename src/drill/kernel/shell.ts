// Shell lines of a script for the kernel: sysctl writes what is the network namespace's own, the rest is
// what it is for every target. No shell runs, and of tc, ip and ethtool what is about the namespace's own device.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { alternatives, shellActions, shellCommands, suiteSettings, sysctlPairs } from '../run/shell.ts';
import type { ShellAction } from '../run/shell-action.ts';

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
  const act = (command: string): ShellAction[] => {
    const suite = suiteSettings(command);
    if (suite !== null) {
      return suite.flatMap(([name, value]): ShellAction[] => {
        const refused = write(`net.ipv4.${name}`, value);
        return refused === null ? [] : [{ kind: 'note', text: `defaults.sh: ${refused}` }];
      });
    }
    const tool = toolOf(command);
    if (tool !== null) return unsupported(runTool(tool));
    const pairs = sysctlPairs(command);
    if (pairs === null || pairs.length === 0) return shellActions(command);
    return pairs.flatMap(({ name, value }) => unsupported(write(name, value)));
  };
  return shellCommands(text).flatMap((command) => alternatives(command, act));
}

function unsupported(reason: string | null): ShellAction[] {
  return reason === null ? [] : [{ kind: 'unsupported', reason }];
}

/** Queues, routes and the device of the namespace that a script has for itself; nothing else of these programs. */
const TOOLS = [
  /^tc qdisc (?:add|del|delete|replace|change) dev tun0( [\w. ]+)?$/,
  /^ip link set dev tun0 mtu \d+$/,
  /^ip (?:-6 )?route (?:add|del|change|replace) [\da-f.:/]+( [\w.: ]+)?$/i,
  /^ip tcp_metrics flush( all)?$/,
  /^ethtool -K tun0( (?:tso|gso|gro|lro|tx|rx) (?:on|off))+$/,
];

/** The program with its arguments, when `command` is one that may run; null: it is something else. */
function toolOf(command: string): string[] | null {
  const words = command
    .replace(/\s+[12]?>&?\s*\S+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return TOOLS.some((tool) => tool.test(words)) ? words.split(' ') : null;
}

/** Longest that one of them takes. */
const TOOL_MS = 5000;

/** null: it ran, whatever it said, as packetdrill's shell lines go on after it. Why it could not be run. */
function runTool([program = '', ...args]: string[]): string | null {
  const { error } = spawnSync(program, args, { stdio: 'ignore', timeout: TOOL_MS });
  return error === undefined ? null : `${program}: ${error.message}`;
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
