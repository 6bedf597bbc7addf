// Operators of code blocks on their values, as Python has them.

import type { BinaryOp, CompareOp } from './expr-ast.ts';
import { CodeFault, type CodeSequence, type CodeValue, MAX_TEXT, percent, typeName } from './expr-format.ts';

const MAX_BITS = 4096n;
const MAX_ITEMS = 10_000;

export function sequence(list: boolean, items: readonly CodeValue[]): CodeSequence {
  if (items.length > MAX_ITEMS) throw new CodeFault('MemoryError', 'sequence too long');
  return { list, items };
}

export function isSequence(value: CodeValue): value is CodeSequence {
  return value !== null && typeof value === 'object';
}

/** A bool is the int 0 or 1; anything that is no number is undefined. */
export function number(value: CodeValue): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

export function truthy(value: CodeValue): boolean {
  if (isSequence(value)) return value.items.length > 0;
  return Boolean(value);
}

export function equal(a: CodeValue, b: CodeValue): boolean {
  const x = number(a);
  const y = number(b);
  if (x !== undefined && y !== undefined) return sameNumber(x, y);
  if (isSequence(a) && isSequence(b)) {
    return (
      a.list === b.list && a.items.length === b.items.length && a.items.every((v, i) => equal(v, b.items[i]!))
    );
  }
  return a === b;
}

function sameNumber(x: bigint | number, y: bigint | number): boolean {
  return !(x < y) && !(x > y) && !Number.isNaN(x) && !Number.isNaN(y);
}

export function bounded(value: bigint): bigint {
  if (value > 1n << MAX_BITS || value < -(1n << MAX_BITS))
    throw new CodeFault('OverflowError', 'integer too large');
  return value;
}

function operandError(op: string, a: CodeValue, b: CodeValue): CodeFault {
  return new CodeFault(
    'TypeError',
    `unsupported operand type(s) for ${op}: '${typeName(a)}' and '${typeName(b)}'`,
  );
}

export function binary(op: BinaryOp, a: CodeValue, b: CodeValue): CodeValue {
  const x = number(a);
  const y = number(b);
  if (x !== undefined && y !== undefined) {
    const result =
      typeof x === 'bigint' && typeof y === 'bigint' ? integers(op, x, y) : floats(op, Number(x), Number(y));
    if (result === undefined) throw operandError(op, a, b);
    const bit = op === '&' || op === '|' || op === '^';
    return bit && typeof a === 'boolean' && typeof b === 'boolean' ? result !== 0n : result;
  }
  if (op === '%' && typeof a === 'string') return percent(a, b);
  if (op === '+') {
    if (typeof a === 'string' && typeof b === 'string') return text(a, b.length, () => a + b);
    if (isSequence(a) && isSequence(b) && a.list === b.list)
      return sequence(a.list, [...a.items, ...b.items]);
  }
  if (op === '*' && (typeof x === 'bigint' || typeof y === 'bigint')) {
    const [value, count] = typeof x === 'bigint' ? [b, x] : [a, y as bigint];
    return repeat(value, count, operandError(op, a, b));
  }
  throw operandError(op, a, b);
}

function text(a: string, more: number, make: () => string): string {
  if (a.length + more > MAX_TEXT) throw new CodeFault('MemoryError', 'string too long');
  return make();
}

function repeat(value: CodeValue, count: bigint, otherwise: CodeFault): CodeValue {
  const length = typeof value === 'string' ? value.length : isSequence(value) ? value.items.length : -1;
  if (length < 0) throw otherwise;
  if (count > 0n && BigInt(length) * count > BigInt(MAX_ITEMS))
    throw new CodeFault('MemoryError', 'repeated too often');
  const n = length === 0 || count < 0n ? 0 : Number(count);
  if (typeof value === 'string') return value.repeat(n);
  const { list, items } = value as CodeSequence;
  return sequence(list, new Array<readonly CodeValue[]>(n).fill(items).flat());
}

/** Whole numbers; undefined when `op` is not for them. */
function integers(op: BinaryOp, x: bigint, y: bigint): bigint | number {
  switch (op) {
    case '+':
      return bounded(x + y);
    case '-':
      return bounded(x - y);
    case '*':
      return bounded(x * y);
    case '/':
      if (y === 0n) throw new CodeFault('ZeroDivisionError', 'division by zero');
      return Number(x) / Number(y);
    case '//':
    case '%': {
      if (y === 0n) throw new CodeFault('ZeroDivisionError', 'integer division or modulo by zero');
      const rest = x % y;
      const adjust = rest !== 0n && rest < 0n !== y < 0n;
      if (op === '//') return x / y - (adjust ? 1n : 0n);
      return adjust ? rest + y : rest;
    }
    case '**':
      if (y < 0n) return floats('**', Number(x), Number(y)) as number;
      if (x !== 0n && x !== 1n && x !== -1n && BigInt(x.toString(2).length) * y > MAX_BITS) {
        throw new CodeFault('OverflowError', 'integer too large');
      }
      return x === 1n || x === 0n ? (y === 0n ? 1n : x) : x === -1n ? (y % 2n === 0n ? 1n : -1n) : x ** y;
    case '<<':
    case '>>':
      if (y < 0n) throw new CodeFault('ValueError', 'negative shift count');
      if (op === '>>') return x >> (y > 2n * MAX_BITS ? 2n * MAX_BITS : y);
      if (y > MAX_BITS) throw new CodeFault('OverflowError', 'shift too large');
      return bounded(x << y);
    case '&':
      return x & y;
    case '|':
      return x | y;
    case '^':
      return x ^ y;
  }
}

/** Python refuses a power that leaves the range of a float. */
function finite(result: number, x: number, y: number): number {
  if (Number.isFinite(result) || !Number.isFinite(x) || !Number.isFinite(y)) return result;
  throw new CodeFault('OverflowError', 'numerical result out of range');
}

/** Floats; undefined when `op` is only for whole numbers. */
function floats(op: BinaryOp, x: number, y: number): number | undefined {
  if ((op === '/' || op === '//' || op === '%') && y === 0)
    throw new CodeFault('ZeroDivisionError', 'float division by zero');
  switch (op) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return x / y;
    case '//':
      return Math.floor(x / y);
    case '%': {
      const rest = x % y;
      if (rest === 0) return y < 0 ? -0 : 0;
      return rest < 0 !== y < 0 ? rest + y : rest;
    }
    case '**':
      if (x === 0 && y < 0)
        throw new CodeFault('ZeroDivisionError', '0.0 cannot be raised to a negative power');
      if (x < 0 && !Number.isInteger(y)) throw new CodeFault('ValueError', 'complex result');
      return finite(x ** y, x, y);
    default:
      return undefined;
  }
}

export function unary(op: '-' | '+' | '~' | 'not', operand: CodeValue): CodeValue {
  if (op === 'not') return !truthy(operand);
  const value = number(operand);
  if (value !== undefined) {
    if (op === '+') return value;
    if (op === '-') return -value;
    if (typeof value === 'bigint') return ~value;
  }
  throw new CodeFault('TypeError', `bad operand type for unary ${op}: '${typeName(operand)}'`);
}

export function compare(op: CompareOp, a: CodeValue, b: CodeValue): boolean {
  switch (op) {
    case '==':
      return equal(a, b);
    case '!=':
      return !equal(a, b);
    case 'is':
      return typeof a === typeof b && equal(a, b);
    case 'is not':
      return !(typeof a === typeof b && equal(a, b));
    case 'in':
      return contains(b, a);
    case 'not in':
      return !contains(b, a);
    default:
      return ordered(op, a, b);
  }
}

function contains(container: CodeValue, value: CodeValue): boolean {
  if (isSequence(container)) return container.items.some((item) => equal(item, value));
  if (typeof container === 'string' && typeof value === 'string') return container.includes(value);
  throw new CodeFault('TypeError', `argument of type '${typeName(container)}' is not iterable`);
}

export function ordered(op: '<' | '>' | '<=' | '>=', a: CodeValue, b: CodeValue): boolean {
  let x: bigint | number | string | undefined = number(a);
  let y: bigint | number | string | undefined = number(b);
  if (typeof a === 'string' && typeof b === 'string') [x, y] = [a, b];
  if (isSequence(a) && isSequence(b) && a.list === b.list) {
    for (let i = 0; i < Math.min(a.items.length, b.items.length); i++) {
      if (!equal(a.items[i]!, b.items[i]!)) return ordered(op, a.items[i]!, b.items[i]!);
    }
    [x, y] = [a.items.length, b.items.length];
  }
  if (x === undefined || y === undefined) {
    throw new CodeFault('TypeError', `'${op}' not supported between '${typeName(a)}' and '${typeName(b)}'`);
  }
  if (op === '<') return x < y;
  if (op === '>') return x > y;
  return op === '<=' ? x <= y : x >= y;
}

export function index(value: CodeValue, at: CodeValue): CodeValue {
  const i = number(at);
  if (typeof i !== 'bigint')
    throw new CodeFault('TypeError', `indices must be integers, not ${typeName(at)}`);
  const items = typeof value === 'string' ? value : isSequence(value) ? value.items : null;
  if (items === null) throw new CodeFault('TypeError', `'${typeName(value)}' object is not subscriptable`);
  const item = items[Number(i < 0n ? i + BigInt(items.length) : i)];
  if (item === undefined) throw new CodeFault('IndexError', 'index out of range');
  return item;
}
