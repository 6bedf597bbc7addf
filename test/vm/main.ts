// `npm run test:qemu`: all that is tested with guests in QEMU, in its large size. `-- --fetch` brings kernels from Debian's
// archive first (for v86 one of i386), and takes them apart under node_modules/.cache; `-- --pcap DIR` captures what firmware and gateway say.

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchPackages, packageBehind } from './kernel.ts';
import { fetchI386, writeImages } from './v86.ts';

const { values } = parseArgs({ options: { fetch: { type: 'boolean' }, pcap: { type: 'string' } } });
if (values.fetch === true) {
  fetchPackages([packageBehind('linux-image-cloud-amd64'), 'iputils-tracepath']);
  fetchI386();
  writeImages();
}
if (values.pcap !== undefined) mkdirSync(values.pcap, { recursive: true });

const env = {
  ...process.env,
  SYNFIN_VM: 'whole',
  SYNFIN_VM_OCTETS: '100000000',
  ...(values.pcap === undefined ? {} : { SYNFIN_VM_PCAP: resolve(values.pcap) }),
};
const { status } = spawnSync('npx', ['vitest', 'run', 'test/vm', '--maxWorkers=1'], {
  env,
  stdio: 'inherit',
});
process.exit(status ?? 1);
