// How Python shows values: str, repr, the % operator and format specifications, enough for messages.

/** A value of a code block. Integers are bigint, floats are number. */
export type CodeValue = bigint | number | boolean | string | null | CodeSequence;

/** A list or a tuple. */
export interface CodeSequence {
  readonly list: boolean;
  readonly items: readonly CodeValue[];
}

/** What went wrong while code ran; `name` is Python's name for it. */
export class CodeFault extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** The name of a value's type. */
export function typeName(value: CodeValue): string {
  if (value === null) return 'NoneType';
  switch (typeof value) {
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'str';
    default:
      return value.list ? 'list' : 'tuple';
  }
}

/** Longest text a block may build. */
export const MAX_TEXT = 100_000;
const MAX_WIDTH = 1000;

function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** `str(value)` */
export function str(value: CodeValue): string {
  return typeof value === 'string' ? value : repr(value);
}

/** `repr(value)` */
export function repr(value: CodeValue): string {
  if (value === null) return 'None';
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'number':
      return formatFloat(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'string': {
      const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
      const inner = value
        .replaceAll('\\', '\\\\')
        .replaceAll('\n', '\\n')
        .replaceAll('\t', '\\t')
        .replaceAll('\r', '\\r');
      return quote + (quote === "'" ? inner.replaceAll("'", "\\'") : inner) + quote;
    }
    default: {
      const items = value.items.map(repr).join(', ');
      if (value.list) return `[${items}]`;
      return value.items.length === 1 ? `(${items},)` : `(${items})`;
    }
  }
}

interface Spec {
  readonly fill: string;
  readonly align: string;
  readonly sign: string;
  readonly alternate: boolean;
  readonly width: number;
  readonly comma: boolean;
  readonly precision: number | null;
  readonly type: string;
}

const SPEC = /^(?:([\s\S])?([<>^=]))?([-+ ])?(#)?(0)?(\d{1,4})?(,)?(?:\.(\d{1,3}))?([a-zA-Z%])?$/;

/** `format(value, spec)`: fill, alignment, sign, width, precision and the types d x X o b f e g s %. */
export function format(value: CodeValue, spec: string): string {
  if (spec === '') return str(value);
  const found = SPEC.exec(spec);
  if (found === null) throw new CodeFault('ValueError', `unsupported format specification '${spec}'`);
  const [, fill, align, sign, alternate, zero, width, comma, precision, type] = found;
  const numeric = typeof value !== 'string' && value !== null && typeof value !== 'object';
  return formatWith(value, {
    fill: fill ?? (zero !== undefined && align === undefined ? '0' : ' '),
    align: align ?? (!numeric ? '<' : zero !== undefined ? '=' : '>'),
    sign: sign ?? '-',
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    comma: comma !== undefined,
    precision: precision === undefined ? null : Number(precision),
    type: type ?? '',
  });
}

function formatWith(value: CodeValue, spec: Spec): string {
  if (spec.width > MAX_WIDTH) throw new CodeFault('ValueError', 'width too large');
  if (typeof value === 'string' || value === null || typeof value === 'object') {
    if (spec.type !== '' && spec.type !== 's') {
      throw new CodeFault('ValueError', `format '${spec.type}' does not fit ${typeName(value)}`);
    }
    if (spec.comma || spec.sign !== '-' || spec.align === '=') {
      throw new CodeFault('ValueError', `numeric format does not fit ${typeName(value)}`);
    }
    const text = str(value);
    return pad(spec.precision === null ? text : text.slice(0, spec.precision), '', spec);
  }
  if (spec.type === '' && typeof value === 'boolean') return pad(str(value), '', spec);
  const plain = typeof value === 'boolean' ? (value ? 1n : 0n) : value;
  const negative = plain < 0;
  const digits = magnitude(plain, spec);
  const prefix = negative ? '-' : spec.sign === '-' ? '' : spec.sign;
  return pad(spec.comma ? group(digits) : digits, prefix, spec);
}

/** The number without its sign. */
function magnitude(value: bigint | number, spec: Spec): string {
  const integer = typeof value === 'bigint';
  switch (spec.type) {
    case 'd':
    case 'x':
    case 'X':
    case 'o':
    case 'b': {
      if (!integer) throw new CodeFault('ValueError', `format '${spec.type}' does not fit float`);
      const size = value < 0n ? -value : value;
      const base = spec.type === 'd' ? 10 : spec.type === 'o' ? 8 : spec.type === 'b' ? 2 : 16;
      const digits = (spec.alternate && base !== 10 ? `0${spec.type}` : '') + size.toString(base);
      return spec.type === 'X' ? digits.toUpperCase() : digits;
    }
    case 'f':
    case 'F':
      return fixed(Math.abs(Number(value)), spec.precision ?? 6);
    case 'e':
      return exponent(Math.abs(Number(value)).toExponential(Math.min(spec.precision ?? 6, 100)));
    case 'g': {
      const precision = Math.max(1, Math.min(spec.precision ?? 6, 100));
      const text = Math.abs(Number(value)).toPrecision(precision);
      return exponent(
        text.includes('e')
          ? text.replace(/\.?0+e/, 'e')
          : text.includes('.')
            ? text.replace(/\.?0+$/, '')
            : text,
      );
    }
    case '%':
      return `${fixed(Math.abs(Number(value)) * 100, spec.precision ?? 6)}%`;
    case '': {
      if (integer) return (value < 0n ? -value : value).toString();
      if (spec.precision !== null) return magnitude(value, { ...spec, type: 'g' });
      return formatFloat(Math.abs(value));
    }
    default:
      throw new CodeFault('ValueError', `unsupported format '${spec.type}'`);
  }
}

/** Decimal without exponent, also beyond 10^21 where `toFixed` gives up. */
function fixed(value: number, precision: number): string {
  if (value < 1e21 || !Number.isFinite(value)) return value.toFixed(Math.min(precision, 100));
  return BigInt(value).toString() + (precision === 0 ? '' : `.${'0'.repeat(Math.min(precision, 100))}`);
}

function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function group(digits: string): string {
  const [whole, ...rest] = digits.split('.');
  return [whole!.replace(/\B(?=(\d{3})+$)/g, ','), ...rest].join('.');
}

function pad(text: string, prefix: string, spec: Spec): string {
  const missing = spec.width - text.length - prefix.length;
  if (missing <= 0) return prefix + text;
  const fill = (n: number): string => spec.fill.repeat(n);
  if (spec.align === '<') return prefix + text + fill(missing);
  if (spec.align === '^') return fill(missing >> 1) + prefix + text + fill(missing - (missing >> 1));
  if (spec.align === '=') return prefix + fill(missing) + text;
  return fill(missing) + prefix + text;
}

const CONVERSION = /%(?:([-+ 0#]*)(\d{1,4})?(?:\.(\d{1,3}))?([a-zA-Z%]))?/g;

/** `text % value` */
export function percent(text: string, value: CodeValue): string {
  const args = value !== null && typeof value === 'object' && !value.list ? value.items : [value];
  let used = 0;
  const out = text.replace(
    CONVERSION,
    (whole, flags?: string, width?: string, precision?: string, type?: string) => {
      if (type === undefined) throw new CodeFault('ValueError', `unsupported conversion '${whole}'`);
      if (type === '%') return '%';
      if (used >= args.length) throw new CodeFault('TypeError', 'not enough arguments for format string');
      const arg = args[used++]!;
      const left = flags!.includes('-');
      const shown = type === 'r' ? repr(arg) : type === 's' ? str(arg) : null;
      const integral = type === 'd' || type === 'i' || type === 'u';
      if (shown === null && (typeof arg === 'string' || arg === null || typeof arg === 'object')) {
        throw new CodeFault('TypeError', `%${type} format: a number is required, not ${typeName(arg)}`);
      }
      return formatWith(shown ?? (integral && typeof arg === 'number' ? truncate(arg) : arg), {
        fill: flags!.includes('0') && !left && shown === null ? '0' : ' ',
        align: left ? '<' : flags!.includes('0') && shown === null ? '=' : '>',
        sign: flags!.includes('+') ? '+' : flags!.includes(' ') ? ' ' : '-',
        alternate: flags!.includes('#'),
        width: Number(width ?? 0),
        comma: false,
        precision: precision === undefined ? null : Number(precision),
        type: shown !== null ? 's' : integral ? 'd' : type,
      });
    },
  );
  if (used < args.length)
    throw new CodeFault('TypeError', 'not all arguments converted during string formatting');
  return out;
}

/** A float to an integer, towards zero. */
export function truncate(value: number): bigint {
  if (!Number.isFinite(value))
    throw new CodeFault('ValueError', `cannot convert float ${formatFloat(value)} to integer`);
  return BigInt(Math.trunc(value));
}
