// The viewer, the doctor's screen and the gateway's, on a pseudo-terminal, as a user starts them: their keys, and that they leave the terminal
// as it was.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Host } from '../../src/host/index.ts';
import { connectDevice } from '../../src/node/index.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** script(1) of util-linux gives a program a terminal. */
function hasScript(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

const ENTER = '\x1b[?1049h';
const LEAVE = '\x1b[?1049l';
const SHOW_CURSOR = '\x1b[?25h';

/** A viewer on a terminal of 80 x 24. */
class Viewer {
  output = '';
  readonly #child: ChildProcess;

  constructor(args: string) {
    const command = `stty rows 24 cols 80; ${process.execPath} ${MAIN} ${args}; echo "code=$?"; stty -a`;
    const env = { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', TERM: 'xterm' };
    this.#child = spawn('script', ['-qfec', command, '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child.stdout?.setEncoding('utf8');
    this.#child.stdout?.on('data', (chunk: string) => {
      this.output += chunk;
    });
  }

  /** Until the output has something after what was seen before. */
  async sees(text: string | RegExp, from = 0): Promise<number> {
    for (;;) {
      const rest = this.output.slice(from);
      const at = typeof text === 'string' ? rest.indexOf(text) : rest.search(text);
      if (at >= 0) return from + at;
      await Promise.race([
        once(this.#child.stdout as NodeJS.ReadableStream, 'data'),
        once(this.#child, 'close'),
      ]);
      if (this.#child.exitCode !== null && !this.output.slice(from).match(text)) {
        throw new Error(`the viewer ended without ${text}: ${this.output.slice(-500)}`);
      }
    }
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  async ends(): Promise<string> {
    if (this.#child.exitCode === null) await once(this.#child, 'close');
    return this.output;
  }

  /** The process of node behind the terminal. */
  pid(): number {
    const children = (pid: number): number[] =>
      readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
        .trim()
        .split(/\s+/)
        .filter(Boolean)
        .map(Number);
    const all = [this.#child.pid as number];
    for (let i = 0; i < all.length; i++) all.push(...children(all[i] as number));
    const found = all.find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(process.execPath),
    );
    if (found === undefined) throw new Error('no node there');
    return found;
  }
}

/** Left once, after it was entered, with the cursor back and the terminal in its usual mode. */
function expectRestored(output: string): void {
  expect(output.split(ENTER)).toHaveLength(2);
  expect(output.split(LEAVE)).toHaveLength(2);
  expect(output.indexOf(LEAVE)).toBeGreaterThan(output.indexOf(ENTER));
  expect(output).toContain(SHOW_CURSOR);
  expect(output.slice(output.indexOf(LEAVE))).toMatch(/[^-]icanon[\s\S]*[^-]echo /);
}

describe.skipIf(!hasScript())('synfin run --tui on a terminal', () => {
  test('arrow keys, a dropped segment, the language, and out', async () => {
    const viewer = new Viewer('run hs --tui');
    await viewer.sees('The three-way handshake');
    viewer.type('nn');
    await viewer.sees('6/');
    viewer.type('d');
    await viewer.sees('drop any#1 right->left: run again');
    viewer.type('l');
    await viewer.sees('三次握手');
    viewer.type('\x1b[C\x1b[C');
    viewer.type('q');
    await viewer.sees('synfin 实验室');
    viewer.type('q');
    const output = await viewer.ends();
    expect(output).toContain('code=0');
    expectRestored(output);
  });

  test('Ctrl-C is a key, and ends it with 0', async () => {
    const viewer = new Viewer('run --tui');
    await viewer.sees('synfin lab');
    viewer.type('\x03');
    const output = await viewer.ends();
    expect(output).toContain('code=0');
    expectRestored(output);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('%s ends it with %i, and the terminal is as it was', async (signal, code) => {
    const viewer = new Viewer('run hs --tui');
    await viewer.sees('The three-way handshake');
    process.kill(viewer.pid(), signal);
    const output = await viewer.ends();
    expect(output).toContain(`code=${code}`);
    expectRestored(output);
  });
});

describe.skipIf(!hasScript() || process.platform !== 'linux')('synfin doctor --watch on a terminal', () => {
  test('sample after sample, and out by q', async () => {
    const viewer = new Viewer('doctor --watch --interval 1');
    await viewer.sees('sample 1;');
    await viewer.sees('sample 2;');
    viewer.type('q');
    const output = await viewer.ends();
    expect(output).toContain('code=0');
    expectRestored(output);
  });
});

describe.skipIf(!hasScript())('synfin gateway on a terminal', () => {
  test('the connections of guests, the ladder of the one that is chosen, and out by q', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'synfin-screen-'));
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const path = join(folder, 'vm.sock');
    const viewer = new Viewer(`gateway --listen unix:${path} --host-loopback ${port}`);
    const guest = new Host({ name: 'guest' });
    try {
      await viewer.sees('qemu-system-x86_64');
      await viewer.sees('up, down: choose');
      guest.attach(await connectDevice({ path }, { kind: 'ethernet' }), { addresses: ['10.0.2.15/24'] });
      const first = await guest.connect({ address: '10.0.2.2', port });
      const second = await guest.connect({ address: '10.0.2.2', port });
      await viewer.sees(`> guest1   10.0.2.2:${port}`);
      await viewer.sees('2 connections');
      await first.write(new Uint8Array(300));
      viewer.type('\x1b[A'); // up: the first of them
      viewer.type('l');
      const at = await viewer.sees(`guest1 10.0.2.15:${first.localPort} - 10.0.2.2:${port}`);
      await viewer.sees('SYN-RECEIVED', at);
      await viewer.sees('len=300', at);
      expect(viewer.output.slice(at)).not.toContain(`:${second.localPort}`);
      await first.write(new Uint8Array(77)); // what comes is drawn
      await viewer.sees('len=77', at);
      viewer.type('l');
      await viewer.sees('up, down: choose', at);
      viewer.type('q');
      const output = await viewer.ends();
      expect(output).toContain('code=0');
      expectRestored(output);
    } finally {
      viewer.type('q');
      await guest.close({ timeoutMs: 0 });
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
