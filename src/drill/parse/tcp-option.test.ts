import { describe, expect, it } from 'vitest';
import type { TcpOption } from '../ast.ts';
import { tcpOptionsLength } from './tcp-option.ts';
import { parseTcpText, scriptError } from './testing.ts';

/** The options of a list, padded here so that a test can show one alone. */
function options(text: string): TcpOption[] {
  for (let pad = ''; ; pad += ',nop') {
    try {
      const found = parseTcpText(`> S 0:0(0) <${text}${pad}>`).options;
      return found === 'any' ? [] : found.slice(0, pad === '' ? undefined : -pad.length / 4);
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('multiple of 4')) || pad.length > 8) throw error;
    }
  }
}

const summary = (text: string): string => scriptError(() => options(text)).summary;

describe('TCP options of a script', () => {
  it.each<[string, TcpOption, number]>([
    ['nop', { kind: 'nop' }, 1],
    ['eol', { kind: 'eol' }, 1],
    ['sackOK', { kind: 'sackOK' }, 2],
    ['mss 1460', { kind: 'mss', bytes: 1460 }, 4],
    ['wscale 8', { kind: 'wscale', shift: 8 }, 3],
    ['wscale *', { kind: 'wscale', shift: null }, 3],
    ['sack 1:2', { kind: 'sack', blocks: [{ left: 1, right: 2 }] }, 10],
    ['TS val 1 ecr 2', { kind: 'TS', val: 1, ecr: 2, ecrAbsolute: false }, 10],
    ['TS val ... ecr 2!', { kind: 'TS', val: null, ecr: 2, ecrAbsolute: true }, 10],
    ['md5 00112233445566778899AAbbccddeeff', { kind: 'md5', digest: '00112233445566778899aabbccddeeff' }, 18],
    ['md5 valid', { kind: 'md5', digest: 'valid' }, 18],
    ['md5 invalid', { kind: 'md5', digest: 'invalid' }, 18],
    ['FO', { kind: 'FO', cookie: '' }, 2],
    ['FO 12345678', { kind: 'FO', cookie: '12345678' }, 6],
    ['FOEXP abcd1234', { kind: 'FOEXP', cookie: 'abcd1234' }, 8],
    [
      'ECN e1b 1 ceb 0 e0b 5',
      {
        kind: 'ECN',
        counters: [
          { name: 'e1b', value: 1 },
          { name: 'ceb', value: 0 },
          { name: 'e0b', value: 5 },
        ],
      },
      11,
    ],
    ['ECN e0b 1', { kind: 'ECN', counters: [{ name: 'e0b', value: 1 }] }, 5],
    ['opt 253 0102', { kind: 'unknown', option: 253, data: '0102' }, 4],
    ['opt 9', { kind: 'unknown', option: 9, data: '' }, 2],
  ])('%s', (text, option, length) => {
    expect(options(text)).toEqual([option]);
    expect(tcpOptionsLength([option])).toBe(length);
  });

  it('keep their order and every NOP', () => {
    expect(options('mss 1,nop,nop,sackOK,nop,wscale 2').map((o) => o.kind)).toEqual([
      'mss',
      'nop',
      'nop',
      'sackOK',
      'nop',
      'wscale',
    ]);
    expect(options('sack 1:2 3:4 5:6')).toMatchObject([{ blocks: [{}, {}, { left: 5, right: 6 }] }]);
  });

  it('mistakes say what was expected', () => {
    expect(summary('mss 65536')).toBe('mss 65536 is not in 0..65535');
    expect(summary('mss x')).toBe("expected mss (a number), found 'x'");
    expect(summary('wscale 256')).toBe('window scale 256 is not in 0..255');
    expect(summary('FO TFO_COOKIE')).toBe(
      "cookie 'TFO_COOKIE' is not hexadecimal (a word to be set with --define?)",
    );
    expect(summary('FO abc')).toBe("cookie 'abc' has an odd number of digits");
    expect(summary('md5 0011223344556677889900112233445566')).toMatch(/is longer than 16 octets$/);
    expect(summary('ECN ceb 1 e0b 1')).toBe('AccECN counters come as e0b ceb e1b or as e1b ceb e0b');
    expect(summary('ECN')).toBe("expected 'e0b' or 'e1b', found '>'");
    expect(summary('frob')).toBe("'frob' is not a TCP option this parser knows");
    expect(summary('mpcapable v1')).toBe("unsupported: Multipath TCP option 'mpcapable'");
    expect(summary('opt 1')).toBe('kinds 0 and 1 are written eol and nop');
    expect(summary('nop nop')).toBe("expected ',' or '>' after a TCP option, found 'nop'");
    expect(summary('sack 1 2')).toBe("expected ':' between the edges of a SACK block, found '2'");
    expect(summary('TS 1 2')).toBe("expected 'val', found '1'");
  });
});
