// A place in the tokens of a script, with the questions and demands a recursive descent parser has.

import type { ScriptError, Source } from './error.ts';
import type { Token, TokenKind } from './lexer.ts';

/** What a token is called in an error message. */
export function describeToken(token: Token): string {
  switch (token.kind) {
    case 'eof':
      return 'the end of the script';
    case 'string':
      return 'a string';
    case 'command':
      return 'a shell command';
    case 'code':
      return 'a code block';
    case 'option':
      return `'--${token.text}'`;
    default:
      return `'${token.text}'`;
  }
}

/** Walks over tokens; every demand that is not met throws a ScriptError at the token found. */
export class Cursor {
  readonly source: Source;
  private readonly tokens: readonly Token[];
  private index: number;

  /** `tokens` ends with an `eof`. */
  constructor(source: Source, tokens: readonly Token[]) {
    this.source = source;
    this.tokens = tokens;
    this.index = 0;
  }

  /** The token `ahead` places on; the `eof` when there is none. */
  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)]!;
  }

  /** Takes the current token. */
  next(): Token {
    const token = this.peek();
    if (token.kind !== 'eof') this.index++;
    return token;
  }

  /** Offset behind the token taken last. */
  lastEnd(): number {
    return this.index === 0 ? 0 : this.tokens[this.index - 1]!.end;
  }

  /** Whether the token `ahead` is the punctuation mark `c`. */
  isPunct(c: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'punct' && token.text === c;
  }

  /** Whether the token `ahead` is the word `w`. */
  isWord(w: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'word' && token.text === w;
  }

  /** Takes the mark `c` if it is next. */
  acceptPunct(c: string): boolean {
    if (!this.isPunct(c)) return false;
    this.index++;
    return true;
  }

  /** Takes the word `w` if it is next. */
  acceptWord(w: string): boolean {
    if (!this.isWord(w)) return false;
    this.index++;
    return true;
  }

  /** Takes the mark `c` or complains; `why` says what it belongs to. */
  expectPunct(c: string, why = ''): Token {
    if (!this.isPunct(c)) throw this.expected(why === '' ? `'${c}'` : `'${c}' ${why}`);
    return this.next();
  }

  /** Takes the word `w` or complains. */
  expectWord(w: string): Token {
    if (!this.isWord(w)) throw this.expected(`'${w}'`);
    return this.next();
  }

  /** Takes a token of `kind` or complains that `what` was expected. */
  expectKind(kind: TokenKind, what: string): Token {
    if (this.peek().kind !== kind) throw this.expected(what);
    return this.next();
  }

  /** Takes a decimal integer in [0, max]. */
  unsigned(what: string, max: number): number {
    const token = this.expectKind('int', `${what} (a number)`);
    const value = Number(token.text);
    if (value < 0 || value > max)
      throw this.source.error(token.start, `${what} ${token.text} is not in 0..${max}`);
    return value;
  }

  /** Takes a decimal or hexadecimal integer in [0, max]. */
  unsignedAny(what: string, max: number): number {
    if (this.peek().kind !== 'hex') return this.unsigned(what, max);
    const token = this.next();
    const value = Number(token.text);
    if (value > max) throw this.source.error(token.start, `${what} ${token.text} is not in 0..${max}`);
    return value;
  }

  /** "expected `what`, found …" at the current token. */
  expected(what: string): ScriptError {
    return this.error(`expected ${what}, found ${describeToken(this.peek())}`);
  }

  /** A complaint at the current token. */
  error(summary: string): ScriptError {
    return this.source.error(this.peek().start, summary);
  }
}
