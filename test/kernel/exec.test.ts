// `synfin exec`: programs of Node on a synfin host, whose peer is the kernel of the namespace; and the other way round.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { titled, whyNoKernel } from '../support/namespace.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const server = fileURLToPath(new URL('../../examples/http/server.ts', import.meta.url));
const why = await whyNoKernel(['curl', 'nsenter']);

const folder = mkdtempSync(join(tmpdir(), 'synfin-exec-'));
afterAll(() => rmSync(folder, { recursive: true }));

function program(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [main, 'exec', ...args], {
    stdio: 'pipe',
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
}

/** The whole of `synfin exec ARGS`. */
async function exec(args: readonly string[], input = '', env: Record<string, string> = {}): Promise<Ended> {
  const child = start(args, env);
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (octets: Buffer) => {
      text[name] += String(octets);
    });
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...text };
}

describe.skipIf(why !== '')(titled('synfin exec', why), { timeout: 60_000 }, () => {
  test('an unmodified server of node:http runs on synfin, and the kernel’s curl is answered', async () => {
    const child = start(['--', 'node', server]);
    let told = '';
    child.stderr?.on('data', (octets: Buffer) => {
      told += String(octets);
    });
    const [line] = (await once(createInterface({ input: child.stdout as Readable }), 'line')) as [string];
    expect(line).toBe('listening on port 8080');
    // How another terminal gets there is what it has printed itself.
    const [, address = '', enter = ''] =
      /on synfin at (\S+);.*terminal: (nsenter .*--net) curl/.exec(told) ?? [];
    expect(address).toBe('10.9.0.2');
    const [nsenter = '', ...where] = enter.split(' ');
    const curl = async (url: string): Promise<string> =>
      (await promisify(execFile)(nsenter, [...where, 'curl', '-s', '-g', '--max-time', '10', url])).stdout;
    expect(await curl('http://10.9.0.2:8080/four')).toBe('GET /four from ::ffff:10.9.0.1\n');
    expect(await curl('http://[fd00:9::2]:8080/six')).toBe('GET /six from fd00:9::1\n');
    // Nobody of the kernel has that port.
    await expect(curl('http://10.9.0.1:8080/')).rejects.toMatchObject({ code: 7 });
    const closed = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
  });

  test('--serve: the command is on the kernel, the program on synfin, with 5 % loss between them', async () => {
    const args = ['--loss', '5%', '--seed', '4', '--serve', server, '--', 'sh', '-c'];
    const { code, stdout, stderr } = await exec([
      ...args,
      'for i in 1 2 3 4 5; do curl -s --max-time 20 http://$SYNFIN_ADDRESS:8080/$i; done; exit 7',
    ]);
    const lines = [1, 2, 3, 4, 5].map((i) => `GET /${i} from ::ffff:10.9.0.1\n`);
    expect([code, stdout]).toEqual([7, lines.join('')]);
    expect(stderr).toBe('listening on port 8080\n');
  });

  test('a Node command is on synfin alone: what it starts is on the kernel, and the two talk', async () => {
    const text = `
      import { fork } from 'node:child_process';
      import net from 'node:net';
      const registered = Symbol.for('synfin.register');
      if (process.argv[2] === 'child') {
        const server = net.createServer((socket) => socket.end('kernel, ' + (process[registered] === undefined)));
        server.listen(90, '10.9.0.1', () => process.send('up')).on('connection', () => server.close());
      } else {
        // It inherits --import, too.
        const child = fork(process.argv[1], ['child']);
        child.once('message', () => {
          child.disconnect();
          net.connect(90, process.env.SYNFIN_PEER).on('data', (octets) => {
            console.log(String(octets), process[registered].level, process.env.SYNFIN_EXEC);
            process.exitCode = 9;
          });
        });
      }`;
    expect(await exec(['--quiet', '--', 'node', program('both.mjs', text)])).toEqual({
      code: 9,
      stdout: 'kernel, true 3 undefined\n',
      stderr: '',
    });
  });

  test('process.exit ends connections as the kernel does: what was written arrives, then the FIN', async () => {
    const text = `
      import { spawn } from 'node:child_process';
      import net from 'node:net';
      if (process.argv[2] === 'child') {
        const server = net.createServer((socket) => {
          socket.on('data', (octets) => process.stderr.write(octets)).on('end', () => process.stderr.write(', the end'));
          socket.on('close', () => process.exit());
        });
        server.listen(90, '10.9.0.1', () => console.log('up'));
      } else {
        const args = [process.argv[1], 'child'];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        child.stdout.once('data', () => {
          const socket = net.connect(90, process.env.SYNFIN_PEER, () => {
            socket.write('last words');
            process.exit(4);
          });
        });
      }`;
    const { code, stderr } = await exec(['-q', '--', 'node', program('exit.mjs', text)]);
    expect([code, stderr]).toEqual([4, 'last words, the end']);
  });

  test('the exit code is the command’s, and the signal that ended it; input and signals are its', async () => {
    expect(await exec(['--', 'cat'], 'what comes in\n')).toMatchObject({
      code: 0,
      stdout: 'what comes in\n',
    });
    expect((await exec(['--', 'sh', '-c', 'kill -TERM $$'])).code).toBe(143);
    const child = start(['--', 'sh', '-c', 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done']);
    await once(child.stdout as Readable, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([5, null]);
  });

  test('127: there is no such command; 125: the program of --serve ended before it listened', async () => {
    expect(await exec(['--lang', 'zh', '--', 'no-such-command'])).toEqual({
      code: 127,
      stdout: '',
      stderr: 'synfin exec: no-such-command：找不到命令\n',
    });
    const broken = program('broken.mjs', 'process.exit(3)');
    const { code, stderr } = await exec(['--serve', broken, '--', 'true']);
    expect([code, stderr]).toEqual([
      125,
      `synfin exec: --serve: "${broken}" ended (code 3), or took too long, before it listened\n`,
    ]);
  });

  test('SYNFIN counts, too: its faults are those of the wire, and it explains', async () => {
    const env = { SYNFIN: 'explain faults.delayUs=100000' };
    const text = `
      import net from 'node:net';
      const begin = Date.now();
      net.connect(9, '10.9.0.1').on('error', ({ code }) => console.log(code, Date.now() - begin >= 200));`;
    const { stdout, stderr } = await exec(['-q', '--', 'node', program('delay.mjs', text)], '', env);
    expect(stdout).toBe('ECONNREFUSED true\n');
    expect(stderr).toMatch(/the host: synfin, 127\.0\.0\.1\/8 \(lo\), .*10\.9\.0\.2\/24 \(synfin0\)/);
  });
});

describe('synfin exec, before anything is made', () => {
  test.each([
    [[], 'synfin: exec needs a command: synfin exec [OPTIONS] -- COMMAND\n'],
    [['--serve', server, '--', 'node', 'x.js'], /^synfin: --serve is for a command that is not Node/],
    [['--serve', '/nowhere.ts', '--', 'true'], 'synfin: --serve: there is no file "/nowhere.ts"\n'],
    [['--address', '10.0.0.1/24', '--', 'true'], 'synfin: --peer is needed\n'],
    [['--loss', '2', '--', 'true'], /^synfin: --loss must be a probability/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await exec(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
