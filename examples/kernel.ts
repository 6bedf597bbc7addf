// What the examples with a server of the machine's share: the kernel's network, in a namespace of the example's own, with
// the server in it; and a host of ours behind a TUN device, over a link that loses 2 % of the packets.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, chownSync, constants, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Host } from '../src/index.ts';
import {
  type Attachment,
  attachTun,
  canUseNamespaces,
  canUseTun,
  inNamespace,
  reexecInNamespace,
} from '../src/link/tun/index.ts';

/** The kernel's address, on which the server listens. */
export const KERNEL = '10.7.0.1';

/** Where Debian has the programs of PostgreSQL, which are not on the PATH. */
const ELSEWHERE = '/usr/lib/postgresql/*/bin';

/** The path of a program, or null. */
function find(program: string): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...globSync(ELSEWHERE)]) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return null;
}

/** What keeps an example with these programs from running here, as a sentence; null: nothing. */
export async function hindrance(...programs: readonly string[]): Promise<string | null> {
  const namespaces = await canUseNamespaces();
  if (!namespaces.ok) return namespaces.why;
  if (namespaces.how !== 'root') return 'the server has a user of its own, which root alone can be';
  const tun = await canUseTun();
  if (!tun.ok) return tun.why;
  const missing = programs.filter((program) => find(program) === null);
  return missing.length === 0 ? null : `there is no ${missing.join(' and no ')} on this machine`;
}

/** Runs this program again in a namespace, or says what keeps it from that; goes on in there only. */
export async function enterNamespace(...programs: readonly string[]): Promise<void> {
  if (inNamespace()) return;
  const why = await hindrance(...programs);
  if (why !== null) {
    console.error(`This example cannot run here: ${why}`);
    process.exit(1);
  }
  process.exit(await reexecInNamespace(process.argv.slice(1)));
}

/** A host of ours, the kernel that it talks to, and a server there. */
export class Machine {
  readonly host = new Host({ name: 'client' });
  /** A folder for the server's files, of the server's user. */
  readonly folder = mkdtempSync(join(tmpdir(), 'synfin-example-'));
  readonly #user: { readonly uid: number; readonly gid: number };
  #attachment: Attachment | null = null;
  #server: ChildProcess | null = null;

  /** `user`: whose the server is. */
  constructor(user: string) {
    const id = (flag: string): number => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
    this.#user = { uid: id('-u'), gid: id('-g') };
    chownSync(this.folder, this.#user.uid, this.#user.gid);
  }

  /** Joins host and kernel. */
  async join(): Promise<void> {
    this.#attachment = await attachTun(this.host, {
      addresses: ['10.7.0.2/24'],
      peers: [KERNEL],
      faults: { loss: 0.02, seed: 'examples' },
    });
  }

  /** Runs a program to its end, as the server's user. */
  run(program: string, args: readonly string[]): void {
    execFileSync(find(program) ?? program, args, { ...this.#user, cwd: this.folder, stdio: 'pipe' });
  }

  /** Starts the server, and waits until a line of what it says has `ready` in it. */
  async start(program: string, args: readonly string[], ready: string): Promise<void> {
    const server = spawn(find(program) ?? program, args, {
      ...this.#user,
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#server = server;
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      for (const input of [server.stdout, server.stderr])
        createInterface({ input }).on('line', (line) => {
          said.push(line);
          if (line.includes(ready)) resolve();
        });
      server.once('error', reject);
      server.once('exit', (code) => reject(new Error(`${program} ended with ${code}:\n${said.join('\n')}`)));
    });
  }

  /** Ends everything, and says what was lost. */
  async end(): Promise<void> {
    await this.host.close();
    if (this.#server !== null && this.#server.exitCode === null) {
      this.#server.kill('SIGINT');
      await once(this.#server, 'exit');
    }
    const wire = this.#attachment?.wire;
    if (wire) {
      const [out, back] = [wire.ab.counters, wire.ba.counters];
      const lost = out.dropped.loss + back.dropped.loss;
      console.log(`${lost} of ${out.sentPackets + back.sentPackets} packets were lost`);
    }
    this.#attachment?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
