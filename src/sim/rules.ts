// Rules: what happens to a chosen packet on a wire ("drop the second segment with FIN"). A rule counts
// the packets it matches, so that the n-th can be chosen; counting goes on whatever other rules do.

import {
  either,
  flag,
  func,
  list,
  needed,
  nested,
  oneOf,
  outOfRange,
  Schema,
  text,
  whole,
  wholeOrInfinity,
} from '../options/index.ts';
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
  /** Marked CE, if it is ECN-capable (RFC 3168 section 5). */
  | { readonly mark: true }
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

const nth = either(
  whole(1),
  list(whole(1)),
  nested(new Schema<{ from: number; to?: number }>('nth', { from: needed(whole(1)), to: whole(1) })),
);

/** One of these. */
interface Actions {
  drop?: true;
  delayUs?: number;
  delayBy?: (p: PacketInfo) => number;
  duplicate?: number;
  corrupt?: Corruption;
  mark?: true;
  hold?: true;
  edit?: (p: PacketInfo) => void;
}

const actions = new Schema<Actions>('action', {
  drop: flag,
  delayUs: whole(0),
  delayBy: func,
  duplicate: whole(1),
  corrupt: either(
    oneOf('random'),
    nested(new Schema<{ bit?: number; octet?: number }>('corrupt', { bit: whole(0), octet: whole(0) })),
  ),
  mark: flag,
  hold: flag,
  edit: func,
});

const wireRule = new Schema<WireRule>('rule', {
  direction: oneOf('a->b', 'b->a'),
  match: needed(func),
  nth,
  action: needed(nested(actions)),
  times: wholeOrInfinity(0),
  text,
});

/**
 * Throws for a rule that makes no sense.
 * @throws OptionTypeError, OptionRangeError
 */
export function checkRule(rule: WireRule): void {
  wireRule.check(rule);
  const { nth, action } = rule;
  if (typeof nth === 'object' && 'from' in nth && (nth.to ?? nth.from) < nth.from)
    throw outOfRange('rule', 'nth.to', nth.to, `at least nth.from, which is ${nth.from}`);
  one('action', action, Object.keys(actions.kinds));
  if ('corrupt' in action && action.corrupt !== 'random')
    one('action.corrupt', action.corrupt, ['bit', 'octet']);
}

/** Throws unless exactly one of the options was given. */
function one(option: string, given: object, names: readonly string[]): void {
  if (Object.keys(given).length !== 1)
    throw outOfRange('rule', option, given, `an object with one of ${names.join(', ')}`);
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
