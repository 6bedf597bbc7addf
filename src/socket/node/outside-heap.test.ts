// What reading costs V8's collections, seen from outside in a process of its own.

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const preload = new URL('./preload.ts', import.meta.url).href;

test('a program that reads much has its young generation collected for it, not the whole heap', () => {
  const program = `
    import net from 'node:net';
    import { once } from 'node:events';
    import { constants, PerformanceObserver } from 'node:perf_hooks';
    const { NODE_PERFORMANCE_GC_MINOR: MINOR, NODE_PERFORMANCE_GC_MAJOR: MAJOR } = constants;
    const collections = { [MINOR]: 0, [MAJOR]: 0 };
    let octets = 0;
    const server = net.createServer((socket) => {
      socket.on('data', (data) => (octets += data.length)).on('end', () => server.close());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const client = net.connect(server.address().port, '127.0.0.1');
    const chunk = Buffer.alloc(65_536);
    const move = async (mib) => {
      for (let i = 0; i < mib * 16; i++) if (!client.write(chunk)) await once(client, 'drain');
    };
    await move(32);
    new PerformanceObserver((list) => {
      for (const { detail } of list.getEntries()) collections[detail.kind]++;
    }).observe({ entryTypes: ['gc'] });
    await move(128);
    client.end();
    await once(server, 'close');
    for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate); // the observer is told later
    console.log(JSON.stringify({ octets, minor: collections[MINOR], major: collections[MAJOR] }));
  `;
  const args = ['--import', preload, '--input-type=module', '-e', program];
  const out = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'] ?? '' },
  });
  const { octets, minor, major } = JSON.parse(out) as Record<string, number>;
  expect(octets).toBe(160 * 2 ** 20);
  expect(minor).toBeGreaterThan(Number(major));
});
