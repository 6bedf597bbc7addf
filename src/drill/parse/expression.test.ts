import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression } from '../ast.ts';
import { escapeString, unescapeString } from './expression.ts';
import { parseSyscallText, scriptError } from './testing.ts';

const argument = (text: string): Expression => parseSyscallText(`f(${text}) = 0`).args[0]!;
const summary = (text: string): string => scriptError(() => parseSyscallText(text)).summary;
const int = (value: number, text = String(value)): Expression => ({ kind: 'int', value, text });
const word = (name: string): Expression => ({ kind: 'word', name });

describe('expressions of a script', () => {
  it('numbers keep how they were written', () => {
    expect(argument('-5')).toEqual(int(-5));
    expect(argument('0xFf')).toEqual(int(255, '0xFf'));
    expect(argument('18446744073709551615')).toMatchObject({ kind: 'int', text: '18446744073709551615' });
  });

  it('strings decode escapes, join, and may be a beginning only', () => {
    expect(argument('"a\\x41\\n\\101\\\\\\q"')).toEqual({
      kind: 'string',
      value: 'aA\nA\\\\q',
      partial: false,
    });
    expect(argument('"a" "b"\n"c"')).toEqual({ kind: 'string', value: 'abc', partial: false });
    expect(argument('"ab"...')).toEqual({ kind: 'string', value: 'ab', partial: true });
  });

  it('words join by | from left to right', () => {
    expect(argument('A|B | C')).toEqual({
      kind: 'binary',
      op: '|',
      left: { kind: 'binary', op: '|', left: word('A'), right: word('B') },
      right: word('C'),
    });
  });

  it('lists, also empty', () => {
    expect(argument('[]')).toEqual({ kind: 'list', items: [] });
    expect(argument('[1, ...]')).toEqual({ kind: 'list', items: [int(1), { kind: 'ellipsis' }] });
  });

  it('a socket address is a structure of named fields and calls', () => {
    expect(
      argument('{sa_family = AF_INET, sin_port = htons(8080), sin_addr = inet_addr("192.0.2.1")}'),
    ).toEqual({
      kind: 'struct',
      fields: [
        { name: 'sa_family', size: null, value: word('AF_INET') },
        { name: 'sin_port', size: null, value: { kind: 'call', name: 'htons', args: [int(8080)] } },
        {
          name: 'sin_addr',
          size: null,
          value: {
            kind: 'call',
            name: 'inet_addr',
            args: [{ kind: 'string', value: '192.0.2.1', partial: false }],
          },
        },
      ],
    });
  });

  it('fields may have a size or no name', () => {
    expect(argument('{msg_name(...)=..., msg_iov(1)=[{..., 1000}], msg_flags=0}')).toEqual({
      kind: 'struct',
      fields: [
        { name: 'msg_name', size: { kind: 'ellipsis' }, value: { kind: 'ellipsis' } },
        {
          name: 'msg_iov',
          size: int(1),
          value: {
            kind: 'list',
            items: [
              {
                kind: 'struct',
                fields: [
                  { name: null, size: null, value: { kind: 'ellipsis' } },
                  { name: null, size: null, value: int(1000) },
                ],
              },
            ],
          },
        },
        { name: 'msg_flags', size: null, value: int(0) },
      ],
    });
    expect(argument('{htons(1), 2}')).toMatchObject({
      fields: [{ name: null, value: { kind: 'call' } }, { value: int(2) }],
    });
  });

  it.each([
    'onoff=1, linger=0',
    'fd=4, events=POLLOUT|POLLERR, revents=...',
    'events=EPOLLIN, ptr=5',
    'cmsg_level=SOL_IP, cmsg_type=IP_RECVERR, cmsg_data={ee_errno=0, ee_origin=5, ee_type=0, ee_code=1, ee_info=0, ee_data=0}',
    'scm_sec=0, scm_nsec=1000000',
    'iov_base=..., iov_len=10',
    'function_set_name="rack", pcbcnt=0',
    'a_field_nobody_knows=1',
  ])('the structure {%s} parses', (fields) => {
    expect(argument(`{${fields}}`).kind).toBe('struct');
  });

  it('mistakes say what was expected', () => {
    expect(summary('f(1 2) = 0')).toBe("expected ',' or ')', found '2'");
    expect(summary('f([1 2]) = 0')).toBe("expected ',' or ']', found '2'");
    expect(summary('f({1 2}) = 0')).toBe("expected ',' or '}', found '2'");
    expect(summary('f({1=2}) = 0')).toBe("expected the name of a field before '='");
    expect(summary('f(1|) = 0')).toBe("expected an expression, found ')'");
    expect(summary('f({(label 0, tc 0, ttl 0)}) = 0')).toBe('unsupported: MPLS label stack as an argument');
    expect(summary(`f(${'['.repeat(40)}) = 0`)).toBe('expression nested deeper than 32');
    expect(summary(`f(1${'|1'.repeat(300)}) = 0`)).toBe('more than 256 operands');
  });
});

describe('system calls of a script', () => {
  it('have a result: a value, an error, or anything', () => {
    expect(parseSyscallText('f() = 3').result).toEqual({ kind: 'value', value: int(3), note: null });
    expect(parseSyscallText('f() = 0x802 (flags O_RDWR|O_NONBLOCK)').result).toEqual({
      kind: 'value',
      value: int(0x802, '0x802'),
      note: 'flags O_RDWR|O_NONBLOCK',
    });
    expect(parseSyscallText('f() = -1 EPIPE (Broken  pipe)').result).toEqual({
      kind: 'error',
      value: int(-1),
      errno: 'EPIPE',
      note: 'Broken pipe',
    });
    expect(parseSyscallText('f() = -1 EPIPE').result).toMatchObject({ errno: 'EPIPE', note: null });
    expect(parseSyscallText('f() = ...').result).toEqual({ kind: 'any' });
    expect(parseSyscallText('f() = -1 // EPIPE').result).toMatchObject({ kind: 'value', note: null });
  });

  it('mistakes say what was expected', () => {
    expect(summary('f(1)')).toBe("expected '=' after the arguments of f, found the end of the script");
    expect(summary('f 1')).toBe("expected '(' after 'f', found '1'");
    expect(summary('f() = -1 EPIPE (Broken\npipe)')).toBe("note without closing ')'");
    expect(summary('f() = -1 EPIPE (Broken')).toBe("note without closing ')'");
    expect(summary('= 3')).toBe(
      "expected a packet, a system call, a code block or a shell command, found '='",
    );
  });
});

describe('escapes of strings', () => {
  it('are decoded to what was encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (s) => {
        expect(unescapeString(escapeString(s))).toBe(s);
      }),
    );
  });
});
