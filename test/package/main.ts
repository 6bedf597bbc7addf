// The package as it is published: packed, installed into an empty folder, and used from there as its users would, in
// every runtime. `npm run test:package`; the last lines are a table of what was tried where.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { tsc } from '../../scripts/declarations.ts';
import { type Entry, entries, needsNode } from '../../scripts/entries.ts';
import { npm, type Runtime, runtimes } from './runtimes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Octets that the package may have when it is unpacked: half of it is the lab, its texts in two languages and its page; a tenth each simulations and the reading of captures. */
const MOST_UNPACKED = 4_800_000;
/** Octets that the README's program may have when it is bundled for a browser and minified: as it is, and with gzip. */
const MOST_BUNDLED = { plain: 520_000, gzip: 157_000 };

/** The entry that changes Node's own `net`: elsewhere it refuses. */
const REGISTER = 'synfin/register';

/** What `npm pack --json` says, as far as it is looked at. */
interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** What was found wrong. */
const faults: string[] = [];

/** Does one thing; a failure is noted, and the rest goes on. True: it went well. */
async function attempt(what: string, action: () => unknown): Promise<boolean> {
  try {
    await action();
    console.log(`  ✓ ${what}`);
    return true;
  } catch (error) {
    faults.push(what);
    console.log(`  ✗ ${what}\n${(error as Error).message.replace(/^/gm, '    ')}`);
    return false;
  }
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function thousands(n: number): string {
  return n.toLocaleString('en');
}

/** Packs the package into a folder. */
function pack(folder: string): Packed {
  const { stdout } = npm(['pack', '--json', '--pack-destination', folder], root);
  // Scripts that run before print, too.
  const said = JSON.parse(stdout.slice(stdout.search(/^[[{]/m))) as Packed[] | Record<string, Packed>;
  const [packed] = Object.values(said);
  if (packed === undefined) throw new Error(`npm pack said\n${stdout}`);
  return packed;
}

/** What is in it: all that users need, and nothing else. */
async function checkContents({ unpackedSize, files }: Packed, installed: string): Promise<void> {
  const paths = files.map(({ path }) => path);
  await attempt(`${files.length} files, ${thousands(unpackedSize)} octets unpacked`, () => {
    must(unpackedSize <= MOST_UNPACKED, `more than ${thousands(MOST_UNPACKED)}`);
    const odd = paths.filter(
      (path) => !/^(?:bin|dist)\/.*\.(?:js|d\.ts|br)$|^[A-Z][^/]*$|^package\.json$/.test(path),
    );
    must(odd.length === 0, `what is this for: ${odd.join(', ')}`);
  });
  await attempt('the manifest has no dependencies, and no script that runs at installation', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      dependencies?: object;
      optionalDependencies?: object;
      scripts: Record<string, string>;
    };
    must(
      Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).length === 0,
      'it has some',
    );
    const early = ['preinstall', 'install', 'postinstall', 'prepare'].filter(
      (name) => name in manifest.scripts,
    );
    must(early.length === 0, early.join(', '));
  });
  await attempt('no link of the READMEs leads to what is not shipped', () => {
    for (const name of ['README.md', 'README.zh-CN.md', 'CHANGELOG.md']) {
      const links = [...readFileSync(join(installed, name), 'utf8').matchAll(/\]\(([^)]+)\)/g)].map(
        ([, to]) => to ?? '',
      );
      const dead = links.filter((to) => !/^(?:https:|#)/.test(to));
      must(dead.length === 0, `${name}: ${dead.join(', ')}`);
    }
  });
}

/** The README's first program, and the line that it promises. */
function sample(): { readonly program: string; readonly promised: string } {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  const program = /```ts\n([\s\S]*?)```/.exec(text)?.[1];
  const promised = program === undefined ? undefined : /console\.log\(.*\/\/ (.*)$/m.exec(program)?.[1];
  if (program === undefined || promised === undefined)
    throw new Error('the README has no program that prints');
  return { program, promised };
}

/** Types: every entry, for both resolutions, with and without the types of a platform. */
async function checkTypes(app: string): Promise<void> {
  const program = (of: readonly Entry[]): string =>
    [
      ...of.map(({ name }, i) => `import * as entry${i} from '${name}';`),
      `export const entries = [${of.map((_, i) => `entry${i}`).join(', ')}];`,
    ].join('\n');
  writeFileSync(join(app, 'entries.ts'), program(entries()));
  // What is only for Node may name Node's types.
  writeFileSync(join(app, 'anywhere.ts'), program(entries().filter((entry) => !needsNode(entry))));
  writeFileSync(join(app, 'sample.ts'), `${sample().program}\nexport {};\n`);
  const nodeTypes = join(root, 'node_modules/@types');
  const platforms = [
    { name: 'no platform', lib: ['es2023'], types: [], files: ['anywhere.ts'] },
    { name: 'DOM', lib: ['es2023', 'dom'], types: [], files: ['anywhere.ts', 'sample.ts'] },
    { name: 'Node', lib: ['es2023'], types: ['node'], files: ['entries.ts', 'sample.ts'] },
    { name: 'DOM and Node', lib: ['es2023', 'dom'], types: ['node'], files: ['entries.ts', 'sample.ts'] },
  ];
  for (const [moduleResolution, module] of [
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ]) {
    for (const { name, lib, types, files } of platforms) {
      await attempt(`tsc --strict, ${moduleResolution}, types of ${name}`, () => {
        const compilerOptions = {
          ...{
            strict: true,
            exactOptionalPropertyTypes: true,
            skipLibCheck: false,
            noEmit: true,
            target: 'es2023',
          },
          ...{ module, moduleResolution, lib, types, typeRoots: [nodeTypes] },
        };
        writeFileSync(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
        tsc(['-p', app]);
      });
    }
  }
}

/** One program for a browser made of the README's: its size, and what it must not have in it. */
async function bundled(app: string): Promise<string> {
  const outDir = join(app, 'bundle');
  await build({
    configFile: false,
    root: app,
    logLevel: 'error',
    build: {
      outDir,
      target: 'es2023',
      minify: true,
      lib: { entry: 'sample.ts', formats: ['es'], fileName: () => 'bundle.js' },
    },
  });
  return join(outDir, 'bundle.js');
}

async function checkBundle(file: string): Promise<void> {
  const code = readFileSync(file);
  const gzip = gzipSync(code).length;
  await attempt(
    `bundle for a browser: ${thousands(code.length)} octets, ${thousands(gzip)} with gzip`,
    () => {
      must(code.length <= MOST_BUNDLED.plain, `more than ${thousands(MOST_BUNDLED.plain)}`);
      must(gzip <= MOST_BUNDLED.gzip, `more than ${thousands(MOST_BUNDLED.gzip)} with gzip`);
      must(!/['"]node:/.test(code.toString()), 'it imports a module of Node');
    },
  );
}

/** The page that is shipped compressed, as `synfin lab` gives it away. */
async function checkLab(command: string): Promise<void> {
  const child = spawn(process.execPath, [command, 'lab', '--port', '0', '--lang', 'en']);
  try {
    const [line] = (await once(child.stdout, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer];
    const [url] = /http:\S+/.exec(line.toString()) ?? [];
    must(url !== undefined, `it said ${line.toString()}`);
    const answer = await fetch(url as string, { signal: AbortSignal.timeout(20_000) });
    const text = await answer.text();
    must(
      answer.ok && text.includes('<title>synfin</title>'),
      `${answer.status}, ${thousands(text.length)} characters`,
    );
  } finally {
    child.kill();
  }
}

/** Nothing here has installed koffi. */
function checkPeer(command: string): void {
  const args = [
    command,
    'drill',
    '--target',
    'kernel',
    '--lang',
    'en',
    join(root, 'test/drill/basic/zero-window.pkt'),
  ];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 30_000 });
  const wanted = process.platform === 'linux' ? /npm install koffi/ : /Linux/;
  must(status === 1 && wanted.test(stderr), `exit code ${status}, ${stderr}`);
}

/** The projects of examples/sim-*, with the package as it is installed, and Vitest as the checkout has it. */
async function checkSimulations(app: string): Promise<void> {
  for (const name of ['node', 'vitest', '@types'])
    symlinkSync(join(root, 'node_modules', name), join(app, 'node_modules', name), 'dir');
  const commands: Readonly<Record<string, readonly string[]>> = {
    'sim-node-test': ['--test'],
    'sim-vitest': [join(app, 'node_modules/vitest/vitest.mjs'), 'run'],
  };
  for (const [name, args] of Object.entries(commands))
    await attempt(`examples/${name}`, () => {
      const folder = join(app, name);
      cpSync(join(root, 'examples', name), folder, { recursive: true });
      const { NODE_TEST_CONTEXT: _, VITEST: __, ...environment } = process.env;
      const env = { ...environment, NO_COLOR: '1' };
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        ...{ cwd: folder, encoding: 'utf8', env, timeout: 120_000 },
      });
      must(status === 0 && /\bpass(?:ed)? 2\b|\b2 passed\b/.test(stdout), `${stdout}${stderr}`);
    });
}

/** Runs a module in a runtime; what it printed. */
function run({ command }: Runtime, args: readonly string[], cwd: string): string {
  const [program = '', ...first] = command ?? [];
  try {
    return execFileSync(program, [...first, ...args], {
      cwd,
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: 60_000,
    });
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(`${message}\n${stderr}`, { cause: error });
  }
}

/** What is tried in each runtime; the titles are the table's columns. */
function tried(app: string, bundle: string, command: string): Record<string, (runtime: Runtime) => void> {
  const names = entries().map(({ name }) => name);
  const imported = names.filter((name) => name !== REGISTER);
  const count = (name: string): string => `console.log(Object.keys(await import('${name}')).length);`;
  writeFileSync(join(app, 'entries.js'), imported.map(count).join('\n'));
  const register = `import('${REGISTER}').then(() => 'registered', ({ code }) => code).then(console.log);`;
  writeFileSync(join(app, 'register.js'), register);
  const { promised } = sample();
  const options = '--target es2023 --module esnext --moduleResolution bundler --lib es2023,dom';
  tsc(['--ignoreConfig', ...options.split(' '), '--types', '', join(app, 'sample.ts')], app);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const prints = (args: readonly string[], wanted: string | RegExp) => (runtime: Runtime) => {
    const printed = run(runtime, args, app);
    must(
      typeof wanted === 'string' ? printed.trim() === wanted : wanted.test(printed),
      `it printed\n${printed}`,
    );
  };
  return {
    [`${imported.length} entries`]: (runtime) => {
      const counts = run(runtime, ['entries.js'], app).trim().split('\n').map(Number);
      must(counts.length === imported.length && counts.every((n) => n > 0), `exports: ${counts.join(', ')}`);
    },
    register: (runtime) => {
      const wanted = runtime.name.startsWith('Node') ? 'registered' : 'ERR_SYNFIN_NODE_INTERNAL';
      prints(['register.js'], wanted)(runtime);
    },
    "README's program": prints(['sample.js'], promised),
    'browser bundle': prints([bundle], promised),
    'real time': prints([join(root, 'test/runtimes/main.ts')], /"toServer":20000000,"toClient":32000000/),
    'synfin --version': prints([command, '--version'], `synfin ${version}`),
    'synfin run hs': prints([command, 'run', 'hs', '--lang', 'en'], /ESTABLISHED/),
    'synfin drill': prints([command, 'drill', join(root, 'test/drill/basic')], /[1-9]\d* passed, 0 failed/),
  };
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'synfin-package-'));
  try {
    console.log('npm pack');
    const packed = pack(folder);
    const app = join(folder, 'app');
    mkdirSync(app);
    writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }');
    await attempt('npm install of it warns of nothing', () => {
      const { stderr } = npm(['install', '--no-audit', '--no-fund', join('..', packed.filename)], app);
      must(!/npm warn/i.test(stderr), stderr);
    });
    await checkContents(packed, join(app, 'node_modules/synfin'));

    console.log('types');
    await checkTypes(app);

    console.log('bundle');
    const bundle = await bundled(app);
    const command = join(app, 'node_modules/synfin/bin/synfin.js');
    await checkBundle(bundle);

    await attempt('synfin lab serves its page', () => checkLab(command));
    console.log('projects with simulations');
    await checkSimulations(app);

    await attempt('what needs the optional peer koffi asks for it', () => checkPeer(command));

    const rows: string[][] = [];
    const columns = tried(app, bundle, command);
    for (const runtime of runtimes()) {
      console.log(`${runtime.name}: ${runtime.version}`);
      if (runtime.command === null) {
        // A user's machine may be without a network; where CI is, all of them are to be had.
        if (process.env['CI'] !== undefined) faults.push(`${runtime.name} is not to be had`);
        rows.push([runtime.name, 'not to be had', ...Object.keys(columns).map(() => '–')]);
        continue;
      }
      const marks: boolean[] = [];
      for (const [title, action] of Object.entries(columns))
        marks.push(await attempt(title, () => action(runtime)));
      rows.push([runtime.name, runtime.version, ...marks.map((good) => (good ? '✓' : '✗'))]);
    }
    table([['runtime', 'version', ...Object.keys(columns)], ...rows]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(faults.length === 0 ? 'the package is good' : `${faults.length} faults: ${faults.join('; ')}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

function table(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  console.log();
  for (const row of rows)
    console.log(
      row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  console.log();
}

await main();
