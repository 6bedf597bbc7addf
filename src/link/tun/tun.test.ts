import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { addressBytes, addressText } from './address.ts';
import { errnoName, systemError } from './errors.ts';
import { ffiLibc } from './ffi.ts';
import { canUseNamespaces, canUseTun, parseTcpTable, TunError } from './index.ts';
import { NetlinkMessage } from './netlink.ts';

const FIXTURE = fileURLToPath(new URL('../../../test/fixtures/tun-kernel.ts', import.meta.url));

const namespaces = await canUseNamespaces();
const device = await canUseTun();
const why = !namespaces.ok ? namespaces.why : !device.ok ? device.why : '';
const skipped = why === '' ? '' : ` (skipped: ${why})`;
const noNamespace = namespaces.ok ? '' : ` (skipped: ${namespaces.why})`;

/** Of node:ffi, which is an experimental feature of Node 26. */
const QUIET = '--disable-warning=ExperimentalWarning';

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

function runFixture(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [QUIET, FIXTURE, ...args], { timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe.skipIf(why !== '')(`a TUN interface in a network namespace of its own${skipped}`, async () => {
  const outcome: Outcome = why === '' ? await runFixture() : { code: 0, stdout: '{}', stderr: '' };
  const answers = JSON.parse(outcome.stdout === '' ? '{}' : outcome.stdout) as Record<string, unknown>;
  const answer = (name: string) => answers[name];

  test('the fixture ran to its end', () => {
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
  });

  test('it has the name with the first free number, the MTU, and every address; none of its own making', () => {
    expect(answer('name')).toBe('fin0');
    expect(answer('mtu')).toBe(1400);
    expect(answer('addresses')).toEqual([
      '10.7.0.1/24',
      '10.8.0.1/24',
      '10.9.0.1/32',
      'fd00:7::1/64',
      'fd00:8::1/64',
    ]);
    expect(answer('loopback')).toEqual(['127.0.0.1', '::1']);
  });

  const remotes = [
    '10.7.0.2',
    '10.8.0.99',
    '10.9.0.2',
    '203.0.113.5',
    'fd00:7::2',
    'fd00:8::99',
    '2001:db8::5',
  ];

  test('the kernel sends to every subnet, peer and route through it', () => {
    expect(answer('reached')).toEqual(Object.fromEntries(remotes.map((to) => [to, `to ${to}`])));
  });

  test('what is written to it reaches the sockets of the kernel', () => {
    expect(answer('replies')).toEqual(Object.fromEntries(remotes.map((from) => [from, `from ${from}`])));
  });

  test('the kernel answers an ICMP echo request', () => {
    expect(answer('echoReply')).toBe('00009794000100016869');
  });

  test("the kernel's state of a connection: CLOSED, LISTEN, SYN-RECEIVED, SYN-SENT; the table agrees", () => {
    expect(answer('states')).toEqual([
      'CLOSED',
      'LISTEN',
      'SYN-RECEIVED',
      '10.7.0.1 10.7.0.2 SYN-RECEIVED',
      'SYN-SENT',
      '10.7.0.1 10.7.0.2 SYN-SENT',
      'SYN-SENT',
      'fd00:7::1 fd00:7::2 SYN-SENT',
    ]);
  });

  test('a paused device reads nothing; resumed, it reads in one batch what the kernel queued', () => {
    expect(answer('whilePaused')).toBe(0);
    expect(answer('grown')).toMatchObject({ floods: ['one', 'two', 'three'], batches: 1 });
  });

  test('a Memory that grows between two packets of a batch loses none of them', () => {
    expect(answer('grown')).toMatchObject({ floods: ['one', 'two', 'three'], growths: 3 });
  });

  test('an exception of the receiver is an uncaught exception, and reading goes on', () => {
    expect(answer('throwing')).toEqual(['Error: thrown by the receiver', 32]);
  });

  test('a packet that the kernel refuses is false, counted and remembered, not thrown', () => {
    expect(answer('garbage')).toEqual([false, 1, 'EINVAL']);
  });

  test('errors are typed: a taken name is EBUSY, a bad address EINVAL, an absent interface ENODEV', () => {
    expect([answer('taken'), answer('badAddress'), answer('absent')]).toEqual(['EBUSY', 'EINVAL', 'ENODEV']);
  });

  test('where no thread of the kernel can be had (/sys is of another namespace) there is an interface without', () => {
    expect([answer('napi'), answer('napiClosed')]).toEqual([['napi0', true], false]);
  });

  test('closing deletes the interface; a closed device writes nothing', () => {
    expect(answer('afterClose')).toEqual([false, false]);
  });

  test('a receiver may close the device: nothing more arrives, and its block is free only afterwards', () => {
    expect(answer('shut')).toEqual({ packets: 1, used: [65536, 0] });
  });

  test('a device whose interface was deleted closes itself, says EBADFD and gives its memory back', () => {
    expect(answer('deleted')).toBe('EBADFD');
    expect(answer('leaked')).toBe(0);
  });
});

describe.skipIf(!namespaces.ok)(`running again in a network namespace${noNamespace}`, () => {
  test('the exit code is that of the program inside', async () => {
    expect((await runFixture('exit', '7')).code).toBe(7);
  });

  test('SIGTERM reaches the program inside, which decides how it ends', async () => {
    const child = spawn(process.execPath, [FIXTURE, 'wait'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([9, null]);
  });
});

describe.skipIf(process.platform !== 'linux')('the state of a connection in the kernel (Linux only)', () => {
  test.each(['sock_diag', '/proc/self/net/tcp'])(
    '%s finds a dual-stack connection by its IPv4 tuple',
    async (way) => {
      vi.resetModules();
      const { kernelStateOf } = await import('./kernel.ts');
      const { loadLibc, loadedLibc } = await import('./libc.ts');
      if (way === 'sock_diag') await loadLibc().catch(() => {});
      else expect(loadedLibc()).toBeUndefined();
      const server = createServer().listen(0);
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const client = connect(port, '127.0.0.1');
      const [accepted] = (await once(server, 'connection')) as [Socket];
      if (client.connecting) await once(client, 'connect');
      const tuple = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1' };
      const theirs = { ...tuple, localPort: port, remotePort: client.localPort as number };
      const ours = { ...tuple, localPort: client.localPort as number, remotePort: port };
      expect([kernelStateOf(theirs), kernelStateOf(ours)]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
      expect(kernelStateOf({ ...theirs, remotePort: 1 })).toBe('LISTEN');
      expect(() => kernelStateOf({ ...theirs, localAddress: 'here' })).toThrow(/not an IP address/);
      client.resetAndDestroy();
      accepted.on('error', () => {});
      await new Promise((resolve) => accepted.once('close', resolve));
      server.close();
      await once(server, 'close');
      expect([kernelStateOf(theirs), kernelStateOf(ours)]).toEqual(['CLOSED', 'CLOSED']);
    },
  );
});

describe('without a kernel', async () => {
  test('koffi missing is a TunError ENOSYS that says what to install', async () => {
    vi.resetModules();
    vi.doMock('koffi', () => {
      throw new Error('Cannot find package');
    });
    vi.doMock('./ffi.ts', () => ({ ffiLibc: () => Promise.resolve(null) }));
    const { openTun } = await import('./open.ts');
    const { Memory } = await import('../../wire/index.ts');
    const opening = openTun({ memory: new Memory() });
    await expect(opening).rejects.toMatchObject({ name: 'TunError', code: 'ENOSYS' });
    await expect(opening).rejects.toThrow(/npm install koffi/);
    vi.doUnmock('koffi');
    vi.doUnmock('./ffi.ts');
  });

  const ffi = await ffiLibc();
  test.skipIf(ffi === null)(
    `node:ffi stands in for koffi${ffi === null ? ' (skipped: this Node has none)' : ''}`,
    async () => {
      vi.resetModules();
      vi.doMock('koffi', () => {
        throw new Error('Cannot find package');
      });
      const { loadLibc } = await import('./libc.ts');
      const libc = await loadLibc();
      expect(libc.ifNameToIndex('lo')).toBeGreaterThan(0);
      expect([libc.read(-1, libc.addressOf(new Uint8Array(512)), 1), libc.errno()]).toEqual([-1, 9]);
      vi.doUnmock('koffi');
    },
  );

  test('an errno has its name, and the message says what to do', () => {
    expect([1, 13, 16, 77, 0].map(errnoName)).toEqual(['EPERM', 'EACCES', 'EBUSY', 'EBADFD', 'EUNKNOWN']);
    const error = systemError('making the TUN interface x', 1);
    expect(error).toBeInstanceOf(TunError);
    expect(error).toMatchObject({ code: 'EPERM', errno: 1 });
    expect(error.message).toMatch(/^making the TUN interface x: EPERM, .*CAP_NET_ADMIN/);
  });

  test('addresses are bytes in network order; an IPv4-mapped address is an IPv4 address', () => {
    expect([...addressBytes('10.7.0.254')]).toEqual([10, 7, 0, 254]);
    expect([...addressBytes('::ffff:10.7.0.254')]).toEqual([10, 7, 0, 254]);
    expect([...addressBytes('fd00:7::1')]).toEqual([0xfd, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    for (const text of ['10.7.0.254', 'fd00:7::1', '::']) expect(addressText(addressBytes(text))).toBe(text);
    for (const text of ['', '10.7', '10.7.0.256', 'fe80::1%tun0', 'x']) {
      expect(() => addressBytes(text)).toThrow(TunError);
    }
  });

  test('a netlink attribute counts its header but not its padding, and nests', () => {
    const message = new NetlinkMessage(16, 5);
    message
      .attribute(26, () => message.attribute(10, () => message.u8(1)))
      .u8(7)
      .finish();
    const hex = Buffer.from(message.bytes.subarray(0, message.length)).toString('hex');
    const header = '1d000000100005000000000000000000';
    expect(hex).toBe([header, '0c001a00', '05000a00', '01000000', '07'].join(''));
  });

  test('the lines of /proc/net/tcp and tcp6 are sockets in the words of RFC 9293', () => {
    const header =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
    const lines = [
      '   0: 0100070A:1E61 0200070A:0050 01 00000010:00000020 00:00000000 00000000     0        0 8882 2 0 20 4 0 10 -1',
      '   1: 0100070A:1E61 0200070A:0051 06 00000000:00000000 03:00000517 00000000     0        0 0 3 0',
      '   0: 0000000000000000FFFF00000100070A:1E61 0000000000000000FFFF00000200070A:0050 08 00000000:00000000 00:00000000 00000000     0        0 9 1 0',
      '   1: 070000FD000000000000000001000000:1E62 00000000000000000000000000000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 10 1 0',
      '   2: not a socket',
    ];
    const port = { localPort: 7777, remotePort: 80 };
    const pair = { localAddress: '10.7.0.1', remoteAddress: '10.7.0.2' };
    expect(parseTcpTable([header, ...lines, ''].join('\n'))).toEqual([
      { ...pair, ...port, state: 'ESTABLISHED', txQueue: 16, rxQueue: 32, inode: 8882 },
      { ...pair, ...port, remotePort: 81, state: 'TIME-WAIT', txQueue: 0, rxQueue: 0, inode: 0 },
      { ...pair, ...port, state: 'CLOSE-WAIT', txQueue: 0, rxQueue: 0, inode: 9 },
      {
        localAddress: 'fd00:7::1',
        localPort: 7778,
        remoteAddress: '::',
        remotePort: 0,
        state: 'LISTEN',
        txQueue: 0,
        rxQueue: 3,
        inode: 10,
      },
    ]);
  });
});
