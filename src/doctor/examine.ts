// Asks the rules about a host, puts sockets together by program and peer, and lists what is wrong, the worst first.

import { bySeverity, type Confidence, type Severity } from '../capture/index.ts';
import type { Params, Text } from '../lab/text/index.ts';
import { formatEndpoint } from '../wire/index.ts';
import {
  descriptorTexts,
  type Grouping,
  type HostRule,
  hostRules,
  percent,
  type RuleTexts,
  type Runtime,
  runtimeOfName,
  type SocketRule,
  socketRules,
} from './rules/index.ts';
import { Look, type Sample } from './sample.ts';
import type { HostSocket, Owner } from './socket.ts';

/** A process that holds sockets. */
export interface ProcessFacts {
  readonly pid: number;
  readonly name: string;
  readonly runtime: Runtime | null;
  /** Descriptors in use, and how many it may have; null: not known. */
  readonly fds: number | null;
  readonly fdLimit: number | null;
}

/** Who can tell more than a sample: only the host itself. */
export interface Host {
  /** Who holds the sockets of these inodes. */
  ownersOf(inodes: ReadonlySet<number>): ReadonlyMap<number, readonly Owner[]>;
  facts(pid: number): ProcessFacts | null;
  /** Processes that have this share of their descriptors in use, or more. */
  nearLimit(share: number): readonly ProcessFacts[];
}

/** One thing that is wrong. */
export interface HostFinding {
  readonly id: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Connections, or what else the texts count. */
  readonly count: number;
  /** How many more there are in a minute; null: not known, or none. */
  readonly perMinute: number | null;
  /** Minutes until the process has no descriptors left, at that rate. */
  readonly minutesLeft: number | null;
  readonly process: ProcessFacts | null;
  /** A service or an address; empty: the whole host. */
  readonly where: string;
  /** At most three of them, the oldest first. */
  readonly examples: readonly HostSocket[];
  readonly shown: readonly Text[];
  readonly params: Params;
  /** The command that shows it. */
  readonly proof: string;
  readonly texts: RuleTexts;
}

/** What was found of a host. */
export interface Examination {
  readonly look: Look;
  readonly findings: readonly HostFinding[];
}

/** Groups of sockets of one rule: so many first, so that others have room; so many at all. */
const FIRST_OF_RULE = 3;
const MOST_OF_RULE = 20;
const MOST_EXAMPLES = 3;
/** Shares of the descriptors of a process. */
const NEAR_LIMIT = 0.9;
const AT_LIMIT = 0.98;

/** Examines a host by one sample, or by two. */
export function examineHost(
  now: Sample,
  before: Sample | null = null,
  host: Host | null = null,
): Examination {
  const look = new Look(now, before);
  const picked = socketRules.map((rule) => ({ rule, sockets: rule.pick(look) }));
  setOwners(
    look,
    picked.flatMap(({ sockets }) => sockets),
    host,
  );
  const findings = [
    ...(host?.nearLimit(NEAR_LIMIT) ?? []).map(limitFinding),
    ...hostRules.flatMap((rule) => hostFinding(rule, look)),
  ];
  const rest: HostFinding[] = [];
  for (const { rule, sockets } of picked) {
    const groups = [...groupsOf(rule.by, sockets, look).values()].sort((a, b) => b.length - a.length);
    const found = groups.slice(0, MOST_OF_RULE).flatMap((group) => findingOf(rule, group, look, host));
    findings.push(...found.slice(0, FIRST_OF_RULE));
    rest.push(...found.slice(FIRST_OF_RULE));
  }
  findings.push(...rest);
  // Of one severity in the order of the rules, which is that of their weight.
  findings.sort((a, b) => bySeverity(a.severity, b.severity));
  return { look, findings };
}

function hostFinding(rule: HostRule, look: Look): HostFinding[] {
  const found = rule.judgeHost(look);
  if (found === null) return [];
  const { severity = rule.severity, confidence, shown, count = 0, params = {} } = found;
  const nobody = { perMinute: null, minutesLeft: null, process: null, where: '', examples: [] };
  const { id } = rule;
  return [
    {
      ...{ id, severity, confidence, count, shown, texts: rule, ...nobody },
      params: { ...params, count },
      proof: rule.proof(),
    },
  ];
}

/** Asks the host who holds what a sample does not tell. */
function setOwners(look: Look, sockets: readonly HostSocket[], host: Host | null): void {
  if (host === null || sockets.length === 0) return;
  const wanted = sockets.some(({ inode }) => inode === 0) ? [...sockets, ...look.in('LISTEN')] : sockets;
  const inodes = new Set<number>();
  for (const { inode, owners } of wanted) if (inode > 0 && owners.length === 0) inodes.add(inode);
  if (inodes.size === 0) return;
  const found = host.ownersOf(inodes);
  for (const socket of wanted) socket.owners = found.get(socket.inode) ?? socket.owners;
}

/** The program that has a socket; for one that none has yet, whoever listens there. */
function ownerOf(socket: HostSocket, look: Look): Owner | undefined {
  if (socket.owners.length > 0) return socket.owners[0];
  if (socket.inode !== 0) return undefined;
  return look.listener(socket.localPort)?.owners[0];
}

/** `port 8080`, or the peer's service where this host opened the connection. */
function serviceOf(socket: HostSocket, look: Look): string {
  if (socket.state === 'LISTEN' || look.isServer(socket)) return `:${socket.localPort}`;
  return formatEndpoint(socket.remote, socket.remotePort);
}

function whereOf(by: Grouping, socket: HostSocket, look: Look): string {
  if (by === 'peer') return socket.remote;
  if (by === 'port') return `:${socket.localPort}`;
  return by === 'service' ? formatEndpoint(socket.remote, socket.remotePort) : serviceOf(socket, look);
}

function groupsOf(by: Grouping, sockets: readonly HostSocket[], look: Look): Map<string, HostSocket[]> {
  const groups = new Map<string, HostSocket[]>();
  for (const socket of sockets) {
    const where = whereOf(by, socket, look);
    // What no process was told of is told apart by its user.
    const who = by === 'process' ? (ownerOf(socket, look)?.pid ?? `uid ${socket.uid}`) : '';
    const key = `${who} ${where}`;
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [socket]);
    else list.push(socket);
  }
  return groups;
}

/** The one process of a group, or null: several, or not known. */
function processOf(group: readonly HostSocket[], look: Look, host: Host | null): ProcessFacts | null {
  const first = group.map((socket) => ownerOf(socket, look)).find((owner) => owner !== undefined);
  if (first === undefined) return null;
  const { pid, name } = first;
  return host?.facts(pid) ?? { pid, name, runtime: runtimeOfName(name), fds: null, fdLimit: null };
}

/** `node (pid 7)` */
function nameOf(process: ProcessFacts | null): string {
  return process === null ? 'someone' : `${process.name} (pid ${process.pid})`;
}

function limitFinding(process: ProcessFacts): HostFinding {
  const { pid, fds, fdLimit } = process;
  const [count, most] = [fds ?? 0, fdLimit ?? 0];
  const of = `${count}/${most}`;
  return {
    ...{ id: descriptorTexts.id, confidence: 'certain', count, process, where: '', examples: [] },
    severity: count >= AT_LIMIT * most ? 'fault' : 'warning',
    ...{ perMinute: null, minutesLeft: null, shown: [{ en: of, zh: of }], texts: descriptorTexts },
    params: { count, process: nameOf(process), share: percent(count, most) },
    proof: `ls /proc/${pid}/fd | wc -l; grep 'open files' /proc/${pid}/limits`,
  };
}

function findingOf(
  rule: SocketRule,
  group: readonly HostSocket[],
  look: Look,
  host: Host | null,
): HostFinding[] {
  const found = rule.judge(group, look);
  const [first] = group;
  if (found === null || first === undefined) return [];
  const { severity = rule.severity, confidence, shown, count = group.length } = found;
  const process = processOf(group, look, host);
  const where = whereOf(rule.by, first, look);
  const more = look.seconds > 0 ? group.length - look.wereSo(group) : 0;
  const perMinute = more > 0 ? Math.round((60 * more) / look.seconds) : null;
  const left = process?.fds == null || process.fdLimit === null ? null : process.fdLimit - process.fds;
  return [
    {
      ...{ id: rule.id, severity, confidence, count, perMinute, process, where, shown, texts: rule },
      minutesLeft: perMinute === null || left === null ? null : Math.floor(Math.max(0, left) / perMinute),
      examples: [...group].sort((a, b) => b.lastAck - a.lastAck).slice(0, MOST_EXAMPLES),
      params: {
        ...found.params,
        count,
        where,
        process: nameOf(process),
      },
      proof: rule.proof(group, look),
    },
  ];
}
