// A scenario that uses much of Node, under faults: servers of four kinds, one of which crashes, and a client that asks them all.

import { once } from 'node:events';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import * as net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Simulation } from '../../src/simulate/index.ts';

/** See above. */
export async function mixed(sim: Simulation): Promise<void> {
  sim.host('tcp', () => net.createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(7));
  sim.host('web', () =>
    http
      .createServer(async (request, response) => {
        await sleep(Math.random() * 200);
        response.end(await promisify(gzip)(`${request.url} `.repeat(2000)));
      })
      .listen(80),
  );
  const crashing = sim.host('secure', () =>
    https.createServer(sim.certificate('secure'), (_request, response) => response.end('secret')).listen(443),
  );
  sim.host('two', () => {
    http2
      .createServer()
      .on('sessionError', () => {})
      .on('stream', (stream) => {
        stream.on('error', () => {});
        stream.respond({ ':status': 200 });
        stream.end('x'.repeat(20_000));
      })
      .listen(80);
  });
  sim.link('client', 'web', { rtt: '30ms', loss: 0.05 });
  sim.link('client', 'two', { rtt: '80ms', loss: 0.02, reorder: 0.05 });
  sim.swarm({ kinds: ['loss', 'delay', 'partition', 'reset', 'duplicate'], lasting: '2s' });
  await sim.client('client', async () => {
    setTimeout(() => crashing.crash(), 500);
    setTimeout(() => crashing.restart(), 3000);
    const jobs: Record<string, () => Promise<unknown>> = {
      echo: async () => {
        const socket = net.connect({ port: 7, host: 'tcp', timeout: 4000 });
        socket.on('timeout', () => socket.destroy(new Error('silent')));
        socket.write('hello');
        const [octets] = await once(socket, 'data');
        socket.destroy();
        return String(octets);
      },
      web: async () => {
        const response = await fetch('http://web/page', { signal: AbortSignal.timeout(4000) });
        return (await promisify(gunzip)(await response.arrayBuffer())).length;
      },
      secure: async () => (await fetch('https://secure/', { signal: AbortSignal.timeout(4000) })).text(),
      two: async () => {
        const session = http2.connect('http://two');
        try {
          const failed = once(session, 'error').then(([error]) => Promise.reject(error));
          failed.catch(() => {});
          const stream = session.request({ ':path': '/' });
          stream.setTimeout(4000, () => stream.close(http2.constants.NGHTTP2_CANCEL));
          let n = 0;
          stream.on('data', (octets) => {
            n += octets.length;
          });
          await Promise.race([once(stream, 'close'), failed]);
          return n;
        } finally {
          session.destroy();
        }
      },
    };
    await Promise.all(
      Object.entries(jobs).map(async ([name, job]) => {
        for (let i = 0; i < 3; i++) {
          const result = await job().catch((error: Error & { code?: string }) => error.code ?? error.name);
          sim.log(name, i, result);
          await sleep(Math.random() * 1500);
        }
      }),
    );
  });
}
