// TCP options of a script: `<mss 1460,nop,wscale 8>`. Order and padding are the script's.

import type { AccEcnCounter, SackBlock, TcpOption } from '../ast.ts';
import type { Cursor } from './cursor.ts';
import { describeToken } from './cursor.ts';

const U16 = 0xffff;
const U24 = 0xffffff;
const U32 = 0xffffffff;

/** The two orders an AccECN option may have; a shorter option is a beginning of one (RFC 9768 section 3.2.3). */
const ACC_ECN_ORDERS = [
  ['e0b', 'ceb', 'e1b'],
  ['e1b', 'ceb', 'e0b'],
];

/** Octets that `options` take in a header, without padding. */
export function tcpOptionsLength(options: readonly TcpOption[]): number {
  let bytes = 0;
  for (const option of options) bytes += tcpOptionLength(option);
  return bytes;
}

function tcpOptionLength(option: TcpOption): number {
  switch (option.kind) {
    case 'nop':
    case 'eol':
      return 1;
    case 'sackOK':
      return 2;
    case 'wscale':
      return 3;
    case 'mss':
      return 4;
    case 'TS':
      return 10;
    case 'sack':
      return 2 + 8 * option.blocks.length;
    case 'md5':
      return isJudged(option.digest) ? 18 : 2 + option.digest.length / 2;
    case 'FO':
      return 2 + option.cookie.length / 2;
    case 'FOEXP':
      return 4 + option.cookie.length / 2;
    case 'ECN':
      return 2 + 3 * option.counters.length;
    case 'unknown':
      return 2 + option.data.length / 2;
  }
}

/** Options between `<` (taken) and `>` (taken too). */
export function parseTcpOptionList(c: Cursor): TcpOption[] {
  const options: TcpOption[] = [];
  do options.push(parseTcpOption(c));
  while (c.acceptPunct(','));
  if (!c.acceptPunct('>')) throw c.expected("',' or '>' after a TCP option");
  return options;
}

function parseTcpOption(c: Cursor): TcpOption {
  const token = c.peek();
  if (token.kind !== 'word') throw c.expected('a TCP option');
  c.next();
  switch (token.text) {
    case 'nop':
    case 'eol':
    case 'sackOK':
      return { kind: token.text };
    case 'mss':
      return { kind: 'mss', bytes: c.unsigned('mss', U16) };
    case 'wscale':
      return { kind: 'wscale', shift: c.acceptPunct('*') ? null : c.unsigned('window scale', 0xff) };
    case 'sack':
      return { kind: 'sack', blocks: parseSackBlocks(c) };
    case 'TS':
      return parseTimestamps(c);
    case 'md5':
      return { kind: 'md5', digest: parseDigest(c) };
    case 'FO':
      return { kind: 'FO', cookie: parseCookie(c) };
    case 'FOEXP':
      return { kind: 'FOEXP', cookie: parseCookie(c) };
    case 'ECN':
      return { kind: 'ECN', counters: parseCounters(c) };
    case 'opt': {
      const option = c.unsigned('option kind', 0xff);
      if (option < 2) throw c.source.error(token.start, 'kinds 0 and 1 are written eol and nop');
      return { kind: 'unknown', option, data: parseCookie(c) };
    }
    default:
      if (/^(mp|add_addr|remove_addr|dss)/.test(token.text)) {
        throw c.source.error(token.start, `unsupported: Multipath TCP option '${token.text}'`);
      }
      throw c.source.error(token.start, `'${token.text}' is not a TCP option this parser knows`);
  }
}

function parseSackBlocks(c: Cursor): SackBlock[] {
  const blocks: SackBlock[] = [];
  do {
    const left = c.unsigned('left edge of a SACK block', U32);
    c.expectPunct(':', 'between the edges of a SACK block');
    blocks.push({ left, right: c.unsigned('right edge of a SACK block', U32) });
  } while (c.peek().kind === 'int');
  return blocks;
}

function parseTimestamps(c: Cursor): TcpOption {
  c.expectWord('val');
  let val: number | null = null;
  if (c.peek().kind === 'ellipsis') c.next();
  else val = c.unsigned('TS val', U32);
  c.expectWord('ecr');
  const ecr = c.unsigned('TS ecr', U32);
  return { kind: 'TS', val, ecr, ecrAbsolute: c.acceptPunct('!') };
}

/** True of `valid` and `invalid`: the digest follows from the segment. */
export function isJudged(digest: string): boolean {
  return digest === 'valid' || digest === 'invalid';
}

function parseDigest(c: Cursor): string {
  for (const word of ['valid', 'invalid']) if (c.acceptWord(word)) return word;
  return parseHex(c, 'MD5 digest', 16);
}

/** Hexadecimal octets or, when the option ends here, none. */
function parseCookie(c: Cursor): string {
  if (c.isPunct(',') || c.isPunct('>')) return '';
  return parseHex(c, 'cookie', 38);
}

function parseHex(c: Cursor, what: string, maxBytes: number): string {
  const token = c.peek();
  if (token.kind !== 'word' && token.kind !== 'int') throw c.expected(`${what} in hexadecimal`);
  c.next();
  const fail = (why: string): never => {
    throw c.source.error(token.start, `${what} ${describeToken(token)} ${why}`);
  };
  if (!/^[0-9a-fA-F]*$/.test(token.text)) fail('is not hexadecimal (a word to be set with --define?)');
  if (token.text.length % 2 !== 0) fail('has an odd number of digits');
  if (token.text.length > 2 * maxBytes) fail(`is longer than ${maxBytes} octets`);
  return token.text.toLowerCase();
}

function parseCounters(c: Cursor): AccEcnCounter[] {
  const start = c.peek().start;
  const counters: AccEcnCounter[] = [];
  for (;;) {
    const name = c.peek().kind === 'word' ? c.peek().text : '';
    if (name !== 'e0b' && name !== 'ceb' && name !== 'e1b') break;
    c.next();
    counters.push({ name, value: c.unsigned(name, U24) });
  }
  if (counters.length === 0) throw c.expected("'e0b' or 'e1b'");
  const fits = ACC_ECN_ORDERS.some((order) => counters.every((counter, i) => counter.name === order[i]));
  if (!fits) throw c.source.error(start, 'AccECN counters come as e0b ceb e1b or as e1b ceb e0b');
  return counters;
}
