// Verdicts about Linux's TCP behind nft's rules, a few of each kind; `npm run confusion -- --kernel` has all of them.

import { expect, test } from 'vitest';
import { kernelConfusion, type Rate, share } from '../capture/confusion.ts';
import { captureKernels } from '../capture/kernel/network.ts';
import { SITUATIONS } from '../capture/kernel/situations.ts';
import { titled, whyNoKernel } from '../support/namespace.ts';

const why = await whyNoKernel(['nft', 'tcpdump', 'python3']);
const EACH = 2;
const PRECISION = 0.9;
const RECALL = 0.85;

/** Those that neither take long nor move much: the others are in the command. */
const SMALL: readonly string[] = [
  ...['healthy', 'healthy, DNAT', 'healthy, SYNPROXY', 'close-four', 'half-close', 'refused'],
  ...['refused, by a router', 'filtered', 'filtered, ICMP', 'syn-lost', 'syn-ack-lost', 'third-ack-lost'],
  ...[
    'fin-lost',
    'mtu-hole',
    'reset-by-middlebox',
    'abort',
    'unread-reset',
    'late-data-reset',
    'slow-server',
  ],
];

test.skipIf(why !== '')(
  titled(
    'connections of kernels: every label is found at every place that sees it, and nothing else is said',
    why,
  ),
  async () => {
    const small = SITUATIONS.filter(({ label, does }) => SMALL.includes(label) && does !== 'download');
    const result = kernelConfusion(await captureKernels(small, EACH), EACH);
    const rates = (of: ReadonlyMap<string, Rate>): Rate[] => [...of.values()];
    const all = (of: ReadonlyMap<string, Rate>): number => {
      const sum = rates(of).reduce((a, b) => ({ right: a.right + b.right, all: a.all + b.all }));
      return share(sum);
    };
    expect(result.unseen).toEqual([]);
    expect(result.found.size).toBe(new Set(small.map(({ label }) => label)).size - result.leftOut.length);
    expect(all(result.found), JSON.stringify([...result.missed])).toBeGreaterThanOrEqual(RECALL);
    expect(all(result.said), JSON.stringify([...result.wrong])).toBeGreaterThanOrEqual(PRECISION);
    expect(result.healthy).toBeGreaterThan(20);
    expect(result.alarms).toBe(0);
  },
);
