// A network namespace for a test: programs run in it as if on a machine of their own, and it goes away with
// the test, however that ends.

import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canUseNamespaces, canUseTun } from '../../src/link/tun/index.ts';

/** What a program left. */
export interface Outcome {
  /** The exit code, or minus the signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

const SYNFIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

function has(program: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', `command -v ${program}`], (error) => resolve(error === null));
  });
}

/** Why tests with the kernel cannot run here, '' if they can. `programs` are those that they use. */
export async function whyNoKernel(programs: readonly string[]): Promise<string> {
  const namespaces = await canUseNamespaces();
  if (!namespaces.ok) return namespaces.why;
  const tun = await canUseTun();
  if (!tun.ok) return tun.why;
  for (const program of ['ip', 'nsenter', ...programs]) {
    if (!(await has(program))) return `there is no \`${program}\` on this machine`;
  }
  return '';
}

/** The title of a suite, with the reason when it is skipped. */
export function titled(title: string, why: string): string {
  return why === '' ? title : `${title} (skipped: ${why})`;
}

/** A namespace with its loopback up, and a directory for the files of the test. */
export class Namespace {
  readonly dir: string;
  readonly #holder: ChildProcess;
  readonly #enter: readonly string[];
  readonly #children = new Set<ChildProcess>();

  private constructor(holder: ChildProcess, how: 'root' | 'user') {
    this.dir = mkdtempSync(join(tmpdir(), 'synfin-'));
    this.#holder = holder;
    const user = how === 'user' ? ['-U', '--preserve-credentials'] : [];
    this.#enter = [...user, '-n', '-t', String(holder.pid), '--'];
  }

  static async open(): Promise<Namespace> {
    const can = await canUseNamespaces();
    if (!can.ok) throw new Error(can.why);
    const flags = can.how === 'root' ? '-n' : '-Urn';
    // `cat` ends when our end of its input does: nothing is left if the test dies.
    const script = 'ip link set lo up && echo up && exec cat';
    const holder = spawn('unshare', [flags, '--', 'sh', '-c', script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    return new Namespace(holder, can.how);
  }

  /** A process in the namespace. */
  get pid(): number {
    return this.#holder.pid as number;
  }

  /** The path of a file of the test. */
  path(name: string): string {
    return join(this.dir, name);
  }

  /** Starts a program in the namespace. */
  spawn(program: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const child = spawn('nsenter', [...this.#enter, program, ...args], options);
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Runs a program to its end; it is killed after `timeoutMs`. `input` goes to its standard input. */
  async run(
    program: string,
    args: readonly string[],
    options: { input?: string | Uint8Array; timeoutMs?: number } = {},
  ): Promise<Outcome> {
    const begin = performance.now();
    const child = this.spawn(program, args, { stdio: 'pipe' });
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 30_000);
    const texts = ['', ''];
    [child.stdout, child.stderr].forEach((stream, i) => {
      stream?.setEncoding('latin1').on('data', (text: string) => {
        texts[i] += text;
      });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    clearTimeout(timer);
    const [stdout = '', stderr = ''] = texts;
    return { code: code ?? (signal === 'SIGKILL' ? -9 : -1), stdout, stderr, ms: performance.now() - begin };
  }

  /** Runs a shell command to its end. */
  sh(command: string, timeoutMs?: number): Promise<Outcome> {
    return this.run('sh', ['-c', command], timeoutMs === undefined ? {} : { timeoutMs });
  }

  /** Starts Node with a program of test/fixtures. */
  node(fixture: string, args: readonly string[]): ChildProcess {
    const path = fileURLToPath(new URL(`../fixtures/${fixture}`, import.meta.url));
    return this.spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /** Runs a command of synfin to its end, through a shell: `redirect` is added, `< in > out`. */
  synfin(args: string, redirect = '< /dev/null', timeoutMs = 60_000): Promise<Outcome> {
    return this.sh(`exec ${process.execPath} ${SYNFIN} --lang en ${args} ${redirect}`, timeoutMs);
  }

  /** Starts `synfin serve` and waits for its line. */
  async serve(args: string): Promise<Server> {
    const words = [SYNFIN, '--lang', 'en', 'serve', ...args.split(' ')];
    const child = this.spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const server = new Server(child);
    await server.ready;
    return server;
  }

  /** Ends what still runs, and removes the files. */
  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    this.#holder.stdin?.end();
    this.#holder.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A running `synfin serve`. */
export class Server {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly ready: Promise<void>;

  constructor(child: ChildProcess) {
    this.child = child;
    this.ready = new Promise((resolve, reject) => {
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        this.stdout += text;
        if (this.stdout.includes('\n')) resolve();
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.stderr += text;
      });
      child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${this.stderr}`)));
    });
  }

  /** Sends a signal and waits for the end: the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    const exit = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill(signal);
    return (await exit)[0];
  }
}
