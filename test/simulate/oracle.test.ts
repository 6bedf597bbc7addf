// What goes wrong between a client and a server is told by a simulation as it is by the kernel. Partitions of minutes:
// `npm run sim:oracle -- --long`, which prints the times of both, too.

import { describe, expect, test } from 'vitest';
import { titled } from '../support/namespace.ts';
import { inSimulation, onKernel, whyNoOracle, wordsOf } from './oracle.ts';

const why = await whyNoOracle();

describe.skipIf(why !== '')(titled('the kernel in namespaces, and a simulation', why), () => {
  test('fetch, agents and WebSockets have the same codes in the same order when the server refuses, resets, crashes, when a reader is slow, and a partition is healed', async () => {
    const kernel = wordsOf(await onKernel('short'));
    expect(kernel['refused']?.[0]).toBe('fetch ECONNREFUSED');
    expect(kernel['partition']).toContain('under way: agent 4 octets');
    expect(wordsOf(await inSimulation('short'))).toEqual(kernel);
  }, 60_000);
});
