import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';
import { analyse, hasTshark } from '../support/tshark.ts';

const MEGABYTES = 10;
/** A round trip of 20 ms. */
const FAULTS = '--loss 2% --duplicate 2% --reorder 5% --delay 10 --seed 7';
const net = (n: number) => `--tun lossy${n} --address 10.9.${n}.2/24 --peer 10.9.${n}.1 ${FAULTS}`;
const LIMIT_MS = 180_000;

const why = await whyNoKernel(['curl']);
const tshark = await hasTshark();

describe.skipIf(why !== '')(titled('a link that loses, repeats, reorders and delays', why), () => {
  let ns: Namespace;
  let sum = '';

  beforeAll(async () => {
    ns = await Namespace.open();
    mkdirSync(ns.path('www'));
    const octets = randomBytes(MEGABYTES * 1e6);
    sum = createHash('sha256').update(octets).digest('hex');
    writeFileSync(ns.path('www/file'), octets);
  });

  afterAll(() => ns?.close());

  test(
    `${MEGABYTES} MB each way arrive whole`,
    async () => {
      const file = ns.path('www/file');
      const kernel = ns.node('kernel-server.ts', [file]);
      await new Promise((resolve) => kernel.stdout?.once('data', resolve));
      const server = await ns.serve(`${net(10)} --http 80 --dir ${ns.path('www')}`);
      const got = ns.path('got');
      const capture = ns.path('lossy.pcapng');
      const [fetched, sent, received] = await Promise.all([
        ns.sh(`curl -sS http://10.9.10.2/file | sha256sum`, LIMIT_MS),
        ns.synfin(`connect 10.9.11.1 5002 ${net(11)} --pcap ${capture}`, `< ${file}`, LIMIT_MS),
        ns.synfin(`connect 10.9.12.1 5001 ${net(12)}`, `< /dev/null > ${got}`, LIMIT_MS),
      ]);
      expect(fetched.stdout).toBe(`${sum}  -\n`);
      expect(sent).toMatchObject({ code: 0, stdout: `${MEGABYTES * 1e6} ${sum}\n`, stderr: '' });
      expect(received).toMatchObject({ code: 0, stderr: '' });
      expect(createHash('sha256').update(readFileSync(got)).digest('hex')).toBe(sum);
      expect(await server.stop()).toBe(0);
      if (tshark) {
        const found = await analyse(capture);
        expect(found).toMatchObject({ malformed: [], badChecksums: [] });
        expect(found.kernels['duplicate_ack']).toBeGreaterThan(100); // the faults were there
      }
    },
    LIMIT_MS,
  );
});
