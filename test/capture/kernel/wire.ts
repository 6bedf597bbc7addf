// Simulated wires between kernels: `wire.ts WIRES SEED` makes two TUN interfaces for each in its network namespace, w1c and w1r, w2c
// and w2r, …, prints "up", lets packets pass until its standard input ends, and prints how late it was at worst, in milliseconds. WIRES is a JSON list of WireOptions.

import { KernelPort, realPlatform } from '../../../src/cli/kernel-port.ts';
import { openTun } from '../../../src/link/tun/index.ts';
import { RealtimeDriver, type WireOptions, World } from '../../../src/sim/index.ts';

const wires = JSON.parse(process.argv[2] ?? '[]') as WireOptions[];
const world = new World({ seed: Number(process.argv[3] ?? 1) });
const driver = new RealtimeDriver(world, realPlatform);

async function end(name: string): Promise<KernelPort> {
  const device = await openTun({ memory: world.memory, name });
  const port = new KernelPort(device, () => {});
  device.onPackets({
    receive(off, len) {
      driver.sync();
      port.send(off, len);
    },
    batchEnd: () => driver.kick(),
  });
  return port;
}

for (const [n, options] of wires.entries())
  world.wire(await end(`w${n + 1}c`), await end(`w${n + 1}r`), options);
driver.start();
process.stdin
  .on('end', () => process.stdout.write(`${driver.maxLateUs / 1000}`, () => process.exit(0)))
  .resume();
console.log('up');
