import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { canUseNamespaces, canUseTun, openTap } from './index.ts';

const FIXTURE = fileURLToPath(new URL('../../../test/fixtures/tap-kernel.ts', import.meta.url));
const namespaces = await canUseNamespaces();
const device = await canUseTun();
const why = !namespaces.ok ? namespaces.why : !device.ok ? device.why : '';

describe.skipIf(why !== '')(`a TAP interface${why === '' ? '' : ` (skipped: ${why})`}`, () => {
  test('the kernel and a host on it connect to each other over both families, with frames of 65,535 octets', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [FIXTURE], { timeout: 30_000 });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      name: 'tap0',
      inet: true,
      inet6: true,
      reply: 'kernel',
      counted: true,
      closed: true,
    });
  });
});

test('an mtu beyond what a TAP takes is refused', async () => {
  await expect(openTap({ mtu: 65_522 })).rejects.toThrow(/mtu must be a whole number from 68 to 65521/);
});
