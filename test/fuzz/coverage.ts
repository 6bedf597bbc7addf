// What a session reached, as small numbers: rows of the transition table, reasons for drops, malformed
// codes, counters, what was sent in which state. A session that reaches something new is worth varying.

import type { HostCounters, HostTap } from '../../src/host/index.ts';
import { Drop, dropName, type Tcb, type Transition, transitions } from '../../src/tcp/index.ts';
import { Malformed, malformedName, type Segment } from '../../src/wire/index.ts';

const ROW = 1;
const DROP = 2;
const SENT = 3;
const COUNTER = 4;
const MALFORMED = 5;
const PAIR = 6;

/** Everything that any session reached. */
export class Coverage {
  readonly seen = new Set<number>();
  /** Grows when something is reached for the first time. */
  fresh = 0;
  readonly rows = new Set<number>();
  readonly drops = new Set<number>();
  readonly malformed = new Set<number>();
  #last = 0;

  note(kind: number, a: number, b: number): void {
    const signal = (kind << 24) | (a << 12) | b;
    if (!this.seen.has(signal)) {
      this.seen.add(signal);
      this.fresh++;
    }
    if (kind === COUNTER) return;
    // What follows what, roughly: 4096 kinds of pairs.
    const pair = (PAIR << 24) | ((Math.imul(this.#last, 31) ^ signal ^ (signal >> 12)) & 0xfff);
    this.#last = signal & 0xfffff;
    if (!this.seen.has(pair)) {
      this.seen.add(pair);
      this.fresh++;
    }
  }

  /** A session begins. */
  begin(): void {
    this.#last = 0;
  }

  row(row: Transition): void {
    this.rows.add(row.id);
    this.note(ROW, row.id, 0);
  }

  drop(tcb: Tcb | null, reason: Drop): void {
    this.drops.add(reason);
    this.note(DROP, reason, tcb === null ? 15 : tcb.state);
  }

  sent(tcb: Tcb | null, seg: Segment): void {
    this.note(SENT, seg.ctl, (tcb === null ? 15 : tcb.state) * 2 + (seg.textLen > 0 ? 1 : 0));
  }

  /** Counters at the end of a session, each with the order of its size. */
  counters(counters: HostCounters): void {
    let field = 0;
    for (const value of Object.values(counters)) {
      field++;
      if (typeof value === 'number') {
        if (value > 0) this.note(COUNTER, field, 32 - Math.clz32(value));
      }
    }
    counters.malformed.forEach((n, code) => {
      if (n === 0) return;
      this.malformed.add(code);
      this.note(MALFORMED, code, 0);
    });
  }

  /** Watches a host. */
  tap(): HostTap {
    return {
      transition: (_, row) => this.row(row),
      drop: (tcb, _, reason) => this.drop(tcb, reason),
    };
  }

  /** Names of what no session has reached. */
  missing(): { rows: string[]; drops: string[]; malformed: string[] } {
    return {
      rows: transitions.filter((t) => !this.rows.has(t.id)).map((t) => `${t.name} from ${t.from}`),
      drops: Object.values(Drop)
        .filter((d) => !this.drops.has(d))
        .map(dropName),
      malformed: Object.values(Malformed)
        .filter((code) => code !== 0 && !this.malformed.has(code))
        .map(malformedName),
    };
  }
}
