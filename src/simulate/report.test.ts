import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { assertRetransmissionsAtMost, type Simulation, simulate } from './index.ts';
import { ask, connected, echo } from './testing.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synfin-report-'));
  vi.stubEnv('SYNFIN_REPORTS', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const hasTshark = spawnSync('tshark', ['--version']).status === 0;

/** The message of a simulation that fails. */
async function message(scenario: (sim: Simulation) => unknown): Promise<string> {
  return simulate({ seed: 11 }, scenario).then(
    () => expect.unreachable(),
    (error: Error) => error.message,
  );
}

/** TLS: a server, and a client that fetches from it by name. */
async function secure(sim: Simulation): Promise<string> {
  sim.host('api', () =>
    https
      .createServer(sim.certificate('api'), (_request, response) => response.end('secret words'))
      .listen(443),
  );
  return sim.client('client', async () => (await fetch('https://api/path')).text());
}

describe('what is told of a failure', () => {
  test('the seed, the ladder, the sockets with what is odd, timers with where they were made, and faults', async () => {
    const text = await message(async (sim) => {
      sim.host('server', () => echo());
      await sim.client('client', async function program() {
        const socket = await connected('server');
        await ask(socket, 'hello');
        socket.end();
        const timer = setTimeout(() => {}, 60_000);
        sim.link('client', 'server').loss(1);
        sim.hosts[0]?.crash();
        await sleep(5000);
        clearTimeout(timer.refresh());
        setTimeout(() => {}, 77_000);
        throw new Error('the assertion');
      });
    });
    expect(text).toMatch(
      /^the assertion\n\(seed 11, at 5\.\d{3} s of virtual time; SYNFIN_SEED=11 repeats it\)\n/,
    );
    expect(text).toMatch(/client +server\n +time +10\.0\.0\.2:\d+ +10\.0\.0\.1:7\n/);
    expect(text).toMatch(/SYN-SENT O-- SYN seq=0 -+\./);
    expect(text).toMatch(/PSH,ACK seq=1 ack=1 len=5/);
    expect(text).toMatch(/lost: on purpose/);
    expect(text).toMatch(/sockets:\n {2}server is down\n/);
    expect(text).toMatch(
      /client: FIN-WAIT-1 +10\.0\.0\.2:\d+ - 10\.0\.0\.1:7: the ACK of the FIN has not come/,
    );
    expect(text).toMatch(/timers that run:\n {2}client: 77000 ms, until 82\.\d{3} s, at .*program/);
    expect(text).toMatch(
      /faults:\n {2}loss on client-server, 0\.\d{3} s to now: \d+ hits\n {2}crash of server/,
    );
    expect(text).toMatch(/npx synfin lab .*1-client-server-\d+\.json --open/);
    expect(text).toMatch(/npx synfin read .*packets\.pcapng/);
    const [made = ''] = readdirSync(folder);
    expect(readdirSync(join(folder, made)).sort()).toEqual([
      expect.stringMatching(/^1-client-server-\d+\.json$/),
      expect.stringMatching(/^1-client-server-\d+\.svg$/),
      'log.txt',
      'packets.pcapng',
      'trace.txt',
    ]);
  });

  test('timeouts of sockets say where the first of their length was made, those of programs each where it was', async () => {
    await using sim = simulate();
    sim.host('server', () => echo());
    await sim.client('client', async () => {
      const sockets = [await connected('server'), await connected('server')];
      const first = (socket: Socket) => socket.setTimeout(9000);
      const second = (socket: Socket) => socket.setTimeout(9000);
      first(sockets[0] as Socket);
      second(sockets[1] as Socket);
      const third = () => setTimeout(() => {}, 9000);
      third();
      const places = sim.timers
        .filter(({ ms }) => ms === 9000)
        .map(({ origin }) => /at (\w+)/.exec(origin)?.[1]);
      expect(places.sort()).toEqual(['first', 'first', 'third']);
    });
  });

  test('its capture is read by `synfin read`, and says what was wrong', async () => {
    const text = await message(async (sim) => {
      sim.host('server', () => echo());
      const link = sim.link('client', 'server');
      await sim.client('client', async () => {
        const socket = await connected('server');
        link.rule('drop data#1');
        await ask(socket, 'hello');
        throw new Error('after it');
      });
    });
    const [, file = ''] = /npx synfin read (\S+packets\.pcapng)/.exec(text) ?? [];
    const { status, stdout } = spawnSync(process.execPath, ['src/cli/main.ts', 'read', file], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/10\.0\.0\.2:\d+[\s\S]*10\.0\.0\.1:7/);
    expect(stdout).toMatch(/retransmi/i);
    expect(status).toBe(0);
  });

  test('its first ladder is the connection that the engine is told to play again, by number', async () => {
    const text = await message(async (sim) => {
      for (const name of ['quiet', 'server']) sim.host(name, () => echo());
      await sim.client('client', async () => {
        (await connected('quiet')).destroy();
        sim.link('client', 'server').rule('drop data#1');
        await ask(await connected('server'), 'hello');
        throw new Error('after it');
      });
    });
    expect(text).toMatch(/client +server\n/);
    const [, file = '', number = ''] =
      /npx synfin read (\S+packets\.pcapng) --replay (\d+) /.exec(text) ?? [];
    expect(number).toBe('1');
    const args = ['src/cli/main.ts', 'read', file, '--replay', number, '--lang', 'en'];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stdout).toMatch(/client +server\n/);
    expect(stdout).toMatch(/drop data#1 left->right/);
    expect(status).toBe(0);
  });

  test('with routers between two hosts the ladder is theirs: each segment once, whatever befell it on which link', async () => {
    const text = await message(async (sim) => {
      sim.host('server', () => echo());
      sim.wan({ eu: ['client'], us: ['server'] }, { 'eu us': { rtt: '80ms' } });
      await sim.client('client', async () => {
        const socket = await connected('server');
        sim.link('client', 'eu').rule('dup data#1');
        sim.link('us', 'server').rule('drop data#3');
        expect(await ask(socket, 'one')).toBe('one');
        expect(await ask(socket, 'two')).toBe('two');
        assertRetransmissionsAtMost(sim, 1);
        throw new Error('after it');
      });
    });
    const ladder = text.slice(0, text.indexOf('sockets:'));
    expect(ladder).toMatch(/client +server\n +time +10\.0\.0\.2:\d+ +10\.0\.0\.1:7\n/);
    expect(ladder.match(/ SYN seq=0 /g)).toHaveLength(1);
    expect(ladder).toMatch(/-->O SYN-RECEIVED/); // the states of both ends
    expect(ladder.match(/PSH,ACK seq=1 ack=4 len=3 \(retransmission\)/g)).toHaveLength(1);
    expect(ladder.match(/\(retransmission\)/g)).toHaveLength(1);
    expect(ladder).toMatch(/copy of PSH,ACK seq=1 +--->\|/);
    expect(ladder).toMatch(/lost: on purpose/);
    const [, file = ''] = /npx synfin read (\S+packets\.pcapng)/.exec(text) ?? [];
    const args = ['src/cli/main.ts', 'read', file, '--lang', 'en'];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(stdout).toMatch(/\s11\s+of\s+TCP,\s+1\s+connection\s/);
    expect(stdout).toMatch(/1\s+after\s+a\s+timeout/);
  });

  test('two failures of one seed have a folder each; where no file can be written, that is said', async () => {
    const scenario = (words: string) => (sim: Simulation) => {
      sim.host('server', () => echo());
      return sim.client('client', async () => {
        await ask(await connected('server'), words);
        throw new Error(words);
      });
    };
    await message(scenario('one'));
    await message(scenario('another'));
    expect(readdirSync(folder)).toHaveLength(2);
    vi.stubEnv('SYNFIN_REPORTS', join(folder, readdirSync(folder)[0] ?? '', 'log.txt'));
    expect(await message(scenario('one'))).toMatch(/\nno files were written: ENOTDIR/);
  });

  test('is the same when the seed is run again', async () => {
    const scenario = async (sim: Simulation) => {
      sim.host('server', () => echo());
      sim.link('client', 'server', { loss: 0.2 });
      await sim.client('client', async () => {
        await ask(await connected('server'), 'hello');
        throw new Error('again');
      });
    };
    expect(await message(scenario)).toBe(await message(scenario));
  });
});

describe('TLS', () => {
  test('hosts trust the certificates of the simulation, other programs do not', async () => {
    await using sim = simulate();
    expect(await secure(sim)).toBe('secret words');
    const { cert, ca } = sim.certificate('api');
    expect(cert).toContain('BEGIN CERTIFICATE');
    expect(ca).not.toBe(cert);
  });

  test('a handshake has the same segments in two runs', async () => {
    const digests: string[] = [];
    for (let i = 0; i < 2; i++) {
      await using sim = simulate({ seed: 4, network: { loss: 0.05 } });
      await secure(sim);
      digests.push(sim.trace.digest);
    }
    expect(digests[0]).toBe(digests[1]);
  });

  test.skipIf(!hasTshark)('the capture of a failure is decrypted by Wireshark', async () => {
    await message(async (sim) => {
      await secure(sim);
      throw new Error('after it');
    });
    const [made = ''] = readdirSync(folder);
    const file = join(folder, made, 'packets.pcapng');
    expect(existsSync(file)).toBe(true);
    const shown = execFileSync(
      'tshark',
      ['-r', file, '-Y', 'http', '-T', 'fields', '-e', 'http.request.uri', '-e', 'http.file_data'],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    expect(shown).toContain('/path');
    expect(shown).toContain('secret words');
    expect(readFileSync(file).includes('secret words')).toBe(false);
  });
});
