// The functions that code blocks may call, besides `print`.

import { CodeFault, type CodeValue, repr, str, truncate, typeName } from './expr-format.ts';
import { bounded, isSequence, number, ordered } from './expr-ops.ts';

function argumentCount(name: string, args: readonly CodeValue[], min: number, max: number): void {
  if (args.length >= min && args.length <= max) return;
  throw new CodeFault(
    'TypeError',
    `${name}() takes ${min === max ? min : `${min} to ${max}`} arguments, got ${args.length}`,
  );
}

function numeric(name: string, value: CodeValue): bigint | number {
  const n = number(value);
  if (n === undefined) throw new CodeFault('TypeError', `${name}() needs a number, not ${typeName(value)}`);
  return n;
}

/** `min` and `max`: of several arguments or of one sequence. */
function extreme(name: 'min' | 'max', args: readonly CodeValue[]): CodeValue {
  const first = args[0];
  let items: readonly CodeValue[] = args;
  if (args.length === 1 && first !== undefined) {
    if (isSequence(first)) items = first.items;
    else if (typeof first === 'string') items = [...first];
  }
  if (items.length === 0 || (args.length === 1 && items === args))
    throw new CodeFault('TypeError', `${name}() needs values to compare`);
  return items.reduce((best, item) => (ordered(name === 'min' ? '<' : '>', item, best) ? item : best));
}

function toInt(args: readonly CodeValue[]): bigint {
  argumentCount('int', args, 0, 2);
  if (args.length === 0) return 0n;
  const value = args[0]!;
  if (typeof value !== 'string') {
    argumentCount('int', args, 1, 1);
    const n = numeric('int', value);
    return typeof n === 'bigint' ? n : truncate(n);
  }
  const base = args.length === 2 ? numeric('int', args[1]!) : 10n;
  const found = /^\s*([-+]?)(0[xX]|0[oO]|0[bB])?([0-9a-zA-Z]{1,1000})\s*$/.exec(value);
  const prefix = found?.[2]?.toLowerCase() ?? '';
  const forBase: Readonly<Record<string, string>> = { '16': '0x', '8': '0o', '2': '0b', '10': '' };
  const wanted = forBase[String(base)];
  if (wanted === undefined) throw new CodeFault('ValueError', 'int() base must be 2, 8, 10 or 16');
  try {
    if (found === null || (prefix !== '' && prefix !== wanted)) throw new SyntaxError();
    const size = BigInt(wanted + found[3]!);
    return bounded(found[1] === '-' ? -size : size);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CodeFault('ValueError', `invalid literal for int() with base ${base}: ${repr(value)}`);
  }
}

function toFloat(args: readonly CodeValue[]): number {
  argumentCount('float', args, 0, 1);
  if (args.length === 0) return 0;
  const value = args[0]!;
  if (typeof value !== 'string') return Number(numeric('float', value));
  const n = Number(value.trim());
  if (value.trim() === '' || Number.isNaN(n) || /^[-+]?0[xXoObB]/.test(value.trim())) {
    throw new CodeFault('ValueError', `could not convert string to float: ${repr(value)}`);
  }
  return n;
}

/** Halves go to the even neighbour. */
function round(args: readonly CodeValue[]): CodeValue {
  argumentCount('round', args, 1, 2);
  const value = numeric('round', args[0]!);
  if (typeof value === 'bigint') {
    if (args.length === 1) return value;
    const places = numeric('round', args[1]!);
    if (typeof places === 'bigint' && places >= 0n) return value;
    throw new CodeFault('ValueError', 'unsupported: round() of an int to negative places');
  }
  if (args.length === 1) {
    const low = Math.floor(value);
    const half = value - low;
    return truncate(half < 0.5 || (half === 0.5 && low % 2 === 0) ? low : low + 1);
  }
  const places = Number(numeric('round', args[1]!));
  if (!Number.isInteger(places) || places < 0 || places > 20)
    throw new CodeFault('ValueError', 'round() places out of range');
  return Math.abs(value) > 1e21 || !Number.isFinite(value) ? value : Number(value.toFixed(places));
}

/** The functions that code may call, besides `print`. */
export const FUNCTIONS: Readonly<Record<string, (args: readonly CodeValue[]) => CodeValue>> = {
  abs: (args) => {
    argumentCount('abs', args, 1, 1);
    const n = numeric('abs', args[0]!);
    return n < 0 ? -n : n;
  },
  min: (args) => extreme('min', args),
  max: (args) => extreme('max', args),
  int: toInt,
  float: toFloat,
  round,
  len: (args) => {
    argumentCount('len', args, 1, 1);
    const value = args[0]!;
    if (typeof value === 'string') return BigInt(value.length);
    if (isSequence(value)) return BigInt(value.items.length);
    throw new CodeFault('TypeError', `object of type '${typeName(value)}' has no len()`);
  },
  str: (args) => {
    argumentCount('str', args, 0, 1);
    return args.length === 0 ? '' : str(args[0]!);
  },
};
