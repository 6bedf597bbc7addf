// What was seen of a host at one time, and a look at it by comparison with an earlier time.

import type { StateName } from '../tcp/index.ts';
import type { HostSocket } from './socket.ts';

/** Where it was taken from: what a source does not tell, no rule can say. */
export type SampleSource = 'sock_diag' | 'ss' | '/proc/net/tcp' | 'none';

/** A host at one time. */
export interface Sample {
  readonly source: SampleSource;
  readonly sockets: readonly HostSocket[];
  /** Counters since the host began, by the names of nstat: `TcpExtListenOverflows`; of /proc/net/sockstat: `sockstat.orphan`. */
  readonly counters: ReadonlyMap<string, number>;
  /** Settings by the names of sysctl: `net.ipv4.ip_local_port_range` is [32768, 60999]. */
  readonly settings: ReadonlyMap<string, readonly number[]>;
  /** When, in milliseconds of any clock; null: not known. */
  readonly atMs: number | null;
  /** Lines that nobody understood. */
  readonly strange: number;
}

/** Shorter than that is nothing: milliseconds. */
const PATIENCE_MS = 3000;

/** A sample and, where there is one, an earlier one. */
export class Look {
  readonly now: Sample;
  readonly before: Sample | null;
  /** Seconds between the two; 0: not known. */
  readonly seconds: number;
  /** What lasts less long is no finding, in milliseconds. */
  readonly patienceMs: number;
  readonly #byState = new Map<StateName, HostSocket[]>();
  /** The ports from which the kernel chooses for connect(); its default where they are not told. */
  readonly ephemeral: { readonly low: number; readonly high: number; readonly known: boolean };
  #listeners: Map<number, HostSocket> | null = null;
  #byEnds: Map<string, HostSocket> | null = null;

  constructor(now: Sample, before: Sample | null = null, patienceMs: number = PATIENCE_MS) {
    this.now = now;
    this.before = before;
    this.patienceMs = patienceMs;
    const seconds = now.atMs === null || before?.atMs == null ? 0 : (now.atMs - before.atMs) / 1000;
    this.seconds = Math.max(0, seconds);
    const [low, high] = this.setting('net.ipv4.ip_local_port_range') ?? [];
    const known = low !== undefined && high !== undefined;
    this.ephemeral = known ? { low, high, known } : { low: 32_768, high: 60_999, known };
    for (const socket of now.sockets) {
      const list = this.#byState.get(socket.state);
      if (list === undefined) this.#byState.set(socket.state, [socket]);
      else list.push(socket);
    }
  }

  /** The sockets in these states. */
  in(...states: readonly StateName[]): readonly HostSocket[] {
    const [first] = states;
    if (states.length === 1 && first !== undefined) return this.#byState.get(first) ?? [];
    return states.flatMap((state) => this.#byState.get(state) ?? []);
  }

  /**
   * Whether the peer opened the connection: somebody listens on the port; or did, for of the two ports only the peer's is one
   * that connect() is given.
   */
  isServer({ localPort, remotePort }: HostSocket): boolean {
    if (this.listener(localPort) !== undefined) return true;
    const { low, high } = this.ephemeral;
    return (localPort < low || localPort > high) && remotePort >= low && remotePort <= high;
  }

  /** Who listens on the port. */
  listener(port: number): HostSocket | undefined {
    this.#listeners ??= new Map(this.in('LISTEN').map((socket) => [socket.localPort, socket]));
    return this.#listeners.get(port);
  }

  /** The same socket in the earlier sample. */
  was(socket: HostSocket): HostSocket | undefined {
    if (this.before === null) return undefined;
    this.#byEnds ??= new Map(this.before.sockets.map((other) => [endsOf(other), other]));
    return this.#byEnds.get(endsOf(socket));
  }

  /** How many of them were in the same state before. */
  wereSo(sockets: readonly HostSocket[]): number {
    return sockets.reduce((sum, socket) => sum + (this.was(socket)?.state === socket.state ? 1 : 0), 0);
  }

  /** By how much a counter has grown; null: not known. */
  grown(counter: string): number | null {
    const now = this.now.counters.get(counter);
    const before = this.before?.counters.get(counter);
    return now === undefined || before === undefined ? null : Math.max(0, now - before);
  }

  setting(name: string): readonly number[] | undefined {
    return this.now.settings.get(name);
  }
}

function endsOf({ local, localPort, remote, remotePort }: HostSocket): string {
  return `${local} ${localPort} ${remote} ${remotePort}`;
}
