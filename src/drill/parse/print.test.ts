import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScript } from './parser.ts';
import { printEvent, printScript } from './print.ts';
import { anyScript, parseEvent, withoutPlaces } from './testing.ts';

describe('the printer', () => {
  it('writes what the parser reads back as the same script', () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        const printed = printScript(script);
        expect(withoutPlaces(parseScript(printed))).toEqual(withoutPlaces(script));
        expect(printScript(parseScript(printed))).toBe(printed);
      }),
      { numRuns: 400 },
    );
  });

  it('writes one canonical form for what may be written in several', () => {
    const canonical = (text: string): string => printEvent(parseEvent(text));
    expect(canonical('+.010 > P5. 1:11(10) ack 1 < mss 1460 , nop,nop , nop,eol >')).toBe(
      '+0.01 > P.5 1:11(10) ack 1 <mss 1460,nop,nop,nop,eol>',
    );
    expect(canonical('1...2 f( {a = A | B} ) = -1 EPIPE ( x  y )')).toBe('1...2 f({a=A|B}) = -1 EPIPE (x y)');
    expect(canonical('+0 > (ect0) SF. 1:1(0)')).toBe('+0 > [ect0] FS. 1:1(0)');
  });

  it('keeps quotes around option values that need them and the kind of definitions', () => {
    const text =
      '--init_scripts="a b"\n--define=CC="x y"\n--define=N=5\n--define=S=`run it`\n--dry_run\n+0 close(3) = 0\n';
    expect(printScript(parseScript(text))).toBe(text);
  });
});
