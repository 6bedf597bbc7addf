// What a rule about a host is: which sockets it is about, what makes of them one finding, and what is said of it.

import type { Confidence, Severity, VerdictTexts } from '../../capture/index.ts';
import type { Params, Text } from '../../lab/text/index.ts';
import type { Look } from '../sample.ts';
import type { HostSocket } from '../socket.ts';

/** Runtimes that are told what to do in their own words. */
export type Runtime = 'node' | 'java' | 'go' | 'python' | 'nginx' | 'haproxy';

/** What a rule found of a group of sockets, or of a host. */
export interface Found {
  readonly confidence: Confidence;
  /** Where it is not the rule's. */
  readonly severity?: Severity;
  readonly params?: Params;
  /** How many it is about, where that is not the number of sockets. */
  readonly count?: number;
  /** The measured numbers that show it. */
  readonly shown: readonly Text[];
}

/** What is said of it: a verdict's texts, and more. */
export interface RuleTexts extends VerdictTexts {
  /** The runbook that tells more (`synfin runbook`). */
  readonly runbook: string | null;
  /** What to do at once, and so that it does not come again. */
  readonly now: readonly Text[];
  readonly forGood: readonly Text[];
  readonly runtimes: Readonly<Partial<Record<Runtime, Text>>>;
}

/** By what sockets are put together: the program and its service, the peer's address, the peer's service, the local port. */
export type Grouping = 'process' | 'peer' | 'service' | 'port';

/** A rule about sockets. */
export interface SocketRule extends RuleTexts {
  readonly by: Grouping;
  /** The sockets that it is about. */
  pick(look: Look): readonly HostSocket[];
  /** What a group of them is, or null: nothing. */
  judge(group: readonly HostSocket[], look: Look): Found | null;
  /** The command that shows them. */
  proof(group: readonly HostSocket[], look: Look): string;
}

/** A rule about counters of the host, not about sockets one by one. */
export interface HostRule extends RuleTexts {
  judgeHost(look: Look): Found | null;
  proof(): string;
}

/** `1 time`, `3 times`. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Timeouts without an answer between. */
export function timeouts(count: number): string {
  return `${counted(count, 'timeout', 'timeouts')} in a row`;
}

/** Milliseconds as a person says them. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 7_200_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

/** The same in Chinese. */
export function spanZh(ms: number): string {
  const [value = '', unit = ''] = span(ms).split(' ');
  return `${value} ${UNITS[unit] ?? unit}`;
}

const UNITS: Readonly<Record<string, string>> = { ms: '毫秒', s: '秒', min: '分钟', h: '小时' };

/** Octets as a person says them. */
export function octets(value: number): string {
  if (value < 10_000) return String(value);
  return value < 10e6 ? `${Math.round(value / 1000)} kB` : `${Math.round(value / 1e6)} MB`;
}

/** The greatest of a number of each socket. */
export function greatest(group: readonly HostSocket[], of: (socket: HostSocket) => number): number {
  return group.reduce((most, socket) => Math.max(most, of(socket)), Number.NEGATIVE_INFINITY);
}

/** The sum of a number of each socket. */
export function sum(group: readonly HostSocket[], of: (socket: HostSocket) => number): number {
  return group.reduce((total, socket) => total + of(socket), 0);
}

/** A percentage without digits that say nothing. */
export function percent(part: number, whole: number): string {
  const share = whole === 0 ? 0 : (100 * part) / whole;
  return `${share < 10 ? share.toFixed(1) : share.toFixed(0)} %`;
}

/** An address of ss in a filter: IPv6 in brackets. */
export function ssAddress(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** `sport = :8080`, or `dst 10.0.0.2 dport = :3306` where this host opened the connections. */
export function ssEnd(socket: HostSocket, look: Look): string {
  if (look.isServer(socket)) return `sport = :${socket.localPort}`;
  return `dst ${ssAddress(socket.remote)} and dport = :${socket.remotePort}`;
}
