// A host of ours behind a TUN device, for bench/tun.ts: `node end.ts NAME SUBNET OFFLOAD BUSY`. It says 'ready', and
// for each line of input, 'in SECONDS' or 'out SECONDS', moves octets and answers with a line of JSON.

import { createInterface } from 'node:readline';
import { Host } from '../../src/host/index.ts';
import { attachTun } from '../../src/link/tun/index.ts';
import { iperf } from './iperf.ts';

const [name = '', subnet = '', offload = '', busy = '0'] = process.argv.slice(2);
const host = new Host();
await attachTun(host, {
  name,
  addresses: [`${subnet}.2/24`],
  peers: [`${subnet}.1`],
  offload: offload as 'kernel' | 'host' | 'none',
  busyTurns: Number(busy),
});
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const [direction = 'in', seconds = '1'] = line.split(' ');
  const transfer = await iperf(host, `${subnet}.1`, direction as 'in' | 'out', Number(seconds));
  process.stdout.write(`${JSON.stringify(transfer)}\n`);
}
process.exit(0);
