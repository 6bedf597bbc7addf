import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { type Runbook, runbooks, textWidth } from '../lab/index.ts';
import { main } from './program.ts';

async function synfin(...args: readonly string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const out = text(stdout);
  const err = text(stderr);
  const code = await main(args, { stdin, stdout, stderr, env: {} });
  stdout.end();
  stderr.end();
  return { code, stdout: await out, stderr: await err };
}

/** Without the line ends that wrapping made. */
function flat(printed: string): string {
  return printed.replace(/\s+/g, '');
}

describe('synfin runbook', () => {
  test('--list, and nothing, name every symptom', async () => {
    for (const args of [['--list'], []]) {
      const { code, stdout } = await synfin('runbook', ...args);
      expect(code).toBe(0);
      for (const { id } of runbooks) expect(stdout).toMatch(new RegExp(`^ {2}${id} `, 'm'));
      for (const { title } of runbooks) expect(stdout).toContain(title.en);
    }
  });

  test.each(['en', 'zh'] as const)('every runbook is told whole, in %s', async (lang) => {
    for (const runbook of runbooks) {
      const { code, stdout, stderr } = await synfin('runbook', runbook.id, '--lang', lang);
      expect([code, stderr]).toEqual([0, '']);
      const { title, means, fault, looks, now, forGood, useless } = runbook;
      const told = flat(stdout);
      const texts = [title, means, fault, ...looks.flatMap(({ ask, reads }) => [ask, reads])];
      for (const each of [...texts, ...now, ...forGood, ...useless]) expect(told).toContain(flat(each[lang]));
      for (const { run, prints } of looks) {
        expect(stdout).toContain(`$ ${run}\n`);
        expect(told).toContain(flat(prints));
      }
      expect(stdout).toContain(`synfin run ${runbook.scenario}`);
      const commands = new Set(
        looks.flatMap(({ run, prints }) => [`$ ${run}`, ...prints.split('\n').map((line) => line.trim())]),
      );
      for (const line of stdout.split('\n'))
        if (!commands.has(line.trim())) expect(textWidth(line), line).toBeLessThanOrEqual(80);
    }
  });

  test('other spellings lead to it, a near one is named, another is an error', async () => {
    expect((await synfin('runbook', 'TIME_WAIT')).stdout).toMatch(/^time-wait: /);
    expect((await synfin('runbook', 'connection', 'refused')).stdout).toMatch(/^refused: /);
    expect(await synfin('runbook', 'clos-wait')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'synfin: no runbook "clos-wait"; did you mean close-wait?\n',
    });
    expect((await synfin('runbook', 'chocolate')).stderr).toBe(
      'synfin: no runbook "chocolate" (synfin runbook --list)\n',
    );
  });

  test('--json is the data, one or all', async () => {
    const [one] = JSON.parse((await synfin('runbook', 'ports', '--json')).stdout) as Runbook[];
    expect(one).toEqual(runbooks.find(({ id }) => id === 'ports'));
    expect(JSON.parse((await synfin('runbook', '--json')).stdout)).toEqual(runbooks);
  });
});
