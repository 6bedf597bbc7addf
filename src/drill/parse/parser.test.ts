import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScriptError } from './error.ts';
import { parseScript } from './parser.ts';
import { printScript } from './print.ts';
import { anyScript, parseEvent, scriptError } from './testing.ts';

const END = '\n+0 close(3) = 0';
const summary = (text: string): string => scriptError(() => parseScript(text)).summary;

describe('a script', () => {
  it('is options, init command, events, cleanup command', () => {
    const script = parseScript(
      '// comment\n--mss=1460 // x\n--dry_run\n`init`\n0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+.1 `cmd`\n* > . 1:1(0)\n+0 %{ a = 1 }%\n`rm x`',
      { file: 'x.pkt' },
    );
    expect(script).toMatchObject({
      file: 'x.pkt',
      options: [
        { name: 'mss', value: '1460', line: 2 },
        { name: 'dry_run', value: null, line: 3 },
      ],
      initCommand: { text: 'init', line: 4 },
      cleanupCommand: { text: 'rm x', line: 9 },
    });
    expect(script.events.map((e) => [e.kind, e.line, e.column, e.source])).toEqual([
      ['syscall', 5, 1, '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3'],
      ['command', 6, 1, '+.1 `cmd`'],
      ['packet', 7, 1, '* > . 1:1(0)'],
      ['code', 8, 1, '+0 %{ a = 1 }%'],
    ]);
  });

  it('needs an event, and has its commands in their places', () => {
    expect(summary('')).toBe('expected an event (TIME ACTION), found the end of the script');
    expect(summary('`a`')).toBe('expected an event (TIME ACTION), found the end of the script');
    expect(summary('`a` `b`')).toBe('expected an event (TIME ACTION), found a shell command');
    expect(summary('+0 f() = 0 `a` +0 f() = 0')).toBe(
      'nothing may follow the cleanup command; a command before an event needs a time (+0)',
    );
    expect(summary('+0 f() = 0 --mss=3')).toBe('--mss goes before the first event');
  });

  it('option values are plain or quoted', () => {
    const values = (text: string): unknown => parseScript(text + END).options.map((o) => [o.name, o.value]);
    expect(values('--ip_version=ipv4-mapped-ipv6 --local_ip=fd3d::1\n--non_fatal=packet,syscall')).toEqual([
      ['ip_version', 'ipv4-mapped-ipv6'],
      ['local_ip', 'fd3d::1'],
      ['non_fatal', 'packet,syscall'],
    ]);
    expect(values('--so_flags="a b // c" --tolerance_usecs = 10000// x')).toEqual([
      ['so_flags', 'a b // c'],
      ['tolerance_usecs', '10000'],
    ]);
    expect(summary('--mss=\n+0')).toBe('expected a value for --mss');
    expect(summary('--x="a')).toBe('unterminated text in the value of --x');
    expect(summary('--define=1=2')).toBe("'1' cannot be the name of a definition");
    expect(summary('-- x')).toBe('expected --OPTION=VALUE');
  });

  it('definitions of the script are used, those of the caller win', () => {
    const text = '--define=CC="reno"\n--define=N=4\n+0 f(CC, N) = 0';
    const args = (defines: Parameters<typeof parseScript>[1]) => parseScript(text, defines).events[0];
    expect(args({})).toMatchObject({ syscall: { args: [{ value: 'reno' }, { value: 4 }] } });
    expect(args({ defines: [{ name: 'CC', kind: 'string', text: 'cubic' }] })).toMatchObject({
      syscall: { args: [{ value: 'cubic' }, { value: 4 }] },
    });
    expect(parseScript(text).defines).toEqual([
      { name: 'CC', kind: 'string', text: 'reno' },
      { name: 'N', kind: 'word', text: '4' },
    ]);
  });

  it('a word defined as a command runs it', () => {
    expect(parseEvent('--define=X=`a b`\n+0 X')).toMatchObject({ kind: 'command', command: { text: 'a b' } });
  });

  it('#ifdef chooses by the platform', () => {
    const text = '#ifdef FreeBSD\n+0 a() = 0\n#endif\n#ifdef Linux\n+0 b() = 0\n#endif';
    expect(parseEvent(text)).toMatchObject({ syscall: { name: 'b' } });
    expect(parseEvent(text, { platform: 'FreeBSD' })).toMatchObject({ syscall: { name: 'a' } });
  });
});

describe('the time of an event', () => {
  it.each([
    ['1', { kind: 'absolute', us: 1_000_000 }],
    ['.25', { kind: 'absolute', us: 250_000 }],
    ['+0.000007', { kind: 'relative', us: 7 }],
    ['+1.1', { kind: 'relative', us: 1_100_000 }],
    ['*', { kind: 'any' }],
    ['1~2.5', { kind: 'absolute-range', us: 1_000_000, endUs: 2_500_000 }],
    ['+.1~+.2', { kind: 'relative-range', us: 100_000, endUs: 200_000 }],
  ])('%s', (text, time) => {
    expect(parseEvent(`${text} > . 1:1(0)`).time).toEqual(time);
  });

  it('a blocking call has an end on the same base', () => {
    expect(parseEvent('+0...0.200 accept(3, ..., ...) = 4')).toMatchObject({
      time: { kind: 'relative', us: 0 },
      syscall: { endUs: 200_000 },
    });
    expect(parseEvent('0.5...1 read(3, ..., 1) = 1')).toMatchObject({
      time: { us: 500_000 },
      syscall: { endUs: 1_000_000 },
    });
  });

  it('mistakes say what was expected', () => {
    expect(summary('f() = 0')).toBe("expected the time of an event (1.5, +0.1, 1~2, +1~+2 or *), found 'f'");
    expect(summary('+x')).toBe("expected a time in seconds, found 'x'");
    expect(summary('+-1 f() = 0')).toBe('negative time');
    expect(summary('+0~1 > . 1:1(0)')).toBe("expected '+' before the end of a relative range, found '1'");
    expect(summary('2~1 > . 1:1(0)')).toBe('time range is backwards');
    expect(summary('* < . 1:1(0) win 1')).toBe("the time '*' can only be used with outbound packets");
    expect(summary('1~2 f() = 0')).toBe('a time range can only be used with outbound packets');
    expect(summary('* `x`')).toBe("the time '*' can only be used with outbound packets");
    expect(summary('*...1 f() = 0')).toBe('a blocking call starts at a single time');
    expect(summary('+1...0.5 f() = 0')).toBe('a blocking call ends before it starts');
    expect(summary('+1...2 > . 1:1(0)')).toBe(
      "expected a packet, a system call, a code block or a shell command, found '>'",
    );
    expect(summary('99999999999 f() = 0')).toBe('time beyond 10^9 seconds');
  });
});

describe('an error of a script', () => {
  it('shows file, line, column, what was expected, and the line with a caret', () => {
    const error = scriptError(() => parseScript('+0 close(3) = 0\n\t+0 > . ack 1 // x\n', { file: 'a.pkt' }));
    expect(error.message).toBe(
      "a.pkt:2:9: expected a sequence range start:end(length), found 'ack'\n    2 | \t+0 > . ack 1 // x\n      | \t       ^",
    );
    expect(error).toMatchObject({
      name: 'ScriptError',
      file: 'a.pkt',
      line: 2,
      column: 9,
      sourceLine: '\t+0 > . ack 1 // x',
    });
  });

  it('cuts a long line around the place', () => {
    const error = scriptError(() => parseScript(`+0 f(${'1, '.repeat(200)}) = 0`));
    const [, shown, caret] = error.message.split('\n');
    expect(shown!.length).toBeLessThan(200);
    expect(shown![caret!.indexOf('^')]).toBe(')');
  });

  it('is the only thing that any text makes the parser throw', () => {
    const piece = fc.constantFrom(
      ...'+0 * > < . S 1:1(0) ack win 1 <mss 1460> <...> ... ~ ( ) [ ] { } " ` %{ }% // /* */ = , | ! / - --mss= icmp udp ipv4 gre: mpls #ifdef Linux #endif \n 0x1 fd::1 1.2.3.4 f'.split(
        ' ',
      ),
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((p) => p.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseScript(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ScriptError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is the only thing that a damaged script makes the parser throw', () => {
    fc.assert(
      fc.property(
        anyScript,
        fc.nat(),
        fc.nat(8),
        fc.string({ unit: 'binary-ascii', maxLength: 4 }),
        (script, at, cut, put) => {
          const text = printScript(script);
          const i = at % text.length;
          try {
            parseScript(text.slice(0, i) + put + text.slice(i + cut));
          } catch (error) {
            expect(error).toBeInstanceOf(ScriptError);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it('comes in time linear in the text, and for texts beyond the bound at once', () => {
    expect(summary(`+0 f("${'a'.repeat(1_000_000)}`)).toBe('unterminated string');
    expect(summary(`+0 ${'f('.repeat(10_000)}`)).toBe('expression nested deeper than 32');
    expect(summary('x'.repeat((1 << 22) + 1))).toBe('script longer than 4194304 characters');
  });
});
