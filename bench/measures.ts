// What is measured of processor time, one by one: `node --expose-gc bench/measures.ts NAME` warms up, measures and prints
// figures as JSON.

import { Bulk } from './bulk.ts';
import { CallbackChurn, PromiseChurn } from './churn.ts';
import { idleConnection, timeWaitRecord } from './footprint.ts';
import { kernelBulk, kernelChurn } from './kernel.ts';

/** Figures by name. */
export type Figures = Readonly<Record<string, number>>;

const BULK_OCTETS = 500e6;
const CONNECTIONS = 40_000;
const KERNEL_CONNECTIONS = 4_000;

function bulk(mtu: number): Figures {
  const pair = new Bulk(mtu);
  pair.run(BULK_OCTETS / 5);
  return { ...pair.run(BULK_OCTETS) };
}

/** By the name that a process is started with. */
export const MEASURES: Readonly<Record<string, () => Figures | Promise<Figures>>> = {
  'bulk-1500': () => bulk(1500),
  'bulk-65535': () => bulk(65_535),
  'bulk-kernel': async () => {
    await kernelBulk(BULK_OCTETS / 5);
    return { gbps: await kernelBulk(BULK_OCTETS) };
  },
  'churn-callbacks': () => {
    const churn = new CallbackChurn();
    churn.run(CONNECTIONS / 4);
    return { perSecond: churn.run(CONNECTIONS) };
  },
  'churn-promises': async () => {
    const churn = new PromiseChurn();
    await churn.run(CONNECTIONS / 4);
    return { perSecond: await churn.run(CONNECTIONS) };
  },
  'churn-kernel': async () => {
    await kernelChurn(KERNEL_CONNECTIONS / 4);
    return { perSecond: await kernelChurn(KERNEL_CONNECTIONS) };
  },
  'idle-end': () => ({ octets: idleConnection(20_000) }),
  'time-wait': () => ({ octets: timeWaitRecord(50_000) }),
};

if (import.meta.main) {
  const name = process.argv[2] ?? '';
  const measure = MEASURES[name];
  if (measure === undefined) throw new RangeError(`no measure ${name}: ${Object.keys(MEASURES).join(', ')}`);
  process.stdout.write(JSON.stringify(await measure()));
}
