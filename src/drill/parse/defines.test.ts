import { describe, expect, it } from 'vitest';
import { defineTable, formatDefine, parseDefine } from './defines.ts';

describe('definitions', () => {
  it('are a word, a string or a command', () => {
    expect(parseDefine('A=b1')).toEqual({ name: 'A', kind: 'word', text: 'b1' });
    expect(parseDefine('A=-5')).toEqual({ name: 'A', kind: 'word', text: '-5' });
    expect(parseDefine('A="b c"')).toEqual({ name: 'A', kind: 'string', text: 'b c' });
    expect(parseDefine('A=`b c`')).toEqual({ name: 'A', kind: 'command', text: 'b c' });
    expect(parseDefine('A=B=C')).toEqual({ name: 'A', kind: 'word', text: 'B=C' });
  });

  it('that are none of these say why', () => {
    expect(parseDefine('A')).toBe("expected NAME=VALUE after --define, found 'A'");
    expect(parseDefine('1A=2')).toBe("'1A' cannot be the name of a definition");
    expect(parseDefine('A="b')).toBe('unterminated " in the definition of A');
    expect(parseDefine('A="')).toBe('unterminated " in the definition of A');
    expect(parseDefine('A=b c')).toBe('expected a word, a number or a quoted text for A');
    expect(parseDefine('A=')).toBe('expected a word, a number or a quoted text for A');
  });

  it('are written as they are read', () => {
    for (const text of ['A=b', 'A="b c"', 'A=`b c`']) {
      const define = parseDefine(text);
      expect(typeof define === 'string' ? define : formatDefine(define)).toBe(text);
    }
  });

  it('of the same name: the last list wins', () => {
    const word = (name: string, text: string) => ({ name, kind: 'word' as const, text });
    const table = defineTable([word('A', '1'), word('B', '1')], [word('A', '2')]);
    expect([...table.values()].map((d) => d.name + d.text)).toEqual(['A2', 'B1']);
  });
});
