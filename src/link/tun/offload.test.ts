// What test/fixtures/tun-offload.ts found out: hosts on TUN interfaces with offload, and a real kernel.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Host } from '../../host/index.ts';
import { attachTun, canUseNamespaces, canUseTun } from './index.ts';

const FIXTURE = fileURLToPath(new URL('../../../test/fixtures/tun-offload.ts', import.meta.url));

const namespaces = await canUseNamespaces();
const device = await canUseTun();
const why = !namespaces.ok ? namespaces.why : !device.ok ? device.why : '';
const skipped = why === '' ? '' : ` (skipped: ${why})`;

/** What one host saw: see `exchange` of the fixture. */
interface Exchange {
  right: boolean[];
  datagrams: string[];
  offload: boolean;
  gso: boolean[];
  perPacket: boolean[];
  errors: number[];
  /** Of /sys/class/net/NAME/threaded. */
  threaded: string;
}

interface Answers {
  kernel: Exchange;
  host: Exchange;
  none: Exchange;
  badSums: number;
  cuts: unknown;
}

function run(): Promise<Answers> {
  return new Promise((resolve, reject) => {
    const root = namespaces.ok && namespaces.how === 'root';
    const sysfs = 'mount -t sysfs sysfs /sys && exec "$0" "$@"';
    const args = [root ? '-mn' : '-Urmn', 'sh', '-c', sysfs, process.execPath, FIXTURE];
    execFile('unshare', args, { timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout) as Answers);
      else reject(new Error(`${error.code}: ${stderr}`));
    });
  });
}

describe.skipIf(why !== '')(`a host and the kernel, over TUN${skipped}`, async () => {
  const answers = why === '' ? await run() : ({} as Answers);
  const arrived = {
    right: [true, true, true, true],
    datagrams: ['from the kernel', 'to the kernel', 'from the kernel', 'to the kernel'],
    errors: [0, 0, 0, 0],
  };

  test('with offload of the kernel a packet stands for many segments, both ways, and what arrives is what was sent', () => {
    const many = { offload: true, gso: [true, true], perPacket: [true, true], threaded: '0' };
    expect(answers.kernel).toEqual({ ...arrived, ...many });
  });

  test.each([
    ['host: it joins them to large ones, a thread of the kernel takes its own', 'host', true, '1'],
    ['none', 'none', false, '0'],
  ] as const)('a packet is a segment with offload of the %s', (_title, how, joins, threaded) => {
    const one = { offload: false, gso: [joins, false], perPacket: [false, false], threaded };
    expect(answers[how]).toEqual({ ...arrived, ...one });
  });

  test('the kernel never met a checksum that it was left with and did not complete', () => {
    expect(answers.badSums).toBe(0);
  });

  test('what the kernel cuts a segment into is what we cut it into, octet for octet', () => {
    const four = [4, true];
    expect(answers.cuts).toEqual({ '4': four, '4 with CWR': four, '6': four, '6 with CWR': four });
  });
});

test('a wire between has real segments: there is no offload with faults or watch', async () => {
  const options = { addresses: ['10.0.0.2/24'], peers: ['10.0.0.1'] };
  const host = new Host({ clock: { now: () => 0 }, random: () => 1 });
  for (const offload of ['kernel', 'host'] as const) {
    for (const between of [{ faults: { loss: 0.1 } }, { watch: { tap: {} } }]) {
      await expect(attachTun(host, { ...options, ...between, offload })).rejects.toThrow(
        /offload.*faults or watch/,
      );
    }
  }
});
