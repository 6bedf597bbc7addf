// Scripts that Linux passes: those of test/drill/kernel pass on synfin too, those of test/linux-only do not, for
// the reason that is listed; and some in real time, against the kernel of this machine and synfin behind TUN.

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { formatResult, parseScript, runScript, type ScriptResult } from '../../src/drill/index.ts';
import { canUseNamespaces, canUseTun } from '../../src/link/tun/index.ts';

const folder = fileURLToPath(new URL('./kernel/', import.meta.url));
const linuxOnly = fileURLToPath(new URL('../linux-only/', import.meta.url));
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Names of the scripts in a folder. */
function scripts(dir: string): string[] {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.pkt'))
    .map((file) => file.slice(0, -4));
}

const names = [...scripts(folder), ...scripts(linuxOnly)];

/** Where a script is. */
function pathOf(name: string): string {
  return join(failures.has(name) ? linuxOnly : folder, `${name}.pkt`);
}

const failures = new Map(
  readFileSync(join(linuxOnly, 'reasons.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(': ', 2) as [string, string]),
);

describe('scripts that Linux passes, on synfin', () => {
  it('are all here, and what is expected to fail is among them, with a reason', () => {
    expect(names.length).toBeGreaterThanOrEqual(50);
    expect([...failures.keys()].sort()).toEqual(scripts(linuxOnly).sort());
    for (const reason of failures.values()) expect(reason.length).toBeGreaterThan(10);
  });

  it.each(names)('%s', async (name) => {
    const text = readFileSync(pathOf(name), 'utf8');
    const result = await runScript(parseScript(text, { file: `${name}.pkt` }));
    expect(result.outcome === 'pass', formatResult(result)).toBe(!failures.has(name));
  });
});

const namespaces = await canUseNamespaces();
const tun = await canUseTun();
const why = !tun.ok ? tun.why : !namespaces.ok ? namespaces.why : '';

interface Report {
  readonly results: readonly ScriptResult[];
  readonly summary: Readonly<Record<string, number>>;
}

/** `synfin drill` in real time with these scripts. */
function drill(
  target: 'kernel' | 'tun',
  files: readonly string[],
): Promise<{ code: number; report: Report }> {
  // A test machine is busy: what these scripts tell apart by time is further apart than this.
  const args = ['drill', '--target', target, '--tolerance-usecs', '25000', '--json', ...files];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [main, ...args], { timeout: 30_000 }, (error, stdout, stderr) => {
      if (stdout === '') reject(new Error(stderr));
      else resolve({ code: error === null ? 0 : Number(error.code), report: JSON.parse(stdout) as Report });
    });
  });
}

/** Short ones, each another part of the target: calls that wait, epoll, sysctl, ICMP, states, IPv6. */
const some = [
  ...['handshake-passive', 'handshake-active', 'close-active', 'close-simultaneous', 'reset-in-window'],
  ...['time-wait-reset', 'epoll-edge', 'icmp-frag-needed', 'ipv6', 'ipv4-mapped', 'urgent', 'udp'],
];

/** What a program is told of a RST, in every state: what the lab says of errno and of the order of calls rests on these. */
const told = names.filter((name) =>
  /^(?:broken-pipe|reset-(?:then|fin-wait|last-ack|closing|time-wait))/.test(name),
);

describe.skipIf(why !== '')(`in real time${why === '' ? '' : ` (skipped: ${why})`}`, () => {
  const dir = mkdtempSync(join(tmpdir(), 'synfin-kernel-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const script = (name: string, text: string): string => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  };

  it('the kernel of this machine passes its scripts', async () => {
    const { code, report } = await drill('kernel', some.map(pathOf));
    const wrong = report.results.filter(({ outcome }) => outcome !== 'pass').map(formatResult);
    expect(wrong).toEqual([]);
    expect([code, report.summary]).toEqual([0, { passed: some.length, failed: 0, unsupported: 0 }]);
  });

  it('the kernel of this machine tells programs what the scripts say', async () => {
    expect(told).toHaveLength(10);
    const { report } = await drill('kernel', [...told, 'connect-refused', 'linger-zero'].map(pathOf));
    expect(report.results.filter(({ outcome }) => outcome !== 'pass').map(formatResult)).toEqual([]);
  });

  const listening = [
    ' 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
    '+0 bind(3, ..., ...) = 0',
    '+0 listen(3, 1) = 0',
    '+.01 < S 0:0(0) win 1000 <mss 1000,sackOK,TS val 1 ecr 0>',
  ];

  it('it fails a script that expects something else, and the packets show what came', async () => {
    const text = [...listening, '+0 > R. 0:0(0) ack 1'].join('\n');
    const { code, report } = await drill('kernel', [script('wrong.pkt', text)]);
    expect(code).toBe(1);
    expect(report.results[0]).toMatchObject({
      outcome: 'fail',
      line: 5,
      explanation: expect.stringContaining('control bits differ'),
      actual: expect.stringContaining('> S. 0:0(0) ack 1'),
    });
  });

  it('every script has a network of its own: sysctl of one does not reach the next', async () => {
    const without = ['`sysctl -q net.ipv4.tcp_timestamps=0`', ...listening];
    const answer = '+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>';
    const stamped = '+0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 1 ecr 1>';
    const { report } = await drill('kernel', [
      script('a.pkt', [...without, answer].join('\n')),
      script('b.pkt', [...listening, stamped].join('\n')),
    ]);
    expect(report.results.map(formatResult).map((text) => text.split(': ')[1])).toEqual(['pass', 'pass']);
  });

  it('a script has the routes of its network, of IPv6, too', async () => {
    const route = ['--ip_version=ipv6', ' 0 `ip -6 route add 2001:DB8::1 dev tun0 advmss 600`'];
    const socket = listening.map((line) => line.replace(/^ 0 /, '+0 '));
    const text = [...route, ...socket, '+0 > S. 0:0(0) ack 1 <mss 600,sackOK,TS val 1 ecr 1>'].join('\n');
    const { report } = await drill('kernel', [script('route-v6.pkt', text)]);
    expect(report.results.map(formatResult).map((said) => said.split(': ')[1])).toEqual(['pass']);
  });

  it('a script runs no shell, and touches no descriptor that is not of the script', async () => {
    const { report } = await drill('kernel', [
      script('shell.pkt', [...listening, `+0 \`touch ${dir}/made\``].join('\n')),
      script('fd.pkt', [' 0 close(1) = -1 EBADF (Bad file descriptor)'].join('\n')),
      script('path.pkt', ' 0 `sysctl -w kernel.hostname=x`\n+0 close(9) = -1 EBADF (Bad file descriptor)'),
    ]);
    expect(report.results.map(({ outcome }) => outcome)).toEqual(['unsupported', 'pass', 'unsupported']);
    expect(readdirSync(dir)).not.toContain('made');
  });

  it('packets go to synfin behind a TUN device, and back', async () => {
    const files = ['handshake-passive', 'close-active', 'blocking', 'delayed-ack', 'ipv6', 'udp'];
    const { report } = await drill('tun', [
      ...files.map((name) => pathOf(name)),
      script('wrong.pkt', [...listening, '+0 > R. 0:0(0) ack 1'].join('\n')),
    ]);
    const verdicts = report.results.map(formatResult);
    expect(report.summary, verdicts.join('\n')).toEqual({
      passed: files.length,
      failed: 1,
      unsupported: 0,
    });
    expect(report.results.at(-1)?.outcome).toBe('fail');
  });
});
