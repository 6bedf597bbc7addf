import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { pcapngOf, playScenario, type Scenario, scenarioNamed } from '../lab/index.ts';
import { main } from './program.ts';
import { communityId } from './read-zeek.ts';

const dir = mkdtempSync(join(tmpdir(), 'synfin-read-'));
afterAll(() => rmSync(dir, { recursive: true }));

function capture(id: string, at: 'left' | 'right' = 'left'): Uint8Array {
  return pcapngOf(playScenario(scenarioNamed(id) as Scenario).trace, { lang: 'en', at });
}

function file(name: string, octets: Uint8Array): string {
  const path = join(dir, name);
  writeFileSync(path, octets);
  return path;
}

const refused = file('refused.pcapng', capture('refused'));
const close4 = file('close4.pcapng', capture('close4'));

async function synfin(args: readonly string[], stdin: Readable = Readable.from([])) {
  const texts = { stdout: '', stderr: '' };
  const to = (name: 'stdout' | 'stderr'): Writable =>
    new Writable({
      write(chunk, _, done) {
        texts[name] += String(chunk);
        done();
      },
    });
  const code = await main(args, {
    stdin,
    stdout: to('stdout'),
    stderr: to('stderr'),
    env: { LANG: 'en_US.UTF-8' },
  });
  return { code, ...texts };
}

describe('synfin read', () => {
  test('what is wrong comes first, with who, how sure, the frames, what next, and the run of the lab', async () => {
    const { code, stdout } = await synfin(['read', refused, '--plain']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/pcapng, 2 frames, 2 of TCP, 1\s+connections/);
    expect(stdout).toContain('1. FAULT: Connection refused (connection #0)');
    expect(stdout).toContain('Who: server. How sure: certain.');
    expect(stdout).toContain('Frames: 1 the SYN; 2 the RST');
    expect(stdout).toContain('synfin run refused');
    expect(stdout).toMatch(/0 {2}10\.0\.0\.1:50000 {2}10\.0\.0\.2:80 .* refused\n/);
  });

  test('in Chinese', async () => {
    const { stdout } = await synfin(['read', refused, '--plain', '--lang', 'zh']);
    expect(stdout).toContain('1. 故障：连接被拒绝（连接 #0）');
    expect(stdout).toContain('责任方：服务器。把握：确定。');
  });

  test('a healthy capture is called healthy', async () => {
    const { stdout } = await synfin(['read', close4, '--plain']);
    expect(stdout).toContain('Nothing is wrong: all 1 connections are healthy');
    expect(stdout).not.toMatch(/FAULT|Warning/);
  });

  test('one connection as a ladder, its evidence marked', async () => {
    const { stdout } = await synfin(['read', refused, '--conn', '0', '--plain']);
    expect(stdout).toMatch(/SYN-SENT +CLOSED +10\.0\.0\.1:50000 sends SYN seq=0/);
    expect(stdout).toContain('^^^ Frame 2: the RST (Connection refused)');
  });

  test('gzip, zstd and standard input give the same', async () => {
    const octets = capture('refused');
    const json = async (args: string[], stdin?: Readable) => {
      const { stdout } = await synfin(['read', ...args, '--json'], stdin);
      return (JSON.parse(stdout) as { findings: unknown }).findings;
    };
    const plain = await json([refused]);
    expect(await json([file('a.gz', gzipSync(octets))])).toEqual(plain);
    expect(await json([file('a.zst', zstdCompressSync(octets))])).toEqual(plain);
    expect(await json(['-'], Readable.from([octets.slice(0, 1), octets.slice(1)]))).toEqual(plain);
  });

  test('a damaged archive: what could be read is read, and the rest is told', async () => {
    const damaged = file('b.gz', gzipSync(capture('close4')).subarray(0, 300));
    const { code, stderr } = await synfin(['read', damaged, '--plain']);
    expect(stderr).toContain('the compressed data is damaged');
    expect([0, 1]).toContain(code);
  });

  test('files that do not follow each other are told apart', async () => {
    const { stdout } = await synfin(['read', join(dir, '{close4,refused}.pcapng'), '--json']);
    const { connections } = JSON.parse(stdout) as {
      connections: { number: number; verdicts: { id: string }[] }[];
    };
    expect(connections.map(({ number, verdicts }) => [number, verdicts[0]?.id])).toEqual([
      [0, 'close-four'],
      [1, 'refused'],
    ]);
  });

  test('--filter leaves only what is asked for', async () => {
    const both = join(dir, '{close4,refused}.pcapng');
    const json = async (filter: string) => {
      const { stdout } = await synfin(['read', both, '--json', '--filter', filter]);
      return (JSON.parse(stdout) as { connections: { number: number }[] }).connections.map(
        ({ number }) => number,
      );
    };
    expect(await json('verdict refused')).toEqual([1]);
    expect(await json('port 80 and not verdict refused')).toEqual([0]);
    expect(await json('(state TIME-WAIT or conn 1) server 10.0.0.2')).toEqual([0, 1]);
    const { code, stderr } = await synfin(['read', both, '--filter', 'prot 80']);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "port"?');
  });

  test('--zeek writes a conn.log', async () => {
    const { stdout } = await synfin(['read', close4, refused, '--zeek']);
    const rows = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(rows.map((row) => row.split('\t').slice(11, 16))).toEqual([
      ['SF', '0', 'ShAFaf', '4', '3'],
      ['REJ', '0', 'Sr', '1', '1'],
    ]);
  });

  test('the Community ID of the specification’s example', () => {
    const a = { address: '128.232.110.120', port: 34_855 };
    const b = { address: '66.35.250.204', port: 80 };
    expect(communityId(a, b)).toBe('1:LQU9qZlK+B5F3KDmev6m5PMibrg=');
    expect(communityId(b, a)).toBe(communityId(a, b));
  });

  test('--svg and --report write files that need nothing else', async () => {
    const svg = join(dir, 'a.svg');
    const html = join(dir, 'a.html');
    await synfin(['read', refused, '--conn', '0', '--svg', svg, '--report', html]);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg /);
    const report = readFileSync(html, 'utf8');
    expect(report).toContain('Connection refused');
    expect(report).toContain('<svg ');
    expect(report).not.toMatch(/<script|src=|href="http/);
  });

  test('--anonymise writes a copy with the same verdicts', async () => {
    const copy = join(dir, 'copy.pcapng');
    const { stderr } = await synfin(['read', refused, '--anonymise', copy, '--plain']);
    expect(stderr).toContain('2 packets without addresses and text; 0 frames');
    const { stdout } = await synfin(['read', copy, '--plain']);
    expect(stdout).toContain('1. FAULT: Connection refused (connection #0)');
    expect(await synfin(['read', refused, '--anonymise', join(dir, 'no', 'copy')])).toMatchObject({
      code: 1,
    });
  });

  test('wrong arguments and what cannot be read', async () => {
    expect(await synfin(['read'])).toMatchObject({ code: 2 });
    expect(await synfin(['read', join(dir, 'none.pcap')])).toMatchObject({ code: 2 });
    expect(await synfin(['read', refused, '--conn', '9'])).toMatchObject({ code: 2 });
    expect(await synfin(['read', refused, '--svg', '-'])).toMatchObject({ code: 2 });
    const { code, stderr } = await synfin([
      'read',
      file('text.pcap', new TextEncoder().encode('hello, world')),
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('neither pcap nor pcapng');
  });

  test('names in a capture do nothing to a terminal', async () => {
    const pipe = new PassThrough();
    pipe.end(capture('refused'));
    const { stdout } = await synfin(['read', '-', '--plain'], pipe);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    expect(stdout).not.toMatch(/\x1b/);
  });
});
