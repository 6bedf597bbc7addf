// FreeBSD's choices, each by scripts of its kind: what a SYN offers, ECN, Fast Open by sendto, ACKs, and what options and
// sysctls change of a connection.

import { describe, it } from 'vitest';
import { BUFFER, CONNECT, LISTEN, OPEN, passes, SOCKET, SYN } from './freebsd.ts';

describe('what a SYN offers', () => {
  const opened = (more: readonly string[], syn: string): string[] => [
    ...SOCKET,
    ...more,
    CONNECT,
    `+0 > S 0:0(0) win 65535${syn}`,
  ];
  it('the window scale is that of kern.ipc.maxsockbuf, up to 14', () =>
    passes(
      opened(
        ['+0 `sysctl -w kern.ipc.maxsockbuf=4294967295`'],
        ' <mss 1460,nop,wscale 14,sackOK,TS val 100 ecr 0>',
      ),
    ));
  it('TCP_NOOPT: nothing, and nothing that the peer offers is used', () =>
    passes([
      ...opened(['+0 setsockopt(3, IPPROTO_TCP, TCP_NOOPT, [1], 4) = 0'], ''),
      '+.1 < S. 0:0(0) ack 1 win 65535 <mss 1000,sackOK,TS val 5 ecr 0!,nop,wscale 6>',
      '+0 > . 1:1(0) ack 1 win 65535',
      '+0 getsockopt(3, IPPROTO_TCP, TCP_MAXSEG, [536], [4]) = 0',
    ]));
  it('TCP_KEEPINIT bounds how long it is sent again', () =>
    passes([
      SOCKET[0] as string,
      '+0 setsockopt(3, IPPROTO_TCP, TCP_KEEPINIT, [5], 4) = 0',
      '+0 getsockopt(3, IPPROTO_TCP, TCP_KEEPINIT, [5], [4]) = 0',
      '1...6 connect(3, ..., ...) = -1 ETIMEDOUT (Operation timed out)',
      '+0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>',
      '+1 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 1100 ecr 0>',
      '+2.2 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 3300 ecr 0>',
    ]));
});

describe('IP_TTL and IP_TOS count from the first segment on', () => {
  const SET = [
    '+0 setsockopt(3, IPPROTO_IP, IP_TTL, [4], 4) = 0',
    '+0 setsockopt(3, IPPROTO_IP, IP_TOS, [IPTOS_DSCP_CS1], 4) = 0',
  ];
  it('active', () =>
    passes([
      ...SOCKET,
      ...SET,
      CONNECT,
      '+0 > (tos 0x20, ttl 4) S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>',
    ]));
  it('passive', () =>
    passes([
      LISTEN[0] as string,
      ...SET,
      ...LISTEN.slice(1),
      '+0 < S 0:0(0) win 32767 <mss 1460>',
      '+0 > (tos 0x20, ttl 4) S. 0:0(0) ack 1 win 65535 <mss 1460>',
    ]));
});

describe('the RST of a segment that is not accepted goes as the packets of the socket', () => {
  const SERVICE = ['+0 setsockopt(3, IPPROTO_IP, IP_TOS, [0x20], 4) = 0'];

  it('in SYN-SENT, and in TIME-WAIT', () =>
    passes([
      '--udp_encapsulation=tcp',
      ...SOCKET,
      ...SERVICE,
      '+0 `sysctl -w net.inet.tcp.udp_tunneling_port=9811`',
      CONNECT,
      '+0 > (tos 0x20) S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>',
      '+.1 < S. 0:0(0) ack 7 win 32767 <mss 1460,sackOK,eol,eol>',
      '+0 > (tos 0x20) R 7:7(0) win 0',
      '+.1 < S. 0:0(0) ack 1 win 32767 <mss 1460,sackOK,eol,eol>',
      '+0 > (tos 0x20) . 1:1(0) ack 1 win 65535',
      '+.1 shutdown(3, SHUT_WR) = 0',
      '+0 > (tos 0x20) F. 1:1(0) ack 1 win 65535',
      '+.1 < F. 1:1(0) ack 2 win 32767',
      '+0 > (tos 0x20) . 2:2(0) ack 2 win 65535',
      '+.1 < . 2:2(0) ack 2 win 32767/udp(5 > 9811)',
      '+0 > (tos 0x20) R 2:2(0) win 0/udp(9811 > 5)',
    ]));

  it('of a port that is bound, and of a listener', () =>
    passes([
      ' 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
      ...SERVICE,
      '+0 setsockopt(3, IPPROTO_IP, IP_TTL, [9], 4) = 0',
      '+0 bind(3, ..., ...) = 0',
      '+0 < S 5:5(0) win 32767 <mss 1460>',
      '+0 > (tos 0x20, ttl 9) R. 0:0(0)! ack 6 win 0',
      '+0 listen(3, 1) = 0',
      '+.1 < . 5:5(0) ack 8 win 32767',
      '+0 > (tos 0x20, ttl 9) R 8:8(0) win 0',
    ]));

  it('of a port that nobody has: as the host’s', () =>
    passes([
      ' 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
      ...SERVICE,
      '+0 < S 5:5(0) win 32767 <mss 1460>',
      '+0 > (tos 0x00, ttl 64) R. 0:0(0)! ack 6 win 0',
    ]));
});

it('a window in units is rounded up: one that is told again is no smaller', () =>
  passes([
    ...SOCKET,
    ...SYN,
    '+.1 < S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 100>',
    '+0 > . 1:1(0) ack 1 win 1027 <nop,nop,TS val 200 ecr 100>',
    '+.1 < P. 1:2(1) ack 1 win 65535 <nop,nop,TS val 200 ecr 200>',
    '+.04 > . 1:1(0) ack 2 win 1027 <nop,nop,TS val 340 ecr 200>',
  ]));

it('who reads a quarter of the buffer has the peer told; who reads less has not', () =>
  passes([
    ...OPEN,
    ...[0, 1, 2, 3, 4, 5, 6].flatMap((n) => {
      const seq = 1 + 2920 * n;
      return [
        `+0 < . ${seq}:${seq + 1460}(1460) ack 1 win 32767`,
        `+0 < . ${seq + 1460}:${seq + 2920}(1460) ack 1 win 32767`,
        `+0 > . 1:1(0) ack ${seq + 2920} win ${BUFFER - 2920 * (n + 1)}`,
      ];
    }),
    '+0 read(3, ..., 16000) = 16000',
    '+.1 read(3, ..., 1000) = 1000',
    '+0 > . 1:1(0) ack 20441 win 62260',
  ]));

describe('ACKs', () => {
  const ACCEPTED = [
    ...LISTEN,
    '+0 < S 0:0(0) win 32767 <mss 1460,sackOK,eol,eol>',
    '+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>',
    '+.1 < . 1:1(0) ack 1 win 32767',
    '+0 accept(3, ..., ...) = 4',
  ];

  it('the second segment is acknowledged at once, however small', () =>
    passes([
      ...ACCEPTED,
      '+.1 < P. 1:11(10) ack 1 win 32767',
      '+.01 < P. 11:21(10) ack 1 win 32767',
      '+0 > . 1:1(0) ack 21 win 65535',
      '+.1 < P. 21:31(10) ack 1 win 32767',
      '+.04 > . 1:1(0) ack 31 win 65535',
    ]));

  it('a FIN is acknowledged at once', () =>
    passes([...ACCEPTED, '+.1 < F. 1:1(0) ack 1 win 32767', '+0 > . 1:1(0) ack 2 win 65535']));

  it('tcpdrop resets, and the program is told ECONNABORTED', () =>
    passes([
      ...ACCEPTED,
      '+.1 `tcpdrop -a -s ESTABLISHED`',
      '+0 > R. 1:1(0) ack 1 win 0',
      '+0 read(4, ..., 10) = -1 ECONNABORTED (Software caused connection abort)',
    ]));
});

it('rexmit_drop_options: from its third retransmission on a SYN offers its MSS alone; rexmit_slop is added to each RTO', () =>
  passes([
    ...SOCKET,
    '+0 `sysctl -w net.inet.tcp.rexmit_slop=200 net.inet.tcp.rexmit_drop_options=1`',
    ...SYN,
    '+1 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 1100 ecr 0>',
    '+2.2 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 3300 ecr 0>',
    '+4.2 > S 0:0(0) win 65535 <mss 1460>',
    '+0 close(3) = 0',
  ]));

describe('sendto with an address connects', () => {
  const CONNECTS = [...SOCKET, '+0 setsockopt(3, IPPROTO_TCP, TCP_FASTOPEN, [1], 4) = 0'];

  it('TCP_FASTOPEN: the SYN asks for a cookie, the next one carries it with the text', () =>
    passes([
      ...CONNECTS,
      '+0 sendto(3, ..., 100, 0, ..., ...) = 100',
      '+0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0,FO,eol,eol>',
      '+.05 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,nop,nop,FO 0102030405060708,nop,nop>',
      '+0 > P. 1:101(100) ack 1 win 65535',
      '+.05 < R 1:1(0) win 0',
      '+0 close(3) = 0',
      '+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
      '+0 fcntl(3, F_SETFL, O_RDWR | O_NONBLOCK) = 0',
      '+0 setsockopt(3, IPPROTO_TCP, TCP_FASTOPEN, [1], 4) = 0',
      '+0 sendto(3, ..., 100, 0, ..., ...) = 100',
      '+0 > S 0:100(100) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0,FO 0102030405060708,eol,eol>',
      '+.05 < S. 0:0(0) ack 101 win 65535 <mss 1460,sackOK,eol,eol>',
      '+0 > . 101:101(0) ack 1 win 65535',
    ]));

  const AGAIN = [
    '+.05 < R 1:1(0) win 0',
    '+0 close(3) = 0',
    '+0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3',
    '+0 fcntl(3, F_SETFL, O_RDWR | O_NONBLOCK) = 0',
    '+0 setsockopt(3, IPPROTO_TCP, TCP_FASTOPEN, [1], 4) = 0',
    '+0 sendto(3, ..., 100, 0, ..., ...) = 100',
  ];
  const PLAIN = '+0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>';

  it('a server that grants no cookie is not asked again (fastopen.path_disable_time)', () =>
    passes([
      ...CONNECTS,
      '+0 sendto(3, ..., 100, 0, ..., ...) = 100',
      '+0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0,FO,eol,eol>',
      '+.05 < S. 0:0(0) ack 1 win 65535 <mss 1460,nop,FO 01>',
      '+0 > P. 1:101(100) ack 1 win 65535',
      ...AGAIN,
      PLAIN,
    ]));

  it('nor one that does not take the text of a SYN', () =>
    passes([
      ...CONNECTS,
      '+0 sendto(3, ..., 100, 0, ..., ...) = 100',
      '+0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0,FO,eol,eol>',
      '+.05 < S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,FO 0102030405060708>',
      '+0 > P. 1:101(100) ack 1 win 65535',
      ...AGAIN,
      '+0 > S 0:100(100) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0,FO 0102030405060708,eol,eol>',
      '+.05 < S. 0:0(0) ack 1 win 65535 <mss 1460>',
      '+0 > P. 1:101(100) ack 1 win 65535',
      ...AGAIN,
      PLAIN,
    ]));

  it('without the option the text waits for the handshake', () =>
    passes([
      ...SOCKET,
      '+0 sendto(3, ..., 100, 0, ..., ...) = 100',
      '+0 > S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>',
      '+.05 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>',
      '+0 > P. 1:101(100) ack 1 win 65535',
    ]));
});

describe('always_keepalive', () => {
  const idle = (value: number): string[] => [
    ` 0 \`sysctl -w net.inet.tcp.always_keepalive=${value} net.inet.tcp.keepidle=2000\``,
    ...OPEN,
  ];

  it('1: a socket that did not ask is probed, too', () =>
    passes([...idle(1), '+2 > . 0:0(0) ack 1 win 65535', '+.1 < . 1:1(0) ack 1 win 32767']));

  it('0: it asks with SO_KEEPALIVE', () =>
    passes([
      ...idle(0),
      '+5 setsockopt(3, SOL_SOCKET, SO_KEEPALIVE, [1], 4) = 0',
      '+2 > . 0:0(0) ack 1 win 65535',
    ]));
});

describe('ECN (tcp_ecn_output_syn_sent, tcp_ecn_input_parallel_syn)', () => {
  const asks = (value: number): string[] => [
    ` 0 \`sysctl -w net.inet.tcp.ecn.enable=1 net.inet.tcp.ecn.maxretries=${value}\``,
    ...SOCKET,
    CONNECT,
  ];
  const syn = (delay: number, bits: string): string =>
    `+${delay} > ${bits} 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>`;

  const GRANTED = [
    ' 0 `sysctl -w net.inet.tcp.ecn.enable=2 net.inet.tcp.ecn.plusplus=0`',
    ...LISTEN,
    '+.1 < [noecn] SEW 0:0(0) win 32767 <mss 1460>',
    '+0 > [noecn] SE. 0:0(0) ack 1 win 65535 <mss 1460>',
    '+.1 < [noecn] . 1:1(0) ack 1 win 32767',
    '+0 accept(3, ..., ...) = 4',
  ];

  it('the echo of a mark waits for the ACK; a CWR without text ends it, and is acknowledged at once', () =>
    passes([
      ...GRANTED,
      '+.1 < [ce] P. 1:101(100) ack 1 win 32767',
      '+.04 > E. 1:1(0) ack 101 win 65535',
      '+.1 < [noecn] W. 101:101(0) ack 1 win 32767',
      '+0 > . 1:1(0) ack 101 win 65535',
    ]));

  it('a SYN that was lost asks once more (maxretries 1), then no more', () =>
    passes([...asks(1), syn(0, 'SEW'), syn(1, 'SEW'), syn(2, 'S')]));

  it('maxretries 0: none that goes again asks', () => passes([...asks(0), syn(0, 'SEW'), syn(1, 'S')]));

  it('a crossing SYN that asks is granted ECN, whether ours asked or not (enable 2); none by enable 0', async () => {
    for (const [enable, ours, answer] of [
      [0, 'S', 'S.'],
      [1, 'SEW', 'SE.'],
      [2, 'S', 'SE.'],
    ] as const)
      await passes([
        ` 0 \`sysctl -w net.inet.tcp.ecn.enable=${enable}\``,
        ...SOCKET,
        CONNECT,
        syn(0, ours),
        '+.1 < SEW 0:0(0) win 32767 <mss 1460>',
        `+0 > ${answer} 0:0(0) ack 1 win 65535 <mss 1460>`,
        '+.1 < . 1:1(0) ack 1 win 65535',
        '+0 write(3, ..., 10) = 10',
        `+0 >${enable === 0 ? '[noecn]' : '[ect0]'} P. 1:11(10) ack 1 win 65535`,
      ]);
  });
});

describe('ECN++ (ecn.plusplus), of kernels that had it', () => {
  /** A connection that asked for ECN and got it: `marks` of our SYN, of the ACK, and of text that goes again. */
  const scenario = (level: number, [syn, ack, again]: readonly [string, string, string]): string[] => [
    ' 0 `sysctl -w net.inet.tcp.ecn.enable=1`',
    `+0 \`sysctl -w net.inet.tcp.ecn.plusplus=${level}\``,
    ...SOCKET.map((line) => line.replace(/^ 0/, '+0')),
    CONNECT,
    `+0 > [${syn}] SEW 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>`,
    '+.1 < [noecn] SE. 0:0(0) ack 1 win 65535 <mss 1000,sackOK,nop,wscale 7,nop,nop>',
    `+0 > [${ack}] . 1:1(0) ack 1 win 1031`, // 66,000 octets, rounded down
    '+.1 write(3, ..., 4000) = 4000',
    '+0 > [ect0] . 1:1001(1000) ack 1',
    '+0 > [ect0] . 1001:2001(1000) ack 1',
    '+0 > [ect0] . 2001:3001(1000) ack 1',
    '+0 > [ect0] P. 3001:4001(1000) ack 1',
    '+.1 < [noecn] . 1:1(0) ack 1 win 500 <nop,nop,sack 1001:4001>',
    `+0 > [${again}] W. 1:1001(1000) ack 1`,
    '+.1 < [noecn] . 1:1(0) ack 4001 win 500',
    '+.1 close(3) = 0',
    `+0 > [${ack}] F. 4001:4001(0) ack 1`,
  ];

  it('0 and 1: text that is new alone is ECT', async () => {
    for (const level of [0, 1]) await passes(scenario(level, ['noecn', 'noecn', 'noecn']));
  });

  it('2: whatever is sent is', () => passes(scenario(2, ['ect0', 'ect0', 'ect0'])));

  it.each([
    [0, 'noecn'],
    [1, 'ect0'],
    [2, 'ect0'],
  ])('%i: a SYN,ACK is %s', (level, mark) =>
    passes([
      ` 0 \`sysctl -w net.inet.tcp.ecn.plusplus=${level}\``,
      ...LISTEN.map((line) => line.replace(/^ 0/, '+0')),
      '+.1 < [noecn] SEW 0:0(0) win 32767 <mss 1460,sackOK,eol,eol>',
      `+0 > [${mark}] SE. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>`,
    ]),
  );

  it('2: without ECN nothing is', () =>
    passes([
      ' 0 `sysctl -w net.inet.tcp.ecn.plusplus=2`',
      ...LISTEN.map((line) => line.replace(/^ 0/, '+0')),
      '+.1 < [noecn] S 0:0(0) win 32767 <mss 1460,sackOK,eol,eol>',
      '+0 > [noecn] S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>',
      '+.1 < [noecn] . 1:1(0) ack 1 win 32767',
      '+0 accept(3, ..., ...) = 4',
      '+.1 write(4, ..., 10) = 10',
      '+0 > [noecn] P. 1:11(10) ack 1 win 65535',
    ]));
});

it('the first kernels with AccECN rounded windows down', () =>
  passes([
    ' 0 `sysctl -w net.inet.tcp.ecn.enable=3`',
    ...SOCKET.map((line) => line.replace(/^ 0/, '+0')),
    CONNECT,
    '+0 > [noecn] SEWA 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 0>',
    '+.1 < [noecn] SW. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,nop,wscale 7,nop,nop>',
    '+0 > [noecn] W. 1:1(0) ack 1 win 1026', // of 65,700 octets
  ]));

describe('AccECN (ecn.enable=3): the field ACE, without options and without tests of the path', () => {
  const answered = { noecn: 'SW.', ect1: 'SEW.', ect0: 'SA.', ce: 'SWA.' } as const;
  const acks = { noecn: 'W.', ect1: 'EW.', ect0: 'A.', ce: 'WA.' } as const;

  it.each(Object.keys(answered) as (keyof typeof answered)[])('the SYN arrives as %s', async (syn) => {
    const n = syn === 'ce' ? 6 : 5; // a marked SYN is counted
    for (const ack of Object.values(acks))
      await passes([
        ' 0 `sysctl -w net.inet.tcp.ecn.enable=3`',
        ...LISTEN,
        `+.1 < [${syn}] SEWA 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,nop,nop>`,
        `+0 > [noecn] ${answered[syn]} 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 6,sackOK,eol,eol>`,
        `+0 < [noecn] ${ack} 1:1(0) ack 1 win 1024`,
        '+0 accept(3, ..., ...) = 4',
        '+.1 write(4, ..., 14600) = 14600',
        ...Array.from(
          { length: 9 },
          (_, i) => `+0 > [ect0] ${n}. ${i * 1460 + 1}:${(i + 1) * 1460 + 1}(1460) ack 1`,
        ),
        `+0 > [ect0] P${n}. 13141:14601(1460) ack 1`,
        '+.1 < [noecn] 5. 1:1(0) ack 14601 win 1024',
        '+.1 close(4) = 0',
        `+0 > [noecn] F${n}. 14601:14601(0) ack 1`,
        '+.1 < [noecn] F5. 1:1(0) ack 14602 win 1024',
        '+0 > [noecn] 0. 14602:14602(0) ack 2', // TIME-WAIT
      ]);
  });
});

it('AccECN: a SYN with other bits asks for it, an ACK without any ends nothing', () =>
  passes([
    ' 0 `sysctl -w net.inet.tcp.ecn.enable=3`',
    ...LISTEN,
    '+.1 < [noecn] SWA 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,nop,nop>',
    '+0 > [noecn] SW. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 6,sackOK,eol,eol>',
    '+0 < [noecn] 0. 1:1(0) ack 1 win 1024',
    '+0 accept(3, ..., ...) = 4',
    '+.1 write(4, ..., 10) = 10',
    '+0 > [ect0] P5. 1:11(10) ack 1',
  ]));

it('close with something unread is a FIN', () =>
  passes([
    ...OPEN,
    '+.1 < P. 1:101(100) ack 1 win 32767',
    '+.04 > . 1:1(0) ack 101 win 65535',
    '+.1 close(3) = 0',
    '+0 > F. 1:1(0) ack 101 win 65535',
    '+.1 < P. 101:201(100) ack 2 win 32767',
    '+0 > R 2:2(0) win 0',
  ]));

describe('Nagle: what was outstanding when sending began counts', () => {
  const OPENED = [...OPEN, '+0 `tcpdump -i tun0 -w trace.pcap tcp &`'];

  it('a write to an idle connection goes to its last octet', () =>
    passes([
      ...OPENED,
      '+.1 write(3, ..., 3000) = 3000',
      '+0 > . 1:1461(1460) ack 1 win 65535',
      '+0 > . 1461:2921(1460) ack 1 win 65535',
      '+0 > P. 2921:3001(80) ack 1 win 65535',
    ]));

  it('a write after it waits, but for its full segments; so does one when part of that was acknowledged', () =>
    passes([
      ...OPENED,
      '+.1 write(3, ..., 10) = 10',
      '+0 > P. 1:11(10) ack 1 win 65535',
      '+0 write(3, ..., 1500) = 1500',
      '+0 > . 11:1471(1460) ack 1 win 65535',
      '+.01 < . 1:1(0) ack 11 win 32767',
      '+.01 < . 1:1(0) ack 1471 win 32767',
      '+0 > P. 1471:1511(40) ack 1 win 65535',
    ]));
});

it('the send buffer grows to whole segments', () =>
  passes([
    ...LISTEN,
    '+0 < S 0:0(0) win 32767 <mss 1000>',
    '+0 > S. 0:0(0) ack 1 win 65535 <mss 1460>',
    '+.1 < . 1:1(0) ack 1 win 32767',
    '+0 accept(3, ..., ...) = 4',
    '+0 fcntl(4, F_SETFL, O_RDWR | O_NONBLOCK) = 0',
    '+0 write(4, ..., 40000) = 33000',
    ...Array.from(
      { length: 10 },
      (_, i) => `+0 > . ${i * 1000 + 1}:${i * 1000 + 1001}(1000) ack 1 win 65535`,
    ),
    '+.01 `true`',
  ]));

it('a SYN cookie keeps SACK-permitted, or that there is none (syncookies_only)', async () => {
  for (const [offer, answer, told] of [
    ['<mss 1460,sackOK,eol,eol>', '<mss 1460,sackOK,eol,eol>', '<nop,nop,sack 11:21>'],
    ['<mss 1460>', '<mss 1460>', ''],
  ])
    await passes([
      ' 0 `sysctl -w net.inet.tcp.syncookies_only=1`',
      ...LISTEN,
      `+0 < S 0:0(0) win 32767 ${offer}`,
      `+0 > S. 0:0(0) ack 1 win 65535 ${answer}`,
      '+.1 < . 1:1(0) ack 1 win 32767',
      '+0 accept(3, ..., ...) = 4',
      '+.1 < . 11:21(10) ack 1 win 32767',
      `+0 > . 1:1(0) ack 1 win 65535 ${told}`,
    ]);
});

it('TCP_INFO has octets and numbers', () =>
  passes([
    ...OPEN,
    '+0 %{ assert tcpi_snd_cwnd == 14600 and tcpi_snd_ssthresh == 65535 << 14; n = tcpi_snd_nxt; m = tcpi_rcv_nxt }%',
    '+0 write(3, ..., 100) = 100',
    '+0 > P. 1:101(100) ack 1 win 65535',
    '+.1 < P. 1:11(10) ack 101 win 32767',
    '+.04 > . 101:101(0) ack 11 win 65535',
    '+0 %{ assert (tcpi_snd_nxt - n, tcpi_rcv_nxt - m, tcpi_snd_rexmitpack) == (100, 10, 0) }%',
  ]));

it('TCP_MAXSEG of a connection makes its segments smaller', () =>
  passes([
    ...OPEN,
    '+0 setsockopt(3, IPPROTO_TCP, TCP_MAXSEG, [1461], 4) = -1 EINVAL (Invalid argument)',
    '+0 setsockopt(3, IPPROTO_TCP, TCP_MAXSEG, [1000], 4) = 0',
    '+0 getsockopt(3, IPPROTO_TCP, TCP_MAXSEG, [1000], [4]) = 0',
    '+0 write(3, ..., 2000) = 2000',
    '+0 > . 1:1001(1000) ack 1 win 65535',
    '+0 > P. 1001:2001(1000) ack 1 win 65535',
    '+.1 < . 1:1(0) ack 2001 win 32767',
  ]));
