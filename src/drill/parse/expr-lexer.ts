// Tokens of a code block: the part of Python that scripts use, with indentation as tokens.

import type { Source } from './error.ts';

/** `newline` ends a logical line; `indent` and `dedent` bracket a block. */
export type CodeTokenKind =
  | 'name'
  | 'int'
  | 'float'
  | 'string'
  | 'fstring'
  | 'op'
  | 'newline'
  | 'indent'
  | 'dedent'
  | 'eof';

/** One token of a code block. */
export interface CodeToken {
  readonly kind: CodeTokenKind;
  /** A string's decoded text, an f-string's raw text, anything else as written. */
  readonly text: string;
  /** Offset in the source; for an f-string the offset of its text. */
  readonly at: number;
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER =
  /0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?/y;
const OPERATOR =
  /\*\*=|\/\/=|<<=|>>=|\*\*|\/\/|<<|>>|<=|>=|==|!=|->|:=|\+=|-=|\*=|\/=|%=|&=|\|=|\^=|[-+*/%&|^~<>()[\]{},:;=.@]/y;
const STRING_START = /([fFrRbBuU]{0,2})('''|"""|'|")/y;
/** Blanks, a comment, and a backslash that joins lines. */
const SKIP = /(?:[ \t\r]|\\\r?\n|#[^\n]*)+/y;

function at(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(text);
}

/** The tokens of a block, `eof` last. Throws ScriptError. */
export function lexCode(source: Source): CodeToken[] {
  const text = source.text;
  const tokens: CodeToken[] = [];
  const indents = [0];
  let depth = 0;
  let offset = 0;
  let fresh = true;
  const push = (kind: CodeTokenKind, value: string, start: number): void => {
    tokens.push({ kind, text: value, at: start });
  };
  while (offset < text.length) {
    if (fresh) {
      const line = measure(text, offset);
      offset = line.at;
      if (line.blank) {
        offset++;
        continue;
      }
      indentation(source, line.width, offset, indents, push);
      fresh = false;
    }
    offset += at(SKIP, text, offset)?.[0].length ?? 0;
    if (offset >= text.length) break;
    const c = text[offset]!;
    if (c === '\n') {
      if (depth === 0) {
        push('newline', '', offset);
        fresh = true;
      }
      offset++;
      continue;
    }
    const quote = at(STRING_START, text, offset);
    const name = at(NAME, text, offset);
    const number = at(NUMBER, text, offset);
    const operator = at(OPERATOR, text, offset);
    if (quote !== null) offset = string(source, offset, quote, push);
    else if (name !== null) {
      push('name', name[0], offset);
      offset += name[0].length;
    } else if (number !== null && /[0-9]/.test(number[0])) {
      const digits = number[0];
      const kind = /^0[xXoObB]/.test(digits) || /^[0-9_]+$/.test(digits) ? 'int' : 'float';
      push(kind, digits.replaceAll('_', ''), offset);
      offset += digits.length;
      if (at(NAME, text, offset) !== null) throw source.error(offset, 'a name right behind a number');
    } else if (operator !== null) {
      const op = operator[0];
      if (op === '(' || op === '[' || op === '{') depth++;
      else if ((op === ')' || op === ']' || op === '}') && depth > 0) depth--;
      push('op', op, offset);
      offset += op.length;
    } else throw source.error(offset, `unexpected '${c}' in code`);
  }
  push('newline', '', text.length);
  for (let i = indents.length; i > 1; i--) push('dedent', '', text.length);
  push('eof', '', text.length);
  return tokens;
}

/** Width of the indentation at the start of a line, where it ends, and whether nothing else is there. */
function measure(text: string, start: number): { width: number; at: number; blank: boolean } {
  let width = 0;
  let i = start;
  for (; ; i++) {
    if (text[i] === ' ') width++;
    else if (text[i] === '\t') width = (width & ~7) + 8;
    else if (text[i] !== '\r') break;
  }
  if (text[i] === '#') {
    const end = text.indexOf('\n', i);
    i = end < 0 ? text.length : end;
  }
  return { width, at: i, blank: i >= text.length || text[i] === '\n' };
}

function indentation(
  source: Source,
  width: number,
  offset: number,
  indents: number[],
  push: (kind: CodeTokenKind, value: string, start: number) => void,
): void {
  if (width > indents[indents.length - 1]!) {
    indents.push(width);
    push('indent', '', offset);
  }
  while (width < indents[indents.length - 1]!) {
    indents.pop();
    push('dedent', '', offset);
    if (width > indents[indents.length - 1]!) throw source.error(offset, 'indentation matches no outer line');
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
};

/** Pushes the string that begins at `start`; the offset behind it. */
function string(
  source: Source,
  start: number,
  opening: RegExpExecArray,
  push: (kind: CodeTokenKind, value: string, start: number) => void,
): number {
  const text = source.text;
  const prefix = opening[1]!.toLowerCase();
  const quote = opening[2]!;
  if (prefix.includes('b')) throw source.error(start, 'unsupported: bytes');
  const first = start + opening[0].length;
  let i = first;
  let value = '';
  while (!text.startsWith(quote, i)) {
    const c = text[i];
    if (c === undefined || (c === '\n' && quote.length === 1))
      throw source.error(start, 'unterminated string');
    if (c !== '\\' || prefix.includes('r')) {
      value += c;
      i++;
      continue;
    }
    const hex = /\\x([0-9a-fA-F]{2})/y;
    hex.lastIndex = i;
    const code = hex.exec(text)?.[1];
    if (code !== undefined) {
      value += String.fromCharCode(Number.parseInt(code, 16));
      i += 4;
    } else {
      const next = text[i + 1];
      if (next === undefined) throw source.error(start, 'unterminated string');
      value += ESCAPES[next] ?? `\\${next}`;
      i += 2;
    }
  }
  if (prefix.includes('f')) push('fstring', value, first);
  else push('string', value, start);
  return i + quote.length;
}
