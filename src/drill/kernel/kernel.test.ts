import { describe, expect, test } from 'vitest';
import { parseScript } from '../parse/index.ts';
import { KernelTarget, kernelArguments } from './index.ts';
import { Pace } from './pace.ts';
import { kernelShell } from './shell.ts';
import { LITTLE, readSockaddr, sockaddr } from './sockaddr.ts';
import { readTcpInfo, TCP_INFO_BYTES } from './tcp-info.ts';

describe('socket addresses as the kernel has them', () => {
  test.each([
    ['192.0.2.1', 4, 16],
    ['2001:db8::1', 6, 28],
    ['192.0.2.1', 6, 28],
    [null, 4, 16],
    [null, 6, 28],
  ] as const)('%s for a socket of family %i comes back as it went', (address, family, octets) => {
    const bytes = sockaddr({ address, port: 8080 }, family);
    expect(bytes.length).toBe(octets);
    expect(readSockaddr(bytes)).toEqual({ address, port: 8080 });
  });

  test('an IPv4 address on an IPv6 socket is mapped, AF_UNSPEC is all zeros', () => {
    const mapped = sockaddr({ address: '192.0.2.1', port: 1 }, 6).subarray(8, 24);
    expect([...mapped]).toEqual([...Array(10).fill(0), 0xff, 0xff, 192, 0, 2, 1]);
    expect(sockaddr(null, 4).every((octet) => octet === 0)).toBe(true);
  });
});

describe('struct tcp_info', () => {
  /** Each octet is its offset. */
  const bytes = Uint8Array.from({ length: TCP_INFO_BYTES }, (_, i) => i & 0xff);
  const at = (offset: number): number => new DataView(bytes.buffer).getUint32(offset, LITTLE);

  test.each([
    ['tcpi_rto', 8],
    ['tcpi_unacked', 24],
    ['tcpi_snd_cwnd', 80],
    ['tcpi_total_retrans', 100],
    ['tcpi_segs_out', 136],
    ['tcpi_min_rtt', 148],
    ['tcpi_delivered', 192],
    ['tcpi_snd_wnd', 228],
    ['tcpi_total_rto_time', 244],
  ])('%s is at %i, as <linux/tcp.h> has it', (name, offset) => {
    expect(readTcpInfo(bytes, TCP_INFO_BYTES)[name]).toBe(at(offset));
  });

  test('fields of one octet and of half an octet', () => {
    expect(readTcpInfo(bytes, TCP_INFO_BYTES)).toMatchObject({
      tcpi_state: 0,
      tcpi_ca_state: 1,
      tcpi_options: 5,
      tcpi_snd_wscale: LITTLE ? 6 : 0,
      tcpi_rcv_wscale: LITTLE ? 0 : 6,
    });
  });

  test('a field beyond what the kernel gave is not there', () => {
    const info = readTcpInfo(bytes, 104);
    expect(info).toHaveProperty('tcpi_total_retrans');
    expect(info).not.toHaveProperty('tcpi_pacing_rate');
    expect(info).not.toHaveProperty('tcpi_snd_wnd');
  });
});

describe('shell lines for the kernel', () => {
  const never = (name: string): never => expect.unreachable(`the control ${name}`);
  test.each([
    'sysctl -w kernel.hostname=x',
    'sysctl -w net.ipv4.../../kernel/hostname=x',
    'sysctl -w net.ipv4.no_such_setting=1',
    'sysctl -a',
    'ip link set dev eth0 mtu 9000',
    'ip netns exec x true',
    'reboot',
  ])('%s is unsupported, and nothing runs', (line) => {
    expect(kernelShell(line, never)).toEqual([expect.objectContaining({ kind: 'unsupported' })]);
  });

  test('what concerns a tool is nothing, sleep sleeps', () => {
    const others = kernelShell('tc qdisc add dev tun0 root pfifo$(reboot)\nethtool -K eth0 tso off', never);
    expect(others).toEqual([{ kind: 'nothing' }, { kind: 'nothing' }]);
    expect(kernelShell('nstat -n\nsleep 0.5', never)).toEqual([
      { kind: 'counters-from-now' },
      { kind: 'sleep', us: 500_000 },
    ]);
  });
});

test('the local address is the one that packetdrill uses', () => {
  const script = (option: string) => parseScript(`${option}\n0 socket(..., SOCK_STREAM, 0) = 3\n`);
  expect(kernelArguments(script(''))).toEqual({ local_ip: '192.168.0.1' });
  expect(kernelArguments(script('--ip_version=ipv4-mapped-ipv6'))).toEqual({ local_ip: '192.168.0.1' });
  expect(kernelArguments(script('--ip_version=ipv6'))).toEqual({ local_ip: 'fd3d:fa7b:d17d::1' });
});

test('a target in real time is refused outside a namespace of its own: this machine keeps its network', async () => {
  const config = { wire: 4, localIp: '192.168.0.1', mtu: 1500 } as Parameters<typeof KernelTarget.open>[0];
  await expect(KernelTarget.open(config)).rejects.toThrow(expect.objectContaining({ name: 'TunError' }));
});

test('a wait ends at its time, or when what it waits for is there', async () => {
  let us = 0;
  const pace = new Pace(() => {
    us += 100;
    return us;
  });
  await pace.advance(1500, () => false);
  expect(us).toBe(1500);
  await pace.advance(Number.POSITIVE_INFINITY, () => us >= 2000);
  expect(us).toBe(2000);
});
