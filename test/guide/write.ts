// What the programs of the guide print today, written after them in both languages; look at the diff before you believe
// it: node test/guide/write.ts [PAGE.md…]. Programs for a browser are left alone.

import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Folder } from './folder.ts';
import { chinese, GUIDE, type Program, pages, programsOf, textOf } from './pages.ts';

const RESOLVE = new URL('resolve.ts', import.meta.url).href;

/** What a program prints; null when it fails, or is not to be run here. */
function printed(program: Program, main: string): string | null {
  if (program.kind === 'browser' || program.kind === 'test') return null;
  const args = [process.execPath, '--import', RESOLVE, main];
  const [command = '', ...rest] = program.kind === 'tun' ? ['unshare', '-n', ...args] : args;
  const { status, stdout, stderr } = spawnSync(command, rest, {
    encoding: 'utf8',
    timeout: 60_000,
    cwd: dirname(main),
  });
  if (status === 0 && stderr === '') return stdout.trimEnd();
  console.error(`${program.page}:${program.line} fails\n${stderr}`);
  return null;
}

/** A page whose n-th program, from 0, is followed by `output`. */
function withOutput(page: string, n: number, output: string): string {
  const text = textOf(page);
  const fence = '```';
  const blocks = [...text.matchAll(/^```ts(?! file=).*\n[\s\S]*?^```\n/gm)];
  const end = (blocks[n]?.index ?? 0) + (blocks[n]?.[0].length ?? 0);
  const rest = text
    .slice(end)
    .replace(/^\s*```text\n[\s\S]*?^```\n/m, (all, at: number) => (at === 0 ? '' : all));
  const block = output === '' ? '' : `\n${fence}text\n${output}\n${fence}\n`;
  return `${text.slice(0, end)}${block}\n${rest.trimStart()}`;
}

const [...wanted] = process.argv.slice(2);
for (const page of wanted.length > 0 ? wanted : pages()) {
  const programs = programsOf(page);
  const folder = new Folder(programs);
  programs.forEach((program, n) => {
    const output = printed(program, folder.of(program).main);
    if (output === null || output === program.prints) return;
    console.log(`${page}:${program.line}`);
    for (const file of [page, chinese(page)])
      if (existsSync(new URL(file, GUIDE))) writeFileSync(new URL(file, GUIDE), withOutput(file, n, output));
  });
  folder.remove();
}
