import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { claims, scenarios, type Trace, textWidth } from '../lab/index.ts';
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

const file = join(tmpdir(), `synfin-run-lab-${process.pid}`);
afterAll(() => rmSync(file, { force: true }));

describe('synfin run SCENARIO', () => {
  test('title, question, settings, ladder, explanation, what to notice', async () => {
    const { code, stdout, stderr } = await synfin('run', 'ack3-lost', '--ascii');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^ack3-lost: /);
    expect(lines[1]).toMatch(/^Question: /);
    expect(stdout).toContain('One way 10 ms, MSL 30 s, seed 1.');
    expect(lines).toContain(
      '         ESTABLISHED |-- ACK seq=1 ack=1 ---------------------.   | SYN-RECEIVED',
    );
    const order = ['connect()>', 'never retransmitted', 'What to notice:', '\n- '].map((words) =>
      stdout.indexOf(words),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBeGreaterThan(0);
  });

  test.each(['en', 'zh'])('every scenario is told in %s, in 80 columns', async (lang) => {
    for (const { id, title } of scenarios) {
      const { code, stdout } = await synfin('run', id, '--lang', lang);
      expect(code).toBe(0);
      expect(stdout.replace(/\s+/g, '')).toContain(title[lang as 'en' | 'zh'].replace(/\s+/g, ''));
      for (const line of stdout.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(80);
    }
  });

  test('the same run every time, to the byte; another seed has other numbers', async () => {
    const first = await synfin('run', 'hs', '--absolute');
    expect(await synfin('run', 'hs', '--absolute')).toEqual(first);
    expect((await synfin('run', 'hs', '--absolute', '--seed', '2')).stdout).not.toEqual(first.stdout);
  });

  test('changes are made and named', async () => {
    const { stdout } = await synfin('run', 'hs', '--drop', 'SYN#1', '--edit', 'cut 5s', '--dup', 'SYN+ACK#1');
    expect(stdout).toContain('Changed: drop SYN#1; dup SYN+ACK#1; cut 5s');
    expect(stdout).toContain('(retransmission)');
  });

  test.each([
    ['--delay-segment', 'ACK#1 left->right 200ms', 'delay ACK#1 left->right 200ms'],
    ['--corrupt', 'any#1', 'corrupt any#1'],
    ['--dup', 'SYN#1', 'dup SYN#1'],
  ])('%s "%s" is "%s"', async (option, rule, edit) => {
    const { code, stdout } = await synfin('run', 'hs', option, rule, '--json');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Trace).scenario?.edits).toEqual([edit]);
  });

  test('--rules: a TCP that forgets a rule, and a word that this is none; the texts are about the unchanged run', async () => {
    const { code, stdout } = await synfin('run', 'stale-listen', '--rules', 'two-way-handshake');
    expect(code).toBe(0);
    expect(stdout).toContain('NOT REAL TCP');
    expect(stdout).toContain('In this run: ');
    expect(stdout).toContain('What is written about stale-listen holds for the unchanged run');
    expect(stdout).not.toContain('What to notice');
    expect((await synfin('run', 'stale-listen')).stdout).not.toContain('unchanged');
    const wrong = await synfin('run', 'hs', '--rules', 'nope');
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('two-way-handshake, no-ack-check'),
    ]);
  });

  test('a changed run is summed up, and named by the scenario that it has become', async () => {
    const { stdout } = await synfin('run', 'hs', '--drop', 'ACK#1');
    expect(stdout).toContain('In this run: The client opened the connection with the server');
    expect(stdout).toContain('1 lost: ');
    expect(stdout).toMatch(/it is the run of “ack3-lost”/);
    expect(stdout).not.toContain('holds for the unchanged run');
    const plain = await synfin('run', 'ack3-lost');
    const notices = (text: string): string | undefined => text.split('What to notice:')[1];
    expect(notices(stdout)).toBe(notices(plain.stdout));
  });

  test('a change that matched nothing is said, and exit code 1', async () => {
    const { code, stdout, stderr } = await synfin('run', 'hs', '--drop', 'RST#1', '--drop', 'SYN#1');
    expect([code, stderr]).toEqual([1, 'synfin run: nothing in this run was matched by "drop RST#1"\n']);
    expect(stdout).toContain('connect()');
  });

  test.each([
    ['--msl', '600000', 0],
    ['--msl', '600001', 2],
    ['--msl', '700s', 2],
    ['--delay', '60000', 0],
    ['--delay', '60001', 2],
    ['--seed', '4294967295', 0],
    ['--seed', '4294967296', 2],
  ])('%s %s: what cannot be run is refused in one line', async (option, value, code) => {
    const ran = await synfin('run', 'hs', option, value, '--json');
    expect(ran.code).toBe(code);
    expect(ran.stderr.split('\n').length).toBe(code === 0 ? 1 : 2);
  });

  test('a run in which too much happens is cut short, and says so', async () => {
    const dups = Array<string[]>(30).fill(['--dup', 'any#1- x100']).flat();
    const { stdout } = await synfin('run', 'tw-pile', ...dups, '--plain');
    expect(stdout).toContain('Cut short after 20000 events');
  });

  test('times are milliseconds, or have a unit', async () => {
    const settings = async (...args: string[]) =>
      (JSON.parse((await synfin('run', 'hs', '--json', ...args)).stdout) as Trace).scenario;
    expect(await settings('--msl', '2m', '--delay', '50')).toMatchObject({ mslMs: 120_000, delayMs: 50 });
    expect(await settings('--msl', '500', '--delay', '1.5ms')).toMatchObject({ mslMs: 500, delayMs: 1.5 });
    expect((await synfin('run', 'hs', '--msl', '2h')).stderr).toBe(
      'synfin: --msl must be a whole number from 1 to 600000, not "2h"\n',
    );
  });

  test('--explain says under every row what happened and why', async () => {
    const { stdout } = await synfin('run', 'hs', '--explain');
    expect(stdout.split('\n').filter((line) => line.startsWith('        why: ')).length).toBeGreaterThan(6);
  });

  test('--plain has a line for every event, new states marked, and no drawing', async () => {
    const { stdout } = await synfin('run', 'hs', '--plain', '--color');
    expect(stdout).toContain('    0.000 *SYN-SENT      LISTEN       client sends SYN seq=0 mss=1460');
    expect(stdout).not.toMatch(/[┃│╮]/u);
  });

  test('--svg and --pcap write files; a file that cannot be written is said', async () => {
    const { code, stdout } = await synfin('run', 'hs', '--svg', file);
    expect(code).toBe(0);
    expect(stdout).toContain(`${file} written`);
    expect(readFileSync(file, 'utf8')).toMatch(/^<svg [\s\S]*<title>The three-way handshake<\/title>/);
    await synfin('run', 'hs', '--pcap', file);
    expect(readFileSync(file).subarray(0, 4).toString('hex')).toBe('0a0d0d0a');
    const failed = await synfin('run', 'hs', '--svg', '/nonexistent/x.svg');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/^synfin run: cannot write \/nonexistent\/x\.svg: ENOENT/);
  });

  test('--svg -, --mermaid and --json print nothing else', async () => {
    expect((await synfin('run', 'hs', '--svg', '-')).stdout).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
    expect((await synfin('run', 'hs', '--mermaid', '--lang', 'zh')).stdout).toMatch(/^sequenceDiagram\n/);
    expect(JSON.parse((await synfin('run', 'hs', '--json')).stdout)).toMatchObject({
      format: 'synfin-trace',
      scenario: { id: 'hs' },
    });
    expect((await synfin('run', 'hs', '--svg', '-', '--json')).stderr).toBe(
      'synfin: --json and --svg - cannot be given together\n',
    );
  });

  test.each(['en', 'zh'])('--list (%s) names every scenario under its group, in 80 columns', async (lang) => {
    const { code, stdout } = await synfin('run', '--list', '--lang', lang);
    expect(code).toBe(0);
    const ids = [...stdout.matchAll(/^ {2}([a-z0-9-]+) {2}/gm)].map(([, id]) => id);
    expect(ids).toEqual(scenarios.map(({ id }) => id));
    for (const line of stdout.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(80);
    expect(stdout).toContain(lang === 'en' ? 'Opening a connection' : '建立连接');
    expect(JSON.parse((await synfin('run', '--list', '--json')).stdout)).toHaveLength(scenarios.length);
  });
});

describe('synfin ask', () => {
  test.each([
    ['en', ['third', 'ACK', 'lost'], 'Answer: '],
    ['zh', ['第三次握手丢了'], '回答：'],
  ])('%s: the answer first, then the ladder, then what else there is', async (lang, words, answer) => {
    const { code, stdout } = await synfin('ask', ...words, '--lang', lang);
    expect(code).toBe(0);
    const at = [answer, 'connect()', lang === 'en' ? 'See also:' : '另见：', '    synfin '];
    const order = at.map((text) => stdout.indexOf(text));
    expect(order[0]).toBeGreaterThan(0);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test('what is not clear gets candidates, each with the command that opens it', async () => {
    const { code, stdout } = await synfin('ask', 'lost');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Did you mean one of these\?\n- /);
    expect(stdout.match(/^ {4}synfin (run|ask|claims|why) /gm)?.length).toBe(6);
    expect(stdout).not.toContain('SYN-SENT'); // no ladder
  });

  test('--list names candidates even when it is clear', async () => {
    const { stdout } = await synfin('ask', '--list', 'third ACK lost');
    expect(stdout).toMatch(/^Did you mean one of these\?\n- /);
    expect(stdout).toContain('    synfin run ack3-lost\n');
    expect(stdout).not.toContain('connect()');
  });

  test('what nothing fits: it says so, names the nearest three, and the exit code is 1', async () => {
    const { code, stdout, stderr } = await synfin('ask', 'the queue at the bank is slow');
    expect(code).toBe(1);
    expect(stderr).toBe('synfin ask: no answer to "the queue at the bank is slow" here\n');
    expect(stdout).toMatch(/^The nearest that there is:\n- /);
    expect(stdout.match(/^ {4}synfin (run|ask|claims|why) /gm)?.length).toBe(3);
  });

  test('what has nothing in common with the lab: two lines, and exit code 1', async () => {
    expect(await synfin('ask', 'marmalade')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'synfin ask: no answer to "marmalade" here\nsynfin run --list names every scenario.\n',
    });
  });

  test('a question in Chinese is answered in Chinese, unless a language is asked for', async () => {
    expect((await synfin('ask', '第三次握手丢了会怎样')).stdout).toContain('回答：');
    expect((await synfin('ask', '第三次握手丢了会怎样', '--lang', 'en')).stdout).toContain('Answer: ');
  });

  test('a state: what it means, its names, and a run that passes it', async () => {
    const { code, stdout } = await synfin('ask', 'SYN_RECV', '--ascii');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^SYN-RECEIVED\n/);
    expect(stdout).toContain('ss calls it SYN-RECV, netstat SYN_RECV');
    expect(stdout).toContain('ack3-lost');
  });

  test('--json: what was found, with scores', async () => {
    const { code, stdout } = await synfin('ask', '--json', 'TIME_WAIT', '过多');
    expect(code).toBe(0);
    const found = JSON.parse(stdout) as { clear: string | null; hits: { id: string; score: number }[] };
    expect(found.clear).toBe('tw-pile');
    expect(found.hits[0]?.id).toBe('tw-pile');
    const scores = found.hits.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  test('--list alone: every question that can be asked', async () => {
    const { stdout } = await synfin('ask', '--list');
    for (const { id } of scenarios) expect(stdout).toContain(`    synfin run ${id}\n`);
  });
});

describe('synfin claims', () => {
  test('the list has every claim with its verdict, and the tally', async () => {
    const { code, stdout } = await synfin('claims');
    expect(code).toBe(0);
    for (const { number } of claims) expect(stdout).toMatch(new RegExp(`^ *${number} {2}\\[`, 'm'));
    expect(stdout).toContain(`${claims.length} claims: `);
  });

  test('one claim: verdict, truth, and the deciding event marked in its ladder', async () => {
    const { code, stdout } = await synfin('claims', '22', '--ascii');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Claim 22: /);
    expect(stdout).toContain('Verdict: wrong.');
    const lines = stdout.split('\n');
    const mark = lines.findIndex((line) => line.startsWith('  ^^^ '));
    expect(lines[mark - 1]).toMatch(/ESTABLISHED \| .*lost: .* SYN-RECEIVED$/);
  });

  test.each(['en', 'zh'])('every claim is told in %s, in 80 columns', async (lang) => {
    const numbers = claims.map(({ number }) => String(number));
    const { code, stdout, stderr } = await synfin('claims', ...numbers, '--lang', lang);
    expect([code, stderr]).toEqual([0, '']);
    for (const line of stdout.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(80);
    expect(stdout.match(/^ {2}▲▲▲ /gm)).toHaveLength(claims.length);
  });

  test('--check: a line each with the deciding event, and how many are shown', async () => {
    const { code, stdout } = await synfin('claims', '--check');
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines).toHaveLength(claims.length + 1);
    expect(lines.at(-1)).toBe(`${claims.length} of ${claims.length} shown`);
    expect(lines.find((line) => line.startsWith('22 '))).toMatch(/^22 {2}ack3-lost {2}0\.020 s {2}/);
    expect((await synfin('claims', '--check', '22', '--lang', 'zh')).stdout).toContain(
      '1 条中有 1 条得到验证',
    );
  });

  test('--json, with --check also where each is decided', async () => {
    const rows = JSON.parse((await synfin('claims', '--json')).stdout) as { number: number }[];
    expect(rows.map(({ number }) => number)).toEqual(claims.map(({ number }) => number));
    const [row] = JSON.parse((await synfin('claims', '22', '--check', '--json')).stdout) as unknown[];
    expect(row).toMatchObject({ number: 22, verdict: 'wrong', shown: true, t: 20_000 });
  });
});

describe('synfin run SCENARIO --plot', () => {
  test('plots instead of the ladder, in 80 columns, before the explanation', async () => {
    const { code, stdout, stderr } = await synfin('run', 'slow-start', '--plot');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(80);
    expect(lines).toContainEqual(expect.stringMatching(/^Octets: {2}C cwnd {2}F in flight$/));
    expect(lines).toContainEqual(expect.stringMatching(/^Sequence numbers: /));
    expect(stdout).not.toContain('── ACK');
    expect(stdout.indexOf('Octets')).toBeLessThan(stdout.indexOf('What to notice:'));
  });

  test('of the end that sends more; and says so where nothing was sent', async () => {
    const { stdout } = await synfin('run', 'hs', '--plot', '--edit', 'right write 5000 100ms');
    expect(stdout).toContain('Octets: ');
    expect((await synfin('run', 'hs', '--plot')).stdout).toContain('Nothing to plot');
    expect((await synfin('run', 'hs', '--plot', '--json')).stderr).toMatch(
      /--json and --plot cannot be given/,
    );
  });
});
