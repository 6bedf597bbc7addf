// Each row of the table of docs/sim.md ("What is virtual, and what is not") is held by tests: by those of src/simulate that are named, and
// by those here.

import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import * as tls from 'node:tls';
import { expect, test } from 'vitest';
import { simulate } from '../../src/simulate/index.ts';
import { testTitles } from '../support/test-titles.ts';

const TIME = 'src/simulate/virtual-time.test.ts';
const PROGRAMS = 'src/simulate/programs.test.ts';
const PROCESS = 'src/simulate/process.test.ts';
const NETWORK = 'src/simulate/network.test.ts';
const HERE = 'test/simulate/table.test.ts';

/** The beginning of the first cell of a row, and its tests: the end of a title, by file. */
const TESTS: readonly (readonly [row: string, ...(readonly [file: string, title: string])[]])[] = [
  [
    '`setTimeout`',
    [TIME, 'a timer that is cleared does not expire, whatever it is cleared by'],
    [TIME, 'socket.setTimeout: an idle socket of net is told after an hour'],
    [TIME, 'keepAliveTimeout: http ends an idle connection after five seconds, and one more that it waits'],
    [TIME, 'happy eyeballs: the second address is tried 250 ms after the first, which is silent'],
    [TIME, 'http2: a session’s timeout, and the date header'],
    [TIME, 'fetch’s own timers: a server that never answers is given up after five minutes'],
  ],
  [
    '`Date`',
    [TIME, 'Date, performance.now and hrtime show it, from the date that was asked for'],
    [HERE, 'clocks of the machine: a Date that was kept, and what tells of the process'],
  ],
  [
    '`performance.timeOrigin`',
    [HERE, 'clocks of the machine: a Date that was kept, and what tells of the process'],
  ],
  [
    '`headersTimeout`',
    [TIME, 'headersTimeout: a request that is not ended is answered with 408'],
    [TIME, 'the Date header of http is the host’s'],
    [TIME, 'http2: a session’s timeout, and the date header'],
  ],
  ['`Math.random`', [PROGRAMS, 'has seeded randomness, another in each life and on each host']],
  [
    'keys, nonces and tickets of TLS',
    [HERE, 'keys are random, of one length; handshakes have the same segments'],
    ['src/simulate/report.test.ts', 'a handshake has the same segments in two runs'],
  ],
  [
    'resumption of TLS sessions',
    [HERE, 'a TLS session is not resumed, and its tickets have the same length whatever it is about'],
  ],
  [
    '`nextTick`',
    [
      TIME,
      'nextTick, microtasks and immediates keep their order; a callback has its own before the next one',
    ],
  ],
  [
    '`setImmediate`',
    [
      TIME,
      'nextTick, microtasks and immediates keep their order; a callback has its own before the next one',
    ],
  ],
  [
    'files, `zlib`',
    [TIME, 'work of the thread pool takes no time, however long the machine needs for it'],
    [HERE, 'WebAssembly is compiled in no time'],
  ],
  [
    '`net`, `http`',
    [
      'test/simulate/repeat.test.ts',
      'twelve seeds, twice each: equal traces and logs; different seeds differ',
    ],
    [NETWORK, 'UDP goes the same ways'],
  ],
  [
    '`http.globalAgent`',
    [PROGRAMS, 'reads files, and has agents and connections of its own'],
    [
      PROGRAMS,
      'has an agent of its own where it names none, for http and https, in each life and in each simulation',
    ],
    [
      PROGRAMS,
      'has modules of its own, ESM and CommonJS, made anew at each start; the test’s are not touched',
    ],
  ],
  [
    'http2 and TLS in one read',
    [HERE, 'one read of http2: its events come before promises of the first of them go on'],
  ],
  [
    'validity of certificates',
    [HERE, 'certificates are valid by the machine’s clock, whatever year hosts have'],
  ],
  [
    '`process.exit`, signals',
    [
      PROCESS,
      'ends the process of a host: what it has is gone, nothing behind it runs, listeners of exit are told the code',
    ],
    [PROCESS, 'a service that listens ends in good order: what is under way is answered, then it is gone'],
    [PROCESS, 'are told to a program that listens, which goes on; what its listener throws is its failure'],
    [PROCESS, 'process.uptime is the age of the life'],
  ],
  ['`process.env`', [HERE, 'the environment and the working directory are the process’s']],
  ['`spawnSync`', [PROGRAMS, 'spawnSync blocks, and no time passes meanwhile']],
  ['`child_process`', [PROGRAMS, '%s is refused, and may be let through by name']],
  ['code of a host that has crashed', [HERE, 'code of a host that crashes runs on until it waits']],
];

test('every row has its tests, in the order of the page, and there are such tests', () => {
  const page = readFileSync(new URL('../../docs/sim.md', import.meta.url), 'utf8');
  const [, table = ''] =
    /## What is virtual, and what is not\n\n.*\n\|---\|---\|\n((?:\|.*\n)+)/.exec(page) ?? [];
  const rows = table
    .trim()
    .split('\n')
    .map((row) => row.slice(2));
  expect(rows.map((row, i) => row.slice(0, TESTS[i]?.[0].length))).toEqual(TESTS.map(([row]) => row));
  const missing = TESTS.flatMap(([, ...tests]) => tests).filter(([file, title]) => {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    return !testTitles(source).some(({ full, suite }) => !suite && full.endsWith(title));
  });
  expect(missing).toEqual([]);
});

test('a TLS session is not resumed, and its tickets have the same length whatever it is about', async () => {
  // Of a sealed session's length only the 16 octets of a block are seen: at one of these names they are crossed by chance.
  const digests = new Map<string, Set<string>>();
  for (let n = 2; n <= 17; n++)
    for (let pass = 0; pass < 3; pass++) {
      await using sim = simulate();
      const ALPNProtocols = ['p'.repeat(n)];
      sim.host('server', () =>
        tls
          .createServer({ ...sim.certificate('server'), ALPNProtocols }, (socket) => socket.end('hello'))
          .listen(443),
      );
      await sim.client('client', async () => {
        const first = tls.connect({ host: 'server', port: 443, ALPNProtocols });
        const [session] = (await once(first.resume(), 'session')) as [Buffer];
        await once(first, 'close');
        const second = tls.connect({ host: 'server', port: 443, ALPNProtocols, session });
        await once(second, 'secureConnect');
        expect([second.isSessionReused(), second.alpnProtocol]).toEqual([false, ALPNProtocols[0]]);
        await once(second.resume(), 'close');
      });
      const [name = ''] = ALPNProtocols;
      digests.set(name, (digests.get(name) ?? new Set()).add(sim.trace.digest));
    }
  expect([...digests.values()].map(({ size }) => size)).toEqual(Array(16).fill(1));
});

const KeptDate = Date;

test('clocks of the machine: a Date that was kept, and what tells of the process', async () => {
  const origin = performance.timeOrigin;
  await simulate({ date: '2040-01-01' }, async (sim) => {
    await sim.advance('3d');
    await sim.client('client', () => {
      expect(new Date().getUTCFullYear()).toBe(2040);
      expect(new KeptDate().getUTCFullYear()).toBeLessThan(2040);
      expect(performance.timeOrigin).toBe(origin);
      expect(performance.mark('here').startTime).toBeLessThan(200_000_000);
      expect(new Intl.DateTimeFormat('en', { year: 'numeric' }).format()).toBe(
        `${new KeptDate().getFullYear()}`,
      );
    });
  });
});

test('keys are random, of one length; handshakes have the same segments', async () => {
  const runs: string[] = [];
  const keys = new Set<string>();
  for (let i = 0; i < 2; i++)
    await simulate({ seed: 4 }, async (sim) => {
      sim.host('api', () =>
        https.createServer(sim.certificate('api'), (_, response) => response.end('ok')).listen(443),
      );
      await sim.client('client', async () => {
        await (await fetch('https://api/')).text();
        keys.add(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString());
      });
      runs.push(sim.trace.digest);
    });
  expect([new Set(runs).size, keys.size, new Set([...keys].map((key) => key.length)).size]).toEqual([
    1, 2, 1,
  ]);
});

/** A module that is nothing (WebAssembly core, section 5.5.16). */
const EMPTY = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
interface WebAssemblyHere {
  compile(octets: Uint8Array): Promise<object>;
}

test('WebAssembly is compiled in no time', async () => {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyHere };
  await simulate({}, (sim) =>
    sim.client('client', async () => {
      const ticks: number[] = [];
      const timer = setInterval(() => ticks.push(performance.now()), 1);
      await WebAssembly.compile(EMPTY);
      expect(performance.now()).toBe(0);
      expect(ticks).toEqual([]);
      clearInterval(timer);
    }),
  );
});

test('one read of http2: its events come before promises of the first of them go on', async () => {
  await simulate({ network: { rtt: '20ms' } }, async (sim) => {
    sim.host('server', () => {
      http2
        .createServer()
        .on('stream', (stream) => {
          stream.respond({ ':status': 200 });
          stream.end('all'); // headers, text and the end in one segment
        })
        .listen(80);
    });
    await sim.client('client', async () => {
      const session = http2.connect('http://server');
      const stream = session.request({ ':path': '/' });
      const order: string[] = [];
      const responded = new Promise<void>((resolve) => stream.once('response', () => resolve()));
      const goesOn = responded.then(() => order.push('promise of the response'));
      stream.on('data', () => order.push('data'));
      await new Promise((resolve) => stream.once('close', resolve));
      await goesOn;
      expect(order).toEqual(['data', 'promise of the response']);
      session.destroy();
    });
  });
});

test('certificates are valid by the machine’s clock, whatever year hosts have', async () => {
  await simulate({ date: '2075-06-01' }, async (sim) => {
    sim.host('api', () =>
      https.createServer(sim.certificate('api'), (_, response) => response.end('ok')).listen(443),
    );
    const text = await sim.client('client', async () => (await fetch('https://api/')).text());
    expect(text).toBe('ok');
  });
});

test('the environment and the working directory are the process’s', async () => {
  const folder = process.cwd();
  await simulate({}, async (sim) => {
    await sim.client('one', () => {
      process.env['SYNFIN_TABLE_TEST'] = 'of one';
    });
    await sim.client('two', () => {
      expect([process.env['SYNFIN_TABLE_TEST'], process.cwd()]).toEqual(['of one', folder]);
    });
  });
  expect(process.env['SYNFIN_TABLE_TEST']).toBe('of one');
  delete process.env['SYNFIN_TABLE_TEST'];
});

test('code of a host that crashes runs on until it waits', async () => {
  const done: string[] = [];
  await simulate({}, async (sim) => {
    sim.host('fragile', async ({ host }) => {
      host.crash();
      done.push('the rest of the callback');
      await Promise.resolve();
      done.push('and its promises');
      await new Promise((resolve) => setTimeout(resolve, 1));
      done.push('never');
    });
    await sim.advance('1m');
  });
  expect(done).toEqual(['the rest of the callback', 'and its promises']);
});
