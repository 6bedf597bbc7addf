// What a bad option is answered with: JavaScript's own classes, with Node's codes and the option's name.

/** An option of an unknown name, one that is missing, or a value of the wrong kind. */
export class OptionTypeError extends TypeError {
  override readonly name = 'OptionTypeError';
  /** ERR_INVALID_ARG_TYPE for a value, ERR_INVALID_ARG_VALUE for a name that is unknown, ERR_MISSING_OPTION. */
  readonly code: string;
  /** The option, with its place: `tcp.receiveBuffer`, `addresses[1]`. */
  readonly option: string;

  constructor(code: string, option: string, message: string) {
    super(message);
    this.code = code;
    this.option = option;
  }
}

/** A value of the right kind that is not allowed: ERR_OUT_OF_RANGE. */
export class OptionRangeError extends RangeError {
  override readonly name = 'OptionRangeError';
  readonly code = 'ERR_OUT_OF_RANGE';
  /** The option, with its place. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

const SHOWN = 60;

/** A value in a message: short, and never something that throws. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > SHOWN ? `'${value.slice(0, SHOWN)}…'` : `'${value}'`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${String(value).slice(0, SHOWN)}n`;
    case 'function':
      return 'a function';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? `an array of ${value.length}` : 'an object';
    default:
      return typeof value === 'symbol' ? 'a symbol' : String(value);
  }
}

/** The error of an option whose value is not allowed: `where: option must be allowed, not value`. */
export function outOfRange(where: string, option: string, value: unknown, allowed: string): OptionRangeError {
  return new OptionRangeError(option, sentence(where, option, value, allowed));
}

/** The error of an option whose value is of the wrong kind. */
export function wrongKind(where: string, option: string, value: unknown, allowed: string): OptionTypeError {
  return new OptionTypeError('ERR_INVALID_ARG_TYPE', option, sentence(where, option, value, allowed));
}

function sentence(where: string, option: string, value: unknown, allowed: string): string {
  return `${where === '' ? '' : `${where}: `}${option} must be ${allowed}, not ${shown(value)}`;
}
