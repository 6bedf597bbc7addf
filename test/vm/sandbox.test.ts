// A sandbox without a virtual machine: a network namespace whose only interface is a TAP of `synfin gateway`, joined by the
// lines that the command prints. Needs root: an interface moves from one namespace to another.

import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';

const SYNFIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const why = process.getuid?.() === 0 ? await whyNoKernel([]) : 'needs root';
const PATIENCE = { timeout: 30_000, interval: 50 };

/** On the machine: what the sandbox may reach. */
const FILES = `require('node:http').createServer((q, a) => a.end('a file')).listen(8080, '127.0.0.1', () => console.log('ready'))`;

/** In the sandbox: an echo at port 22, and what it finds of the world. */
const WITHIN = `
  const { Resolver } = require('node:dns').promises;
  const { createServer } = require('node:net');
  createServer((s) => s.on('error', () => {}).pipe(s)).listen(22, '0.0.0.0', async () => {
    const dns = new Resolver();
    dns.setServers(['10.0.2.3']);
    const told = (work) => work.catch(({ code, cause }) => code ?? cause.code);
    const get = (url) => told(fetch(url).then((answer) => answer.text()));
    console.log(JSON.stringify({
      allowed: await told(dns.resolve4('files.test')),
      denied: await told(dns.resolve4('evil.example')),
      file: await get('http://10.0.2.2:8080/'),
      literal: await get('http://192.0.2.1/'),
      loopback: await get('http://10.0.2.2:8081/'),
    }));
  });
`;

/** From the machine: a word to port 22 of the sandbox, and back. */
const ASK = `
  const s = require('node:net').connect(2222, '127.0.0.1');
  s.end('and back').setEncoding('utf8').on('data', (text) => process.stdout.write(text));
`;

/** What a program has said so far. */
function saying(child: ChildProcess): { text: string } {
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said.text += text;
    });
  return said;
}

describe.skipIf(why !== '')(titled('a sandbox on a TAP interface', why), () => {
  let machine: Namespace;
  let sandbox: Namespace;
  let gateway: { text: string };

  beforeAll(async () => {
    machine = await Namespace.open();
    sandbox = await Namespace.open();
    const files = saying(machine.spawn(process.execPath, ['-e', FILES], { stdio: 'pipe' }));
    const policy = ['--allow', 'files.test:8080', '--host-loopback', '8080', '--name', 'files.test=10.0.2.2'];
    const watched = ['--audit', machine.path('audit'), '--pcap', machine.path('pcap'), '-L', '2222:22'];
    const command = ['--lang', 'en', 'gateway', '--listen', 'tap:box0'];
    const child = machine.spawn(process.execPath, [SYNFIN, ...command, ...policy, ...watched], {
      stdio: 'pipe',
    });
    gateway = saying(child);
    await vi.waitFor(() => expect(files.text).toContain('ready'), PATIENCE);
    await vi.waitFor(() => expect(gateway.text).toContain('leads to port 22'), PATIENCE);
  }, 90_000);
  afterAll(async () => {
    await sandbox?.close();
    await machine?.close();
  });

  test('is joined by the lines that are printed, and reaches what it may, by name; the log has the rest', {
    timeout: 120_000,
  }, async () => {
    const lines = gateway.text.split('\n').filter((line) => /^ {2}(?:ip|nsenter) /.test(line));
    expect(lines.length).toBe(4);
    for (const line of lines) {
      const { code, stderr } = await machine.sh(line.replaceAll('PID', `${sandbox.pid}`));
      expect([code, stderr]).toEqual([0, '']);
    }
    const within = saying(sandbox.spawn(process.execPath, ['-e', WITHIN], { stdio: 'pipe' }));
    await expect.poll(() => within.text, PATIENCE).toContain('\n');
    expect(JSON.parse(within.text)).toEqual({
      allowed: ['10.0.2.2'],
      denied: 'ENOTFOUND',
      file: 'a file',
      literal: 'ECONNREFUSED',
      loopback: 'ECONNREFUSED',
    });
    expect((await machine.run(process.execPath, ['-e', ASK])).stdout).toBe('and back');

    const log = readFileSync(machine.path('audit'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const line of [
      { event: 'name', name: 'evil.example', verdict: 'deny' },
      { event: 'connect', to: '10.0.2.2:8080', name: 'files.test', verdict: 'allow' },
      { event: 'connect', to: '192.0.2.1:80', verdict: 'deny' },
      { event: 'forward', to: '10.0.2.10:22', verdict: 'allow' },
    ])
      expect(log).toContainEqual(expect.objectContaining({ guest: 'guest1', ...line }));
    expect(readFileSync(machine.path('pcap')).length).toBeGreaterThan(1000);
  });
});
