import { expect, test } from 'vitest';
import { unhandled } from '../testing.ts';
import { runUserCode } from './user-code.ts';

test('what code of a user throws is told to the platform, and whoever runs it goes on', async () => {
  const mistake = new Error('of a program');
  const done: string[] = [];
  const told = await unhandled(async () => {
    runUserCode(() => {
      done.push('before');
      throw mistake;
    });
    done.push('after');
  });
  expect([told, done]).toEqual([[mistake], ['before', 'after']]);
  expect(await unhandled(async () => runUserCode(() => void done.push('well')))).toEqual([]);
  expect(done).toEqual(['before', 'after', 'well']);
});
