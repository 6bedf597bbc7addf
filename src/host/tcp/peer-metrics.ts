// What connections have found out about their peers, for the next ones (RFC 9040): by remote address, for an hour after
// the last connection ended, and no more of them than a bound.

import type { MetricsStore, PeerMetrics, Tcb } from '../../tcp/index.ts';
import { formatWords } from '../../wire/index.ts';
import type { HostCounters } from '../base/index.ts';

/** Peers remembered. */
export const PEERS = 1024;
/** How long what is known counts. */
export const METRICS_AGE_MS = 3_600_000;

/** What is remembered of a peer. */
export interface PeerMetricsInfo extends PeerMetrics {
  readonly address: string;
  /** Milliseconds since a connection told of it last. */
  readonly ageMs: number;
}

interface Entry extends PeerMetrics {
  atMs: number;
}

/** See the head of the file. */
export class PeerMetricsCache implements MetricsStore {
  /** By address, in the order in which they were told of: the first is the oldest. */
  readonly #entries = new Map<string, Entry>();
  readonly #nowMs: () => number;
  readonly #counters: HostCounters;

  /** `nowMs`: any number of milliseconds that never wraps. */
  constructor(nowMs: () => number, counters: HostCounters) {
    this.#nowMs = nowMs;
    this.#counters = counters;
  }

  find(tcb: Tcb): PeerMetrics | null {
    const key = addressOf(tcb);
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (this.#nowMs() - entry.atMs > METRICS_AGE_MS) {
      this.#entries.delete(key);
      return null;
    }
    this.#counters.metricsUsed++;
    return entry;
  }

  entry(tcb: Tcb): PeerMetrics {
    const key = addressOf(tcb);
    const atMs = this.#nowMs();
    let entry = this.#entries.get(key);
    if (entry === undefined || atMs - entry.atMs > METRICS_AGE_MS)
      entry = { rttUs: 0, rttvarUs: 0, ssthresh: 0, reordering: 0, accEcnBlocked: 0, atMs };
    entry.atMs = atMs;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > PEERS) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        this.#counters.metricsEvicted++;
        break;
      }
    }
    return entry;
  }

  /** All that still counts, the latest last. */
  list(): PeerMetricsInfo[] {
    const now = this.#nowMs();
    return [...this.#entries]
      .map(([address, { atMs, ...metrics }]) => ({ address, ...metrics, ageMs: now - atMs }))
      .filter(({ ageMs }) => ageMs <= METRICS_AGE_MS);
  }

  /** Forgets what is known of `address`, or of all; how many that were. */
  flush(address?: string): number {
    const { size } = this.#entries;
    if (address === undefined) this.#entries.clear();
    else this.#entries.delete(address);
    return size - this.#entries.size;
  }
}

function addressOf({ family, r0, r1, r2, r3 }: Tcb): string {
  return formatWords(family === 6 ? 6 : 4, r0, r1, r2, r3);
}
