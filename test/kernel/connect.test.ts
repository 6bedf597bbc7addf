import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Namespace, titled, whyNoKernel } from '../support/namespace.ts';
import { analyse, faults, hasTshark, SOUND } from '../support/tshark.ts';

/** tshark takes its time, more so on a busy machine. */
const SLOW_MS = 180_000;
const MEGABYTES = Number(process.env['SYNFIN_KERNEL_MB'] ?? 20);
const NET = '--tun fin1 --address 10.9.1.2/24 --peer 10.9.1.1 --address fd00:9:1::2/64 --peer fd00:9:1::1';

const why = await whyNoKernel([]);
const tshark = await hasTshark();

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

describe.skipIf(why !== '')(titled('synfin connect and servers of the kernel', why), () => {
  let ns: Namespace;
  let server: ChildProcess;
  let serverSaid = '';
  let big = '';
  let bigSum = '';

  beforeAll(async () => {
    ns = await Namespace.open();
    big = ns.path('big');
    writeFileSync(big, randomBytes(MEGABYTES * 1e6));
    bigSum = sha256(big);
    writeFileSync(ns.path('small'), randomBytes(1e6));
    server = ns.node('kernel-server.ts', [big]);
    server.stdout?.on('data', (octets) => {
      serverSaid += String(octets);
    });
    if (server.stdout !== null) await once(server.stdout, 'data');
  });

  afterAll(async () => {
    server?.kill();
    await ns?.close();
  });

  test.each(['10.9.1.1', 'fd00:9:1::1'])('receives %s: every octet', async (host) => {
    const got = ns.path('got');
    const { code, stderr } = await ns.synfin(`connect ${host} 5001 ${NET}`, `< /dev/null > ${got}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(sha256(got)).toBe(bigSum);
  });

  test.each(['10.9.1.1', 'fd00:9:1::1'])('sends to %s: every octet, then a FIN', async (host) => {
    const outcome = await ns.synfin(`connect ${host} 5002 ${NET}`, `< ${big}`);
    const stdout = `${statSync(big).size} ${bigSum}\n`;
    expect(outcome).toMatchObject({ code: 0, stderr: '', stdout });
  });

  test('half-close: what the kernel sends after our FIN is received', async () => {
    const got = ns.path('got');
    const { code } = await ns.synfin(`connect 10.9.1.1 5005 ${NET}`, `< /dev/null > ${got}`);
    expect([code, sha256(got)]).toEqual([0, bigSum]);
  });

  test('the kernel closes first: what we send after its FIN arrives', async () => {
    const before = serverSaid;
    const small = ns.path('small');
    const outcome = await ns.synfin(`connect 10.9.1.1 5003 ${NET}`, `< ${small}`);
    expect(outcome).toMatchObject({ code: 0, stdout: 'bye\n', stderr: '' });
    await expect.poll(() => serverSaid.slice(before.length)).toBe(`1000000 ${sha256(small)}\n`);
  });

  test('exit code 3: nothing listens, and it is said at once', async () => {
    const outcome = await ns.synfin(`connect 10.9.1.1 5999 ${NET}`);
    expect(outcome).toMatchObject({
      code: 3,
      stdout: '',
      stderr: 'synfin: 10.9.1.1:5999: connection refused\n',
    });
  });

  test('exit code 4: nobody answers', async () => {
    const outcome = await ns.synfin(`connect 10.9.1.77 5001 --timeout 1 ${NET}`);
    expect(outcome).toMatchObject({
      code: 4,
      stdout: '',
      stderr: 'synfin: 10.9.1.77:5001: connection timed out\n',
    });
    expect(outcome.ms).toBeGreaterThan(900);
  });

  test('exit code 5: the kernel aborts', async () => {
    const outcome = await ns.run('sh', [
      '-c',
      `(echo x; sleep 1) | ${process.execPath} src/cli/main.ts --lang en connect 10.9.1.1 5004 ${NET}`,
    ]);
    expect(outcome).toMatchObject({
      code: 5,
      stderr: 'synfin: 10.9.1.1:5004: connection reset by the peer\n',
    });
  });

  test.each([
    ['10.99.0.1', '10.99.0.1'],
    ['fd99::1', '[fd99::1]'],
  ])('exit code 6: a router without a route to %s says so', async (host, shown) => {
    await ns.sh('echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding');
    const outcome = await ns.synfin(`connect ${host} 80 ${NET}`);
    expect(outcome).toMatchObject({ code: 6, stdout: '', stderr: `synfin: ${shown}:80: unreachable\n` });
    expect(outcome.ms).toBeLessThan(5000);
  });

  test('exit code 2 and one line: arguments that make no sense', async () => {
    for (const [args, line] of [
      ['connect 10.9.1.1', 'connect needs an address and a port\n'],
      [`connect nowhere 80 ${NET}`, 'HOST: "nowhere" is not an IP address\n'],
      [`connect 10.9.1.1 65536 ${NET}`, 'PORT must be a whole number from 1 to 65535, not "65536"\n'],
      ['connect 10.9.1.1 80 --tun x --peer 10.9.1.1', '--address is needed\n'],
      [`connect 10.9.1.1 80 ${NET} --loss 2`, '--loss must be a probability such as 0.02 or 2%, not "2"\n'],
    ] as const) {
      expect(await ns.synfin(args)).toMatchObject({ code: 2, stdout: '', stderr: `synfin: ${line}` });
    }
  });

  test('--ladder draws every segment on standard error, and the states that the kernel says it is in', async () => {
    const args = `connect 10.9.1.1 5002 --ladder ${NET.replace('--address fd00:9:1::2/64 --peer fd00:9:1::1', '')}`;
    writeFileSync(
      ns.path('script'),
      `echo | ${process.execPath} src/cli/main.ts --lang en ${args} > /dev/null`,
    );
    const { code, stderr } = await ns.run('sh', [ns.path('script')]);
    expect(code).toBe(0);
    const wanted = [
      'SYN-SENT',
      'SYN seq=0',
      'SYN-RECEIVED',
      'ESTABLISHED',
      'PSH,ACK seq=1 ack=1 len=1',
      'FIN,ACK',
    ];
    for (const text of wanted) expect(stderr).toContain(text);
    expect(stderr).toMatch(/FIN-WAIT-2.* (CLOSE-WAIT|LAST-ACK)\n/);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/TIME-WAIT.*(LISTEN|CLOSED)$/);
    const other = await ns.synfin(`connect 10.9.1.77 80 --ladder ${NET}`);
    expect(other).toMatchObject({ code: 2, stdout: '' });
  });

  test('the device is gone afterwards', async () => {
    expect((await ns.sh('ip -o link show fin1')).code).not.toBe(0);
  });

  describe.skipIf(!tshark)(titled('as tshark sees it', tshark ? '' : 'there is no tshark'), () => {
    test.each([
      ['receiving', 5001, '< /dev/null > /dev/null'],
      ['sending', 5002, '< BIG > /dev/null'],
      ['a half-close', 5005, '< /dev/null > /dev/null'],
    ])(
      '%s: nothing malformed, no bad checksum, nothing sent twice',
      { retry: 3, timeout: SLOW_MS }, // a machine that is busy elsewhere for two round trips has a probe sent
      async (_what, port, redirect) => {
        const file = ns.path('capture.pcapng');
        const { code } = await ns.synfin(
          `connect 10.9.1.1 ${port} ${NET} --pcap ${file}`,
          redirect.replace('BIG', big),
        );
        expect(code).toBe(0);
        const found = await analyse(file);
        expect(faults(found)).toEqual(SOUND);
        expect(found.packets).toBeGreaterThan((MEGABYTES * 1e6) / 1448);
        expect(found.comments.slice(0, 3)).toEqual(['SYN-SENT', 'SYN-SENT -> ESTABLISHED', 'ESTABLISHED']);
      },
    );
  });
});
