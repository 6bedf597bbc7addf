import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScriptError } from './error.ts';
import { CodeContext, type CodeOutcome } from './expr.ts';
import { scriptError } from './testing.ts';

function context(values: Record<string, number | bigint | string> = {}): CodeContext {
  const c = new CodeContext();
  for (const [name, value] of Object.entries(values)) c.set(name, value);
  return c;
}

/** What `print(TEXT)` prints, or the message of what went wrong. */
function show(text: string, values?: Record<string, number | bigint | string>): string {
  const outcome = context(values).run(`print(${text})`);
  return outcome.ok ? outcome.output.join('\n') : outcome.message;
}

const run = (text: string, values?: Record<string, number | bigint | string>): CodeOutcome =>
  context(values).run(text);
const summary = (text: string): string => scriptError(() => run(text)).summary;

describe('assertions of code blocks', () => {
  it('that hold are ok', () => {
    expect(run('assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd', { tcpi_snd_cwnd: 10 })).toEqual({
      ok: true,
      output: [],
    });
  });

  it('that do not hold tell message, line and text', () => {
    const outcome = context({ tcpi_snd_cwnd: 9 }).run(
      'assert 1\n\nassert tcpi_snd_cwnd == 10, tcpi_snd_cwnd  ',
      'a.pkt',
      40,
    );
    expect(outcome).toEqual({
      ok: false,
      output: [],
      kind: 'assertion',
      message: '9',
      line: 42,
      text: 'assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd',
    });
    expect(run('assert 0')).toMatchObject({ ok: false, kind: 'assertion', message: '' });
  });

  it('may be several in a line, over lines joined by a backslash or brackets', () => {
    const text = 'assert a == 0, a; \\\n   assert (b ==\n 1)\nassert c == 2,\\\n c;';
    expect(run(text, { a: 0, b: 1, c: 2 }).ok).toBe(true);
    expect(run(text, { a: 0, b: 1, c: 3 })).toMatchObject({ message: '3', line: 4 });
  });

  it('variables persist between blocks', () => {
    const c = context({ tcpi_rtt: 5 });
    expect(c.run('old = tcpi_rtt').ok).toBe(true);
    c.set('tcpi_rtt', 7);
    expect(c.run('assert tcpi_rtt - old == 2').ok).toBe(true);
    expect(c.get('old')).toBe(5n);
  });
});

describe('expressions of code blocks', () => {
  it.each([
    ['1 + 2 * 3 - 4', '3'],
    ['7 / 2, 8 / 2, 7 // 2, -7 // 2, -7 % 3, 7 % -3', '3.5 4.0 3 -4 2 -2'],
    ['2 ** 10, -2 ** 2, 2 ** -1, 2 ** 3 ** 2', '1024 -4 0.5 512'],
    ['7.5 // 2, -7.5 % 2, 1e16, 1e-5, 0.1 + 0.2', '3.0 0.5 1e+16 1e-05 0.30000000000000004'],
    ['0x10 | 1, 0b101 & 4, 6 ^ 3, ~5, 1 << 10, 1025 >> 3, 0o17', '17 4 5 -6 1024 128 15'],
    ['1 < 2 < 3, 1 < 3 < 2, 1 == 1.0, 1 != 2 >= 2', 'True False True True'],
    ['3 in (1, 2, 3), 3 not in [1], "b" in "abc", 1 is 1, None is not None', 'True True True True False'],
    ['not 1 == 2 and 0 or 5', '5'],
    ['0 or "" or [] or None, 1 and 2', 'None 2'],
    ['1 if 0 else 2 if 1 else 3', '2'],
    ['(1, 2)[1], [1, 2][-1], "abc"[0], (), (1,), [1, "a"]', "2 2 a () (1,) [1, 'a']"],
    [
      'abs(-5), min(3, 1, 2), max([1, 9]), int(3.9), int("12"), int("0x1f", 16), len("abc"), float(2), float("1.5"), str(5) + "x"',
      '5 1 9 3 12 31 3 2.0 1.5 5x',
    ],
    ['round(2.5), round(3.5), round(2.675, 1), round(7), int(-3.9)', '2 4 2.7 7 -3'],
    ['True + True, True, 5 == True, "a" * 3, [0] * 2, (1,) + (2,)', '2 True False aaa [0, 0] (1, 2)'],
    ['min("bca"), max("ab", "b"), 4.0 % -2, 10 ** 22 / 3', 'a b -0.0 3.3333333333333335e+21'],
    [
      'f"{10 ** 22:.1f} {-1:05d} {1:+d} {2.0:e} {0.25:.0%} {1e6:g} {True:d}"',
      '10000000000000000000000.0 -0001 +1 2.000000e+00 25% 1e+06 1',
    ],
    ['18446744073709551615 + 1', '18446744073709551616'],
    ['"%d of %s: %5.2f|%-4d|%04d|%x|%%" % (3, "x", 1.5, 7, 8, 255)', '3 of x:  1.50|7   |0008|ff|%'],
    ['"cwnd %d" % 10, "%s" % "a", "%r" % "a"', "cwnd 10 a 'a'"],
    [
      `f"{1+1} {3.14159:.2f} {255:#x} {5:>4}|{5:<4}|{5:04d} {'a'!r} {{}} {1234567:,}"`,
      "2 3.14 0xff    5|5   |0005 'a' {} 1,234,567",
    ],
    ["f'{x}' 'y' f\"{x + 1}\"", '1y2'],
    ["'\\x41\\n' == 'A\\n', r'\\n'", 'True \\n'],
  ])('%s', (text, shown) => {
    expect(show(text, { x: 1 })).toBe(shown);
  });

  it('and, or, if evaluate only what they need', () => {
    expect(show('0 and nothing, 1 or nothing, 1 if 1 else nothing')).toBe('0 1 1');
  });

  it('errors while running have Python names', () => {
    expect(show('nothing')).toBe("NameError: name 'nothing' is not defined");
    expect(show('1 // 0')).toBe('ZeroDivisionError: integer division or modulo by zero');
    expect(show('1 / 0.0')).toBe('ZeroDivisionError: float division by zero');
    expect(show('1 + "a"')).toBe("TypeError: unsupported operand type(s) for +: 'int' and 'str'");
    expect(show('1.5 | 1')).toBe("TypeError: unsupported operand type(s) for |: 'float' and 'int'");
    expect(show('1 < "a"')).toBe("TypeError: '<' not supported between 'int' and 'str'");
    expect(show('[1][5]')).toBe('IndexError: index out of range');
    expect(show('int("x")')).toBe("ValueError: invalid literal for int() with base 10: 'x'");
    expect(show('constructor(1)')).toBe("NameError: name 'constructor' is not defined");
    expect(show('"%d" % "a"')).toBe('TypeError: %d format: a number is required, not str');
    expect(show('"%d %d" % 1')).toBe('TypeError: not enough arguments for format string');
    expect(show('float(None)')).toBe('TypeError: float() needs a number, not NoneType');
    expect(show('int(3, 8)')).toBe('TypeError: int() takes 1 arguments, got 2');
    expect(show('f"{\'a\':,}"')).toBe('ValueError: numeric format does not fit str');
    expect(show('1e300 ** 2')).toBe('OverflowError: numerical result out of range');
    expect(show('abs()')).toBe('TypeError: abs() takes 1 arguments, got 0');
    expect(run('a, b = 1, 2, 3')).toMatchObject({
      kind: 'error',
      message: 'ValueError: cannot unpack (1, 2, 3) into 2 names',
    });
  });
});

describe('statements of code blocks', () => {
  it('assignments, also of several names and with an operator', () => {
    expect(run('a, b = 1, 2\na += 3\nb <<= 4\nprint(a, b)')).toEqual({ ok: true, output: ['4 32'] });
  });

  it('if, elif and else choose a block by indentation', () => {
    const text =
      '\nif x == 1:\n  y = 10\n  z = 1\nelif x == 2:\n  if z:\n    y = 20\n\n  # comment\nelse: y = 30; z = 0\nprint(y, z)\n';
    expect(run(text, { x: 1, z: 0 })).toMatchObject({ output: ['10 1'] });
    expect(run(text, { x: 2, z: 5 })).toMatchObject({ output: ['20 5'] });
    expect(run(text, { x: 3, z: 5 })).toMatchObject({ output: ['30 0'] });
  });

  it('output before a failure is kept', () => {
    expect(run('print("a", 1)\nassert 0, "no"')).toMatchObject({ ok: false, output: ['a 1'], message: 'no' });
  });

  it('print as Python 2 has it, and format', () => {
    expect(run('print "a\\tb"\nprint "{} {1:x} {{}} {}".format(1, 255), 2')).toMatchObject({
      ok: true,
      output: ['a\tb', '1 ff {} 255 2'],
    });
  });

  it('what is not supported is refused by name, before anything runs', () => {
    expect(summary('print(1)\nimport os')).toBe('unsupported: import in code');
    expect(summary('for x in y: pass')).toBe('unsupported: loops (for) in code');
    expect(summary('def f(): pass')).toBe('unsupported: functions (def) in code');
    expect(summary('x = lambda: 1')).toBe('unsupported: lambda in code');
    expect(summary('a.b')).toBe('unsupported: attributes and methods (a.b)');
    expect(summary('a[1:2]')).toBe('unsupported: slices');
    expect(summary('x = {}')).toBe('unsupported: dictionaries and sets');
    expect(summary('x = [a for a in b]')).toBe('unsupported: comprehensions');
    expect(summary('"{a}".format(1)')).toBe('unsupported: the field {a} of format()');
    expect(summary('"{}{}".format(1)')).toBe('unsupported: the field {} of format()');
    expect(summary('x = "a".upper()')).toBe('unsupported: attributes and methods (a.b)');
    expect(summary('f(a=1)')).toBe('unsupported: keyword arguments');
    expect(summary('a = b = 1')).toBe('unsupported: assignment to several targets');
  });

  it('mistakes tell their place in the file', () => {
    const error = scriptError(() => context().run('a = 1\n  b = 2', 'x.pkt', 7));
    expect(error.message).toBe('x.pkt:8:3: unexpected indentation\n    8 |   b = 2\n      |   ^');
    expect(summary('assert')).toBe('expected an expression, found the end of the line');
    expect(summary('a = (1')).toBe("expected ')', found the end of the line");
    expect(summary('1 = a')).toBe('only a name can be assigned to');
    expect(summary('if a:\nb')).toBe("expected an indented block, found 'b'");
    expect(summary('if a:\n    b\n  c')).toBe('indentation matches no outer line');
    expect(summary('a = "x')).toBe('unterminated string');
    expect(summary('a ? b')).toBe("unexpected '?' in code");
    expect(summary('f"{a"')).toBe("'{' without '}' in an f-string");
    expect(summary('f"}"')).toBe("single '}' in an f-string");
    expect(summary('012')).toBe('leading zeros in a number');
    expect(summary('12ab')).toBe('a name right behind a number');
    expect(summary('a b')).toBe("expected the end of the statement, found 'b'");
  });
});

describe('code blocks are harmless', () => {
  it('numbers, texts and nesting are bounded', () => {
    expect(show('2 ** 100000')).toBe('OverflowError: integer too large');
    expect(show('1 << 100000')).toBe('OverflowError: shift too large');
    expect(show('"a" * 1000000')).toBe('MemoryError: repeated too often');
    expect(show('f"{1:5000}"')).toBe('ValueError: width too large');
    expect(summary(`${'('.repeat(1000)}1`)).toBe('code nested deeper than 64');
    expect(summary(`a = 1${'+1'.repeat(1000)}`)).toBe('more than 200 operators in a row');
    expect(summary(`a${'[0]'.repeat(1000)}`)).toBe('more than 200 operators in a row');
    expect(summary(`a = ${'9'.repeat(2000)}`)).toBe('number too long');
    expect(show('0 ** 100000000000, 1 ** 100000000000, (-1) ** 100000000001, 0 << 5')).toBe('0 1 -1 0');
  });

  it('any text ends in an outcome or a ScriptError', () => {
    const piece = fc.constantFrom(
      ...'assert if else elif : \n \n\x20\x20 a b = == < ( ) [ ] , 1 2.5 0x1 "a" f"{a}" f"{ + - * ** // % and or not in is print( int( round( str( ; \\ { } . ! ~ << 99999999999'.split(
        ' ',
      ),
      ' ',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 25 }).map((p) => p.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          expect(typeof context({ a: 3, b: 'x' }).run(text).ok).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(ScriptError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
