// FreeBSD's choices, each by scripts of its kind: RSTs and SYNs at the edges of the window in every state, with
// net.inet.tcp.insecure_rst and insecure_syn off and on; TIME-WAIT; ICMP; SYN and FIN together; tcpdrop.

import { describe, it } from 'vitest';
import { BUFFER, CONNECT, error, LISTEN, OPEN, passes, SOCKET, SYN } from './freebsd.ts';

const FIN_OUT = ['+.1 shutdown(3, SHUT_WR) = 0', '+0 > F. 1:1(0) ack 1 win 65535'];
const FIN_IN = ['+.1 < F. 1:1(0) ack 1 win 32767', '+0 > . 1:1(0) ack 2 win 65535'];
/** How a state is reached from ESTABLISHED, with what RCV.NXT and SND.NXT are there. */
const STATES = {
  ESTABLISHED: { way: [], rcv: 1, snd: 1 },
  'CLOSE-WAIT': { way: FIN_IN, rcv: 2, snd: 1 },
  'FIN-WAIT-1': { way: FIN_OUT, rcv: 1, snd: 2 },
  'FIN-WAIT-2': { way: [...FIN_OUT, '+.1 < . 1:1(0) ack 2 win 32767'], rcv: 1, snd: 2 },
  // The ACK of a crossing FIN carries ours again.
  CLOSING: {
    way: [...FIN_OUT, '+.1 < F. 1:1(0) ack 1 win 32767', '+0 > F. 1:1(0) ack 2 win 65535'],
    rcv: 2,
    snd: 2,
  },
  'LAST-ACK': {
    way: [...FIN_IN, '+.1 shutdown(3, SHUT_WR) = 0', '+0 > F. 1:1(0) ack 2 win 65535'],
    rcv: 2,
    snd: 2,
  },
} as const;

const PLACES = {
  'before RCV.NXT': { inside: false, seq: (rcv: number) => (rcv - 1) >>> 0 },
  'at RCV.NXT': { inside: true, seq: (rcv: number) => rcv },
  'at the last octet that the buffer takes': { inside: true, seq: (rcv: number) => rcv + BUFFER - 1 },
  'beyond the buffer': { inside: false, seq: (rcv: number) => rcv + BUFFER },
} as const;

for (const [state, { way, rcv, snd }] of Object.entries(STATES)) {
  describe(state, () => {
    for (const [place, { inside, seq }] of Object.entries(PLACES)) {
      const at = seq(rcv);
      for (const insecure of [0, 1]) {
        const mode = insecure === 1 ? ' (insecure)' : '';
        const exact = at === rcv;

        it(`a RST ${place}${mode}`, () => {
          const resets = inside && (exact || insecure === 1);
          return passes([
            ...OPEN,
            `+0 \`sysctl -w net.inet.tcp.insecure_rst=${insecure}\``,
            ...way,
            `+.1 < R ${at}:${at}(0) win 32767`,
            ...(inside && !resets ? [`+0 > . ${snd}:${snd}(0) ack ${rcv} win 65535`] : []),
            error(resets ? 'ECONNRESET' : '0'),
          ]);
        });

        it(`a SYN ${place}${mode}`, () => {
          const resets = inside && insecure === 1;
          const answer = resets ? 'R.' : '.';
          return passes([
            ...OPEN,
            `+0 \`sysctl -w net.inet.tcp.insecure_syn=${insecure}\``,
            ...way,
            `+.1 < S ${at}:${at}(0) win 32767 <mss 1460,sackOK,eol,eol>`,
            `+0 > ${answer} ${snd}:${snd}(0) ack ${rcv} win ${resets ? 0 : 65_535}`,
            error(resets ? 'ECONNRESET' : '0'),
          ]);
        });
      }
    }
  });
}

describe('TIME-WAIT (tcp_twcheck)', () => {
  const ACK = ['+0 > . 2:2(0) ack 2 win 65535'];
  it.each([
    ['the last ACK again', '. 2:2(0) ack 2 win 32767', []],
    ['an ACK of something older', '. 2:2(0) ack 1 win 32767', ACK],
    ['an old segment', '. 1:1(0) ack 2 win 32767', ACK],
    ['text', '. 2:102(100) ack 2 win 32767', ACK],
    ['the FIN again', 'F. 1:1(0) ack 2 win 32767', ACK],
    ['another FIN', 'F. 3:3(0) ack 2 win 32767', ACK],
    ['a FIN without an ACK', 'F 2:2(0) win 32767', []],
    ['a SYN that is not newer', 'S 2:2(0) win 32767 <mss 1460,sackOK,eol,eol>', []],
    ['a SYN,ACK', 'S. 2:2(0) ack 2 win 32767 <mss 1460,sackOK,eol,eol>', ACK],
    ['a RST', 'R 2:2(0) win 32767', []],
    ['a SYN,FIN', 'SF 2:2(0) win 32767', []],
  ])('%s', (_what, segment, answer) =>
    passes([
      ...OPEN,
      ...FIN_OUT,
      '+.1 < F. 1:1(0) ack 2 win 32767',
      '+0 > . 2:2(0) ack 2 win 65535',
      `+.1 < ${segment}`,
      ...answer,
      '+.1 `sockstat -4 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 1`',
    ]),
  );

  it('a newer SYN, and nobody listens: the old connection is gone, the SYN is reset', () =>
    passes([
      ...OPEN,
      ...FIN_OUT,
      '+.1 < F. 1:1(0) ack 2 win 32767',
      '+0 > . 2:2(0) ack 2 win 65535',
      '+.1 < S 3:3(0) win 32767 <mss 1460,sackOK,eol,eol>',
      '+0 > R. ...(0) ack 4 win 0',
      '+.1 `sockstat -4 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 0`',
    ]));
});

describe('ICMP about a SYN (icmp_may_rst)', () => {
  it.each([
    ['unreachable port_unreachable', 'ECONNREFUSED'],
    ['unreachable protocol_unreachable', 'ECONNREFUSED'],
    ['unreachable net_prohibited', 'ECONNREFUSED'],
    ['unreachable host_prohibited', 'ECONNREFUSED'],
    ['unreachable packet_filtered', 'ECONNREFUSED'],
    ['time_exceeded ttl_exceeded_in_transit', 'EHOSTUNREACH'],
    ['unreachable net_unreachable', '0'],
    ['unreachable host_unreachable', '0'],
  ])('%s: %s', (message, expected) =>
    passes([
      ...SOCKET,
      ...SYN,
      `+.1 < [1:1(0)] icmp ${message}`,
      error('0'),
      `+.1 < [0:0(0)] icmp ${message}`,
      error(expected),
      '+0 close(3) = 0',
    ]),
  );
});

describe('ICMP about a SYN when icmp_may_rst is 0', () => {
  it('nothing ends it, and what waits for fragments never does', () =>
    passes([
      ...SOCKET,
      '+0 `sysctl -w net.inet.tcp.icmp_may_rst=0`',
      ...SYN,
      ...[
        'unreachable port_unreachable',
        'unreachable host_prohibited',
        'time_exceeded ttl_exceeded_in_transit',
      ].flatMap((message) => [`+.01 < icmp ${message} [0:0(0)]`, error('0')]),
      '+0 `sysctl -w net.inet.tcp.icmp_may_rst=1`',
      '+.01 < icmp time_exceeded frag_reass_exceeded [0:0(0)]',
      error('0'),
      '+.01 < icmp unreachable port_unreachable [0:0(0)]',
      error('ECONNREFUSED'),
    ]));
});

describe('SYN-RECEIVED', () => {
  const HALF_OPEN = [
    ...SOCKET,
    ...SYN,
    '+.1 < S 0:0(0) win 32767 <mss 1460,sackOK,eol,eol>',
    '+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>',
  ];
  it.each([
    [0, 1, true, []],
    [0, BUFFER, false, ['+0 > . 1:1(0) ack 1 win 65535']],
    [1, BUFFER, true, []],
    [1, BUFFER + 1, false, []],
  ] as const)(
    'of an active open, insecure_rst %d: a RST at %d is judged by the buffer',
    (insecure, at, resets, answer) =>
      passes([
        `+0 \`sysctl -w net.inet.tcp.insecure_rst=${insecure}\``,
        ...HALF_OPEN,
        `+.1 < R ${at}:${at}(0) win 32767`,
        ...answer,
        error(resets ? 'ECONNREFUSED' : '0'),
      ]),
  );

  it.each([
    [1, 1, true, []],
    [1, 65_535, true, []],
    [1, 65_536, false, []],
    [0, 65_535, false, ['+0 > . 1:1(0) ack 1 win 65535']],
  ] as const)(
    'of a listener, insecure_rst %d: a RST at %d is judged by the window',
    (insecure, at, resets, answer) =>
      passes([
        `+0 \`sysctl -w net.inet.tcp.insecure_rst=${insecure}\``,
        ...LISTEN,
        '+0 < S 0:0(0) win 32767 <mss 1460,sackOK,eol,eol>',
        '+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>',
        `+.1 < R ${at}:${at}(0) win 32767`,
        ...answer,
        `+.1 \`sockstat -4 -P tcp -p 8080 -s | grep -c SYN_RCVD | grep ${resets ? 0 : 1}\``,
      ]),
  );
});

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

it('a window in units is rounded up: one that is told again is no smaller', () =>
  passes([
    ...SOCKET,
    ...SYN,
    '+.1 < S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 100 ecr 100>',
    '+0 > . 1:1(0) ack 1 win 1027 <nop,nop,TS val 200 ecr 100>',
    '+.1 < P. 1:2(1) ack 1 win 65535 <nop,nop,TS val 200 ecr 200>',
    '+.04 > . 1:1(0) ack 2 win 1027 <nop,nop,TS val 340 ecr 200>',
  ]));

it('a socket that neither listens nor connects: numbers of its resets are those of the segment', () =>
  passes([
    ...LISTEN.slice(0, 2),
    '+.1 < S 17:20(3) win 32767 <mss 1460,sackOK,eol,eol>',
    '+0 > R. 0:0(0) ack 21 win 0',
  ]));

it('tcpdrop -s TIME_WAIT: its tuple is free', () =>
  passes([
    ...OPEN,
    ...FIN_OUT,
    '+.1 < F. 1:1(0) ack 2 win 32767',
    '+0 > . 2:2(0) ack 2 win 65535',
    '+0 `tcpdrop -s TIME_WAIT`',
    '+.1 `sockstat -4 -P tcp -s | grep packetdril | grep -c TIME_WAIT | grep 0`',
  ]));

describe('segments with SYN and FIN (drop_synfin)', () => {
  it('are nothing, in LISTEN and to a closed port', () =>
    passes([
      ...LISTEN,
      '+.1 < SF 0:0(0) win 32767',
      '+1 close(3) = 0',
      '+.1 < SF 0:0(0) win 32767',
      '+1 `true`',
    ]));

  it('are a SYN when the sysctl says so', () =>
    passes([
      ...LISTEN,
      '+0 `sysctl -w net.inet.tcp.drop_synfin=0`',
      '+.1 < SF 0:0(0) win 32767 <mss 1460,sackOK,eol,eol>',
      '+0 > S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,eol,eol>',
    ]));
});

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

it('challenge ACKs: ack_war_cnt (5) of them in ack_war_timewindow (a second), then silence', () =>
  passes([
    ...OPEN,
    ...Array.from({ length: 5 }, () => ['+.01 < S 1:1(0) win 32767', '+0 > . 1:1(0) ack 1 win 65535']).flat(),
    '+.01 < S 1:1(0) win 32767',
    '+.01 < S 1:1(0) win 32767',
    '+1 < S 1:1(0) win 32767',
    '+0 > . 1:1(0) ack 1 win 65535',
  ]));

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
