import { describe, expect, it } from 'vitest';
import { Source } from './error.ts';
import { lex } from './lexer.ts';
import { scriptError } from './testing.ts';

function kinds(text: string, defines = new Map(), platform = 'Linux'): string[] {
  return lex(new Source('t', text), 0, defines, platform)
    .filter((token) => token.kind !== 'eof')
    .map((token) => `${token.kind}:${token.text}`);
}

describe('tokens of a script', () => {
  it('the longest match wins: numbers, words and addresses', () => {
    expect(kinds('0...0.200')).toEqual(['int:0', 'ellipsis:...', 'float:0.200']);
    expect(kinds('P.5 5. .5')).toEqual(['word:P', 'float:.5', 'int:5', 'punct:.', 'float:.5']);
    expect(kinds('0x1F 12ab 12 -3 -.5')).toEqual(['hex:0x1F', 'word:12ab', 'int:12', 'int:-3', 'float:-.5']);
    expect(kinds('1:1001(1000)')).toEqual(['int:1', 'punct::', 'int:1001', 'punct:(', 'int:1000', 'punct:)']);
    expect(kinds('192.0.2.1:')).toEqual(['ipv4:192.0.2.1', 'punct::']);
  });

  it('an IPv6 address ends before the colon that closes a header', () => {
    expect(kinds('fd3d::1 > 2001:db8::2: x')).toEqual([
      'ipv6:fd3d::1',
      'punct:>',
      'ipv6:2001:db8::2',
      'punct::',
      'word:x',
    ]);
    expect(kinds('1:2:3:4:5:6:7:8')).toEqual(['ipv6:1:2:3:4:5:6:7:8']);
    expect(kinds('::ffff:192.0.2.1')).toEqual(['ipv6:::ffff:192.0.2.1']);
    expect(kinds('1:2:3')).toEqual(['int:1', 'punct::', 'int:2', 'punct::', 'int:3']);
  });

  it('comments and blanks separate and are gone', () => {
    expect(kinds('a// b `c`\nd /* e\n"f */ g')).toEqual(['word:a', 'word:d', 'word:g']);
    expect(kinds('a // no end')).toEqual(['word:a']);
  });

  it('quoted texts keep their lines and escaped quotes', () => {
    expect(kinds('"a\\"b" `x \\` y\nz`')).toEqual(['string:a\\"b', 'command:x \\` y\nz']);
  });

  it('code loses spaces and tabs at its ends but not lines', () => {
    expect(kinds('%{ \t assert a }%')).toEqual(['code:assert a']);
    expect(kinds('%{\n  a\n}%')).toEqual(['code:\n  a\n']);
  });

  it('#ifdef blocks count for their system only, and nest', () => {
    const text = 'a #ifdef FreeBSD\nb #ifdef Linux\nc\n#endif\nd\n#endif e #ifdef linux\nf\n#endif';
    expect(kinds(text)).toEqual(['word:a', 'word:e', 'word:f']);
    expect(kinds(text, new Map(), 'FreeBSD')).toEqual(['word:a', 'word:b', 'word:d', 'word:e']);
  });

  it('what does not end is an error at its beginning', () => {
    const message = (text: string): string => {
      const error = scriptError(() => kinds(text));
      return `${error.line}:${error.column} ${error.summary}`;
    };
    expect(message('a\n "b')).toBe('2:2 unterminated string');
    expect(message('`b')).toBe('1:1 unterminated shell command: no closing `');
    expect(message(' %{ a }')).toBe('1:2 unterminated code: no closing }%');
    expect(message('/* a *')).toBe('1:1 unterminated comment');
    expect(message('#ifdef Linux\na')).toBe('1:1 #ifdef without #endif');
    expect(message('#ifdef FreeBSD\na')).toBe('1:1 #ifdef without #endif');
    expect(message('a #endif')).toBe('1:3 #endif without #ifdef');
    expect(message('#ifdef\n1')).toBe('1:1 expected the name of a system after #ifdef');
  });

  it('a defined word becomes its value, keywords of the packet grammar do not', () => {
    const defines = new Map([
      ['N', { name: 'N', kind: 'word' as const, text: '0x10' }],
      ['C', { name: 'C', kind: 'string' as const, text: 'reno' }],
      ['S', { name: 'S', kind: 'command' as const, text: 'sh x' }],
      ['W', { name: 'W', kind: 'word' as const, text: 'a.b' }],
      ['mss', { name: 'mss', kind: 'word' as const, text: '1' }],
    ]);
    expect(kinds('N C S W NN mss', defines)).toEqual([
      'hex:0x10',
      'string:reno',
      'command:sh x',
      'word:a.b',
      'word:NN',
      'word:mss',
    ]);
  });
});
