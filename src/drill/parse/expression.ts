// System calls of a script and the expressions in them. Structures are read by shape, not by name, so
// that a field nobody has heard of still parses; the caller decides what it can use.

import type { Expression, StructField, Syscall, SyscallResult } from '../ast.ts';
import type { Cursor } from './cursor.ts';

/** How deep lists, structures and calls may nest. */
const MAX_DEPTH = 32;
/** Most operands joined by `|`. */
const MAX_OPERANDS = 256;

/** `name(args) = result`; `endUs` is what a blocking call has before its name. */
export function parseSyscall(c: Cursor, endUs: number | null): Syscall {
  const name = c.expectKind('word', 'a packet, a system call, a code block or a shell command').text;
  c.expectPunct('(', `after '${name}'`);
  const args = parseArguments(c, 0);
  c.expectPunct('=', `after the arguments of ${name}`);
  return { name, args, result: parseResult(c), endUs };
}

function parseResult(c: Cursor): SyscallResult {
  if (c.peek().kind === 'ellipsis') {
    c.next();
    return { kind: 'any' };
  }
  const value = parseOr(c, 0, false);
  if (c.peek().kind === 'word') {
    const errno = c.next().text;
    return { kind: 'error', value, errno, note: parseNote(c) };
  }
  return { kind: 'value', value, note: parseNote(c) };
}

/** `(Broken pipe)`: any text on one line, brackets in pairs. */
function parseNote(c: Cursor): string | null {
  if (!c.isPunct('(')) return null;
  const open = c.next();
  let depth = 1;
  for (;;) {
    const token = c.peek();
    const sameLine = c.source.line(token.start) === c.source.line(open.start);
    if (token.kind === 'eof' || !sameLine) throw c.source.error(open.start, "note without closing ')'");
    c.next();
    if (token.kind !== 'punct') continue;
    if (token.text === '(') depth++;
    else if (token.text === ')' && --depth === 0) {
      return c.source.text.slice(open.end, token.start).trim().replace(/\s+/g, ' ');
    }
  }
}

function parseArguments(c: Cursor, depth: number): Expression[] {
  const args: Expression[] = [];
  if (c.acceptPunct(')')) return args;
  do args.push(parseOr(c, depth, true));
  while (c.acceptPunct(','));
  if (!c.acceptPunct(')')) throw c.expected("',' or ')'");
  return args;
}

/** An expression: operands joined by `|`. */
export function parseExpression(c: Cursor): Expression {
  return parseOr(c, 0, true);
}

function parseOr(c: Cursor, depth: number, calls: boolean): Expression {
  let left = parseOperand(c, depth, calls);
  for (let operands = 2; c.acceptPunct('|'); operands++) {
    if (operands > MAX_OPERANDS) throw c.error(`more than ${MAX_OPERANDS} operands`);
    left = { kind: 'binary', op: '|', left, right: parseOperand(c, depth, calls) };
  }
  return left;
}

function parseOperand(c: Cursor, depth: number, calls: boolean): Expression {
  const token = c.peek();
  if (depth > MAX_DEPTH) throw c.error(`expression nested deeper than ${MAX_DEPTH}`);
  switch (token.kind) {
    case 'ellipsis':
      c.next();
      return { kind: 'ellipsis' };
    case 'int':
    case 'hex':
      c.next();
      return { kind: 'int', value: Number(token.text), text: token.text };
    case 'string':
      return parseString(c);
    case 'word':
      c.next();
      if (!calls || !c.acceptPunct('(')) return { kind: 'word', name: token.text };
      return { kind: 'call', name: token.text, args: parseArguments(c, depth + 1) };
    default:
      if (c.acceptPunct('[')) return parseList(c, depth + 1);
      if (c.acceptPunct('{')) return parseStruct(c, depth + 1);
      throw c.expected('an expression');
  }
}

/** Adjacent strings are one. */
function parseString(c: Cursor): Expression {
  let value = '';
  while (c.peek().kind === 'string') value += unescapeString(c.next().text);
  const partial = c.peek().kind === 'ellipsis';
  if (partial) c.next();
  return { kind: 'string', value, partial };
}

function parseList(c: Cursor, depth: number): Expression {
  const items: Expression[] = [];
  if (c.acceptPunct(']')) return { kind: 'list', items };
  do items.push(parseOr(c, depth, true));
  while (c.acceptPunct(','));
  if (!c.acceptPunct(']')) throw c.expected("',' or ']'");
  return { kind: 'list', items };
}

function parseStruct(c: Cursor, depth: number): Expression {
  const fields: StructField[] = [];
  if (c.acceptPunct('}')) return { kind: 'struct', fields };
  do fields.push(parseField(c, depth));
  while (c.acceptPunct(','));
  if (!c.acceptPunct('}')) throw c.expected("',' or '}'");
  return { kind: 'struct', fields };
}

function parseField(c: Cursor, depth: number): StructField {
  if (c.isPunct('(') && c.isWord('label', 1)) throw c.error('unsupported: MPLS label stack as an argument');
  const value = parseOr(c, depth, true);
  if (!c.isPunct('=')) return { name: null, size: null, value };
  if (value.kind === 'word') {
    c.next();
    return { name: value.name, size: null, value: parseOr(c, depth, true) };
  }
  if (value.kind === 'call' && value.args.length === 1) {
    c.next();
    return { name: value.name, size: value.args[0]!, value: parseOr(c, depth, true) };
  }
  throw c.error("expected the name of a field before '='");
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Decodes C escapes; one that C does not have stays as written. `\xHH` and octal give one octet. */
export function unescapeString(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|([0-3]?[0-7]{1,2})|([\s\S]))/g,
    (whole, hex: string | undefined, octal: string | undefined, other: string | undefined) => {
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return SIMPLE_ESCAPES[other!] ?? whole;
    },
  );
}

/** The reverse of `unescapeString`, quotes not included. */
export function escapeString(value: string): string {
  let text = '';
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    const c = value[i]!;
    if (c === '\\' || c === '"') text += `\\${c}`;
    else if (c === '\n') text += '\\n';
    else if (c === '\t') text += '\\t';
    else if (c === '\r') text += '\\r';
    else if (code < 0x20 || (code >= 0x7f && code <= 0xff))
      text += `\\x${code.toString(16).padStart(2, '0')}`;
    else text += c;
  }
  return text;
}
