import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fileLinkOf, linkOf } from './lab.ts';
import { contentPolicy, fileOf, inlineScripts, labServer } from './lab-server.ts';

const script = 'console.log("page")';
const base = mkdtempSync(join(tmpdir(), 'synfin-lab-'));
const root = join(base, 'web');
let server: Server;

beforeAll(async () => {
  mkdirSync(join(root, 'assets'), { recursive: true });
  mkdirSync(join(root, '.git'));
  mkdirSync(join(base, 'web-secret'));
  writeFileSync(join(root, 'index.html'), `<html><script type="module">${script}</script></html>`);
  writeFileSync(join(root, 'assets', 'a b.js'), 'let x;');
  writeFileSync(join(root, 'blob'), 'x');
  mkdirSync(join(root, 'packed'));
  writeFileSync(
    join(root, 'packed', 'index.html.br'),
    brotliCompressSync(readFileSync(join(root, 'index.html'))),
  );
  writeFileSync(join(root, '.git', 'config'), 'hidden');
  writeFileSync(join(base, 'web-secret', 'x.txt'), 'outside');
  writeFileSync(join(base, 'outside.txt'), 'outside');
  writeFileSync(join(base, 'a file.pcapng'), 'packets');
  symlinkSync(join(base, 'outside.txt'), join(root, 'link.txt'));
  server = labServer(root, join(base, 'a file.pcapng'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(base, { recursive: true, force: true });
});

interface Answer {
  status: number | undefined;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** A request with its path as it stands: fetch() would tidy it up. */
function ask(path: string, method = 'GET', headers = {}): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the files of the page', () => {
  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/index.html?x=1', 'text/html; charset=utf-8'],
    ['/assets/a%20b.js', 'text/javascript; charset=utf-8'],
    ['/blob', 'application/octet-stream'],
    ['/packed/', 'text/html; charset=utf-8'],
  ])('%s is %s', async (path, type) => {
    const { status, headers } = await ask(path);
    expect([status, headers['content-type'], headers['x-content-type-options']]).toEqual([
      200,
      type,
      'nosniff',
    ]);
  });

  test('a page that is there only compressed, as in the package, is given away as it was', async () => {
    const { body, headers } = await ask('/packed/');
    expect(body).toBe(readFileSync(join(root, 'index.html'), 'utf8'));
    expect(headers['content-security-policy']).toContain("'sha256-");
  });

  test('HEAD has the length and no text; other methods are refused', async () => {
    const { status, headers, body } = await ask('/blob', 'HEAD');
    expect([status, headers['content-length'], body]).toEqual([200, '1', '']);
    const refused = await ask('/', 'POST');
    expect([refused.status, refused.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  test.each([
    '/nothing',
    '/assets',
    '/assets/',
    '/../outside.txt',
    '/..%2foutside.txt',
    '/%2e%2e/outside.txt',
    '/assets/../../outside.txt',
    '/..\\outside.txt',
    '/../web-secret/x.txt',
    '/link.txt',
    '/.git/config',
    '/%00',
    '/%',
    '//etc/passwd',
  ])('%s is not found', async (path) => {
    const { status, body } = await ask(path);
    expect([status, body]).toEqual([404, 'not found\n']);
  });

  test('the file that it was given is beside the page by its name, for who asks by address: no other name may lead to it', async () => {
    const path = '/opened/a%20file.pcapng';
    for (const host of ['127.0.0.1', 'localhost:9293', '[::1]:9293']) {
      const { status, body, headers } = await ask(path, 'GET', { host });
      expect([status, body, headers['content-type']]).toEqual([200, 'packets', 'application/octet-stream']);
    }
    for (const host of ['evil.example', 'evil.example:9293', 'localhost.evil.example'])
      expect((await ask(path, 'GET', { host })).status).toBe(404);
    expect((await ask('/opened/outside.txt')).status).toBe(404);
    expect((await ask('/opened/')).status).toBe(404);
  });

  test('a name that leads outside by a link of the file system is no file of it', async () => {
    expect(await fileOf(root, '/link.txt')).toBeNull();
    expect(await fileOf(root, '/index.html')).not.toBeNull();
  });
});

describe('the policy of the page', () => {
  test('nothing is loaded from elsewhere, and only the scripts in the page itself run', async () => {
    const { headers } = await ask('/');
    const hash = createHash('sha256').update(script).digest('base64');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
    expect(policy).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe-inline/);
  });

  test('answers that are no page have it, too', async () => {
    expect((await ask('/nothing')).headers['content-security-policy']).toBe(contentPolicy([]));
  });

  test('scripts with an address have no hash', () => {
    expect(inlineScripts('<script src="x.js"></script><SCRIPT>1</SCRIPT >')).toEqual([
      createHash('sha256').update('1').digest('base64'),
    ]);
  });
});

test('a link has the scenario, the language, the settings and every change', () => {
  expect(linkOf(null, {}, 'en')).toBe('');
  expect(fileLinkOf('/tmp/a b/1-x.json', 'zh')).toBe('?file=1-x.json#1/?v=home&l=zh');
  expect(linkOf('hs', {}, 'zh')).toBe('#1/hs?l=zh');
  expect(
    linkOf('hs', { seed: 7, mslMs: 500, delayMs: 20, edits: ['drop any#3 left->right', 'cut 5ms'] }, null),
  ).toBe('#1/hs?s=7&m=500&d=20&e=drop+any%233+left-%3Eright&e=cut+5ms');
});
