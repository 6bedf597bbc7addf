import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { main } from './program.ts';

async function drill(...args: string[]) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const out = text(stdout);
  const err = text(stderr);
  const code = await main(['drill', ...args], { stdin, stdout, stderr, env: {} });
  stdout.end();
  stderr.end();
  return { code, stdout: await out, stderr: await err };
}

const dir = mkdtempSync(join(tmpdir(), 'synfin-drill-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function script(name: string, ...lines: string[]): string {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const listening = [
  '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
  '+0 bind(3, ..., ...) = 0',
  '+0 listen(3, 1) = 0',
];
const good = script(
  'a/good.pkt',
  ...listening,
  '+0 < S 0:0(0) win 1000 <mss 1000>',
  '+0 > S. 0:0(0) ack 1 <...>',
);
const bad = script(
  'a/deeper/bad.pkt',
  ...listening,
  '+0 < S 0:0(0) win 1000 <mss 1000>',
  '+0 > R. 0:0(0) ack 1',
);
const foreign = script('a/foreign.pkt', '0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3', '+0 `reboot`');
const broken = script('broken.pkt', '0 socket(');
script('a/notes.txt', 'not a script');

describe('synfin drill', () => {
  test('a directory is walked for *.pkt; one line a script, the tally last, exit code 1 with a failure', async () => {
    const { code, stdout, stderr } = await drill(join(dir, 'a'));
    expect([code, stderr]).toEqual([1, '']);
    const lines = stdout.split('\n');
    const verdicts = lines.filter((line) => /^\S/.test(line));
    expect(verdicts).toEqual([
      expect.stringMatching(/^FAIL {9}\S+bad\.pkt:5: control bits differ/),
      expect.stringMatching(/^unsupported {2}\S+foreign\.pkt:2: shell command: reboot$/),
      `pass         ${good}`,
      '1 passed, 1 failed, 1 unsupported',
    ]);
  });

  test('what a command would judge and does not here is said, of a script that passes, too', async () => {
    const command = 'nstat -s | grep TcpExtBeyondWindow | grep -q 2';
    const path = script(
      'nstat.pkt',
      '0 `nstat -n`',
      ...listening.map((l) => l.replace(/^0/, '+0')),
      `+0 \`${command}\``,
    );
    const { code, stdout } = await drill(path);
    expect([code, stdout.split('\n').slice(0, 2)]).toEqual([
      0,
      [`pass         ${path}`, `    not judged: ${command}`],
    ]);
  });

  test('a failure shows the line of the script, what was expected, what came, and the packets up to there', async () => {
    const { stdout } = await drill(bad);
    expect(stdout.split('\n').slice(1, 7)).toEqual([
      '    5 | +0 > R. 0:0(0) ack 1',
      '    expected: +0 > R. 0:0(0) ack 1',
      expect.stringMatching(/^ {4}actual: {3}0\.000000 > S\. 0:0\(0\) ack 1 win \d+ <mss 1460>$/),
      '    packets up to there:',
      '        0.000000 < S 0:0(0) win 1000 <mss 1000>',
      expect.stringMatching(/^ {8}0\.000000 > S\. 0:0\(0\) ack 1/),
    ]);
  });

  test('exit code 0 without failures, what is unsupported included', async () => {
    expect((await drill(good, foreign)).code).toBe(0);
  });

  test('what is no script has failed, with the place and the complaint', async () => {
    const { code, stdout } = await drill(broken);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL {9}\S+broken\.pkt:\d: not a script: /);
  });

  test('what a script says is shown, not obeyed: no control character reaches the terminal', async () => {
    const evil = script(
      'evil.pkt',
      ...listening,
      '+0 < S 0:0(0) win 1000 // \x1b[2J',
      '+0 > R. 0:0(0) // \x1b]0;x\x07',
    );
    const { stdout } = await drill(evil);
    expect(stdout).toContain('\\x1b');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  test('--verbose shows the packets of scripts that pass, too', async () => {
    expect((await drill(good)).stdout).not.toContain('< S');
    expect((await drill(good, '--verbose')).stdout).toContain('< S 0:0(0) win 1000 <mss 1000>');
  });

  test('--json prints one document with every result and the tally', async () => {
    const { code, stdout } = await drill(good, bad, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      target: 'synfin',
      profile: 'linux',
      results: [
        { file: good, outcome: 'pass' },
        { file: bad, outcome: 'fail', line: 5 },
      ],
      summary: { passed: 1, failed: 1, unsupported: 0 },
    });
  });

  test('--define replaces a word of the script, with either --profile', async () => {
    const words = script('define.pkt', '0 socket(..., KIND, IPPROTO_TCP) = 3');
    expect((await drill(words)).stdout).toMatch(/^unsupported .*the symbol KIND/);
    expect((await drill(words, '--define', 'KIND=SOCK_STREAM')).code).toBe(0);
    expect((await drill(words, '--define', 'KIND=SOCK_STREAM', '--profile', 'freebsd')).code).toBe(0);
  });

  test('--tolerance-usecs is how much times may differ', async () => {
    const late = script(
      'late.pkt',
      ...listening,
      '+0 < S 0:0(0) win 1000 <mss 1000>',
      '+.02 > S. 0:0(0) ack 1 <...>',
    );
    expect((await drill(late)).code).toBe(1);
    expect((await drill(late, '--tolerance-usecs', '30000')).code).toBe(0);
  });

  test('verdicts speak Chinese', async () => {
    const { stdout } = await drill(good, '--lang', 'zh');
    expect(stdout).toBe(`通过    ${good}\n通过 1，失败 0，不支持 0\n`);
  });
});
