// What Linux's TCP does is judged right: tcpdump captures situations that programs make on the loopback of a namespace.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyseCapture } from '../../src/capture/index.ts';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';

const SITUATIONS = fileURLToPath(new URL('../fixtures/situations.py', import.meta.url));
const why = await whyNoKernel(['tcpdump', 'python3']);

describe.skipIf(why !== '')(titled('captures of Linux', why), () => {
  let net: Namespace;
  beforeAll(async () => {
    net = await Namespace.open();
  });
  afterAll(() => net.close());

  /** The verdicts about every connection of a situation. */
  async function verdicts(name: string): Promise<string[][]> {
    const file = net.path(`${name}.pcap`);
    const tcpdump = net.spawn(
      'tcpdump',
      ['-i', 'lo', '--immediate-mode', '-U', '-s', '200', '-w', file, 'tcp'],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    await once(tcpdump.stderr as NodeJS.ReadableStream, 'data');
    await net.run('python3', [SITUATIONS, name], { timeoutMs: 20_000 });
    await sleep(200);
    const over = once(tcpdump, 'exit');
    tcpdump.kill('SIGINT');
    await over;
    const { connections } = analyseCapture(readFileSync(file));
    return connections.map((one) => one.verdicts.map(({ id }) => id).filter((id) => id !== 'still-open'));
  }

  test.each<[string, string[][]]>([
    ['refused', [['refused']]],
    ['healthy', [['close-four', 'healthy']]],
    ['four', [['close-four', 'healthy']]],
    ['three', [['close-three', 'healthy']]],
    ['half', [['close-four', 'half-close', 'healthy']]],
    ['unread', [['unread-reset']]],
    ['late', [['late-data-reset']]],
    ['race', [['late-data-reset']]],
    ['aborted', [['abort']]],
    ['slow', [['slow-server', 'close-four']]],
    // The first one waits for accept() until its listener goes; for the others there is no room.
    ['full', [['abort'], ...Array.from({ length: 3 }, () => ['accept-queue-full'])]],
  ])('%s: %j', async (name, expected) => {
    expect(await verdicts(name)).toEqual(expected);
  });

  test('a window that stays closed', async () => {
    expect(await verdicts('window')).toEqual([['zero-window']]);
  });
});
