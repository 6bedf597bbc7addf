import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { whyQuestions } from '../lab/check/why/index.ts';
import { main } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'synfin-why-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function synfin(...args: string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const out = text(stdout);
  const err = text(stderr);
  const code = await main(args, { stdin, stdout, stderr, env: { LANG: 'C.UTF-8' } });
  stdout.end();
  stderr.end();
  return { code, stdout: await out, stderr: await err };
}

describe('synfin why', () => {
  test('three: both counts, the shortest way, its ladder, and that it is not real', async () => {
    const { code, stdout, stderr } = await synfin('why', 'three', '--plain');
    expect([code, stderr]).toEqual([0, '']);
    const flat = stdout.replace(/\s+/g, ' ');
    expect(flat).toMatch(/with the rule: 10,280 states, exhausted, no violation/);
    expect(flat).toMatch(/without it: violated after 3 steps/);
    expect(flat).toContain('NOT REAL TCP');
    const fall = stdout.split('\n').findIndex((line) => line.includes('S1 falls here'));
    expect(stdout.split('\n')[fall - 1]).toMatch(/CLOSED +\*ESTABLISHED +server changes its state/);
    expect(flat).toContain('The ordinary simulator repeats the story');
  });

  test('in Chinese, asked in words', async () => {
    const { code, stdout } = await synfin('why', '为什么三次握手', '--lang', 'zh');
    expect(code).toBe(0);
    expect(stdout).toContain('遵守规则：10,280 个状态，已穷尽，无违反');
    expect(stdout).toContain('去掉规则：3 步之后违反');
    expect(stdout).toContain('并非真正的 TCP');
  });

  test('--list names every question, --json all that was found', async () => {
    const list = await synfin('why', '--list');
    for (const { id, question } of whyQuestions) {
      expect(list.stdout).toContain(`  ${id}`);
      expect(list.stdout.replace(/\s+/g, ' ')).toContain(question.en);
    }
    const { stdout, code } = await synfin('why', 'merge', '--json');
    expect(code).toBe(0);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({
      question: 'merge',
      property: 'S3',
      withRule: { outcome: 'exhausted', states: 63_648 },
      without: { outcome: 'violated', depth: 6 },
      difference: null,
      scenario: { id: 'why-merge', rules: 'merged-fin' },
    });
  });

  test('--svg and --pcap write the counterexample', async () => {
    const svg = join(folder, 'a.svg');
    const pcap = join(folder, 'a.pcapng');
    const { code, stdout } = await synfin('why', 'timewait', '--svg', svg, '--pcap', pcap);
    expect(code).toBe(0);
    expect(stdout).toContain(svg);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg.*LAST-ACK.*RST/s);
    expect(readFileSync(pcap).readUInt32LE(0)).toBe(0x0a0d0d0a);
    const nowhere = join(folder, 'none', 'b.svg');
    const failed = await synfin('why', 'timewait', '--svg', nowhere);
    expect([failed.code, existsSync(nowhere)]).toEqual([1, false]);
    expect(failed.stderr).toMatch(/^synfin why: cannot write/);
  });

  test('its counterexample is the scenario why-NAME of synfin run, which can be changed', async () => {
    const { code, stdout } = await synfin('run', 'why-timewait', '--plain');
    expect(code).toBe(0);
    expect(stdout).toContain('server receives RST');
    expect(stdout).toContain('NOT REAL TCP');
    const changed = await synfin('run', 'why-timewait', '--plain', '--drop', 'RST#1');
    expect(changed.stdout).not.toContain('server receives RST');
    expect((await synfin('run', 'why-chocolate')).code).toBe(2);
  });

  test('a limit of states is said, and is no failure', async () => {
    const { code, stdout } = await synfin('why', 'three', '--states', '1000', '--plain');
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /with the rule: 1,00\d states, not exhausted, no violation so far/,
    );
  });
});
