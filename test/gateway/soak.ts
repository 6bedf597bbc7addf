// `npm run soak:gateway -- --minutes N [--seed S]`: rounds of ten seconds; exit code 1 when something is left after one, or
// the heap goes on growing.

import { argv, exit, stdout } from 'node:process';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { GatewayChurn, NOTHING } from './churn.ts';

const ROUND_MS = 10_000;
const REST_MS = 10_000;
/** Rounds until caches are full; a TIME-WAIT lasts as long. */
const WARM = 12;
const GROWTH_BYTES = 16 * 2 ** 20;

const { values } = parseArgs({
  args: argv.slice(2),
  options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isFinite(seed)) {
  stdout.write('--minutes N above 0, --seed a number\n');
  exit(2);
}

const mib = (octets: number): string => (octets / 2 ** 20).toFixed(1);

const churn = await GatewayChurn.open(seed);
const begin = performance.now();
let heapBytes = 0;
for (let round = 1; performance.now() - begin < minutes * 60_000; round++) {
  const tally = await churn.round(ROUND_MS);
  const left = await churn.left(REST_MS);
  globalThis.gc?.();
  const { heapUsed, heapTotal, external, arrayBuffers, rss } = process.memoryUsage();
  const counts = Object.entries(tally).map(([what, n]) => `${what} ${n}`);
  const hosts = `${churn.gateway.host.tcp.size} TCBs`;
  const arenas = [churn.gateway.host, churn.guest].map(({ memory }) => mib(memory.u8.length)).join(' and ');
  const outside = `arenas ${arenas}, external ${mib(external)}, array buffers ${mib(arrayBuffers)}`;
  const heap = `heap ${mib(heapUsed)} of ${mib(heapTotal)}`;
  stdout.write(`${round}: ${counts.join(', ')}; ${hosts}; ${heap}, ${outside}, RSS ${mib(rss)} MiB\n`);
  if (!isDeepStrictEqual(left, NOTHING)) {
    stdout.write(`left: ${JSON.stringify(left)} ${JSON.stringify(churn.gateway.connections())}\n`);
    exit(1);
  }
  if (round === WARM) heapBytes = heapUsed;
  if (round > WARM && globalThis.gc !== undefined && heapUsed > heapBytes + GROWTH_BYTES) {
    stdout.write(`the heap has grown from ${heapBytes} to ${heapUsed} octets\n`);
    exit(1);
  }
}
await churn.close();
