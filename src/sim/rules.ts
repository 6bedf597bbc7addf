// Rules: what happens to a chosen packet on a wire ("drop the second segment with FIN"). A rule counts
// the packets it matches, so that the n-th can be chosen; counting goes on whatever other rules do.

import type { Flight } from './flight.ts';
import type { DirectionName, PacketInfo } from './packet.ts';

/** Which matches a rule acts on, counted from 1. */
export type Nth = number | readonly number[] | { readonly from: number; readonly to?: number };

/** What is corrupted: a random bit, a bit (0 is the first octet's most significant), or an octet (inverted). */
export type Corruption = 'random' | { readonly bit: number } | { readonly octet: number };

/** What a rule does to a packet. */
export type RuleAction =
  | { readonly drop: true }
  /** Extra delay in µs; later packets overtake. */
  | { readonly delayUs: number }
  /** Extra delay in µs that is asked for packet by packet. */
  | { readonly delayBy: (p: PacketInfo) => number }
  /** Extra copies. */
  | { readonly duplicate: number }
  | { readonly corrupt: Corruption }
  /** Kept until `RuleHandle.release()`. */
  | { readonly hold: true }
  /** Changes the packet's bytes in place (in `p.mem` at `p.off`), its length excepted. */
  | { readonly edit: (p: PacketInfo) => void };

/** A scripted fate. */
export interface WireRule {
  /** Default: both directions, counted together. */
  readonly direction?: DirectionName;
  readonly match: (p: PacketInfo) => boolean;
  /** Default: every match. */
  readonly nth?: Nth;
  readonly action: RuleAction;
  /** Acts at most so often. Default Infinity. */
  readonly times?: number;
  /** For messages and drawings. */
  readonly text?: string;
}

/** A rule at work on a wire. */
export interface RuleHandle {
  readonly rule: WireRule;
  /** Packets that matched. */
  readonly matched: number;
  /** Packets that the rule acted on. */
  readonly fired: number;
  /** Packets that it holds now. */
  readonly held: number;
  /** Lets held packets go on, in order, as if sent now. */
  release(): void;
  /** The rule matches no more; what it holds goes on. */
  remove(): void;
}

/** True if match number `n` (from 1) is among `nth`. */
export function isNth(nth: Nth | undefined, n: number): boolean {
  if (nth === undefined) return true;
  if (typeof nth === 'number') return n === nth;
  if ('from' in nth) return n >= nth.from && n <= (nth.to ?? Infinity);
  return nth.includes(n);
}

function count(value: number, what: string, least: number): void {
  if (!(Number.isInteger(value) && value >= least)) {
    throw new RangeError(`${what} must be an integer of at least ${least}, not ${value}`);
  }
}

/** Throws a RangeError that names the field if a number of the rule makes no sense. */
export function checkRule(rule: WireRule): void {
  const { nth, action, times } = rule;
  if (typeof nth === 'number') count(nth, 'rule.nth', 1);
  else if (nth !== undefined && 'from' in nth) {
    count(nth.from, 'rule.nth.from', 1);
    if (nth.to !== undefined) count(nth.to, 'rule.nth.to', nth.from);
  } else if (nth !== undefined) for (const n of nth) count(n, 'rule.nth', 1);
  if (times !== undefined && times !== Infinity) count(times, 'rule.times', 0);
  if ('delayUs' in action) count(action.delayUs, 'rule.action.delayUs', 0);
  if ('duplicate' in action) count(action.duplicate, 'rule.action.duplicate', 1);
  if ('corrupt' in action && action.corrupt !== 'random') {
    if ('bit' in action.corrupt) count(action.corrupt.bit, 'rule.action.corrupt.bit', 0);
    else count(action.corrupt.octet, 'rule.action.corrupt.octet', 0);
  }
}

/** A rule with its counts and what it holds. */
export class LiveRule implements RuleHandle {
  readonly rule: WireRule;
  matched = 0;
  fired = 0;
  flights: Flight[] = [];
  readonly #remove: (rule: LiveRule) => void;

  constructor(rule: WireRule, remove: (rule: LiveRule) => void) {
    checkRule(rule);
    this.rule = rule;
    this.#remove = remove;
  }

  get held(): number {
    return this.flights.length;
  }

  /** True if the rule acts on this packet; counts it. */
  takes(p: PacketInfo): boolean {
    const { rule } = this;
    if (!rule.match(p)) return false;
    this.matched++;
    if (this.fired >= (rule.times ?? Infinity) || !isNth(rule.nth, this.matched)) return false;
    this.fired++;
    return true;
  }

  release(): void {
    const flights = this.flights;
    this.flights = [];
    for (const flight of flights) flight.direction.goOn(flight);
  }

  remove(): void {
    this.#remove(this);
    this.release();
  }
}
