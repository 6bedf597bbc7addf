// Options are checked where they are given: one schema for each options object, which the function that takes
// the object asks first.

import { OptionTypeError, wrongKind } from './errors.ts';
import { Kind, type NeededKind, Verdict } from './kinds.ts';
import { nearNames } from './near.ts';

/** A kind for each option of T; the compiler wants all of them, and `needed` for those that are not optional. */
export type Kinds<T extends object> = {
  readonly [K in keyof T]-?: undefined extends T[K]
    ? Kind
    : Record<never, never> extends Pick<T, K>
      ? Kind
      : NeededKind;
};

/**
 * What an options object may hold. The whole of it, beside the interface that it mirrors:
 *
 * ```ts
 * export const switchOptions = new Schema<SwitchOptions>('Switch', {
 *   macTableSize: whole(1, 2 ** 20),
 *   agingUs: wholeOrInfinity(0),
 *   kind: oneOf('ip', 'ethernet'),       // also: named(() => names), real, flag, text, func, octets, abortSignal,
 *   wire: nested(wireOptions),           // list(text), like('a Memory', 'alloc', 'free'), either, orNull, anything
 *   port: needed(whole(0, 65_535)),      // an option that is not optional
 * });
 *
 * constructor(options: SwitchOptions = {}) {
 *   switchOptions.check(options);
 * ```
 *
 * An unknown name throws an `OptionTypeError` that says which one was meant; a value of the wrong kind an
 * `OptionTypeError`, one that is not allowed an `OptionRangeError`, both with the option, the value, and what is
 * allowed. `undefined` is an option that was not given. What hangs on several options (first <= last) is the
 * taker's: `throw outOfRange('Host', 'ports.last', last, 'at least ports.first')`. Where one options object extends another, spread its
 * kinds: `{ ...wireConfig.kinds, name: text }`. A check of an object that is right allocates nothing.
 */
export class Schema<T extends object> {
  /** Who takes the options, for messages: 'connect', 'Switch'. */
  readonly where: string;
  readonly kinds: Kinds<T>;
  readonly #kinds = new Map<string, Kind>();
  readonly #needed: string[] = [];

  constructor(where: string, kinds: Kinds<T>) {
    this.where = where;
    this.kinds = kinds;
    for (const [name, kind] of Object.entries<Kind>(kinds)) {
      this.#kinds.set(name, kind);
      if (kind.needed) this.#needed.push(name);
    }
  }

  /**
   * Throws for the first option that is wrong.
   * @throws OptionTypeError, OptionRangeError
   */
  check(options: T): void {
    this.checkAt(options, this.where, '');
  }

  /** Internal: the check, with the place of the object in the one that holds it. */
  checkAt(options: object, where: string, prefix: string): void {
    // A function or an array has no options by accident.
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      throw wrongKind(
        where,
        prefix === '' ? 'options' : prefix.slice(0, -1),
        options,
        'an object of options',
      );
    }
    for (const name in options) {
      const kind = this.#kinds.get(name);
      if (kind === undefined) this.#unknown(name, where, prefix);
      const value = (options as Record<string, unknown>)[name];
      if (value === undefined) continue;
      if (kind.judge(value) !== Verdict.RIGHT || kind.deep) kind.check(value, where, `${prefix}${name}`);
    }
    for (const name of this.#needed) {
      if ((options as Record<string, unknown>)[name] === undefined)
        (this.#kinds.get(name) as Kind).check(undefined, where, `${prefix}${name}`);
    }
  }

  #unknown(name: string, where: string, prefix: string): never {
    const names = [...this.#kinds.keys()];
    const near = nearNames(name.slice(0, 40), names).slice(0, 2);
    const meant = near.map((each) => `'${prefix}${each}'`).join(' or ');
    const advice = near.length > 0 ? `did you mean ${meant}?` : `there is ${names.join(', ') || 'none'}`;
    const message = `${where === '' ? '' : `${where}: `}there is no option '${prefix}${name.slice(0, 60)}'; ${advice}`;
    throw new OptionTypeError('ERR_INVALID_ARG_VALUE', `${prefix}${name}`, message);
  }
}

/** An options object in an option. */
export class NestedKind extends Kind {
  readonly schema: Schema<object>;
  readonly allowed = 'an object of options';

  constructor(schema: Schema<object>) {
    super();
    this.schema = schema;
  }
  override readonly deep = true;
  judge(value: unknown): Verdict {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Verdict.RIGHT
      : Verdict.WRONG_KIND;
  }
  override check(value: unknown, where: string, option: string): void {
    super.check(value, where, option);
    this.schema.checkAt(value as object, where, `${option}.`);
  }
}

/** An options object in an option; what it holds is checked, too. */
export function nested<T extends object>(schema: Schema<T>): Kind {
  return new NestedKind(schema as unknown as Schema<object>);
}
