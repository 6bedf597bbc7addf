// A host's process: it ends itself, gets signals, and hears of errors that nobody has caught; the test's own goes on.

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Simulation, simulate } from './index.ts';
import { ask, codeOf, connected, echo, web } from './testing.ts';

/** What a scenario fails with. */
async function failure(scenario: (sim: Simulation) => unknown): Promise<Error> {
  const [error] = await Promise.allSettled([simulate({}, async (sim) => void (await scenario(sim)))]);
  return (error as PromiseRejectedResult).reason as Error;
}

describe('process.exit', () => {
  test('ends the process of a host: what it has is gone, nothing behind it runs, listeners of exit are told the code', async () => {
    const told: unknown[] = [];
    await simulate({}, async (sim) => {
      const server = sim.host('server', () => {
        echo();
        process.once('exit', (code) => told.push(code));
        setTimeout(() => {
          process.exit(0);
          told.push('never');
        }, 1000);
        setTimeout(() => told.push('never'), 2000);
      });
      await sim.client('client', async () => {
        const socket = await connected('server');
        expect(await ask(socket, 'hello')).toBe('hello');
        await new Promise((resolve) => socket.resume().once('end', resolve));
        expect([server.isUp, server.exitCode, told]).toEqual([false, 0, [0]]);
        expect(await connected('server').catch(codeOf)).toBe('ECONNREFUSED');
        server.restart();
        await sleep(100);
        expect(await ask(await connected('server'), 'again')).toBe('again');
      });
    });
    expect(told).toEqual([0]);
  });

  test('with another code it is a failure, unless the host is to crash by it; of a client that has to return any is', async () => {
    const exits = (code: number) => () => void setTimeout(() => process.exit(code), 5);
    const failed = await failure((sim) => {
      sim.host('a', exits(3));
      return sim.advance('1s');
    });
    expect(failed.message).toMatch(/^host a: Error: process\.exit\(3\)\n\(seed 1, at 0\.005 s/);
    await simulate({}, async (sim) => {
      const host = sim.host('a', exits(3), { onError: 'crash' });
      await sim.advance('1s');
      expect([host.isUp, host.exitCode]).toEqual([false, 3]);
    });
    for (const program of [() => process.exit(0), () => new Promise(exits(0))])
      expect((await failure((sim) => sim.client('job', program))).message).toMatch(/process\.exit\(0\)/);
  });
});

describe('signals', () => {
  test('a service that listens ends in good order: what is under way is answered, then it is gone', async () => {
    await simulate({}, async (sim) => {
      const server = sim.host('server', () => {
        const serving = web(300);
        process.on('SIGTERM', (name: string, number: number) => {
          sim.log(name, number);
          serving.close(() => process.exit());
        });
      });
      await sim.client('client', async () => {
        const answer = fetch('http://server/', { headers: { connection: 'close' } });
        await sleep(100);
        server.signal();
        await sleep(1);
        expect(await fetch('http://server/').catch(codeOf)).toBe('ECONNREFUSED');
        expect(await (await answer).text()).toBe('ok');
        await sleep(1000);
        expect([server.isUp, server.exitCode]).toEqual([false, 0]);
        expect(() => server.signal()).toThrow(/is down/);
      });
      expect(sim.logged[0]).toMatch(/server: SIGTERM 15$/);
    });
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });

  test('one that does not listen dies of it, of SIGKILL any does, of SIGWINCH none; each life listens for itself', async () => {
    await simulate({}, async (sim) => {
      let heard = 0;
      const deaf = sim.host('deaf', () => echo());
      const hears = sim.host('hears', () => {
        process.on('SIGTERM', () => heard++);
        process.on('SIGKILL', () => heard++);
      });
      await sim.advance('1s');
      for (const host of [deaf, hears]) host.signal('SIGWINCH');
      for (const host of [deaf, hears]) host.signal();
      await sim.advance('1s');
      expect([deaf.isUp, hears.isUp, heard]).toEqual([false, true, 1]);
      hears.signal('SIGKILL');
      expect(hears.isUp).toBe(false);
      hears.restart();
      await sim.advance('1s');
      hears.run(() => {
        expect(process.listenerCount('SIGTERM')).toBe(1);
        process.kill(process.pid, 'SIGTERM');
        process.emit('SIGTERM', 'SIGTERM');
        process.removeAllListeners();
        expect(process.listeners('SIGTERM')).toEqual([]);
      });
      expect(heard).toBe(2); // the one that was killed has not heard yet, and nobody listens any more
      await sim.advance('1s');
      expect(hears.isUp).toBe(false);
      expect(() => deaf.signal('SIGNOTHING' as 'SIGTERM')).toThrow(/SIGTERM/);
    });
  });
});

describe('errors that nobody has caught', () => {
  test('are told to a program that listens, which goes on; what its listener throws is its failure', async () => {
    await simulate({}, async (sim) => {
      const told: string[] = [];
      const host = sim.host('careful', () => {
        process.on('uncaughtException', (error, origin) => told.push(`${origin}: ${error.message}`));
        process.on('unhandledRejection', (reason) => told.push(`rejected: ${(reason as Error).message}`));
        setTimeout(() => {
          throw new Error('one');
        }, 1);
        setTimeout(() => void Promise.reject(new Error('two')), 2);
      });
      await sim.advance('1s');
      expect(told).toEqual(['uncaughtException: one', 'rejected: two']);
      expect(host.isUp).toBe(true);
      host.run(() => process.removeAllListeners('unhandledRejection'));
      host.run(() => void Promise.reject(new Error('three')));
      await sim.advance('1s');
      expect(told).toContain('uncaughtException: three');
    });
    const failed = await failure((sim) => {
      sim.host('clumsy', () => {
        process.on('uncaughtException', () => {
          throw new Error('two');
        });
        setTimeout(() => {
          throw new Error('one');
        }, 1);
      });
      return sim.advance('1s');
    });
    expect(failed.message).toMatch(/^host clumsy: Error: two/);
    expect(process.listenerCount('uncaughtException', () => {})).toBe(0);
  });
});

test('process.uptime is the age of the life', async () => {
  await simulate({}, async (sim) => {
    const host = sim.host('a', () => {});
    await sim.advance('1h');
    expect(host.run(() => process.uptime())).toBe(3600);
    host.restart();
    await sim.advance('1m');
    expect(host.run(() => process.uptime())).toBe(60);
  });
});
