// docs/performance.md is what the bench measured, and nothing else.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { understood } from '../bench/arguments.ts';
import { kept, performancePage, replaced } from '../bench/document.ts';
import { flameGraph } from '../bench/flame.ts';
import { type Report, type Row, ratioOf } from '../bench/rows.ts';

test('docs/performance.md is made of docs/performance.json: `npm run bench -- --rows bad --docs`', () => {
  const page = readFileSync(new URL('../docs/performance.md', import.meta.url), 'utf8');
  expect(page).toBe(performancePage(kept()));
});

test('a ratio is above 1 where ours is better, and 0 for what did not come to an end', () => {
  expect(ratioOf(50, 100, 'more')).toBe(0.5);
  expect(ratioOf(50, 100, 'less')).toBe(2);
  expect(ratioOf(null, 100, 'less')).toBe(0);
  expect(ratioOf(50, null, 'more')).toBe(null);
});

test('the page has a row for each figure, a column for each stack, and the share of goodputs', () => {
  const row = (peer: string, theirs: number): Row => ({
    ...{
      group: 'bad',
      what: 'bulk, 10 ms, 0 % loss, queue 1 BDP, Mbit/s',
      stack: 'synfin:default',
      ours: 90,
    },
    ...{ peer, theirs, ratio: 90 / theirs },
  });
  const machine = {
    cpu: 'a processor',
    cores: 2,
    memoryGiB: 4,
    kernel: 'linux 6',
    node: 'v24',
    date: '2026-01-02',
  };
  const report: Report = { machine, rows: [row('linux:cubic', 95), row('linux:bbr', 80)] };
  const page = performancePage({ bad: report });
  expect(page).toContain('Measured on a processor, 2 cores, 4 GiB, linux 6, Node v24, 2026-01-02.');
  expect(page).toContain('|  | linux:cubic | linux:bbr | synfin:default |');
  expect(page).toContain('| bulk, 10 ms, 0 % loss, queue 1 BDP, Mbit/s | 95.0 | 80.0 | 90.0 (0.95) |');
  expect(page).toContain(
    '- synfin:default beside linux:cubic: 0 of 1 goodputs at or above 1.0, the lowest 0.95',
  );
  expect(page).toContain(
    '- synfin:default beside linux:bbr: 1 of 1 goodputs at or above 1.0, the lowest 1.13',
  );
});

test('a row that was measured again stands where it stood', () => {
  const row = (what: string, ours: number): Row => ({
    ...{ group: 'bad', what, stack: 'synfin:default', ours, peer: 'linux:cubic', theirs: 1, ratio: ours },
  });
  expect(
    replaced([row('a', 1), row('b', 2)], [row('a', 3), row('c', 4)]).map(({ what, ours }) => [what, ours]),
  ).toEqual([
    ['a', 3],
    ['b', 2],
    ['c', 4],
  ]);
});

test('a flame graph has a rectangle for each call, as wide as its share of the time, above its caller', () => {
  const frame = (functionName: string) => ({ functionName, url: 'file:///a.ts', lineNumber: 4 });
  const svg = flameGraph({
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2] },
      { id: 2, callFrame: frame('run<T>'), children: [3, 4] },
      { id: 3, callFrame: frame('sum') },
      { id: 4, callFrame: frame('never') },
    ],
    samples: [2, 3, 3, 2],
    timeDeltas: [100, 500, 100, 300],
  });
  const found = [...svg.matchAll(/<title>(.*?),.*?<rect x="(.*?)" y="(.*?)" width="(.*?)"/g)].map((m) =>
    m.slice(1),
  );
  expect(found).toEqual([
    ['(root) 100.0 %', '0.0', '32', '1200.0'],
    ['run&#60;T&#62; 100.0 %', '0.0', '16', '1200.0'],
    ['sum 60.0 %', '0.0', '0', '720.0'],
  ]);
});

test('arguments of a bench: --help says what its file begins with, what is not understood is said in a line', () => {
  const file = new URL('../bench/main.ts', import.meta.url).href;
  const options = { quick: { type: 'boolean', default: false }, rounds: { type: 'string' } } as const;
  const check = ({ rounds }: { rounds?: string | undefined }): void => {
    if (rounds === '0') throw new RangeError('--rounds: from 1');
  };
  const of = (...args: string[]) => understood(file, options, args, check);
  expect(of('--quick')).toMatchObject({ values: { quick: true } });
  const help = of('--quick', '--help') as { says: string; exitCode: number };
  expect([help.exitCode, help.says.split('\n')[0]]).toEqual([
    0,
    'npm run bench: what the stack costs and what it moves, beside others.',
  ]);
  expect(help.says).not.toContain('import');
  for (const [argument, words] of [
    ['--quickly', "Unknown option '--quickly'"],
    ['more', "Unexpected argument 'more'"],
    ['--rounds=0', '--rounds: from 1'],
  ] as const) {
    const { says, exitCode } = of(argument) as { says: string; exitCode: number };
    expect([says.startsWith(words), says.endsWith('--help says what there is'), exitCode]).toEqual([
      true,
      true,
      1,
    ]);
  }
});
