import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { type Framed, type Made, packet, pcapFile } from '../capture/testing.ts';
import { pcapngOf, playScenario, type Scenario, scenarioNamed } from '../lab/index.ts';
import { Random } from '../sim/index.ts';
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
    expect(stdout).toMatch(/pcapng, 2 frames, 2 of TCP, 1\s+connection in 20 ms/);
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
    expect(stdout).toContain('Nothing is wrong: the connection is healthy');
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

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('a damaged archive (%s): what could be read is read, and the rest is told', async (name, packed) => {
    // Text that cannot be compressed: more than one block of either format.
    const random = new Random(1);
    const of = packet({ way: '10.0.0.1:4000 > 10.0.0.2:80', flags: 'ACK', text: 1000 });
    const frames = Array.from({ length: 1000 }, (_, us) => ({
      us,
      octets: of.map((octet, n) => (n < 40 ? octet : random.int(256))),
    }));
    const whole = packed(pcapFile(frames));
    const damaged = file(`damaged.${name}`, whole.subarray(0, whole.length * 0.7));
    const { code, stdout, stderr } = await synfin(['read', damaged, '--json']);
    expect(stderr).toContain('the compressed data is damaged');
    expect(code).toBe(0);
    const { counts } = JSON.parse(stdout) as { counts: { frames: number } };
    expect(counts.frames).toBeGreaterThan(400);
  });

  test('what can be read of a small archive that ends early is read', async () => {
    const { code, stdout } = await synfin([
      'read',
      file('b.gz', gzipSync(capture('close4')).subarray(0, 600)),
      '--json',
    ]);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { counts: { frames: number } }).counts.frames).toBeGreaterThan(0);
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

  test('--replay plays a connection with its losses and without, and compares them', async () => {
    const { code, stdout } = await synfin([
      'read',
      file('f.pcapng', capture('fin-lost')),
      '--replay',
      '0',
      '--plain',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('On the wire: drop FIN#1 left->right');
    expect(stdout).toMatch(
      /Captured: 420 ms\. With: \d+ ms, 1 retransmission\. Without: \d+ ms, 0\s+retransmissions\./,
    );
    expect(await synfin(['read', refused, '--replay', '9'])).toMatchObject({ code: 2 });
    expect(await synfin(['read', refused, '--replay', '0', '--conn', '0'])).toMatchObject({ code: 2 });
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

  test('names of files do nothing to a terminal', async () => {
    const red = file('\x1b[31mred.pcapng', capture('refused'));
    const { stdout } = await synfin(['read', red, '--plain']);
    expect(stdout).toContain('[31mred.pcapng: pcapng, 2 frames');
    expect(stdout).not.toContain('\x1b');
    const { stderr } = await synfin(['read', red, file('\x1b[31mnone', new Uint8Array(0)), '--plain']);
    expect(stderr).toContain('[31mnone: the file is empty');
    expect(stderr).not.toContain('\x1b');
  });

  test('of several files each problem names its own, and the others are read', async () => {
    const none = file('none.pcapng', new Uint8Array(0));
    const { code, stderr, stdout } = await synfin(['read', none, refused, close4, '--json']);
    expect(code).toBe(1);
    expect(stderr).toBe(`synfin: ${none}: the file is empty\n`);
    expect(JSON.parse(stdout)).toMatchObject({
      file: { format: 'pcapng', frames: 9, octets: capture('refused').length + capture('close4').length },
      problems: [{ file: 0, key: 'empty' }],
      connections: [{ number: 0 }, { number: 1 }],
    });
  });

  test('a file that the system does not let be read is named, and the others are read', async () => {
    // On Linux a process may open its own memory, and not read where nothing is.
    const { code, stderr, stdout } = await synfin(['read', '/proc/self/mem', refused, '--json']);
    expect(code).toBe(1);
    expect(stderr).toContain('cannot read /proc/self/mem: EIO');
    expect(JSON.parse(stdout)).toMatchObject({ connections: [{ number: 0 }] });
  });

  test('a ladder: who only refuses is CLOSED, and the time and a long address do not touch', async () => {
    const frames: Framed[] = [
      [0, { way: '127.0.0.1:43696 > 127.0.0.1:80', flags: 'SYN', seq: 7 }],
      [9.1, { way: '127.0.0.1:80 > 127.0.0.1:43696', flags: 'RST,ACK', seq: 0, ack: 8 }],
    ].map(([us, made]) => ({ us: us as number, octets: packet(made as Made) }));
    const { stdout } = await synfin(['read', file('r.pcap', pcapFile(frames)), '--conn', '0']);
    expect(stdout).toMatch(/ time 127\.0\.0\.1:43696 /);
    expect(stdout).not.toContain('SYN-RECEIVED');
    expect(stdout).toContain('The SYN was answered with RST after 9 µs');
  });

  test('a link type that is not understood is named', async () => {
    const usb = file('usb.pcap', pcapFile([{ octets: new Uint8Array(64) }], { linkType: 189 }));
    const { stderr } = await synfin(['read', usb, '--plain']);
    expect(stderr).toContain('packets of link type 189 are not understood');
  });

  test.skipIf(process.platform === 'win32')('a pipe with a name is read as a file is', async () => {
    const fifo = join(dir, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const [{ code, stdout }] = await Promise.all([
      synfin(['read', fifo, '--plain']),
      writeFile(fifo, capture('refused')),
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('1. FAULT: Connection refused (connection #0)');
  });

  test('a filter that nothing matches says so, and calls nothing healthy', async () => {
    const { stdout } = await synfin(['read', refused, '--filter', 'port 1', '--plain']);
    expect(stdout).toContain('The connection is not what --filter asks for.');
    expect(stdout).not.toContain('Nothing is wrong');
  });
});
