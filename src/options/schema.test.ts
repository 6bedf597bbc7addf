import { expect, test } from 'vitest';
import {
  abortSignal,
  either,
  flag,
  func,
  like,
  list,
  needed,
  nested,
  octets,
  oneOf,
  orNull,
  real,
  Schema,
  text,
  whole,
  wholeOrInfinity,
} from './index.ts';

interface Inner {
  receiveBuffer?: number;
  loss?: number;
}
interface Outer {
  port: number;
  backlog?: number;
  ageUs?: number;
  kind?: 'ip' | 'ethernet';
  name?: string;
  on?: boolean;
  call?: () => void;
  addresses?: readonly string[];
  ends?: readonly [string, string];
  tcp?: Inner;
  early?: Uint8Array;
  signal?: AbortSignal;
  memory?: { alloc(): void } | null;
  seed?: number | string;
}

const inner = new Schema<Inner>('inner', { receiveBuffer: whole(1, 100), loss: real(0, 1) });
const outer = new Schema<Outer>('open', {
  port: needed(whole(0, 65_535)),
  backlog: whole(0),
  ageUs: wholeOrInfinity(1),
  kind: oneOf('ip', 'ethernet'),
  name: text,
  on: flag,
  call: func,
  addresses: list(text),
  ends: list(text, 2),
  tcp: nested(inner),
  early: octets,
  signal: abortSignal,
  memory: orNull(like('a Memory', 'alloc')),
  seed: either(whole(0, 9), text),
});

/** What the check of `{ port: 1, ...options }` throws: class, code, option, message. */
function thrown(options: object): readonly unknown[] {
  try {
    outer.check({ port: 1, ...options });
  } catch (error) {
    const { name, code, option, message } = error as Error & { code: string; option: string };
    return [name, code, option, message];
  }
  return [];
}

test('what is allowed passes, and undefined is an option that was not given', () => {
  outer.check({
    port: 0,
    backlog: 3,
    ageUs: Infinity,
    kind: 'ip',
    name: '',
    on: false,
    call: () => {},
    addresses: [],
    ends: ['a', 'b'],
    tcp: { receiveBuffer: 1, loss: 0.5 },
    early: new Uint8Array(1),
    signal: new AbortController().signal,
    memory: null,
    seed: 'x',
  });
  outer.check({ port: 1, ...{ backlog: undefined as never }, tcp: {}, memory: { alloc() {} }, seed: 3 });
});

test('an unknown name is answered with the one that was meant, or with those that there are', () => {
  expect(thrown({ tcp: { recieveBuffer: 1 } })).toEqual([
    'OptionTypeError',
    'ERR_INVALID_ARG_VALUE',
    'tcp.recieveBuffer',
    "open: there is no option 'tcp.recieveBuffer'; did you mean 'tcp.receiveBuffer'?",
  ]);
  expect(thrown({ tcp: { los: 1 } })[3]).toContain("did you mean 'tcp.loss'?");
  expect(thrown({ tcp: { colour: 1 } })[3]).toBe(
    "open: there is no option 'tcp.colour'; there is receiveBuffer, loss",
  );
  // What an object inherits counts: the taker would read it. Names of Object.prototype are names like others.
  expect(thrown({ toString: 1 })[2]).toBe('toString');
  expect(() => outer.check(Object.create({ prt: 1 }))).toThrow("did you mean 'port'?");
});

test('a value of the wrong kind is a TypeError that names the option, what is allowed, and the value', () => {
  const wrong = (options: object): unknown => {
    const [name, code, , message] = thrown(options);
    expect([name, code]).toEqual(['OptionTypeError', 'ERR_INVALID_ARG_TYPE']);
    return message;
  };
  expect(wrong({ backlog: '7' })).toBe("open: backlog must be a whole number, 0 or more, not '7'");
  expect(wrong({ backlog: null })).toBe('open: backlog must be a whole number, 0 or more, not null');
  expect(wrong({ kind: 7 })).toBe("open: kind must be 'ip' or 'ethernet', not 7");
  expect(wrong({ name: Symbol('x') })).toBe('open: name must be a string, not a symbol');
  expect(wrong({ on: 1n })).toBe('open: on must be true or false, not 1n');
  expect(wrong({ call: {} })).toBe('open: call must be a function, not an object');
  expect(wrong({ addresses: '10.0.0.1/24' })).toContain('addresses must be an array, each a string');
  expect(wrong({ addresses: ['x', 4] })).toBe('open: addresses[1] must be a string, not 4');
  expect(wrong({ tcp: 5 })).toBe('open: tcp must be an object of options, not 5');
  expect(wrong({ tcp: [] })).toBe('open: tcp must be an object of options, not an array of 0');
  expect(wrong({ tcp: { loss: true } })).toBe('open: tcp.loss must be a number from 0 to 1, not true');
  expect(wrong({ early: 'hello' })).toContain('early must be octets');
  expect(wrong({ signal: {} })).toBe('open: signal must be an AbortSignal, not an object');
  expect(wrong({ memory: {} })).toBe('open: memory must be a Memory, or null, not an object');
  expect(wrong({ seed: true })).toBe('open: seed must be a whole number from 0 to 9, or a string, not true');
  for (const options of [null, 5, 'x', [], () => {}]) {
    expect(() => outer.check(options as never)).toThrow(/^open: options must be an object of options, not /);
  }
});

test('a value that is not allowed is a RangeError', () => {
  const outside = (options: object): unknown => {
    const [name, code, , message] = thrown(options);
    expect([name, code]).toEqual(['OptionRangeError', 'ERR_OUT_OF_RANGE']);
    return message;
  };
  expect(outside({ backlog: NaN })).toBe('open: backlog must be a whole number, 0 or more, not NaN');
  expect(outside({ backlog: 1.5 })).toContain('not 1.5');
  expect(outside({ port: 65_536 })).toBe('open: port must be a whole number from 0 to 65535, not 65536');
  expect(outside({ ageUs: 0 })).toBe('open: ageUs must be a whole number, 1 or more, or Infinity, not 0');
  expect(outside({ kind: 'token ring' })).toBe("open: kind must be 'ip' or 'ethernet', not 'token ring'");
  expect(outside({ ends: ['a'] })).toContain('ends must be an array of 2');
  expect(outside({ tcp: { loss: 1.1 } })).toBe('open: tcp.loss must be a number from 0 to 1, not 1.1');
  expect(outside({ seed: 10 })).toContain('not 10');
  expect(outside({ kind: 'x'.repeat(1000) })).toContain(`'${'x'.repeat(60)}…'`);
});

test('an option that has to be given is asked for', () => {
  expect(() => outer.check({} as Outer)).toThrow(
    'open: port is missing: it must be a whole number from 0 to 65535',
  );
});
