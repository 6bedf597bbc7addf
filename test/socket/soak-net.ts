// `npm run soak:net -- --minutes N [--seed S]`: rounds of ten seconds; exit code 1 when something is left after one, or
// the heap goes on growing.

import { argv, exit, stdout } from 'node:process';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { NetSoak, NOTHING_LEFT } from './net-soak.ts';

const ROUND_MS = 10_000;
/** Rounds until caches are full. */
const WARM = 3;
const GROWTH_BYTES = 16 * 2 ** 20;

const { values } = parseArgs({
  args: argv.slice(2),
  options: { minutes: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isFinite(seed)) {
  stdout.write('--minutes N above 0, --seed a number\n');
  exit(2);
}

const soak = new NetSoak(seed);
const rounds = Math.ceil((minutes * 60_000) / ROUND_MS);
let heapBytes = 0;
for (let round = 1; round <= rounds; round++) {
  const { tally, requests, heapBytes: now } = await soak.round(ROUND_MS);
  const counts = Object.entries(tally).map(([what, n]) => `${what} ${n}`);
  stdout.write(
    `${round}/${rounds}: ${requests} requests: ${counts.join(', ')}; heap ${(now / 2 ** 20).toFixed(1)} MiB\n`,
  );
  const left = soak.left();
  if (!isDeepStrictEqual(left, NOTHING_LEFT)) {
    stdout.write(`left: ${JSON.stringify(left)}\n`);
    exit(1);
  }
  if (round === WARM) heapBytes = now;
  if (round > WARM && globalThis.gc !== undefined && now > heapBytes + GROWTH_BYTES) {
    stdout.write(`the heap has grown from ${heapBytes} to ${now} octets\n`);
    exit(1);
  }
}
await soak.host.close();
