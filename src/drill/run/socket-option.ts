// Values of socket options in scripts: `[1]`, `{onoff=1, linger=0}`, `"cubic"`, `{function_set_name="freebsd", pcbcnt=0}`, `{tcpi_state=…}`.

import type { Linger, OptionValue } from '../../socket/posix/index.ts';
import type { Expression } from '../ast.ts';
import { printExpression } from '../parse/print.ts';
import { Mismatch, UnsupportedError } from './result.ts';
import { fieldOf, isEllipsis, numberOf, single, textOf } from './values.ts';

/** The value that setsockopt gets. */
export function readOption(e: Expression): OptionValue {
  const v = single(e) ?? e;
  if (v.kind === 'string') return v.value;
  if (v.kind !== 'struct') return numberOf(v);
  const stack = textOf(fieldOf(v, 'function_set_name'));
  if (stack !== null) return stack;
  const on = fieldOf(v, 'onoff', 'l_onoff');
  const linger = fieldOf(v, 'linger', 'l_linger');
  if (on === undefined || linger === undefined)
    throw new UnsupportedError(`the option ${printExpression(e)}`);
  return { on: numberOf(on) !== 0, seconds: numberOf(linger) };
}

/** Compares what getsockopt gave; throws Mismatch, UnsupportedError. */
export function sameOption(expected: Expression, actual: unknown): void {
  const e = single(expected) ?? expected;
  if (isEllipsis(e)) return;
  if (e.kind === 'struct') {
    if (isLinger(actual)) {
      const want = readOption(e) as Linger;
      if (want.on !== actual.on || want.seconds !== actual.seconds) {
        throw new Mismatch('SO_LINGER differs', printExpression(e), `on ${actual.on}, ${actual.seconds} s`);
      }
      return;
    }
    sameFields(e, actual as Readonly<Record<string, number>>);
    return;
  }
  const want = e.kind === 'string' ? e.value : numberOf(e);
  if (typeof actual === 'object') throw new UnsupportedError(`${printExpression(expected)} for a structure`);
  const same = typeof want === 'number' ? want >>> 0 === (actual as number) >>> 0 : want === actual;
  if (!same) throw new Mismatch('the value of the option differs', String(want), String(actual));
}

function isLinger(v: unknown): v is Linger {
  return typeof v === 'object' && v !== null && 'on' in v;
}

function sameFields(
  e: Expression & { readonly kind: 'struct' },
  actual: Readonly<Record<string, number>>,
): void {
  for (const { name, value } of e.fields) {
    if (name === null || isEllipsis(value)) continue;
    const got = actual[name];
    if (got === undefined) throw new UnsupportedError(`the field ${name}`);
    const want = numberOf(value);
    if (got !== want) throw new Mismatch(`${name} differs`, `${want}`, `${got}`);
  }
}
