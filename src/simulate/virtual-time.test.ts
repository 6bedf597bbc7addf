import { pbkdf2 } from 'node:crypto';
import { createServer as createHttpServer, request } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import Module from 'node:module';
import { connect, createServer } from 'node:net';
import { setInterval as everyFew, setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { simulate } from './index.ts';
import { ask, connected, echo } from './testing.ts';

/** What a program on a host returns, with nothing else there. */
async function onHost<T>(program: () => Promise<T>): Promise<T> {
  await using sim = simulate();
  return await sim.client('host', program);
}

/** Milliseconds of the host's clock that something takes. */
async function took(action: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await action();
  return Math.round(performance.now() - before);
}

/** The event of an emitter, or its error. */
function event(
  emitter: { once(name: string, listener: (...args: unknown[]) => void): unknown },
  name: string,
) {
  return new Promise<unknown>((resolve, reject) => {
    emitter.once(name, resolve);
    if (name !== 'error') emitter.once('error', reject);
  });
}

const HOUR = 3_600_000;

describe('on a host, time is virtual', () => {
  const waits: Record<string, () => Promise<unknown>> = {
    setTimeout: () => new Promise((resolve) => setTimeout(resolve, HOUR)),
    'setInterval, and clearInterval in it': () =>
      new Promise<void>((resolve) => {
        let n = 0;
        const timer = setInterval(() => {
          if (++n < 6) return;
          clearInterval(timer);
          resolve();
        }, HOUR / 6);
      }),
    'timers/promises': () => sleep(HOUR),
    'an interval of timers/promises': async () => {
      let n = 0;
      for await (const _ of everyFew(HOUR / 4)) if (++n === 4) break;
    },
    'util.promisify(setTimeout)': () => promisify(setTimeout)(HOUR),
    'AbortSignal.timeout': () => aborted(AbortSignal.timeout(HOUR)),
    'a timer that was refreshed at half its time': async () => {
      let done = (): void => {};
      const over = new Promise<void>((resolve) => {
        done = resolve;
      });
      const timer = setTimeout(() => done(), (HOUR * 2) / 3);
      await sleep(HOUR / 3);
      timer.refresh();
      await over;
    },
    'a timer that is used again when it has expired': async () => {
      let expired = 0;
      const timer = setTimeout(() => expired++, HOUR / 2);
      await sleep(HOUR / 2 + 0);
      timer.refresh();
      await sleep(HOUR / 2);
      expect(expired).toBe(2);
    },
  };
  test.each(Object.entries(waits))('%s takes an hour', async (_name, wait) => {
    const begin = performance.now();
    expect(await onHost(() => took(wait))).toBe(HOUR);
    expect(performance.now() - begin).toBeLessThan(20_000);
  });

  test('a timer that is cleared does not expire, whatever it is cleared by', async () => {
    const expired: string[] = [];
    await onHost(async () => {
      clearTimeout(setTimeout(() => expired.push('object'), 10));
      clearTimeout(+setTimeout(() => expired.push('number'), 10));
      clearInterval(setInterval(() => expired.push('interval'), 10));
      const two = setTimeout(() => expired.push('two'), 10);
      setTimeout(() => clearTimeout(two), 5);
      clearImmediate(setImmediate(() => expired.push('immediate')));
      const controller = new AbortController();
      const stopped = sleep(10, null, { signal: controller.signal }).catch(({ name }) => expired.push(name));
      controller.abort();
      await stopped;
      await sleep(100);
    });
    expect(expired).toEqual(['AbortError']);
  });

  test('Date, performance.now and hrtime show it, from the date that was asked for', async () => {
    await using sim = simulate({ date: '2031-05-06T07:08:09.000Z' });
    await sim.client('host', async () => {
      const hr = process.hrtime();
      const big = process.hrtime.bigint();
      expect(new Date().toISOString()).toBe('2031-05-06T07:08:09.000Z');
      await sleep(1500);
      expect(Date.now()).toBe(Date.UTC(2031, 4, 6, 7, 8, 10, 500));
      expect(new Date(0).getTime()).toBe(0);
      expect(new Date() instanceof Date).toBe(true);
      expect(process.hrtime(hr)).toEqual([1, 500_000_000]);
      expect(process.hrtime.bigint() - big).toBe(1_500_000_000n);
    });
  });

  test('nextTick, microtasks and immediates keep their order; a callback has its own before the next one', async () => {
    const order = await onHost(async () => {
      const seen: string[] = [];
      await new Promise<void>((resolve) => {
        for (const n of [1, 2])
          setTimeout(() => {
            seen.push(`timer ${n}`);
            process.nextTick(() => seen.push(`tick ${n}`));
            queueMicrotask(() => seen.push(`microtask ${n}`));
            setImmediate(() => {
              seen.push(`immediate ${n}`);
              if (n === 2) resolve();
            });
          }, 5);
      });
      return seen;
    });
    expect(order).toEqual([
      'timer 1',
      'tick 1',
      'microtask 1',
      'timer 2',
      'tick 2',
      'microtask 2',
      'immediate 1',
      'immediate 2',
    ]);
  });

  test('work of the thread pool takes no time, however long the machine needs for it', async () => {
    const ms = await onHost(() =>
      took(async () => {
        let expired = 0;
        const timer = setInterval(() => expired++, 1);
        await promisify(gzip)(Buffer.alloc(4_000_000, 'synfin'));
        clearInterval(timer);
        expect(expired).toBe(0);
      }),
    );
    expect(ms).toBe(0);
  });

  test('what jobs of the thread pool cause is the same however fast each is: http2 puts the same into each segment', async () => {
    const digests = new Set<string>();
    // Rounds of every second job: all are done in one turn of Node's loop, or each in one of its own.
    for (const rounds of [1, 20_000, 1, 20_000]) {
      await using sim = simulate({ seed: 3 });
      sim.host('server', () => {
        let n = 0;
        createHttp2Server()
          .on('stream', (stream) =>
            pbkdf2('a', 'b', n++ % 2 === 0 ? 1 : rounds, 16, 'sha256', () => {
              stream.respond({ ':status': 200 });
              stream.end('x'.repeat(50));
            }),
          )
          .listen(80);
      });
      await sim.client('client', async () => {
        const session = connectHttp2('http://server');
        const answer = () =>
          new Promise((resolve) => session.request({ ':path': '/' }).resume().once('close', resolve));
        for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: 6 }, answer));
        session.destroy();
      });
      digests.add(sim.trace.digest);
    }
    expect(digests.size).toBe(1);
  });

  test('speed: as fast as the machine’s clock, or so many times; the run is the same', async () => {
    const took = async (speed: number): Promise<readonly [number, string]> => {
      const before = performance.now();
      await using sim = simulate({ seed: 3, speed });
      sim.host('server', () => echo());
      await sim.client('client', async () => {
        const socket = await connected('server');
        for (let i = 0; i < 4; i++) {
          await sleep(500);
          await ask(socket, 'hello');
        }
        socket.destroy();
      });
      return [performance.now() - before, sim.trace.digest];
    };
    const [, trace] = await took(Infinity);
    const [ms, again] = await took(2);
    expect(again).toBe(trace);
    expect(ms).toBeGreaterThanOrEqual(999);
    vi.stubEnv('SYNFIN_SPEED', 'fast');
    expect(() => simulate()).toThrow(/SYNFIN_SPEED must be/);
    vi.unstubAllEnvs();
  });

  test('outside of hosts everything is real meanwhile', async () => {
    await using sim = simulate();
    const begin = Date.now();
    const real = new Promise<number>((resolve) => setTimeout(() => resolve(Date.now() - begin), 30));
    await sim.client('host', () => sleep(HOUR));
    expect(Math.abs(Date.now() - begin)).toBeLessThan(20_000);
    expect(await real).toBeGreaterThanOrEqual(29);
    const server = createServer((socket) => socket.end('kernel')).listen(0, '127.0.0.1');
    await event(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(String(await event(connect(port, '127.0.0.1'), 'data'))).toBe('kernel');
    server.close();
  });

  test('Node is as it was when the simulation is over', async () => {
    const before = [Date, Math.random, performance.now, process.hrtime, process.emit, clearImmediate];
    const { refresh } = Object.getPrototypeOf(setTimeout(() => {}, 0));
    const own = () =>
      [process, Module, (globalThis as unknown as { WebAssembly: object }).WebAssembly].map((object) =>
        ['emit', '_cache', 'compile'].map((name) => {
          const { enumerable, get } = Object.getOwnPropertyDescriptor(object, name) ?? {};
          return [Object.hasOwn(object, name), enumerable, get];
        }),
      );
    const ownBefore = own();
    simulate().close();
    expect(own()).toEqual(ownBefore);
    expect([Date, Math.random, performance.now, process.hrtime, process.emit, clearImmediate]).toEqual(
      before,
    );
    expect(Object.getPrototypeOf(setTimeout(() => {}, 0)).refresh).toBe(refresh);
  });
});

describe('what Node times by itself is virtual, too', () => {
  test('socket.setTimeout: an idle socket of net is told after an hour', async () => {
    await using sim = simulate();
    sim.host('server', () => createServer(() => {}).listen(7));
    const ms = await sim.client('client', () =>
      took(async () => {
        const socket = connect(7, 'server');
        socket.setTimeout(HOUR);
        await event(socket, 'timeout');
        socket.destroy();
      }),
    );
    expect(ms).toBeGreaterThanOrEqual(HOUR);
    expect(ms).toBeLessThan(HOUR + 10);
  });

  test('keepAliveTimeout: http ends an idle connection after five seconds, and one more that it waits', async () => {
    await using sim = simulate();
    sim.host('server', () => createHttpServer((_request, response) => response.end('ok')).listen(80));
    const ms = await sim.client('client', async () => {
      const socket = connect(80, 'server');
      socket.write('GET / HTTP/1.1\r\nHost: server\r\n\r\n');
      await event(socket, 'data');
      return took(() => event(socket, 'end'));
    });
    expect(ms === 5000 || ms === 6000).toBe(true); // Node 24.6 and later wait a second more
  });

  test('headersTimeout: a request that is not ended is answered with 408', async () => {
    await using sim = simulate();
    sim.host('server', () =>
      createHttpServer({ headersTimeout: 20_000, connectionsCheckingInterval: 1000 }, () => {}).listen(80),
    );
    await sim.client('client', async () => {
      const socket = connect(80, 'server');
      const begin = performance.now();
      socket.write('GET / HTTP/1.1\r\n');
      expect(String(await event(socket, 'data'))).toMatch(/^HTTP\/1\.1 408 /);
      expect(performance.now() - begin).toBeGreaterThan(19_000);
      expect(performance.now() - begin).toBeLessThan(22_100);
    });
  });

  test('the Date header of http is the host’s', async () => {
    await using sim = simulate({ date: '2031-05-06T07:08:09Z' });
    sim.host('server', () => createHttpServer((_request, response) => response.end()).listen(80));
    const response = await sim.client('client', () => fetch('http://server/'));
    expect(response.headers.get('date')).toBe('Tue, 06 May 2031 07:08:09 GMT');
  });

  test('a Date header that a program has set itself stays as it is', async () => {
    await using sim = simulate();
    sim.host('server', () =>
      createHttpServer((request, response) => {
        if (request.url === '/set') response.setHeader('date', 'mine').end();
        else response.writeHead(200, request.url === '/object' ? { Date: 'mine' } : ['DATE', 'mine']).end();
      }).listen(80),
    );
    await sim.client('client', async () => {
      for (const path of ['set', 'object', 'list'])
        expect((await fetch(`http://server/${path}`)).headers.get('date')).toBe('mine');
    });
  });

  test('http2: a session’s timeout, and the date header', async () => {
    await using sim = simulate({ date: '2031-05-06T07:08:09Z' });
    sim.host('server', () => {
      createHttp2Server()
        .on('stream', (stream) => {
          stream.respond({ ':status': 200 });
          stream.end();
        })
        .listen(80);
    });
    await sim.client('client', async () => {
      const session = connectHttp2('http://server');
      const stream = session.request({ ':path': '/' });
      const closed = event(stream.resume(), 'close');
      const [headers] = await new Promise<Record<string, string>[]>((resolve) =>
        stream.on('response', (...args) => resolve(args as never)),
      );
      expect(headers?.['date']).toBe('Tue, 06 May 2031 07:08:09 GMT');
      await closed;
      session.setTimeout(HOUR);
      expect(await took(() => event(session, 'timeout'))).toBe(HOUR);
      session.destroy();
    });
  });

  test('happy eyeballs: the second address is tried 250 ms after the first, which is silent', async () => {
    await using sim = simulate({ ipv6: true });
    sim.host('server', () => createServer((socket) => socket.end('hi')).listen(7));
    sim.dns.set('both', ['10.0.0.99', 'fd00::1']); // nobody has the first
    const ms = await sim.client('client', () =>
      took(async () => {
        expect(String(await event(connect(7, 'both'), 'data'))).toBe('hi');
      }),
    );
    expect(ms).toBeGreaterThanOrEqual(250);
    expect(ms).toBeLessThan(300);
  });

  test('fetch’s own timers: a server that never answers is given up after five minutes', async () => {
    await using sim = simulate();
    sim.host('server', () => createHttpServer(() => {}).listen(80));
    const ms = await sim.client('client', () =>
      took(async () => {
        const error = (await fetch('http://server/').catch((reason) => reason)) as Error & {
          cause: { code: string };
        };
        expect(error.cause.code).toBe('UND_ERR_HEADERS_TIMEOUT');
      }),
    );
    expect(ms).toBeGreaterThanOrEqual(300_000);
    expect(ms).toBeLessThan(303_000);
  });

  test('a request of http with a timeout', async () => {
    await using sim = simulate();
    sim.host('server', () => createHttpServer(() => {}).listen(80));
    const ms = await sim.client('client', () =>
      took(async () => {
        const sent = request('http://server/', { timeout: 60_000 });
        sent.end();
        await event(sent, 'timeout');
        sent.on('error', () => {});
        sent.destroy();
      }),
    );
    expect(ms).toBeGreaterThanOrEqual(60_000);
    expect(ms).toBeLessThan(60_100);
  });
});

/** When a signal is aborted. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}
