// What a simulation does depends on nothing around it: not on what else the machine does, nor on its clock.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('digests.ts', import.meta.url));
const SEEDS = 2;

/** Before anything else: a machine whose clock is elsewhere, and goes a little slower. */
const ANOTHER_CLOCK = `
  const { now } = Date, begin = now();
  const there = () => Date.UTC(2041, 1, 28, 23, 59, 58) + Math.floor((now() - begin) * 0.9);
  globalThis.Date = new Proxy(Date, {
    construct: (Real, args, to) => Reflect.construct(Real, args.length === 0 ? [there()] : args, to),
    apply: () => String(new Date()),
    get: (Real, name) => (name === 'now' ? there : Reflect.get(Real, name)),
  });
  if (new Date().getUTCFullYear() !== 2041 || new Date().getTimezoneOffset() !== -345) throw new Error('no other clock');
`;

/** Digests of segments and logs, by seed. */
async function digests(env: NodeJS.ProcessEnv = {}, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [...args, PROGRAM, `${SEEDS}`], {
    timeout: 60_000,
    env: { ...process.env, ...env },
  });
  return stdout;
}

test('beside a busy loop, at another time of day and in another zone, segments and their times are the same', async () => {
  const usual = await digests();
  expect(usual.trim().split('\n')).toHaveLength(2 * SEEDS);
  const busy = spawn(process.execPath, ['-e', 'console.log("busy"); for (;;);']);
  try {
    await once(busy.stdout, 'data');
    const clock = `data:text/javascript,${encodeURIComponent(ANOTHER_CLOCK)}`;
    expect(await digests({ TZ: 'Asia/Kathmandu' }, '--import', clock)).toBe(usual);
    expect(busy.exitCode).toBe(null); // all the time
  } finally {
    busy.kill('SIGKILL');
  }
}, 150_000);
