// The READMEs' programs run, and print what their comments say.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { attacks } from '../bench/attacks/index.ts';
import { scenarios } from '../src/lab/index.ts';
import { drawPicture, pictures } from './pictures.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = new URL('../src/index.ts', import.meta.url).href;

describe.each(['README.md', 'README.zh-CN.md'])('%s', (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const programs = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((m) => m[1] as string);

  it('has a program', () => {
    expect(programs.length).toBeGreaterThan(0);
  });

  it.each(programs)('prints what it says', (program) => {
    const folder = mkdtempSync(join(tmpdir(), 'synfin-readme-'));
    try {
      const path = join(folder, 'program.ts');
      writeFileSync(path, program.replaceAll("'synfin'", JSON.stringify(entry)));
      const printed = execFileSync(process.execPath, [path], { encoding: 'utf8', timeout: 30_000 });
      const promised = [...program.matchAll(/console\.log\(.*\/\/ (.*)$/gm)].map((m) => m[1]);
      expect(printed.trim().split('\n')).toEqual(promised);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('counts experiments and attacks as there are', () => {
    const counts = /one of (\d+) experiments|(\d+) 个实验之一/
      .exec(text)
      ?.slice(1)
      .find((n) => n !== undefined);
    expect(Number(counts)).toBe(scenarios.length);
    const costs = /what (\d+) attacks cost|(\d+) 种攻击的代价/
      .exec(text)
      ?.slice(1)
      .find((n) => n !== undefined);
    expect(Number(costs)).toBe(attacks.length);
  });

  it('links to files that exist', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map((m) => m[1] as string);
    for (const link of links) expect(() => readFileSync(join(root, link)), link).not.toThrow(/ENOENT/);
  });
});

it.each(pictures)('$file is what the program draws: node test/pictures.ts', ({ file, scenario, lang }) => {
  expect(readFileSync(join(root, 'docs/pictures', file), 'utf8')).toBe(drawPicture(scenario, lang));
});
