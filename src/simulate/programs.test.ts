import { execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomFillSync, randomInt, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import http, { Agent, createServer, request } from 'node:http';
import https from 'node:https';
import { createServer as createPipeServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { register } from '../socket/node/index.ts';
import { currentSimulation, type Simulation, simulate } from './index.ts';
import { connected, echo, event, web } from './testing.ts';

const HERE = new URL('./index.ts', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'synfin-sim-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program prints that simulates, with modules beside it, in a process of its own. */
async function printed(files: Record<string, string>, program: string): Promise<string[]> {
  for (const [name, text] of Object.entries({ ...files, 'main.mjs': program })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'main.mjs')], {
    timeout: 20_000,
  });
  return stdout.trim().split('\n');
}

/** What a simulation is failed by. */
async function failure(program: (sim: Simulation) => unknown): Promise<Error & { code?: string }> {
  return simulate({}, program).then(
    () => expect.unreachable(),
    (error) => error,
  );
}

describe('a program', () => {
  test('has modules of its own, ESM and CommonJS, made anew at each start; the test’s are not touched', async () => {
    const files = {
      'node_modules/cjs/index.js': 'module.exports = { n: 0 };',
      'node_modules/esm/package.json': '{ "name": "esm", "type": "module", "exports": "./index.js" }',
      'node_modules/esm/index.js': "import cjs from 'cjs'; export const state = { n: 0, cjs };",
      'server.mjs': `
        import { createRequire } from 'node:module';
        import cjs from 'cjs';
        import { state } from 'esm';
        let own = 0;
        export const count = () => [++own, ++cjs.n, ++state.n, createRequire(import.meta.url)('cjs') === state.cjs].join(' ');
      `,
    };
    const program = `
      import { simulate } from ${JSON.stringify(HERE)};
      const sim = simulate();
      const program = async ({ host, life }) => {
        for (let i = 0; i < 2; i++) console.log(host.name, life, (await import('./server.mjs')).count());
      };
      const a = sim.host('a', program);
      await sim.advance('1s');
      a.restart();
      await sim.advance('1s');
      sim.host('b', program);
      await sim.advance('1s');
      sim.close();
      console.log('test', (await import('./server.mjs')).count());
    `;
    expect(await printed(files, program)).toEqual([
      'a 1 1 1 1 true',
      'a 1 2 2 2 true',
      'a 2 1 1 1 true',
      'a 2 2 2 2 true',
      'b 1 1 1 1 true',
      'b 1 2 2 2 true',
      'test 1 1 1 true',
    ]);
  });

  test('has seeded randomness, another in each life and on each host', async () => {
    const draw = async () => {
      const drawn: string[] = [];
      await simulate({ seed: 'dice' }, async (sim) => {
        const program = () =>
          void drawn.push(
            `${Math.random()} ${randomBytes(4).toString('hex')} ${randomUUID()} ${crypto.randomUUID()} ${randomInt(1e6)} ${crypto.getRandomValues(new Uint8Array(4))}`,
          );
        const host = sim.host('a', program);
        sim.host('b', program);
        await sim.advance(0);
        host.restart();
        await sim.advance(1);
      });
      return drawn;
    };
    const drawn = await draw();
    expect(new Set(drawn).size).toBe(3);
    expect(await draw()).toEqual(drawn);
  });

  test('is told of wrong arguments of what is random as Node tells it; views are filled by their elements', async () => {
    await simulate({}, (sim) =>
      sim.client('client', () => {
        expect(() => randomInt(5, 1)).toThrow(/out of range/);
        expect(() => randomInt(0.5)).toThrow(/safe integer/);
        expect(() => randomFillSync(Buffer.alloc(4), 5)).toThrow(/out of range/);
        expect(() => crypto.getRandomValues(new Uint8Array(70_000))).toThrow(/65,?536/);
        const view = randomFillSync(new Uint32Array(4), 1, 2);
        expect([view[0], view[3]]).toEqual([0, 0]);
        expect([view[1], view[2]]).not.toContain(0);
      }),
    );
  });

  test('reads files, and has agents and connections of its own', async () => {
    await using sim = simulate();
    const peers = new Set<unknown>();
    sim.host('server', () =>
      createServer((request, response) => {
        peers.add(`${request.socket.remoteAddress}`);
        response.end();
      }).listen(80),
    );
    for (const name of ['one', 'two'])
      await sim.client(name, async () => {
        expect(await readFile(new URL(import.meta.url), 'utf8')).toContain('reads files');
        await (await fetch('http://server/')).text();
      });
    expect(peers.size).toBe(2);
  });

  test('has an agent of its own where it names none, for http and https, in each life and in each simulation', async () => {
    const ask = (url: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const { get } = url.startsWith('https') ? https : http;
        get(url, (response) => void response.resume().once('end', resolve)).on('error', reject);
      });
    for (const seed of [1, 2]) {
      await using sim = simulate({ seed });
      const peers: string[] = [];
      const answer: http.RequestListener = ({ socket }, response) => {
        peers.push(`${socket.remoteAddress} ${socket.localPort} ${socket.remotePort}`);
        response.end();
      };
      sim.host('server', () => {
        createServer(answer).listen(80);
        https.createServer(sim.certificate('server'), answer).listen(443);
      });
      const program = async ({ life }: { life: number }): Promise<void> => {
        http.globalAgent.maxSockets = life;
        for (let n = 0; n < 2; n++) {
          await ask('http://server/');
          await ask('https://server/');
          await sleep(1);
        }
        expect([http.globalAgent.maxSockets, Object.keys(http.globalAgent.freeSockets)]).toEqual([
          life,
          ['server:80:'],
        ]);
      };
      const [one] = [sim.host('one', program), sim.host('two', program)];
      await sim.advance('1s');
      one.restart();
      await sim.advance('1s');
      expect(peers.length).toBe(12);
      expect(new Set(peers).size).toBe(6); // each kept its two connections
    }
    expect(http.globalAgent.maxSockets).toBe(Number.POSITIVE_INFINITY);
  });

  test('that asks by an agent of the test file finds no connection of programs that have ended', async () => {
    const agent = new Agent({ keepAlive: true });
    const once = async (crash: boolean): Promise<string> => {
      await using sim = simulate();
      sim.host('server', () => web());
      const ask = (): Promise<unknown> =>
        new Promise((resolve, reject) => {
          const asking = request({ agent, host: 'server' }, (answer) => answer.resume().once('end', resolve));
          asking.on('error', reject).end();
        });
      const client = sim.host('client', ask);
      await sim.advance('1s');
      if (crash) client.restart();
      await sim.advance('1s');
      expect(Object.values(agent.freeSockets).flat().length).toBe(1);
      return sim.trace.digest;
    };
    const first = await once(false);
    await once(true);
    expect(await once(false)).toBe(first);
  });

  test('that is dead is told nothing: neither its servers nor its promises', async () => {
    await using sim = simulate();
    const told: string[] = [];
    const server = sim.host('server', () => {
      web().on('close', () => told.push('closed'));
      process.nextTick(() => setImmediate(() => told.push('immediate')));
      void sleep(50).then(() => told.push('slept'));
      void fetch('http://server2/').catch(() => told.push('fetch'));
    });
    await sim.advance(10);
    expect(told).toEqual(['immediate', 'fetch']);
    server.crash();
    await sim.advance('1h');
    expect(told).toEqual(['immediate', 'fetch']);
  });
});

describe('the failure of a program', () => {
  test.each([
    ['a rejection of what it returned', async () => Promise.reject(new Error('oops'))],
    ['a rejection that nobody has caught', () => void Promise.reject(new Error('oops'))],
    [
      'an exception in a callback',
      () =>
        void setTimeout(() => {
          throw new Error('oops');
        }, 10),
    ],
    [
      'an exception at nextTick',
      () =>
        void process.nextTick(() => {
          throw new Error('oops');
        }),
    ],
    ['an error event that nobody hears', () => void web().emit('error', new Error('oops'))],
  ])('%s fails the simulation, with its name; with onError: crash it only dies', async (_what, program) => {
    const error = await failure(async (sim) => {
      sim.host('victim', program as () => unknown);
      await sim.advance('1s');
    });
    expect(error).toMatchObject({ code: 'ERR_SIM_PROGRAM', cause: { message: 'oops' } });
    expect(error.message).toMatch(/^host victim: Error: oops\n\(seed 1, at \d\.\d{3} s/);
    await simulate({}, async (sim) => {
      const victim = sim.host('victim', program as () => unknown, { onError: 'crash' });
      await sim.advance('1s');
      expect(victim.isUp).toBe(false);
    });
  });

  test('of a client is its own error, with the seed', async () => {
    const error = await failure((sim) => sim.client('client', () => Promise.reject(new TypeError('mine'))));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^mine\n\(seed 1,/);
    expect(await failure((sim) => sim.client('client', () => Promise.reject('text')))).toMatchObject({
      code: 'ERR_SIM_PROGRAM',
      cause: 'text',
    });
  });

  test('one that is still waited for when the simulation ends is told so, whoever ends it', async () => {
    const left = async () => {
      await using sim = simulate();
      sim.link('client', 'server').blackhole({ port: 80 }); // has met nothing yet
      return sim.client('client', () => sleep(1000)); // and no await
    };
    await expect(left()).rejects.toMatchObject({ code: 'ERR_SIM_ENDED', message: /return await sim.client/ });
    const sim = simulate();
    const waits = sim.client('client', () => sleep(1000));
    const told = expect(waits).rejects.toMatchObject({ code: 'ERR_SIM_ENDED' });
    sim.close();
    await told;
    await expect(simulate().client('client', () => currentSimulation()?.close())).resolves.toBe(undefined);
  });

  test('what is wrong before it runs is told, and not what it has not met yet', async () => {
    const wrong = async () => {
      await using sim = simulate();
      sim.link('client', 'server').blackhole({ port: 80 });
      sim.link('client', 'server', { rtt: 'a minute' });
    };
    await expect(wrong()).rejects.toThrow(/rtt/);
    const idle = await failure((sim) => void sim.link('client', 'server').blackhole({ port: 80 }));
    expect(idle.code).toBe('ERR_SIM_HOST');
  });

  test('to wait for what never comes is told with who waits; so is time without end', async () => {
    const stalled = await failure(async (sim) => {
      sim.host('server', () => echo());
      await sim.client('client', async () => {
        await event(await connected('server'), 'data');
      });
    });
    expect(stalled).toMatchObject({ code: 'ERR_SIM_STALLED' });
    const late = await simulate({ maxTime: '1h' }, (sim) =>
      sim.client('client', () => {
        setInterval(() => {}, 1000);
        return new Promise(() => {});
      }),
    ).catch((error) => error);
    expect(late).toMatchObject({ code: 'ERR_SIM_TIME' });
    expect(late.message).toMatch(/3600\.000 s of virtual time have passed \(maxTime\)/);
  });

  test('that never waits is told, and does not hang the process', async () => {
    const error = await failure((sim) =>
      sim.client('spinner', () => {
        const again = () => void setImmediate(again);
        again();
        return new Promise(() => {});
      }),
    );
    expect(error).toMatchObject({ code: 'ERR_SIM_BUSY' });
    expect(error.message).toMatch(/spinner does something again and again/);
  });
});

describe('synfin/sim that is only loaded', () => {
  test('changes nothing of Node but UV_THREADPOOL_SIZE, and that only where it is not set', async () => {
    const program = `
      import http from 'node:http';
      import net from 'node:net';
      const all = [globalThis, process, Math, performance, http, net, net.Socket.prototype, net.Server.prototype];
      const seen = () => all.map((object) => Object.getOwnPropertyDescriptors(object));
      void [globalThis.fetch, globalThis.crypto, process.stdout, process.stderr];
      const before = seen();
      await import(${JSON.stringify(HERE)});
      for (const [i, now] of seen().entries())
        for (const key of Reflect.ownKeys({ ...now, ...before[i] }))
          if (!Object.is(now[key]?.value, before[i][key]?.value) || now[key]?.get !== before[i][key]?.get) console.log(String(key));
      console.log(process.env.UV_THREADPOOL_SIZE);
    `;
    expect(await printed({}, program)).toEqual(['1']);
    vi.stubEnv('UV_THREADPOOL_SIZE', '8');
    expect(await printed({}, program)).toEqual(['8']);
    vi.unstubAllEnvs();
  });
});

test('SYNFIN_CHECK finds the first simulation of a process no other than the second, with fetch, too', async () => {
  const program = `
    import http from 'node:http';
    import { simulate } from ${JSON.stringify(HERE)};
    process.env.SYNFIN_CHECK = '1';
    await simulate({ seed: 6 }, async (sim) => {
      sim.host('api', () => http.createServer((_request, response) => response.end('hello')).listen(80));
      await sim.client('client', async () => {
        for (let n = 0; n < 3; n++) await (await fetch('http://api/', { signal: AbortSignal.timeout(3000) })).text();
        await new Promise((resolve) => setTimeout(resolve, 10_000));
      });
    });
    console.log('the same');
  `;
  expect(await printed({}, program)).toEqual(['the same']);
});

test('a server that closes what is idle closes connections in the order in which they came', async () => {
  await simulate({}, async (sim) => {
    const server = sim.host('server', () => {
      const serving = web();
      setTimeout(() => serving.closeIdleConnections(), 1000);
    });
    await sim.client('client', async () => {
      const agent = new Agent({ keepAlive: true });
      // More at once, then fewer: parsers are taken from a pool, the last that came back first.
      for (const count of [30, 7, 30])
        await Promise.all(
          Array.from(
            { length: count },
            (_, n) =>
              new Promise((resolve) => {
                const headers = n % 3 === 0 ? { connection: 'close' } : {};
                request({ host: 'server', agent, headers }, (answer) =>
                  answer.resume().once('end', resolve),
                ).end();
              }),
          ),
        );
      const open = server.netstat().filter(({ state }) => state === 'ESTABLISHED').length;
      expect(open).toBeGreaterThan(15);
      await sleep(2000);
      const late = sim.trace.lines.filter((line) => /^1\d{6} server>client .* FIN,ACK /.test(line));
      const ports = late.map((line) => Number(/80>(\d+)/.exec(line)?.[1]));
      const came = sim.trace.lines
        .filter((line) => / client>server \S+>80 SYN /.test(line))
        .map((line) => Number(/ (\d+)>80 /.exec(line)?.[1]));
      expect(ports.length).toBe(open);
      expect(ports).toEqual(came.filter((port) => ports.includes(port)));
    });
  });
});

describe('what cannot be simulated', () => {
  test.each([
    ['child_process', () => spawn(process.execPath, ['-e', '0']).unref()],
    ['worker_threads', () => new Worker('0', { eval: true }).unref()],
    ['fs.watch', () => watch(folder).close()],
    ['pipe', () => createPipeServer().listen(join(folder, 'pipe')).close()],
  ])('%s is refused, and may be let through by name', async (what, use) => {
    const refused = await failure((sim) => sim.client('client', use as () => void));
    expect(refused).toMatchObject({ code: 'ERR_SIM_UNSUPPORTED' });
    expect(refused.message).toContain(`passthrough: ['${what}']`);
    await simulate({ passthrough: [what] }, (sim) => sim.client('client', use as () => void));
  });

  test('what is let through is waited for where nothing else is pending', async () => {
    await simulate({ passthrough: ['child_process', 'worker_threads'] }, (sim) =>
      sim.client('client', async () => {
        const child = await promisify(execFile)(process.execPath, ['-p', '1 + 1']);
        const worker = new Worker('require("node:worker_threads").parentPort.postMessage(3)', { eval: true });
        expect([child.stdout, await event(worker, 'message')]).toEqual(['2\n', 3]);
      }),
    );
  });

  test('what was refused keeps no process alive', async () => {
    const program = `
      import { watch } from 'node:fs';
      import { simulate } from ${JSON.stringify(HERE)};
      const sim = simulate();
      await sim.client('client', () => watch('.')).catch(({ code }) => console.log(code));
      sim.close();`;
    expect(await printed({}, program)).toEqual(['ERR_SIM_UNSUPPORTED']);
  });

  test('spawnSync blocks, and no time passes meanwhile', async () => {
    await simulate({}, (sim) =>
      sim.client('client', () => {
        const before = performance.now();
        expect(String(spawnSync('echo', ['hello']).stdout)).toBe('hello\n');
        expect(performance.now()).toBe(before);
      }),
    );
  });

  test('a second simulation, one in a host, and one beside synfin/register', async () => {
    {
      await using _sim = simulate();
      expect(() => simulate()).toThrow(/exists in this process already/);
    }
    const inside = await failure((sim) => sim.client('client', () => void simulate()));
    expect(inside.message).toMatch(/^simulate: a program on a host/);
    using _registration = register({ networks: ['10.0.0.0/8'], listenOnAny: false });
    expect(() => simulate()).toThrow(/registered in this process already/);
  });
});
