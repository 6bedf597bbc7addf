// What all damages to packets share: what an attacker knows, numbers near those that mean something, and
// octets put in the place of others.

import type { Random } from '../../src/sim/index.ts';
import { pick } from '../support/dice.ts';

/** What an attacker on the path knows. */
export interface Knowledge {
  /** Packets begin with an Ethernet header. */
  readonly ethernet: boolean;
  /** Sequence and acknowledgment numbers that mean something now: RCV.NXT, SND.UNA, window edges… */
  readonly numbers: readonly number[];
  /** Other packets, to splice with. */
  readonly others: readonly Uint8Array[];
}

/** Changes a packet, in place or not, and gives what came of it. */
export type Damage = (b: Uint8Array, r: Random, k: Knowledge) => Uint8Array;
/** A number near one that means something, or anywhere. */
export function near(r: Random, k: Knowledge, old: number): number {
  const base = k.numbers.length > 0 && r.chance(0.7) ? pick(r, k.numbers) : old;
  switch (r.int(8)) {
    case 0:
      return r.nextUint32() | 0;
    case 1:
      return (base + 2 ** 31 + r.int(3) - 1) | 0;
    case 2:
      return (base + r.int(70_000) - 35_000) | 0;
    case 3:
    case 4:
      return (base + r.int(3000) - 1500) | 0;
    default:
      return (base + r.int(5) - 2) | 0;
  }
}

/** The octets with those in [from, to) replaced. */
export function replaceRange(b: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  const out = new Uint8Array(from + by.length + Math.max(0, b.length - to));
  out.set(b.subarray(0, from));
  out.set(by, from);
  out.set(b.subarray(Math.min(to, b.length)), from + by.length);
  return out;
}

/** `n` random octets. */
export function noise(r: Random, n: number): Uint8Array {
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) out[i] = r.int(256);
  return out;
}
