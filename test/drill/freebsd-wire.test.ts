// What FreeBSD puts around segments and into them: UDP datagrams, signatures.

import { describe, expect, it } from 'vitest';
import { formatResult, freebsdProfile, parseScript, runScript } from '../../src/drill/index.ts';
import { CONNECT, error, LISTEN, passes, SOCKET } from './freebsd.ts';

describe('TCP in UDP (udp_tunneling_port)', () => {
  const ON = ['--udp_encapsulation=tcp', ' 0 `sysctl -w net.inet.tcp.udp_tunneling_port=9811`'];
  const REMOTE = (port: number, result: string): string =>
    `+0 setsockopt(3, IPPROTO_TCP, TCP_REMOTE_UDP_ENCAPS_PORT, [${port}], 4) = ${result}`;
  const CONNECTING = [
    ...ON,
    ...SOCKET,
    REMOTE(1, '0'),
    CONNECT,
    '+0 > S 0:0(0) win 65535 <mss 1452,nop,wscale 6,sackOK,TS val 100 ecr 0>/udp(9811 > 1)',
  ];
  const IN_UDP = [
    ...CONNECTING,
    '+.1 < S. 0:0(0) ack 1 win 32767 <mss 1452>/udp(1 > 9811)',
    '+0 > . 1:1(0) ack 1 win 65535/udp(9811 > 1)',
  ];

  const ON_V6 = [
    '--ip_version=ipv6',
    ...CONNECTING.slice(0, -1),
    '+0 > S 0:0(0) win 65535 <mss 1432,nop,wscale 6,sackOK,TS val 100 ecr 0>/udp(9811 > 1)',
    '+.1 < S. 0:0(0) ack 1 win 32767 <mss 1432>/udp(1 > 9811)',
    '+0 > . 1:1(0) ack 1 win 65535/udp(9811 > 1)',
  ];

  it('the option: ports, of a closed socket, while there is a tunnel', () =>
    passes([
      ...ON,
      ...SOCKET,
      ...[-1, 65_536].map((port) => REMOTE(port, '-1 EINVAL (Invalid argument)')),
      REMOTE(65_535, '0'),
      '+0 getsockopt(3, IPPROTO_TCP, TCP_REMOTE_UDP_ENCAPS_PORT, [65535], [4]) = 0',
      '+0 `sysctl -w net.inet.tcp.udp_tunneling_port=0`',
      REMOTE(1, '-1 EINVAL (Invalid argument)'),
      REMOTE(0, '0'),
    ]));

  it('segments go in datagrams, and are smaller by their header', () =>
    passes([
      ...IN_UDP,
      '+.1 send(3, ..., 1452, 0) = 1452',
      '+0 > P. 1:1453(1452) ack 1 win 65535/udp(9811 > 1)',
      '+0 < icmp unreachable frag_needed mtu 1300 [1:1453(1452)/udp(9811 > 1)]',
      '+0 > . 1:1253(1252) ack 1 win 65535/udp(9811 > 1)',
      '+0 > P. 1253:1453(200) ack 1 win 65535/udp(9811 > 1)',
      '+.1 < . 1:1(0) ack 1453 win 32767/udp(1 > 9811)',
    ]));

  it('pmtud_blackhole_detection: smaller segments after two retransmissions each, then the first size again', async () => {
    for (const [lines, sizes] of [
      [IN_UDP, [1452, 1452, 1200, 1200, 536, 536, 1452, 1452]],
      [ON_V6, [1432, 1432, 1220, 1220, 1432]],
    ] as const) {
      const all = sizes[0];
      const at = lines.indexOf(CONNECT);
      await passes([
        ...lines.slice(0, at),
        '+0 `sysctl -w net.inet.tcp.pmtud_blackhole_detection=1 net.inet.tcp.pmtud_blackhole_mss=1200`',
        ...lines.slice(at),
        '+0 setsockopt(3, IPPROTO_TCP, TCP_FUNCTION_BLK, {function_set_name="freebsd", pcbcnt=0}, 36) = 0',
        `+.1 write(3, ..., ${all}) = ${all}`,
        ...sizes.map((n) => `* > ${n === all ? 'P' : ''}. 1:${n + 1}(${n}) ack 1 win 65535/udp(9811 > 1)`),
      ]);
    }
  });

  it('a segment that comes another way is of no connection', () =>
    passes([
      ...IN_UDP,
      '+.1 < F. 1:1(0) ack 1 win 32767',
      '+0 > R 1:1(0) win 0',
      '+.1 < F. 1:1(0) ack 1 win 32767/udp(2 > 9811)',
      '+0 > R 1:1(0) win 0/udp(9811 > 2)',
      '+.1 < F. 1:1(0) ack 1 win 32767/udp(1 > 9811)',
      '+0 > . 1:1(0) ack 2 win 65535/udp(9811 > 1)',
    ]));

  it('nor one to a port without a tunnel: the ICMP error about it is not judged', () =>
    passes([
      ...IN_UDP,
      '+.1 < F. 1:1(0) ack 1 win 32767/udp(1 > 9812)',
      '+.1 < F. 1:1(0) ack 1 win 32767/udp(1 > 9811)',
      '+0 > . 1:1(0) ack 2 win 65535/udp(9811 > 1)',
    ]));

  it('nor is what ICMP quotes with other ports', () =>
    passes([
      ...CONNECTING,
      '+0 < icmp unreachable port_unreachable [0:0(0)/udp(9811 > 2)]',
      error('0'),
      '+0 < icmp unreachable port_unreachable [0:0(0)/udp(9811 > 1)]',
      error('ECONNREFUSED'),
    ]));

  it('a listener learns the port of the peer; of a SYN cookie it may have changed (syncookies_only)', () =>
    passes([
      ...ON,
      '+0 `sysctl -w net.inet.tcp.syncookies_only=1`',
      ...LISTEN,
      '+.1 < S 0:0(0) win 65535 <mss 1452>/udp(1 > 9811)',
      '+0 > S. 0:0(0) ack 1 win 65535 <mss 1452>/udp(9811 > 1)',
      '+.1 < . 1:1(0) ack 1 win 65535/udp(2 > 9811)',
      '+0 accept(3, ..., ...) = 4',
      '+0 getsockopt(4, IPPROTO_TCP, TCP_REMOTE_UDP_ENCAPS_PORT, [2], [4]) = 0',
      '+0 close(4) = 0',
      '+0 > F. 1:1(0) ack 1 win 65535/udp(9811 > 2)',
    ]));

  it('a line says what carries a segment', async () => {
    const script = [...IN_UDP.slice(0, -1), '+0 > . 1:1(0) ack 1 win 65535'].join('\n');
    const result = await runScript(parseScript(script, { file: 'f.pkt', platform: 'FreeBSD' }), {
      profile: freebsdProfile,
    });
    expect(formatResult(result)).toMatch(/what carries the segment differs/);
  });
});

describe('signed segments (TCP_MD5SIG, setkey)', () => {
  const KEYS = [
    '--tcp_md5_secret=secret',
    ` 0 \`echo 'add 192.168.0.1 192.0.2.1 tcp 0x1000 -A tcp-md5 "secret" ;
      add 192.0.2.1 192.168.0.1 tcp 0x1001 -A tcp-md5 "secret" ;' | setkey -c\``,
  ];
  const SIGN = '+0 setsockopt(3, IPPROTO_TCP, TCP_MD5SIG, [1], 4) = 0';
  const OPENED = [
    ...KEYS,
    ...SOCKET,
    SIGN,
    CONNECT,
    '+0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0,nop,nop,md5 valid>',
    '+.1 < S. 0:0(0) ack 1 win 32767 <mss 1460,sackOK,md5 valid,eol,eol,eol,eol>',
    '+0 > . 1:1(0) ack 1 win 65535 <nop,nop,md5 valid>',
  ];

  it('the option is a flag of a socket', () =>
    passes([
      ...SOCKET,
      '+0 getsockopt(3, IPPROTO_TCP, TCP_MD5SIG, [0], [4]) = 0',
      SIGN,
      '+0 getsockopt(3, IPPROTO_TCP, TCP_MD5SIG, [1], [4]) = 0',
    ]));

  it('each segment is signed, and one without the right signature is not heard', () =>
    passes([
      ...OPENED,
      '+.1 write(3, ..., 1440) = 1440',
      '+0 > P. 1:1441(1440) ack 1 win 65535 <nop,nop,md5 valid>',
      '+.01 < . 1:11(10) ack 1441 win 32767',
      '+.01 < . 1:11(10) ack 1441 win 32767 <nop,nop,md5 invalid>',
      '+.01 < R. 1:1(0) ack 1441 win 32767',
      '+.01 read(3, ..., 100) = -1 EAGAIN (Resource temporarily unavailable)',
      '+.01 < . 1:11(10) ack 1441 win 32767 <nop,nop,md5 valid>',
      '+0 read(3, ..., 100) = 10',
      '+.04 > . 1441:1441(0) ack 11 win 65535 <nop,nop,md5 valid>',
      '+.01 < R. 11:11(0) ack 1441 win 32767 <nop,nop,md5 valid>',
      error('ECONNRESET'),
    ]));

  it('a reset of a port where nobody listens is signed when the SYN was', () =>
    passes([
      ...KEYS,
      ...LISTEN.slice(0, 2),
      '+.1 < S 0:0(0) win 32767 <mss 1460,sackOK,md5 valid>',
      '+0 > R. 0:0(0) ack 1 win 0 <nop,nop,md5 valid>',
      '+.1 < S 0:0(0) win 32767 <mss 1460,sackOK,md5 invalid>',
      '+.1 < S 0:0(0) win 32767 <mss 1460>',
      '+0 > R. 0:0(0) ack 1 win 0',
    ]));

  it('a listener with the option takes signed SYNs alone', () =>
    passes([
      ...KEYS,
      LISTEN[0] as string,
      SIGN,
      ...LISTEN.slice(1),
      '+.1 < S 0:0(0) win 32767 <mss 1460>',
      '+.1 < S 0:0(0) win 32767 <mss 1460,sackOK,md5 valid>',
      '+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,md5 valid>',
      '+.1 < . 1:1(0) ack 1 win 32767',
      '+.1 < . 1:1(0) ack 1 win 32767 <nop,nop,md5 valid>',
      '+0 accept(3, ..., ...) = 4',
    ]));

  it('what is signed wrongly fails a line that says valid, and the other way round', async () => {
    for (const [said, key] of [
      ['valid', 'another'],
      ['invalid', 'secret'],
    ] as const) {
      const lines = [
        `--tcp_md5_secret=${key}`,
        ...OPENED.slice(1, 7).map((l) => l.replace('md5 valid', `md5 ${said}`)),
      ];
      const script = parseScript(lines.join('\n'), { file: 'f.pkt', platform: 'FreeBSD' });
      const result = await runScript(script, { profile: freebsdProfile });
      expect(formatResult(result)).toMatch(/md5/);
      expect(result.outcome).toBe('fail');
    }
  });
});
