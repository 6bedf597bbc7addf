// The bench of bad networks has real peers: two kernels on our wire move octets, and lose what the wire loses.

import { describe, expect, test } from 'vitest';
import { cells } from '../../bench/bad/cells.ts';
import type { BatchResult } from '../../bench/bad/run.ts';
import { inOwnProcess } from '../../bench/own-process.ts';
import { titled, whyNoKernel } from '../support/namespace.ts';

const why = await whyNoKernel([]);
const BATCH = 'short, 40 ms';

function run(stack: string): Promise<BatchResult> {
  return inOwnProcess('bad/run.ts', ['quick', BATCH, stack], { profiles: null });
}

describe.skipIf(why !== '')(titled('short flows of 10 kB on a path of 40 ms', why), () => {
  test.each(['linux:reno', 'synfin-real:default'])('%s', async (stack) => {
    const { cells: measured, late } = await run(stack);
    expect(Object.keys(measured)).toEqual(
      cells(true)
        .filter((c) => c.batch === BATCH)
        .map((c) => c.id),
    );
    const lost = measured['10 kB, tail lost, 40 ms']?.ms ?? [];
    expect(lost).toHaveLength(20);
    // SYN, SYN,ACK, ACK and text: a round trip and a half; what was lost, another at least.
    for (const ms of lost) expect(ms).toBeGreaterThan(100);
    const short = measured['10 kB, 3 % loss, 40 ms']?.ms ?? [];
    expect(short).toHaveLength(800);
    expect(short[0]).toBeGreaterThan(60);
    expect(late?.p50).toBeLessThan(5000);
  });

  test('a congestion control that the kernel does not have is named', async () => {
    await expect(run('linux:none-such')).rejects.toThrow('congestion control none-such');
  });
});
