import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import { examineHost, readSample } from '../doctor/index.ts';
import { textWidth } from '../lab/index.ts';
import { drawWatch, sparkline, WatchHistory } from './doctor-watch.ts';
import { main } from './program.ts';

const dir = mkdtempSync(join(tmpdir(), 'synfin-doctor-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function synfin(args: readonly string[], input = '') {
  const texts = { stdout: '', stderr: '' };
  const to = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write(chunk, _, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  const code = await main(args, {
    stdin: Readable.from([input]),
    stdout: to('stdout'),
    stderr: to('stderr'),
    env: { LANG: 'en_US.UTF-8' },
  });
  return { code, ...texts };
}

const leak = (count: number): string =>
  'LISTEN 0 128 0.0.0.0:8080 0.0.0.0:* users:(("node",pid=7,fd=3)) ino:4\n' +
  Array.from(
    { length: count },
    (_, n) =>
      `CLOSE-WAIT 0 0 10.0.0.1:8080 10.0.0.2:${40_000 + n} users:(("node",pid=7,fd=${20 + n})) ino:5\n\t cwnd:10 lastsnd:90000 lastrcv:90000 lastack:90000\n`,
  ).join('');

describe('synfin doctor', () => {
  test('what is wrong, whose, how many, three examples with their descriptors, the proof, the advice, the run', async () => {
    const { code, stdout, stderr } = await synfin(['doctor', '-', '--plain'], leak(12));
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toContain('13 TCP sockets by ss: CLOSE-WAIT 12, LISTEN 1');
    expect(stdout).toContain('1. FAULT: CLOSE-WAIT: the end was read, close() never called (12, :8080)');
    expect(stdout).toContain('node (pid 7) holds 12 connections (:8080)');
    expect(stdout).toContain('10.0.0.1:8080 10.0.0.2:40002 CLOSE-WAIT Recv-Q 0 Send-Q 0  node pid 7 fd 22');
    expect(stdout).not.toContain('40003');
    expect(stdout).toContain("Prove it: ss -tnpie state close-wait '( sport = :8080 )'");
    for (const words of ['Now: ', 'For good: ', 'Node: ', 'synfin runbook close-wait', 'synfin run cw-leak'])
      expect(stdout).toContain(words);
  });

  test('in Chinese, too', async () => {
    const { stdout } = await synfin(['doctor', '-', '--plain', '--lang', 'zh'], leak(12));
    expect(stdout).toContain('1. 故障：CLOSE-WAIT：读到了结尾却没有 close()（12 个，:8080）');
    for (const words of ['眼下：', '长远：', 'Node：', '在实验室中重现：synfin run cw-leak'])
      expect(stdout).toContain(words);
  });

  test('nothing wrong is said, with exit code 0', async () => {
    const { code, stdout } = await synfin(['doctor', '-'], 'ESTAB 0 0 10.0.0.1:22 10.0.0.2:50000 ino:5\n');
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing is wrong.');
  });

  test('--json has all findings, with sentences in the language that was asked for', async () => {
    const { stdout } = await synfin(['doctor', '-', '--json', '--lang', 'zh'], leak(12));
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ format: 'synfin-doctor', version: 1, source: 'ss', sockets: 13 },
      states: { 'CLOSE-WAIT': 12, LISTEN: 1 },
      findings: [
        {
          ...{ id: 'cw-not-closed', severity: 'fault', count: 12, where: ':8080', process: { pid: 7 } },
          ...{
            title: 'CLOSE-WAIT：读到了结尾却没有 close()',
            runbook: 'close-wait',
            scenario: { id: 'cw-leak' },
          },
          examples: [{ local: '10.0.0.1:8080', remote: '10.0.0.2:40000', owners: [{ fd: 20 }] }, {}, {}],
        },
      ],
    });
  });

  test('two texts of the same host: what has grown between them', async () => {
    const files = [leak(2), leak(5)].map((text, n) => {
      const path = join(dir, `${n}.txt`);
      writeFileSync(path, `17644900${n}0\n${text}`);
      return path;
    });
    const { stdout } = await synfin(['doctor', ...files]);
    expect(stdout).toContain('twice within 10.0 s');
    expect(stdout).toContain('It grows by 18 a minute.');
  });

  test('at most five findings; the rest is counted', async () => {
    const ports = Array.from({ length: 4 }, (_, n) => leak(12).replaceAll('8080', `808${n}`)).join('');
    const more = ports.replaceAll('CLOSE-WAIT 0', 'CLOSE-WAIT 1');
    const { stdout } = await synfin(['doctor', '-', '--plain'], ports + more.replace(/^LISTEN.*\n/gm, ''));
    expect(stdout.match(/^\d\. /gm)).toEqual(['1. ', '2. ', '3. ', '4. ', '5. ']);
    expect(stdout).toContain('and 3 other findings:');
  });

  test('where processes are not named, it says what is needed', async () => {
    const { stdout } = await synfin(['doctor', '-'], leak(12).replace(/users:\S+ /g, ''));
    expect(stdout).toContain('Processes of other users are not named');
    expect(stdout).toContain('a process that was not told holds 12 connections');
    expect((await synfin(['doctor', '-'], leak(12))).stdout).not.toContain('other users');
  });

  test('text of the network is no part of the screen: control characters of a name are shown', async () => {
    const { stdout } = await synfin(['doctor', '-'], leak(12).replaceAll('"node"', '"no\x1b[2Jde"'));
    expect(stdout).not.toContain('\x1b[2J');
  });

  test('--state is that of lines without one', async () => {
    const lines = leak(12)
      .replace(/^LISTEN.*\n/, '')
      .replaceAll('CLOSE-WAIT ', '');
    const { stdout } = await synfin(['doctor', '-', '--state', 'close_wait'], lines);
    expect(stdout).toContain('close() never called (12, :8080)');
    expect((await synfin(['doctor', '-'], lines)).code).toBe(2);
  });

  test.each([
    [['doctor', '-', '--state', 'frob'], '', /no state "frob"/],
    [['doctor', '--state', 'listen'], '', /--state is for a text/],
    [['doctor', 'a', 'b', 'c'], '', /one text, or two/],
    [['doctor', '-'], 'no such thing\n', /^synfin: -: no line of ss, .* \(1 line/],
    [['doctor', '-', '--watch'], '', /--watch is for this host/],
    [['doctor', '--interval', '0'], '', /--interval must be a whole number from 1 to 3600/],
  ])('%s: one line, and exit code 2', async (args, input, line) => {
    const { code, stdout, stderr } = await synfin(args, input);
    expect([code, stdout, stderr.split('\n').length]).toEqual([2, '', 2]);
    expect(stderr).toMatch(line);
  });

  test('a file that is not there is one line, and exit code 1', async () => {
    const { code, stderr } = await synfin(['doctor', '/nonexistent/ss.txt']);
    expect([code, stderr.split('\n').length]).toEqual([1, 2]);
  });
});

describe('synfin doctor --watch', () => {
  const size = { columns: 80, rows: 30, ascii: false, colour: false };

  test('the screen: states with their change and their past, and what is wrong', () => {
    const history = new WatchHistory();
    let before = readSample(leak(4));
    history.add(examineHost(before));
    const now = readSample(leak(12));
    const examination = examineHost(now, before);
    history.add(examination);
    before = now;
    for (const lang of ['en', 'zh'] as const) {
      const lines = drawWatch(examination, history, 2, size, lang);
      expect(lines).toHaveLength(30);
      for (const line of lines) expect(textWidth(line)).toBe(80);
      const text = lines.join('\n');
      expect(text).toMatch(/CLOSE-WAIT +12 +\+8 {2}▃█/);
      expect(text).toContain(
        lang === 'en' ? 'FAULT: CLOSE-WAIT: the end was read' : '故障：CLOSE-WAIT：读到了结尾',
      );
      expect(text).toContain('$ ss -tnpie state close-wait');
    }
  });

  test('a state that comes later has a past of zeros; one that has gone fades', () => {
    const history = new WatchHistory();
    history.add(examineHost(readSample('ESTAB 0 0 10.0.0.1:22 10.0.0.2:50000\n')));
    history.add(examineHost(readSample(leak(1))));
    expect(new Map(history.rows())).toEqual(
      new Map([
        ['LISTEN', [0, 1]],
        ['CLOSE-WAIT', [0, 1]],
        ['ESTABLISHED', [1, 0]],
      ]),
    );
    for (let n = 0; n < 24; n++) history.add(examineHost(readSample(leak(1))));
    expect(history.rows().map(([state]) => state)).not.toContain('ESTABLISHED');
  });

  test('bars: nothing is nothing, little is seen, the greatest is full', () => {
    expect(sparkline([0, 1, 50, 100], false)).toBe(' ▁▄█');
    expect(sparkline([0, 1, 50, 100], true)).toBe(' .=@');
  });
});
