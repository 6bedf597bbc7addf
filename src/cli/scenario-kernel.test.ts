import { expect, test } from 'vitest';
import type { StateName } from '../tcp/index.ts';
import { connectionState } from './scenario-kernel.ts';

function seen(...found: StateName[]): StateName[] {
  const next = connectionState(() => found.shift() as StateName);
  return found.slice().map(() => next());
}

test('before there is a connection the state is the listener’s: LISTEN, and CLOSED where nobody listens', () => {
  expect(seen('LISTEN', 'LISTEN', 'SYN-RECEIVED')).toEqual(['LISTEN', 'LISTEN', 'SYN-RECEIVED']);
  expect(seen('CLOSED', 'CLOSED')).toEqual(['CLOSED', 'CLOSED']);
});

test('a connection that is gone is CLOSED, though its listener is still there; the next one begins anew', () => {
  expect(seen('LISTEN', 'SYN-RECEIVED', 'ESTABLISHED', 'CLOSE-WAIT', 'LISTEN', 'SYN-RECEIVED')).toEqual([
    'LISTEN',
    'SYN-RECEIVED',
    'ESTABLISHED',
    'CLOSE-WAIT',
    'CLOSED',
    'SYN-RECEIVED',
  ]);
});

test('a half-open connection that is reset returns to LISTEN (3.10.7.4, second)', () => {
  expect(seen('LISTEN', 'SYN-RECEIVED', 'LISTEN')).toEqual(['LISTEN', 'SYN-RECEIVED', 'LISTEN']);
});
