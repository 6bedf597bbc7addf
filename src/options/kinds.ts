// The kinds of values that options have. A kind judges a value without allocating, and says in words what
// is allowed.

import { OptionTypeError, outOfRange, wrongKind } from './errors.ts';

/** What a kind says of a value. */
export const Verdict = { RIGHT: 0, WRONG_KIND: 1, NOT_ALLOWED: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** A kind of values. */
export abstract class Kind {
  /** After "must be": 'a whole number from 0 to 65535'. */
  abstract get allowed(): string;
  abstract judge(value: unknown): Verdict;
  /** Whether the option has to be there. */
  readonly needed: boolean = false;
  /** Whether a value has parts, which `check` looks into. */
  readonly deep: boolean = false;
  /** Throws what a value of `where`'s option deserves. */
  check(value: unknown, where: string, option: string): void {
    const verdict = this.judge(value);
    if (verdict === Verdict.RIGHT) return;
    if (verdict === Verdict.NOT_ALLOWED) throw outOfRange(where, option, value, this.allowed);
    throw wrongKind(where, option, value, this.allowed);
  }
}

/** Numbers between two bounds, whole or not; where `orInfinity`, Infinity, too. */
export class NumberKind extends Kind {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
  readonly orInfinity: boolean;

  constructor(low: number, high: number, whole: boolean, orInfinity: boolean) {
    super();
    this.low = low;
    this.high = high;
    this.whole = whole;
    this.orInfinity = orInfinity;
  }
  get allowed(): string {
    const what = this.whole ? 'a whole number' : 'a number';
    const range = this.high >= Number.MAX_SAFE_INTEGER ? `${this.low} or more` : '';
    const words = range === '' ? `${what} from ${this.low} to ${this.high}` : `${what}, ${range}`;
    return this.orInfinity ? `${words}, or Infinity` : words;
  }
  judge(value: unknown): Verdict {
    if (typeof value !== 'number') return Verdict.WRONG_KIND;
    if (this.orInfinity && value === Number.POSITIVE_INFINITY) return Verdict.RIGHT;
    if (!(value >= this.low && value <= this.high)) return Verdict.NOT_ALLOWED;
    return !this.whole || Number.isInteger(value) ? Verdict.RIGHT : Verdict.NOT_ALLOWED;
  }
}

/** Values of one `typeof`. */
export class TypeKind extends Kind {
  readonly type: 'string' | 'boolean' | 'function';
  readonly allowed: string;

  constructor(type: 'string' | 'boolean' | 'function', allowed: string) {
    super();
    this.type = type;
    this.allowed = allowed;
  }
  judge(value: unknown): Verdict {
    return typeof value === this.type ? Verdict.RIGHT : Verdict.WRONG_KIND;
  }
}

/** One of some names (or numbers), which may become more. */
export class NameKind extends Kind {
  readonly names: () => readonly (string | number)[];

  constructor(names: () => readonly (string | number)[]) {
    super();
    this.names = names;
  }
  get allowed(): string {
    const all = this.names().map((name) => (typeof name === 'string' ? `'${name}'` : String(name)));
    const last = all.pop() ?? 'nothing';
    return all.length === 0 ? last : `${all.join(', ')} or ${last}`;
  }
  judge(value: unknown): Verdict {
    const names = this.names();
    if (names.includes(value as string)) return Verdict.RIGHT;
    return typeof value === typeof names[0] ? Verdict.NOT_ALLOWED : Verdict.WRONG_KIND;
  }
}

/** Objects that have certain methods or fields: another copy of the package makes them, too. */
export class ObjectKind extends Kind {
  readonly allowed: string;
  readonly has: readonly string[];

  constructor(allowed: string, has: readonly string[]) {
    super();
    this.allowed = allowed;
    this.has = has;
  }
  judge(value: unknown): Verdict {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null)
      return Verdict.WRONG_KIND;
    for (const name of this.has) if (!(name in value)) return Verdict.WRONG_KIND;
    return Verdict.RIGHT;
  }
}

/** An ArrayBuffer or a SharedArrayBuffer, also one of another realm (a frame, node:vm). */
export function isArrayBuffer(value: unknown): value is ArrayBufferLike {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]';
}

/** Octets: any view of an ArrayBuffer, or one. */
export class OctetsKind extends Kind {
  readonly allowed = 'octets: a Uint8Array, another view of an ArrayBuffer, or an ArrayBuffer';
  judge(value: unknown): Verdict {
    return ArrayBuffer.isView(value) || isArrayBuffer(value) ? Verdict.RIGHT : Verdict.WRONG_KIND;
  }
}

/** Arrays whose elements are of one kind. */
export class ListKind extends Kind {
  readonly of: Kind;
  /** -1: any. */
  readonly length: number;
  override readonly deep = true;

  constructor(of: Kind, length: number) {
    super();
    this.of = of;
    this.length = length;
  }
  get allowed(): string {
    return this.length < 0
      ? `an array, each ${this.of.allowed}`
      : `an array of ${this.length}, each ${this.of.allowed}`;
  }
  judge(value: unknown): Verdict {
    if (!Array.isArray(value)) return Verdict.WRONG_KIND;
    return this.length < 0 || value.length === this.length ? Verdict.RIGHT : Verdict.NOT_ALLOWED;
  }
  override check(value: unknown, where: string, option: string): void {
    super.check(value, where, option);
    (value as readonly unknown[]).forEach((each, i) => {
      this.of.check(each, where, `${option}[${i}]`);
    });
  }
}

/** What one of several kinds allows. */
export class EitherKind extends Kind {
  readonly kinds: readonly Kind[];
  override readonly deep: boolean;

  constructor(kinds: readonly Kind[]) {
    super();
    this.kinds = kinds;
    this.deep = kinds.some((kind) => kind.deep);
  }
  get allowed(): string {
    return this.kinds.map((kind) => kind.allowed).join(', or ');
  }
  judge(value: unknown): Verdict {
    let best: Verdict = Verdict.WRONG_KIND;
    for (const kind of this.kinds) {
      const verdict = kind.judge(value);
      if (verdict === Verdict.RIGHT) return verdict;
      if (verdict === Verdict.NOT_ALLOWED) best = verdict;
    }
    return best;
  }
  /** A value that one of the kinds takes for its own is that kind's to look into. */
  override check(value: unknown, where: string, option: string): void {
    for (const kind of this.kinds) {
      if (kind.judge(value) === Verdict.RIGHT) {
        kind.check(value, where, option);
        return;
      }
    }
    super.check(value, where, option);
  }
}

/** null. */
export class NullKind extends Kind {
  readonly allowed = 'null';
  judge(value: unknown): Verdict {
    return value === null ? Verdict.RIGHT : Verdict.WRONG_KIND;
  }
}

/** Whatever it is, it is the caller's own. */
export class AnyKind extends Kind {
  readonly allowed = 'anything';
  judge(): Verdict {
    return Verdict.RIGHT;
  }
}

/** An option that has to be there. */
export class NeededKind extends Kind {
  readonly kind: Kind;
  override readonly needed = true;
  override readonly deep: boolean;

  constructor(kind: Kind) {
    super();
    this.kind = kind;
    this.deep = kind.deep;
  }
  get allowed(): string {
    return this.kind.allowed;
  }
  judge(value: unknown): Verdict {
    return this.kind.judge(value);
  }
  override check(value: unknown, where: string, option: string): void {
    if (value === undefined) {
      const message = `${where === '' ? '' : `${where}: `}${option} is missing: it must be ${this.allowed}`;
      throw new OptionTypeError('ERR_MISSING_OPTION', option, message);
    }
    this.kind.check(value, where, option);
  }
}

/** A whole number from `low` to `high`. */
export const whole = (low: number, high: number = Number.MAX_SAFE_INTEGER): Kind =>
  new NumberKind(low, high, true, false);
/** A whole number of at least `low`, or Infinity. */
export const wholeOrInfinity = (low: number): Kind =>
  new NumberKind(low, Number.MAX_SAFE_INTEGER, true, true);
/** A number from `low` to `high`, fractions allowed. */
export const real = (low: number, high: number = Number.MAX_VALUE): Kind =>
  new NumberKind(low, high, false, false);
/** A number of at least `low`, fractions allowed, or Infinity. */
export const realOrInfinity = (low: number): Kind => new NumberKind(low, Number.MAX_VALUE, false, true);
/** true or false. */
export const flag: Kind = new TypeKind('boolean', 'true or false');
/** A string. */
export const text: Kind = new TypeKind('string', 'a string');
/** A function. */
export const func: Kind = new TypeKind('function', 'a function');
/** Octets. */
export const octets: Kind = new OctetsKind();
/** Anything. */
export const anything: Kind = new AnyKind();
/** What seeds the dice of a world: any number, or a string. */
export const seed: Kind = new EitherKind([real(-Number.MAX_VALUE), text]);
/** An AbortSignal. */
export const abortSignal: Kind = new ObjectKind('an AbortSignal', ['aborted', 'addEventListener']);
/** One of these. */
export const oneOf = (...names: readonly (string | number)[]): Kind => new NameKind(() => names);
/** One of what there is when the option is given. */
export const named = (names: () => readonly string[]): Kind => new NameKind(names);
/** An object that has these methods or fields; `what` as in 'a Memory'. */
export const like = (what: string, ...has: readonly string[]): Kind => new ObjectKind(what, has);
/** An array; of `length` if that is given. */
export const list = (of: Kind, length = -1): Kind => new ListKind(of, length);
/** One of several kinds. */
export const either = (...kinds: readonly Kind[]): Kind => new EitherKind(kinds);
/** That, or null. */
export const orNull = (kind: Kind): Kind => new EitherKind([kind, new NullKind()]);
/** An option that has to be given. */
export const needed = (kind: Kind): NeededKind => new NeededKind(kind);
