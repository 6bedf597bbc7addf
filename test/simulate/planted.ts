// Ten small programs with a fault each, as they are found in the field, and the scenarios that are to find them: a yardstick for
// simulations. Each has its sound twin, which no seed may fail.

import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { Agent, createServer as createHttpServer, get, type IncomingMessage } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertNoCloseWait, assertNoOpenConnections, type Simulation } from '../../src/simulate/index.ts';

/** A program with a fault, or (`sound`) without. */
export interface Planted {
  readonly name: string;
  /** What the failure says. */
  readonly finds: RegExp;
  readonly scenario: (sim: Simulation, sound: boolean) => Promise<void>;
}

function once(
  emitter: { once(event: string, listener: (...args: never[]) => void): unknown },
  event: string,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    emitter.once(event, resolve as never);
    emitter.once('error', reject as never);
  });
}

const echo = (port = 7): void =>
  void createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  }).listen(port);

const web = (afterMs = 0): void =>
  void createHttpServer((_request, response) => void setTimeout(() => response.end('ok'), afterMs)).listen(
    80,
  );

/** A GET by http, as old code does it. */
function fetched(options: { readonly agent?: Agent; readonly timeoutMs?: number } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(
      'http://server/',
      { agent: options.agent ?? new Agent() },
      (response: IncomingMessage) => {
        let text = '';
        response.on('data', (octets) => {
          text += octets;
        });
        response.on('end', () => resolve(text));
        response.on('error', reject);
      },
    );
    if (options.timeoutMs !== undefined)
      request.setTimeout(options.timeoutMs, () => request.destroy(new Error('no answer in time')));
    request.on('error', reject);
  });
}

/** Again after a failure, up to so many times, after pauses that grow where `backoff` says so. */
async function again<T>(times: number, action: () => Promise<T>, backoff = true): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await action();
    } catch (error) {
      if (n >= times) throw error;
      await sleep(backoff ? 100 * 2 ** n : 1);
    }
  }
}

/** The faults. */
export const PLANTED: readonly Planted[] = [
  {
    name: 'no retry after RST',
    finds: /ECONNRESET|socket hang up/,
    scenario: async (sim, sound) => {
      sim.host('server', () => web(50));
      sim.swarm({ kinds: ['reset', 'jitter', 'delay'], within: '2s' });
      await sim.client('client', async () => {
        for (let i = 0; i < 20; i++) {
          await again(sound ? 10 : 1, () => fetched());
          await sleep(50);
        }
      });
    },
  },
  {
    name: 'a pool leaks what was half closed',
    finds: /connections are in CLOSE-WAIT/,
    scenario: async (sim, sound) => {
      const server = sim.host('server', () => echo());
      await sim.client('client', async () => {
        const pool: Socket[] = [];
        for (let i = 0; i < 5; i++) {
          const socket = connect({ port: 7, host: 'server', allowHalfOpen: true });
          await once(socket, 'connect');
          socket.on('error', () => {});
          if (sound) socket.on('end', () => socket.end());
          socket.resume();
          pool.push(socket);
        }
        await sleep(Math.random() * 100);
        if (Math.random() < 0.5) server.crash();
        await sleep(5000);
        assertNoCloseWait(sim);
        for (const socket of pool) socket.destroy();
      });
    },
  },
  {
    name: 'no timeout on a peer that is silent',
    finds: /ERR_SIM_STALLED|nothing is pending|maxTime|must end within a minute/,
    scenario: async (sim, sound) => {
      const server = sim.host('server', () => web(300));
      sim.swarm({ kinds: ['power off', 'jitter', 'delay'], within: '1s', lasting: '1s' });
      await sim.client('client', async () => {
        const asked = async (): Promise<void> => {
          await again(20, () => fetched(sound ? { timeoutMs: 2000 } : {}));
        };
        await Promise.race([asked(), sleep(60_000).then(() => assert.fail('it must end within a minute'))]);
        assert.ok(server.lives > 0);
      });
    },
  },
  {
    name: 'a storm of retries',
    finds: /more than 20 attempts/,
    scenario: async (sim, sound) => {
      const server = sim.host('server', () => web());
      await sim.client('client', async () => {
        let attempts = 0;
        if (Math.random() < 0.5) {
          server.crash();
          setTimeout(() => server.restart(), 500);
        }
        const attempt = (): Promise<string> => {
          attempts++;
          return fetched({ timeoutMs: 1000 });
        };
        await again(10_000, attempt, sound);
        assert.ok(attempts <= 20, `more than 20 attempts: ${attempts}`);
      });
    },
  },
  {
    name: 'a server that does not close what its clients have closed',
    finds: /connections are in CLOSE-WAIT/,
    scenario: async (sim, sound) => {
      sim.host('server', () => {
        createServer({ allowHalfOpen: true }, (socket) => {
          socket.on('error', () => {});
          socket.on('data', (octets) => socket.write(octets));
          socket.on('end', () => {
            // Where nothing was asked, nothing is answered, and nobody thinks of the end.
            if (sound || socket.bytesRead > 0) socket.end();
          });
        }).listen(7);
      });
      await sim.client('client', async () => {
        for (let i = 0; i < 5; i++) {
          const socket = connect(7, 'server');
          socket.resume();
          if (Math.random() < 0.9) socket.write('hello');
          socket.end();
          await once(socket, 'connect');
        }
        await sleep(1000);
        assertNoCloseWait(sim);
      });
    },
  },
  {
    name: 'reads on after the end',
    finds: /half an answer/,
    scenario: async (sim, sound) => {
      const server = sim.host('server', () => {
        createServer((socket) => {
          socket.on('error', () => {});
          void (async () => {
            for (let i = 0; i < 10; i++) {
              socket.write('0123456789');
              await sleep(20);
            }
            socket.end();
          })();
        }).listen(7);
      });
      sim.swarm({ kinds: ['crash', 'jitter', 'loss'], within: '400ms', lasting: '1s' });
      await sim.client('client', async () => {
        const read = () =>
          new Promise<string>((resolve, reject) => {
            const socket = connect(7, 'server');
            let text = '';
            socket.on('data', (octets) => {
              text += octets;
            });
            socket.on('error', reject);
            // The end says that all has come, or that the server has died: only the length knows.
            socket.on('end', () =>
              sound && text.length < 100 ? reject(new Error('cut off')) : resolve(text),
            );
          });
        const text = await again(20, read);
        assert.equal(text.length, 100, 'half an answer was taken for all of it');
        assert.ok(server.lives > 0);
      });
    },
  },
  {
    name: 'a name that is cached for ever',
    finds: /old address for ever/,
    scenario: async (sim, sound) => {
      const old = sim.host('old', () => echo());
      const next = sim.host('next', () => echo());
      sim.dns.set('service', old.address);
      await sim.client('client', async () => {
        let cached: string | null = null;
        const ask = async (): Promise<void> => {
          if (cached === null || sound) cached = (await lookup('service')).address;
          const socket = connect(7, cached);
          socket.write('hello');
          await once(socket, 'data');
          socket.destroy();
        };
        await ask();
        if (Math.random() < 0.5) {
          sim.dns.set('service', next.address);
          old.powerOff();
        }
        await Promise.race([
          again(5, ask),
          sleep(30_000).then(() => assert.fail('it asks the old address for ever')),
        ]);
      });
    },
  },
  {
    name: 'the race of keep-alive',
    finds: /ECONNRESET|socket hang up/,
    scenario: async (sim, sound) => {
      sim.host('server', () => {
        const server = createHttpServer((_request, response) => {
          // As a proxy says that does not know how long the server behind it waits.
          response.setHeader('Keep-Alive', 'timeout=60');
          response.end('ok');
        }).listen(80);
        Object.assign(server, { keepAliveTimeout: 1000, keepAliveTimeoutBuffer: 0 });
      });
      sim.link('client', 'server', { rtt: '100ms' });
      await sim.client('client', async () => {
        const agent = new Agent({ keepAlive: true });
        for (let i = 0; i < 5; i++) {
          await again(sound ? 3 : 1, () => fetched({ agent }));
          await sleep(900 + Math.random() * 200);
        }
        agent.destroy();
      });
    },
  },
  {
    name: 'no backpressure',
    finds: /MB wait in the memory of the server/,
    scenario: async (sim, sound) => {
      let most = 0;
      const serve = (): void => {
        createServer((socket) => {
          socket.on('error', () => {});
          const block = Buffer.alloc(100_000);
          void (async () => {
            for (let i = 0; i < 20; i++) {
              const hasRoom = socket.write(block);
              most = Math.max(most, socket.writableLength);
              if (sound && !hasRoom) await new Promise((resolve) => socket.once('drain', resolve));
            }
            socket.end();
          })();
        }).listen(7);
      };
      sim.host('server', serve, { tcp: { sendBuffer: 100_000 } });
      const client = sim.host('reader', () => {});
      await sim.advance(1);
      await sim.until(
        client.run(async () => {
          if (Math.random() < 0.5) client.slowReader('40mbit').optional();
          const socket = connect(7, 'server');
          socket.resume();
          await once(socket, 'end');
        }),
      );
      assert.ok(most < 1_000_000, `${most / 1e6} MB wait in the memory of the server`);
    },
  },
  {
    name: 'happy eyeballs that give up with the first address',
    finds: /ECONNREFUSED|ETIMEDOUT|must connect within/,
    scenario: async (sim, sound) => {
      const server = sim.host('server', () => echo());
      const silent = sim.host('silent', () => {});
      silent.powerOff();
      await sim.client('client', async () => {
        const dead = silent.address;
        sim.dns.set('service', Math.random() < 0.5 ? [dead, server.address] : [server.address, dead]);
        const socket = sound
          ? connect({ port: 7, host: 'service', autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 250 })
          : connect({ port: 7, host: 'service', autoSelectFamily: false });
        await Promise.race([
          once(socket, 'connect'),
          sleep(10_000).then(() => assert.fail('it must connect within ten seconds')),
        ]);
        socket.destroy();
        await sleep(100);
        assertNoOpenConnections(server);
      });
    },
  },
];
