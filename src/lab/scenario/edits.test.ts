import { describe, expect, test } from 'vitest';
import { EditError, parseEdit, parseTime } from './edits.ts';

function stepOf(text: string) {
  const edit = parseEdit(text);
  if (edit.kind !== 'step') throw new Error('not a step');
  return edit.step;
}

describe('a change as text', () => {
  test('a rule of the wire names the ends left and right', () => {
    const edit = parseEdit('drop ACK#1 left->right');
    expect(edit).toMatchObject({ kind: 'rule', rule: { nth: 1, direction: 'a->b', action: { drop: true } } });
  });

  test('a forged segment: flags, numbers relative to the TCB it is for, and a time', () => {
    expect(
      stepOf('inject right RST+ACK seq=rcv.nxt+5 ack=snd.una len=3 win=0 port=4242 conn=2 120ms'),
    ).toEqual({
      do: 'inject',
      to: 'right',
      connection: 2,
      when: 120,
      segment: { flags: 'RST,ACK', seq: 'rcv.nxt+5', ack: 'snd.una', length: 3, window: 0, port: 4242 },
    });
  });

  test('a call of a program, with octets or text, on any connection', () => {
    expect(stepOf('left close 300ms')).toEqual({ do: 'close', end: 'left', when: 300 });
    expect(stepOf('right write 100 conn=1 2s')).toEqual({
      do: 'write',
      end: 'right',
      what: 100,
      connection: 1,
      when: 2000,
    });
    expect(stepOf('left write "two words" 1.5s')).toMatchObject({ what: 'two words', when: 1500 });
  });

  test('a packet is repeated by its number', () => {
    expect(stepOf('repeat left#3 1s')).toEqual({ do: 'repeat', from: 'left', nth: 3, when: 1000 });
  });

  test('a host and the wire fail and come back', () => {
    expect(stepOf('right crash 1s')).toEqual({ do: 'crash', end: 'right', when: 1000 });
    expect(stepOf('cut 100ms')).toEqual({ do: 'cut', when: 100 });
  });

  test('times have a unit', () => {
    expect(['5us', '1ms', '1.5s', '2m', '5', 's', '-1ms'].map(parseTime)).toEqual([
      0.005,
      1,
      1500,
      120_000,
      null,
      null,
      null,
    ]);
  });

  test.each([
    ['', 'expected a rule'],
    ['lose SYN', 'not "lose"'],
    ['drop SIN', 'no selector "SIN"'],
    ['drop SYN middle->right', 'no direction'],
    ['strip window', 'strip what?'],
    ['inject up RST 1s', 'inject for whom?'],
    ['inject right RSTT 1s', 'no control bits'],
    ['inject right RST seq=nxt 1s', 'a number is written as'],
    ['inject right RST len=99999 1s', 'whole number up to 65535'],
    ['inject right SYN from=10.0.0.256 1s', 'must be an IPv4 address'],
    ['inject right RST', 'must end with a time'],
    ['repeat SYN 1s', 'repeat what?'],
    ['left close', 'must end with a time'],
    ['left write 1s', 'write what?'],
    ['left sing 1s', 'does not "sing"'],
    ['left close now 1s', 'unexpected "now"'],
    ['left close conn=x 1s', 'conn=0'],
    ['cut now 1s', 'unexpected "now"'],
  ])('%j is refused, and the message says what was expected', (text, problem) => {
    expect(() => parseEdit(text)).toThrow(EditError);
    expect(() => parseEdit(text)).toThrow(problem);
  });
});
