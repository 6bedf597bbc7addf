// Asks this host: its sockets by sock_diag, else by ss, else from /proc/net/tcp; counters and settings from /proc; and who holds a socket by
// the descriptors of all processes (proc(5)).

import { execFile } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import {
  CounterReader,
  DiagReader,
  type Host,
  type HostSocket,
  type Owner,
  type ProcessFacts,
  type Runtime,
  readSample,
  runtimeOfName,
  type Sample,
  type SampleSource,
} from '../doctor/index.ts';
import { dumpTcpSockets } from '../link/tun/index.ts';

const SETTINGS: readonly string[] = [
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_max_tw_buckets',
  'net.ipv4.tcp_max_orphans',
  'net.ipv4.tcp_mem',
  'net.netfilter.nf_conntrack_count',
  'net.netfilter.nf_conntrack_max',
];

/** Text of a file of /proc; empty where it cannot be read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Counters of /proc/net, and settings of /proc/sys/net. */
function countersOfHost(): CounterReader {
  const reader = new CounterReader();
  for (const name of ['snmp', 'netstat', 'sockstat'])
    for (const line of textOf(`/proc/self/net/${name}`).split('\n')) reader.line(line);
  for (const name of SETTINGS)
    reader.line(`${name} = ${textOf(`/proc/sys/${name.replaceAll('.', '/')}`).trim()}`);
  return reader;
}

/** Of a text of 200,000 sockets. */
const MOST_OCTETS = 1 << 29;

/** The text of ss, or null where there is none. */
function ss(): Promise<string | null> {
  return new Promise((resolve) => {
    // Without -p: it reads the descriptors of all processes, which is wanted for few sockets.
    execFile('ss', ['-tanieoH'], { maxBuffer: MOST_OCTETS, encoding: 'utf8' }, (error, stdout) =>
      resolve(error === null ? stdout : null),
    );
  });
}

/** All sockets as the kernel tells of them, or null where Node cannot ask it. */
async function diagSockets(): Promise<HostSocket[] | null> {
  const reader = new DiagReader();
  const sockets: HostSocket[] = [];
  const told = await dumpTcpSockets((octets, from, to) => {
    const socket = reader.socket(octets, from, to);
    if (socket !== null) sockets.push(socket);
  });
  return told ? sockets : null;
}

async function ssSockets(): Promise<readonly HostSocket[] | null> {
  const text = await ss();
  return text === null ? null : readSample(text).sockets;
}

async function procSockets(): Promise<readonly HostSocket[]> {
  return readSample(textOf('/proc/self/net/tcp') + textOf('/proc/self/net/tcp6')).sockets;
}

/** By how much they tell. */
const SOURCES: readonly (readonly [SampleSource, () => Promise<readonly HostSocket[] | null>])[] = [
  ['sock_diag', diagSockets],
  ['ss', ssSockets],
  ['/proc/net/tcp', procSockets],
];

/** This host, now; by the source that tells most, or by one only. */
export async function sampleOfHost(only?: SampleSource): Promise<Sample> {
  const { counters, settings } = countersOfHost();
  const atMs = performance.now();
  for (const [source, ask] of SOURCES) {
    const sockets = only === undefined || only === source ? await ask() : null;
    if (sockets !== null) return { source, sockets, counters, settings, atMs, strange: 0 };
  }
  return { source: 'none', sockets: [], counters, settings, atMs, strange: 0 };
}

function processes(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function namespaceOf(pid: number | 'self'): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return '';
  }
}

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    return [];
  }
}

/** The octets of a program in which the Go linker leaves its mark. */
const MARK_OCTETS = 65_536;

function isGo(pid: number): boolean {
  try {
    const file = openSync(`/proc/${pid}/exe`, 'r');
    try {
      const octets = Buffer.alloc(MARK_OCTETS);
      const length = readSync(file, octets, 0, MARK_OCTETS, 0);
      return (
        octets.subarray(0, length).includes('Go build ID: "') ||
        octets.subarray(0, length).includes('\x04\0\0\0\x53\0\0\0\x04\0\0\0Go\0\0')
      );
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

function runtimeOf(pid: number, name: string): Runtime | null {
  return runtimeOfName(name) ?? runtimeOfName(programOf(pid)) ?? (isGo(pid) ? 'go' : null);
}

/** The name of a program's file; empty where it is another user's. */
function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/^.*\//, '');
  } catch {
    return '';
  }
}

function nameOf(pid: number): string {
  const name = textOf(`/proc/${pid}/comm`).trimEnd();
  // Node calls its threads by what they do.
  return name === 'MainThread' ? programOf(pid) || name : name;
}

/** Calls `each` with every descriptor of the process that is a socket. */
function eachSocket(pid: number, each: (inode: number, fd: number) => void): void {
  for (const fd of descriptorsOf(pid)) {
    try {
      const link = readlinkSync(`/proc/${pid}/fd/${fd}`);
      if (link.startsWith('socket:[')) each(Number(link.slice(8, -1)), Number(fd));
    } catch {
      // It was closed meanwhile.
    }
  }
}

function ownersOf(inodes: ReadonlySet<number>): Map<number, Owner[]> {
  const found = new Map<number, Owner[]>();
  const here = namespaceOf('self');
  const all = processes();
  const near = new Set(all.filter((pid) => namespaceOf(pid) === here));
  for (const pid of [...near, ...all.filter((pid) => !near.has(pid))]) {
    // A socket may be held by a process of another namespace; but nearly none is.
    if (found.size >= inodes.size) break;
    let name: string | null = null;
    eachSocket(pid, (inode, fd) => {
      if (!inodes.has(inode)) return;
      name ??= nameOf(pid);
      const list = found.get(inode);
      if (list === undefined) found.set(inode, [{ name, pid, fd }]);
      else list.push({ name, pid, fd });
    });
  }
  return found;
}

function factsOf(pid: number): ProcessFacts {
  const name = nameOf(pid);
  const fds = descriptorsOf(pid).length;
  const limit = /^Max open files +(\d+)/m.exec(textOf(`/proc/${pid}/limits`));
  const fdLimit = limit === null ? null : Number(limit[1]);
  return { pid, name, runtime: runtimeOf(pid, name), fds: fds === 0 ? null : fds, fdLimit };
}

/** Of this network namespace, and with a socket: what else a machine runs is no matter of connections. */
function nearLimit(share: number): ProcessFacts[] {
  const here = namespaceOf('self');
  return processes().flatMap((pid) => {
    const limit = Number(/^Max open files +(\d+)/m.exec(textOf(`/proc/${pid}/limits`))?.[1] ?? Infinity);
    if (descriptorsOf(pid).length < share * limit || namespaceOf(pid) !== here) return [];
    let sockets = 0;
    eachSocket(pid, () => sockets++);
    return sockets === 0 ? [] : [factsOf(pid)];
  });
}

/** What this host tells of its processes. */
export const thisHost: Host = { ownersOf, facts: factsOf, nearLimit };
