// Commands that judge a stack by what tools show of it: its counters (nstat), and its table of sockets (/proc/net/tcp).

import type { Host } from '../../host/index.ts';
import { linuxStateNumber } from '../../socket/posix/index.ts';
import { Drop } from '../../tcp/index.ts';
import { parseAddress } from '../../wire/index.ts';
import type { ShellAction } from './shell-action.ts';

/** `nstat`, `nstat | grep NAME`, `nstat | grep NAME | grep " 3 "`, `grep TEXT /proc/net/tcp … | grep TEXT`; null: another command. */
export function toolAction(command: string): ShellAction | null {
  const stages = command
    .replace(/\s*\d?>&?\s*\S+/g, '')
    .split('|')
    .map((stage) => stage.trim());
  const [first = '', ...rest] = stages;
  const patterns = rest.map(grepPattern);
  if (patterns.some((pattern) => pattern === null)) return null;
  const wanted = patterns as string[];
  if (/^nstat(?:\s+-\w+)*$/.test(first)) {
    const keeps = /\s-\w*s/.test(first);
    if (wanted.length > 0) return { kind: 'counters', patterns: wanted, keeps, command };
    return { kind: keeps ? 'nothing' : 'counters-from-now' };
  }
  const table = /^(grep\s+.*?)((?:\s+\/proc\/net\/tcp6?)+)$/.exec(first);
  const pattern = table === null ? null : grepPattern(table[1] as string);
  return pattern === null ? null : { kind: 'sockets', patterns: [pattern, ...wanted] };
}

/** The text that a grep looks for; null: it is none that is known here. */
function grepPattern(stage: string): string | null {
  const match = /^grep\s+(?:-[qF]+\s+)?(?:"([^"]*)"|'([^']*)'|(\S+))$/.exec(stage);
  const text = match === null ? undefined : (match[1] ?? match[2] ?? match[3]);
  return text === undefined || /[\\[\]*^$.]/.test(text) ? null : text;
}

/** A line of nstat. */
export function counterLine(name: string, value: number): string {
  return `${name.padEnd(32)}${String(value).padEnd(16)}${'0.0'.padStart(6)}`;
}

/** What of Linux's counters a host has, by the names of nstat. */
export function hostCounters({ counters: c }: Host): ReadonlyMap<string, number> {
  const drops = (reason: Drop): number => c.drops[reason] ?? 0;
  return new Map([
    ['TcpActiveOpens', c.activeOpens],
    ['TcpPassiveOpens', c.passiveOpens],
    ['TcpInSegs', c.segmentsIn],
    ['TcpOutRsts', c.resetsOut],
    ['TcpExtSyncookiesSent', c.cookiesSent],
    ['TcpExtSyncookiesRecv', c.cookiesAccepted],
    ['TcpExtSyncookiesFailed', c.cookiesFailed],
    ['TcpExtPAWSEstab', drops(Drop.PAWS)],
    ['TcpExtTCPMD5NotFound', drops(Drop.MD5_MISSING)],
    ['TcpExtTCPMD5Failure', drops(Drop.MD5_WRONG)],
    ['TcpExtTCPFastOpenPassive', c.fastOpenAccepted],
    ['TcpExtTCPFastOpenPassiveFail', c.fastOpenBadCookies],
    ['TcpExtTCPFastOpenListenOverflow', c.fastOpenOverflows],
    ['TcpExtTCPTimeWaitOverflow', c.timeWaitOverflows],
  ]);
}

/** The counters in /proc/net/netstat and /proc/net/snmp: pairs of lines, names and values. */
export function readCounters(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n');
  const out = new Map<string, number>();
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const [group = '', ...names] = (lines[i] as string).split(/\s+/);
    const values = (lines[i + 1] as string).split(/\s+/).slice(1);
    for (const [j, name] of names.entries()) out.set(`${group.replace(/:$/, '')}${name}`, Number(values[j]));
  }
  return out;
}

/** The sockets of a host as /proc/net/tcp and tcp6 have them: addresses, ports and state. */
export function hostSocketLines(host: Host): string[] {
  const listening = host.listeners.map(({ address, port }) =>
    [endpoint(address?.toString() ?? '0.0.0.0', port), endpoint('0.0.0.0', 0), '0A'].join(' '),
  );
  const connected = host.connections.map((c) => {
    const state = linuxStateNumber(c.state).toString(16).toUpperCase().padStart(2, '0');
    return [endpoint(c.localAddress, c.localPort), endpoint(c.remoteAddress, c.remotePort), state].join(' ');
  });
  return [...listening, ...connected].map((line, i) => `${String(i).padStart(4)}: ${line} 00000000:00000000`);
}

/** Words of an address as a little-endian machine prints them, and a port, in hexadecimal. */
function endpoint(address: string, port: number): string {
  const hex = (n: number, digits: number): string => n.toString(16).toUpperCase().padStart(digits, '0');
  const swapped = (w: number): number =>
    (((w & 0xff) << 24) | ((w & 0xff00) << 8) | ((w >>> 8) & 0xff00) | (w >>> 24)) >>> 0;
  const a = parseAddress(address);
  const words = a === null ? [0] : a.family === 4 ? [a.w3] : [a.w0, a.w1, a.w2, a.w3];
  return `${words.map((w) => hex(swapped(w >>> 0), 8)).join('')}:${hex(port, 4)}`;
}
