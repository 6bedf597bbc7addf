// What stands on node:net is on synfin, at both levels of `register`, as it is on the kernel: http, https, http2, TLS and
// fetch print the same. Where process.binding is denied, and with some of the addresses the kernel's, too.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_CERTIFICATE } from '../fixtures/certificate.ts';

const preload = new URL('../../src/socket/node/preload.ts', import.meta.url).href;
const protocols = fileURLToPath(new URL('protocols.ts', import.meta.url));
const loaded = `data:text/javascript,${['net', 'tls', 'http', 'https', 'http2'].map((name) => `import "node:${name}";`).join('')}`;

const folder = mkdtempSync(join(tmpdir(), 'synfin-levels-'));
const authority = join(folder, 'authority.pem');
writeFileSync(authority, TEST_CERTIFICATE);
afterAll(() => rmSync(folder, { recursive: true }));

async function run(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, args, {
    timeout: 60_000,
    env: { PATH: process.env['PATH'] ?? '', NODE_EXTRA_CA_CERTS: authority, ...env },
  });
}

const [major = 0] = process.versions.node.split('.').map(Number);
/** What of `--permission` the program needs; sockets need a permission since Node 25. */
const PERMISSION = ['--permission', '--allow-fs-read=*', ...(major >= 25 ? ['--allow-net'] : [])];

const WAYS: Readonly<Record<string, readonly string[]>> = {
  'level 3: before net is loaded': ['--import', preload],
  'level 2: when net, tls, http, https and http2 are loaded': ['--import', loaded, '--import', preload],
  'level 2, where process.binding is denied (--permission)': [
    ...PERMISSION,
    '--import',
    loaded,
    '--import',
    preload,
  ],
};

describe('http, https, http2, tls and fetch are as on the kernel', () => {
  let kernel = '';

  beforeAll(async () => {
    const bare = await run([protocols]);
    kernel = bare.stdout;
    expect(JSON.parse(bare.stderr)).toEqual([0, 0, 0, 0, 0]);
    expect(kernel.split('\n')).toHaveLength(12);
  });

  test.each(Object.entries(WAYS))('%s', async (_way, args) => {
    const { stdout, stderr } = await run([...args, protocols]);
    expect(stdout).toBe(kernel);
    // Node says that the permission model is on, and older ones that it is an experiment.
    expect(JSON.parse(stderr.trimEnd().split('\n').at(-1) as string)).toEqual([1, 1, 1, 1, 1]);
  });

  test('level 3, with 3 % of the packets lost and others reordered', async () => {
    const env = { SYNFIN: 'faults.loss=3% faults.reorder.probability=0.05 faults.reorder.extraDelayUs=2000' };
    const { stdout, stderr } = await run(['--import', preload, protocols], env);
    expect(stdout).toBe(kernel);
    expect(JSON.parse(stderr)).toEqual([1, 1, 1, 1, 1]);
  });
});

test('--permission without a net that is loaded: the error says which level still works', async () => {
  const failed = await run([...PERMISSION, '--import', preload, '-e', '']).catch(
    (error: { stderr: string }) => error,
  );
  expect(failed.stderr).toMatch(/MissingInternalError: process\.binding is denied.*load node:net before/);
});

test.each([
  ['3', ['--import', preload]],
  ['2', ['--import', loaded, '--import', preload]],
])('level %s: servers and clients of both stacks in one program', async (_level, args) => {
  const kernel = http
    .createServer((request, response) => response.end(`kernel ${request.url}`))
    .listen(0, '127.0.0.1');
  await once(kernel, 'listening');
  const { port } = kernel.address() as AddressInfo;
  const program = `
    import { once } from 'node:events';
    import http from 'node:http';
    const listen = async (name, address) => {
      const server = http.createServer((request, response) => response.end(name + ' ' + request.url));
      server.listen(0, address);
      await once(server, 'listening');
      return [server, 'http://' + address + ':' + server.address().port];
    };
    const ask = async (url) => console.log(await (await fetch(url)).text());
    const [ours, address] = await listen('synfin', '10.1.0.1');
    const [theirs, other] = await listen('kernel, too', '127.0.0.1');
    const { host } = process[Symbol.for('synfin.register')];
    console.log(host.listeners.length);
    await ask(address + '/1');
    await ask('http://127.0.0.1:${port}/2');
    await ask(other + '/3');
    for (const server of [ours, theirs]) { server.close(); server.closeAllConnections(); }`;
  const env = { SYNFIN: 'networks=10.1.0.0/16 addresses=10.1.0.1 listenOnAny=false' };
  const { stdout } = await run([...args, '--input-type=module', '-e', program], env);
  expect(stdout).toBe('1\nsynfin /1\nkernel /2\nkernel, too /3\n');
  kernel.closeAllConnections();
  kernel.close();
});
