// Tokens of a packetdrill script: the longest match wins, as in the original tool, so that `.5` after
// `P` is a number (ACE), `1:1001` is not an IPv6 address, and `0...0.2` is 0, `...`, 0.2. Words are
// plain: which of them mean something is the grammar's business.

import { parseAddress } from '../../wire/address.ts';
import type { Define } from '../ast.ts';
import type { Source } from './error.ts';

/** Kind of a token; `punct` is one character, `eof` stands behind the last. */
export type TokenKind =
  | 'word'
  | 'int'
  | 'hex'
  | 'float'
  | 'string'
  | 'command'
  | 'code'
  | 'ipv4'
  | 'ipv6'
  | 'ellipsis'
  | 'option'
  | 'punct'
  | 'eof';

/** One token. */
export interface Token {
  readonly kind: TokenKind;
  /** As written; without the quotes for strings and commands, without `%{ }%` for code, `--` for options. */
  readonly text: string;
  /** Offsets in the source. A defined word keeps the place of the word. */
  readonly start: number;
  readonly end: number;
  /** Code: offset of `text`. */
  readonly textStart: number;
}

const BLANK = /[ \t\r\n]+/y;
const LINE_COMMENT = /\/\/[^\n]*/y;
const ADDRESS4 = /[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/y;
const ADDRESS6 = /[0-9a-fA-F:][0-9a-fA-F:.]{1,44}/y;
const FLOAT = /-?[0-9]*\.[0-9]+/y;
const HEX = /0x[0-9a-fA-F]+/y;
const INT = /-?[0-9]+/y;
const WORD = /[A-Za-z0-9_]+/y;
const OPTION = /--[A-Za-z0-9_]+/y;
const DIRECTIVE = /#[ \t]*(ifdef|endif)\b[ \t]*([A-Za-z]*)/y;

/** Words of the packet grammar: a definition of the same name does not replace them. */
const KEYWORDS = new Set(
  (
    'ack win urg mss wscale sackOK sack TS val ecr nop eol md5 FO FOEXP ECN e0b ceb e1b opt icmp udp mtu ' +
    'id raw ipv4 ipv6 gre GREv0 mpls label tc ttl tos flowlabel ect0 ect1 ect01 ce noecn htons htonl ' +
    'inet_addr inet6_addr'
  ).split(' '),
);

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Offset behind blanks and comments that begin at `at`. */
export function skipBlanks(source: Source, at: number): number {
  const text = source.text;
  for (;;) {
    const c = text[at];
    if (c === ' ' || c === '\t' || c === '\n' || c === '\r') at += match(BLANK, text, at).length;
    else if (c === '/' && text[at + 1] === '/') at += match(LINE_COMMENT, text, at).length;
    else if (c === '/' && text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) throw source.error(at, 'unterminated comment');
      at = end + 2;
    } else return at;
  }
}

/** Offset behind the text quoted by the character at `at`, a backslash taking the next one; -1: no end. */
export function quotedEnd(text: string, at: number): number {
  const quote = text[at];
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
  }
  return -1;
}

/** Longest prefix of what begins at `at` that is an IPv6 address, or ''. */
function ipv6At(text: string, at: number): string {
  const run = match(ADDRESS6, text, at);
  if (!run.includes('::') && run.split(':').length < 8) return '';
  for (let length = run.length; length >= 2; length--) {
    const candidate = run.slice(0, length);
    if (candidate.includes(':') && parseAddress(candidate)?.family === 6) return candidate;
  }
  return '';
}

/** What a word, number or address beginning at `at` is. */
function scanPlain(text: string, at: number): { kind: TokenKind; text: string } | null {
  let kind: TokenKind = 'word';
  let best = '';
  // Earlier rules win among equals; the order is the original's.
  const consider = (k: TokenKind, t: string): void => {
    if (t.length > best.length) {
      best = t;
      kind = k;
    }
  };
  consider('float', match(FLOAT, text, at));
  consider('int', match(INT, text, at));
  consider('hex', match(HEX, text, at));
  consider('word', match(WORD, text, at));
  consider('ipv4', match(ADDRESS4, text, at));
  consider('ipv6', ipv6At(text, at));
  return best === '' ? null : { kind, text: best };
}

/** The token a defined word stands for. */
function substitute(define: Define, start: number, end: number): Token {
  if (define.kind !== 'word') return { kind: define.kind, text: define.text, start, end, textStart: start };
  const plain = scanPlain(define.text, 0);
  const whole = plain !== null && plain.text.length === define.text.length;
  return { kind: whole ? plain.kind : 'word', text: define.text, start, end, textStart: start };
}

/**
 * Tokens from `from` to the end of the source, an `eof` last. Defined words are replaced. Text between
 * `#ifdef NAME` and `#endif` counts only when NAME is `platform`, in any case of letters.
 */
export function lex(
  source: Source,
  from: number,
  defines: ReadonlyMap<string, Define>,
  platform: string,
): Token[] {
  const text = source.text;
  const tokens: Token[] = [];
  const conditions: number[] = [];
  let at = skipBlanks(source, from);
  while (at < text.length) {
    const c = text[at]!;
    const start = at;
    const add = (kind: TokenKind, value: string, length: number, textStart = start): void => {
      at = start + length;
      tokens.push({ kind, text: value, start, end: at, textStart });
    };
    if (c === '"' || c === '`') {
      const end = quotedEnd(text, at);
      if (end < 0)
        throw source.error(
          at,
          c === '"' ? 'unterminated string' : 'unterminated shell command: no closing `',
        );
      add(c === '"' ? 'string' : 'command', text.slice(at + 1, end - 1), end - at);
    } else if (c === '%' && text[at + 1] === '{') {
      const close = text.indexOf('}%', at + 2);
      if (close < 0) throw source.error(at, 'unterminated code: no closing }%');
      let first = at + 2;
      let last = close;
      while (first < last && (text[first] === ' ' || text[first] === '\t')) first++;
      while (last > first && (text[last - 1] === ' ' || text[last - 1] === '\t')) last--;
      add('code', text.slice(first, last), close + 2 - at, first);
    } else if (text.startsWith('...', at)) {
      add('ellipsis', '...', 3);
    } else if (c === '#' && match(DIRECTIVE, text, at) !== '') {
      at = directive(source, at, conditions, platform);
    } else if (c === '-' && match(OPTION, text, at) !== '') {
      const t = match(OPTION, text, at);
      add('option', t.slice(2), t.length);
    } else {
      const plain = scanPlain(text, at);
      if (plain === null) add('punct', c, 1);
      else {
        const define =
          plain.kind === 'word' && !KEYWORDS.has(plain.text) ? defines.get(plain.text) : undefined;
        if (define === undefined) add(plain.kind, plain.text, plain.text.length);
        else {
          at += plain.text.length;
          tokens.push(substitute(define, start, at));
        }
      }
    }
    at = skipBlanks(source, at);
  }
  if (conditions.length > 0) throw source.error(conditions[conditions.length - 1]!, '#ifdef without #endif');
  tokens.push({ kind: 'eof', text: '', start: text.length, end: text.length, textStart: text.length });
  return tokens;
}

/** Handles `#ifdef` or `#endif` at `at`; the offset to go on from. */
function directive(source: Source, at: number, conditions: number[], platform: string): number {
  const text = source.text;
  DIRECTIVE.lastIndex = at;
  const found = DIRECTIVE.exec(text)!;
  const after = at + found[0].length;
  if (found[1] === 'endif') {
    if (conditions.pop() === undefined) throw source.error(at, '#endif without #ifdef');
    return after - found[2]!.length;
  }
  if (found[2] === '') throw source.error(at, 'expected the name of a system after #ifdef');
  if (found[2]!.toLowerCase() === platform.toLowerCase()) {
    conditions.push(at);
    return after;
  }
  const next = /#[ \t]*(ifdef|endif)\b/g;
  next.lastIndex = after;
  for (let depth = 1, m = next.exec(text); m !== null; m = next.exec(text)) {
    depth += m[1] === 'ifdef' ? 1 : -1;
    if (depth === 0) return next.lastIndex;
  }
  throw source.error(at, '#ifdef without #endif');
}
