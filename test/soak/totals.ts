// What a soak has seen: counts, and which rows of the transition table and reasons for drops were reached.

import type { WireCounters } from '../../src/sim/index.ts';
import { Drop, dropName, stateName, transitions } from '../../src/tcp/index.ts';

/** Totals of worlds; plain data besides its methods, so that workers can send it. */
export class Totals {
  seeds = 0;
  connections = 0;
  refused = 0;
  orderly = 0;
  /** Worlds without any fault. */
  perfect = 0;
  segments = 0;
  packets = 0;
  events = 0;
  cookies = 0;
  /** Ends of connections that a cookie made twice. */
  ghosts = 0;
  /** Silences over which ends stayed that then ended in order. */
  rested = 0;
  virtualUs = 0;
  worstRatio = 0;
  worstSeed = 0;
  rows: number[] = new Array(transitions.length).fill(0);
  drops: number[] = new Array(64).fill(0);
  errors: Record<string, number> = {};
  faults: Record<string, number> = {};

  row(id: number): void {
    this.rows[id] = (this.rows[id] as number) + 1;
  }
  drop(reason: number): void {
    this.drops[reason] = (this.drops[reason] as number) + 1;
  }
  error(code: string): void {
    this.errors[code] = (this.errors[code] ?? 0) + 1;
  }
  fault(kind: string, n = 1): void {
    if (n > 0) this.faults[kind] = (this.faults[kind] ?? 0) + n;
  }
  ratio(n: number, seed: number): void {
    if (n <= this.worstRatio) return;
    this.worstRatio = n;
    this.worstSeed = seed;
  }
  wire(c: WireCounters): void {
    this.fault('lost', c.dropped.loss);
    this.fault('cut off', c.dropped.partition);
    this.fault('queue full', c.dropped.queue);
    this.fault('too big', c.dropped.rule);
    this.fault('duplicated', c.duplicated);
    this.fault('corrupted', c.corrupted);
    this.fault('reordered', c.reordered);
  }

  /** Adds what another has seen. */
  add(o: Totals): void {
    for (const key of [
      'seeds',
      'connections',
      'refused',
      'orderly',
      'perfect',
      'segments',
      'packets',
      'events',
      'cookies',
      'ghosts',
      'rested',
      'virtualUs',
    ] as const)
      this[key] += o[key];
    this.ratio(o.worstRatio, o.worstSeed);
    this.rows = this.rows.map((n, i) => n + (o.rows[i] as number));
    this.drops = this.drops.map((n, i) => n + (o.drops[i] as number));
    for (const [code, n] of Object.entries(o.errors)) this.errors[code] = (this.errors[code] ?? 0) + n;
    for (const [kind, n] of Object.entries(o.faults)) this.fault(kind, n);
  }

  /** One line. */
  line(): string {
    const hours = (this.virtualUs / 3600e6).toFixed(1);
    return `${this.seeds} worlds (${this.perfect} without any fault), ${this.connections} connections (${this.orderly} ends in order, over ${this.rested} silences), ${this.segments} segments, ${this.packets} packets, ${hours} virtual hours`;
  }

  /** Everything, with what was never seen. */
  lines(): string[] {
    const list = (o: Record<string, number>): string =>
      Object.entries(o)
        .sort((a, b) => b[1] - a[1])
        .map(([k, n]) => `${k} ${n}`)
        .join(', ');
    const reasons = Object.values(Drop);
    const seenRows = transitions.filter((t) => this.rows[t.id] !== 0);
    const seenDrops = reasons.filter((d) => this.drops[d] !== 0);
    return [
      this.line(),
      `events: ${this.events}; SYN cookies that came back: ${this.cookies} (twice: ${this.ghosts}); packets for work at most: ${this.worstRatio.toFixed(1)} (seed ${this.worstSeed})`,
      `faults: ${list(this.faults)}`,
      `errors that programs saw: ${list(this.errors)}`,
      `transitions: ${seenRows.length} of ${transitions.length} rows; never: ${transitions
        .filter((t) => this.rows[t.id] === 0)
        .map((t) => `${t.name} (${stateName(t.from)})`)
        .join(', ')}`,
      `drop reasons: ${seenDrops.length} of ${reasons.length}: ${seenDrops.map((d) => `${dropName(d)} ${this.drops[d]}`).join(', ')}; never: ${reasons
        .filter((d) => this.drops[d] === 0)
        .map(dropName)
        .join(', ')}`,
    ];
  }
}
