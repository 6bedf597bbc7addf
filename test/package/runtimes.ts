// The JavaScript runtimes in which the package is tried. Each is an npm package with the program for this platform; they
// are kept in node_modules/.cache/runtimes, so that they are fetched once.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/runtimes/', import.meta.url));

/** A runtime and how a program is started in it. */
export interface Runtime {
  readonly name: string;
  /** The program and its first arguments; those of the module to run follow. Null when it is not to be had. */
  readonly command: readonly string[] | null;
  /** What it says of its version, or why it is not to be had. */
  readonly version: string;
}

const { platform, arch } = process;
const windows = platform === 'win32';
const exe = windows ? '.exe' : '';

interface Kind {
  readonly name: string;
  /** The npm package with the program, and a range of versions. */
  readonly from: string;
  readonly version: string;
  /** Where the program is in the package; one of these. */
  readonly program: readonly string[];
  readonly args: readonly string[];
}

function node(major: number): Kind {
  const place = `${windows ? 'win' : platform}-${arch}`;
  // What the package `node` itself chooses.
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node';
  return {
    name: `Node ${major}`,
    from: `${prefix}-${place}`,
    version: `${major}`,
    program: [`bin/node${exe}`],
    args: [],
  };
}

const KINDS: readonly Kind[] = [
  node(22),
  node(24),
  node(26),
  {
    name: 'Bun',
    from: `@oven/bun-${windows ? 'windows' : platform}-${arch === 'arm64' ? 'aarch64' : arch}`,
    version: '1',
    program: [`bin/bun${exe}`],
    args: ['run'],
  },
  {
    name: 'Deno',
    from: `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`,
    version: '2',
    program: [`deno${exe}`, `bin/deno${exe}`],
    // As the package's manifest and node_modules are in the folder: no lock, nothing fetched.
    args: ['run', '--quiet', '--no-lock', '--allow-all'],
  },
];

/** Runs npm in a folder. Throws an Error with what it printed when it fails; returns what it printed. */
export function npm(
  args: readonly string[],
  cwd: string,
): { readonly stdout: string; readonly stderr: string } {
  // npm says to the scripts that it runs where it is; elsewhere it is found by the shell.
  const cli = process.env['npm_execpath'];
  const [program, first] = cli === undefined ? ['npm', []] : [process.execPath, [cli]];
  const { status, error, stdout, stderr } = spawnSync(program, [...first, ...args], {
    cwd,
    encoding: 'utf8',
    timeout: 300_000,
    shell: cli === undefined && windows,
  });
  if (status !== 0) throw error ?? new Error(`npm ${args.join(' ')}\n${stderr}`);
  return { stdout, stderr };
}

function programOf({ from, program }: Kind, folder: string): string | undefined {
  return program.map((path) => join(folder, 'node_modules', from, path)).find((path) => existsSync(path));
}

function folderOf(kind: Kind): string {
  return join(CACHE, `${kind.name.replace(' ', '-').toLowerCase()}-${platform}-${arch}`);
}

function fetched(kind: Kind): Runtime {
  const folder = folderOf(kind);
  try {
    if (programOf(kind, folder) === undefined) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{ "private": true }');
      npm(
        ['install', '--no-audit', '--no-fund', '--no-package-lock', `${kind.from}@${kind.version}`],
        folder,
      );
    }
    const program = programOf(kind, folder);
    if (program === undefined)
      throw new Error(`no program among ${readdirSync(join(folder, 'node_modules', kind.from)).join(', ')}`);
    return started(kind, program);
  } catch (error) {
    const { message } = error as Error;
    return { name: kind.name, command: null, version: message.split('\n').slice(0, 3).join(' ') };
  }
}

/** Throws when the program does not say its version. */
function started(kind: Kind, program: string): Runtime {
  const said = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: 'pipe' });
  return { name: kind.name, command: [program, ...kind.args], version: said.trim().split('\n')[0] ?? '' };
}

/** One that is here already: fetched before, named by a variable (SYNFIN_BUN, SYNFIN_NODE_22), or on the PATH. */
function found(kind: Kind): Runtime {
  const variable = `SYNFIN_${kind.name.replace(' ', '_').toUpperCase()}`;
  const named = process.env[variable];
  const onPath = kind.name.includes(' ') ? undefined : `${kind.name.toLowerCase()}${exe}`;
  for (const program of [named, programOf(kind, folderOf(kind)), onPath]) {
    try {
      if (program !== undefined) return started(kind, program);
    } catch {
      // the next place
    }
  }
  const version = `not here: \`npm run test:package\` fetches it, or ${variable} names it`;
  return { name: kind.name, command: null, version };
}

/** Those of them that are here, nothing fetched; the others say what would bring them. */
export function runtimesHere(): Runtime[] {
  return KINDS.map(found);
}

/** All of them; those that cannot be had say why. */
export function runtimes(): Runtime[] {
  return KINDS.map(fetched);
}
