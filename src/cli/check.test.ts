import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { modelItems, mutantItems } from '../lab/check/battery/index.ts';
import { main } from './program.ts';

async function synfin(...args: string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const out = text(stdout);
  const err = text(stderr);
  const code = await main(args, { stdin, stdout, stderr, env: { LANG: 'C.UTF-8' } });
  stdout.end();
  stderr.end();
  return { code, stdout: await out, stderr: await err };
}

// The whole battery, and its counts: test/check. Here the models are cut short, which must be noticed.
describe('synfin check, cut short', () => {
  test('says what each check found, and that models which were not searched to the end are not as expected', async () => {
    const { code, stdout } = await synfin('check', '--states', '600');
    expect(code).toBe(1);
    const flat = stdout.replace(/\s+/g, ' ');
    expect(flat).toContain('1182 distinct states, 6322 generated, depth 14: exact');
    for (const { id, property, steps } of mutantItems)
      expect(flat).toMatch(
        new RegExp(`${id}: ${property} falls after ${steps} steps .*?the simulator repeats it`),
      );
    for (const { id, tier } of modelItems) expect(flat.includes(` ${id}: `)).toBe(tier === 'quick');
    expect(flat).toMatch(/handshake: 60\d states, .*? not to the end; NOT AS EXPECTED/);
    expect(flat).toMatch(
      /crash: 371 states, 757 transitions, depth 13, exhausted; fails by design only: half-open, idle/,
    );
    expect(flat).toMatch(
      /NOT as expected: handshake, close-orders, .*, flood, a SYN that reopens TIME-WAIT $/,
    );
  });

  test('with threads the large models too; --json is the whole report', async () => {
    const { code, stdout } = await synfin('check', '--full', '--jobs', '2', '--states', '600', '--json');
    expect(code).toBe(1);
    const report = JSON.parse(stdout);
    expect(report.models.map(({ id }: { id: string }) => id)).toEqual(modelItems.map(({ id }) => id));
    expect(report.unexpected).not.toContain('two-incarnations');
    expect(report.mutants).toHaveLength(mutantItems.length);
    const two = report.models.find(({ id }: { id: string }) => id === 'two-incarnations');
    expect(two).toMatchObject({ outcome: 'bounded', bound: 'states', broken: [] });
  });

  test('in Chinese, with stories', async () => {
    const { stdout } = await synfin('check', '--states', '100', '--stories', '--lang', 'zh');
    expect(stdout).toContain('不同状态 1182 个，生成 6322 个，深度 14：完全一致');
    expect(stdout).toContain('1. 0 ms a call OPEN sends a#1 <SYN seq=1:0 len=0>');
    expect(stdout).toContain('不符合预期');
  });
});
