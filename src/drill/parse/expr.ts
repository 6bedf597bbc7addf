// Runs the code blocks of a script, `%{ assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd }%`: a small evaluator
// for the part of Python they use. There is no access to anything but the variables given; work and
// memory are bounded by the length of the block.

import { Source } from './error.ts';
import type { BinaryOp, CodeExpr, CodeStatement, CompareOp } from './expr-ast.ts';
import {
  CodeFault,
  type CodeSequence,
  type CodeValue,
  format,
  MAX_TEXT,
  percent,
  repr,
  str,
  truncate,
  typeName,
} from './expr-format.ts';
import { parseCode } from './expr-parser.ts';

/** How a block ended. `output` is what it printed, a string per call of `print`. */
export type CodeOutcome =
  | { readonly ok: true; readonly output: readonly string[] }
  | {
      readonly ok: false;
      readonly output: readonly string[];
      /** An assertion that does not hold, or an error while running (`NameError` …). */
      readonly kind: 'assertion' | 'error';
      /** The assertion's own message, or what Python would say; may be empty. */
      readonly message: string;
      /** 1-based line in the script's file. */
      readonly line: number;
      /** The source text of that line, trimmed. */
      readonly text: string;
    };

const MAX_BITS = 4096n;
const MAX_ITEMS = 10_000;
const MAX_VARIABLES = 10_000;

/** Variables that persist from block to block, and the blocks' evaluator. */
export class CodeContext {
  private readonly variables: Map<string, CodeValue>;

  constructor() {
    this.variables = new Map();
  }

  /** Sets a variable (`tcpi_rtt`, `TCP_CLOSE`); a number that is an integer becomes an int. */
  set(name: string, value: number | bigint | string | boolean): void {
    this.variables.set(name, typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value);
  }

  /** Sets many. */
  setAll(values: Iterable<readonly [string, number | bigint]>): void {
    for (const [name, value] of values) this.set(name, value);
  }

  /** The value of a variable, undefined when there is none. */
  get(name: string): CodeValue | undefined {
    return this.variables.get(name);
  }

  /**
   * Runs a block. `line` is where `text` begins in `file`. Throws ScriptError when the text is not in the
   * supported part of Python; what fails while running is the outcome.
   */
  run(text: string, file = 'script', line = 1): CodeOutcome {
    const source = new Source(file, text, line);
    const statements = parseCode(source);
    const run = new Run(this.variables);
    try {
      run.block(statements);
      return { ok: true, output: run.output };
    } catch (fault) {
      if (!(fault instanceof CodeFault)) throw fault;
      const at = source.line(run.at);
      return {
        ok: false,
        output: run.output,
        kind: fault.name === 'AssertionError' ? 'assertion' : 'error',
        message: fault.name === 'AssertionError' ? fault.message : `${fault.name}: ${fault.message}`,
        line: at,
        text: (text.split('\n')[at - line] ?? '').trim(),
      };
    }
  }
}

function sequence(list: boolean, items: readonly CodeValue[]): CodeSequence {
  if (items.length > MAX_ITEMS) throw new CodeFault('MemoryError', 'sequence too long');
  return { list, items };
}

function isSequence(value: CodeValue): value is CodeSequence {
  return value !== null && typeof value === 'object';
}

/** A bool is the int 0 or 1; anything that is no number is undefined. */
function number(value: CodeValue): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

function truthy(value: CodeValue): boolean {
  if (isSequence(value)) return value.items.length > 0;
  return Boolean(value);
}

function equal(a: CodeValue, b: CodeValue): boolean {
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

function bounded(value: bigint): bigint {
  if (value > 1n << MAX_BITS || value < -(1n << MAX_BITS))
    throw new CodeFault('OverflowError', 'integer too large');
  return value;
}

class Run {
  readonly output: string[];
  /** Offset of the statement under way. */
  at: number;
  private readonly variables: Map<string, CodeValue>;
  private printed: number;

  constructor(variables: Map<string, CodeValue>) {
    this.output = [];
    this.at = 0;
    this.variables = variables;
    this.printed = 0;
  }

  block(statements: readonly CodeStatement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  private statement(s: CodeStatement): void {
    this.at = s.at;
    switch (s.kind) {
      case 'pass':
        return;
      case 'expression':
        this.value(s.value);
        return;
      case 'assert':
        if (!truthy(this.value(s.test))) {
          throw new CodeFault('AssertionError', s.message === null ? '' : str(this.value(s.message)));
        }
        return;
      case 'assign':
        this.assign(s.names, this.value(s.value));
        return;
      case 'augment':
        this.assign([s.name], binary(s.op, this.lookup(s.name), this.value(s.value)));
        return;
      case 'if':
        this.block(truthy(this.value(s.test)) ? s.yes : s.no);
    }
  }

  private assign(names: readonly string[], value: CodeValue): void {
    if (this.variables.size > MAX_VARIABLES) throw new CodeFault('MemoryError', 'too many variables');
    if (names.length === 1) {
      this.variables.set(names[0]!, value);
      return;
    }
    if (!isSequence(value) || value.items.length !== names.length) {
      throw new CodeFault('ValueError', `cannot unpack ${repr(value)} into ${names.length} names`);
    }
    names.forEach((name, i) => {
      this.variables.set(name, value.items[i]!);
    });
  }

  private lookup(name: string): CodeValue {
    const value = this.variables.get(name);
    if (value === undefined) throw new CodeFault('NameError', `name '${name}' is not defined`);
    return value;
  }

  private value(e: CodeExpr): CodeValue {
    switch (e.kind) {
      case 'int':
      case 'float':
      case 'string':
      case 'constant':
        return e.value;
      case 'name':
        return this.lookup(e.name);
      case 'fstring':
        return this.fstring(e);
      case 'sequence':
        return sequence(
          e.list,
          e.items.map((item) => this.value(item)),
        );
      case 'binary':
        return binary(e.op, this.value(e.left), this.value(e.right));
      case 'unary':
        return unary(e.op, this.value(e.operand));
      case 'logical': {
        const left = this.value(e.left);
        return truthy(left) === (e.op === 'or') ? left : this.value(e.right);
      }
      case 'compare': {
        let left = this.value(e.first);
        for (const { op, operand } of e.rest) {
          const right = this.value(operand);
          if (!compare(op, left, right)) return false;
          left = right;
        }
        return true;
      }
      case 'conditional':
        return this.value(truthy(this.value(e.test)) ? e.yes : e.no);
      case 'index':
        return index(this.value(e.value), this.value(e.index));
      case 'call':
        return this.call(
          e.name,
          e.args.map((arg) => this.value(arg)),
        );
    }
  }

  private fstring(e: CodeExpr & { kind: 'fstring' }): string {
    let text = '';
    for (const part of e.parts) {
      if (part.kind === 'text') text += part.text;
      else {
        const value = this.value(part.value);
        text += format(part.repr ? repr(value) : value, part.spec);
      }
      if (text.length > MAX_TEXT) throw new CodeFault('MemoryError', 'string too long');
    }
    return text;
  }

  private call(name: string, args: readonly CodeValue[]): CodeValue {
    if (name === 'print') {
      const line = args.map(str).join(' ');
      this.printed += line.length;
      if (this.printed > MAX_TEXT) throw new CodeFault('MemoryError', 'too much output');
      this.output.push(line);
      return null;
    }
    const body = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (body === undefined) throw new CodeFault('NameError', `name '${name}' is not defined`);
    return body(args);
  }
}

function operandError(op: string, a: CodeValue, b: CodeValue): CodeFault {
  return new CodeFault(
    'TypeError',
    `unsupported operand type(s) for ${op}: '${typeName(a)}' and '${typeName(b)}'`,
  );
}

function binary(op: BinaryOp, a: CodeValue, b: CodeValue): CodeValue {
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
      return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
    }
    case '**':
      if (x === 0 && y < 0)
        throw new CodeFault('ZeroDivisionError', '0.0 cannot be raised to a negative power');
      if (x < 0 && !Number.isInteger(y)) throw new CodeFault('ValueError', 'complex result');
      return x ** y;
    default:
      return undefined;
  }
}

function unary(op: '-' | '+' | '~' | 'not', operand: CodeValue): CodeValue {
  if (op === 'not') return !truthy(operand);
  const value = number(operand);
  if (value !== undefined) {
    if (op === '+') return value;
    if (op === '-') return -value;
    if (typeof value === 'bigint') return ~value;
  }
  throw new CodeFault('TypeError', `bad operand type for unary ${op}: '${typeName(operand)}'`);
}

function compare(op: CompareOp, a: CodeValue, b: CodeValue): boolean {
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

function ordered(op: '<' | '>' | '<=' | '>=', a: CodeValue, b: CodeValue): boolean {
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

function index(value: CodeValue, at: CodeValue): CodeValue {
  const i = number(at);
  if (typeof i !== 'bigint')
    throw new CodeFault('TypeError', `indices must be integers, not ${typeName(at)}`);
  const items = typeof value === 'string' ? value : isSequence(value) ? value.items : null;
  if (items === null) throw new CodeFault('TypeError', `'${typeName(value)}' object is not subscriptable`);
  const item = items[Number(i < 0n ? i + BigInt(items.length) : i)];
  if (item === undefined) throw new CodeFault('IndexError', 'index out of range');
  return item;
}

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
  const items = args.length === 1 && first !== undefined && isSequence(first) ? first.items : args;
  if (items.length === 0 || (args.length === 1 && items === args))
    throw new CodeFault('TypeError', `${name}() needs values to compare`);
  return items.reduce((best, item) => (ordered(name === 'min' ? '<' : '>', item, best) ? item : best));
}

function toInt(args: readonly CodeValue[]): bigint {
  argumentCount('int', args, 0, 2);
  const value = args[0] ?? 0n;
  if (typeof value !== 'string') {
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
  const value = args[0] ?? 0;
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
const FUNCTIONS: Readonly<Record<string, (args: readonly CodeValue[]) => CodeValue>> = {
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
