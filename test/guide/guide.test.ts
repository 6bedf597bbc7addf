// The guide keeps its word: every program of docs/guide/ is checked by the compiler, runs, and prints what stands after
// it; and both languages have the same programs.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tsc } from '../../scripts/declarations.ts';
import { connectOptions, hostOptions, listenOptions } from '../../src/host/options.ts';
import { defaultConfig } from '../../src/tcp/index.ts';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';
import { CHROMIUM, FLAGS, missing } from '../web/browser.ts';
import { aliases, Folder } from './folder.ts';
import {
  chinese,
  codeOf,
  GUIDE,
  headingsOf,
  linksOf,
  type Program,
  pages,
  programsOf,
  textOf,
} from './pages.ts';

const RESOLVE = new URL('resolve.ts', import.meta.url).href;
const LIMIT_MS = 50_000;
const run = promisify(execFile);

const programs = pages().flatMap(programsOf);
const folder = new Folder(programs);
afterAll(() => folder.remove());

const of = (kind: Program['kind']): [string, Program][] =>
  programs
    .filter((program) => program.kind === kind)
    .map((program) => [`${program.page}:${program.line}`, program]);

test('the compiler finds no fault in any program, those that cannot run here included', () => {
  for (const config of ['node', 'browser']) tsc(['-p', `${folder.path}/${config}.json`]);
});

describe('what a program prints stands after it', () => {
  test.concurrent.each(of('node'))('%s', async (_, program) => {
    const { main } = folder.of(program);
    const options = { timeout: LIMIT_MS, cwd: dirname(main) };
    const { stdout, stderr } = await run(process.execPath, ['--import', RESOLVE, main], options);
    expect({ stdout: stdout.trimEnd(), stderr }).toEqual({ stdout: program.prints, stderr: '' });
  });
});

describe('a program for node:test passes', () => {
  test.concurrent.each(of('test'))('%s', async (_, program) => {
    const args = ['--import', RESOLVE, '--test', folder.of(program).main];
    const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
    const { stdout } = await run(process.execPath, args, { timeout: LIMIT_MS, env });
    expect(stdout).toMatch(/pass [1-9]/);
  });
});

const noKernel = await whyNoKernel([]);

describe.skipIf(noKernel !== '')(titled('with the kernel at the other end of a TUN device', noKernel), () => {
  test.each(of('tun'))('%s', async (_, program) => {
    const namespace = await Namespace.open();
    try {
      const { main } = folder.of(program);
      // What it writes it writes beside itself.
      const args = ['-C', dirname(main), process.execPath, '--import', RESOLVE, main];
      const { code, stdout, stderr } = await namespace.run('env', args);
      expect({ code, stdout: stdout.trimEnd(), stderr }).toEqual({
        code: 0,
        stdout: program.prints,
        stderr: '',
      });
    } finally {
      await namespace.close();
    }
  });
});

describe.skipIf(missing !== null)(titled('in a page of Chromium', missing ?? ''), () => {
  let server: ViteDevServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await createServer({
      configFile: false,
      root: folder.path,
      logLevel: 'error',
      cacheDir: `${folder.path}/.vite`,
      resolve: { alias: aliases },
      server: { host: '127.0.0.1', port: 0, hmr: false, watch: null, fs: { strict: false } },
    });
    await server.listen();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  test.each(of('browser'))('%s', async (_, program) => {
    const page = await browser.newPage();
    const printed: string[] = [];
    const wanted = program.prints?.split('\n') ?? [];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LIMIT_MS);
      const heard = (line: string, last: boolean): void => {
        printed.push(line);
        if (!last && printed.length < wanted.length) return;
        clearTimeout(timer);
        resolve();
      };
      page.on('console', (message) => {
        // Vite's own are of type 'debug'.
        if (message.type() !== 'debug') heard(message.text(), message.type() === 'error');
      });
      page.on('pageerror', (error) => heard(String(error.stack), true));
      const [base] = server.resolvedUrls?.local ?? [];
      page.goto(`${base}${folder.of(program).name}/`).catch((error: Error) => heard(error.message, true));
    });
    await page.close();
    expect(printed).toEqual(wanted);
  });
});

describe('the pages', () => {
  test.each(pages())('%s: both languages have the same programs, comments aside', (page) => {
    expect(codeOf(chinese(page))).toEqual(codeOf(page));
  });

  test.each(pages().flatMap((page) => [page, chinese(page)]))(
    '%s links to files and headings that exist',
    (page) => {
      const dead = linksOf(page).filter(({ file, heading }) => {
        if (!existsSync(fileURLToPath(new URL(file, GUIDE)))) return true;
        return heading !== '' && !headingsOf(file).includes(heading);
      });
      expect(dead).toEqual([]);
    },
  );

  test('the index leads to every page', () => {
    for (const index of ['README.md', chinese('README.md')]) {
      const all = pages().filter((page) => page !== 'README.md');
      const links = linksOf(index).map(({ file }) => file);
      for (const page of all) expect(links).toContain(index === 'README.md' ? page : chinese(page));
    }
  });
});

describe('tuning.md names every setting', () => {
  /** First column to second, of the table under a heading. */
  const table = (page: string, heading: number): Map<string, string> => {
    const section = textOf(page).split(/^## /m)[heading] as string;
    const rows = [...section.matchAll(/^\| (`.+?`) \| ?(.*?) ?\| .+ \|$/gm)];
    return new Map(
      rows.flatMap(([, names = '', value = '']) =>
        [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => [name, value] as const),
      ),
    );
  };
  const files = ['tuning.md', chinese('tuning.md')];

  test.each(files)('%s: those of TCP with their defaults', (page) => {
    const defaults = Object.entries(defaultConfig).map(([name, value]) => [name, `\`${value}\``] as const);
    expect(table(page, 2)).toEqual(new Map(defaults));
  });

  test.each(files)('%s: those of hosts, listeners and connections', (page) => {
    expect([...table(page, 3).keys()].sort()).toEqual(Object.keys(hostOptions.kinds).sort());
    expect([...table(page, 4).keys()].sort()).toEqual(Object.keys(listenOptions.kinds).sort());
    const connection = textOf(page).split(/^## /m)[5] as string;
    for (const name of Object.keys(connectOptions.kinds)) expect(connection).toContain(name);
  });
});
