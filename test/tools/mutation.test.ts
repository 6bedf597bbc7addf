// What `npm run mutation` says of a file: the part that needs no StrykerJS.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Accepted, judge, type Mutant, report } from '../../tools/mutation/judge.ts';

const SOURCE = 'function f(a) {\n  if (a > 0 && a > 1) return 1;\n  return 2;\n}\n';

/** A mutant of line 2, from column to column. */
function mutant(status: string, from: number, to: number, replacement: string): Mutant {
  const location = { start: { line: 2, column: from }, end: { line: 2, column: to } };
  return { fileName: 'f.ts', mutatorName: 'x', status, replacement, location };
}

describe('a mutation run', () => {
  it('counts what was noticed, and shows what was not', () => {
    const verdict = judge(
      'f.ts',
      SOURCE,
      [
        mutant('Killed', 7, 12, 'true'),
        mutant('Timeout', 7, 12, 'false'),
        mutant('CompileError', 7, 12, '?'),
        mutant('Survived', 16, 21, 'a >= 1'),
        mutant('NoCoverage', 23, 32, 'return'),
      ],
      [],
    );
    expect(verdict).toMatchObject({ killed: 2, accepted: 0, stale: [] });
    expect(report(verdict).split('\n')).toEqual([
      'f.ts: 2 of 4 noticed (50.0 %), 1 of them by time, 0 accepted',
      '  f.ts:2:16',
      '    - a > 1',
      '    + a >= 1',
      '  f.ts:2:23 (no test comes here)',
      '    - return 1;',
      '    + return',
    ]);
  });

  it('accepts a survivor that has a reason, found by its line, what it replaces and what with', () => {
    const line = 'if (a > 0 && a > 1) return 1;';
    const because = { line, to: 'true', why: 'because' };
    const survivors = [mutant('Survived', 7, 12, 'true'), mutant('Survived', 16, 21, 'true')];
    expect(judge('f.ts', SOURCE, survivors, [because])).toMatchObject({ accepted: 2, survivors: [] });
    const one = judge('f.ts', SOURCE, survivors, [{ ...because, from: 'a > 1' }]);
    expect([one.accepted, one.survivors.map((s) => s.from)]).toEqual([1, ['a > 0']]);
    expect(judge('f.ts', SOURCE, survivors, [{ ...because, line: 'another' }]).accepted).toBe(0);
  });

  it('an entry that nothing needs any more is told', () => {
    const verdict = judge('f.ts', SOURCE, [], [{ line: 'gone', to: 'true', why: 'because' }]);
    expect([verdict.stale.length, report(verdict)]).toEqual([
      1,
      'f.ts: 0 of 0 noticed (100.0 %), 0 of them by time, 0 accepted\n  accepted.json has an entry that nothing needs: gone -> true',
    ]);
  });

  it('every accepted survivor is in a file that exists, in a line that is there, and has a reason', () => {
    const root = new URL('../../', import.meta.url);
    const accepted = JSON.parse(
      readFileSync(new URL('tools/mutation/accepted.json', root), 'utf8'),
    ) as Accepted;
    for (const [file, entries] of Object.entries(accepted)) {
      const lines = readFileSync(new URL(file, root), 'utf8')
        .split('\n')
        .map((l) => l.trim());
      for (const { line, why } of entries) {
        expect([file, line, lines.includes(line)]).toEqual([file, line, true]);
        expect(why.length).toBeGreaterThan(20);
      }
    }
  });
});
