// Shell lines of a script: the few commands that mean something to the stack, and those of tools that do not. A line that is
// not known here makes the script unsupported.

import type { ShellAction } from './shell-action.ts';
import { NOTHING, sysctl } from './sysctl.ts';
import { toolAction } from './tools.ts';

/** The defaults that the scripts of packetdrill's own suite and of the kernel's begin with (`defaults.sh`). */
const SUITE_DEFAULTS: readonly (readonly [string, string])[] = [
  ['tcp_rmem', '4096 540000 15728640'],
  ['tcp_wmem', '4096 262144 4194304'],
  ['tcp_timestamps', '1'],
  ['tcp_syn_retries', '5'],
  ['tcp_synack_retries', '5'],
  ['tcp_frto', '2'],
  ['tcp_sack', '1'],
  ['tcp_dsack', '1'],
  ['tcp_reordering', '3'],
  ['tcp_congestion_control', 'cubic'],
  ['tcp_slow_start_after_idle', '0'],
  ['tcp_early_retrans', '4'],
  ['tcp_recovery', '1'],
  ['tcp_ecn', '0'],
  ['tcp_fastopen_key', 'a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4'],
];

/** `net.ipv4` settings of `defaults.sh`, by its path: packetdrill's has a folder for it, and every listener takes Fast Open. */
export function suiteSettings(command: string): readonly (readonly [string, string])[] | null {
  if (!/(^|\/)defaults\.sh$/.test(command)) return null;
  const fastOpen = /\/common\/defaults\.sh$/.test(command) ? '0x70403' : '0x3';
  return [...SUITE_DEFAULTS, ['tcp_fastopen', fastOpen]];
}

/** Programs that set up a machine this stack does not have. */
const TOOLS =
  /^(?:tc\s|ethtool\s|modprobe\s|kldstat\s|kldload\s|set\s+-|true\b|:$|exit\s+0$|\/tmp\/sysctl_restore|echo\b|sync$|export\s|rm\s|mount\s|mkdir\s|tcpdump\s|pkill\s|#)/;

/** `echo '…' | setkey -c`: FreeBSD's keys of TCP MD5, by the two addresses of a packet; the peer's is one of them. */
const SETKEY = /\becho\s+'([^']*)'\s*\|\s*setkey\s+-c\b/;
const ADD_KEY = /\badd\s+(\S+)\s+(\S+)\s+tcp\s+\S+\s+-A\s+tcp-md5\s+"([^"]*)"/g;

/** Actions of the text of a command, in order. */
export function shellActions(text: string): ShellAction[] {
  const keys = SETKEY.exec(text);
  if (keys === null) return shellCommands(text).flatMap((line) => alternatives(line, shellLine));
  const before = text.slice(0, keys.index);
  const after = text.slice(keys.index + keys[0].length);
  return [...shellActions(before), addKeys(keys[1] as string), ...shellActions(after)];
}

/**
 * What `a || b` asks for, `act` being what one command does: `b` where `a` is refused, as a setting that a system does not
 * have is.
 */
export function alternatives(command: string, act: (command: string) => ShellAction[]): ShellAction[] {
  let actions: ShellAction[] = [];
  for (const alternative of command.split('||')) {
    const redirected = alternative.replace(/\s*&>\s*\S+/g, '').trim();
    actions = act(redirected);
    if (actions.every(({ kind }) => kind !== 'unsupported')) break;
  }
  return actions;
}

function addKeys(lines: string): ShellAction {
  const md5Keys = [...lines.matchAll(ADD_KEY)].map(([, , to, key]) => [to as string, key as string] as const);
  if (md5Keys.length === 0) return { kind: 'unsupported', reason: `setkey of ${lines}` };
  return { kind: 'host', settings: { md5Keys } };
}

/** The commands of a text, in order. */
export function shellCommands(text: string): string[] {
  return text
    .replace(/\\\r?\n/g, ' ')
    .split(/\n|;|&&/)
    .map((line) => line.replace(/\s#.*$/, '').trim())
    .filter((command) => command !== '');
}

function shellLine(command: string): ShellAction[] {
  const suite = suiteSettings(command);
  if (suite !== null) return suiteDefaults(suite);
  const count = /^sockstat\b.*grep -c\s+'?([A-Z0-9_]+)'?\s*\|\s*grep\s+(-\S+\s+)?'?(\d+)'?$/.exec(command);
  if (count !== null) {
    return [{ kind: 'count', state: stateOf(count[1] as string), count: Number(count[3]) }];
  }
  const drop = /^tcpdrop\s+(?:-a\s*)?(?:-s\s+(\w+))?$/.exec(command);
  if (drop !== null) return [{ kind: 'drop', state: drop[1] === undefined ? null : stateOf(drop[1]) }];
  const sleep = /^sleep\s+([\d.]+)$/.exec(command);
  if (sleep !== null) return [{ kind: 'sleep', us: Number(sleep[1]) * 1e6 }];
  const pairs = sysctlPairs(command);
  if (pairs !== null) {
    if (pairs.length === 0) return [{ kind: 'unsupported', reason: `shell command: ${command}` }];
    return pairs.map(({ name, value }) => sysctl(name, value));
  }
  if (/^ip\s+tcp_metrics\s+flush\b/.test(command))
    return [{ kind: 'host', settings: { flushMetrics: true } }];
  const file = fileAction(command);
  if (file !== null) return [file];
  if (/^setkey\s+-F$/.test(command)) return [{ kind: 'host', settings: { md5Keys: null } }];
  const mtu = /^ip\s+link\s+set\s+(?:dev\s+)?tun0\s+mtu\s+(\d{2,5})$/.exec(command)?.[1];
  if (mtu !== undefined) return [{ kind: 'mtu', mtu: Number(mtu) }];
  const queue = /^tc\s+qdisc\s+(?:add|replace|change)\s+dev\s+tun0\s+root\s+(\w+)(?:\s[\w. ]+)?$/.exec(
    command,
  )?.[1];
  // fq paces what its connections send; the others that scripts name do not.
  if (queue !== undefined)
    return [{ kind: 'set', settings: { pacing: queue === 'fq' ? 'on' : 'auto' }, optional: false }];
  const tool = toolAction(command);
  if (tool !== null) return [tool];
  if (TOOLS.test(command)) return [NOTHING];
  return [{ kind: 'unsupported', reason: `shell command: ${command}` }];
}

/** `dd if=/dev/zero of=PATH …`, `truncate -s SIZE PATH`, `rm -f PATH`: a file for sendfile. */
function fileAction(command: string): ShellAction | null {
  const removed = /^(?:\/bin\/)?rm\s+(?:-f\s+)?(\/\S+)$/.exec(command);
  if (removed !== null) return { kind: 'file', path: removed[1] as string, size: null };
  const cut = /^truncate\s+-s\s*(\d+[KM]?)\s+(\/\S+)$/.exec(command);
  if (cut !== null) return { kind: 'file', path: cut[2] as string, size: sizeOf(cut[1] as string) };
  const dd = /^(?:\/bin\/)?dd\s+(.*)$/.exec(command)?.[1];
  if (dd === undefined) return null;
  const words = new Map(dd.split(/\s+/).map((word) => word.split('=', 2) as [string, string]));
  const path = words.get('of');
  const count = words.get('count');
  if (words.get('if') !== '/dev/zero' || path === undefined || count === undefined) return null;
  return { kind: 'file', path, size: sizeOf(words.get('bs') ?? '512') * sizeOf(count) };
}

/** `5`, `4K`, `1M`. */
function sizeOf(text: string): number {
  const unit = { K: 1024, M: 1024 * 1024 }[text.slice(-1)];
  return unit === undefined ? Number(text) : Number(text.slice(0, -1)) * unit;
}

/** What a command that is sysctl (or does its work) sets; null for another command. */
export function sysctlPairs(command: string): { readonly name: string; readonly value: string }[] | null {
  const text =
    /^(?:\/sbin\/)?sysctl\s+(.*)$/.exec(command)?.[1] ?? /set_sysctls\.py\s+(.*)$/.exec(command)?.[1];
  if (text === undefined) return null;
  const pair = /([A-Za-z0-9_./-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s]+)/g;
  const clean = text.replace(/\s+[12]?>\S*.*$/, '');
  return [...clean.matchAll(pair)].map((m) => ({
    name: (m[1] as string).replace(/^\/proc\/sys\//, '').replaceAll('/', '.'),
    value: arithmetic((m[2] as string).replace(/^["']|["']$/g, '')),
  }));
}

/** The shell's `$((32*1024*1024))`, of numbers, products and sums. */
export function arithmetic(text: string): string {
  return text.replace(/\$\(\(([\d\s*+-]+)\)\)/g, (_all, sum: string) =>
    String(
      [...sum.matchAll(/([+-]?)\s*([\d\s*]+)/g)].reduce((total, [, sign, product]) => {
        const value = (product as string).split('*').reduce((n, factor) => n * Number(factor), 1);
        return sign === '-' ? total - value : total + value;
      }, 0),
    ),
  );
}

function suiteDefaults(settings: readonly (readonly [string, string])[]): ShellAction[] {
  return settings.map(([name, value]) => {
    const action = sysctl(`net.ipv4.${name}`, value);
    if (action.kind === 'unsupported') return { kind: 'note', text: `defaults.sh: ${action.reason}` };
    return action.kind === 'set' ? { ...action, optional: true } : action;
  });
}

/** TIME_WAIT, FIN_WAIT_1 … as the RFC writes them. */
function stateOf(name: string): string {
  return name
    .replace(/^SYN_RCVD$|^SYN_RECEIVED$|^SYN_RECV$/, 'SYN-RECEIVED')
    .replaceAll('_', '-')
    .replace(/WAIT(\d)$/, 'WAIT-$1');
}
