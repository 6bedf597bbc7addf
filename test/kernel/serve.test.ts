import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Namespace, type Server, titled, whyNoKernel } from '../support/namespace.ts';
import { analyse, faults, hasTshark, SOUND } from '../support/tshark.ts';

const MEGABYTES = Number(process.env['SYNFIN_KERNEL_MB'] ?? 20);
const NET = '--tun fin2 --address 10.9.2.2/24 --peer 10.9.2.1 --address fd00:9:2::2/64 --peer fd00:9:2::1';
const FOUR = 'http://10.9.2.2';
const SIX = 'http://[fd00:9:2::2]';
const SMALL_FILES = 200;

const why = await whyNoKernel(['curl', 'bash']);
const tshark = await hasTshark();

function sha256(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}

describe.skipIf(why !== '')(titled('synfin serve and clients of the kernel', why), () => {
  let ns: Namespace;
  let server: Server;
  let www = '';
  const sums: string[] = [];

  beforeAll(async () => {
    ns = await Namespace.open();
    www = ns.path('www');
    mkdirSync(`${www}/small`, { recursive: true });
    writeFileSync(`${www}/big`, randomBytes(MEGABYTES * 1e6));
    writeFileSync(`${www}/index.html`, '<p>hello\n');
    writeFileSync(`${www}/.secret`, 'secret');
    writeFileSync(`${www}/empty`, '');
    writeFileSync(ns.path('outside'), 'outside');
    symlinkSync(ns.path('outside'), `${www}/link`);
    for (let i = 1; i <= SMALL_FILES; i++) {
      const octets = randomBytes(1024);
      writeFileSync(`${www}/small/${i}`, octets);
      sums.push(sha256(octets));
    }
    const services = `--http 80 --dir ${www} --echo 7 --discard 9 --chargen 19`;
    server = await ns.serve(`${NET} ${services} --pcap ${ns.path('all.pcapng')}`);
  });

  afterAll(async () => {
    await server?.stop();
    await ns?.close();
  });

  const curl = (args: string) => ns.sh(`exec curl -sS --max-time 30 ${args}`, 40_000);

  test('it says in one line that it is ready', () => {
    expect(server.stdout).toBe(
      'ready: 10.9.2.2/24, fd00:9:2::2/64 behind fin2: http 80, echo 7, discard 9, chargen 19\n',
    );
  });

  test.each([FOUR, SIX])('curl fetches a big file from %s: every octet', async (base) => {
    const got = ns.path('got');
    expect(await curl(`-g ${base}/big -o ${got}`)).toMatchObject({ code: 0, stderr: '' });
    expect(sha256(readFileSync(got))).toBe(sha256(readFileSync(`${www}/big`)));
  });

  test.each([
    ['200 fresh connections', FOUR, `-H 'Connection: close'`, SMALL_FILES],
    ['200 fresh connections over IPv6', SIX, `-H 'Connection: close'`, SMALL_FILES],
    ['200 requests on one connection', FOUR, '', 1],
    ['200 requests on one connection over IPv6', SIX, '', 1],
  ])('%s: every file is right', async (_what, base, header, connections) => {
    const dir = ns.path(`out-${connections}-${base.length}`);
    mkdirSync(dir);
    const url = base.replace('[', '\\[').replace(']', '\\]');
    const outcome = await curl(
      `${header} -w '%{num_connects}\\n' -o '${dir}/#1' '${url}/small/[1-${SMALL_FILES}]'`,
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const made = outcome.stdout.split('\n').reduce((sum, n) => sum + Number(n), 0);
    expect(made).toBe(connections);
    const got = readdirSync(dir).sort((a, b) => Number(a) - Number(b));
    expect(got.map((name) => sha256(readFileSync(`${dir}/${name}`)))).toEqual(sums);
  });

  test.each([FOUR, SIX])('a closed port of %s refuses at once', async (base) => {
    const outcome = await curl(`-g -w '%{time_total}' ${base}:81/`);
    expect(outcome.code).toBe(7);
    expect(Number(outcome.stdout)).toBeLessThan(0.2);
  });

  test.each([
    ['HEAD has the headers and no body', `-I ${FOUR}/big`, '200', `Content-Length: ${MEGABYTES * 1e6}`],
    ['a directory is its index.html', `-i ${FOUR}/`, '200', '<p>hello\n'],
    ['an empty file', `-i ${FOUR}/empty`, '200', 'Content-Length: 0'],
    ['what is not there', `-i ${FOUR}/nothing`, '404', '404 Not Found\n'],
    ['a directory without the slash is elsewhere', `-i ${FOUR}/small`, '301', 'Location: /small/\r\n'],
    ['a directory without index.html is listed', `-i ${FOUR}/small/`, '200', 'Index of /small/'],
    ['a hidden file', `-i ${FOUR}/.secret`, '404', '404 Not Found\n'],
    ['above the directory', `-i --path-as-is ${FOUR}/../outside`, '404', '404 Not Found\n'],
    ['above it, encoded', `-i --path-as-is ${FOUR}/%2e%2e%2foutside`, '404', '404 Not Found\n'],
    ['a link that leads outside', `-i ${FOUR}/link`, '404', '404 Not Found\n'],
    ['a zero in the path', `-i ${FOUR}/a%00b`, '400', '400 Bad Request\n'],
    ['a POST', `-i -d hello ${FOUR}/`, '405', 'Allow: GET, HEAD'],
    ['a chunked body', `-i -H 'Transfer-Encoding: chunked' -d x ${FOUR}/`, '411', 'Connection: close'],
    ['a range is not needed', `-i -r 0-1 ${FOUR}/`, '200', '<p>hello\n'],
  ])('%s', async (_what, args, status, part) => {
    const { code, stdout } = await curl(args);
    expect(code).toBe(0);
    expect(stdout.split(' ')[1]).toBe(status);
    expect(stdout).toContain(part);
  });

  test('pipelined requests are answered in order, the last one with Connection: close', async () => {
    const request = (path: string, last = '') => `GET ${path} HTTP/1.1\\r\\nHost: x\\r\\n${last}\\r\\n`;
    const text = request('/small/1') + request('/nothing') + request('/', 'Connection: close\\r\\n');
    const script = `exec 3<>/dev/tcp/10.9.2.2/80; printf '${text}' >&3; cat <&3`;
    const { code, stdout } = await ns.run('bash', ['-c', script]);
    expect(code).toBe(0);
    expect(stdout.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
    expect(stdout.endsWith('<p>hello\n')).toBe(true);
  });

  test('echo sends back 1 MB that was ended by a FIN', async () => {
    const file = ns.path('one');
    writeFileSync(file, randomBytes(1e6));
    const child = ns.node('kernel-client.ts', ['10.9.2.2', '7', file]);
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (octets: Buffer) => chunks.push(octets));
    await new Promise((resolve) => child.once('close', resolve));
    expect(sha256(Buffer.concat(chunks))).toBe(sha256(readFileSync(file)));
  });

  test('discard takes 1 MB and ends with a FIN, without a word', async () => {
    const child = ns.node('kernel-client.ts', ['10.9.2.2', '9', ns.path('one')]);
    let got = 0;
    child.stdout?.on('data', (octets: Buffer) => {
      got += octets.length;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, got]).toEqual([0, 0]);
  });

  test('chargen sends the lines of RFC 864', async () => {
    const script = 'exec 3<>/dev/tcp/10.9.2.2/19; head -c 222 <&3';
    const { stdout } = await ns.run('bash', ['-c', script]);
    const line = (n: number) =>
      Array.from({ length: 72 }, (_, i) => String.fromCharCode(32 + ((n + i) % 95))).join('');
    expect(stdout).toBe([0, 1, 2].map((n) => `${line(n)}\r\n`).join(''));
  });

  test('an interface name that is taken: one line, exit code 1', async () => {
    const { code, stdout, stderr } = await ns.synfin(`serve ${NET} --echo 7`);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^synfin: fin2: [^\n]*another name\n$/);
  });

  test.each([
    [`serve ${NET}`, 'nothing to serve: give --http, --echo, --discard or --chargen with a port\n'],
    [`serve ${NET} --http 80 --dir /nowhere`, '--dir: there is no directory "/nowhere"\n'],
    [`serve ${NET} --echo 7 --discard 7`, 'two services cannot have the same port 7\n'],
    ['serve --tun x --address 10.9.2.2 --peer 10.9.2.1 --echo 7', '--address: "10.9.2.2" is not an address'],
    ['serve --tun x --address 10.9.2.2/24 --peer 10.9.3.1 --echo 7', 'every --peer (10.9.3.1) must be'],
  ])('exit code 2 and one line: %s', async (args, line) => {
    const { code, stdout, stderr } = await ns.synfin(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.startsWith(`synfin: ${line}`)).toBe(true);
    expect(stderr.split('\n')).toHaveLength(2);
  });

  test('SIGTERM: every client gets a FIN, the interface is removed, exit code 0', async () => {
    const client = ns.run('bash', [
      '-c',
      'exec 3<>/dev/tcp/10.9.2.2/7; echo >&3; read -r x <&3; echo up; cat <&3',
    ]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await server.stop('SIGTERM')).toBe(0);
    expect(await client).toMatchObject({ code: 0, stdout: 'up\n', stderr: '' });
    expect(server.stderr).toBe('');
    expect((await ns.sh('ip -o link show fin2')).code).not.toBe(0);
  });

  test.skipIf(!tshark)(
    titled(
      'tshark sees nothing malformed, no bad checksum, nothing sent twice',
      tshark ? '' : 'there is no tshark',
    ),
    async () => {
      const found = await analyse(ns.path('all.pcapng'));
      expect(faults(found)).toEqual(SOUND);
      expect(found.packets).toBeGreaterThan((2 * MEGABYTES * 1e6) / 1448);
    },
    180_000,
  );
});
