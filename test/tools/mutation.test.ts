// What `npm run mutation` says of a file: the part that needs no StrykerJS.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Accepted, judge, type Mutant, report, total } from '../../tools/mutation/judge.ts';
import { type Candidate, sampleOf } from '../../tools/mutation/sample.ts';

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
    expect(verdict).toMatchObject({ killed: 2, accepted: 0, left: 1, stale: [] });
    expect(report(verdict).split('\n')).toEqual([
      'f.ts: 2 of 4 noticed (50.0 %), 1 of them by time, 0 accepted; a sample, of 5',
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

  it('a sample is of each file as many as asked, at random, and the same again', () => {
    const mutants = ['a.ts', 'b.ts'].flatMap((fileName) =>
      Array.from(
        { length: 100 },
        (_, i): Candidate => ({
          id: `${fileName} ${i}`,
          fileName,
          mutatorName: 'x',
          replacement: 'true',
          location: { line: i },
        }),
      ),
    );
    const few = [...mutants, { ...(mutants[0] as Candidate), id: 'c.ts 0', fileName: 'c.ts' }];
    const sample = [...sampleOf(few, 10, '1')].sort();
    const of = (file: string): string[] => sample.filter((id) => id.startsWith(file));
    expect([of('a.ts').length, of('b.ts').length, of('c.ts').length]).toEqual([10, 10, 1]);
    expect([...sampleOf([...few].reverse(), 10, '1')].sort()).toEqual(sample);
    expect([...sampleOf(few, 10, '2')].sort()).not.toEqual(sample);
    const first = Array.from({ length: 10 }, (_, i) => `a.ts ${i}`);
    expect(of('a.ts')).not.toEqual(first);
  });

  it('of files together each counts by its changes; what was not asked leaves two standard errors', () => {
    const whole = judge(
      'whole.ts',
      SOURCE,
      Array.from({ length: 10 }, () => mutant('Killed', 7, 12, 'true')),
      [],
    );
    const asked = (n: number, status: string): Mutant[] =>
      Array.from({ length: n }, () => mutant(status, 7, 12, 'true'));
    const sample = judge(
      'sample.ts',
      SOURCE,
      [...asked(5, 'Killed'), ...asked(5, 'Survived'), ...asked(80, 'CompileError')],
      [{ line: 'gone', to: 'true', why: 'because' }],
    );
    expect(sample.stale).toEqual([]);
    expect([total([whole]), total([whole, sample])]).toEqual([
      '1 files: 100.0 % noticed',
      '2 files: 55.0 % noticed, within 28.3 %; 20 of 100 were asked',
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
